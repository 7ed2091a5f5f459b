//! Serves each client in a thread.

use std::io;
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use crate::protocol::echo_lines;

pub(crate) fn main(listener: TcpListener) -> io::Result<()> {
    // explain: begin
    for stream in listener.incoming() {
        let stream = stream?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        thread::spawn(move || echo_lines(&stream));
    }
    // explain: end
    Ok(())
}
