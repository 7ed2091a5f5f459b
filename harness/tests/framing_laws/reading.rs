//! The result of decoding a stream in pieces, in values that outlive the decoder.

use wirecheck::framing::{Decoded, Decoder, Framing, Malformation, Region, StreamEnd, Truncation};

/// The whole observable result of decoding a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) messages: Vec<Vec<u8>>,
    pub(crate) ending: Ending,
    pub(crate) taken: usize,
}

/// How a stream ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Clean,
    Message(Vec<u8>),
    Truncated(Truncation),
    Malformed(Malformation),
}

impl From<StreamEnd<'_>> for Ending {
    fn from(end: StreamEnd<'_>) -> Self {
        match end {
            StreamEnd::Clean => Self::Clean,
            StreamEnd::Message(payload) => Self::Message(payload.to_vec()),
            StreamEnd::Truncated(place) => Self::Truncated(place),
            StreamEnd::Malformed(why) => Self::Malformed(why),
        }
    }
}

/// Decodes the pieces one after the other, and checks the decoder's bound.
pub(crate) fn read<'a>(framing: &Framing, pieces: impl IntoIterator<Item = &'a [u8]>) -> Reading {
    let mut decoder = framing.decoder();
    let mut messages = Vec::new();
    let mut taken = 0;
    for piece in pieces {
        taken += take(&mut decoder, piece, &mut messages);
        assert!(decoder.allocated() <= decoder.bound(), "{framing:?}");
    }
    Reading {
        messages,
        ending: decoder.finish().into(),
        taken,
    }
}

/// Collects the messages of a piece; returns how many of its bytes were taken.
fn take(decoder: &mut Decoder, piece: &[u8], messages: &mut Vec<Vec<u8>>) -> usize {
    let mut rest = piece;
    loop {
        match decoder.decode(&mut rest) {
            Decoded::Message(payload) => messages.push(payload.to_vec()),
            Decoded::NeedMore => {
                assert!(rest.is_empty(), "the decoder left bytes behind");
                return piece.len();
            }
            Decoded::Malformed(_) => return piece.len() - rest.len(),
        }
    }
}

/// `stream` in pieces that end where a bit of `mask` is set: bit 0 cuts after
/// the first byte.
pub(crate) fn pieces(stream: &[u8], mask: u32) -> impl Iterator<Item = &[u8]> {
    let ends = (1..stream.len()).filter(move |end| mask >> (end - 1) & 1 == 1);
    let mut start = 0;
    ends.chain([stream.len()]).map(move |end| {
        let piece = &stream[start..end];
        start = end;
        piece
    })
}

/// Whether the regions are in order, not empty, and cover `length` bytes without gaps.
pub(crate) fn cover(regions: &[Region], length: usize) -> bool {
    let starts = regions.iter().map(|region| region.range.start);
    let mut ends = regions.iter().map(|region| region.range.end);
    let touching = starts.eq([0].into_iter().chain(ends.clone()).take(regions.len()));
    let filled = regions.iter().all(|region| !region.range.is_empty());
    touching && filled && ends.next_back().unwrap_or(0) == length
}

#[test]
fn a_mask_cuts_where_its_bits_are() {
    let cut: Vec<_> = pieces(b"abcd", 0b101).collect();
    assert_eq!(cut, [&b"a"[..], b"bc", b"d"]);
}
