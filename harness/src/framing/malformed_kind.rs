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
    /// `overlong`: the correct length in more bytes than it needs.
    Overlong,
    /// `unterminated`: a varint that never ends.
    Unterminated,
    /// `missing`: no length at all, not even its name.
    Missing,
    /// `duplicate`: the correct length, then another one.
    Duplicate,
    /// `wrong-terminator`: a wrong byte at the end of a part of the message.
    WrongTerminator,
    /// `unknown-type`: an invalid type byte, or an opcode that does not exist.
    UnknownType,
    /// `bare-cr`: a `\r` without `\n` inside a line.
    BareReturn,
    /// `bare-lf`: a line that ends with `\n` alone.
    BareNewline,
    /// `space-before-colon`: a space between the name of a field and its colon.
    SpaceBeforeColon,
    /// `obs-fold`: a field that goes on in a second line.
    FoldedLine,
    /// `nul`: a NUL in the value of a field.
    Nul,
    /// `large-field`: a field that is larger than the framing's limit.
    LargeField,
    /// `many-fields`: more fields than the framing's limit.
    ManyFields,
    /// `missing-host`: no Host.
    MissingHost,
    /// `duplicate-host`: a second Host, with another value.
    DuplicateHost,
    /// `unknown-version`: a version of the protocol that does not exist.
    UnknownVersion,
    /// `malformed-version`: the correct version with a character behind it.
    MalformedVersion,
    /// `overflow`: the correct length plus 2^64.
    Overflow,
    /// `length-and-chunked`: Content-Length and Transfer-Encoding.
    LengthAndChunked,
    /// `unknown-coding`: a transfer coding that does not exist, then `chunked`.
    UnknownCoding,
    /// `chunked-twice`: the transfer coding `chunked` twice.
    ChunkedTwice,
    /// `chunked-not-last`: another transfer coding behind `chunked`.
    ChunkedNotLast,
    /// `unmasked`: a frame of a client without a mask.
    Unmasked,
    /// `masked`: a frame of a server with a mask.
    Masked,
    /// `reserved-bits`: a reserved bit is set in the first byte of a frame.
    ReservedBits,
    /// `unknown-control`: the opcode of a control frame that does not exist.
    UnknownControl,
    /// `fragmented-control`: a control frame that is not the last of its message.
    FragmentedControl,
    /// `long-control`: a control frame of 126 bytes.
    LongControl,
    /// `lone-continuation`: a continuation frame without a message that it continues.
    LoneContinuation,
    /// `interleaved`: a fragment of another message before the message.
    Interleaved,
    /// `invalid-utf8`: a text that is not UTF-8.
    InvalidText,
    /// `short-close`: a close frame of one byte.
    ShortClose,
    /// `close-code`: a close frame with a code that must not be sent.
    CloseCode,
}

impl MalformedKind {
    const ALL: [Self; 46] = [
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
        Self::BareReturn,
        Self::BareNewline,
        Self::SpaceBeforeColon,
        Self::FoldedLine,
        Self::Nul,
        Self::LargeField,
        Self::ManyFields,
        Self::MissingHost,
        Self::DuplicateHost,
        Self::UnknownVersion,
        Self::MalformedVersion,
        Self::Overflow,
        Self::LengthAndChunked,
        Self::UnknownCoding,
        Self::ChunkedTwice,
        Self::ChunkedNotLast,
        Self::Unmasked,
        Self::Masked,
        Self::ReservedBits,
        Self::UnknownControl,
        Self::FragmentedControl,
        Self::LongControl,
        Self::LoneContinuation,
        Self::Interleaved,
        Self::InvalidText,
        Self::ShortClose,
        Self::CloseCode,
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
            Self::BareReturn => "bare-cr",
            Self::BareNewline => "bare-lf",
            Self::SpaceBeforeColon => "space-before-colon",
            Self::FoldedLine => "obs-fold",
            Self::Nul => "nul",
            Self::LargeField => "large-field",
            Self::ManyFields => "many-fields",
            Self::MissingHost => "missing-host",
            Self::DuplicateHost => "duplicate-host",
            Self::UnknownVersion => "unknown-version",
            Self::MalformedVersion => "malformed-version",
            Self::Overflow => "overflow",
            Self::LengthAndChunked => "length-and-chunked",
            Self::UnknownCoding => "unknown-coding",
            Self::ChunkedTwice => "chunked-twice",
            Self::ChunkedNotLast => "chunked-not-last",
            Self::Unmasked => "unmasked",
            Self::Masked => "masked",
            Self::ReservedBits => "reserved-bits",
            Self::UnknownControl => "unknown-control",
            Self::FragmentedControl => "fragmented-control",
            Self::LongControl => "long-control",
            Self::LoneContinuation => "lone-continuation",
            Self::Interleaved => "interleaved",
            Self::InvalidText => "invalid-utf8",
            Self::ShortClose => "short-close",
            Self::CloseCode => "close-code",
        }
    }

    /// The kind with this id.
    pub fn named(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// Whether a broken reader may take much memory for it: for the length that it declares,
    /// or for the bytes that come.
    pub fn may_fill_memory(self) -> bool {
        matches!(
            self,
            Self::Negative | Self::TooLarge | Self::Endless | Self::Overflow
        )
    }

    /// Whether the payload of the valid message is written again, in another way.
    #[must_use]
    pub const fn repeats_payload(self) -> bool {
        matches!(self, Self::Masked | Self::Unmasked)
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
            | Self::UnknownType
            | Self::MissingHost
            | Self::DuplicateHost
            | Self::Overflow
            | Self::LengthAndChunked
            | Self::ChunkedNotLast
            | Self::Unmasked
            | Self::Masked
            | Self::ReservedBits
            | Self::UnknownControl
            | Self::FragmentedControl
            | Self::LongControl
            | Self::LoneContinuation
            | Self::Interleaved
            | Self::InvalidText
            | Self::ShortClose
            | Self::CloseCode => Response::Refuse,
            Self::Signed
            | Self::Spaces
            | Self::LeadingZeros
            | Self::Overlong
            | Self::WrongTerminator
            | Self::BareReturn
            | Self::BareNewline
            | Self::SpaceBeforeColon
            | Self::FoldedLine
            | Self::Nul
            | Self::LargeField
            | Self::ManyFields
            | Self::UnknownVersion
            | Self::MalformedVersion
            | Self::UnknownCoding
            | Self::ChunkedTwice => Response::RefuseOrRead,
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
