//! Messages that end with a delimiter.

use std::ops::Range;

use memchr::memmem;

use super::codec::{Codec, Machine};
use super::malformed::MalformedVariants;
use super::want::{Want, Whole};
use super::{
    EncodeError, Encoded, FramingError, Malformation, MalformedKind, RegionKind, Truncation,
};

/// Messages that end with a byte string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delimiter {
    bytes: Vec<u8>,
    max: usize,
}

impl Delimiter {
    /// Messages of up to `max` bytes that end with `bytes`.
    pub fn new(bytes: impl Into<Vec<u8>>, max: usize) -> Result<Self, FramingError> {
        let bytes = bytes.into();
        if bytes.is_empty() {
            return Err(FramingError::EmptyDelimiter);
        }
        Ok(Self { bytes, max })
    }

    fn last(&self) -> u8 {
        *self
            .bytes
            .last()
            .expect("a delimiter has at least one byte")
    }

    /// A byte that the delimiter does not contain.
    fn filler(&self) -> Option<u8> {
        (b'x'..=u8::MAX)
            .chain(0..b'x')
            .find(|byte| !self.bytes.contains(byte))
    }
}

impl Codec for Delimiter {
    fn encode(&self, payload: &[u8]) -> Result<Encoded, EncodeError> {
        EncodeError::check_max(payload, self.max)?;
        let mut message = Encoded::default();
        message.push(RegionKind::Payload, payload);
        message.push(RegionKind::Delimiter, &self.bytes);
        // The search covers the whole message: the end of the payload and the start of the
        // delimiter may look like a delimiter.
        match memmem::find(&message.bytes, &self.bytes) {
            Some(at) if at < payload.len() => Err(EncodeError::ContainsDelimiter { at }),
            _ => Ok(message),
        }
    }

    fn malform(&self, variants: &mut MalformedVariants) {
        let end = variants.valid().bytes.len() - self.bytes.len();
        if let Some(filler) = self.filler() {
            variants.overfill(end, filler, self.max);
            variants.allow(&[MalformedKind::TooLarge]);
            variants.never_end(end, &[filler], self.max);
        }
    }

    fn machine(&self) -> Box<dyn Machine> {
        Box::new(self.clone())
    }
}

impl Machine for Delimiter {
    fn want(&mut self, so_far: &[u8]) -> Want {
        if let Some(payload) = so_far.strip_suffix(self.bytes.as_slice()) {
            return Want::Whole(Whole::Payload(0..payload.len()));
        }
        match self.longest() - so_far.len() {
            0 => Want::Malformed(Malformation::NoDelimiter { max: self.max }),
            left => Want::through(self.last(), left),
        }
    }

    fn ended(&self, so_far: &[u8]) -> Result<Range<usize>, Truncation> {
        Err(Truncation::Unended {
            have: so_far.len(),
            mark: "delimiter",
        })
    }

    fn longest(&self) -> usize {
        self.max.saturating_add(self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::{Decoded, Framing};

    fn ended_by(bytes: &[u8]) -> Delimiter {
        Delimiter::new(bytes, 16).expect("it has a byte")
    }

    #[test]
    fn an_empty_delimiter_is_rejected() {
        assert_eq!(Delimiter::new([], 16), Err(FramingError::EmptyDelimiter));
    }

    #[test]
    fn a_false_start_of_the_delimiter_is_payload() {
        let mut decoder = Framing::Delimiter(ended_by(b"\r\n.\r\n")).decoder();
        let mut rest = &b"a\r\n.\n\r\n.\r\nb"[..];
        assert_eq!(decoder.decode(&mut rest), Decoded::Message(b"a\r\n.\n"));
        assert_eq!(rest, b"b");
    }

    #[test]
    fn a_payload_with_an_early_delimiter_is_rejected() {
        let framing = ended_by(b"aa");
        let inside = framing.encode(b"xaay").expect_err("the delimiter is in it");
        assert_eq!(inside.offset(), Some(1));
        let across = framing
            .encode(b"xa")
            .expect_err("the delimiter would begin in it");
        assert_eq!(across.offset(), Some(1));
        assert!(framing.encode(b"ax").is_ok());
    }
}
