//! Serves one client after the other.

use std::io;
use std::net::TcpListener;
use std::thread;

use crate::protocol::echo_lines;

pub(crate) fn main(listener: TcpListener) -> io::Result<()> {
    // explain: begin
    for stream in listener.incoming() {
        let stream = stream?;
        thread::spawn(move || echo_lines(&stream));
    }
    // explain: end
    Ok(())
}
