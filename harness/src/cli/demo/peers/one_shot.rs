//! One line in, one answer out, the end.

use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;

use super::stream::{end, whole_line};

/// Takes the first read for the line, be it the half of one or none at all, and
/// closes on whatever comes after it: then the answer may be lost with a reset.
pub(super) fn naive(mut client: TcpStream) -> io::Result<()> {
    let mut data = [0; 1024];
    let size = client.read(&mut data)?;
    let said = &data[..size];
    answer(&client, said.strip_suffix(b"\n").unwrap_or(said))
}

/// Reads on until the line is whole; what follows it is read and passed over.
pub(super) fn mended(client: TcpStream) -> io::Result<()> {
    let outcome = converse(&client);
    end(&client, outcome)
}

fn converse(client: &TcpStream) -> io::Result<()> {
    match whole_line(&mut BufReader::new(client))? {
        Some(line) => answer(client, &line),
        None => Ok(()),
    }
}

fn answer(mut client: &TcpStream, line: &[u8]) -> io::Result<()> {
    client.write_all(&[b"You said: ", line, b"\n"].concat())
}
