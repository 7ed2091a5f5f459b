//! HTTP/1.1 messages (RFC 9112).
//!
//! In: one whole message: start line, fields, blank line, body as it is on the wire. Out: the
//! same bytes, with regions.
//!
//! - `head`: start lines and fields;
//! - `framing_fields`: the fields that say where a message ends;
//! - `chunk`: the line before a chunk;
//! - `machine`: reads messages one at a time;
//! - `parts`: where the parts of a whole message are, and its regions;
//! - `malformed`, `rules`: malformed messages, and the sentences of the RFCs that they break;
//! - `message`, `write`: a message as values, read and written.
//!
//! A message that begins with `HTTP/` is an answer, any other is a request.

mod chunk;
mod framing_fields;
mod head;
mod machine;
#[cfg(test)]
mod machine_tests;
mod malformed;
mod message;
mod parts;
mod rules;
mod write;

use super::codec::{Codec, Machine};
use super::decoder::{Decoded, Decoder};
use super::malformed::MalformedVariants;
use super::{DEFAULT_MAX, EncodeError, Encoded, Malformation, Truncation};
use chunk::MOST_DIGITS;
use machine::MessageReader;
use parts::Parts;

pub use framing_fields::BodyFraming;
pub use head::StartLine;
pub(crate) use head::{is_interim, is_token};
pub use message::{Field, HttpMessage};
pub use write::{BodyToSend, write_answer, write_request};

/// HTTP/1.1 messages.
///
/// A reader of answers must know which requests they answer: see [`Http1::answering`]. The
/// bytes after a `101`, and after a `2xx` to `CONNECT`, are one message up to the end of the
/// stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http1 {
    /// The longest head, including its blank line; also all chunk extensions together, and
    /// the trailers.
    pub max_header: usize,
    /// The most fields, including those of the trailers.
    pub max_fields: usize,
    /// The longest body, without the framing of its chunks.
    pub max: usize,
    /// What the answers of a stream answer, in order. Any further one answers an ordinary
    /// request.
    requests: Vec<AnsweredRequest>,
}

/// What a reader of an answer must know of the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum AnsweredRequest {
    /// The answer has no body.
    Head,
    /// If the answer is a `2xx`, a tunnel follows it.
    Connect,
    #[default]
    Other,
}

impl Default for Http1 {
    fn default() -> Self {
        Self::limited_to(1 << 16, 200, DEFAULT_MAX)
    }
}

impl Http1 {
    /// With these limits: of the head in bytes, of the number of fields, of the body in bytes.
    #[must_use]
    pub fn limited_to(max_header: usize, max_fields: usize, max: usize) -> Self {
        Self {
            max_header,
            max_fields,
            max,
            requests: Vec::new(),
        }
    }

    /// The same framing for the answers to these requests, in order. Each is a whole message,
    /// or at least its method.
    #[must_use]
    pub fn answering(mut self, requests: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let requests = requests.into_iter();
        let kinds = requests.map(|request| AnsweredRequest::of(request.as_ref()));
        self.requests = kinds.collect();
        self
    }

    /// The same framing for the answer to one request.
    fn to_one(&self, request: AnsweredRequest) -> Self {
        let requests = vec![request];
        Self {
            requests,
            ..self.clone()
        }
    }

    /// The most bytes of a head, or of the trailers.
    fn header_bound(&self) -> usize {
        self.max_header.max(1)
    }

    /// The most bytes of a message: its head, and a body in chunks of one byte each, with
    /// their sizes, extensions and trailers.
    fn longest(&self) -> usize {
        const AROUND_A_CHUNK: usize = MOST_DIGITS + 4;
        let chunks = self.max.saturating_add(1);
        let chunks = chunks.saturating_mul(AROUND_A_CHUNK + 1);
        let lines = self.header_bound().saturating_mul(3);
        lines.saturating_add(chunks)
    }

    /// Checks that `payload` is exactly one message, whichever request it answers.
    fn check_message(&self, payload: &[u8]) -> Result<(), EncodeError> {
        let ordinary = self.check_answer_to(AnsweredRequest::Other, payload);
        let mut others = self.requests.iter();
        let fits = |request: &AnsweredRequest| self.check_answer_to(*request, payload).is_ok();
        if ordinary.is_err() && others.any(fits) {
            return Ok(());
        }
        ordinary
    }

    fn check_answer_to(&self, request: AnsweredRequest, payload: &[u8]) -> Result<(), EncodeError> {
        let mut decoder = Decoder::new(self.to_one(request).machine());
        let mut rest = payload;
        match decoder.decode(&mut rest) {
            Decoded::Message(message) if message.len() == payload.len() => Ok(()),
            // An empty line before a request is skipped, and is no part of it.
            Decoded::Message(_) if payload.starts_with(b"\r\n") => Err(EncodeError::NotAMessage {
                why: Malformation::NotAStartLine { at: 0 },
            }),
            Decoded::Message(message) => Err(EncodeError::AfterMessage { at: message.len() }),
            Decoded::Malformed(why) => Err(EncodeError::NotAMessage { why }),
            Decoded::NeedMore => match decoder.finish().truncation() {
                Some(why) => Err(EncodeError::PartOfAMessage { why }),
                None if decoder.pending() == payload.len() && !payload.is_empty() => Ok(()),
                None => Err(EncodeError::PartOfAMessage {
                    why: Truncation::OpenHeader { have: 0 },
                }),
            },
        }
    }
}

impl AnsweredRequest {
    /// Methods are case-sensitive (RFC 9110, 9.1).
    fn of(request: &[u8]) -> Self {
        match request.split(|byte| *byte == b' ').next() {
            Some(b"HEAD") => Self::Head,
            Some(b"CONNECT") => Self::Connect,
            _ => Self::Other,
        }
    }
}

impl Codec for Http1 {
    fn encode(&self, payload: &[u8]) -> Result<Encoded, EncodeError> {
        self.check_message(payload)?;
        Ok(Parts::of(payload).with_regions(payload))
    }

    fn malform(&self, variants: &mut MalformedVariants) {
        malformed::malform(self, variants);
    }

    fn machine(&self) -> Box<dyn Machine> {
        Box::new(MessageReader::new(self.clone()))
    }
}
