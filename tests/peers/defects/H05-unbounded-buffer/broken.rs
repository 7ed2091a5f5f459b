//! Keeps all bytes of a line that does not end.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use crate::protocol::answer;

pub(crate) fn serve(stream: TcpStream) -> io::Result<()> {
    // explain: begin
    let mut reader = BufReader::new(&stream);
    loop {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line)?; // of any length
        if !line.ends_with(b"\n") {
            return Ok(()); // the end of the stream
        }
        (&stream).write_all(&answer(&line))?;
    }
    // explain: end
}
