//! Where a stream is cut into chunks, and how it ends.

use std::fmt;

/// How a stream ends after its last chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum End {
    /// The sender closes: a read returns 0 bytes.
    #[default]
    Eof,
    /// The sender sends nothing more and leaves the connection open: a read waits.
    Open,
}

/// One way to receive an input: how many of its bytes, where they are cut, how they end.
///
/// It prints as `whole`, `cut@5`, `cuts@2,5` or `bytes`, like the tactics of a suite.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Segmentation {
    len: usize,
    /// Ascending, without duplicates, each between 1 and `len - 1`.
    cuts: Vec<usize>,
    end: End,
}

impl Segmentation {
    /// The first `len` bytes in one chunk, then the end of the stream.
    #[must_use]
    pub fn whole(len: usize) -> Self {
        Self {
            len,
            cuts: Vec::new(),
            end: End::Eof,
        }
    }

    /// The first `len` bytes, each in a chunk of its own, then the end of the stream.
    #[must_use]
    pub fn bytes(len: usize) -> Self {
        Self::cut_at(len, 1..len)
    }

    /// The first `len` bytes, cut at these offsets, then the end of the stream. An offset
    /// outside of the stream or at its start or end changes nothing.
    #[must_use]
    pub fn cut_at(len: usize, cuts: impl IntoIterator<Item = usize>) -> Self {
        let inside = |cut: &usize| 0 < *cut && *cut < len;
        let mut cuts: Vec<_> = cuts.into_iter().filter(inside).collect();
        cuts.sort_unstable();
        cuts.dedup();
        Self {
            len,
            cuts,
            end: End::Eof,
        }
    }

    /// The same chunks, but the stream stays open after the last one.
    #[must_use]
    pub fn left_open(self) -> Self {
        Self {
            end: End::Open,
            ..self
        }
    }

    /// The first `len` bytes of it.
    #[must_use]
    pub(super) fn truncated(&self, len: usize) -> Self {
        Self {
            end: self.end,
            ..Self::cut_at(len, self.cuts.iter().copied())
        }
    }

    /// The same bytes in one chunk, with the same end.
    #[must_use]
    pub(super) fn uncut(&self) -> Self {
        Self {
            end: self.end,
            ..Self::whole(self.len)
        }
    }

    /// The same bytes, cut at fewer offsets.
    #[must_use]
    pub(super) fn with_cuts(&self, cuts: impl IntoIterator<Item = usize>) -> Self {
        Self {
            end: self.end,
            ..Self::cut_at(self.len, cuts)
        }
    }

    /// How many bytes are received.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the stream ends before its first byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Where the bytes are cut, ascending.
    #[must_use]
    pub fn cuts(&self) -> &[usize] {
        &self.cuts
    }

    /// What follows the last chunk.
    #[must_use]
    pub fn end(&self) -> End {
        self.end
    }

    /// The chunks, none of them empty.
    ///
    /// # Panics
    ///
    /// If `input` has fewer bytes than are received.
    pub fn chunks<'a>(&'a self, input: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let starts = std::iter::once(0).chain(self.cuts.iter().copied());
        let ends = self.ends();
        starts.zip(ends).map(|(start, end)| &input[start..end])
    }

    /// The offsets at which the chunks end.
    pub(crate) fn ends(&self) -> impl Iterator<Item = usize> + '_ {
        let last = (self.len > 0).then_some(self.len);
        self.cuts.iter().copied().chain(last)
    }
}

impl fmt::Display for Segmentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cuts[..] {
            [] => f.write_str("whole"),
            [cut] => write!(f, "cut@{cut}"),
            all if all.len() + 1 == self.len && self.len > 3 => f.write_str("bytes"),
            [first, rest @ ..] => {
                const MOST: usize = 8;
                write!(f, "cuts@{first}")?;
                let mut shown = rest.iter().take(MOST);
                shown.try_for_each(|cut| write!(f, ",{cut}"))?;
                match rest.len() {
                    ..=MOST => Ok(()),
                    more => write!(f, ",… ({} cuts)", more + 1),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chunks_are_the_input() {
        let segmentation = Segmentation::cut_at(5, [4, 1, 1, 0, 9]);
        let chunks: Vec<_> = segmentation.chunks(b"hello").collect();
        assert_eq!(chunks, [&b"h"[..], b"ell", b"o"]);
    }

    #[test]
    fn an_empty_stream_has_no_chunk() {
        assert_eq!(Segmentation::whole(0).chunks(b"").count(), 0);
    }

    #[test]
    fn it_prints_as_the_tactics_do() {
        let printed = |cuts: &[usize]| Segmentation::cut_at(5, cuts.iter().copied()).to_string();
        assert_eq!(printed(&[]), "whole");
        assert_eq!(printed(&[3]), "cut@3");
        assert_eq!(printed(&[1, 3]), "cuts@1,3");
        assert_eq!(Segmentation::bytes(5).to_string(), "bytes");
    }
}
