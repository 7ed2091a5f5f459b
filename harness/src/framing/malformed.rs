//! Malformed variants of a valid message.
//!
//! Each variant is one edit of the valid message, with what a correct reader may do.

use std::ops::Range;

use super::{Encoded, MalformedKind, RepeatedBytes};

/// A malformed message, as an edit of a valid one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedMessage {
    pub kind: MalformedKind,
    pub response: Response,
    /// The sentence of the specification that a correct reader obeys, with its place.
    pub rule: Option<&'static str>,
    /// What to change in the valid message.
    pub edit: MessageEdit,
}

/// What a correct reader may do with a malformed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Response {
    /// Only reject it.
    Refuse,
    /// Reject it, or read the valid message: its meaning is clear.
    RefuseOrRead,
    /// Wait for bytes that never come: so far the message is valid.
    Wait,
    /// Read a shorter message, and then read or reject what follows.
    ReadOther,
}

/// What a specification says about a malformed message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub(super) response: Response,
    /// A quotation, with its place.
    pub(super) text: &'static str,
}

/// A change to a message: the bytes in `range` become `replacement`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageEdit {
    /// The removed bytes, as offsets in the valid message; may be empty.
    pub range: Range<usize>,
    /// The bytes that are put in their place.
    pub replacement: RepeatedBytes,
}

impl MessageEdit {
    /// Returns `message` with this change. A range beyond its end is cut off there.
    pub fn apply(&self, message: &[u8]) -> Vec<u8> {
        let start = self.range.start.min(message.len());
        let end = self.range.end.clamp(start, message.len());
        let replacement = self.replacement.to_vec();
        [&message[..start], &replacement, &message[end..]].concat()
    }
}

/// The most bytes added to make a message too large. A larger limit is not tried.
pub(super) const MOST_FILLER: usize = 16 << 20;

/// How many bytes follow each other without an end. A correct reader that drops them may have
/// some dozen MiB of garbage; one that keeps them has all of them.
const ENDLESS: usize = 64 << 20;
/// How many times the framing's limit that is, at least. A larger limit is not tried.
const TIMES_THE_LIMIT: usize = 8;

/// A length above most limits. If a reader gets memory for it, that is seen, and every machine
/// has as much.
pub(super) const LARGE: u64 = 1 << 28;

/// Collects the malformed variants of one message.
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

    pub(super) fn valid(&self) -> &Encoded {
        &self.valid
    }

    pub(super) fn finish(self) -> Vec<MalformedMessage> {
        self.members
    }

    /// Adds the variant where `range` is replaced.
    pub(super) fn replace(
        &mut self,
        kind: MalformedKind,
        range: Range<usize>,
        replacement: impl Into<RepeatedBytes>,
    ) {
        self.members.push(MalformedMessage {
            kind,
            response: kind.usual_response(),
            rule: None,
            edit: MessageEdit {
                range,
                replacement: replacement.into(),
            },
        });
    }

    /// Adds the variant with `bytes` inserted at offset `at`.
    pub(super) fn insert(
        &mut self,
        kind: MalformedKind,
        at: usize,
        bytes: impl Into<RepeatedBytes>,
    ) {
        self.replace(kind, at..at, bytes);
    }

    /// Adds the variant with enough `filler` at the end of its payload, offset `at`, to
    /// exceed `max` by one byte.
    pub(super) fn overfill(&mut self, at: usize, filler: u8, max: usize) {
        let missing = max.saturating_sub(at).saturating_add(1);
        if missing <= MOST_FILLER {
            let bytes = RepeatedBytes::new([filler], missing);
            self.insert(MalformedKind::TooLarge, at, bytes);
        }
    }

    /// Adds the variant in which `filler` comes again and again from offset `at` on, and
    /// nothing else: many times as many bytes as `max`.
    pub(super) fn never_end(&mut self, at: usize, filler: &[u8], max: usize) {
        if max.saturating_mul(TIMES_THE_LIMIT) <= ENDLESS {
            let end = self.valid.bytes.len();
            let filler = RepeatedBytes::new(filler, ENDLESS.div_ceil(filler.len()));
            self.replace(MalformedKind::Endless, at..end, filler);
        }
    }

    /// Marks these kinds as a matter of taste in this framing.
    pub(super) fn allow(&mut self, kinds: &[MalformedKind]) {
        self.set_response(kinds, Response::RefuseOrRead);
    }

    /// Marks these kinds as always rejected in this framing.
    pub(super) fn forbid(&mut self, kinds: &[MalformedKind]) {
        self.set_response(kinds, Response::Refuse);
    }

    /// Leaves these kinds out: they are valid in this framing.
    pub(super) fn leave_out(&mut self, kinds: &[MalformedKind]) {
        self.members.retain(|member| !kinds.contains(&member.kind));
    }

    /// Gives each kind the rule of the framing's specification.
    pub(super) fn cite(&mut self, rule: impl Fn(MalformedKind) -> Rule) {
        for member in &mut self.members {
            let Rule { response, text } = rule(member.kind);
            member.response = response;
            member.rule = Some(text);
        }
    }

    fn set_response(&mut self, kinds: &[MalformedKind], response: Response) {
        for member in &mut self.members {
            if kinds.contains(&member.kind) {
                member.response = response;
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
            replacement: "5:".into(),
        };
        assert_eq!(edit.apply(b"5"), b"55:");
    }
}
