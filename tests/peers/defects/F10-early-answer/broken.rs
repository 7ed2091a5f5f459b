//! Takes half of a delimiter for the delimiter.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use crate::protocol::answer_crlf;

pub(crate) fn serve(stream: TcpStream) -> io::Result<()> {
    // explain: begin
    let mut reader = BufReader::new(&stream);
    loop {
        let mut line = Vec::new();
        reader.read_until(b'\r', &mut line)?; // half of "\r\n"
        if !line.ends_with(b"\r") {
            return Ok(()); // the end of the stream
        }
        (&stream).write_all(&answer_crlf(line.trim_ascii()))?;
    }
    // explain: end
}
