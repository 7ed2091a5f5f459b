//! How a wrong answer, or a wrong printed text, differs from the expected one.

use crate::judge::lacks_one_stretch;

/// How one output differs from the expected one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputDifference {
    /// It is the beginning of the expected one, as many bytes long as that has
    /// characters or UTF-16 units.
    CountedInCharacters,
    /// One stretch is missing.
    PartMissing,
    /// One stretch was added, as where two answers run together.
    PartAdded,
    /// It is the answer that a later step expects, and this one never came.
    LaterAnswer,
    /// It is the answer that a later step expects, and this one came after it.
    OutOfOrder,
    /// It contains replacement characters (U+FFFD), the expected one does not.
    Garbled,
    /// Any other difference, or the expected output is unknown.
    Other,
}

impl OutputDifference {
    pub(super) fn between(expected: &[u8], actual: &[u8]) -> Self {
        if is_counted_in_characters(expected, actual) {
            Self::CountedInCharacters
        } else if lacks_one_stretch(actual, expected) {
            Self::PartMissing
        } else if lacks_one_stretch(expected, actual) {
            Self::PartAdded
        } else if is_garbled(actual) && !is_garbled(expected) {
            Self::Garbled
        } else {
            Self::Other
        }
    }
}

/// Whether `actual` ends where a reader stops whose length counts the characters of
/// `expected`, or its UTF-16 units.
fn is_counted_in_characters(expected: &[u8], actual: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(expected) else {
        return false;
    };
    let counts = [text.chars().count(), text.encode_utf16().count()];
    actual.len() < expected.len() && expected.starts_with(actual) && counts.contains(&actual.len())
}

fn is_garbled(text: &[u8]) -> bool {
    memchr::memmem::find(text, "\u{fffd}".as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::OutputDifference::*;
    use super::*;

    fn difference(expected: &str, actual: impl AsRef<[u8]>) -> OutputDifference {
        OutputDifference::between(expected.as_bytes(), actual.as_ref())
    }

    #[test]
    fn a_length_in_characters_differs_from_other_short_answers() {
        assert_eq!(difference("città!", "città"), CountedInCharacters);
        assert_eq!(difference("città", b"citt\xc3"), CountedInCharacters);
        assert_eq!(difference("città!", b"citt\xc3"), PartMissing);
        assert_eq!(difference("a🦀b", "a🦀b".split_at(5).0), PartMissing);
        assert_eq!(difference("🦀bc", "🦀"), CountedInCharacters);
        assert_eq!(difference("citta", "citt"), PartMissing);
    }

    #[test]
    fn one_part_may_be_missing_or_added_anywhere() {
        assert_eq!(difference("Hello, world!", "Hello, wor!"), PartMissing);
        assert_eq!(difference("echo: one", "echo: "), PartMissing);
        assert_eq!(difference("one two", "two"), PartMissing);
        assert_eq!(difference("one", "two"), Other);
        assert_eq!(difference("one", "one one"), PartAdded);
        assert_eq!(difference("said: hello", "said: hsaid: ello"), PartAdded);
        assert_eq!(difference("one", "one"), Other);
    }

    #[test]
    fn only_a_new_replacement_character_is_garbling() {
        assert_eq!(difference("日本", "\u{fffd}\u{fffd}本"), Garbled);
        assert_eq!(difference("\u{fffd}x", "\u{fffd}y"), Other);
    }
}
