//! What a framing must be able to do: the seam between the framings and what
//! they share.
//!
//! A [`Codec`] makes messages; the [`Machine`] it hands out takes them apart,
//! knowing only the bytes of the current message. Neither buffers anything.

use std::fmt::Debug;
use std::ops::Range;

use super::malformed::MalformedVariants;
use super::want::Want;
use super::{EncodeError, Encoded, Truncation};

/// One framing, seen from the room's front door.
pub(super) trait Codec {
    fn encode(&self, payload: &[u8]) -> Result<Encoded, EncodeError>;

    /// What a reader gets when `payload` was sent.
    fn canonical(&self, payload: &[u8]) -> Option<Vec<u8>> {
        self.encode(payload).ok().map(|_| payload.to_vec())
    }

    /// Adds the ways in which the variants's message can be wrong.
    fn malform(&self, _family: &mut MalformedVariants) {}

    /// A machine that stands before the first byte of a message.
    fn machine(&self) -> Box<dyn Machine>;
}

/// Reads one message at a time, and is told all of its bytes at each step.
///
/// It is asked again only when what it wanted is there. Its answers depend on
/// the bytes alone, never on how they came: that is why the decoder reads the
/// same under every segmentation.
pub(super) trait Machine: Debug + Send {
    /// Given the message's bytes so far, what is wanted now?
    fn want(&mut self, so_far: &[u8]) -> Want;

    /// The stream ends after `so_far`, which is not empty: where the payload
    /// lies, if that ends the message, or how far the message got.
    fn ended(&self, so_far: &[u8]) -> Result<Range<usize>, Truncation>;

    /// The most bytes of one message that can be wanted.
    fn longest(&self) -> usize;

    /// The bytes that the machine has set aside to remember where it is.
    fn notes(&self) -> usize {
        0
    }

    /// The most bytes that it ever sets aside for that.
    fn most_notes(&self) -> usize {
        0
    }

    /// Forgets the message: the next bytes begin another one.
    fn reset(&mut self) {}
}
