//! Decodes each piece on its own.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use crate::protocol::answer;

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    // explain: begin
    let mut text = String::new();
    let mut piece = [0; 4096];
    loop {
        let n = stream.read(&mut piece)?;
        if n == 0 {
            return Ok(());
        }
        text += &String::from_utf8_lossy(&piece[..n]); // piece by piece
        while let Some(end) = text.find('\n') {
            stream.write_all(&answer(&text.as_bytes()[..end]))?;
            text.drain(..=end);
        }
    }
    // explain: end
}
