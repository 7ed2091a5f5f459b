//! Searches all that has arrived for the delimiter.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use crate::protocol::answer_crlf;

pub(crate) fn serve(stream: TcpStream) -> io::Result<()> {
    // explain: begin
    let mut reader = BufReader::new(&stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        if line.ends_with(b"\r\n") {
            (&stream).write_all(&answer_crlf(&line))?;
            line.clear();
        }
    }
    // explain: end
    Ok(())
}
