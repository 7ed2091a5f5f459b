//! The named parts of an encoded message.

use std::ops::Range;

/// What a stretch of a message's bytes is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegionKind {
    /// Says how long the message is, or of what kind.
    Header,
    /// What the user wrote.
    Payload,
    /// Marks where the message, or a part of it, ends.
    Delimiter,
}

/// A stretch of a message's bytes and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// What these bytes are for.
    pub kind: RegionKind,
    /// Where they lie, from the start of the message.
    pub range: Range<usize>,
}

/// A message as it goes over the wire.
///
/// The regions lie in order, touch, and cover the bytes from first to last;
/// none is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encoded {
    /// The bytes of the message.
    pub bytes: Vec<u8>,
    /// What each stretch of them is for.
    pub regions: Vec<Region>,
}

impl Encoded {
    /// Bytes that no framing made: payload and nothing else.
    #[must_use]
    pub fn raw(bytes: &[u8]) -> Self {
        let mut encoded = Self::default();
        encoded.push(RegionKind::Payload, bytes);
        encoded
    }

    /// Appends `bytes` as one region; nothing is added for no bytes.
    pub(crate) fn push(&mut self, kind: RegionKind, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.regions.push(Region {
            kind,
            range: start..self.bytes.len(),
        });
    }
}
