//! How messages lie in a stream.
//!
//! A [`Framing`] turns a payload into bytes with named regions
//! ([`Framing::encode`]), takes a stream apart again, however it was cut
//! ([`Framing::decoder`]), and knows what its own headers look like when they
//! are wrong ([`Framing::malformed`]).
//!
//! In come payloads and stretches of a stream, out go bytes, messages and
//! precise complaints. Nothing here does I/O, knows a clock, or holds more bytes
//! than the framing's own [bound](Decoder::bound) allows.
//!
//! Each framing is a file with its settings, its `Codec` and a
//! small machine that only says which bytes it wants next; buffering is the
//! [`Decoder`]'s, once for all. A new framing is one such file, a variant of
//! [`Framing`] and a line in `Framing::codec`.

mod ascii_length;
mod codec;
mod decimal;
mod decoder;
mod delimiter;
mod encode_error;
mod fixed;
mod framing_error;
mod headers;
mod length;
mod line;
mod malformation;
mod malformed;
mod malformed_kind;
mod message_layout;
mod netstring;
mod raw;
mod region;
mod resp;
mod truncation;
mod varint_length;
mod want;

use codec::Codec;

pub use ascii_length::{Align, AsciiLength, Pad};
pub use decoder::{Decoded, Decoder, StreamEnd};
pub use delimiter::Delimiter;
pub use encode_error::EncodeError;
pub use fixed::Fixed;
pub use framing_error::FramingError;
pub use headers::Headers;
pub use length::{CountedBytes, Endian, FieldWidth, Length};
pub use line::{Blank, Line, LineEnding, Strip};
pub use malformation::Malformation;
pub use malformed::{MalformedMessage, MessageEdit, Response};
pub use malformed_kind::MalformedKind;
pub use netstring::Netstring;
pub use raw::Raw;
pub use region::{Encoded, Region, RegionKind};
pub use resp::Resp;
pub use truncation::Truncation;
pub use varint_length::{Varint, VarintLength};

/// The largest message a framing accepts unless a suite says otherwise.
pub const DEFAULT_MAX: usize = 1 << 20;

/// How messages lie in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Framing {
    /// No boundaries: the stream is the message, its end is the stream's end.
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
    /// The Redis serialisation protocol.
    Resp(Resp),
}

impl Framing {
    /// The message that carries `payload`, and what each stretch of it is for.
    pub fn encode(&self, payload: &[u8]) -> Result<Encoded, EncodeError> {
        self.codec().encode(payload)
    }

    /// What a reader gets when `payload` was sent: the payload itself, or what
    /// the framing makes of it (a stripped line, a RESP value in full).
    ///
    /// None when there is nothing to get: a blank line that is passed over, a
    /// raw stream without a byte, a payload that cannot be sent at all.
    pub fn canonical(&self, payload: &[u8]) -> Option<Vec<u8>> {
        self.codec().canonical(payload)
    }

    /// A decoder for one stream, at its start.
    pub fn decoder(&self) -> Decoder {
        Decoder::new(self.codec().machine())
    }

    /// The message that carries `payload` in all the ways in which its framing
    /// can be wrong, each one edit away from the right one.
    ///
    /// Empty for a payload that cannot be sent at all.
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
            Self::Resp(codec) => codec,
        }
    }
}
