//! No framing: the stream is the message.

use std::ops::Range;

use super::codec::{Codec, Machine};
use super::want::Want;
use super::{DEFAULT_MAX, EncodeError, Encoded, Malformation, RegionKind, Truncation};

/// No boundaries: the stream is the message.
///
/// An empty stream has no message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// The longest stream.
    pub max: usize,
}

impl Default for Raw {
    fn default() -> Self {
        Self { max: DEFAULT_MAX }
    }
}

impl Codec for Raw {
    fn encode(&self, payload: &[u8]) -> Result<Encoded, EncodeError> {
        EncodeError::check_max(payload, self.max)?;
        let mut message = Encoded::default();
        message.push(RegionKind::Payload, payload);
        Ok(message)
    }

    fn canonical(&self, payload: &[u8]) -> Option<Vec<u8>> {
        let sent = !payload.is_empty() && payload.len() <= self.max;
        sent.then(|| payload.to_vec())
    }

    fn machine(&self) -> Box<dyn Machine> {
        Box::new(self.clone())
    }
}

impl Machine for Raw {
    fn want(&mut self, so_far: &[u8]) -> Want {
        if so_far.len() > self.max {
            return Want::Malformed(Malformation::TooLong { max: self.max });
        }
        Want::bytes(self.longest() - so_far.len())
    }

    fn ended(&self, so_far: &[u8]) -> Result<Range<usize>, Truncation> {
        Ok(0..so_far.len())
    }

    fn longest(&self) -> usize {
        self.max.saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use crate::framing::{Decoded, Framing, Malformation, Raw, StreamEnd};

    #[test]
    fn the_end_of_the_stream_ends_the_message() {
        let mut decoder = Framing::Raw(Raw::default()).decoder();
        assert_eq!(decoder.finish(), StreamEnd::Clean);
        assert_eq!(decoder.decode(&mut &b"hel"[..]), Decoded::NeedMore);
        assert_eq!(decoder.decode(&mut &b"lo"[..]), Decoded::NeedMore);
        assert_eq!(decoder.finish(), StreamEnd::Message(b"hello"));
    }

    #[test]
    fn a_stream_beyond_the_limit_is_rejected() {
        let mut decoder = Framing::Raw(Raw { max: 4 }).decoder();
        assert_eq!(decoder.decode(&mut &b"hell"[..]), Decoded::NeedMore);
        let given_up = Decoded::Malformed(Malformation::TooLong { max: 4 });
        assert_eq!(decoder.decode(&mut &b"o"[..]), given_up);
    }
}
