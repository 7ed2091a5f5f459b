//! What a state machine wants from the stream.

use std::ops::Range;

use memchr::memchr;

use super::Malformation;

/// A machine's answer to the bytes of a message so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// More bytes, all of which belong to this message.
    More(Need),
    /// The message is whole.
    Whole(Whole),
    /// The bytes are not a message.
    Malformed(Malformation),
}

impl Want {
    pub(super) fn need(&self) -> Option<Need> {
        match self {
            Self::More(need) => Some(*need),
            Self::Whole(_) | Self::Malformed(_) => None,
        }
    }

    pub(super) fn bytes(count: usize) -> Self {
        debug_assert!(
            count > 0,
            "a machine that wants nothing is never asked again"
        );
        Self::More(Need::Bytes(count))
    }

    pub(super) fn through(byte: u8, within: usize) -> Self {
        debug_assert!(
            within > 0,
            "a machine that wants nothing is never asked again"
        );
        Self::More(Need::Through { byte, within })
    }
}

impl From<Result<Self, Malformation>> for Want {
    fn from(result: Result<Self, Malformation>) -> Self {
        result.unwrap_or_else(Self::Malformed)
    }
}

/// Where the payload is in the bytes of a whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    /// In this range.
    Payload(Range<usize>),
    /// Everywhere except in this range.
    AllBut(Range<usize>),
    /// In the machine, which has put it together from several parts.
    Assembled,
    /// Nowhere: the message is skipped, or more parts of it follow.
    Nothing,
}

/// Bytes that certainly belong to the current message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Bytes(usize),
    /// Up to and including the next `byte`, but at most `within` bytes.
    Through {
        byte: u8,
        within: usize,
    },
}

impl Need {
    /// The number of bytes to take from `upcoming`, and whether the need is then met.
    #[inline]
    pub(super) fn take(&mut self, upcoming: &[u8]) -> (usize, bool) {
        match self {
            Self::Bytes(left) => take_up_to(left, upcoming.len()),
            Self::Through { byte, within } => {
                let window = &upcoming[..upcoming.len().min(*within)];
                match memchr(*byte, window) {
                    Some(at) => (at + 1, true),
                    None => take_up_to(within, window.len()),
                }
            }
        }
    }
}

fn take_up_to(left: &mut usize, available: usize) -> (usize, bool) {
    let taken = available.min(*left);
    *left -= taken;
    (taken, *left == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_taken_from_several_pieces() {
        let mut need = Need::Bytes(5);
        assert_eq!(need.take(b"abc"), (3, false));
        assert_eq!(need.take(b""), (0, false));
        assert_eq!(need.take(b"defg"), (2, true));
    }

    #[test]
    fn a_search_ends_at_the_byte_or_at_its_limit() {
        let mut need = Need::Through {
            byte: b'\n',
            within: 5,
        };
        assert_eq!(need.take(b"ab"), (2, false));
        assert_eq!(need.take(b"c\nd"), (2, true));
        let mut need = Need::Through {
            byte: b'\n',
            within: 3,
        };
        assert_eq!(need.take(b"abcd\n"), (3, true));
    }
}
