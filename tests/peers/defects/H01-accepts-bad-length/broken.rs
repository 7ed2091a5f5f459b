//! Accepts a number that something follows.

use std::io::{self, Read as _};
use std::net::TcpStream;

use crate::protocol::{answer_body, parse_length};

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let mut header = [0; 10];
        stream.read_exact(&mut header)?;
        // explain: begin
        let is_digit = |byte: &&u8| byte.is_ascii_digit();
        let digits = header.iter().take_while(is_digit).count();
        let length = parse_length(&header[..digits])?; // "1_4" is taken for 1
        // explain: end
        answer_body(&mut stream, length)?;
    }
}
