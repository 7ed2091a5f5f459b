//! How we know that the peer has read, and why we may not know.

use crate::wire::diag::{Query, QueryError};
use std::net::SocketAddr;

/// How to know that the peer has read a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadProof {
    /// Ask the kernel, and pause where it does not answer.
    Kernel,
    /// Always pause, as on a system that does not show the peer's socket.
    Pauses,
}

impl ReadProof {
    /// The environment variable that selects it: `kernel` or `pauses`.
    pub const VARIABLE: &'static str = "WIRECHECK_EVIDENCE";

    /// What the environment selects. The default is the kernel.
    ///
    /// # Errors
    ///
    /// When the variable has another value.
    pub fn from_env() -> Result<Self, UnknownReadProof> {
        match std::env::var(Self::VARIABLE).as_deref() {
            Ok("pauses") => Ok(Self::Pauses),
            Ok("kernel") | Err(_) => Ok(Self::Kernel),
            Ok(other) => Err(UnknownReadProof(other.to_owned())),
        }
    }
}

/// The user set the environment variable to an unknown value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("WIRECHECK_EVIDENCE={0}: unknown value; write `kernel` or `pauses`")]
pub struct UnknownReadProof(String);

/// Why it is not proven that the peer read a chunk alone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnverifiedReason {
    /// The user selected pauses.
    #[error("WIRECHECK_EVIDENCE=pauses is set")]
    PausesRequested,
    /// The kernel does not answer.
    #[error(transparent)]
    QueryFailed(#[from] QueryError),
    /// The kernel has no socket at the other end.
    #[error("the peer's socket is not in this network namespace")]
    NotVisible,
    /// The kernel shows the socket without the byte counts that prove a read.
    #[error("this kernel does not count the bytes that a socket received")]
    NoCounters,
    /// The peer waited for more bytes before it read.
    #[error("the peer does not read bytes until more have arrived")]
    LeftUnread,
}

impl UnverifiedReason {
    /// What the user can do to get the proof.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::PausesRequested => "unset WIRECHECK_EVIDENCE",
            Self::QueryFailed(QueryError::Unsupported) => {
                "run wirecheck and the peer on one Linux host"
            }
            Self::QueryFailed(_) => {
                "allow NETLINK_SOCK_DIAG sockets (a seccomp profile may forbid them)"
            }
            Self::NotVisible => {
                "run wirecheck on the peer's host and in its network namespace \
                 (docker run --network host, or nsenter -n), and connect without NAT"
            }
            Self::NoCounters => "use Linux 4.2 or later",
            Self::LeftUnread => "make the peer read the bytes that have arrived",
        }
    }
}

/// What the kernel shows to one link.
#[derive(Debug)]
pub(super) enum KernelView {
    /// The peer's socket has not been seen yet.
    Unconfirmed(Query),
    /// The peer's socket was seen.
    Confirmed(Query),
    /// The kernel is not asked any more.
    Unavailable(UnverifiedReason),
}

impl KernelView {
    pub(super) fn new(proof: ReadProof, peer: SocketAddr, ours: SocketAddr) -> Self {
        match proof {
            ReadProof::Kernel => Self::Unconfirmed(Query::connection(peer, ours)),
            ReadProof::Pauses => Self::Unavailable(UnverifiedReason::PausesRequested),
        }
    }

    /// The socket was seen. From now on its absence means that it was closed.
    pub(super) fn confirm(&mut self) {
        if let Self::Unconfirmed(query) = self {
            *self = Self::Confirmed(query.clone());
        }
    }
}
