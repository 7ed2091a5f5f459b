//! The ways in which a message can be wrong, by their stable names.

use std::fmt;

use super::Response;

/// One way in which a message can be wrong. Its name follows `header:` in the id
/// of a tactic, and never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MalformedKind {
    /// `negative`: a length below zero, or one that a signed reader takes for it.
    Negative,
    /// `signed`: the right length with a plus sign.
    Signed,
    /// `underscored`: the right length with an underscore between digits.
    Underscored,
    /// `non-ascii-digits`: the right length with a digit of another script.
    NonAsciiDigits,
    /// `hex`: the right length in hexadecimal, after `0x`.
    Hex,
    /// `spaces`: a space where the length, or what names it, must not have one.
    Spaces,
    /// `leading-zeros`: the right length after a zero.
    LeadingZeros,
    /// `empty`: no length where one must be.
    Empty,
    /// `too-large`: more than the framing's limit, declared or sent.
    TooLarge,
    /// `longer`: a length of one more than the body has.
    Longer,
    /// `shorter`: a length of one less than the body has.
    Shorter,
    /// `impossible`: a length that does not cover what it counts for sure.
    Impossible,
    /// `overlong`: the right length in a varint of one byte too many.
    Overlong,
    /// `unterminated`: a varint that never ends.
    Unterminated,
    /// `missing`: no length at all, not even its name.
    Missing,
    /// `duplicate`: the right length, then another one.
    Duplicate,
    /// `wrong-terminator`: another byte where a part of the message must end.
    WrongTerminator,
    /// `unknown-type`: a type byte that no value has.
    UnknownType,
}

impl MalformedKind {
    /// Its stable name.
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

    /// What a right reader may do about it, unless the framing is stricter or
    /// more lenient.
    pub(super) fn usual_response(self) -> Response {
        match self {
            Self::Negative
            | Self::Underscored
            | Self::NonAsciiDigits
            | Self::Hex
            | Self::Empty
            | Self::TooLarge
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
