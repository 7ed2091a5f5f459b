//! Flushes when it has read all that has arrived.

use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::net::TcpStream;

use crate::protocol::answer;

pub(crate) fn serve(stream: TcpStream) -> io::Result<()> {
    // explain: begin
    let mut reader = BufReader::new(&stream);
    let mut writer = BufWriter::new(&stream);
    loop {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line)?;
        if !line.ends_with(b"\n") {
            return Ok(()); // the end of the stream
        }
        writer.write_all(&answer(&line))?;
        if reader.buffer().is_empty() {
            writer.flush()?; // not if half a line is left
        }
    }
    // explain: end
}
