//! A client of the lines: says hello, waits for `ok`, sends a command in JSON, and
//! prints the line that answers it.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;

use super::line::{mended_line, say};

const COMMAND: &str = r#"{"cmd": "move", "steps": 100}"#;

/// Takes what a read returns for a line of whole characters, be it the half of one.
pub(super) fn naive(mut server: TcpStream) -> io::Result<()> {
    say(&server, "hello")?;
    while let Some(line) = naive_line(&mut server)? {
        if line == "ok" {
            say(&server, COMMAND)?;
            break;
        }
    }
    if let Some(answer) = naive_line(&mut server)? {
        println!("{answer}");
    }
    Ok(())
}

fn naive_line(server: &mut TcpStream) -> io::Result<Option<String>> {
    let mut data = [0; 1024];
    let size = server.read(&mut data)?;
    let line = String::from_utf8_lossy(&data[..size]);
    Ok((size > 0).then(|| line.trim().to_owned()))
}

/// Reads whole lines; a stream that ends before the one that it waits for is an error.
pub(super) fn mended(server: TcpStream) -> io::Result<()> {
    let mut stream = BufReader::new(&server);
    say(&server, "hello")?;
    while answer(&mut stream)? != "ok" {}
    say(&server, COMMAND)?;
    writeln!(io::stdout(), "{}", answer(&mut stream)?)
}

fn answer(stream: &mut impl BufRead) -> io::Result<String> {
    mended_line(stream)?.ok_or_else(|| ErrorKind::UnexpectedEof.into())
}
