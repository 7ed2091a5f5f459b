//! How a connection is made and read.

use super::{Evidence, Pacer, Source};
use std::num::NonZeroUsize;

/// How a connection is made and read.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which address we call from.
    pub source: Source,
    /// How we know that the peer has read.
    pub evidence: Evidence,
    /// How eagerly we read.
    pub appetite: Appetite,
    /// How many of the peer's bytes are kept; a peer that says more is left unread.
    pub keep: usize,
    /// The pauses that this peer needs where nothing can be proven. Links to one
    /// peer share it.
    pub pacer: Pacer,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            source: Source::Automatic,
            evidence: Evidence::Kernel,
            appetite: Appetite::Eager,
            keep: 16 << 20,
            pacer: Pacer::default(),
        }
    }
}

/// How eagerly a link reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appetite {
    /// All there is, whenever it looks.
    Eager,
    /// A little at a time, from a small buffer: it makes the peer's sends partial.
    Sip {
        /// The receive buffer to ask the kernel for, in bytes; the kernel has a
        /// least size of its own. It counts when the connection is made.
        buffer: usize,
        /// The most bytes taken by one read.
        at_a_time: NonZeroUsize,
    },
}

impl Appetite {
    /// The smallest buffer there is, one byte at a time.
    #[must_use]
    pub fn slowest() -> Self {
        Self::Sip {
            buffer: 1,
            at_a_time: NonZeroUsize::MIN,
        }
    }

    /// Asks the kernel for the receive buffer that goes with the appetite.
    pub(super) fn prepare(self, socket: &socket2::Socket) -> std::io::Result<()> {
        match self {
            Self::Eager => Ok(()),
            Self::Sip { buffer, .. } => socket.set_recv_buffer_size(buffer),
        }
    }
}
