//! Reads until the header is complete.

use std::io::{self, Read as _};
use std::net::TcpStream;

use crate::protocol::{answer_body, parse_length};

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    loop {
        // explain: begin
        let mut header = [0; 10];
        stream.read_exact(&mut header)?;
        let length = parse_length(&header)?;
        // explain: end
        answer_body(&mut stream, length)?;
    }
}
