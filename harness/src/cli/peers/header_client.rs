//! A client of the header server: prints each message until the server closes.

use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;

use super::header::read_message;

/// Takes the first read for the whole header, drops what follows a body in the same
/// read, and waits for it. The end of the stream makes it panic; inside a body it
/// ignores the end and reads in an endless loop.
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

/// Prints whole messages. The stream may end between two messages; inside one it is an
/// error.
pub(super) fn fixed(server: TcpStream) -> io::Result<()> {
    let mut stream = BufReader::new(server);
    while let Some(text) = read_message(&mut stream)? {
        writeln!(io::stdout(), "{text}")?;
    }
    Ok(())
}
