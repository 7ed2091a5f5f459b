//! How messages lie in a stream.
//!
//! A [`Framing`] turns a payload into bytes with named regions
//! ([`Framing::encode`]), takes a stream apart again, however it was cut
//! ([`Framing::decoder`]), and knows what its own headers look like when they
//! are wrong ([`Framing::malformed`]).
//!
//! Nothing here does I/O, knows a clock, or holds more bytes than the framing's
//! own bound allows.

mod region;

pub use region::{Encoded, Region, RegionKind};

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

/// No boundaries: the stream is the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// The longest stream that is kept.
    pub max: usize,
}

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// `\n`
    Lf,
    /// `\r\n`; a lone `\n` is part of the line.
    CrLf,
    /// Written as `\n`; read as `\n` or `\r\n`.
    Either,
}

/// Which ASCII white space around a line is not part of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strip {
    /// None: the line is kept as it is.
    Nothing,
    /// The white space after the text.
    End,
    /// The white space on both sides.
    Both,
}

/// What a line without text means (after stripping).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blank {
    /// It is a message like any other.
    Message,
    /// It is passed over.
    Skipped,
}

/// Text lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How a line ends.
    pub ending: Ending,
    /// Which white space around a line is dropped.
    pub strip: Strip,
    /// What a blank line means.
    pub blank: Blank,
    /// The longest line, its ending not counted.
    pub max: usize,
}

/// Messages that end with a byte string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delimiter {
    bytes: Vec<u8>,
    max: usize,
}

/// Messages that are all of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    size: std::num::NonZeroUsize,
}

/// On which side of its column a number stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// The digits come first, then the padding.
    Left,
    /// The padding comes first, then the digits.
    Right,
}

/// What fills a column up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pad {
    /// Spaces.
    Space,
    /// Zeros; only before the digits.
    Zero,
}

/// A decimal length in a column of fixed width, then the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsciiLength {
    width: usize,
    align: Align,
    pad: Pad,
    max: usize,
}

/// How wide a binary length is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// One byte.
    U8,
    /// Two bytes.
    U16,
    /// Three bytes.
    U24,
    /// Four bytes.
    U32,
    /// Eight bytes.
    U64,
}

/// Which byte of a binary length comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    /// The most significant.
    Big,
    /// The least significant.
    Little,
}

/// Which bytes a binary length counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// What follows the length field.
    Body,
    /// The length field itself and what follows it.
    FieldAndBody,
    /// The whole message: what stands before the field, the field, the body.
    Message,
}

/// A binary length of fixed width, then the body.
///
/// With an `offset` the first bytes of each payload stand before the length
/// field (a message type, a version); the payload is then at least that long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Length {
    /// How wide the length field is.
    pub width: Width,
    /// Which of its bytes comes first.
    pub endian: Endian,
    /// How many bytes of the payload stand before it.
    pub offset: usize,
    /// Which bytes it counts.
    pub counts: Counts,
    /// The longest payload.
    pub max: usize,
}

/// How a length of variable width is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Varint {
    /// Unsigned LEB128, up to ten bytes.
    Leb128,
    /// MQTT's remaining length: up to four bytes, none of them superfluous.
    Mqtt,
}

/// A binary length of variable width, then the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VarintLength {
    /// How the length is written.
    pub encoding: Varint,
    /// How many bytes of the payload stand before it (MQTT: one).
    pub offset: usize,
    /// The longest payload.
    pub max: usize,
}

/// `5:hello,`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Netstring {
    /// The longest payload.
    pub max: usize,
}

/// A block of header lines with `Content-Length`, a blank line, the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headers {
    /// The longest header block, its blank line included.
    pub max_header: usize,
    /// The longest body.
    pub max: usize,
}

/// The Redis serialisation protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resp {
    /// How deep arrays may nest.
    pub max_depth: usize,
    /// The longest value as it goes over the wire.
    pub max: usize,
}
