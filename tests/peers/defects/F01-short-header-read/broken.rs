//! Expects one `read` to return the whole header.

use std::io::{self, Read as _};
use std::net::TcpStream;

use crate::protocol::{answer_body, parse_length};

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    loop {
        // explain: begin
        let mut header = [0; 10];
        let n = stream.read(&mut header)?; // 1 to 10 bytes, 0 at the end
        let length = parse_length(&header[..n])?;
        // explain: end
        answer_body(&mut stream, length)?;
    }
}
