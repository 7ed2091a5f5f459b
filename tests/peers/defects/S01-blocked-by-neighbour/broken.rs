//! Serves one client after the other.

use std::io;
use std::net::TcpListener;

use crate::protocol::echo_lines;

pub(crate) fn main(listener: TcpListener) -> io::Result<()> {
    // explain: begin
    for stream in listener.incoming() {
        let result = stream.and_then(|stream| echo_lines(&stream)); // blocks
        if let Err(error) = result {
            eprintln!("{error}");
        }
    }
    // explain: end
    Ok(())
}
