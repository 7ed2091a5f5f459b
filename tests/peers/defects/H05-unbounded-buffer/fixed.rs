//! Ends a connection whose line is too long.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use crate::protocol::answer;

const LIMIT: u64 = 65536;

pub(crate) fn serve(stream: TcpStream) -> io::Result<()> {
    // explain: begin
    let mut reader = BufReader::new(&stream);
    loop {
        let mut line = Vec::new();
        let mut limited = reader.by_ref().take(LIMIT);
        limited.read_until(b'\n', &mut line)?;
        if !line.ends_with(b"\n") {
            return Ok(()); // the end of the stream, or a line that is too long
        }
        (&stream).write_all(&answer(&line))?;
    }
    // explain: end
}
