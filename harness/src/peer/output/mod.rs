//! What a peer prints.
//!
//! Both streams are drained without end, so that a peer never waits for us; of
//! each the first and the last bytes are kept, and all are counted.

mod capture;
mod kept;
mod words;

pub(super) use capture::{Capture, Shared, Which};

use std::borrow::Cow;

/// A place in what a peer has printed: everything before it is of an earlier case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(u64);

/// What waiting for a text came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It was printed; what follows it begins here.
    Text(Mark),
    /// It was not, and the time is over.
    NotInTime,
    /// It was not, and nothing more will be: the stream is closed.
    Closed,
    /// More was printed than is kept, and the text may have been in what was lost.
    Overrun,
}

/// What a peer has printed so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Its standard output.
    pub stdout: Stream,
    /// Its standard error.
    pub stderr: Stream,
}

/// What is kept of one stream: its beginning and its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    /// The first bytes.
    pub head: Vec<u8>,
    /// The last bytes, after the head; what lay between the two is missing.
    pub tail: Vec<u8>,
    /// How many bytes there were in all.
    pub total: u64,
}

impl Stream {
    /// How many bytes between head and tail were not kept.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.total - (self.head.len() + self.tail.len()) as u64
    }

    /// All that was kept, with a line that says how much is missing.
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
    /// The last lines that the peer wrote to its standard error, or to its
    /// standard output if it wrote nothing there; made safe to show.
    #[must_use]
    pub fn last_words(&self) -> String {
        let from_stderr = words::last(&self.stderr.bytes());
        match from_stderr.is_empty() {
            true => words::last(&self.stdout.bytes()),
            false => from_stderr,
        }
    }
}
