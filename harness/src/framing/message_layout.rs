//! The layout of a message whose header is known.

use std::ops::Range;

use super::want::{Want, Whole};
use super::{Malformation, Truncation};

/// The lengths of a message's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MessageLayout {
    /// Bytes of the payload before the length field.
    pub(super) prefix: usize,
    /// Bytes before the body: the prefix and the length field.
    pub(super) header: usize,
    pub(super) body: usize,
    pub(super) tail: usize,
}

impl MessageLayout {
    /// A header and a body of the declared length.
    pub(super) fn new(header: usize, body: usize) -> Self {
        Self {
            prefix: 0,
            header,
            body,
            tail: 0,
        }
    }

    /// The message if it is whole, else the missing bytes.
    pub(super) fn want(&self, so_far: &[u8]) -> Want {
        match self.missing(so_far) {
            0 => Want::Whole(self.whole()),
            missing => Want::bytes(missing),
        }
    }

    pub(super) fn missing(&self, so_far: &[u8]) -> usize {
        self.header + self.body + self.tail - so_far.len()
    }

    pub(super) fn body(&self) -> Range<usize> {
        self.header..self.header + self.body
    }

    /// How far a truncated message got.
    pub(super) fn truncation(&self, so_far: &[u8]) -> Truncation {
        let have = so_far.len() - self.header;
        if have < self.body || self.tail == 0 {
            return Truncation::Body {
                have,
                of: self.body,
            };
        }
        Truncation::AfterBody { body: self.body }
    }

    fn whole(&self) -> Whole {
        match self.prefix {
            0 => Whole::Payload(self.body()),
            prefix => Whole::AllBut(prefix..self.header),
        }
    }
}

/// The declared length, if it is not more than `max`.
pub(super) fn accepted(declared: u64, max: usize) -> Result<usize, Malformation> {
    usize::try_from(declared)
        .ok()
        .filter(|length| *length <= max)
        .ok_or(Malformation::DeclaredTooLong { declared, max })
}
