//! Waits for the last answer.

use std::io::{self, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc;
use std::thread;

use crate::protocol::{look_up, whole_lines};

pub(crate) fn serve(stream: TcpStream) -> io::Result<()> {
    // explain: begin
    let (sender, lines) = mpsc::channel::<Vec<u8>>();
    let mut writer = stream.try_clone()?;
    let worker = thread::spawn(move || {
        for line in lines {
            writer.write_all(&look_up(&line))?;
        }
        io::Result::Ok(())
    });
    for line in whole_lines(&stream) {
        sender.send(line?).expect("the worker receives");
    }
    drop(sender);
    worker.join().expect("it does not panic")?; // after the last answer
    stream.shutdown(Shutdown::Both)
    // explain: end
}
