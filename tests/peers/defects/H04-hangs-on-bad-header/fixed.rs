//! Closes the connection after a malformed header.

use std::io::{self, Read as _};
use std::net::{Shutdown, TcpStream};

use crate::protocol::{answer_body, parse_length};

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let mut header = [0; 10];
        stream.read_exact(&mut header)?;
        // explain: begin
        let Ok(length) = parse_length(&header) else {
            return stream.shutdown(Shutdown::Both); // the next header is unknown
        };
        // explain: end
        answer_body(&mut stream, length)?;
    }
}
