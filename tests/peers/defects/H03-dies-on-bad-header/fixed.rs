//! Ends the connection at a malformed header.

use std::io::{self, Read as _};
use std::net::TcpStream;

use crate::protocol::{answer_body, parse_length};

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let mut header = [0; 10];
        stream.read_exact(&mut header)?;
        // explain: begin
        let length = parse_length(&header)?; // ends this connection
        // explain: end
        answer_body(&mut stream, length)?;
    }
}
