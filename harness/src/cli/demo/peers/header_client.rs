//! A client of the ten columns: prints each message until the server closes.

use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;

use super::header::mended_message;

/// Takes the first read for the whole header. What follows a body that came with it
/// is swallowed, and waited for. The end of the stream is its own end, in words of a
/// panic; inside a body it is not noticed at all, and read again for ever.
pub(super) fn naive(mut server: TcpStream) -> io::Result<()> {
    loop {
        println!("{}", naive_message(&mut server)?);
    }
}

fn naive_message(server: &mut TcpStream) -> io::Result<String> {
    let mut data = [0; 16];
    let size = server.read(&mut data)?;
    let (header, body) = data[..size].split_at(size.min(10));
    let length = str::from_utf8(header).unwrap().trim().parse().unwrap();
    let mut body = body.to_vec();
    while body.len() < length {
        let mut data = [0; 1024];
        let size = server.read(&mut data)?;
        body.extend_from_slice(&data[..size]);
    }
    body.truncate(length);
    Ok(String::from_utf8(body).unwrap())
}

/// Prints whole messages. The end of the stream between two of them is the end; inside
/// one it is an error.
pub(super) fn mended(server: TcpStream) -> io::Result<()> {
    let mut stream = BufReader::new(server);
    while let Some(text) = mended_message(&mut stream)? {
        writeln!(io::stdout(), "{text}")?;
    }
    Ok(())
}
