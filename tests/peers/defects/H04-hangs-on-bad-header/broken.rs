//! Does not close the connection after a malformed header.

use std::io::{self, Read as _};
use std::net::TcpStream;
use std::sync::Mutex;

use crate::protocol::{answer_body, parse_length};

static CLIENTS: Mutex<Vec<TcpStream>> = Mutex::new(Vec::new());

fn keep(stream: TcpStream) -> io::Result<()> {
    CLIENTS.lock().expect("no thread panics").push(stream);
    Ok(())
}

pub(crate) fn serve(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let mut header = [0; 10];
        stream.read_exact(&mut header)?;
        // explain: begin
        let Ok(length) = parse_length(&header) else {
            return keep(stream); // the socket stays open
        };
        // explain: end
        answer_body(&mut stream, length)?;
    }
}
