//! A delivery meets the stream it was made for: the bytes of each chunk.

use std::borrow::Cow;
use std::ops::Range;

use super::Offset;
use super::delivery::{Delivery, DeliveryEnd, StreamEdit};

/// What is sent in one write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveredChunk<'a> {
    /// Where it begins in the delivered bytes.
    pub offset: Offset,
    /// Its bytes: never none; copied only where an edit's border runs through.
    pub bytes: Cow<'a, [u8]>,
}

/// Why a delivery is not one of a stream.
///
/// A delivery that was made for a script fits it; one that was read from a file
/// may be older than the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// It edits what isn't there.
    #[error("the edit ends at {end}, but the stream ends at {stream}")]
    EditOutside {
        /// Where the edit's range ends.
        end: Offset,
        /// How long the stream is.
        stream: Offset,
    },
    /// It hands over more than there is.
    #[error("the delivery has {delivered} bytes, but the (edited) stream has only {stream}")]
    TooLong {
        /// How much is handed over.
        delivered: Offset,
        /// How long the stream is, once edited.
        stream: Offset,
    },
    /// It stops early and does not say how it ends.
    #[error(
        "the delivery has only {delivered} of {stream} bytes: add how it ends \
         (`fin`, `half`, `rst` or `hold`)"
    )]
    Unfinished {
        /// How much is handed over.
        delivered: Offset,
        /// How long the stream is, once edited.
        stream: Offset,
    },
}

impl Delivery {
    /// Whether this is a delivery of a stream of `len` bytes.
    ///
    /// # Errors
    ///
    /// If it reaches past the stream's end, or ends as scripted before that.
    pub fn fits(&self, len: usize) -> Result<(), FitError> {
        let edited = self.edited_len(len)?;
        let delivered = self.delivered();
        match self.end {
            _ if delivered > edited => Err(FitError::TooLong {
                delivered,
                stream: edited,
            }),
            DeliveryEnd::AsScripted if delivered < edited => Err(FitError::Unfinished {
                delivered,
                stream: edited,
            }),
            _ => Ok(()),
        }
    }

    fn edited_len(&self, len: usize) -> Result<Offset, FitError> {
        let stream = Offset::new(len);
        match self.edit() {
            Some(edit) if edit.range().end > stream => Err(FitError::EditOutside {
                end: edit.range().end,
                stream,
            }),
            Some(edit) => Ok(stream.minus(edit.removed()).plus(edit.replacement().len())),
            None => Ok(stream),
        }
    }

    /// The chunks, in order: together the first [`Delivery::delivered`] bytes of
    /// the edited stream.
    ///
    /// What doesn't [fit](Delivery::fits) the stream is left out.
    pub fn chunks<'a>(&'a self, stream: &'a [u8]) -> impl Iterator<Item = DeliveredChunk<'a>> {
        let spliced = Spliced::new(stream, self.edit());
        let cut = self.lengths.iter().scan(0, move |end, length| {
            let start = *end;
            *end += length;
            Some(DeliveredChunk {
                offset: Offset::new(start),
                bytes: spliced.slice(start..*end),
            })
        });
        cut.take_while(|chunk| !chunk.bytes.is_empty())
    }
}

/// A stream with a stretch replaced, without a copy: three pieces that touch.
#[derive(Clone, Copy)]
struct Spliced<'a> {
    pieces: [&'a [u8]; 3],
}

impl<'a> Spliced<'a> {
    fn new(stream: &'a [u8], edit: Option<&'a StreamEdit>) -> Self {
        let Some(edit) = edit else {
            return Self {
                pieces: [stream, &[], &[]],
            };
        };
        let Range { start, end } = edit.range();
        let before = &stream[..start.get().min(stream.len())];
        let after = &stream[end.get().min(stream.len())..];
        Self {
            pieces: [before, edit.replacement(), after],
        }
    }

    /// The bytes of `range`, as far as there are any.
    fn slice(&self, range: Range<usize>) -> Cow<'a, [u8]> {
        let mut joined = Cow::Borrowed(&[] as &[u8]);
        let mut start = 0;
        for piece in self.pieces {
            let from = range.start.saturating_sub(start).min(piece.len());
            let to = range.end.saturating_sub(start).min(piece.len());
            join(&mut joined, &piece[from..to]);
            start += piece.len();
        }
        joined
    }
}

/// Appends a piece; the first one that has bytes is not copied.
fn join<'a>(joined: &mut Cow<'a, [u8]>, piece: &'a [u8]) {
    if joined.is_empty() {
        *joined = Cow::Borrowed(piece);
    } else if !piece.is_empty() {
        joined.to_mut().extend_from_slice(piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(notation: &str) -> Delivery {
        notation.parse().expect("a delivery")
    }

    fn sent(notation: &str, stream: &str) -> Vec<String> {
        let delivery = delivery(notation);
        let chunks = delivery.chunks(stream.as_bytes());
        chunks
            .map(|chunk| String::from_utf8_lossy(&chunk.bytes).into_owned())
            .collect()
    }

    #[test]
    fn chunks_follow_each_other() {
        assert_eq!(sent("3,1x2,2", "abcdefg"), ["abc", "d", "e", "fg"]);
        let offsets = delivery("3,1x2,1");
        let offsets: Vec<_> = offsets.chunks(b"abcdefg").map(|c| c.offset.get()).collect();
        assert_eq!(offsets, [0, 3, 4, 5]);
    }

    #[test]
    fn an_edit_is_made_before_the_stream_is_cut() {
        assert_eq!(sent("@1..3=2d31 2,3 half", "a05body"), ["a-", "1bo"]);
        assert_eq!(sent("@1..3= 2,2 half", "a05body"), ["ab", "od"]);
    }

    #[test]
    fn bytes_are_copied_only_across_an_edit() {
        let delivery = delivery("@2..3=2d 1,2,2 half");
        let copied: Vec<_> = delivery
            .chunks(b"abcdef")
            .map(|chunk| matches!(chunk.bytes, Cow::Owned(_)))
            .collect();
        assert_eq!(copied, [false, true, false]);
    }

    #[test]
    fn a_delivery_of_another_stream_is_told_apart() {
        assert_eq!(delivery("3,4").fits(7), Ok(()));
        assert_eq!(delivery("@0..2=313131 3,5").fits(7), Ok(()));
        assert!(matches!(
            delivery("3,4").fits(6),
            Err(FitError::TooLong { .. })
        ));
        assert!(matches!(
            delivery("3,4").fits(8),
            Err(FitError::Unfinished { .. })
        ));
        assert!(matches!(
            delivery("@5..9=00 3 fin").fits(8),
            Err(FitError::EditOutside { .. })
        ));
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        assert_eq!(sent("3,4,5", "abcd"), ["abc", "d"]);
        assert_eq!(sent("@9..12=2d 3,4", "abcd"), ["abc", "d-"]);
    }
}
