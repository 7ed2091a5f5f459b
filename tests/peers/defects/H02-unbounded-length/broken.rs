//! Allocates the length that a header declares.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use crate::protocol::{capitals, read_header};

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut body = Vec::new();
    loop {
        let length = read_header(&mut stream)?;
        // explain: begin
        body.resize(length, 0); // before any of it has arrived
        stream.read_exact(&mut body)?;
        // explain: end
        stream.write_all(&capitals(&body))?;
    }
}
