//! How a connection is made and read.

use std::io;

use super::{Pacer, ReadProof, SourceAddress};

/// How a connection is made and read.
#[derive(Clone, Debug)]
pub struct LinkOptions {
    /// The address from which we connect.
    pub source: SourceAddress,
    /// How we know that the peer has read.
    pub read_proof: ReadProof,
    /// How many of the peer's bytes are kept. Of a peer that sends more, the rest is not
    /// read.
    pub keep: usize,
    /// How what the peer sends is read.
    pub reading: ReadPace,
    /// The pauses after each chunk where nothing can be proven. Links to one peer share it.
    pub pacer: Pacer,
}

/// How what the peer sends is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadPace {
    /// All that has arrived.
    #[default]
    AsItArrives,
    /// A little at a time, through the smallest receive buffer: the peer's send queue fills.
    Slow,
}

impl ReadPace {
    /// The kernel makes the smallest buffer of it. Later ones need not work: then more arrives
    /// at once.
    pub(super) fn set_buffer(self, socket: &socket2::Socket) -> io::Result<()> {
        match self {
            Self::AsItArrives => Ok(()),
            Self::Slow => socket.set_recv_buffer_size(1),
        }
    }
}

impl Default for LinkOptions {
    fn default() -> Self {
        Self {
            source: SourceAddress::Automatic,
            read_proof: ReadProof::Kernel,
            keep: 16 << 20,
            reading: ReadPace::default(),
            pacer: Pacer::default(),
        }
    }
}
