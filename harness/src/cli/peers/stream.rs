//! What the fixed peers share: where a line ends, and how to close a connection.

use std::io::{self, BufRead, ErrorKind, Read};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// Without its newline.
const MAX_LINE: usize = 65_536;

/// How long a client may keep sending after the last answer.
const DRAIN_LIMIT: Duration = Duration::from_secs(2);

/// Reads until a line is complete and returns it without its newline. A line that the
/// end of the stream cuts off is dropped.
pub(super) fn read_line(stream: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    stream
        .take(MAX_LINE as u64 + 1)
        .read_until(b'\n', &mut line)?;
    if line.pop_if(|last| *last == b'\n').is_some() {
        Ok(Some(line))
    } else if line.len() > MAX_LINE {
        Err(invalid("line too long"))
    } else {
        Ok(None)
    }
}

/// The client sent something that is not a message.
pub(super) fn invalid(why: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why)
}

/// Closes with a FIN, also after an invalid message: a close with unread bytes would
/// reset the connection and discard the answer.
pub(super) fn close(client: &TcpStream, outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if is_client_error(&error) => eprintln!("client rejected: {error}"),
        outcome => outcome?,
    }
    client.shutdown(Shutdown::Write)?;
    drain(client)
}

fn is_client_error(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof
    )
}

/// Reads and discards until the client closes or the time is up.
fn drain(mut client: &TcpStream) -> io::Result<()> {
    let deadline = Instant::now() + DRAIN_LIMIT;
    let mut discarded = [0; 4096];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        client.set_read_timeout(Some(left))?;
        match client.read(&mut discarded) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // The kind of a timeout differs between systems.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
    }
}
