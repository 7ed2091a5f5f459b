//! Ends the process if a stream ends inside a line.

use std::io;
use std::net::TcpStream;
use std::process;

use crate::protocol::read_lines;

pub(crate) fn serve(stream: TcpStream) -> io::Result<()> {
    // explain: begin
    if let Err(error) = read_lines(&stream) {
        eprintln!("{error}");
        process::exit(1); // all clients are gone
    }
    // explain: end
    Ok(())
}
