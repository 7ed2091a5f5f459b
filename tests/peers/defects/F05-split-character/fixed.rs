//! Decodes whole lines.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use crate::protocol::answer;

pub(crate) fn serve(stream: TcpStream) -> io::Result<()> {
    // explain: begin
    let mut reader = BufReader::new(&stream);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?; // an error if the line is not UTF-8
        if !line.ends_with('\n') {
            return Ok(()); // the end of the stream
        }
        (&stream).write_all(&answer(line.as_bytes()))?;
    }
    // explain: end
}
