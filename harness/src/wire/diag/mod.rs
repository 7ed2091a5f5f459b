//! What the kernel knows of the peer's socket.
//!
//! A [`Query`] names one socket of this host and asks for it as often as one
//! likes: the request is built once and costs two system calls a look. No
//! privilege is needed. The connection is named *from the peer's side*, so the
//! answer is the peer's own end: how much it has received, how much of that it
//! has not read, which descriptor holds it.
//!
//! An IPv4 connection that a dual-stack listener accepted is an IPv6 socket with
//! mapped addresses; the kernel finds it under its IPv4 name all the same, so
//! there is one query for both.

#[cfg(target_os = "linux")]
mod layout;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;
mod sighting;

#[cfg(target_os = "linux")]
use linux::Request;
#[cfg(not(target_os = "linux"))]
use other::Request;

pub use sighting::{Backlog, Counters, Holder, Inode, Seen, Sighting, TcpState};

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Why the kernel shows nothing. Never the peer's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Blind {
    /// Only Linux answers such questions.
    #[error("this system does not show the state of other programs' sockets")]
    NotThisSystem,
    /// The machine does not let us ask, or refuses to answer.
    #[error("the kernel does not answer socket queries: {}", std::io::Error::from_raw_os_error(*errno))]
    Refused {
        /// The system's error number.
        errno: i32,
    },
    /// An answer came that wirecheck cannot read.
    #[error("the kernel's answer to a socket query is not understood")]
    Garbled,
}

/// A question to the kernel, ready to be asked again and again.
#[derive(Clone, Debug)]
pub struct Query {
    request: Request,
}

impl Query {
    /// Asks for the peer's end of a connection: `peer` is the address at its end,
    /// `ours` the one at this end.
    #[must_use]
    pub fn connection(peer: SocketAddr, ours: SocketAddr) -> Self {
        let request = Request::new(canonical(peer), canonical(ours));
        Self { request }
    }

    /// Asks for whoever listens on `addr`.
    #[must_use]
    pub fn listener(addr: SocketAddr) -> Self {
        let addr = canonical(addr);
        let anyone = match addr {
            SocketAddr::V4(_) => IpAddr::from(Ipv4Addr::UNSPECIFIED),
            SocketAddr::V6(_) => IpAddr::from(Ipv6Addr::UNSPECIFIED),
        };
        let request = Request::new(addr, SocketAddr::new(anyone, 0));
        Self { request }
    }

    /// Looks once.
    ///
    /// # Errors
    ///
    /// When the kernel cannot be asked at all; that a socket does not exist is an
    /// answer, not an error.
    pub fn look(&mut self) -> Result<Seen, Blind> {
        self.request.ask()
    }
}

/// The socket that listens on `addr`, if there is one in this network namespace.
///
/// One that listens on all addresses answers for each of them.
///
/// # Errors
///
/// When the kernel cannot be asked.
pub fn listening(addr: SocketAddr) -> Result<Option<Backlog>, Blind> {
    match Query::listener(addr).look()? {
        Seen::Listening(backlog) => Ok(Some(backlog)),
        Seen::Socket(_) | Seen::Nothing => Ok(None),
    }
}

/// A mapped IPv4 address is an IPv4 address to the kernel's tables.
fn canonical(addr: SocketAddr) -> SocketAddr {
    SocketAddr::new(addr.ip().to_canonical(), addr.port())
}
