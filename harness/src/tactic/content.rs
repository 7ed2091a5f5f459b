//! What a side's messages contain, and a few fixed variations of it.

use std::fmt;

use super::Script;
use crate::framing::Framing;

/// The content of a message that is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    /// A payload that the framing encodes.
    Framed(Vec<u8>),
    /// Bytes as they are.
    Raw(Vec<u8>),
}

/// A variation of what a side sends. wirecheck does not know the correct answers to it, but a peer
/// must give the same ones however it is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContentVariation {
    /// All line ends are LF.
    LineFeeds,
    /// A payload has inside what begins or ends a message in the framing.
    Framing,
    /// A payload has 128 bytes: its length takes eight bits, and a second byte as a varint.
    Bytes128,
    /// A payload has 300 bytes: its length takes nine bits, and three digits.
    Bytes300,
    /// A payload has characters of two, three and four bytes.
    WideCharacters,
}

impl ContentVariation {
    pub const ALL: [Self; 5] = [
        Self::LineFeeds,
        Self::Framing,
        Self::Bytes128,
        Self::Bytes300,
        Self::WideCharacters,
    ];

    /// Its name in the ids of cases.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LineFeeds => "lf",
            Self::Framing => "framing",
            Self::Bytes128 => "128-bytes",
            Self::Bytes300 => "300-bytes",
            Self::WideCharacters => "wide",
        }
    }

    /// The variation with this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// What is different, as a noun phrase.
    pub(crate) const fn what(self) -> &'static str {
        match self {
            Self::LineFeeds => "LF line ends",
            Self::Framing => "the framing's own bytes in a payload",
            Self::Bytes128 => "a payload of 128 bytes",
            Self::Bytes300 => "a payload of 300 bytes",
            Self::WideCharacters => "multi-byte characters in a payload",
        }
    }

    /// The messages with this change. `None` if it changes nothing, or if the framing cannot
    /// carry it.
    pub(crate) fn apply(self, messages: &[Content], framing: &Framing) -> Option<Vec<Content>> {
        let mut varied = messages.to_vec();
        if self == Self::LineFeeds {
            for message in &mut varied {
                message.edit_bytes(framing, |bytes| with_line_ends(&bytes, b"\n"));
            }
        } else {
            let longest = longest_payload(&mut varied)?;
            let payload = self.payload(longest.bytes(), framing)?;
            framing.encode(&payload).ok()?;
            *longest = Content::Framed(payload);
        }
        (varied != messages).then_some(varied)
    }

    /// Another payload in the place of this one.
    fn payload(self, payload: &[u8], framing: &Framing) -> Option<Vec<u8>> {
        match self {
            Self::LineFeeds => None,
            Self::Framing => Some(with_inside(payload, &framing_bytes(framing)?)),
            Self::Bytes128 => filled_up(payload, 128),
            Self::Bytes300 => filled_up(payload, 300),
            Self::WideCharacters => Some([payload, "é€😀".as_bytes()].concat()),
        }
    }
}

impl fmt::Display for ContentVariation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The first of the longest payloads: it is the likeliest to be data and not a command.
fn longest_payload(messages: &mut [Content]) -> Option<&mut Content> {
    let framed = messages.iter_mut();
    let framed = framed.filter(|it| matches!(it, Content::Framed(_)));
    framed.rev().max_by_key(|it| it.bytes().len())
}

/// What begins or ends a message, as far as a payload may contain it.
fn framing_bytes(framing: &Framing) -> Option<Vec<u8>> {
    let mut bytes = framing.encode(b"").ok()?.bytes;
    if let Framing::Line(_) | Framing::Delimiter(_) = framing {
        // The whole delimiter would end the message.
        bytes.pop();
        if bytes.is_empty() {
            bytes.push(b'\r');
        }
    }
    (!bytes.is_empty()).then_some(bytes)
}

fn with_inside(payload: &[u8], inside: &[u8]) -> Vec<u8> {
    let (before, after) = payload.split_at(payload.len() / 2);
    [before, inside, after].concat()
}

/// The payload again and again, up to this length; `None` if it is as long already.
fn filled_up(payload: &[u8], length: usize) -> Option<Vec<u8>> {
    let unit = if payload.is_empty() { b"x" } else { payload };
    let bytes = unit.iter().copied().cycle().take(length);
    (payload.len() < length).then(|| bytes.collect())
}

impl Content {
    /// The content of each message of a script.
    pub(crate) fn of(script: &Script) -> Vec<Self> {
        let messages = script.messages.iter();
        let contents = messages.map(|it| match &it.payload {
            Some(payload) => Self::Framed(payload.clone()),
            None => Self::Raw(it.bytes.clone()),
        });
        contents.collect()
    }

    /// The payload, or the bytes as they are.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Framed(payload) => payload,
            Self::Raw(bytes) => bytes,
        }
    }

    /// A message of the same kind with other bytes.
    pub(crate) fn with_bytes(&self, bytes: Vec<u8>) -> Self {
        match self {
            Self::Framed(_) => Self::Framed(bytes),
            Self::Raw(_) => Self::Raw(bytes),
        }
    }

    /// Changes the bytes as they are on the wire.
    pub(crate) fn edit_bytes(&mut self, framing: &Framing, edit: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        let bytes = match self {
            Self::Framed(payload) => framing.encode(payload).map(|it| it.bytes),
            Self::Raw(bytes) => Ok(bytes.clone()),
        };
        if let Ok(bytes) = bytes {
            let edited = edit(bytes.clone());
            if edited != bytes {
                *self = Self::Raw(edited);
            }
        }
    }
}

/// The bytes with another ending of each line.
pub(crate) fn with_line_ends(bytes: &[u8], ending: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        let length = [&b"\r\n"[..], b"\n"]
            .iter()
            .find_map(|it| rest.starts_with(it).then_some(it.len()));
        match length {
            Some(length) => {
                result.extend_from_slice(ending);
                rest = &rest[length..];
            }
            None => {
                result.push(rest[0]);
                rest = &rest[1..];
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse_framing;

    /// The messages after a variation; raw ones are marked.
    fn varied(framing: &str, variation: ContentVariation, payloads: &[&str]) -> Vec<String> {
        let framing = parse_framing(framing).expect("a framing");
        let messages: Vec<_> = payloads
            .iter()
            .map(|it| Content::Framed(it.as_bytes().to_vec()))
            .collect();
        let varied = variation.apply(&messages, &framing).unwrap_or_default();
        let text = |it: &Content| match it {
            Content::Framed(payload) => payload.escape_ascii().to_string(),
            Content::Raw(bytes) => format!("raw {}", bytes.escape_ascii()),
        };
        varied.iter().map(text).collect()
    }

    #[test]
    fn line_ends_are_changed_in_all_messages_that_have_another() {
        let lf = |framing| varied(framing, ContentVariation::LineFeeds, &["a", "b"]);
        assert_eq!(
            lf("{ line = { ending = 'crlf' } }"),
            [r"raw a\n", r"raw b\n"]
        );
        assert!(lf("'line'").is_empty());
    }

    #[test]
    fn the_longest_payload_gets_the_bytes_that_frame_a_message() {
        let framing =
            |framing| varied(framing, ContentVariation::Framing, &["SET", "abcd", "efgh"]);
        assert_eq!(framing("'netstring'"), ["SET", "ab0:,cd", "efgh"]);
        assert_eq!(
            framing("{ line = { ending = 'crlf' } }"),
            ["SET", r"ab\rcd", "efgh"]
        );
        assert_eq!(framing("'line'"), ["SET", r"ab\rcd", "efgh"]);
        assert!(framing("'raw'").is_empty());
    }

    #[test]
    fn a_payload_is_filled_up_unless_it_is_long_or_the_framing_has_no_room() {
        let long = |framing, payload: &str| {
            let varied = varied(framing, ContentVariation::Bytes300, &[payload]);
            varied.first().map(String::len)
        };
        assert_eq!(long("'netstring'", "abc"), Some(300));
        assert_eq!(long("'netstring'", ""), Some(300));
        assert_eq!(long("'netstring'", &"x".repeat(300)), None);
        assert_eq!(long("{ length = { type = 'u8' } }", "abc"), None);
    }

    #[test]
    fn each_name_is_that_of_one_variation() {
        for variation in ContentVariation::ALL {
            assert_eq!(ContentVariation::named(variation.as_str()), Some(variation));
        }
    }
}
