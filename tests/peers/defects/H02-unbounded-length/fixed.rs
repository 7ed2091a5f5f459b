//! Rejects a length above its limit.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use crate::protocol::{capitals, read_header};

const LIMIT: usize = 65536;

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut body = Vec::new();
    loop {
        let length = read_header(&mut stream)?;
        // explain: begin
        if length > LIMIT {
            return Err(io::ErrorKind::InvalidData.into());
        }
        body.resize(length, 0);
        stream.read_exact(&mut body)?;
        // explain: end
        stream.write_all(&capitals(&body))?;
    }
}
