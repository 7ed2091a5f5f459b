//! Ends when the stream ends.

use std::io::{self, Read as _};
use std::net::TcpStream;

use crate::protocol::Lines;

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut lines = Lines::new(&stream)?;
    // explain: begin
    let mut piece = [0; 4096];
    loop {
        let n = stream.read(&mut piece)?;
        if n == 0 {
            return Ok(()); // the end of the stream
        }
        lines.add(&piece[..n])?;
    }
    // explain: end
}
