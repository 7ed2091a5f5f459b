//! The types of RESP values, and the parts of a whole value.

use std::ops::Range;

use memchr::memchr;

use super::super::{Encoded, Malformation, RegionKind, decimal};

/// The type of a value, from its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) byte: u8,
    pub(super) shape: ValueShape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueShape {
    /// Text up to the end of the line.
    Line,
    /// A length, then that many bytes and a line end.
    Bulk,
    /// A count, then `per` values for each.
    List { per: u64 },
}

/// The length of `_\r\n`.
pub(super) const SHORTEST_VALUE: usize = 3;

impl Type {
    pub(super) fn of(byte: u8) -> Option<Self> {
        let shape = match byte {
            b'+' | b'-' | b':' | b'_' | b'#' | b',' | b'(' => ValueShape::Line,
            b'$' | b'!' | b'=' => ValueShape::Bulk,
            b'*' | b'~' | b'>' => ValueShape::List { per: 1 },
            b'%' => ValueShape::List { per: 2 },
            _ => return None,
        };
        Some(Self { byte, shape })
    }

    /// Parses a length or count; `None` for a null.
    pub(super) fn declared(self, digits: &[u8], at: usize) -> Result<Option<u64>, Malformation> {
        if digits == b"-1" && matches!(self.byte, b'$' | b'*') {
            return Ok(None);
        }
        decimal::shortest_number(digits, at).map(Some)
    }

    /// Checks the text of a one-line value.
    pub(super) fn check(self, text: &[u8], at: usize) -> Result<(), Malformation> {
        let right = match self.byte {
            b':' | b'(' => is_integer(text),
            b',' => is_double(text),
            b'#' => matches!(text, b"t" | b"f"),
            b'_' => text.is_empty(),
            _ => true,
        };
        let kind = self.byte;
        right
            .then_some(())
            .ok_or(Malformation::WrongText { at, kind })
    }
}

fn is_integer(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+"));
    let digits = digits.unwrap_or(text);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

fn is_double(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| text.parse::<f64>().is_ok())
}

/// Adds the line end that a one-line value may lack.
pub(super) fn completed(kind: Type, payload: &[u8]) -> Vec<u8> {
    let mut bytes = payload.to_vec();
    if kind.shape == ValueShape::Line && !payload.ends_with(b"\r\n") {
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// One value, without the values inside it.
struct Element {
    kind: Type,
    start: usize,
    /// The end of its first line, before the `\r\n`.
    line: usize,
    /// The bytes of a bulk string.
    body: Option<Range<usize>>,
    /// The length or count on its first line.
    declared: Option<usize>,
}

impl Element {
    /// The element at offset `start` of a whole value.
    fn at(bytes: &[u8], start: usize) -> Option<Self> {
        let kind = Type::of(*bytes.get(start)?)?;
        let line = start + memchr(b'\r', &bytes[start..])?;
        let declared = match kind.shape {
            ValueShape::Line => None,
            ValueShape::Bulk | ValueShape::List { .. } => {
                kind.declared(&bytes[start + 1..line], 0).ok()?
            }
        };
        let declared = declared.and_then(|number| usize::try_from(number).ok());
        let body = declared.filter(|_| kind.shape == ValueShape::Bulk);
        Some(Self {
            kind,
            start,
            line,
            body: body.map(|length| line + 2..line + 2 + length),
            declared,
        })
    }

    fn end(&self) -> usize {
        self.body.as_ref().map_or(self.line, |body| body.end) + 2
    }

    /// Appends its bytes and regions to a message.
    fn append_to(&self, bytes: &[u8], message: &mut Encoded) {
        let header = match self.kind.shape {
            ValueShape::Line => self.start..self.start + 1,
            ValueShape::Bulk | ValueShape::List { .. } => self.start..self.line,
        };
        let text = header.end..self.line;
        message.push(RegionKind::Header, &bytes[header]);
        message.push(RegionKind::Payload, &bytes[text]);
        message.push(RegionKind::Delimiter, b"\r\n");
        if let Some(body) = self.body.clone() {
            message.push(RegionKind::Payload, &bytes[body]);
            message.push(RegionKind::Delimiter, b"\r\n");
        }
    }
}

/// All elements of a whole value in order, nested ones included.
fn elements(bytes: &[u8]) -> impl Iterator<Item = Element> {
    std::iter::successors(Element::at(bytes, 0), |last| Element::at(bytes, last.end()))
}

/// A whole value with its regions.
pub(super) fn with_regions(bytes: &[u8]) -> Encoded {
    let mut message = Encoded::default();
    for element in elements(bytes) {
        element.append_to(bytes, &mut message);
    }
    message
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct DeclaredLength {
    pub(super) digits: Range<usize>,
    pub(super) number: usize,
    /// The fewest bytes of one more item.
    pub(super) unit: usize,
    /// Whether it counts the last bytes of the value.
    pub(super) ends_the_value: bool,
}

/// The length whose change a reader notices: of the bulk string at the end of the value,
/// or else of the array at its start.
pub(super) fn changed_length(bytes: &[u8]) -> Option<DeclaredLength> {
    let last = elements(bytes).last().filter(|last| last.body.is_some());
    let ends_the_value = last.is_some();
    let element = last.or_else(|| Element::at(bytes, 0))?;
    let unit = match element.kind.shape {
        ValueShape::List { per } => per as usize * SHORTEST_VALUE,
        ValueShape::Line | ValueShape::Bulk => 1,
    };
    Some(DeclaredLength {
        digits: element.start + 1..element.line,
        number: element.declared?,
        unit,
        ends_the_value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_line_must_fit_its_type() {
        for (byte, right, wrong) in [
            (b':', "-12", "1.5"),
            (b'(', "123456789012345678901234567890", ""),
            (b',', "-1.5e3", "one"),
            (b'#', "t", "true"),
            (b'_', "", "null"),
        ] {
            let kind = Type::of(byte).expect("it is a type");
            assert_eq!(kind.check(right.as_bytes(), 1), Ok(()));
            let refused = Err(Malformation::WrongText { at: 1, kind: byte });
            assert_eq!(kind.check(wrong.as_bytes(), 1), refused);
        }
    }

    #[test]
    fn only_bulk_strings_and_arrays_can_be_null() {
        let declared = |byte| Type::of(byte).expect("it is a type").declared(b"-1", 1);
        assert_eq!(declared(b'$'), Ok(None));
        assert_eq!(declared(b'*'), Ok(None));
        assert!(declared(b'%').is_err());
    }

    #[test]
    fn a_value_has_named_regions() {
        let value = b"*2\r\n$3\r\nfoo\r\n:1\r\n";
        let message = with_regions(value);
        assert_eq!(message.bytes, value);
        let payloads = message
            .regions
            .iter()
            .filter(|r| r.kind == RegionKind::Payload);
        let payloads: Vec<_> = payloads.map(|r| &value[r.range.clone()]).collect();
        assert_eq!(payloads, [&b"foo"[..], b"1"]);
    }

    #[test]
    fn the_changed_length_is_of_the_last_string_or_the_first_array() {
        let digits = |value: &[u8]| changed_length(value).map(|length| length.digits);
        assert_eq!(digits(b"*1\r\n$3\r\nfoo\r\n"), Some(5..6));
        assert_eq!(digits(b"*2\r\n$3\r\nfoo\r\n:1\r\n"), Some(1..2));
        assert_eq!(digits(b":1\r\n"), None);
        assert_eq!(digits(b"$-1\r\n"), None);
    }
}
