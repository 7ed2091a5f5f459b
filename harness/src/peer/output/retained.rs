//! A stream of which the first and the last bytes are kept.
//!
//! Pure: bytes in, offsets and copies out.

use super::{OutputMark, PrintedStream};
use memchr::memmem;

/// The beginning, the end and the length of a stream.
#[derive(Debug)]
pub(super) struct RetainedOutput {
    bound: usize,
    head: Vec<u8>,
    /// The last bytes: all of them at first, then between `bound` and twice as many.
    tail: Vec<u8>,
    total: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SearchResult {
    /// The text ends here.
    Found(OutputMark),
    /// It was not printed yet. Search again from here when there is more.
    NotYet(OutputMark),
    /// It is not in what is kept, and some of the stream was lost.
    Overrun,
}

impl RetainedOutput {
    /// Keeps `bound` bytes of the beginning, and as many of the end.
    pub(super) fn new(bound: usize) -> Self {
        Self {
            bound,
            head: Vec::new(),
            tail: Vec::new(),
            total: 0,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        let free = self.bound - self.head.len();
        self.head.extend(&bytes[..bytes.len().min(free)]);
        self.total += bytes.len() as u64;
        self.tail.extend(bytes);
        if self.tail.len() > self.bound * 2 {
            self.tail.drain(..self.tail.len() - self.bound);
        }
    }

    /// The end of what was printed so far.
    pub(super) fn end(&self) -> OutputMark {
        OutputMark(self.total)
    }

    pub(super) fn copy(&self) -> PrintedStream {
        let after_head = self.total - self.head.len() as u64;
        let len = usize::try_from(after_head)
            .unwrap_or(usize::MAX)
            .min(self.bound);
        PrintedStream {
            head: self.head.clone(),
            tail: self.tail[self.tail.len() - len..].to_vec(),
            total: self.total,
        }
    }

    /// Searches for a text after a mark.
    pub(super) fn find(&self, text: &[u8], since: OutputMark) -> SearchResult {
        let start = self.total - self.tail.len() as u64;
        let skip = usize::try_from(since.0.saturating_sub(start)).unwrap_or(usize::MAX);
        let rest = self.tail.get(skip..).unwrap_or_default();
        if let Some(at) = memmem::find(rest, text) {
            let behind = rest.len() - at - text.len();
            return SearchResult::Found(OutputMark(self.total - behind as u64));
        }
        if since.0 < start {
            return SearchResult::Overrun;
        }
        // The text may begin in the last bytes.
        let begun = text.len().saturating_sub(1) as u64;
        SearchResult::NotYet(since.max(OutputMark(self.total.saturating_sub(begun))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retained(bound: usize, chunks: &[&[u8]]) -> RetainedOutput {
        let mut output = RetainedOutput::new(bound);
        chunks.iter().for_each(|chunk| output.push(chunk));
        output
    }

    #[test]
    fn a_short_stream_is_kept_completely() {
        let stream = retained(4, &[b"ab", b"cdef"]).copy();
        assert_eq!(stream.bytes().as_ref(), b"abcdef");
        assert_eq!(stream.missing(), 0);
    }

    #[test]
    fn head_and_tail_do_not_depend_on_how_the_stream_was_cut() {
        let whole: Vec<u8> = (0..200).collect();
        for size in 1..=whole.len() {
            let chunks: Vec<&[u8]> = whole.chunks(size).collect();
            let kept = retained(7, &chunks);
            let stream = kept.copy();
            assert_eq!(stream.head, whole[..7]);
            assert_eq!(stream.tail, whole[193..]);
            assert_eq!((stream.total, stream.missing()), (200, 186));
            assert!(kept.tail.len() <= 14);
        }
    }

    #[test]
    fn a_text_is_found_although_it_was_cut_anywhere() {
        for cut in 0..=9 {
            let mut kept = RetainedOutput::new(64);
            kept.push(&b"..ready.."[..cut]);
            let resume = match kept.find(b"ready", OutputMark(0)) {
                SearchResult::NotYet(resume) => resume,
                SearchResult::Found(mark) => {
                    assert_eq!(mark, OutputMark(7));
                    continue;
                }
                SearchResult::Overrun => panic!("nothing was lost"),
            };
            kept.push(&b"..ready.."[cut..]);
            assert_eq!(
                kept.find(b"ready", resume),
                SearchResult::Found(OutputMark(7))
            );
        }
    }

    #[test]
    fn a_text_before_the_mark_is_not_found() {
        let mut kept = retained(64, &[b"ready\n"]);
        let mark = kept.end();
        assert_eq!(kept.find(b"ready", mark), SearchResult::NotYet(mark));
        kept.push(b"ready\n");
        assert_eq!(
            kept.find(b"ready", mark),
            SearchResult::Found(OutputMark(11))
        );
    }

    #[test]
    fn a_text_that_may_have_been_lost_is_reported_as_overrun() {
        let kept = retained(4, &[b"ready", &[b'.'; 20]]);
        assert_eq!(kept.find(b"ready", OutputMark(0)), SearchResult::Overrun);
        assert_eq!(
            kept.find(b"....", OutputMark(0)),
            SearchResult::Found(OutputMark(20 + 5))
        );
    }
}
