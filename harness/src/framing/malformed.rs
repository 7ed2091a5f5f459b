//! Messages that are wrong in one place.
//!
//! In comes a right message, out go its wrong forms, each with the edit that
//! made it and what a right reader may do about it.

use std::ops::Range;

use super::{Encoded, MalformedKind, Region, RegionKind};

/// A message with one thing wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedMessage {
    /// What is wrong.
    pub kind: MalformedKind,
    /// What a right reader may do about it.
    pub response: Response,
    /// What was done to the right message.
    pub edit: MessageEdit,
    /// The bytes that go over the wire.
    pub bytes: Vec<u8>,
    /// What each stretch of them is for: in order, touching, covering all.
    pub regions: Vec<Region>,
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
    right: Encoded,
    members: Vec<MalformedMessage>,
}

impl MalformedVariants {
    pub(super) fn of(right: Encoded) -> Self {
        let members = Vec::new();
        Self { right, members }
    }

    /// The message that is right.
    pub(super) fn right(&self) -> &Encoded {
        &self.right
    }

    pub(super) fn finish(self) -> Vec<MalformedMessage> {
        self.members
    }

    /// Adds the message with `range`, which is not empty, replaced.
    pub(super) fn replace(
        &mut self,
        kind: MalformedKind,
        range: Range<usize>,
        replacement: impl Into<Vec<u8>>,
    ) {
        let inside = |region: &&Region| region.range.contains(&range.start);
        let region = self.right.regions.iter().find(inside);
        let region = region.map_or(RegionKind::Header, |region| region.kind);
        self.add(kind, region, range, replacement.into());
    }

    /// Adds the message with `bytes` put in `at` this place, as part of a
    /// region of the given kind.
    pub(super) fn insert(
        &mut self,
        kind: MalformedKind,
        at: usize,
        region: RegionKind,
        bytes: impl Into<Vec<u8>>,
    ) {
        self.add(kind, region, at..at, bytes.into());
    }

    /// Adds the message with so much of `filler` after its payload, which now
    /// ends `at` this place, that it is one byte beyond `max`.
    pub(super) fn overfill(&mut self, at: usize, filler: u8, max: usize) {
        let missing = max.saturating_sub(at).saturating_add(1);
        if missing <= MOST_FILLER {
            let bytes = vec![filler; missing];
            self.insert(MalformedKind::TooLarge, at, RegionKind::Payload, bytes);
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

    fn add(
        &mut self,
        kind: MalformedKind,
        region: RegionKind,
        range: Range<usize>,
        replacement: Vec<u8>,
    ) {
        let edit = MessageEdit { range, replacement };
        self.members.push(MalformedMessage {
            kind,
            response: kind.usual_response(),
            bytes: edit.apply(&self.right.bytes),
            regions: edited(&self.right.regions, &edit, region),
            edit,
        });
    }
}

/// The regions of a message after an edit, whose bytes belong to `kind`.
fn edited(regions: &[Region], edit: &MessageEdit, kind: RegionKind) -> Vec<Region> {
    let Range { start, end } = edit.range;
    let mut edited = Vec::new();
    for region in regions {
        append(
            &mut edited,
            region.kind,
            region.range.start..region.range.end.min(start),
        );
    }
    append(&mut edited, kind, 0..edit.replacement.len());
    for region in regions {
        append(
            &mut edited,
            region.kind,
            region.range.start.max(end)..region.range.end,
        );
    }
    edited
}

/// Appends as many bytes as `range` has; joins regions of one kind.
fn append(regions: &mut Vec<Region>, kind: RegionKind, range: Range<usize>) {
    if range.is_empty() {
        return;
    }
    let start = regions.last().map_or(0, |last| last.range.end);
    let end = start + range.len();
    match regions.last_mut() {
        Some(last) if last.kind == kind => last.range.end = end,
        _ => regions.push(Region {
            kind,
            range: start..end,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeting() -> MalformedVariants {
        let mut message = Encoded::default();
        message.push(RegionKind::Header, b"5:");
        message.push(RegionKind::Payload, b"hello");
        message.push(RegionKind::Delimiter, b",");
        MalformedVariants::of(message)
    }

    fn lengths(regions: &[Region]) -> Vec<(RegionKind, usize)> {
        regions.iter().map(|r| (r.kind, r.range.len())).collect()
    }

    #[test]
    fn an_edit_moves_the_regions_behind_it() {
        let mut variants = greeting();
        variants.replace(MalformedKind::Hex, 0..1, "0x5");
        let member = &variants.finish()[0];
        assert_eq!(member.bytes, b"0x5:hello,");
        assert_eq!(
            lengths(&member.regions),
            [
                (RegionKind::Header, 4),
                (RegionKind::Payload, 5),
                (RegionKind::Delimiter, 1)
            ]
        );
    }

    #[test]
    fn an_edit_may_remove_a_region_and_part_of_another() {
        let mut variants = greeting();
        variants.replace(MalformedKind::Missing, 0..4, "");
        let member = &variants.finish()[0];
        assert_eq!(member.bytes, b"llo,");
        assert_eq!(
            lengths(&member.regions),
            [(RegionKind::Payload, 3), (RegionKind::Delimiter, 1)]
        );
    }

    #[test]
    fn the_edit_alone_makes_the_bytes_again() {
        let mut variants = greeting();
        let right = variants.right().bytes.clone();
        variants.insert(MalformedKind::Duplicate, 2, RegionKind::Header, "5:");
        let member = &variants.finish()[0];
        assert_eq!(member.edit.apply(&right), member.bytes);
        assert_eq!(member.edit.apply(b"5"), b"55:");
    }
}
