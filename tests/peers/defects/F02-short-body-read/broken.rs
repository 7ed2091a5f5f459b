//! Expects one `read` to return the whole body.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use crate::protocol::{capitals, read_header};

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let length = read_header(&mut stream)?;
        // explain: begin
        let mut body = vec![0; length];
        let n = stream.read(&mut body)?; // 1 to length bytes
        stream.write_all(&capitals(&body[..n]))?;
        // explain: end
    }
}
