//! Ends the loop that accepts clients if a connection is reset.

use std::io;
use std::net::TcpListener;

use crate::protocol::echo_lines;

pub(crate) fn main(listener: TcpListener) -> io::Result<()> {
    // explain: begin
    for stream in listener.incoming() {
        echo_lines(&stream?)?; // ConnectionReset ends the loop
    }
    // explain: end
    Ok(())
}
