//! Sends the answers in the order of the lines.

use std::io::{self, Write as _};
use std::net::TcpStream;

use crate::protocol::{look_up, whole_lines};

pub(crate) fn serve(stream: TcpStream) -> io::Result<()> {
    // explain: begin
    for line in whole_lines(&stream) {
        (&stream).write_all(&look_up(&line?))?; // in the order of the lines
    }
    // explain: end
    Ok(())
}
