//! What a machine may want of the stream, and how much of it is at hand.

use std::ops::Range;

use memchr::memchr;

use super::Malformation;

/// A machine's answer to the bytes of a message so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// More bytes, all of which belong to this message.
    More(Need),
    /// Nothing: the message is whole.
    Whole(Whole),
    /// Nothing: these bytes are no message.
    Malformed(Malformation),
}

impl Want {
    /// What is needed, if anything is.
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

/// Where the payload of a whole message lies in its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    /// Here.
    Payload(Range<usize>),
    /// Around these bytes, which are not part of it.
    AllBut(Range<usize>),
    /// Nowhere: the message counts for nothing.
    Nothing,
}

/// Bytes that belong to the current message, whatever else it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// This many.
    Bytes(usize),
    /// All through the next such byte, or this many if there is none in them.
    Through { byte: u8, within: usize },
}

impl Need {
    /// Takes from `upcoming`: how many bytes, and whether that is all.
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
    fn bytes_are_taken_over_several_stretches() {
        let mut need = Need::Bytes(5);
        assert_eq!(need.take(b"abc"), (3, false));
        assert_eq!(need.take(b""), (0, false));
        assert_eq!(need.take(b"defg"), (2, true));
    }

    #[test]
    fn a_search_ends_with_the_byte_or_with_its_window() {
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
