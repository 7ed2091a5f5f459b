//! How a connection is made and read.

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
    /// The pauses after each chunk where nothing can be proven. Links to one peer share it.
    pub pacer: Pacer,
}

impl Default for LinkOptions {
    fn default() -> Self {
        Self {
            source: SourceAddress::Automatic,
            read_proof: ReadProof::Kernel,
            keep: 16 << 20,
            pacer: Pacer::default(),
        }
    }
}
