//! A stream of which the first and the last bytes are kept.
//!
//! Pure: bytes in, places and copies out.

use super::{Mark, Stream};
use memchr::memmem;

/// The beginning, the end and the length of a stream.
#[derive(Debug)]
pub(super) struct Kept {
    bound: usize,
    head: Vec<u8>,
    /// The last bytes: all of them at first, then between one and two bounds.
    tail: Vec<u8>,
    total: u64,
}

/// What a search came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Search {
    /// The text is there and ends here.
    Found(Mark),
    /// It is not there yet; go on from here when there is more.
    NotYet(Mark),
    /// It is not there, and some of the stream was lost.
    Overrun,
}

impl Kept {
    /// Keeps so many bytes of the beginning and of the end.
    pub(super) fn new(bound: usize) -> Self {
        Self {
            bound,
            head: Vec::new(),
            tail: Vec::new(),
            total: 0,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        let room = self.bound - self.head.len();
        self.head.extend(&bytes[..bytes.len().min(room)]);
        self.total += bytes.len() as u64;
        self.tail.extend(bytes);
        if self.tail.len() > self.bound * 2 {
            self.tail.drain(..self.tail.len() - self.bound);
        }
    }

    /// The place behind all that came so far.
    pub(super) fn end(&self) -> Mark {
        Mark(self.total)
    }

    pub(super) fn copy(&self) -> Stream {
        let after_head = self.total - self.head.len() as u64;
        let len = usize::try_from(after_head)
            .unwrap_or(usize::MAX)
            .min(self.bound);
        Stream {
            head: self.head.clone(),
            tail: self.tail[self.tail.len() - len..].to_vec(),
            total: self.total,
        }
    }

    /// Looks for a text after a mark.
    pub(super) fn find(&self, text: &[u8], since: Mark) -> Search {
        let start = self.total - self.tail.len() as u64;
        let skip = usize::try_from(since.0.saturating_sub(start)).unwrap_or(usize::MAX);
        let rest = self.tail.get(skip..).unwrap_or_default();
        if let Some(at) = memmem::find(rest, text) {
            let behind = rest.len() - at - text.len();
            return Search::Found(Mark(self.total - behind as u64));
        }
        if since.0 < start {
            return Search::Overrun;
        }
        // The text may have begun in the last bytes that are here.
        let begun = text.len().saturating_sub(1) as u64;
        Search::NotYet(since.max(Mark(self.total.saturating_sub(begun))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(bound: usize, chunks: &[&[u8]]) -> Kept {
        let mut kept = Kept::new(bound);
        chunks.iter().for_each(|chunk| kept.push(chunk));
        kept
    }

    #[test]
    fn a_short_stream_is_kept_whole() {
        let stream = kept(4, &[b"ab", b"cdef"]).copy();
        assert_eq!(stream.bytes().as_ref(), b"abcdef");
        assert_eq!(stream.missing(), 0);
    }

    #[test]
    fn head_and_tail_are_the_same_however_the_stream_was_cut() {
        let whole: Vec<u8> = (0..200).collect();
        for size in 1..=whole.len() {
            let chunks: Vec<&[u8]> = whole.chunks(size).collect();
            let kept = kept(7, &chunks);
            let stream = kept.copy();
            assert_eq!(stream.head, whole[..7]);
            assert_eq!(stream.tail, whole[193..]);
            assert_eq!((stream.total, stream.missing()), (200, 186));
            assert!(kept.tail.len() <= 14);
        }
    }

    #[test]
    fn a_text_is_found_across_every_cut() {
        for cut in 0..=9 {
            let mut kept = Kept::new(64);
            kept.push(&b"..ready.."[..cut]);
            let resume = match kept.find(b"ready", Mark(0)) {
                Search::NotYet(resume) => resume,
                Search::Found(mark) => {
                    assert_eq!(mark, Mark(7));
                    continue;
                }
                Search::Overrun => panic!("nothing was lost"),
            };
            kept.push(&b"..ready.."[cut..]);
            assert_eq!(kept.find(b"ready", resume), Search::Found(Mark(7)));
        }
    }

    #[test]
    fn what_was_printed_before_the_mark_does_not_count() {
        let mut kept = kept(64, &[b"ready\n"]);
        let mark = kept.end();
        assert_eq!(kept.find(b"ready", mark), Search::NotYet(mark));
        kept.push(b"ready\n");
        assert_eq!(kept.find(b"ready", mark), Search::Found(Mark(11)));
    }

    #[test]
    fn a_text_that_may_have_been_lost_is_not_denied() {
        let kept = kept(4, &[b"ready", &[b'.'; 20]]);
        assert_eq!(kept.find(b"ready", Mark(0)), Search::Overrun);
        assert_eq!(kept.find(b"....", Mark(0)), Search::Found(Mark(20 + 5)));
    }
}
