//! Reads until the body is complete.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use crate::protocol::{capitals, read_header};

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let length = read_header(&mut stream)?;
        // explain: begin
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        stream.write_all(&capitals(&body))?;
        // explain: end
    }
}
