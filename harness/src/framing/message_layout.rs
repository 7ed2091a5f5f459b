//! How far a message reaches, once its header has said so.

use std::ops::Range;

use super::want::{Want, Whole};
use super::{Malformation, Truncation};

/// The parts of a message whose header is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MessageLayout {
    /// Bytes of the payload that stand before the length field.
    pub(super) prefix: usize,
    /// Bytes before the body: the prefix and the length field.
    pub(super) header: usize,
    /// Bytes of the body.
    pub(super) body: usize,
    /// Bytes after the body.
    pub(super) tail: usize,
}

impl MessageLayout {
    /// A header and the body that it announces.
    pub(super) fn new(header: usize, body: usize) -> Self {
        Self {
            prefix: 0,
            header,
            body,
            tail: 0,
        }
    }

    /// What is still missing, or the message.
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

    /// How far a message of this layout got.
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

/// A declared length as one that may be waited for.
pub(super) fn accepted(declared: u64, max: usize) -> Result<usize, Malformation> {
    usize::try_from(declared)
        .ok()
        .filter(|length| *length <= max)
        .ok_or(Malformation::DeclaredTooLong { declared, max })
}
