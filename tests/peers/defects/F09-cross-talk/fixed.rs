//! Answers the lines in their order.

use std::io::{self, Write as _};
use std::net::TcpStream;

use crate::protocol::{answer, lines_together};

pub(crate) fn serve(stream: TcpStream) -> io::Result<()> {
    // explain: begin
    for lines in lines_together(&stream) {
        for line in lines? {
            (&stream).write_all(&answer(&line))?; // in the order of the lines
        }
    }
    // explain: end
    Ok(())
}
