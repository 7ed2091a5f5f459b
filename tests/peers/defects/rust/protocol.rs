//! What the Rust peers share, apart from what they show.

use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};

/// The answer to a line, with or without its end.
pub(crate) fn answer(line: &[u8]) -> Vec<u8> {
    [b"echo: ", line.trim_ascii_end(), b"\n"].concat()
}

pub(crate) fn answer_crlf(line: &[u8]) -> Vec<u8> {
    [b"echo: ", line.trim_ascii_end(), b"\r\n"].concat()
}

/// The answer to a line, computed by something that takes longer for a longer line.
pub(crate) fn look_up(line: &[u8]) -> Vec<u8> {
    let bytes = u32::try_from(line.len()).expect("a line is short");
    thread::sleep(Duration::from_millis(10) * bytes);
    answer(line)
}

/// The answer to a message with a header of ten columns: its text in capitals.
pub(crate) fn capitals(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body).to_uppercase();
    format!("{:<10}{text}", text.len()).into_bytes()
}

pub(crate) fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

/// The length that a header declares: digits, then spaces. It may be of any size.
pub(crate) fn parse_length(header: &[u8]) -> io::Result<usize> {
    let text = String::from_utf8_lossy(header);
    let digits = text.trim_end_matches(' ');
    match digits.parse::<usize>() {
        Ok(length) if digits == length.to_string() => Ok(length),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

pub(crate) fn read_header(stream: &mut TcpStream) -> io::Result<usize> {
    let mut header = [0; 10];
    stream.read_exact(&mut header)?;
    parse_length(&header)
}

/// Reads a message and returns its text in capitals.
pub(crate) fn read_text(stream: &mut TcpStream) -> io::Result<String> {
    let mut body = vec![0; read_header(stream)?];
    stream.read_exact(&mut body)?;
    Ok(String::from_utf8_lossy(&body).to_uppercase())
}

/// Reads the body of a message of at most 65536 bytes, and answers it.
pub(crate) fn answer_body(stream: &mut TcpStream, length: usize) -> io::Result<()> {
    if length > 65536 {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    stream.write_all(&capitals(&body))
}

/// The lines of a stream, those that came together in one list.
pub(crate) fn lines_together(stream: &TcpStream) -> impl Iterator<Item = io::Result<Vec<Vec<u8>>>> {
    let mut reader = BufReader::new(stream);
    std::iter::from_fn(move || {
        let mut lines = Vec::new();
        loop {
            match read_line(&mut reader)? {
                Ok(line) => lines.push(line),
                Err(error) => return Some(Err(error)),
            }
            if !reader.buffer().contains(&b'\n') {
                return Some(Ok(lines));
            }
        }
    })
}

/// The lines of a stream, with their ends. A stream that ends inside a line is an error.
pub(crate) fn whole_lines(stream: &TcpStream) -> impl Iterator<Item = io::Result<Vec<u8>>> {
    let mut reader = BufReader::new(stream);
    std::iter::from_fn(move || read_line(&mut reader))
}

/// `None` at the end of the stream.
fn read_line(reader: &mut impl BufRead) -> Option<io::Result<Vec<u8>>> {
    let mut line = Vec::new();
    match reader.read_until(b'\n', &mut line) {
        Ok(0) => None,
        Ok(_) if !line.ends_with(b"\n") => Some(Err(io::ErrorKind::UnexpectedEof.into())),
        Ok(_) => Some(Ok(line)),
        Err(error) => Some(Err(error)),
    }
}

/// Answers each line, until one is `quit`. A stream that ends inside a line is an error.
pub(crate) fn read_lines(mut stream: &TcpStream) -> io::Result<()> {
    for line in whole_lines(stream) {
        let line = line?;
        stream.write_all(&answer(&line))?;
        if line == b"quit\n" {
            break;
        }
    }
    Ok(())
}

/// Answers each line. The end of the stream is no error.
pub(crate) fn echo_lines(stream: &TcpStream) -> io::Result<()> {
    match read_lines(stream) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
        result => result,
    }
}

/// Answers the lines of the pieces that it gets.
pub(crate) struct Lines {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Lines {
    pub(crate) fn new(stream: &TcpStream) -> io::Result<Self> {
        let buffer = Vec::new();
        let stream = stream.try_clone()?;
        Ok(Self { stream, buffer })
    }

    pub(crate) fn add(&mut self, piece: &[u8]) -> io::Result<()> {
        self.buffer.extend(piece);
        while let Some(end) = find(&self.buffer, b"\n") {
            self.stream.write_all(&answer(&self.buffer[..end]))?;
            self.buffer.drain(..=end);
        }
        Ok(())
    }
}

/// Serves each connection in a task.
pub(crate) fn accept_async<F>(
    listener: TcpListener,
    serve: impl Fn(tokio::net::TcpStream) -> F,
) -> io::Result<()>
where
    F: Future<Output = io::Result<()>> + 'static,
{
    listener.set_nonblocking(true)?;
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        loop {
            let (stream, _) = listener.accept().await?;
            tokio::task::spawn_local(serve(stream));
        }
    })
}

/// Answers each line.
pub(crate) async fn echo_lines_async(stream: &mut tokio::net::TcpStream) -> io::Result<()> {
    let (reader, mut writer) = stream.split();
    let mut reader = tokio::io::BufReader::new(reader);
    loop {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line).await?;
        if !line.ends_with(b"\n") {
            return Ok(());
        }
        writer.write_all(&answer(&line)).await?;
    }
}

/// Reads a line, and returns an answer that is larger than the socket buffers.
pub(crate) async fn large_answer(stream: &mut tokio::net::TcpStream) -> io::Result<Vec<u8>> {
    while stream.read_u8().await? != b'\n' {}
    let mut answer = b"0123456789abcdef".repeat(196_608);
    answer.push(b'\n');
    Ok(answer)
}
