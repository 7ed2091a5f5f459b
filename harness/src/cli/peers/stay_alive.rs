//! A server that prints each line it receives, answers nothing, and serves one client
//! after another.

use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;

use super::stream::{close, read_line};

/// Takes each read for a line, and an empty read for an empty line: when the first
/// client closes, it prints in an endless loop and serves no other.
pub(super) fn naive(mut client: TcpStream) -> io::Result<()> {
    let mut data = [0; 4096];
    loop {
        let size = client.read(&mut data)?;
        let text = String::from_utf8_lossy(&data[..size]);
        println!("received: {}", text.trim_end_matches('\n'));
    }
}

/// Prints whole lines. An empty read is the end of this client.
pub(super) fn fixed(client: TcpStream) -> io::Result<()> {
    let outcome = print_lines(&client);
    close(&client, outcome)
}

fn print_lines(client: &TcpStream) -> io::Result<()> {
    let mut stream = BufReader::new(client);
    while let Some(line) = read_line(&mut stream)? {
        writeln!(io::stdout(), "received: {}", String::from_utf8_lossy(&line))?;
    }
    Ok(())
}
