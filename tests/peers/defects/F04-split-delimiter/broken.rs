//! Searches each piece for the delimiter.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use crate::protocol::{answer_crlf, find};

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    // explain: begin
    let mut line = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let n = stream.read(&mut piece)?;
        if n == 0 {
            return Ok(());
        }
        let mut rest = &piece[..n];
        while let Some(end) = find(rest, b"\r\n") {
            line.extend(&rest[..end]);
            stream.write_all(&answer_crlf(&line))?;
            line.clear();
            rest = &rest[end + 2..];
        }
        line.extend(rest); // may end with "\r"
    }
    // explain: end
}
