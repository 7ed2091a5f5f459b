//! Declares the number of bytes.

use std::io::{self, Write as _};
use std::net::TcpStream;

use crate::protocol::read_text;

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let text = read_text(&mut stream)?;
        // explain: begin
        let length = text.len(); // in bytes
        write!(stream, "{length:<10}{text}")?;
        // explain: end
    }
}
