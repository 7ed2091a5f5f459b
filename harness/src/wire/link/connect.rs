//! Making a connection to the peer.

use super::poll::{Readiness, wait};
use super::{Link, LinkOptions};
use rustix::io::{Errno, ioctl_fionbio};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The peer: it does not listen on its port.
    #[error("cannot connect to {peer}: connection refused; is the server listening?")]
    Refused {
        /// The peer's address.
        peer: SocketAddr,
    },
    /// The peer, or the network: there was no answer in time. On one host the usual cause is
    /// a full accept queue; see [`listening`](crate::wire::diag::listening).
    #[error(
        "cannot connect to {peer}: no answer in time; does the server still accept connections?"
    )]
    TimedOut {
        /// The peer's address.
        peer: SocketAddr,
    },
    /// The machine: connections that ended recently occupy every port.
    #[error(
        "cannot connect to {peer}: no local port is free; wait until closed connections leave TIME_WAIT"
    )]
    NoPorts {
        /// The peer's address.
        peer: SocketAddr,
    },
    /// The machine, or the network.
    #[error("cannot connect to {peer}")]
    Machine {
        /// The peer's address.
        peer: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
}

/// The pause before the next attempt to find a free port. A port is free again after a
/// second.
const PORT_PAUSE: Duration = Duration::from_millis(5);

impl Link {
    /// Connects to the peer. If all local ports are busy it waits for one.
    ///
    /// # Errors
    ///
    /// When there is no connection at the deadline. A refusal and a timeout are two different
    /// errors.
    pub fn connect(
        peer: SocketAddr,
        options: &LinkOptions,
        deadline: Instant,
    ) -> Result<Self, ConnectError> {
        let mut source = options.source;
        loop {
            match attempt(peer, options, source.address(peer), deadline) {
                Err(ConnectError::NoPorts { .. }) if Instant::now() < deadline => {
                    if source == source.widened() {
                        std::thread::sleep(PORT_PAUSE);
                    }
                    source = source.widened();
                }
                outcome => return outcome,
            }
        }
    }
}

fn attempt(
    peer: SocketAddr,
    options: &LinkOptions,
    from: Option<IpAddr>,
    deadline: Instant,
) -> Result<Link, ConnectError> {
    let machine = |source| ConnectError::Machine { peer, source };
    let socket = socket(peer).map_err(machine)?;
    options.reading.set_buffer(&socket).map_err(machine)?;
    if let Some(address) = from {
        bind(&socket, address).map_err(|error| bind_error(peer, error))?;
    }
    let reset = dial(&socket, peer, deadline).map_err(|error| dial_error(peer, error))?;
    let stream = TcpStream::from(socket);
    let ours = stream.local_addr().map_err(machine)?;
    if ours == peer {
        // A socket can connect to itself if the kernel gives it the peer's port.
        return Err(ConnectError::Refused { peer });
    }
    let mut link = Link::new(stream, ours, peer, options);
    if let Some(error) = reset {
        let _ = link.record_error(&error);
    }
    Ok(link)
}

fn socket(peer: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(peer), Type::STREAM, Some(Protocol::TCP))?;
    ioctl_fionbio(&socket, true)?;
    socket.set_tcp_nodelay(true)?;
    Ok(socket)
}

fn bind(socket: &Socket, address: IpAddr) -> io::Result<()> {
    socket.bind(&SockAddr::from(SocketAddr::new(address, 0)))
}

/// Connects. A connection that was made and reset at once *was made*: the peer may have sent
/// something before. The kernel reports the reset only once, so that error is returned.
///
/// On loopback the connection is made before the first call returns, although the call
/// returns EINPROGRESS. A socket that has a remote address needs no wait.
fn dial(socket: &Socket, peer: SocketAddr, deadline: Instant) -> io::Result<Option<io::Error>> {
    match socket.connect(&SockAddr::from(peer)) {
        Ok(()) => return Ok(None),
        Err(error) if is_in_progress(&error) => {}
        Err(error) => return Err(error),
    }
    while socket.peer_addr().is_err() {
        wait(socket, Readiness::Writable, deadline);
        match socket.take_error()? {
            Some(error) if comes_after_connecting(&error) => return Ok(Some(error)),
            Some(error) => return Err(error),
            None if Instant::now() >= deadline && socket.peer_addr().is_err() => {
                return Err(io::ErrorKind::TimedOut.into());
            }
            None => {}
        }
    }
    Ok(None)
}

fn is_in_progress(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
        || error.raw_os_error() == Some(Errno::INPROGRESS.raw_os_error())
}

/// A reset that answers our SYN is a refusal. These errors come later.
fn comes_after_connecting(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}

fn bind_error(peer: SocketAddr, source: io::Error) -> ConnectError {
    match source.kind() {
        io::ErrorKind::AddrInUse => ConnectError::NoPorts { peer },
        _ => ConnectError::Machine { peer, source },
    }
}

fn dial_error(peer: SocketAddr, source: io::Error) -> ConnectError {
    match source.kind() {
        io::ErrorKind::ConnectionRefused => ConnectError::Refused { peer },
        io::ErrorKind::TimedOut => ConnectError::TimedOut { peer },
        io::ErrorKind::AddrNotAvailable => ConnectError::NoPorts { peer },
        _ => ConnectError::Machine { peer, source },
    }
}
