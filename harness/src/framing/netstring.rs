//! Netstrings: `5:hello,`.
//!
//! "Any other form is prohibited" (D. J. Bernstein, Netstrings): no empty length, no
//! leading zero, no space, only the comma at the end.

use std::ops::Range;

use memchr::memchr;

use super::codec::{Codec, Machine};
use super::decimal;
use super::malformed::MalformedVariants;
use super::message_layout::{MessageLayout, accepted};
use super::want::{Want, Whole};
use super::{
    DEFAULT_MAX, EncodeError, Encoded, Malformation, MalformedKind, RegionKind, Truncation,
};

/// `5:hello,`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Netstring {
    /// The longest payload.
    pub max: usize,
}

impl Default for Netstring {
    fn default() -> Self {
        Self { max: DEFAULT_MAX }
    }
}

impl Netstring {
    /// The most bytes of the length and its colon.
    fn header_bound(&self) -> usize {
        decimal::digits_of(self.max) + 1
    }

    fn colon(&self, so_far: &[u8]) -> Option<usize> {
        memchr(b':', &so_far[..so_far.len().min(self.header_bound())])
    }

    fn layout(&self, so_far: &[u8], colon: usize) -> Result<MessageLayout, Malformation> {
        let declared = decimal::shortest_number(&so_far[..colon], 0)?;
        let layout = MessageLayout::new(colon + 1, accepted(declared, self.max)?);
        Ok(MessageLayout { tail: 1, ..layout })
    }

    /// Wants one more byte of the length, if it may have one.
    fn more_digits(&self, so_far: &[u8]) -> Result<Want, Malformation> {
        if !so_far.is_empty() {
            decimal::shortest_number(so_far, 0)?;
        }
        if so_far.len() == self.header_bound() {
            let (at, max) = (so_far.len() - 1, self.max);
            return Err(Malformation::TooManyDigits { at, max });
        }
        Ok(Want::bytes(1))
    }

    fn next(&self, so_far: &[u8]) -> Result<Want, Malformation> {
        let Some(colon) = self.colon(so_far) else {
            return self.more_digits(so_far);
        };
        let layout = self.layout(so_far, colon)?;
        match (layout.missing(so_far), so_far.last()) {
            (0, Some(b',')) => Ok(Want::Whole(Whole::Payload(layout.body()))),
            (0, last) => Err(Malformation::WrongTerminator {
                at: so_far.len() - 1,
                byte: *last.expect("a whole message has bytes"),
                expected: b',',
            }),
            (missing, _) => Ok(Want::bytes(missing)),
        }
    }
}

impl Codec for Netstring {
    fn encode(&self, payload: &[u8]) -> Result<Encoded, EncodeError> {
        EncodeError::check_max(payload, self.max)?;
        let mut message = Encoded::default();
        message.push(RegionKind::Header, format!("{}:", payload.len()).as_bytes());
        message.push(RegionKind::Payload, payload);
        message.push(RegionKind::Delimiter, b",");
        Ok(message)
    }

    fn malform(&self, variants: &mut MalformedVariants) {
        let bytes = &variants.valid().bytes;
        let comma = bytes.len() - 1;
        // A payload that ends with a comma is a valid netstring with a length of one less.
        let payload_ends_with_comma = bytes[comma - 1] == b',';
        let Some(colon) = self.colon(bytes) else {
            return;
        };
        decimal::malform(variants, 0..colon, comma - colon - 1, self.max);
        variants.insert(MalformedKind::Spaces, 0, " ");
        variants.never_end(0, b"1", self.header_bound());
        variants.replace(MalformedKind::WrongTerminator, comma..comma + 1, ";");
        // netstring, D. J. Bernstein: "[len] is a nonempty sequence of ASCII digits", and
        // "extra zeros at the front of [len] are prohibited".
        variants.forbid(&[
            MalformedKind::Signed,
            MalformedKind::LeadingZeros,
            MalformedKind::Spaces,
            MalformedKind::WrongTerminator,
        ]);
        if !payload_ends_with_comma {
            variants.forbid(&[MalformedKind::Shorter]);
        }
    }

    fn machine(&self) -> Box<dyn Machine> {
        Box::new(self.clone())
    }
}

impl Machine for Netstring {
    fn want(&mut self, so_far: &[u8]) -> Want {
        self.next(so_far).into()
    }

    fn ended(&self, so_far: &[u8]) -> Result<Range<usize>, Truncation> {
        let layout = self.colon(so_far).map(|colon| self.layout(so_far, colon));
        Err(match layout {
            Some(Ok(layout)) => layout.truncation(so_far),
            Some(Err(_)) | None => Truncation::OpenHeader { have: so_far.len() },
        })
    }

    fn longest(&self) -> usize {
        self.max.saturating_add(self.header_bound() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::{Decoded, Framing, Response};

    fn refusal(max: usize, stream: &[u8]) -> Malformation {
        let mut decoder = Framing::Netstring(Netstring { max }).decoder();
        let mut rest = stream;
        match decoder.decode(&mut rest) {
            Decoded::Malformed(why) => why,
            other => panic!("{} was read as {other:?}", stream.escape_ascii()),
        }
    }

    #[test]
    fn every_other_form_is_rejected_at_its_offset() {
        assert_eq!(refusal(99, b":,"), Malformation::NoDigits { at: 0 });
        assert_eq!(refusal(99, b"05"), Malformation::LeadingZero { at: 0 });
        let byte = b' ';
        assert_eq!(refusal(99, b"5 "), Malformation::NotADigit { at: 1, byte });
        let why = Malformation::WrongTerminator {
            at: 3,
            byte: b';',
            expected: b',',
        };
        assert_eq!(refusal(99, b"1:a;"), why);
    }

    #[test]
    fn a_length_above_the_limit_is_rejected_before_the_body() {
        let why = Malformation::DeclaredTooLong {
            declared: 43,
            max: 42,
        };
        assert_eq!(refusal(42, b"43:"), why);
        let why = Malformation::TooManyDigits { at: 2, max: 42 };
        assert_eq!(refusal(42, b"100"), why);
    }

    #[test]
    fn a_shorter_length_is_malformed_unless_a_comma_follows_the_body() {
        let response = |payload: &[u8]| {
            let variants = Framing::Netstring(Netstring::default()).malformed(payload);
            let mut shorter = variants.iter().filter(|m| m.kind == MalformedKind::Shorter);
            shorter.next().map(|member| member.response)
        };
        assert_eq!(response(b"abc"), Some(Response::Refuse));
        assert_eq!(response(b"ab,"), Some(Response::ReadOther));
    }
}
