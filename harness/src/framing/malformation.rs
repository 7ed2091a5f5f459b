//! Why bytes are not a message.

use std::fmt;

use thiserror::Error;

/// Why the next bytes of a stream are not a message. Their sender is at fault.
///
/// Offsets count from the first byte of the message; `max` is the framing's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Malformation {
    #[error("the message is longer than {max} bytes")]
    TooLong { max: usize },
    #[error("no line ending follows within {max} bytes")]
    NoEnding { max: usize },
    #[error("no delimiter follows within {max} bytes")]
    NoDelimiter { max: usize },
    #[error("byte {at} is {}, expected a digit", ShownByte(*.byte))]
    NotADigit { at: usize, byte: u8 },
    #[error("expected a number at byte {at}, found no digit")]
    NoDigits { at: usize },
    #[error("the number at byte {at} has a leading zero")]
    LeadingZero { at: usize },
    #[error("the number goes on at byte {at}: it has more digits than any length up to {max}")]
    TooManyDigits {
        /// The first surplus digit.
        at: usize,
        max: usize,
    },
    #[error("the header declares {declared} bytes, the maximum is {max}")]
    DeclaredTooLong {
        /// `u64::MAX` for any larger number.
        declared: u64,
        max: usize,
    },
    #[error("the header declares {declared} items, more than fit in {max} bytes")]
    DeclaredTooMany {
        /// `u64::MAX` for any larger number.
        declared: u64,
        max: usize,
    },
    #[error("the header declares {declared} bytes, but its own bytes alone are {least}")]
    LessThanItself {
        declared: u64,
        /// The bytes that it counts before the body starts.
        least: u64,
    },
    #[error("the varint does not end at byte {at}, the last byte that it may have")]
    UnterminatedVarint { at: usize },
    #[error("the varint that ends at byte {at} does not fit in 64 bits")]
    OversizedVarint { at: usize },
    /// Not in its shortest form.
    #[error("the varint that ends at byte {at} is longer than its number needs")]
    OverlongVarint { at: usize },
    #[error("byte {at} is {}, expected {}", ShownByte(*.byte), ShownByte(*.expected))]
    WrongTerminator { at: usize, byte: u8, expected: u8 },
    #[error("the line ends with \\n at byte {at}, expected \\r\\n")]
    BareNewline { at: usize },
    #[error("byte {at} is a \\r inside a line")]
    BareReturn { at: usize },
    #[error("no blank line ends the header block within {max} bytes")]
    HeaderTooLong { max: usize },
    #[error("the line at byte {at} is not a header (name, colon, value)")]
    NotAHeader { at: usize },
    #[error("the header block that ends at byte {at} has no Content-Length")]
    MissingLength {
        /// Where the body would start.
        at: usize,
    },
    #[error("a second Content-Length starts at byte {at}")]
    DuplicateLength { at: usize },
    #[error(
        "the line at byte {at} is not a request line (method, target, version) or a status line"
    )]
    NotAStartLine { at: usize },
    #[error("an empty line comes before the status line of an answer")]
    EmptyLine,
    #[error("the version at byte {at} is not HTTP/1.1 or HTTP/1.0")]
    WrongVersion { at: usize },
    #[error("byte {at} is a blank between the name of a field and its colon")]
    SpaceBeforeColon { at: usize },
    #[error("the line at byte {at} starts with a blank: it continues the line before it")]
    FoldedLine { at: usize },
    #[error("byte {at} is the control character {}", ShownByte(*.byte))]
    ControlCharacter { at: usize, byte: u8 },
    #[error("the message has more than {max} fields")]
    TooManyFields { max: usize },
    #[error("the head of the request, which ends at byte {at}, has no Host")]
    MissingHost { at: usize },
    #[error("a second Host starts at byte {at}")]
    DuplicateHost { at: usize },
    #[error("the line at byte {at} makes it two: Content-Length and Transfer-Encoding")]
    LengthWithCoding { at: usize },
    #[error("the Transfer-Encoding at byte {at} does not end with `chunked`, once, in HTTP/1.1")]
    WrongCoding { at: usize },
    #[error("byte {at} is {}, expected a hexadecimal digit", ShownByte(*.byte))]
    NotAHexDigit { at: usize, byte: u8 },
    #[error("the chunk extensions are longer than {max} bytes")]
    ExtensionsTooLong { max: usize },
    #[error("byte {at} is {}, expected the type of a RESP value", ShownByte(*.byte))]
    UnknownType { at: usize, byte: u8 },
    #[error("the array at byte {at} is nested deeper than {max}")]
    TooDeep { at: usize, max: usize },
    #[error("the text at byte {at} is not a value of type {}", ShownByte(*.kind))]
    WrongText {
        at: usize,
        /// The type byte before the text.
        kind: u8,
    },
    #[error("the first byte of the frame is {byte:#04x}: a reserved bit is set")]
    ReservedBits { byte: u8 },
    #[error("the frame has the opcode {opcode:#x}, which does not exist")]
    UnknownOpcode { opcode: u8 },
    #[error("the frame of a client is not masked")]
    UnmaskedFrame,
    #[error("the frame of a server is masked")]
    MaskedFrame,
    #[error("a control frame is fragmented")]
    FragmentedControl,
    #[error("a control frame has more than 125 bytes")]
    LongControl,
    #[error("the length {declared} is written with more bytes than it needs")]
    OverlongLength { declared: u64 },
    #[error("the highest bit of a length of 64 bits is set")]
    NegativeLength,
    #[error("a continuation frame comes without a message that it continues")]
    LoneContinuation,
    #[error("a new message begins before the last fragment of another one")]
    InterruptedMessage,
    #[error("the text is not UTF-8")]
    InvalidText,
    #[error("a close frame has one byte, expected none or a code of two")]
    ShortClose,
    #[error("a close frame has the code {code}, which must not be sent")]
    CloseCode { code: u16 },
}

impl Malformation {
    /// The byte of the message that is wrong, if it is a single one.
    pub fn offset(&self) -> Option<usize> {
        match *self {
            Self::NotADigit { at, .. }
            | Self::NoDigits { at }
            | Self::LeadingZero { at }
            | Self::TooManyDigits { at, .. }
            | Self::UnterminatedVarint { at }
            | Self::OversizedVarint { at }
            | Self::OverlongVarint { at }
            | Self::WrongTerminator { at, .. }
            | Self::BareNewline { at }
            | Self::BareReturn { at }
            | Self::NotAHeader { at }
            | Self::MissingLength { at }
            | Self::DuplicateLength { at }
            | Self::NotAStartLine { at }
            | Self::WrongVersion { at }
            | Self::SpaceBeforeColon { at }
            | Self::FoldedLine { at }
            | Self::ControlCharacter { at, .. }
            | Self::MissingHost { at }
            | Self::DuplicateHost { at }
            | Self::LengthWithCoding { at }
            | Self::WrongCoding { at }
            | Self::NotAHexDigit { at, .. }
            | Self::UnknownType { at, .. }
            | Self::TooDeep { at, .. }
            | Self::WrongText { at, .. } => Some(at),
            Self::TooLong { .. }
            | Self::NoEnding { .. }
            | Self::NoDelimiter { .. }
            | Self::DeclaredTooLong { .. }
            | Self::DeclaredTooMany { .. }
            | Self::LessThanItself { .. }
            | Self::EmptyLine
            | Self::TooManyFields { .. }
            | Self::ExtensionsTooLong { .. }
            | Self::HeaderTooLong { .. }
            | Self::ReservedBits { .. }
            | Self::UnknownOpcode { .. }
            | Self::UnmaskedFrame
            | Self::MaskedFrame
            | Self::FragmentedControl
            | Self::LongControl
            | Self::OverlongLength { .. }
            | Self::NegativeLength
            | Self::LoneContinuation
            | Self::InterruptedMessage
            | Self::InvalidText
            | Self::ShortClose
            | Self::CloseCode { .. } => None,
        }
    }
}

/// Prints a byte as `'a'`, `'\n'` or `0xff`.
struct ShownByte(u8);

impl fmt::Display for ShownByte {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            b'\t' | b'\r' | b'\n' | b' '..=b'~' => write!(out, "'{}'", self.0.escape_ascii()),
            other => write!(out, "{other:#04x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_byte_and_its_offset() {
        let why = Malformation::NotADigit { at: 3, byte: b'x' };
        assert_eq!(why.to_string(), "byte 3 is 'x', expected a digit");
        let why = Malformation::UnknownType { at: 0, byte: 0xff };
        assert_eq!(
            why.to_string(),
            "byte 0 is 0xff, expected the type of a RESP value"
        );
    }

    #[test]
    fn an_error_about_a_length_names_both_lengths() {
        let why = Malformation::DeclaredTooLong {
            declared: 70_000,
            max: 65_536,
        };
        assert_eq!(
            why.to_string(),
            "the header declares 70000 bytes, the maximum is 65536"
        );
        assert_eq!(why.offset(), None);
    }
}
