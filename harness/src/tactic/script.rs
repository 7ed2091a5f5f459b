//! What one side says, as bytes.

use crate::framing::Region;

/// All that one side says in an exchange, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The side's messages.
    pub messages: Vec<Spoken>,
}

/// One message of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The bytes that go over the wire.
    pub bytes: Vec<u8>,
    /// What each stretch of them is for: in order, touching, covering all.
    pub regions: Vec<Region>,
    /// Which of the side's turns this message belongs to, from 0. Messages of
    /// one turn follow each other with nothing expected from the other side
    /// between them.
    pub turn: usize,
    /// The payload, if the suite's framing made the bytes; none for `raw` ones.
    pub payload: Option<Vec<u8>>,
}
