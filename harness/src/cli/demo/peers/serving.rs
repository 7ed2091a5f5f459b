//! How clients come in: one after another, or each in a thread of its own.

use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use super::Converse;

/// How long a machine that has no room for a client is left alone.
const NO_ROOM: Duration = Duration::from_millis(10);

/// Serves the next client when the one before it is done. What `converse` panics of,
/// the server dies of.
pub(super) fn one_after_another(listener: &TcpListener, converse: Converse) -> ! {
    loop {
        converse_and_say(converse, next(listener));
    }
}

/// Serves all that come, side by side.
pub(super) fn a_thread_a_client(listener: &TcpListener, converse: Converse) -> ! {
    loop {
        let client = next(listener);
        let thread = thread::Builder::new().spawn(move || converse_and_say(converse, client));
        if thread.is_err() {
            thread::sleep(NO_ROOM);
        }
    }
}

fn next(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept() {
            Ok((client, _)) => return client,
            Err(_) => thread::sleep(NO_ROOM),
        }
    }
}

fn converse_and_say(converse: Converse, client: TcpStream) {
    if let Err(error) = converse(client) {
        eprintln!("a client is gone: {error}");
    }
}
