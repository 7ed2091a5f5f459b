//! Answers each `read`.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use crate::protocol::answer;

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    // explain: begin
    let mut piece = [0; 4096];
    loop {
        let n = stream.read(&mut piece)?;
        if n == 0 {
            return Ok(());
        }
        stream.write_all(&answer(&piece[..n]))?;
    }
    // explain: end
}
