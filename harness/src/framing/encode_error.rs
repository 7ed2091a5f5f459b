//! Why a framing cannot carry a payload.

use thiserror::Error;
use wirecheck_report::notation::counted;

use super::{Malformation, Truncation};

/// Why a framing cannot carry a payload. The suite's author must fix it.
///
/// [`EncodeError::offset`] is the byte of the payload that causes it, if one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EncodeError {
    #[error(
        "the payload contains the line ending {ending} at byte {at}: it would be read as two lines"
    )]
    ContainsEnding {
        /// As a suite writes it.
        ending: &'static str,
        at: usize,
    },
    #[error("the payload contains the delimiter at byte {at}: the message would end there")]
    ContainsDelimiter {
        /// The delimiter found here may extend into the real one.
        at: usize,
    },
    #[error("the payload has {}, but every message has {size}", counted(*actual as u64, "byte"))]
    WrongSize { size: usize, actual: usize },
    #[error("the payload has {}, more than the framing's max of {max}", counted(*actual as u64, "byte"))]
    TooLong { max: usize, actual: usize },
    /// Found before the payload is made.
    #[error(
        "with the values of its variables there are {}, more than `limits.stream_bytes` = {max}",
        counted(*actual as u64, "byte")
    )]
    TooLongWhenFilled { max: usize, actual: usize },
    #[error("the length {length} does not fit its field: the largest is {largest}")]
    TooLongForField { largest: u64, length: u64 },
    #[error("the header block has {actual} bytes, more than max_header = {max}")]
    HeaderTooLong { max: usize, actual: usize },
    #[error("the payload has {}, but its first {offset} come before the length field", counted(*actual as u64, "byte"))]
    ShorterThanOffset { offset: usize, actual: usize },
    #[error("the double quote at byte {at} of the payload is never closed")]
    UnclosedQuote { at: usize },
    #[error("a space must follow the closing quote at byte {at} of the payload")]
    AfterQuote { at: usize },
    #[error("the payload starts like a RESP value but is malformed: {why}")]
    NotAValue { why: Malformation },
    #[error("the payload starts like a RESP value but is truncated: {why}")]
    PartOfAValue { why: Truncation },
    #[error("the RESP value ends at byte {at}, but more bytes follow: send one value per message")]
    AfterValue { at: usize },
    #[error("the payload is not an HTTP/1.1 message: {why}")]
    NotAMessage { why: Malformation },
    #[error("the payload is only a part of an HTTP/1.1 message: {why}")]
    PartOfAMessage { why: Truncation },
    #[error(
        "the HTTP/1.1 message ends at byte {at}, but more bytes follow: send one message at a time"
    )]
    AfterMessage { at: usize },
    #[error(
        "byte {at} is not UTF-8: a text message of WebSocket is; send it as `ws = {{ binary = … }}`"
    )]
    NotUtf8 { at: usize },
    #[error("after 0xff comes no message of WebSocket: write it with `ws`")]
    UnknownWord { at: usize },
    #[error("a close frame must not have the code {code}: send it with `raw`")]
    CloseCode { code: u16 },
}

impl EncodeError {
    /// The byte of the payload that causes the error, if one does.
    pub fn offset(&self) -> Option<usize> {
        match *self {
            Self::ContainsEnding { at, .. }
            | Self::ContainsDelimiter { at }
            | Self::UnclosedQuote { at }
            | Self::AfterQuote { at }
            | Self::AfterValue { at }
            | Self::NotUtf8 { at }
            | Self::UnknownWord { at }
            | Self::AfterMessage { at } => Some(at),
            Self::NotAValue { why } | Self::NotAMessage { why } => why.offset(),
            Self::WrongSize { .. }
            | Self::CloseCode { .. }
            | Self::TooLong { .. }
            | Self::TooLongWhenFilled { .. }
            | Self::TooLongForField { .. }
            | Self::HeaderTooLong { .. }
            | Self::ShorterThanOffset { .. }
            | Self::PartOfAValue { .. }
            | Self::PartOfAMessage { .. } => None,
        }
    }

    pub(super) fn check_max(payload: &[u8], max: usize) -> Result<(), Self> {
        let actual = payload.len();
        if actual > max {
            return Err(Self::TooLong { max, actual });
        }
        Ok(())
    }
}
