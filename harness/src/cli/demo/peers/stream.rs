//! What the mended ones know: where a line ends, and how a connection does.

use std::io::{self, BufRead, ErrorKind, Read};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// The longest line, without its newline.
const LONGEST: usize = 65_536;

/// How long a client may go on talking when all has been said.
const PATIENCE: Duration = Duration::from_secs(2);

/// The next line, without its newline, however many reads it takes. The end of the
/// stream is none, and a line that it cut short is no line.
pub(super) fn whole_line(stream: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    stream
        .take(LONGEST as u64 + 1)
        .read_until(b'\n', &mut line)?;
    match line.pop_if(|last| *last == b'\n') {
        Some(_) => Ok(Some(line)),
        None if line.len() > LONGEST => Err(refused("a line is too long")),
        None => Ok(None),
    }
}

/// A message that cannot be acted upon: the client's fault.
pub(super) fn refused(why: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why)
}

/// Ends with a FIN after a conversation, be it that the client was refused: closing
/// while bytes are unread would reset the connection, and take back the answer.
pub(super) fn end(client: &TcpStream, conversation: io::Result<()>) -> io::Result<()> {
    match conversation {
        Err(error) if is_the_clients_fault(&error) => eprintln!("a client is sent away: {error}"),
        conversation => conversation?,
    }
    client.shutdown(Shutdown::Write)?;
    hear_out(client)
}

fn is_the_clients_fault(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof
    )
}

/// Reads what the client still says, until it ends or our patience does.
fn hear_out(mut client: &TcpStream) -> io::Result<()> {
    let until = Instant::now() + PATIENCE;
    let mut unheard = [0; 4096];
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        client.set_read_timeout(Some(left))?;
        match client.read(&mut unheard) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // The patience is over; each system has its own word for it.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
    }
}
