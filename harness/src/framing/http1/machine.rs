//! Reads HTTP/1.1 messages, one after the other.
//!
//! What it knows of a connection outlives a message: how many requests have been answered,
//! and whether the connection has become a tunnel.

use std::ops::Range;

use memchr::memchr;

use super::super::codec::Machine;
use super::super::message_layout::accepted;
use super::super::want::{Want, Whole};
use super::super::{Malformation, Truncation};
use super::chunk::{ChunkLine, MOST_DIGITS};
use super::framing_fields::{BodyFraming, FramingFields};
use super::head::{self, FieldLine, Sender, Start};
use super::{AnsweredRequest, Http1};

#[derive(Debug)]
pub(super) struct MessageReader {
    limits: Http1,
    /// The final answers so far: 2xx to 5xx, and 101.
    answered: usize,
    previous: Previous,
    state: ReaderState,
    /// Where the head or the trailers start.
    block: usize,
    /// Where the current line starts.
    line: usize,
    /// Of the current message.
    head: Head,
    chunks: Chunks,
}

/// What came before the current message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Previous {
    Nothing,
    EmptyLine,
    Request,
    Answer,
    /// An answer after which the stream is no HTTP.
    LastAnswer,
}

#[derive(Clone, Copy, Debug)]
enum ReaderState {
    StartLine,
    Fields,
    /// In a body that ends at this offset.
    Length {
        end: usize,
    },
    ChunkLine,
    /// In the bytes of a chunk that ends at this offset, or in the `\r\n` behind them.
    Chunk {
        end: usize,
    },
    Trailers,
    UntilClose,
}

/// What is known of a head.
#[derive(Clone, Copy, Debug, Default)]
struct Head {
    /// `None` before the end of the start line.
    start: Option<Start>,
    /// How many there are, with those of the trailers.
    fields: usize,
    framing: FramingFields,
    /// The length of the whole head; 0 before its end.
    length: usize,
}

/// How far a body in chunks has got.
#[derive(Clone, Copy, Debug, Default)]
struct Chunks {
    /// The bytes of all chunks so far.
    length: usize,
    /// The bytes of all chunk extensions so far.
    extensions: usize,
}

const LINE_END: usize = "\r\n".len();

impl MessageReader {
    pub(super) fn new(limits: Http1) -> Self {
        Self {
            limits,
            answered: 0,
            previous: Previous::Nothing,
            state: ReaderState::StartLine,
            block: 0,
            line: 0,
            head: Head::default(),
            chunks: Chunks::default(),
        }
    }

    fn next(&mut self, so_far: &[u8]) -> Result<Want, Malformation> {
        match self.state {
            ReaderState::StartLine if so_far.is_empty() => self.more_lines(so_far),
            ReaderState::StartLine if self.previous == Previous::LastAnswer => {
                self.until_close(so_far)
            }
            ReaderState::StartLine => self.start_line(so_far),
            ReaderState::Fields => self.field(so_far),
            ReaderState::Length { .. } => Ok(whole(so_far)),
            ReaderState::ChunkLine => self.chunk_line(so_far),
            ReaderState::Chunk { end } => self.chunk_end(so_far, end),
            ReaderState::Trailers => self.trailer(so_far),
            ReaderState::UntilClose => self.until_close(so_far),
        }
    }

    fn start_line(&mut self, so_far: &[u8]) -> Result<Want, Malformation> {
        let line = self.take_line(so_far)?;
        if line.is_empty() {
            return self.empty_line();
        }
        let start = Start::from(head::start_line(line)?);
        if self.previous == Previous::EmptyLine && start.sender != Sender::Client {
            return Err(Malformation::EmptyLine);
        }
        self.previous = match start.sender {
            Sender::Client => Previous::Request,
            Sender::Server { .. } => Previous::Answer,
        };
        self.head.start = Some(start);
        self.state = ReaderState::Fields;
        self.next_line(so_far)
    }

    /// "a server that is expecting to receive and parse a request-line SHOULD ignore at least
    /// one empty line (CRLF) received prior to the request-line" (RFC 9112, 2.2). There is no
    /// such rule for a client.
    fn empty_line(&mut self) -> Result<Want, Malformation> {
        if self.previous == Previous::Answer {
            return Err(Malformation::EmptyLine);
        }
        self.previous = Previous::EmptyLine;
        Ok(Want::Whole(Whole::Nothing))
    }

    fn field(&mut self, so_far: &[u8]) -> Result<Want, Malformation> {
        let line = self.take_line(so_far)?;
        if line.is_empty() {
            return self.end_of_head(so_far);
        }
        let field = self.checked_field(line)?;
        let (name, value) = (&so_far[field.name], &so_far[field.value.clone()]);
        let framing = &mut self.head.framing;
        framing.take(name, (value, field.value.start), self.line)?;
        self.next_line(so_far)
    }

    fn end_of_head(&mut self, so_far: &[u8]) -> Result<Want, Malformation> {
        self.head.length = so_far.len();
        let start = self.head.start.expect("a head begins with a start line");
        let answered = self.answered_request();
        let framing = self.head.framing.body(start, answered, so_far.len())?;
        if let Sender::Server { status } = start.sender {
            self.count_answer(status, answered);
        }
        match framing {
            BodyFraming::None => Ok(whole(so_far)),
            BodyFraming::Length => self.body_of_length(so_far),
            BodyFraming::Chunked => self.next_chunk(so_far),
            BodyFraming::UntilClose => {
                self.state = ReaderState::UntilClose;
                self.until_close(so_far)
            }
        }
    }

    fn answered_request(&self) -> AnsweredRequest {
        let requests = &self.limits.requests;
        requests.get(self.answered).copied().unwrap_or_default()
    }

    fn count_answer(&mut self, status: u16, answered: AnsweredRequest) {
        self.answered += usize::from(!head::is_interim(status));
        let to_connect = answered == AnsweredRequest::Connect && matches!(status, 200..=299);
        if status == 101 || to_connect {
            self.previous = Previous::LastAnswer;
        }
    }

    fn body_of_length(&mut self, so_far: &[u8]) -> Result<Want, Malformation> {
        let length = accepted(self.head.framing.declared(), self.limits.max)?;
        let end = so_far.len().saturating_add(length);
        self.state = ReaderState::Length { end };
        match length {
            0 => Ok(whole(so_far)),
            length => Ok(Want::bytes(length)),
        }
    }

    fn until_close(&self, so_far: &[u8]) -> Result<Want, Malformation> {
        let max = self.limits.max;
        let have = so_far.len() - self.head.length;
        if have > max {
            return Err(Malformation::TooLong { max });
        }
        Ok(Want::bytes((max - have).saturating_add(1)))
    }

    fn next_chunk(&mut self, so_far: &[u8]) -> Result<Want, Malformation> {
        self.state = ReaderState::ChunkLine;
        self.line = so_far.len();
        let extensions = self.limits.max_header - self.chunks.extensions;
        let longest = extensions.saturating_add(MOST_DIGITS + LINE_END);
        Ok(Want::through(b'\n', longest))
    }

    fn chunk_line(&mut self, so_far: &[u8]) -> Result<Want, Malformation> {
        let line = self.take_line(so_far)?;
        let line = ChunkLine::parse(line, self.line, self.limits.max)?;
        self.chunks.extensions += line.extensions;
        if self.chunks.extensions > self.limits.max_header {
            return Err(self.extensions_too_long());
        }
        self.chunk(so_far, line.size)
    }

    fn chunk(&mut self, so_far: &[u8], size: u64) -> Result<Want, Malformation> {
        let declared = size.saturating_add(self.chunks.length as u64);
        let before = self.chunks.length;
        self.chunks.length = accepted(declared, self.limits.max)?;
        match self.chunks.length - before {
            0 => {
                self.state = ReaderState::Trailers;
                self.block = so_far.len();
                self.next_line(so_far)
            }
            size => {
                let end = so_far.len().saturating_add(size);
                self.state = ReaderState::Chunk { end };
                Ok(Want::bytes(size.saturating_add(LINE_END)))
            }
        }
    }

    fn chunk_end(&mut self, so_far: &[u8], end: usize) -> Result<Want, Malformation> {
        for (at, expected) in [(end, b'\r'), (end + 1, b'\n')] {
            let byte = so_far[at];
            if byte != expected {
                return Err(Malformation::WrongTerminator { at, byte, expected });
            }
        }
        self.next_chunk(so_far)
    }

    fn trailer(&mut self, so_far: &[u8]) -> Result<Want, Malformation> {
        let line = self.take_line(so_far)?;
        if line.is_empty() {
            return Ok(whole(so_far));
        }
        self.checked_field(line)?;
        self.next_line(so_far)
    }

    fn next_line(&mut self, so_far: &[u8]) -> Result<Want, Malformation> {
        self.line = so_far.len();
        self.more_lines(so_far)
    }

    fn more_lines(&self, so_far: &[u8]) -> Result<Want, Malformation> {
        match self.limits.header_bound() - (so_far.len() - self.block) {
            0 => Err(self.unended(so_far)),
            left => Ok(Want::through(b'\n', left)),
        }
    }

    /// The line that has just ended, without its ending.
    fn take_line<'a>(&self, so_far: &'a [u8]) -> Result<&'a [u8], Malformation> {
        let line = so_far[self.line..].strip_suffix(b"\n");
        let line = line.ok_or_else(|| self.unended(so_far))?;
        let at = self.line + line.len();
        let line = line.strip_suffix(b"\r");
        let line = line.ok_or(Malformation::BareNewline { at })?;
        match memchr(b'\r', line) {
            Some(index) => Err(Malformation::BareReturn {
                at: self.line + index,
            }),
            None => Ok(line),
        }
    }

    fn checked_field(&mut self, line: &[u8]) -> Result<FieldLine, Malformation> {
        let max = self.limits.max_fields;
        self.head.fields += 1;
        if self.head.fields > max {
            return Err(Malformation::TooManyFields { max });
        }
        head::field(line, self.line)
    }

    /// Why a line that is as long as it may be is malformed.
    fn unended(&self, so_far: &[u8]) -> Malformation {
        let (at, max) = (self.line, self.limits.max);
        match self.state {
            ReaderState::ChunkLine => {
                let in_size = ChunkLine::parse(&so_far[at..], at, max);
                in_size.err().unwrap_or_else(|| self.extensions_too_long())
            }
            _ => Malformation::HeaderTooLong {
                max: self.limits.max_header,
            },
        }
    }

    fn extensions_too_long(&self) -> Malformation {
        Malformation::ExtensionsTooLong {
            max: self.limits.max_header,
        }
    }
}

fn whole(so_far: &[u8]) -> Want {
    Want::Whole(Whole::Payload(0..so_far.len()))
}

impl Machine for MessageReader {
    fn want(&mut self, so_far: &[u8]) -> Want {
        self.next(so_far).into()
    }

    fn ended(&self, so_far: &[u8]) -> Result<Range<usize>, Truncation> {
        let have = so_far.len();
        Err(match self.state {
            ReaderState::UntilClose => return Ok(0..have),
            ReaderState::StartLine if self.previous == Previous::LastAnswer => {
                return Ok(0..have);
            }
            ReaderState::StartLine | ReaderState::Fields => Truncation::OpenHeader { have },
            ReaderState::Length { end } => Truncation::Body {
                have: have - self.head.length,
                of: end - self.head.length,
            },
            ReaderState::ChunkLine | ReaderState::Chunk { .. } => Truncation::Unended {
                have,
                mark: "last chunk",
            },
            ReaderState::Trailers => Truncation::Unended {
                have,
                mark: "empty line",
            },
        })
    }

    fn longest(&self) -> usize {
        self.limits.longest()
    }

    fn reset(&mut self) {
        self.state = ReaderState::StartLine;
        self.block = 0;
        self.line = 0;
        self.head = Head::default();
        self.chunks = Chunks::default();
    }
}
