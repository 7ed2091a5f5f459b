//! Does not close the connection after `quit`.

use std::io::{self, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Mutex;

use crate::protocol::{answer, whole_lines};

static CLIENTS: Mutex<Vec<TcpStream>> = Mutex::new(Vec::new());

pub(crate) fn serve(stream: TcpStream) -> io::Result<()> {
    let mut writer = stream.try_clone()?;
    // explain: begin
    let mut clients = CLIENTS.lock().expect("no thread panics");
    clients.push(stream.try_clone()?); // a clone keeps the connection open
    // explain: end
    drop(clients);
    for line in whole_lines(&stream) {
        let line = line?;
        writer.write_all(&answer(&line))?;
        // explain: begin
        if line == b"quit\n" {
            return Ok(());
        }
        // explain: end
    }
    stream.shutdown(Shutdown::Both)
}
