//! Panics at a malformed header, in the main thread.

use std::io::{self, Read as _};
use std::net::TcpStream;

use crate::protocol::{answer_body, parse_length};

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let mut header = [0; 10];
        stream.read_exact(&mut header)?;
        // explain: begin
        let length = parse_length(&header).expect("a length"); // panics
        // explain: end
        answer_body(&mut stream, length)?;
    }
}
