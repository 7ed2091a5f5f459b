//! A binary length of variable width, then the body.
//!
//! MQTT allows only the shortest form of its remaining length (MQTT 5.0, 1.5.5: "The
//! encoded value MUST use the minimum number of bytes necessary"). LEB128 readers usually
//! accept longer forms, and so does this one.

use std::ops::Range;

use super::codec::{Codec, Machine};
use super::length::split_at_offset;
use super::malformed::{LARGE, MalformedVariants};
use super::message_layout::{MessageLayout, accepted};
use super::want::Want;
use super::{EncodeError, Encoded, Malformation, MalformedKind, RegionKind, Truncation};

/// How a length of variable width is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Varint {
    /// Unsigned LEB128, up to ten bytes.
    Leb128,
    /// MQTT's remaining length: up to four bytes, in the shortest form.
    Mqtt,
}

/// A binary length of variable width, then the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VarintLength {
    pub encoding: Varint,
    /// How many bytes of the payload come before the length (MQTT: one).
    pub offset: usize,
    /// The longest payload.
    pub max: usize,
}

/// Set in every byte of a varint except the last.
const MORE: u8 = 0x80;

impl Varint {
    fn most_bytes(self) -> usize {
        match self {
            Self::Leb128 => 10,
            Self::Mqtt => 4,
        }
    }

    fn largest(self) -> u64 {
        match self {
            Self::Leb128 => u64::MAX,
            Self::Mqtt => (1 << 28) - 1,
        }
    }

    fn write(self, mut number: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        while number >= u64::from(MORE) {
            bytes.push(number as u8 | MORE);
            number >>= 7;
        }
        bytes.push(number as u8);
        bytes
    }

    /// The number at the start of `bytes`, and its length in bytes. `None` if it continues
    /// after them. `at` is their offset in the message.
    fn read(self, bytes: &[u8], at: usize) -> Result<Option<(u64, usize)>, Malformation> {
        let window = &bytes[..bytes.len().min(self.most_bytes())];
        let Some(last) = window.iter().position(|byte| byte & MORE == 0) else {
            let unterminated = Malformation::UnterminatedVarint {
                at: at + window.len().saturating_sub(1),
            };
            let goes_on = window.len() < self.most_bytes();
            return goes_on.then_some(None).ok_or(unterminated);
        };
        let at = at + last;
        if last == 9 && window[last] > 1 {
            return Err(Malformation::OversizedVarint { at });
        }
        if self == Self::Mqtt && last > 0 && window[last] == 0 {
            return Err(Malformation::OverlongVarint { at });
        }
        let push = |number, byte: &u8| number << 7 | u64::from(byte & !MORE);
        let number = window[..=last].iter().rev().fold(0, push);
        Ok(Some((number, last + 1)))
    }

    /// `number` with one byte more than it needs.
    fn overlong(self, number: u64) -> Option<Vec<u8>> {
        let mut bytes = self.write(number);
        if bytes.len() == self.most_bytes() {
            return None;
        }
        *bytes.last_mut()? |= MORE;
        bytes.push(0);
        Some(bytes)
    }
}

impl VarintLength {
    /// `None` while the length is not whole.
    fn layout(&self, so_far: &[u8]) -> Result<Option<MessageLayout>, Malformation> {
        let prefix = self.offset;
        let field = so_far.get(prefix..).unwrap_or_default();
        let Some((declared, bytes)) = self.encoding.read(field, prefix)? else {
            return Ok(None);
        };
        let payload = accepted(declared.saturating_add(prefix as u64), self.max)?;
        let layout = MessageLayout::new(prefix + bytes, payload - prefix);
        Ok(Some(MessageLayout { prefix, ..layout }))
    }

    fn next(&self, so_far: &[u8]) -> Result<Want, Malformation> {
        if so_far.len() <= self.offset {
            return Ok(Want::bytes(self.offset.saturating_add(1) - so_far.len()));
        }
        let layout = self.layout(so_far)?;
        Ok(layout.map_or_else(|| Want::bytes(1), |layout| layout.want(so_far)))
    }

    fn largest_positive(&self) -> u64 {
        self.encoding.largest().min(i64::MAX as u64)
    }
}

impl Codec for VarintLength {
    fn encode(&self, payload: &[u8]) -> Result<Encoded, EncodeError> {
        EncodeError::check_max(payload, self.max)?;
        let (prefix, body) = split_at_offset(payload, self.offset)?;
        let (length, largest) = (body.len() as u64, self.encoding.largest());
        if length > largest {
            return Err(EncodeError::TooLongForField { largest, length });
        }
        let mut message = Encoded::default();
        let header = [prefix, &self.encoding.write(length)].concat();
        message.push(RegionKind::Header, &header);
        message.push(RegionKind::Payload, body);
        Ok(message)
    }

    fn malform(&self, variants: &mut MalformedVariants) {
        let Ok(Some(layout)) = self.layout(&variants.valid().bytes) else {
            return;
        };
        let (number, largest_body) = (layout.body as u64, (self.max - self.offset) as u64);
        let field = || layout.prefix..layout.header;
        let write = |number| self.encoding.write(number);
        let large = self.largest_positive().min(LARGE.max(largest_body + 1));
        if large > largest_body {
            variants.replace(MalformedKind::TooLarge, field(), write(large));
        }
        if number < largest_body.min(self.encoding.largest()) {
            variants.replace(MalformedKind::Longer, field(), write(number + 1));
        }
        if number > 0 {
            variants.replace(MalformedKind::Shorter, field(), write(number - 1));
        }
        if let Some(overlong) = self.encoding.overlong(number) {
            variants.replace(MalformedKind::Overlong, field(), overlong);
        }
        if self.encoding == Varint::Mqtt {
            variants.forbid(&[MalformedKind::Overlong]);
        }
        let unterminated = vec![u8::MAX; self.encoding.most_bytes()];
        variants.replace(MalformedKind::Unterminated, field(), unterminated);
    }

    fn machine(&self) -> Box<dyn Machine> {
        Box::new(self.clone())
    }
}

impl Machine for VarintLength {
    fn want(&mut self, so_far: &[u8]) -> Want {
        self.next(so_far).into()
    }

    fn ended(&self, so_far: &[u8]) -> Result<Range<usize>, Truncation> {
        if let Ok(Some(layout)) = self.layout(so_far) {
            return Err(layout.truncation(so_far));
        }
        Err(Truncation::OpenHeader { have: so_far.len() })
    }

    fn longest(&self) -> usize {
        let payload = self.max.max(self.offset);
        payload.saturating_add(self.encoding.most_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_was_written() {
        for encoding in [Varint::Leb128, Varint::Mqtt] {
            for number in [0, 1, 127, 128, 300, 16_383, 16_384, encoding.largest()] {
                let bytes = encoding.write(number);
                let read = encoding.read(&bytes, 0);
                assert_eq!(read, Ok(Some((number, bytes.len()))));
            }
        }
    }

    #[test]
    fn only_mqtt_rejects_an_overlong_number() {
        let at = 1;
        assert_eq!(Varint::Leb128.read(b"\x85\x00", 0), Ok(Some((5, 2))));
        let refused = Err(Malformation::OverlongVarint { at });
        assert_eq!(Varint::Mqtt.read(b"\x85\x00", 0), refused);
    }

    #[test]
    fn a_number_that_never_ends_is_rejected_at_its_last_byte() {
        assert_eq!(Varint::Mqtt.read(b"\xff\xff\xff", 0), Ok(None));
        let refused = Err(Malformation::UnterminatedVarint { at: 3 });
        assert_eq!(Varint::Mqtt.read(b"\xff\xff\xff\xff", 0), refused);
        let refused = Err(Malformation::OversizedVarint { at: 9 });
        let beyond = b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02";
        assert_eq!(Varint::Leb128.read(beyond, 0), refused);
    }

    #[test]
    fn an_mqtt_packet_is_its_type_and_its_body() {
        let mqtt = VarintLength {
            encoding: Varint::Mqtt,
            offset: 1,
            max: 1000,
        };
        let written = mqtt.encode(b"\xc0").expect("a ping has no body");
        assert_eq!(written.bytes, b"\xc0\x00");
    }
}
