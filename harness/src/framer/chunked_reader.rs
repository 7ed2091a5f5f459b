//! A stream that is read chunk by chunk.

use std::io::{self, Read};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, ThreadId};

use super::observation::assert_ends;
use super::{End, Segmentation};

/// How often a reader may read on after the end of the stream.
const MOST_READS_AT_EOF: usize = 1000;

/// The stream that a function given to [`reader`](super::reader) reads.
///
/// A read returns bytes of one chunk, as a read of a socket does where each chunk arrives
/// after the one before it was read.
#[derive(Debug)]
pub struct ChunkedReader {
    bytes: Vec<u8>,
    /// Where the chunks end that are not read to their end yet, the next one last.
    ends: Vec<usize>,
    end: End,
    reads_at_eof: usize,
    /// The only thread that may read: on another one nothing says which messages came first.
    thread: ThreadId,
    progress: Arc<Progress>,
}

/// How far the stream was read.
#[derive(Debug, Default)]
pub(super) struct Progress {
    received: AtomicUsize,
    messages: AtomicUsize,
    has_ended: AtomicBool,
}

/// Unwinds a reader that waits for bytes which never come.
pub(super) struct WaitsForever;

/// What a read gets.
pub(super) enum Next {
    /// So many bytes; 0 at the end of the stream.
    Bytes(usize),
    /// Nothing ever comes.
    Nothing,
}

impl ChunkedReader {
    pub(super) fn new(input: &[u8], segmentation: &Segmentation) -> Self {
        let mut ends: Vec<_> = segmentation.ends().collect();
        ends.reverse();
        Self {
            bytes: input[..segmentation.len()].to_vec(),
            ends,
            end: segmentation.end(),
            reads_at_eof: 0,
            thread: thread::current().id(),
            progress: Arc::default(),
        }
    }

    /// How many chunks are not read to their end.
    #[cfg(feature = "tokio")]
    pub(super) fn chunks_left(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Takes up to `most` bytes of the current chunk with `take`.
    pub(super) fn next(&mut self, most: usize, take: impl FnOnce(&[u8])) -> Next {
        assert_eq!(
            thread::current().id(),
            self.thread,
            "the stream must be read on the thread of the test"
        );
        let Some(chunk_end) = self.ends.last().copied() else {
            return self.at_end();
        };
        let start = self.progress.received.load(Ordering::Relaxed);
        let end = chunk_end.min(start + most);
        take(&self.bytes[start..end]);
        self.progress.received.store(end, Ordering::Relaxed);
        if end == chunk_end {
            self.ends.pop();
        }
        Next::Bytes(end - start)
    }

    fn at_end(&mut self) -> Next {
        if self.end == End::Open {
            return Next::Nothing;
        }
        self.progress.has_ended.store(true, Ordering::Relaxed);
        self.reads_at_eof += 1;
        assert!(
            self.reads_at_eof <= MOST_READS_AT_EOF,
            "it reads on after the end of the stream: {MOST_READS_AT_EOF} reads of 0 bytes"
        );
        Next::Bytes(0)
    }
}

impl Read for ChunkedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        match self.next(buffer.len(), |bytes| {
            buffer[..bytes.len()].copy_from_slice(bytes)
        }) {
            Next::Bytes(count) => Ok(count),
            Next::Nothing => resume_unwind(Box::new(WaitsForever)),
        }
    }
}

impl Progress {
    /// How many bytes were received; `None` after the end of the stream.
    pub(super) fn received(&self) -> Option<usize> {
        let has_ended = self.has_ended.load(Ordering::Relaxed);
        (!has_ended).then(|| self.received.load(Ordering::Relaxed))
    }

    /// Counts a message that the function yields. Panics if there are too many.
    pub(super) fn count_message(&self) {
        let messages = self.messages.fetch_add(1, Ordering::Relaxed) + 1;
        assert_ends(messages, self.received.load(Ordering::Relaxed));
    }

    /// How many messages the function has yielded.
    #[cfg(feature = "tokio")]
    pub(super) fn messages(&self) -> usize {
        self.messages.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_returns_bytes_of_one_chunk() {
        let segmentation = Segmentation::cut_at(5, [2]);
        let mut reader = ChunkedReader::new(b"hello", &segmentation);
        let mut read = |most: usize| {
            let mut buffer = [0; 9];
            let count = reader.read(&mut buffer[..most]).expect("it never fails");
            buffer[..count].to_vec()
        };
        assert_eq!(read(9), b"he");
        assert_eq!(read(2), b"ll");
        assert_eq!(read(9), b"o");
        assert_eq!(read(9), b"");
    }
}
