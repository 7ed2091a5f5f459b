//! Making a connection to the peer.

use super::poll::{Readiness, wait};
use super::{Link, Options};
use rustix::io::{Errno, ioctl_fionbio};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The peer: nothing listens on its port.
    #[error("{peer} refused the connection")]
    Refused {
        /// Who was called.
        peer: SocketAddr,
    },
    /// The peer, or the way to it: nobody answered in time. On one host this is
    /// mostly a full accept queue; see [`listening`](crate::wire::diag::listening).
    #[error("{peer} did not take the connection in time")]
    TimedOut {
        /// Who was called.
        peer: SocketAddr,
    },
    /// The machine: every port is busy with connections that ended just now.
    #[error("this machine has no port left to call {peer} from")]
    NoPorts {
        /// Who was called.
        peer: SocketAddr,
    },
    /// The machine, or the way to the peer.
    #[error("cannot connect to {peer}")]
    Machine {
        /// Who was called.
        peer: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

/// How often to ask whether a port has come free: they do so after a second.
const PORT_PAUSE: Duration = Duration::from_millis(5);

impl Link {
    /// Connects to the peer. When all ports are busy it waits for one.
    ///
    /// # Errors
    ///
    /// When there is no connection by the deadline; a refusal and a silence are
    /// two different errors.
    pub fn connect(
        peer: SocketAddr,
        options: &Options,
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
    options: &Options,
    from: Option<IpAddr>,
    deadline: Instant,
) -> Result<Link, ConnectError> {
    let machine = |source| ConnectError::Machine { peer, source };
    let socket = socket(peer, options).map_err(machine)?;
    if let Some(address) = from {
        bind(&socket, address).map_err(|error| blame_bind(peer, error))?;
    }
    let broken = dial(&socket, peer, deadline).map_err(|error| blame_dial(peer, error))?;
    let stream = TcpStream::from(socket);
    let ours = stream.local_addr().map_err(machine)?;
    if ours == peer {
        // A port of the ephemeral range can be connected to itself.
        return Err(ConnectError::Refused { peer });
    }
    let mut link = Link::new(stream, ours, peer, options);
    if let Some(error) = broken {
        let _ = link.broke(&error);
    }
    Ok(link)
}

fn socket(peer: SocketAddr, options: &Options) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(peer), Type::STREAM, Some(Protocol::TCP))?;
    ioctl_fionbio(&socket, true)?;
    socket.set_tcp_nodelay(true)?;
    options.appetite.prepare(&socket)?;
    Ok(socket)
}

fn bind(socket: &Socket, address: IpAddr) -> io::Result<()> {
    socket.bind(&SockAddr::from(SocketAddr::new(address, 0)))
}

/// Connects. A connection that was made and at once reset *was made*: the peer may
/// have said something before. The error that told of the reset is told only once,
/// so it is handed on.
///
/// On loopback the connection is made before the first call returns, though that
/// says it is under way: a socket that has a peer needs no wait.
fn dial(socket: &Socket, peer: SocketAddr, deadline: Instant) -> io::Result<Option<io::Error>> {
    match socket.connect(&SockAddr::from(peer)) {
        Ok(()) => return Ok(None),
        Err(error) if is_under_way(&error) => {}
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

fn is_under_way(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
        || error.raw_os_error() == Some(Errno::INPROGRESS.raw_os_error())
}

/// A reset that answers our SYN is a refusal; these come later.
fn comes_after_connecting(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}

fn blame_bind(peer: SocketAddr, source: io::Error) -> ConnectError {
    match source.kind() {
        io::ErrorKind::AddrInUse => ConnectError::NoPorts { peer },
        _ => ConnectError::Machine { peer, source },
    }
}

fn blame_dial(peer: SocketAddr, source: io::Error) -> ConnectError {
    match source.kind() {
        io::ErrorKind::ConnectionRefused => ConnectError::Refused { peer },
        io::ErrorKind::TimedOut => ConnectError::TimedOut { peer },
        io::ErrorKind::AddrNotAvailable => ConnectError::NoPorts { peer },
        _ => ConnectError::Machine { peer, source },
    }
}
