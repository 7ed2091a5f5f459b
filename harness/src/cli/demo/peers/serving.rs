//! How clients come in: one after another, or each in a thread of its own.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// What is done with a client; the connection ends with it.
type Serve = fn(TcpStream) -> io::Result<()>;

/// How long a machine that has no room for a client is left alone.
const NO_ROOM: Duration = Duration::from_millis(10);

/// Serves the next client when the one before it is done. What `serve` panics of,
/// the server dies of.
pub(super) fn one_after_another(listener: &TcpListener, serve: Serve) -> ! {
    loop {
        serve_and_say(serve, next(listener));
    }
}

/// Serves all that come, side by side.
pub(super) fn a_thread_a_client(listener: &TcpListener, serve: Serve) -> ! {
    loop {
        let client = next(listener);
        let thread = thread::Builder::new().spawn(move || serve_and_say(serve, client));
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

fn serve_and_say(serve: Serve, client: TcpStream) {
    if let Err(error) = serve(client) {
        eprintln!("a client is gone: {error}");
    }
}
