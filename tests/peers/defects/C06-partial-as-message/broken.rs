//! Answers an incomplete line at the end of the stream.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use crate::protocol::answer;

pub(crate) fn serve(stream: TcpStream) -> io::Result<()> {
    // explain: begin
    for line in BufReader::new(&stream).lines() {
        let line = line?; // the last one may have no "\n"
        (&stream).write_all(&answer(line.as_bytes()))?;
    }
    // explain: end
    Ok(())
}
