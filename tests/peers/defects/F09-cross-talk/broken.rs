//! Sends each answer as soon as it is ready.

use std::io::{self, Write as _};
use std::net::TcpStream;
use std::thread;

use crate::protocol::{look_up, whole_lines};

pub(crate) fn serve(stream: TcpStream) -> io::Result<()> {
    // explain: begin
    for line in whole_lines(&stream) {
        let line = line?;
        let mut writer = stream.try_clone()?;
        thread::spawn(move || {
            writer.write_all(&look_up(&line)) // the fastest answer is the first
        });
    }
    // explain: end
    Ok(())
}
