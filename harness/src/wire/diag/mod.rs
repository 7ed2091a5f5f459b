//! What the kernel knows about the peer's socket.
//!
//! In come the two addresses of a connection; out goes the state of the peer's end: how much
//! it has received, how much of that its process has not read, and which descriptor holds it.
//! This module does not know what the bytes mean or why it is asked.
//!
//! A [`Query`] is built once and asked again and again, for two system calls each time. It
//! needs no privilege. The connection is named *from the peer's side*.
//!
//! An IPv4 connection that a dual-stack listener accepted is an IPv6 socket with mapped
//! addresses. The kernel also finds it under its IPv4 addresses, so one query is enough.

#[cfg(target_os = "linux")]
mod layout;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;
mod socket;

#[cfg(target_os = "linux")]
use linux::Request;
#[cfg(not(target_os = "linux"))]
use other::Request;

#[cfg(target_os = "linux")]
pub use layout::parse as parse_answer;
pub use socket::{Backlog, Counters, Holder, Inode, SocketInfo, SocketLookup, TcpState};

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Why the kernel does not answer. Never the peer's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Only Linux answers such queries.
    #[error("this system does not show the sockets of other programs")]
    Unsupported,
    /// The machine forbids the query, or the kernel answers with an error.
    #[error("the kernel refuses socket queries: {}", std::io::Error::from_raw_os_error(*errno))]
    Refused {
        /// The system's error number.
        errno: i32,
    },
    /// wirecheck cannot parse the answer.
    #[error("the kernel's answer to a socket query is malformed")]
    Malformed,
}

/// A prepared request to the kernel.
#[derive(Clone, Debug)]
pub struct Query {
    request: Request,
}

impl Query {
    /// Asks about the peer's end of a connection: `peer` is the address at its end, `ours`
    /// the one at this end.
    #[must_use]
    pub fn connection(peer: SocketAddr, ours: SocketAddr) -> Self {
        let request = Request::new(canonical(peer), canonical(ours));
        Self { request }
    }

    /// Asks about the socket that listens on `addr`.
    #[must_use]
    pub fn listener(addr: SocketAddr) -> Self {
        let addr = canonical(addr);
        let unspecified = match addr {
            SocketAddr::V4(_) => IpAddr::from(Ipv4Addr::UNSPECIFIED),
            SocketAddr::V6(_) => IpAddr::from(Ipv6Addr::UNSPECIFIED),
        };
        let request = Request::new(addr, SocketAddr::new(unspecified, 0));
        Self { request }
    }

    /// Looks once.
    ///
    /// # Errors
    ///
    /// When the kernel cannot be asked. A socket that does not exist is not an error.
    pub fn look(&mut self) -> Result<SocketLookup, QueryError> {
        self.request.ask()
    }
}

/// The socket that listens on `addr`, if there is one in this network namespace. A socket
/// that listens on all addresses is found under each of them.
///
/// # Errors
///
/// When the kernel cannot be asked.
pub fn listening(addr: SocketAddr) -> Result<Option<Backlog>, QueryError> {
    match Query::listener(addr).look()? {
        SocketLookup::Listening(backlog) => Ok(Some(backlog)),
        SocketLookup::Socket(_) | SocketLookup::Nothing => Ok(None),
    }
}

/// The kernel's tables contain IPv4 addresses where a program sees mapped ones.
fn canonical(addr: SocketAddr) -> SocketAddr {
    SocketAddr::new(addr.ip().to_canonical(), addr.port())
}
