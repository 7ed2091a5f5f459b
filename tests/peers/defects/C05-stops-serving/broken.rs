//! Serves one client.

use std::io;
use std::net::TcpListener;

use crate::protocol::echo_lines;

pub(crate) fn main(listener: TcpListener) -> io::Result<()> {
    // explain: begin
    let (stream, _) = listener.accept()?;
    echo_lines(&stream) // and then the program ends
    // explain: end
}
