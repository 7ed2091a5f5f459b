//! Accepts digits only.

use std::io::{self, Read as _};
use std::net::TcpStream;

use crate::protocol::answer_body;

const LIMIT: usize = 65536;

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let mut header = [0; 10];
        stream.read_exact(&mut header)?;
        // explain: begin
        let text = String::from_utf8_lossy(&header);
        let digits = text.trim_end_matches(' ');
        let is_zero_first = digits.starts_with('0') && digits != "0";
        if is_zero_first || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(io::ErrorKind::InvalidData.into()); // "+5" too
        }
        let Ok(length @ 0..=LIMIT) = digits.parse() else {
            return Err(io::ErrorKind::InvalidData.into()); // too large, or empty
        };
        // explain: end
        answer_body(&mut stream, length)?;
    }
}
