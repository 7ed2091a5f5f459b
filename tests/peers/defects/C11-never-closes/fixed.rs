//! Closes the connection after `quit`.

use std::io::{self, Write as _};
use std::net::{Shutdown, TcpStream};

use crate::protocol::{answer, whole_lines};

pub(crate) fn serve(stream: TcpStream) -> io::Result<()> {
    let mut writer = stream.try_clone()?;
    for line in whole_lines(&stream) {
        let line = line?;
        writer.write_all(&answer(&line))?;
        // explain: begin
        if line == b"quit\n" {
            return stream.shutdown(Shutdown::Both); // also if there are clones
        }
        // explain: end
    }
    Ok(())
}
