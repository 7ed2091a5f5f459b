//! Bytes that are no message, and why.

use std::fmt;

use thiserror::Error;

/// Why the next bytes of a stream are no message: their sender's fault.
///
/// Offsets count from the first byte of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Malformation {
    /// A message beyond the limit.
    #[error("the message is longer than {max} bytes")]
    TooLong {
        /// The framing's limit.
        max: usize,
    },
    /// A line beyond the limit.
    #[error("no line ending follows within {max} bytes")]
    NoEnding {
        /// The framing's limit.
        max: usize,
    },
    /// A message that does not end within the limit.
    #[error("no delimiter follows within {max} bytes")]
    NoDelimiter {
        /// The framing's limit.
        max: usize,
    },
    /// A number that is written with something else.
    #[error("byte {at} is {}, where a digit must stand", ShownByte(*.byte))]
    NotADigit {
        /// Where it is.
        at: usize,
        /// What is there.
        byte: u8,
    },
    /// A number without a digit.
    #[error("no digit stands at byte {at}, where a number must begin")]
    NoDigits {
        /// Where the number should begin.
        at: usize,
    },
    /// A number that is not in its shortest form.
    #[error("the number at byte {at} has a leading zero")]
    LeadingZero {
        /// Where the number begins.
        at: usize,
    },
    /// A number that goes on beyond any length that is allowed.
    #[error("the number goes on at byte {at}, longer than any length up to {max}")]
    TooManyDigits {
        /// The first digit too many.
        at: usize,
        /// The framing's limit.
        max: usize,
    },
    /// A length beyond the limit.
    #[error("the header declares {declared} bytes, the maximum is {max}")]
    DeclaredTooLong {
        /// What the header says; `u64::MAX` stands for all that is larger.
        declared: u64,
        /// The framing's limit.
        max: usize,
    },
    /// More items than there could be bytes for.
    #[error("{declared} items are declared, more than {max} bytes can hold")]
    DeclaredTooMany {
        /// What the header says; `u64::MAX` stands for all that is larger.
        declared: u64,
        /// The framing's limit in bytes.
        max: usize,
    },
    /// A length that does not even cover what it counts for sure.
    #[error("the header declares {declared} bytes, but counts {least} of its own")]
    LessThanItself {
        /// What the header says.
        declared: u64,
        /// The bytes it counts before the body begins.
        least: u64,
    },
    /// A varint that does not end in time.
    #[error("the varint still goes on at byte {at}, where its last byte must be")]
    UnterminatedVarint {
        /// The last byte a varint may have.
        at: usize,
    },
    /// A varint beyond 64 bits.
    #[error("the varint that ends at byte {at} does not fit 64 bits")]
    OversizedVarint {
        /// Its last byte.
        at: usize,
    },
    /// A varint with bytes that add nothing.
    #[error("the varint that ends at byte {at} is longer than its number needs")]
    OverlongVarint {
        /// Its last byte.
        at: usize,
    },
    /// A part that ends with something else.
    #[error("byte {at} is {}, where {} must stand", ShownByte(*.byte), ShownByte(*.expected))]
    WrongTerminator {
        /// Where it is.
        at: usize,
        /// What is there.
        byte: u8,
        /// What must be there.
        expected: u8,
    },
    /// A line that ends without `\r`.
    #[error("the line ends at byte {at} with \\n alone, it must end with \\r\\n")]
    BareNewline {
        /// The newline.
        at: usize,
    },
    /// A `\r` that does not end a line.
    #[error("byte {at} is a \\r inside a line")]
    BareReturn {
        /// The carriage return.
        at: usize,
    },
    /// A header block beyond the limit.
    #[error("no blank line ends the header block within {max} bytes")]
    HeaderTooLong {
        /// The framing's limit.
        max: usize,
    },
    /// A header line that is none.
    #[error("the line at byte {at} is no header: a name, a colon, a value")]
    NotAHeader {
        /// Where the line begins.
        at: usize,
    },
    /// A header block that does not say how long the body is.
    #[error("the header block ends at byte {at} and has no Content-Length")]
    MissingLength {
        /// Where the body would begin.
        at: usize,
    },
    /// A header block that says it twice.
    #[error("byte {at} begins a second Content-Length")]
    DuplicateLength {
        /// Where the second line begins.
        at: usize,
    },
    /// A RESP value of no known type.
    #[error("byte {at} is {}, which begins no RESP value", ShownByte(*.byte))]
    UnknownType {
        /// Where it is.
        at: usize,
        /// What is there.
        byte: u8,
    },
    /// Arrays in arrays in arrays.
    #[error("the array at byte {at} is nested deeper than {max}")]
    TooDeep {
        /// Where it begins.
        at: usize,
        /// The framing's limit.
        max: usize,
    },
    /// A RESP line whose text does not fit its type.
    #[error("the text at byte {at} is no value of type {}", ShownByte(*.kind))]
    WrongText {
        /// Where the text begins.
        at: usize,
        /// The type byte before it.
        kind: u8,
    },
}

impl Malformation {
    /// The byte of the message that is to blame, if one is.
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
            | Self::UnknownType { at, .. }
            | Self::TooDeep { at, .. }
            | Self::WrongText { at, .. } => Some(at),
            Self::TooLong { .. }
            | Self::NoEnding { .. }
            | Self::NoDelimiter { .. }
            | Self::DeclaredTooLong { .. }
            | Self::DeclaredTooMany { .. }
            | Self::LessThanItself { .. }
            | Self::HeaderTooLong { .. } => None,
        }
    }
}

/// A byte as people read it: `'a'`, `'\n'`, `0xff`.
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
    fn a_complaint_names_the_byte_and_the_place() {
        let why = Malformation::NotADigit { at: 3, byte: b'x' };
        assert_eq!(why.to_string(), "byte 3 is 'x', where a digit must stand");
        let why = Malformation::UnknownType { at: 0, byte: 0xff };
        assert_eq!(
            why.to_string(),
            "byte 0 is 0xff, which begins no RESP value"
        );
    }

    #[test]
    fn a_complaint_about_a_length_names_both_lengths() {
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
