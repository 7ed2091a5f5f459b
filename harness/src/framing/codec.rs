//! The interface of a framing.
//!
//! A [`Codec`] encodes messages. Its [`Machine`] decodes them and sees only the bytes of
//! the current message. Neither buffers anything.

use std::fmt::Debug;
use std::ops::Range;

use super::malformed::MalformedVariants;
use super::want::Want;
use super::{EncodeError, Encoded, Truncation};

pub(super) trait Codec {
    fn encode(&self, payload: &[u8]) -> Result<Encoded, EncodeError>;

    /// What a reader gets for `payload`.
    fn canonical(&self, payload: &[u8]) -> Option<Vec<u8>> {
        self.encode(payload).ok().map(|_| payload.to_vec())
    }

    /// Adds the malformed variants of a valid message.
    fn malform(&self, _family: &mut MalformedVariants) {}

    /// A machine before the first byte of a message.
    fn machine(&self) -> Box<dyn Machine>;
}

/// A state machine that reads one message at a time.
///
/// It is called again only when the bytes that it wanted have arrived. Its answers
/// depend only on the bytes, not on their segmentation. That is why the decoder reads
/// the same under every segmentation.
pub(super) trait Machine: Debug + Send {
    /// What the machine wants next, given all bytes of the message so far.
    fn want(&mut self, so_far: &[u8]) -> Want;

    /// The stream ends after `so_far`, which is not empty. Returns the range of the payload
    /// if that ends the message, or how far the message got.
    fn ended(&self, so_far: &[u8]) -> Result<Range<usize>, Truncation>;

    /// The most bytes that one message can have.
    fn longest(&self) -> usize;

    /// The bytes that the machine has allocated for its own state.
    fn state_bytes(&self) -> usize {
        0
    }

    /// The most bytes that it ever allocates for its own state.
    fn max_state_bytes(&self) -> usize {
        0
    }

    /// The payload that the machine has put together ([`Whole::Assembled`]).
    ///
    /// [`Whole::Assembled`]: super::want::Whole::Assembled
    fn assembled(&self) -> &[u8] {
        &[]
    }

    /// How many bytes of earlier parts there are of a message whose last part has not come.
    fn unfinished(&self) -> usize {
        0
    }

    /// Starts the next message, or the next part of one.
    fn reset(&mut self) {}
}
