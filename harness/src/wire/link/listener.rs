//! Accepting connections from a peer that is a client.

use super::poll::{Readiness, wait};
use super::{Link, LinkOptions};
use socket2::{Domain, Protocol, SockAddr, SockRef, Socket, Type};
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Instant;

/// More connections than a client under test makes at once.
const BACKLOG: i32 = 1024;

/// Why no connection was accepted.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The peer: it did not connect in time.
    #[error("the client did not connect in time")]
    TimedOut,
    /// The machine.
    #[error("cannot accept a connection")]
    Machine(#[source] io::Error),
}

/// A socket that accepts connections from the peer.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    addr: SocketAddr,
    options: LinkOptions,
}

impl Listener {
    /// Listens on `addr`. For port 0 the kernel chooses one. The source address in the options
    /// is not used.
    ///
    /// # Errors
    ///
    /// When the machine refuses to listen there.
    pub fn bind(addr: SocketAddr, options: LinkOptions) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
        #[cfg(unix)]
        socket.set_reuse_address(true)?;
        socket.bind(&SockAddr::from(addr))?;
        socket.listen(BACKLOG)?;
        socket.set_nonblocking(true)?;
        let socket = TcpListener::from(socket);
        let addr = socket.local_addr()?;
        Ok(Self {
            socket,
            addr,
            options,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Accepts the next connection.
    ///
    /// # Errors
    ///
    /// When there is none at the deadline, or the machine fails.
    pub fn accept(&self, deadline: Instant) -> Result<Link, AcceptError> {
        self.accept_with(&self.options, deadline)
    }

    /// Accepts the next connection, with other options than those of the listener.
    ///
    /// # Errors
    ///
    /// When there is none at the deadline, or the machine fails.
    pub fn accept_with(
        &self,
        options: &LinkOptions,
        deadline: Instant,
    ) -> Result<Link, AcceptError> {
        loop {
            match self.socket.accept() {
                Ok((stream, peer)) => {
                    return link(stream, peer, options).map_err(AcceptError::Machine);
                }
                Err(error) if is_temporary(&error) => {}
                Err(error) => return Err(AcceptError::Machine(error)),
            }
            if Instant::now() >= deadline {
                return Err(AcceptError::TimedOut);
            }
            wait(&self.socket, Readiness::Readable, deadline);
        }
    }

    /// Waits until a connection can be accepted. Returns whether there is one.
    #[must_use]
    pub fn await_connection(&self, deadline: Instant) -> bool {
        wait(&self.socket, Readiness::Readable, deadline)
    }
}

fn link(stream: TcpStream, peer: SocketAddr, options: &LinkOptions) -> io::Result<Link> {
    stream.set_nonblocking(true)?;
    stream.set_nodelay(true)?;
    options.reading.set_buffer(&SockRef::from(&stream))?;
    let ours = stream.local_addr()?;
    Ok(Link::new(stream, ours, peer, options))
}

/// There is no connection yet, or it was closed before it was accepted.
fn is_temporary(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted, WouldBlock};
    matches!(
        error.kind(),
        WouldBlock | Interrupted | ConnectionAborted | ConnectionReset
    )
}
