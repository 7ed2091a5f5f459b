//! Deliveries: where a side's bytes are cut, how they end, how the answers are read, and
//! which other connections there are.

use std::num::NonZeroU16;
use std::ops::Range;

use super::lengths::Lengths;
use super::{ContentVariation, Offset, Script};
use crate::framing::RepeatedBytes;

/// One concrete way to send one side's bytes.
///
/// A delivery says what is sent: a prefix of the side's stream, after an optional edit
/// ([`Delivery::edit`]), in chunks that are not empty. It does not say when, except for
/// this rule:
///
/// > A chunk that starts a message is sent after every answer that the exchange expects
/// > before that message.
///
/// [`Delivery::openings`] says where messages start. If a chunk contains several messages,
/// it starts all of them, and the rule applies to the first.
///
/// Deliveries print and parse as text: see [`Display`].
///
/// [`Display`]: Delivery#impl-Display-for-Delivery
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Delivery {
    pub(super) edit: Option<StreamEdit>,
    pub(super) lengths: Lengths,
    /// The edge of two chunks between which the peer is left waiting.
    pub(super) pause: Option<Offset>,
    pub(super) end: DeliveryEnd,
    pub(super) reading: Reading,
    pub(super) other_connections: OtherConnections,
    /// The messages are not those of the script: this variation of them is sent.
    pub(super) content: Option<ContentVariation>,
}

/// What follows the last byte of a delivery.
///
/// The order is from simple to complex: shrinking prefers the first ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryEnd {
    /// What the exchange says; the whole stream is delivered.
    #[default]
    AsScripted,
    /// A half-close; answers are still read.
    Half,
    /// A full close with a FIN.
    Fin,
    /// A half-close whose FIN arrives with the last chunk; answers are still read.
    FinAtOnce,
    /// An RST.
    Reset,
    /// All bytes in one write and an RST, before the peer accepts the connection.
    ResetBeforeAccept,
    /// Nothing: the connection stays open.
    Hold,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// As they arrive.
    #[default]
    Eager,
    /// Byte by byte, with the smallest receive buffer.
    Slow,
}

/// The other connections during the delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OtherConnections {
    #[default]
    Alone,
    /// A second connection gets the same chunks; the two alternate.
    Interleaved,
    /// Other connections have stopped in the middle of a message.
    Stalled,
    /// This many connections were opened and closed just before.
    Churned(NonZeroU16),
}

/// A range of a side's stream, and the bytes that are sent instead.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StreamEdit {
    start: Offset,
    end: Offset,
    replacement: RepeatedBytes,
}

/// Why an edit is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    #[error("the edit ends before it starts")]
    Backwards,
    #[error("the edit changes nothing")]
    Nothing,
    #[error("an edit adds at most {} bytes", StreamEdit::LONGEST)]
    TooLong,
}

impl StreamEdit {
    /// The longest replacement, in bytes.
    pub const LONGEST: usize = 80 << 20;

    pub fn new(
        range: Range<Offset>,
        replacement: impl Into<RepeatedBytes>,
    ) -> Result<Self, EditError> {
        let Range { start, end } = range;
        let replacement = replacement.into();
        if start > end {
            return Err(EditError::Backwards);
        }
        if start == end && replacement.is_empty() {
            return Err(EditError::Nothing);
        }
        if replacement.len() > Self::LONGEST {
            return Err(EditError::TooLong);
        }
        Ok(Self {
            start,
            end,
            replacement,
        })
    }

    /// The bytes of the stream that are not sent.
    #[must_use]
    pub fn range(&self) -> Range<Offset> {
        self.start..self.end
    }

    /// The bytes that are sent instead.
    #[must_use]
    pub fn replacement(&self) -> &RepeatedBytes {
        &self.replacement
    }

    pub(super) fn removed(&self) -> usize {
        self.end.get() - self.start.get()
    }

    /// Converts an offset of the stream to one of the edited stream; `None` if the edit
    /// removes it. An insertion at an offset comes after it.
    pub(super) fn shift(&self, at: Offset) -> Option<Offset> {
        if at <= self.start {
            Some(at)
        } else if at >= self.end {
            Some(at.minus(self.removed()).plus(self.replacement.len()))
        } else {
            None
        }
    }
}

impl Delivery {
    pub(super) fn of(lengths: Lengths) -> Self {
        Self {
            edit: None,
            lengths,
            pause: None,
            end: DeliveryEnd::default(),
            reading: Reading::default(),
            other_connections: OtherConnections::default(),
            content: None,
        }
    }

    /// [`DeliveryEnd::ResetBeforeAccept`] joins the chunks, because it sends one write.
    #[must_use]
    pub fn with_end(mut self, end: DeliveryEnd) -> Self {
        if end == DeliveryEnd::ResetBeforeAccept {
            self = self.recut(Lengths::cut_at([], self.delivered()));
        }
        Self { end, ..self }
    }

    /// Cuts at an offset, too, and lets the peer wait there for a while. An offset at an end
    /// of the delivery changes nothing.
    #[must_use]
    pub fn with_pause(self, at: Offset) -> Self {
        let mut edges: Vec<_> = self.lengths.edges().chain([at]).collect();
        edges.sort_unstable();
        let lengths = Lengths::cut_at(edges, self.delivered());
        let paused = Self {
            pause: Some(at),
            ..self
        };
        paused.recut(lengths)
    }

    /// With other chunks; without the pause, if no chunk ends there.
    pub(super) fn recut(&self, lengths: Lengths) -> Self {
        let is_edge = |at: &Offset| lengths.has_edge(*at);
        Self {
            pause: self.pause.filter(is_edge),
            lengths,
            ..self.clone()
        }
    }

    #[must_use]
    pub fn with_reading(self, reading: Reading) -> Self {
        Self { reading, ..self }
    }

    #[must_use]
    pub fn with_other_connections(self, other_connections: OtherConnections) -> Self {
        Self {
            other_connections,
            ..self
        }
    }

    /// Sends a variation of the messages, whole and in many pieces, over connections of their
    /// own. The lengths stay those of the script.
    #[must_use]
    pub fn with_content(self, variation: ContentVariation) -> Self {
        Self {
            content: Some(variation),
            ..self
        }
    }

    /// Keeps the chunk lengths, which then cut the edited stream.
    #[must_use]
    pub fn with_edit(self, edit: StreamEdit) -> Self {
        Self {
            edit: Some(edit),
            ..self
        }
    }

    /// The change of the stream before it is cut.
    #[must_use]
    pub fn edit(&self) -> Option<&StreamEdit> {
        self.edit.as_ref()
    }

    /// Where the peer is left waiting for a while. A chunk ends there.
    #[must_use]
    pub fn pause(&self) -> Option<Offset> {
        self.pause
    }

    /// What a peer gets that gives up in the pause; `None` without a pause.
    #[must_use]
    pub fn until_pause(&self) -> Option<Self> {
        let lengths = self.lengths.truncated(self.pause?);
        Some(self.recut(lengths).with_end(DeliveryEnd::Half))
    }

    #[must_use]
    pub fn end(&self) -> DeliveryEnd {
        self.end
    }

    #[must_use]
    pub fn reading(&self) -> Reading {
        self.reading
    }

    #[must_use]
    pub fn other_connections(&self) -> OtherConnections {
        self.other_connections
    }

    /// The variation of the messages that is sent instead of them.
    #[must_use]
    pub fn content(&self) -> Option<ContentVariation> {
        self.content
    }

    /// The length of each chunk, in order; never 0.
    pub fn lengths(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        self.lengths.iter()
    }

    /// Where one chunk ends and the next starts.
    pub(crate) fn edges(&self) -> impl Iterator<Item = Offset> + '_ {
        self.lengths.edges()
    }

    /// Whether one chunk ends here and the next starts.
    pub(super) fn has_edge(&self, at: Offset) -> bool {
        self.lengths.has_edge(at)
    }

    #[must_use]
    pub fn chunk_count(&self) -> usize {
        self.lengths.count()
    }

    /// The end of the last chunk in the (edited) stream.
    #[must_use]
    pub fn delivered(&self) -> Offset {
        Offset::new(self.lengths.total())
    }

    /// Converts an offset of the side's stream to one of the delivered bytes; `None` if the
    /// edit removes it.
    pub(super) fn shift(&self, at: Offset) -> Option<Offset> {
        match &self.edit {
            Some(edit) => edit.shift(at),
            None => Some(at),
        }
    }

    /// The index and the start of each message in the delivered bytes.
    pub fn openings(&self, script: &Script) -> impl Iterator<Item = (usize, Offset)> {
        let shifted = script
            .spans()
            .filter_map(|(index, span)| Some((index, self.shift(span.start)?)));
        shifted.take_while(|&(_, at)| at < self.delivered())
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn delivery(notation: &str) -> Delivery {
        notation.parse().expect("a delivery")
    }

    fn edit(range: Range<usize>, replacement: &str) -> StreamEdit {
        StreamEdit::new(
            Offset::new(range.start)..Offset::new(range.end),
            replacement,
        )
        .expect("an edit")
    }

    #[test]
    fn an_edit_moves_what_comes_after_it() {
        let edit = edit(2..4, "xyz");
        let shifted: Vec<_> = (0..6)
            .map(|at| edit.shift(Offset::new(at)).map(Offset::get))
            .collect();
        assert_eq!(shifted, [Some(0), Some(1), Some(2), None, Some(5), Some(6)]);
    }

    #[test]
    fn an_edit_changes_something() {
        let at = Offset::new(3);
        let made = |range, bytes: Vec<u8>| StreamEdit::new(range, bytes);
        assert_eq!(made(at..at, vec![]), Err(EditError::Nothing));
        assert_eq!(made(at..Offset::START, vec![1]), Err(EditError::Backwards));
        assert_eq!(
            made(at..at, vec![0; StreamEdit::LONGEST + 1]),
            Err(EditError::TooLong)
        );
    }

    #[test]
    fn an_edit_moves_the_starts_of_later_messages() {
        let script = sample::script(&[("2", "ab", 0), ("2", "cd", 0), ("2", "ef", 0)]);
        let delivery = delivery("5,1").with_edit(edit(3..4, "-2"));
        let openings: Vec<_> = delivery.openings(&script).collect();
        assert_eq!(openings, [(0, Offset::START), (1, Offset::new(3))]);
    }

    #[test]
    fn a_pause_is_between_two_chunks() {
        let paused = |at| delivery("3,4").with_pause(Offset::new(at)).to_string();
        assert_eq!(paused(5), "3,2x2 pause@5");
        assert_eq!(paused(3), "3,4 pause@3");
        assert_eq!(paused(7), "3,4");
        let until = delivery("3,4 pause@3").until_pause();
        assert_eq!(until.map(|it| it.to_string()).as_deref(), Some("3 half"));
    }

    #[test]
    fn what_is_sent_before_accept_is_one_write() {
        let lengths: Vec<_> = delivery("3,4")
            .with_end(DeliveryEnd::ResetBeforeAccept)
            .lengths()
            .collect();
        assert_eq!(lengths, [7]);
    }
}
