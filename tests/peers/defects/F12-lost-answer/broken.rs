//! Keeps one answer: the last.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use crate::protocol::{answer, find};

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    // explain: begin
    let mut buffer = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let n = stream.read(&mut piece)?;
        if n == 0 {
            return Ok(());
        }
        buffer.extend(&piece[..n]);
        let mut reply = Vec::new();
        while let Some(end) = find(&buffer, b"\n") {
            reply = answer(&buffer[..end]); // only the last is kept
            buffer.drain(..=end);
        }
        stream.write_all(&reply)?;
    }
    // explain: end
}
