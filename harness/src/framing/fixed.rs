//! Messages that are all of one size.

use std::num::NonZeroUsize;
use std::ops::Range;

use super::codec::{Codec, Machine};
use super::message_layout::MessageLayout;
use super::want::Want;
use super::{EncodeError, Encoded, FramingError, RegionKind, Truncation};

/// Messages that are all of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    size: NonZeroUsize,
}

impl Fixed {
    /// Messages of `size` bytes each.
    pub fn new(size: usize) -> Result<Self, FramingError> {
        let size = NonZeroUsize::new(size).ok_or(FramingError::ZeroSize)?;
        Ok(Self { size })
    }

    pub fn size(&self) -> usize {
        self.size.get()
    }

    fn layout(&self) -> MessageLayout {
        MessageLayout::new(0, self.size())
    }
}

impl Codec for Fixed {
    fn encode(&self, payload: &[u8]) -> Result<Encoded, EncodeError> {
        let (size, actual) = (self.size(), payload.len());
        if actual != size {
            return Err(EncodeError::WrongSize { size, actual });
        }
        let mut message = Encoded::default();
        message.push(RegionKind::Payload, payload);
        Ok(message)
    }

    fn machine(&self) -> Box<dyn Machine> {
        Box::new(self.clone())
    }
}

impl Machine for Fixed {
    fn want(&mut self, so_far: &[u8]) -> Want {
        self.layout().want(so_far)
    }

    fn ended(&self, so_far: &[u8]) -> Result<Range<usize>, Truncation> {
        Err(self.layout().truncation(so_far))
    }

    fn longest(&self) -> usize {
        self.size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::{Decoded, Framing, StreamEnd};

    #[test]
    fn a_size_of_zero_is_rejected() {
        assert_eq!(Fixed::new(0), Err(FramingError::ZeroSize));
    }

    #[test]
    fn a_stream_is_split_into_messages_of_one_size() {
        let mut decoder = Framing::Fixed(Fixed::new(3).expect("3 is not 0")).decoder();
        let mut rest = &b"abcdefgh"[..];
        assert_eq!(decoder.decode(&mut rest), Decoded::Message(b"abc"));
        assert_eq!(decoder.decode(&mut rest), Decoded::Message(b"def"));
        assert_eq!(decoder.decode(&mut rest), Decoded::NeedMore);
        let place = Truncation::Body { have: 2, of: 3 };
        assert_eq!(decoder.finish(), StreamEnd::Truncated(place));
    }

    #[test]
    fn a_payload_of_another_size_is_rejected() {
        let fixed = Fixed::new(3).expect("3 is not 0");
        let wrong = EncodeError::WrongSize { size: 3, actual: 2 };
        assert_eq!(fixed.encode(b"ab"), Err(wrong));
    }
}
