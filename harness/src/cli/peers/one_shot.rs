//! A server that reads one line, answers it, and closes.

use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;

use super::stream::{close, read_line};

/// Takes the first read for the whole line, and closes while later bytes are unread: a
/// reset may then discard the answer.
pub(super) fn naive(mut client: TcpStream) -> io::Result<()> {
    let mut data = [0; 1024];
    let size = client.read(&mut data)?;
    let line = &data[..size];
    answer(&client, line.strip_suffix(b"\n").unwrap_or(line))
}

/// Reads until the line is complete, then reads and ignores what follows it.
pub(super) fn fixed(client: TcpStream) -> io::Result<()> {
    let outcome = serve(&client);
    close(&client, outcome)
}

fn serve(client: &TcpStream) -> io::Result<()> {
    match read_line(&mut BufReader::new(client))? {
        Some(line) => answer(client, &line),
        None => Ok(()),
    }
}

fn answer(mut client: &TcpStream, line: &[u8]) -> io::Result<()> {
    client.write_all(&[b"You said: ", line, b"\n"].concat())
}
