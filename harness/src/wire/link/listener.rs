//! Taking connections from a peer that is a client.

use super::poll::{Readiness, wait};
use super::{Link, Options};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Instant;

/// Connections that may wait for us: more than any client under test makes.
const BACKLOG: i32 = 1024;

/// Why no connection was taken.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The peer: it did not connect in time.
    #[error("nobody connected in time")]
    TimedOut,
    /// The machine.
    #[error("cannot take a connection")]
    Machine(#[source] io::Error),
}

/// A socket that takes connections from the peer.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    addr: SocketAddr,
    options: Options,
}

impl Listener {
    /// Listens on `addr`; port 0 lets the kernel choose. The options' source is of
    /// no use here.
    ///
    /// # Errors
    ///
    /// When the machine does not let us listen there.
    pub fn bind(addr: SocketAddr, options: Options) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
        #[cfg(unix)]
        socket.set_reuse_address(true)?;
        options.appetite.prepare(&socket)?;
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

    /// Takes the next connection.
    ///
    /// # Errors
    ///
    /// When none comes by the deadline, or the machine fails.
    pub fn accept(&self, deadline: Instant) -> Result<Link, AcceptError> {
        self.accept_as(&self.options, deadline)
    }

    /// The same with other options than those it was bound with. How eagerly the first
    /// bytes are read is not changed by them.
    ///
    /// # Errors
    ///
    /// When none comes by the deadline, or the machine fails.
    pub fn accept_as(&self, options: &Options, deadline: Instant) -> Result<Link, AcceptError> {
        loop {
            match self.socket.accept() {
                Ok((stream, peer)) => {
                    return link(stream, peer, options).map_err(AcceptError::Machine);
                }
                Err(error) if may_come_back(&error) => {}
                Err(error) => return Err(AcceptError::Machine(error)),
            }
            if Instant::now() >= deadline {
                return Err(AcceptError::TimedOut);
            }
            wait(&self.socket, Readiness::Readable, deadline);
        }
    }

    /// Waits until somebody has connected, and says whether that is so.
    #[must_use]
    pub fn is_called(&self, deadline: Instant) -> bool {
        wait(&self.socket, Readiness::Readable, deadline)
    }
}

fn link(stream: TcpStream, peer: SocketAddr, options: &Options) -> io::Result<Link> {
    stream.set_nonblocking(true)?;
    stream.set_nodelay(true)?;
    let ours = stream.local_addr()?;
    Ok(Link::new(stream, ours, peer, options))
}

/// None there yet, or one that was gone before we took it.
fn may_come_back(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted, WouldBlock};
    matches!(
        error.kind(),
        WouldBlock | Interrupted | ConnectionAborted | ConnectionReset
    )
}
