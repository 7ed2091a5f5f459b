//! Ends the connection.

use std::io;
use std::net::TcpStream;

use crate::protocol::read_lines;

pub(crate) fn serve(stream: TcpStream) -> io::Result<()> {
    // explain: begin
    if let Err(error) = read_lines(&stream) {
        eprintln!("{error}"); // only this client is gone
    }
    // explain: end
    Ok(())
}
