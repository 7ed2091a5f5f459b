//! The line before a chunk: its size, and extensions.
//!
//! "chunk-size [ chunk-ext ] CRLF", where "chunk-size = 1*HEXDIG" (RFC 9112, 7.1).

use super::super::Malformation;
use super::head;

/// More digits than any size has. Leading zeros are digits.
pub(super) const MOST_DIGITS: usize = 16;

/// The first line of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ChunkLine {
    pub(super) size: u64,
    pub(super) digits: usize,
    /// The bytes behind the digits.
    pub(super) extensions: usize,
}

impl ChunkLine {
    /// Parses a line without its ending. It starts at offset `at`; `max` is the longest body.
    pub(super) fn parse(line: &[u8], at: usize, max: usize) -> Result<Self, Malformation> {
        let (mut size, mut digits) = (0u64, 0);
        while let Some(digit) = line.get(digits).and_then(|byte| hex_digit(*byte)) {
            if digits == MOST_DIGITS {
                let at = at + digits;
                return Err(Malformation::TooManyDigits { at, max });
            }
            size = size << 4 | u64::from(digit);
            digits += 1;
        }
        let rest = &line[digits..];
        // Blanks are allowed only before the semicolon of an extension.
        let is_extended = head::trim_start(rest).starts_with(b";");
        match rest.first() {
            Some(&byte) if !is_extended => {
                let at = at + digits;
                Err(Malformation::NotAHexDigit { at, byte })
            }
            _ if digits == 0 => Err(Malformation::NoDigits { at }),
            _ => {
                head::check_text(rest, at + digits)?;
                Ok(Self {
                    size,
                    digits,
                    extensions: rest.len(),
                })
            }
        }
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<ChunkLine, Malformation> {
        ChunkLine::parse(line.as_bytes(), 100, 9)
    }

    #[test]
    fn a_size_is_hexadecimal_and_extensions_follow_it() {
        for (line, size) in [
            ("0", 0),
            ("1F", 31),
            ("00a", 10),
            ("5;name=\"va;lue\"", 5),
            ("5 ; a", 5),
            ("ffffffffffffffff", u64::MAX),
        ] {
            assert_eq!(parsed(line).map(|it| it.size), Ok(size), "{line}");
        }
    }

    #[test]
    fn every_other_form_is_rejected_at_its_offset() {
        for (line, at, byte) in [
            ("-5", 100, b'-'),
            ("+5", 100, b'+'),
            ("0x5", 101, b'x'),
            ("5_0", 101, b'_'),
            (" 5", 100, b' '),
            ("5 ", 101, b' '),
            ("5 5", 101, b' '),
            ("5h", 101, b'h'),
        ] {
            let why = Malformation::NotAHexDigit { at, byte };
            assert_eq!(parsed(line), Err(why), "{line}");
        }
        for line in ["", ";a"] {
            assert_eq!(parsed(line), Err(Malformation::NoDigits { at: 100 }));
        }
        let too_many = Malformation::TooManyDigits { at: 116, max: 9 };
        assert_eq!(parsed("00000000000000005"), Err(too_many));
        let control = Malformation::ControlCharacter { at: 102, byte: 0 };
        assert_eq!(parsed("5;\0"), Err(control));
    }
}
