//! A binary length of fixed width, then the body.

use std::ops::Range;

use super::codec::{Codec, Machine};
use super::malformed::{LARGE, MalformedVariants};
use super::message_layout::{MessageLayout, accepted};
use super::want::Want;
use super::{EncodeError, Encoded, Malformation, MalformedKind, RegionKind, Truncation};

/// The width of a binary length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldWidth {
    U8,
    U16,
    U24,
    U32,
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
pub enum CountedBytes {
    /// The bytes after the length field.
    Body,
    /// The length field itself and the bytes after it.
    FieldAndBody,
    /// The whole message: the bytes before the field, the field and the body.
    Message,
}

/// A binary length of fixed width, then the body.
///
/// With an `offset` the first bytes of each payload come before the length field (a
/// message type, a version). The payload is then at least that long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Length {
    pub width: FieldWidth,
    pub endian: Endian,
    /// How many bytes of the payload come before the field.
    pub offset: usize,
    pub counts: CountedBytes,
    /// The longest payload.
    pub max: usize,
}

impl FieldWidth {
    pub fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::U16 => 2,
            Self::U24 => 3,
            Self::U32 => 4,
            Self::U64 => 8,
        }
    }

    /// The largest number that fits in the field.
    pub fn largest(self) -> u64 {
        u64::MAX >> (64 - 8 * self.bytes())
    }
}

impl Length {
    fn header(&self) -> usize {
        self.offset.saturating_add(self.width.bytes())
    }

    fn field(&self) -> Range<usize> {
        self.offset..self.header()
    }

    /// The bytes before the body that the length counts.
    fn own(&self) -> usize {
        match self.counts {
            CountedBytes::Body => 0,
            CountedBytes::FieldAndBody => self.width.bytes(),
            CountedBytes::Message => self.header(),
        }
    }

    fn write(&self, number: u64) -> Vec<u8> {
        let width = self.width.bytes();
        match self.endian {
            Endian::Big => number.to_be_bytes()[8 - width..].to_vec(),
            Endian::Little => number.to_le_bytes()[..width].to_vec(),
        }
    }

    fn read(&self, field: &[u8]) -> u64 {
        let push = |number, byte: &u8| number << 8 | u64::from(*byte);
        match self.endian {
            Endian::Big => field.iter().fold(0, push),
            Endian::Little => field.iter().rev().fold(0, push),
        }
    }

    fn layout(&self, so_far: &[u8]) -> Result<MessageLayout, Malformation> {
        let declared = self.read(&so_far[self.field()]);
        let least = self.own() as u64;
        let body = declared
            .checked_sub(least)
            .ok_or(Malformation::LessThanItself { declared, least })?;
        let payload = accepted(body.saturating_add(self.offset as u64), self.max)?;
        let body = payload - self.offset;
        let prefix = self.offset;
        Ok(MessageLayout {
            prefix,
            ..MessageLayout::new(self.header(), body)
        })
    }

    /// Whether a reader rejects this number as too large.
    fn is_too_large(&self, number: u64) -> bool {
        let body = number.saturating_sub(self.own() as u64);
        body > self.max.saturating_sub(self.offset) as u64
    }
}

impl Codec for Length {
    fn encode(&self, payload: &[u8]) -> Result<Encoded, EncodeError> {
        EncodeError::check_max(payload, self.max)?;
        let (prefix, body) = split_at_offset(payload, self.offset)?;
        let length = (self.own() + body.len()) as u64;
        let largest = self.width.largest();
        if length > largest {
            return Err(EncodeError::TooLongForField { largest, length });
        }
        let mut message = Encoded::default();
        let header = [prefix, &self.write(length)].concat();
        message.push(RegionKind::Header, &header);
        message.push(RegionKind::Payload, body);
        Ok(message)
    }

    fn malform(&self, variants: &mut MalformedVariants) {
        let number = self.read(&variants.valid().bytes[self.field()]);
        let body = number - self.own() as u64;
        let all_ones = self.width.largest();
        let largest_positive = all_ones >> 1;
        let mut declare = |kind, number| {
            variants.replace(kind, self.field(), self.write(number));
        };
        if self.is_too_large(all_ones) {
            declare(MalformedKind::Negative, all_ones);
        }
        let large = if self.is_too_large(LARGE) {
            LARGE.min(largest_positive)
        } else {
            largest_positive
        };
        if self.is_too_large(large) {
            declare(MalformedKind::TooLarge, large);
        }
        if number < all_ones && !self.is_too_large(number + 1) {
            declare(MalformedKind::Longer, number + 1);
        }
        if body > 0 {
            declare(MalformedKind::Shorter, number - 1);
        }
        if self.own() > 0 {
            declare(MalformedKind::Impossible, self.own() as u64 - 1);
        }
    }

    fn machine(&self) -> Box<dyn Machine> {
        Box::new(self.clone())
    }
}

/// The bytes before the length field, and those after it.
pub(super) fn split_at_offset(
    payload: &[u8],
    offset: usize,
) -> Result<(&[u8], &[u8]), EncodeError> {
    let actual = payload.len();
    payload
        .split_at_checked(offset)
        .ok_or(EncodeError::ShorterThanOffset { offset, actual })
}

impl Machine for Length {
    fn want(&mut self, so_far: &[u8]) -> Want {
        if so_far.len() < self.header() {
            return Want::bytes(self.header() - so_far.len());
        }
        self.layout(so_far).map(|layout| layout.want(so_far)).into()
    }

    fn ended(&self, so_far: &[u8]) -> Result<Range<usize>, Truncation> {
        if so_far.len() >= self.header()
            && let Ok(layout) = self.layout(so_far)
        {
            return Err(layout.truncation(so_far));
        }
        Err(Truncation::Header {
            have: so_far.len(),
            of: self.header(),
        })
    }

    fn longest(&self) -> usize {
        let payload = self.max.max(self.offset);
        payload.saturating_add(self.width.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::{Decoded, Framing};

    const U16: Length = Length {
        width: FieldWidth::U16,
        endian: Endian::Big,
        offset: 0,
        counts: CountedBytes::Body,
        max: 1000,
    };

    fn written(framing: &Length, payload: &[u8]) -> Vec<u8> {
        framing.encode(payload).expect("it can be sent").bytes
    }

    #[test]
    fn the_bytes_of_a_length_are_in_order() {
        assert_eq!(written(&U16, b"abc"), b"\x00\x03abc");
        let little = Length {
            width: FieldWidth::U24,
            endian: Endian::Little,
            ..U16
        };
        assert_eq!(written(&little, b"abc"), b"\x03\x00\x00abc");
    }

    #[test]
    fn a_length_counts_what_it_says() {
        let counting = |counts| Length {
            counts,
            offset: 1,
            ..U16
        };
        assert_eq!(
            written(&counting(CountedBytes::Body), b"Tabc"),
            b"T\x00\x03abc"
        );
        assert_eq!(
            written(&counting(CountedBytes::FieldAndBody), b"Tabc"),
            b"T\x00\x05abc"
        );
        assert_eq!(
            written(&counting(CountedBytes::Message), b"Tabc"),
            b"T\x00\x06abc"
        );
    }

    #[test]
    fn the_bytes_before_the_field_are_joined_with_the_body() {
        let framing = Length { offset: 2, ..U16 };
        let mut decoder = Framing::Length(framing).decoder();
        let mut rest = &b"ab\x00\x03cdeX"[..];
        assert_eq!(decoder.decode(&mut rest), Decoded::Message(b"abcde"));
        assert_eq!(rest, b"X");
    }

    #[test]
    fn a_length_that_does_not_cover_itself_is_malformed() {
        let framing = Length {
            counts: CountedBytes::FieldAndBody,
            ..U16
        };
        let mut decoder = Framing::Length(framing).decoder();
        let why = Malformation::LessThanItself {
            declared: 1,
            least: 2,
        };
        assert_eq!(
            decoder.decode(&mut &b"\x00\x01"[..]),
            Decoded::Malformed(why)
        );
    }

    #[test]
    fn a_payload_shorter_than_the_offset_is_rejected() {
        let framing = Length { offset: 2, ..U16 };
        let refused = EncodeError::ShorterThanOffset {
            offset: 2,
            actual: 1,
        };
        assert_eq!(framing.encode(b"a"), Err(refused));
    }
}
