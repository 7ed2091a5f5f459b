//! A server that prints each line it receives and answers nothing, one client
//! after another.

use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;

use super::stream::{end, whole_line};

/// Takes each read for a line, and an empty one for a line too: at the end of the
/// first client it prints for ever, and no other is served.
pub(super) fn naive(mut client: TcpStream) -> io::Result<()> {
    let mut data = [0; 4096];
    loop {
        let size = client.read(&mut data)?;
        let text = String::from_utf8_lossy(&data[..size]);
        println!("received: {}", text.trim_end_matches('\n'));
    }
}

/// Prints whole lines; an empty read is the end of this client and the turn of the
/// next.
pub(super) fn mended(client: TcpStream) -> io::Result<()> {
    let outcome = print_lines(&client);
    end(&client, outcome)
}

fn print_lines(client: &TcpStream) -> io::Result<()> {
    let mut stream = BufReader::new(client);
    while let Some(line) = whole_line(&mut stream)? {
        writeln!(io::stdout(), "received: {}", String::from_utf8_lossy(&line))?;
    }
    Ok(())
}
