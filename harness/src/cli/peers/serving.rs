//! Accept loops: one client at a time, or one thread per client.

use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use super::Handler;

/// The pause after the system refused a connection or a thread.
const RETRY_AFTER: Duration = Duration::from_millis(10);

/// A panic in the handler ends the server.
pub(super) fn serve_one_at_a_time(listener: &TcpListener, handler: Handler) -> ! {
    loop {
        handle(handler, accept(listener));
    }
}

pub(super) fn serve_concurrently(listener: &TcpListener, handler: Handler) -> ! {
    loop {
        let client = accept(listener);
        let thread = thread::Builder::new().spawn(move || handle(handler, client));
        if thread.is_err() {
            thread::sleep(RETRY_AFTER);
        }
    }
}

fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept() {
            Ok((client, _)) => return client,
            Err(_) => thread::sleep(RETRY_AFTER),
        }
    }
}

fn handle(handler: Handler, client: TcpStream) {
    if let Err(error) = handler(client) {
        eprintln!("connection lost: {error}");
    }
}
