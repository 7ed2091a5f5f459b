//! Takes the end of the stream for a pause.

use std::io::{self, Read as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use crate::protocol::Lines;

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut lines = Lines::new(&stream)?;
    // explain: begin
    let mut piece = [0; 4096];
    loop {
        let n = stream.read(&mut piece)?;
        if n == 0 {
            thread::sleep(Duration::from_secs(1)); // nothing more can come
            continue;
        }
        lines.add(&piece[..n])?;
    }
    // explain: end
}
