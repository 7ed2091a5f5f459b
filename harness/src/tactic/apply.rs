//! Applies a delivery to a stream: the bytes of each chunk.
//!
//! A chunk is made of [`Piece`]s: ranges of the side's stream, and bytes that an edit puts in
//! their place. The engine encodes messages as it sends them and asks for the pieces
//! ([`Delivery::chunk_pieces`]). Where the whole stream is at hand, [`Delivery::chunks`]
//! puts the same pieces together.

use std::borrow::Cow;
use std::ops::Range;

use super::Offset;
use super::delivery::{Delivery, DeliveryEnd, StreamEdit};
use crate::framing::RepeatedBytes;

/// The bytes of one write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveredChunk<'a> {
    /// Its offset in the delivered bytes.
    pub offset: Offset,
    /// Never empty; copied only where it contains the start or the end of an edit.
    pub bytes: Cow<'a, [u8]>,
}

/// A chunk before its bytes are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkPieces<'a> {
    /// Its offset in the delivered bytes.
    pub offset: Offset,
    /// In order; at least one piece, none of them empty.
    pub pieces: Vec<Piece<'a>>,
}

/// A part of a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// These bytes of the side's stream.
    Stream(Range<Offset>),
    /// A part of the bytes that an edit inserts.
    Inserted(&'a RepeatedBytes, Range<usize>),
}

/// Why a delivery does not fit a stream.
///
/// A delivery that was made for a script fits it. A delivery from a file may be older
/// than the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    #[error("the edit ends at {end}, but the stream ends at {stream}")]
    EditOutside {
        end: Offset,
        /// The length of the stream.
        stream: Offset,
    },
    #[error("the delivery has {delivered} bytes, but the (edited) stream has only {stream}")]
    TooLong {
        delivered: Offset,
        /// The length of the edited stream.
        stream: Offset,
    },
    #[error(
        "the delivery has only {delivered} of {stream} bytes: add how it ends \
         (`fin`, `half`, `rst` or `hold`)"
    )]
    Unfinished {
        delivered: Offset,
        /// The length of the edited stream.
        stream: Offset,
    },
}

impl Delivery {
    /// Checks that this is a delivery of a stream of `len` bytes: it does not exceed the
    /// stream, and it delivers the whole stream unless it has an end of its own.
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

    /// The chunks of a stream of `len` bytes, in order: together the first
    /// [`Delivery::delivered`] bytes of the edited stream.
    ///
    /// What does not [fit](Delivery::fits) the stream is left out.
    pub fn chunk_pieces(&self, len: usize) -> impl Iterator<Item = ChunkPieces<'_>> {
        let spliced = Spliced::new(len, self.edit());
        let cut = self.lengths.iter().scan(0, move |end, length| {
            let start = *end;
            *end += length;
            Some(ChunkPieces {
                offset: Offset::new(start),
                pieces: spliced.slice(start..*end),
            })
        });
        cut.take_while(|chunk| !chunk.pieces.is_empty())
    }

    /// The bytes of [`Delivery::chunk_pieces`].
    pub fn chunks<'a>(&'a self, stream: &'a [u8]) -> impl Iterator<Item = DeliveredChunk<'a>> {
        self.chunk_pieces(stream.len()).map(|chunk| DeliveredChunk {
            offset: chunk.offset,
            bytes: joined(&chunk.pieces, stream),
        })
    }
}

/// An edited stream without a copy, as three adjacent pieces.
#[derive(Clone, Debug)]
struct Spliced<'a> {
    pieces: [Piece<'a>; 3],
}

impl<'a> Spliced<'a> {
    fn new(len: usize, edit: Option<&'a StreamEdit>) -> Self {
        let end = Offset::new(len);
        let (removed, inserted) = match edit {
            Some(edit) => (edit.range(), Some(edit.replacement())),
            None => (end..end, None),
        };
        let inserted = match inserted {
            Some(bytes) => Piece::Inserted(bytes, 0..bytes.len()),
            None => Piece::Stream(end..end),
        };
        Self {
            pieces: [
                Piece::Stream(Offset::START..removed.start.min(end)),
                inserted,
                Piece::Stream(removed.end.min(end)..end),
            ],
        }
    }

    /// What stands at `range`, as far as there is anything.
    fn slice(&self, range: Range<usize>) -> Vec<Piece<'a>> {
        let mut start = 0;
        let mut slices = Vec::new();
        for piece in &self.pieces {
            let len = piece.len();
            let from = range.start.saturating_sub(start).min(len);
            let to = range.end.saturating_sub(start).min(len);
            if from < to {
                slices.push(piece.slice(from..to));
            }
            start += len;
        }
        slices
    }
}

impl<'a> Piece<'a> {
    fn len(&self) -> usize {
        match self {
            Self::Stream(range) => range.end.get() - range.start.get(),
            Self::Inserted(_, range) => range.len(),
        }
    }

    fn slice(&self, range: Range<usize>) -> Self {
        match self {
            Self::Stream(whole) => {
                Self::Stream(whole.start.plus(range.start)..whole.start.plus(range.end))
            }
            Self::Inserted(bytes, whole) => {
                Self::Inserted(bytes, whole.start + range.start..whole.start + range.end)
            }
        }
    }

    fn bytes(&self, stream: &'a [u8]) -> Cow<'a, [u8]> {
        match self {
            Self::Stream(range) => Cow::Borrowed(&stream[range.start.get()..range.end.get()]),
            Self::Inserted(bytes, range) => bytes.slice(range.clone()),
        }
    }
}

/// The bytes of some pieces; a single one is not copied.
fn joined<'a>(pieces: &[Piece<'a>], stream: &'a [u8]) -> Cow<'a, [u8]> {
    match pieces {
        [only] => only.bytes(stream),
        several => {
            let bytes: Vec<_> = several.iter().map(|it| it.bytes(stream)).collect();
            Cow::Owned(bytes.concat())
        }
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
    fn a_delivery_of_another_stream_does_not_fit() {
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
