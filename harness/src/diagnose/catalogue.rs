//! The defect catalogue: a code, a name and a text for each class of defect.

use std::fmt;
use std::str::FromStr;

use super::language::{Language, in_languages};
use crate::scenario::nearest;

struct CatalogueEntry {
    code: &'static str,
    name: &'static str,
    summary: &'static str,
    explanation: &'static str,
}

/// Declares the codes in their order. The long text lies in `explain/CODE.md`.
macro_rules! catalogue {
    ($($variant:ident $code:literal $name:literal $summary:literal)+) => {
        /// A class of defect. The letter stands for framing, closing, header or
        /// serving. Codes and names never change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DefectCode {
            $(#[doc = $code] $variant,)+
        }

        impl DefectCode {
            /// All codes, in the order of the catalogue.
            pub const ALL: [Self; [$($code),+].len()] = [$(Self::$variant),+];

            fn entry(self) -> CatalogueEntry {
                match self {
                    $(Self::$variant => CatalogueEntry {
                        code: $code,
                        name: $name,
                        summary: $summary,
                        explanation: include_str!(concat!("explain/", $code, ".md")),
                    },)+
                }
            }
        }
    };
}

catalogue! {
    ShortHeaderRead "F01" "short-header-read"
        "one recv is expected to return the whole header"
    ShortBodyRead "F02" "short-body-read"
        "one recv is expected to return the rest of a message"
    LostTail "F03" "lost-tail"
        "bytes after the first message in a segment are dropped"
    SplitDelimiter "F04" "split-delimiter"
        "a delimiter that arrives in two pieces is not found"
    SplitCharacter "F05" "split-character"
        "text is decoded segment by segment, not message by message"
    LengthInCharacters "F06" "length-in-characters"
        "a length counts characters instead of bytes"
    ReplyPerRecv "F07" "reply-per-recv"
        "each recv is answered, whether it is half a message or two"
    ShortSend "F08" "short-send"
        "bytes that send did not accept are never sent"
    CrossTalk "F09" "cross-talk"
        "answers are mixed up, of two connections or of two requests"
    EarlyAnswer "F10" "early-answer"
        "an answer is sent before its message has arrived completely"
    WithheldAnswer "F11" "withheld-answer"
        "an answer that is ready is not sent until more bytes come"
    LostAnswer "F12" "lost-answer"
        "later bytes discard the answer to an earlier message"
    LostPlace "F13" "lost-place"
        "after a pause the rest of a message is read as something else"
    IgnoredEof "C01" "ignored-eof"
        "the end of the stream is not noticed"
    EofSpin "C02" "eof-spin"
        "recv at the end of the stream is repeated in a busy loop"
    DiesOnEof "C03" "dies-on-eof"
        "the end of one stream ends the whole program"
    DiesOnReset "C04" "dies-on-reset"
        "the reset of one connection ends the whole program"
    StopsServing "C05" "stops-serving"
        "after one connection no other connection is served"
    PartialAsMessage "C06" "partial-as-message"
        "a truncated message is handled like a whole one"
    Leaks "C07" "leaks"
        "resources of connections, or of failed ones, are never released"
    ResetInsteadOfFin "C08" "reset-instead-of-fin"
        "the connection ends with a reset instead of a FIN"
    LosesAnswersAtEof "C09" "loses-answers-at-eof"
        "requests before the end of the stream are not answered"
    DiesOnInput "C10" "dies-on-input"
        "input in the middle of an exchange ends the whole program"
    NeverCloses "C11" "never-closes"
        "the connection stays open where the exchange asks to close it"
    AcceptsBadLength "H01" "accepts-bad-length"
        "an invalid length is accepted"
    UnboundedLength "H02" "unbounded-length"
        "memory is allocated for any length that a header declares"
    DiesOnBadHeader "H03" "dies-on-bad-header"
        "a malformed header ends the whole program"
    HangsOnBadHeader "H04" "hangs-on-bad-header"
        "after a malformed header the connection is never closed"
    UnboundedBuffer "H05" "unbounded-buffer"
        "a message without an end fills the memory"
    BlockedByNeighbour "S01" "blocked-by-neighbour"
        "one silent client blocks all other clients"
}

impl DefectCode {
    /// `F01`
    #[must_use]
    pub fn code(self) -> &'static str {
        self.entry().code
    }

    /// `short-header-read`
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// The defect in one clause.
    #[must_use]
    pub fn summary(self) -> &'static str {
        self.entry().summary
    }

    /// What it is, how it shows on the wire, broken and fixed code in these languages, and the
    /// tactics that reveal it: Markdown that also reads well as plain text.
    #[must_use]
    pub fn explanation(self, languages: &[Language]) -> String {
        in_languages(self.entry().explanation, languages)
    }
}

impl fmt::Display for DefectCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code(), self.name())
    }
}

/// A text that is neither a code nor a name of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no defect or tactic is named `{text}`: {}", self.help())]
pub struct UnknownDefectCode {
    text: String,
    near: Option<&'static str>,
}

impl UnknownDefectCode {
    fn help(&self) -> String {
        match self.near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`wirecheck explain` lists all".to_owned(),
        }
    }
}

impl FromStr for DefectCode {
    type Err = UnknownDefectCode;

    /// Accepts a code or a name, in upper or lower case.
    fn from_str(text: &str) -> Result<Self, UnknownDefectCode> {
        let is_it = |known: &str| known.eq_ignore_ascii_case(text);
        let found = Self::ALL
            .into_iter()
            .find(|code| is_it(code.code()) || is_it(code.name()));
        found.ok_or_else(|| UnknownDefectCode {
            text: text.to_owned(),
            near: near(text),
        })
    }
}

/// The closest code for a short text, the closest name for a longer one.
fn near(text: &str) -> Option<&'static str> {
    let codes = DefectCode::ALL.map(DefectCode::code);
    if let Some(code) = codes.into_iter().find(|code| is_short_for(text, code)) {
        return Some(code);
    }
    if text.len() <= 4 {
        nearest(
            &text.to_ascii_uppercase(),
            &DefectCode::ALL.map(DefectCode::code),
        )
    } else {
        let text = text.to_ascii_lowercase().replace([' ', '_'], "-");
        nearest(&text, &DefectCode::ALL.map(DefectCode::name))
    }
}

/// Whether a text is a code without its zero, or with a mark between its parts: `f2`,
/// `F-02`.
fn is_short_for(text: &str, code: &str) -> bool {
    let part = |text: &str| {
        let letters = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let number: Option<u32> = text[letters.len()..].parse().ok();
        let letters = letters.trim_end_matches(['-', '_', ' ']);
        (letters.to_ascii_uppercase(), number)
    };
    part(text) == part(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_without_its_zero_is_recognised() {
        for (text, code) in [
            ("f2", "F02"),
            ("C6", "C06"),
            ("F-01", "F01"),
            ("c_11", "C11"),
        ] {
            assert_eq!(near(text), Some(code), "{text}");
        }
        assert_eq!(near("f99"), None);
    }

    #[test]
    fn every_defect_is_found_by_its_code_and_by_its_name() {
        for code in DefectCode::ALL {
            assert_eq!(code.code().to_lowercase().parse(), Ok(code));
            assert_eq!(code.name().parse(), Ok(code));
        }
    }

    #[test]
    fn a_mistyped_name_is_corrected() {
        let error = |text: &str| text.parse::<DefectCode>().expect_err("unknown").to_string();
        assert_eq!(
            error("short_head_read"),
            "no defect or tactic is named `short_head_read`: did you mean `short-header-read`?"
        );
        assert_eq!(
            error("f001"),
            "no defect or tactic is named `f001`: did you mean `F01`?"
        );
        assert_eq!(
            error("quux-and-more"),
            "no defect or tactic is named `quux-and-more`: `wirecheck explain` lists all"
        );
    }

    #[test]
    fn a_code_is_shown_with_its_name() {
        assert_eq!(
            DefectCode::ShortHeaderRead.to_string(),
            "F01 short-header-read"
        );
    }

    #[test]
    fn every_text_fits_a_terminal() {
        for code in DefectCode::ALL {
            assert!(code.summary().len() <= 64, "{code}");
            for line in code.explanation(&Language::ALL).lines() {
                assert!(line.chars().count() <= 80, "{code}: {line}");
                assert!(!line.contains('\t'), "{code}: {line}");
                assert_eq!(line.trim_end(), line, "{code}");
            }
        }
    }

    #[test]
    fn every_explanation_has_the_same_sections() {
        for code in DefectCode::ALL {
            let text = code.explanation(&Language::ALL);
            let lines = text.lines();
            let headings: Vec<_> = lines.filter_map(|line| line.strip_prefix("## ")).collect();
            assert_eq!(
                headings,
                ["On the wire", "Wrong", "Right", "Revealed by"],
                "{code}"
            );
        }
    }
}
