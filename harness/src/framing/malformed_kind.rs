//! The kinds of malformed messages, with stable names.

use std::fmt;

use super::Response;

/// What is wrong with a malformed message. The name follows `header:` in the id of a
/// tactic, and never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MalformedKind {
    /// `negative`: a length below zero, or one that a signed reader reads as negative.
    Negative,
    /// `signed`: the correct length with a plus sign.
    Signed,
    /// `underscored`: the correct length with an underscore between digits.
    Underscored,
    /// `non-ascii-digits`: the correct length with a digit of another script.
    NonAsciiDigits,
    /// `hex`: the correct length in hexadecimal, after `0x`.
    Hex,
    /// `spaces`: a space in or before the length, or after its name.
    Spaces,
    /// `leading-zeros`: the correct length after a zero.
    LeadingZeros,
    /// `empty`: the length has no digits.
    Empty,
    /// `too-large`: more than the framing's limit, declared or sent.
    TooLarge,
    /// `endless`: bytes without an end where a line, a number or a header block must end.
    Endless,
    /// `longer`: a length one larger than the body.
    Longer,
    /// `shorter`: a length one smaller than the body.
    Shorter,
    /// `impossible`: a length smaller than the header that it counts.
    Impossible,
    /// `overlong`: the correct length in a varint with one byte too many.
    Overlong,
    /// `unterminated`: a varint that never ends.
    Unterminated,
    /// `missing`: no length at all, not even its name.
    Missing,
    /// `duplicate`: the correct length, then another one.
    Duplicate,
    /// `wrong-terminator`: a wrong byte at the end of a part of the message.
    WrongTerminator,
    /// `unknown-type`: an invalid type byte.
    UnknownType,
}

impl MalformedKind {
    const ALL: [Self; 19] = [
        Self::Negative,
        Self::Signed,
        Self::Underscored,
        Self::NonAsciiDigits,
        Self::Hex,
        Self::Spaces,
        Self::LeadingZeros,
        Self::Empty,
        Self::TooLarge,
        Self::Endless,
        Self::Longer,
        Self::Shorter,
        Self::Impossible,
        Self::Overlong,
        Self::Unterminated,
        Self::Missing,
        Self::Duplicate,
        Self::WrongTerminator,
        Self::UnknownType,
    ];

    pub fn id(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Signed => "signed",
            Self::Underscored => "underscored",
            Self::NonAsciiDigits => "non-ascii-digits",
            Self::Hex => "hex",
            Self::Spaces => "spaces",
            Self::LeadingZeros => "leading-zeros",
            Self::Empty => "empty",
            Self::TooLarge => "too-large",
            Self::Endless => "endless",
            Self::Longer => "longer",
            Self::Shorter => "shorter",
            Self::Impossible => "impossible",
            Self::Overlong => "overlong",
            Self::Unterminated => "unterminated",
            Self::Missing => "missing",
            Self::Duplicate => "duplicate",
            Self::WrongTerminator => "wrong-terminator",
            Self::UnknownType => "unknown-type",
        }
    }

    /// The kind with this id.
    pub fn named(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// Whether a broken reader may take much memory for it: for the length that it declares,
    /// or for the bytes that come.
    pub fn may_fill_memory(self) -> bool {
        matches!(self, Self::Negative | Self::TooLarge | Self::Endless)
    }

    /// What a correct reader may do, unless the framing is stricter.
    pub(super) fn usual_response(self) -> Response {
        match self {
            Self::Negative
            | Self::Underscored
            | Self::NonAsciiDigits
            | Self::Hex
            | Self::Empty
            | Self::TooLarge
            | Self::Endless
            | Self::Impossible
            | Self::Unterminated
            | Self::Missing
            | Self::Duplicate
            | Self::UnknownType => Response::Refuse,
            Self::Signed
            | Self::Spaces
            | Self::LeadingZeros
            | Self::Overlong
            | Self::WrongTerminator => Response::RefuseOrRead,
            Self::Longer => Response::Wait,
            Self::Shorter => Response::ReadOther,
        }
    }
}

impl fmt::Display for MalformedKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.id())
    }
}
