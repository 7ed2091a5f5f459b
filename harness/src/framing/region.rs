//! The named parts of an encoded message.

use std::ops::Range;

/// What some bytes of a message are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegionKind {
    /// The length or the type of the message.
    Header,
    /// The content.
    Payload,
    /// The end of the message or of a part of it.
    Delimiter,
}

/// A range of a message's bytes, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    pub kind: RegionKind,
    /// Offsets from the start of the message.
    pub range: Range<usize>,
}

/// A message as it is sent.
///
/// The regions are in order and not empty, and cover all bytes without gaps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encoded {
    pub bytes: Vec<u8>,
    pub regions: Vec<Region>,
}

impl Encoded {
    /// Bytes that bypass the framing: one payload region.
    #[must_use]
    pub fn raw(bytes: &[u8]) -> Self {
        let mut encoded = Self::default();
        encoded.push(RegionKind::Payload, bytes);
        encoded
    }

    /// Appends `bytes` as one region, unless it is empty.
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
