//! Does not notice that `read` returns 0 bytes.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use crate::protocol::{capitals, read_header};

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let mut body = vec![0; read_header(&mut stream)?];
        // explain: begin
        let mut received = 0;
        while received < body.len() {
            received += stream.read(&mut body[received..])?; // 0, again and again
        }
        // explain: end
        stream.write_all(&capitals(&body))?;
    }
}
