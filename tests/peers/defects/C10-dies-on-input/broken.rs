//! Has a buffer for one line: a panic in the main thread ends the process.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use crate::protocol::answer;

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    // explain: begin
    let mut line = [0; 16]; // long enough for one line
    let mut length = 0;
    let mut piece = [0; 4096];
    loop {
        let n = stream.read(&mut piece)?;
        if n == 0 {
            return Ok(());
        }
        line[length..length + n].copy_from_slice(&piece[..n]); // may panic
        length += n;
        if line[length - 1] == b'\n' {
            stream.write_all(&answer(&line[..length]))?;
            length = 0;
        }
    }
    // explain: end
}
