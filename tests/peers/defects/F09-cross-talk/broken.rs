//! Answers the shortest line first.

use std::io::{self, Write as _};
use std::net::TcpStream;

use crate::protocol::{answer, lines_together};

pub(crate) fn serve(stream: TcpStream) -> io::Result<()> {
    // explain: begin
    for lines in lines_together(&stream) {
        let mut lines = lines?;
        lines.sort_by_key(Vec::len); // the cheapest first
        for line in lines {
            (&stream).write_all(&answer(&line))?;
        }
    }
    // explain: end
    Ok(())
}
