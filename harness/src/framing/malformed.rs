//! Messages that are wrong in one place.
//!
//! In comes a right message, out go its wrong forms, each with the edit that
//! made it and what a right reader may do about it.

use std::ops::Range;

use super::{Encoded, MalformedKind};

/// A message with one thing wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedMessage {
    /// What is wrong.
    pub kind: MalformedKind,
    /// What a right reader may do about it.
    pub response: Response,
    /// What was done to the right message.
    pub edit: MessageEdit,
}

/// What a right reader may do with a malformed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Response {
    /// Refuse it, nothing else.
    Refuse,
    /// Refuse it, or read the message as if it were right: what was meant is
    /// beyond doubt.
    RefuseOrRead,
    /// Wait for bytes that never come: nothing is wrong yet.
    Wait,
    /// Read another, shorter message, and make of what follows it what it can.
    ReadOther,
}

/// A change to a message: the bytes in `range` become `replacement`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageEdit {
    /// The bytes that go, as offsets in the right message; may be empty.
    pub range: Range<usize>,
    /// The bytes that come.
    pub replacement: Vec<u8>,
}

impl MessageEdit {
    /// `message` with this change; a range beyond its end is cut off there.
    pub fn apply(&self, message: &[u8]) -> Vec<u8> {
        let start = self.range.start.min(message.len());
        let end = self.range.end.clamp(start, message.len());
        [&message[..start], &self.replacement, &message[end..]].concat()
    }
}

/// The most bytes added to make a message too large: above this a limit is not
/// tried out.
const MOST_FILLER: usize = 16 << 20;

/// The malformed variants of one message, as it grows.
#[derive(Debug)]
pub(super) struct MalformedVariants {
    valid: Encoded,
    members: Vec<MalformedMessage>,
}

impl MalformedVariants {
    pub(super) fn of(valid: Encoded) -> Self {
        let members = Vec::new();
        Self { valid, members }
    }

    /// The message that is right.
    pub(super) fn valid(&self) -> &Encoded {
        &self.valid
    }

    pub(super) fn finish(self) -> Vec<MalformedMessage> {
        self.members
    }

    /// Adds the message with `range` replaced.
    pub(super) fn replace(
        &mut self,
        kind: MalformedKind,
        range: Range<usize>,
        replacement: impl Into<Vec<u8>>,
    ) {
        self.members.push(MalformedMessage {
            kind,
            response: kind.usual_response(),
            edit: MessageEdit {
                range,
                replacement: replacement.into(),
            },
        });
    }

    /// Adds the message with `bytes` inserted at offset `at`.
    pub(super) fn insert(&mut self, kind: MalformedKind, at: usize, bytes: impl Into<Vec<u8>>) {
        self.replace(kind, at..at, bytes);
    }

    /// Adds the message with so much of `filler` after its payload, which now
    /// ends `at` this place, that it is one byte beyond `max`.
    pub(super) fn overfill(&mut self, at: usize, filler: u8, max: usize) {
        let missing = max.saturating_sub(at).saturating_add(1);
        if missing <= MOST_FILLER {
            let bytes = vec![filler; missing];
            self.insert(MalformedKind::TooLarge, at, bytes);
        }
    }

    /// Says that a right reader refuses members of these kinds, though others
    /// of the kind may be read.
    pub(super) fn forbid(&mut self, kinds: &[MalformedKind]) {
        for member in &mut self.members {
            if kinds.contains(&member.kind) {
                member.response = Response::Refuse;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::RegionKind;

    fn greeting() -> MalformedVariants {
        let mut message = Encoded::default();
        message.push(RegionKind::Header, b"5:");
        message.push(RegionKind::Payload, b"hello");
        message.push(RegionKind::Delimiter, b",");
        MalformedVariants::of(message)
    }

    #[test]
    fn an_edit_is_applied_to_the_valid_message() {
        let mut variants = greeting();
        let valid = variants.valid().bytes.clone();
        variants.replace(MalformedKind::Hex, 0..1, "0x5");
        variants.insert(MalformedKind::Duplicate, 2, "5:");
        let applied = variants
            .finish()
            .into_iter()
            .map(|it| it.edit.apply(&valid));
        assert!(applied.eq([&b"0x5:hello,"[..], b"5:5:hello,"]));
    }

    #[test]
    fn a_range_beyond_the_message_is_cut_off() {
        let edit = MessageEdit {
            range: 2..4,
            replacement: b"5:".to_vec(),
        };
        assert_eq!(edit.apply(b"5"), b"55:");
    }
}
