//! What a peer prints.
//!
//! In come the bytes that the peer writes to its two pipes; out go copies of what was kept,
//! and waits for a text. Both streams are read without pause, so that a peer never blocks on
//! its output. Of each stream the first and the last bytes are kept and all are counted.

mod capture;
mod last_lines;
mod retained;

pub(super) use capture::{OutputCapture, OutputStream, SharedOutput};

use std::borrow::Cow;

/// An offset in a peer's standard output. What was printed before it belongs to an earlier
/// case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct OutputMark(u64);

/// The result of waiting for a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputWait {
    /// It was printed. The mark is its end.
    Found(OutputMark),
    /// It was not printed before the deadline.
    TimedOut,
    /// It was not printed, and the stream is closed.
    Closed,
    /// More was printed than is kept, and the text may have been in the lost part.
    Overrun,
}

/// What a peer has printed so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Its standard output.
    pub stdout: PrintedStream,
    /// Its standard error.
    pub stderr: PrintedStream,
}

/// What is kept of one stream: its beginning and its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrintedStream {
    /// The first bytes.
    pub head: Vec<u8>,
    /// The last bytes. They do not overlap the head.
    pub tail: Vec<u8>,
    /// How many bytes were printed.
    pub total: u64,
}

impl PrintedStream {
    /// How many bytes between head and tail were not kept.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.total - (self.head.len() + self.tail.len()) as u64
    }

    /// All that was kept, with a line that says how many bytes are missing.
    #[must_use]
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        if self.tail.is_empty() {
            return Cow::Borrowed(&self.head);
        }
        let gap = match self.missing() {
            0 => String::new(),
            1 => "\n[1 byte is not kept]\n".to_owned(),
            missing => format!("\n[{missing} bytes are not kept]\n"),
        };
        Cow::Owned([&self.head, gap.as_bytes(), &self.tail].concat())
    }
}

impl Output {
    /// The last lines of its standard error, or of its standard output if it wrote nothing
    /// to the other. Control characters are escaped.
    #[must_use]
    pub fn last_output(&self) -> String {
        let from_stderr = last_lines::printable(&self.stderr.bytes());
        if from_stderr.is_empty() {
            return last_lines::printable(&self.stdout.bytes());
        }
        from_stderr
    }
}
