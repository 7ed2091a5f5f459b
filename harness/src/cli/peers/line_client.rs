//! A client of the line server: sends hello, waits for `ok`, sends a command in JSON,
//! and prints the answer.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;

use super::line::{read_text, send_line};

const COMMAND: &str = r#"{"cmd": "move", "steps": 100}"#;

/// Takes each read for a whole line of whole characters.
pub(super) fn naive(mut server: TcpStream) -> io::Result<()> {
    send_line(&server, "hello")?;
    while let Some(line) = naive_line(&mut server)? {
        if line == "ok" {
            send_line(&server, COMMAND)?;
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

/// Reads whole lines. A stream that ends before the expected line is an error.
pub(super) fn fixed(server: TcpStream) -> io::Result<()> {
    let mut stream = BufReader::new(&server);
    send_line(&server, "hello")?;
    while read_answer(&mut stream)? != "ok" {}
    send_line(&server, COMMAND)?;
    writeln!(io::stdout(), "{}", read_answer(&mut stream)?)
}

fn read_answer(stream: &mut impl BufRead) -> io::Result<String> {
    read_text(stream)?.ok_or_else(|| ErrorKind::UnexpectedEof.into())
}
