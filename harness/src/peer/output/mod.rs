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

/// How much a peer has printed to both streams. What was printed before it belongs to an
/// earlier case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutputPosition {
    stdout: OutputMark,
    stderr: OutputMark,
}

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

    /// What was kept of what was printed after a mark.
    fn since(&self, mark: OutputMark) -> Vec<u8> {
        let behind = |bytes: &[u8], start: u64| {
            let skip = usize::try_from(mark.0.saturating_sub(start)).unwrap_or(usize::MAX);
            bytes.get(skip..).unwrap_or_default().to_vec()
        };
        let tail = behind(&self.tail, self.total - self.tail.len() as u64);
        [behind(&self.head, 0), tail].concat()
    }
}

impl Output {
    /// The first and the last lines of its standard error, or of its standard output if it
    /// wrote nothing to the other. Control characters are escaped.
    #[must_use]
    pub fn last_output(&self) -> String {
        self.last_output_since(OutputPosition::default())
    }

    /// The same of what it printed after a position.
    #[must_use]
    pub fn last_output_since(&self, position: OutputPosition) -> String {
        let from_stderr = last_lines::printable(&self.stderr.since(position.stderr));
        if from_stderr.is_empty() {
            return last_lines::printable(&self.stdout.since(position.stdout));
        }
        from_stderr
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_output_of_a_case_has_no_line_of_an_earlier_one() {
        let stream = |head: &str, tail: &str| PrintedStream {
            head: head.into(),
            tail: tail.into(),
            total: 100 + tail.len() as u64,
        };
        let output = Output {
            stdout: PrintedStream::default(),
            stderr: stream("earlier\n", "old\nnew\n"),
        };
        let after = |stderr| {
            let stdout = OutputMark(0);
            let stderr = OutputMark(stderr);
            output.last_output_since(OutputPosition { stdout, stderr })
        };
        assert_eq!(after(0), "earlier\nold\nnew");
        assert_eq!(after(104), "new");
        assert_eq!(after(108), "");
        assert_eq!(after(500), "", "of another process");
    }
}
