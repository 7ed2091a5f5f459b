//! How we know that the peer has read, and why we do not.

use crate::wire::diag::{Blind, Query};
use std::net::SocketAddr;

/// How to know that the peer has read a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Ask the kernel; pause where it does not answer.
    Kernel,
    /// Always pause, as on a host that shows nothing.
    Pauses,
}

impl Evidence {
    /// The variable that chooses: `kernel` or `pauses`.
    pub const VARIABLE: &'static str = "WIRECHECK_EVIDENCE";

    /// What the environment asks for; the kernel, if it says nothing.
    ///
    /// # Errors
    ///
    /// When it asks for something unknown.
    pub fn from_env() -> Result<Self, UnknownEvidence> {
        match std::env::var(Self::VARIABLE).as_deref() {
            Ok("pauses") => Ok(Self::Pauses),
            Ok("kernel") | Err(_) => Ok(Self::Kernel),
            Ok(other) => Err(UnknownEvidence(other.to_owned())),
        }
    }
}

/// The user asked for evidence that there is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("WIRECHECK_EVIDENCE={0} is not known: write `kernel` or `pauses`")]
pub struct UnknownEvidence(String);

/// Why a chunk's boundary is not proven.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The user asked for pauses.
    #[error("pauses were asked for")]
    Asked,
    /// The kernel cannot be asked.
    #[error(transparent)]
    Blind(#[from] Blind),
    /// The kernel knows no socket at the other end.
    #[error("the peer's socket is not in this network namespace")]
    Hidden,
    /// The kernel shows the socket without the totals that prove a read.
    #[error("this kernel does not count the bytes that a socket received")]
    NoCounters,
    /// The peer was seen to wait for more before it read.
    #[error("the peer looks at what has come and reads it when there is more")]
    LeftUnread,
}

impl Reason {
    /// One line on what would make the boundary provable.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Asked => "unset WIRECHECK_EVIDENCE to let the kernel be asked",
            Self::Blind(Blind::NotThisSystem) => "run wirecheck and the peer on one Linux host",
            Self::Blind(_) => "allow NETLINK_SOCK_DIAG sockets (a seccomp profile may forbid them)",
            Self::Hidden => {
                "run wirecheck on the peer's host and in its network namespace \
                 (docker run --network host, or nsenter -n), and connect without NAT"
            }
            Self::NoCounters => "use Linux 4.2 or later",
            Self::LeftUnread => "have the peer read what has come",
        }
    }
}

/// The evidence that one link has.
#[derive(Debug)]
pub(super) enum Sight {
    /// The kernel may show the peer's socket; it has not been seen yet.
    Hoped(Query),
    /// The kernel shows the peer's socket.
    Clear(Query),
    /// Nothing can be seen.
    None(Reason),
}

impl Sight {
    pub(super) fn new(evidence: Evidence, peer: SocketAddr, ours: SocketAddr) -> Self {
        match evidence {
            Evidence::Kernel => Self::Hoped(Query::connection(peer, ours)),
            Evidence::Pauses => Self::None(Reason::Asked),
        }
    }

    /// The socket was found: from now on its absence means that it is gone.
    pub(super) fn confirm(&mut self) {
        if let Self::Hoped(query) = self {
            *self = Self::Clear(query.clone());
        }
    }
}
