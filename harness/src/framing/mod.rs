//! How messages are delimited in a stream.
//!
//! A [`Framing`] encodes a payload into bytes with named regions ([`Framing::encode`]),
//! decodes a stream, however it was cut ([`Framing::decoder`]), and makes malformed
//! variants of a message ([`Framing::malformed`]).
//!
//! In: payloads, and pieces of a stream. Out: bytes, messages, and errors with offsets.
//! This module does no I/O and knows no clock. A decoder buffers no more bytes than its
//! [bound](Decoder::bound).
//!
//! Each framing is a file with its parameters, its `Codec`, and a small state machine
//! that says which bytes it wants next. The [`Decoder`] does the buffering for all of
//! them. A new framing is one such file, a variant of [`Framing`], and a line in
//! `Framing::codec`.

mod ascii_length;
mod codec;
mod decimal;
mod decoder;
mod delimiter;
mod encode_error;
mod fixed;
mod framing_error;
mod headers;
mod http1;
mod length;
mod line;
mod malformation;
mod malformed;
mod malformed_kind;
mod message_layout;
mod netstring;
mod raw;
mod region;
mod repeated;
mod resp;
mod truncation;
mod varint_length;
mod want;
mod websocket;

use codec::Codec;

pub use ascii_length::{Align, AsciiLength, Pad};
pub use decoder::{Decoded, Decoder, StreamEnd};
pub use delimiter::Delimiter;
pub use encode_error::EncodeError;
pub use fixed::Fixed;
pub use framing_error::FramingError;
pub use headers::Headers;
pub use http1::{
    BodyFraming, BodyToSend, Field, Http1, HttpMessage, StartLine, write_answer, write_request,
};
pub(crate) use http1::{is_interim, is_token};
pub use length::{CountedBytes, Endian, FieldWidth, Length};
pub use line::{Blank, Line, LineEnding, Strip};
pub use malformation::Malformation;
pub use malformed::{MalformedMessage, MessageEdit, Response};
pub use malformed_kind::MalformedKind;
pub use netstring::Netstring;
pub use raw::Raw;
pub use region::{Encoded, Region, RegionKind, RegionRole};
pub use repeated::RepeatedBytes;
pub use resp::Resp;
pub use truncation::Truncation;
pub use varint_length::{Varint, VarintLength};
pub use websocket::{Masking, WebSocket};

/// The largest message that a framing accepts by default.
pub const DEFAULT_MAX: usize = 1 << 20;

/// How messages are delimited in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Framing {
    /// No boundaries: the whole stream is one message.
    Raw(Raw),
    /// Text lines.
    Line(Line),
    /// Messages that end with a byte string.
    Delimiter(Delimiter),
    /// Messages that are all of one size.
    Fixed(Fixed),
    /// A decimal length in a column of fixed width, then the body.
    AsciiLength(AsciiLength),
    /// A binary length of fixed width, then the body.
    Length(Length),
    /// A binary length of variable width, then the body.
    VarintLength(VarintLength),
    /// `5:hello,`
    Netstring(Netstring),
    /// A block of header lines with `Content-Length`, a blank line, the body.
    Headers(Headers),
    /// HTTP/1.1 messages.
    Http1(Http1),
    /// The Redis serialisation protocol.
    Resp(Resp),
    /// Messages of WebSocket, as one side sends them.
    WebSocket(WebSocket),
}

impl Framing {
    /// The message that carries `payload`, with its regions.
    pub fn encode(&self, payload: &[u8]) -> Result<Encoded, EncodeError> {
        self.codec().encode(payload)
    }

    /// What a reader gets for `payload`: the payload itself, or what the framing makes of it
    /// (a stripped line, a complete RESP value).
    ///
    /// `None` if a reader gets no message: a skipped blank line, an empty raw stream, or a
    /// payload that the framing cannot carry.
    pub fn canonical(&self, payload: &[u8]) -> Option<Vec<u8>> {
        self.codec().canonical(payload)
    }

    /// The same framing for the answers to these messages, whole or raw: the end of an answer
    /// of HTTP depends on the request.
    #[must_use]
    pub fn answering(self, requests: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        match self {
            Self::Http1(http) => Self::Http1(http.answering(requests)),
            other => other,
        }
    }

    /// The same framing as a server uses it: one that is made for both sides is a client's.
    #[must_use]
    pub fn of_server(self) -> Self {
        match self {
            Self::WebSocket(websocket) => Self::WebSocket(WebSocket {
                masking: Masking::Unmasked,
                ..websocket
            }),
            other => other,
        }
    }

    /// Whether both delimit messages in the same way: the requests that a stream answers do not count.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let ordinary = |it: &Self| it.clone().answering([[]; 0]);
        ordinary(self) == ordinary(other)
    }

    /// A decoder for one stream.
    pub fn decoder(&self) -> Decoder {
        Decoder::new(self.codec().machine())
    }

    /// The malformed variants of the message that carries `payload`. Empty if the framing
    /// cannot carry it.
    pub fn malformed(&self, payload: &[u8]) -> Vec<MalformedMessage> {
        let Ok(encoded) = self.encode(payload) else {
            return Vec::new();
        };
        let mut variants = malformed::MalformedVariants::of(encoded);
        self.codec().malform(&mut variants);
        variants.finish()
    }

    fn codec(&self) -> &dyn Codec {
        match self {
            Self::Raw(codec) => codec,
            Self::Line(codec) => codec,
            Self::Delimiter(codec) => codec,
            Self::Fixed(codec) => codec,
            Self::AsciiLength(codec) => codec,
            Self::Length(codec) => codec,
            Self::VarintLength(codec) => codec,
            Self::Netstring(codec) => codec,
            Self::Headers(codec) => codec,
            Self::Http1(codec) => codec,
            Self::Resp(codec) => codec,
            Self::WebSocket(codec) => codec,
        }
    }
}
