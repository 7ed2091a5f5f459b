//! One way to hand a side's bytes over: where they are cut, how they end, how
//! the answers are read, and who else is connected.

use std::num::NonZeroU16;
use std::ops::Range;

use super::lengths::Lengths;
use super::{Offset, Script};

/// One concrete way to hand one side's bytes over.
///
/// A delivery says what is sent: the first so many bytes of the side's stream,
/// once a stretch of it has been replaced ([`Delivery::edit`]), in chunks that
/// are none of them empty. It says nothing of when, beyond this rule:
///
/// > Before a chunk is sent, every answer that the exchange expects before the
/// > message holding the chunk's first byte has been awaited, unless an earlier
/// > chunk began that message.
///
/// As chunks leave nothing out, this asks for a wait only where a chunk's first
/// byte is a message's first byte; [`Delivery::openings`] says where that is. A
/// chunk that holds more than one message begins them all.
///
/// Printed and parsed, a delivery is its notation: see its [`Display`].
///
/// [`Display`]: Delivery#impl-Display-for-Delivery
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Delivery {
    pub(super) edit: Option<StreamEdit>,
    pub(super) lengths: Lengths,
    pub(super) end: DeliveryEnd,
    pub(super) reading: Reading,
    pub(super) other_connections: OtherConnections,
}

/// What follows a delivery's last byte.
///
/// The order is from simple to odd: a shrunk delivery prefers what comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryEnd {
    /// What the exchange says; everything is delivered.
    #[default]
    AsScripted,
    /// The sending direction is closed; what is still answered is read.
    Half,
    /// The connection is closed with a FIN.
    Fin,
    /// As `Fin`, back to back with the last chunk: nobody waits for the peer to
    /// read it first.
    FinAtOnce,
    /// The connection is reset.
    Reset,
    /// Everything is sent in one write, and the connection reset, before the
    /// peer accepts it.
    ResetBeforeAccept,
    /// Nothing: the connection stays open, and nobody speaks.
    Hold,
}

/// How the answers are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// As they come.
    #[default]
    Eager,
    /// Byte by byte, out of the smallest receive buffer.
    Slow,
}

/// Who else is connected meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OtherConnections {
    /// Nobody.
    #[default]
    Alone,
    /// A second connection is handed the same chunks, turn and turn about.
    Interleaved,
    /// Other connections have stopped in the middle of a message.
    Stalled,
    /// So many connections were opened and dropped just before.
    Churned(NonZeroU16),
}

/// A stretch of a side's stream, and what is sent in its place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StreamEdit {
    start: Offset,
    end: Offset,
    replacement: Vec<u8>,
}

/// Why a replacement is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// It ends before it begins.
    #[error("the edit ends before it starts")]
    Backwards,
    /// It takes nothing and adds nothing.
    #[error("the edit changes nothing")]
    Nothing,
    /// It adds more than a notation can hold.
    #[error("an edit adds at most {} bytes", StreamEdit::LONGEST)]
    TooLong,
}

impl StreamEdit {
    /// How many bytes an edit may put in place of what was there.
    pub const LONGEST: usize = 1 << 20;

    /// Puts `replacement` in place of the bytes of `range`.
    ///
    /// # Errors
    ///
    /// If the range is backwards, the replacement is longer than
    /// [`StreamEdit::LONGEST`], or both are empty.
    pub fn new(range: Range<Offset>, replacement: Vec<u8>) -> Result<Self, EditError> {
        let Range { start, end } = range;
        match () {
            () if start > end => Err(EditError::Backwards),
            () if start == end && replacement.is_empty() => Err(EditError::Nothing),
            () if replacement.len() > Self::LONGEST => Err(EditError::TooLong),
            () => Ok(Self {
                start,
                end,
                replacement,
            }),
        }
    }

    /// The stretch of the stream that is not sent.
    #[must_use]
    pub fn range(&self) -> Range<Offset> {
        self.start..self.end
    }

    /// What is sent in its place.
    #[must_use]
    pub fn replacement(&self) -> &[u8] {
        &self.replacement
    }

    /// How many bytes of the stream are not sent.
    pub(super) fn removed(&self) -> usize {
        self.end.get() - self.start.get()
    }

    /// Where a place of the stream lies once the edit is made; none for one that
    /// the edit removed. What is inserted at a place comes after it.
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
            end: DeliveryEnd::default(),
            reading: Reading::default(),
            other_connections: OtherConnections::default(),
        }
    }

    /// The same with another end. What is sent before the peer accepts goes in
    /// one write: [`DeliveryEnd::ResetBeforeAccept`] joins the chunks.
    #[must_use]
    pub fn with_end(mut self, end: DeliveryEnd) -> Self {
        if end == DeliveryEnd::ResetBeforeAccept {
            self.lengths = Lengths::cut_at([], self.delivered());
        }
        Self { end, ..self }
    }

    /// The same with the answers read another way.
    #[must_use]
    pub fn with_reading(self, reading: Reading) -> Self {
        Self { reading, ..self }
    }

    /// The same with others connected.
    #[must_use]
    pub fn with_other_connections(self, other_connections: OtherConnections) -> Self {
        Self {
            other_connections,
            ..self
        }
    }

    /// The same chunk lengths, taken from the stream once `edit` has been made.
    #[must_use]
    pub fn with_edit(self, edit: StreamEdit) -> Self {
        Self {
            edit: Some(edit),
            ..self
        }
    }

    /// What is changed in the stream before it is cut.
    #[must_use]
    pub fn edit(&self) -> Option<&StreamEdit> {
        self.edit.as_ref()
    }

    /// What follows the last byte.
    #[must_use]
    pub fn end(&self) -> DeliveryEnd {
        self.end
    }

    /// How the answers are read.
    #[must_use]
    pub fn reading(&self) -> Reading {
        self.reading
    }

    /// Who else is connected.
    #[must_use]
    pub fn other_connections(&self) -> OtherConnections {
        self.other_connections
    }

    /// How long each chunk is, in order; none is empty.
    pub fn lengths(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        self.lengths.iter()
    }

    /// How many chunks there are.
    #[must_use]
    pub fn chunk_count(&self) -> usize {
        self.lengths.count()
    }

    /// Where in the (edited) stream the last chunk ends.
    #[must_use]
    pub fn delivered(&self) -> Offset {
        Offset::new(self.lengths.total())
    }

    /// Where in the delivered bytes a place of the side's stream lies; none for
    /// one that the edit removed.
    pub(super) fn shift(&self, at: Offset) -> Option<Offset> {
        match &self.edit {
            Some(edit) => edit.shift(at),
            None => Some(at),
        }
    }

    /// Which messages begin in the delivered bytes, and where.
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
            replacement.into(),
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
        let made = |range, bytes| StreamEdit::new(range, bytes);
        assert_eq!(made(at..at, vec![]), Err(EditError::Nothing));
        assert_eq!(made(at..Offset::START, vec![1]), Err(EditError::Backwards));
        assert_eq!(
            made(at..at, vec![0; StreamEdit::LONGEST + 1]),
            Err(EditError::TooLong)
        );
    }

    #[test]
    fn messages_begin_where_the_edit_left_them() {
        let script = sample::script(&[("2", "ab", 0), ("2", "cd", 0), ("2", "ef", 0)]);
        let delivery = delivery("5,1").with_edit(edit(3..4, "-2"));
        let openings: Vec<_> = delivery.openings(&script).collect();
        assert_eq!(openings, [(0, Offset::START), (1, Offset::new(3))]);
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
