//! Payloads that a framing cannot carry.

use thiserror::Error;

use super::{Malformation, Truncation};

/// Why a payload cannot be sent in this framing: the suite author's to mend.
///
/// Where one place in the payload is to blame, [`EncodeError::offset`] says
/// which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EncodeError {
    /// A line that would end too early.
    #[error("the payload contains the line ending {ending} at byte {at}: it would be two lines")]
    ContainsEnding {
        /// The ending, as it is written in a suite.
        ending: &'static str,
        /// Where it begins.
        at: usize,
    },
    /// A message that would end too early.
    #[error("the delimiter would be found at byte {at} of the payload, and end the message there")]
    ContainsDelimiter {
        /// Where it begins; it may reach into the real delimiter.
        at: usize,
    },
    /// Not the one size that messages have.
    #[error("the payload has {actual} bytes, a message has {size}")]
    WrongSize {
        /// The size of every message.
        size: usize,
        /// The size of this one.
        actual: usize,
    },
    /// More than the framing allows.
    #[error("{actual} bytes are more than the framing's max of {max}")]
    TooLong {
        /// The framing's limit.
        max: usize,
        /// What was to be sent.
        actual: usize,
    },
    /// A length that the field cannot say.
    #[error("the length to be written is {length}, the largest that fits its field is {largest}")]
    TooLongForField {
        /// The largest number the field holds.
        largest: u64,
        /// The number that was to be written.
        length: u64,
    },
    /// A header block above its own limit.
    #[error("the header block takes {actual} bytes, max_header allows {max}")]
    HeaderTooLong {
        /// The framing's limit.
        max: usize,
        /// What the block takes.
        actual: usize,
    },
    /// Nothing to stand before the length field.
    #[error("the payload has {actual} bytes, but its first {offset} stand before the length field")]
    ShorterThanOffset {
        /// The bytes that stand before the field.
        offset: usize,
        /// The bytes there are.
        actual: usize,
    },
    /// A word that is never closed.
    #[error("the double quote at byte {at} of the payload is never closed")]
    UnclosedQuote {
        /// The opening quote.
        at: usize,
    },
    /// A quoted word that something sticks to.
    #[error("a space must follow the closing quote, at byte {at} of the payload")]
    AfterQuote {
        /// The byte after the quote.
        at: usize,
    },
    /// A RESP value that is wrong.
    #[error("the payload begins like a RESP value and is none: {why}")]
    NotAValue {
        /// What is wrong with it.
        why: Malformation,
    },
    /// A RESP value that is not whole.
    #[error("the payload begins like a RESP value and is cut short: {why}")]
    PartOfAValue {
        /// How far it goes.
        why: Truncation,
    },
    /// A RESP value, and more.
    #[error(
        "the payload's RESP value ends at byte {at}, and more follows: send one value a message"
    )]
    AfterValue {
        /// Where the value ends.
        at: usize,
    },
}

impl EncodeError {
    /// The byte of the payload that is to blame, if one is.
    pub fn offset(&self) -> Option<usize> {
        match *self {
            Self::ContainsEnding { at, .. }
            | Self::ContainsDelimiter { at }
            | Self::UnclosedQuote { at }
            | Self::AfterQuote { at }
            | Self::AfterValue { at } => Some(at),
            Self::NotAValue { why } => why.offset(),
            Self::WrongSize { .. }
            | Self::TooLong { .. }
            | Self::TooLongForField { .. }
            | Self::HeaderTooLong { .. }
            | Self::ShorterThanOffset { .. }
            | Self::PartOfAValue { .. } => None,
        }
    }

    /// `payload` if it is within `max`.
    pub(super) fn check_max(payload: &[u8], max: usize) -> Result<(), Self> {
        let actual = payload.len();
        if actual > max {
            return Err(Self::TooLong { max, actual });
        }
        Ok(())
    }
}
