//! The catalogue: a code, a name and a text for each class of defect.

use std::fmt;
use std::str::FromStr;

use crate::scenario::nearest;

/// A class of defect. The letter says what it breaks: framing, closing, header,
/// serving. Codes and names are stable for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DefectCode {
    /// F01
    ShortHeaderRead,
    /// F02
    ShortBodyRead,
    /// F03
    LostTail,
    /// F04
    SplitDelimiter,
    /// F05
    SplitCharacter,
    /// F06
    LengthInCharacters,
    /// F07
    ReplyPerRecv,
    /// F08
    ShortSend,
    /// F09
    CrossTalk,
    /// C01
    IgnoredEof,
    /// C02
    EofSpin,
    /// C03
    DiesOnEof,
    /// C04
    DiesOnReset,
    /// C05
    StopsServing,
    /// C06
    PartialAsMessage,
    /// C07
    Leaks,
    /// C08
    ResetInsteadOfFin,
    /// C09
    LosesAnswersAtEof,
    /// H01
    AcceptsBadLength,
    /// H02
    UnboundedLength,
    /// H03
    DiesOnBadHeader,
    /// H04
    HangsOnBadHeader,
    /// H05
    UnboundedBuffer,
    /// S01
    BlockedByNeighbour,
}

/// What the catalogue says of one class.
struct CatalogueEntry {
    code: &'static str,
    name: &'static str,
    summary: &'static str,
    explanation: &'static str,
}

/// An entry whose text lies in a file named after its code.
macro_rules! entry {
    ($code:literal, $name:literal, $summary:literal) => {
        CatalogueEntry {
            code: $code,
            name: $name,
            summary: $summary,
            explanation: include_str!(concat!("explain/", $code, ".md")),
        }
    };
}

/// In the order of [`DefectCode::ALL`].
#[rustfmt::skip]
static CATALOGUE: [CatalogueEntry; DefectCode::ALL.len()] = [
    entry!("F01", "short-header-read", "one recv is taken to hold the whole header"),
    entry!("F02", "short-body-read", "one recv is taken to hold all that is left of a message"),
    entry!("F03", "lost-tail", "what follows the first message in a segment is dropped"),
    entry!("F04", "split-delimiter", "a delimiter that arrives in two pieces is not seen"),
    entry!("F05", "split-character", "text is decoded by the segment, not by the message"),
    entry!("F06", "length-in-characters", "a length counts characters where it should count bytes"),
    entry!("F07", "reply-per-recv", "each recv is answered, be it half a message or two"),
    entry!("F08", "short-send", "what send did not take is never sent"),
    entry!("F09", "cross-talk", "two connections share what each should have alone"),
    entry!("C01", "ignored-eof", "the end of the stream is not noticed"),
    entry!("C02", "eof-spin", "an empty recv is read again and again, for ever"),
    entry!("C03", "dies-on-eof", "the end of one stream ends the whole program"),
    entry!("C04", "dies-on-reset", "the reset of one connection ends the whole program"),
    entry!("C05", "stops-serving", "after one connection there is no next one"),
    entry!("C06", "partial-as-message", "what the end of the stream cut short is taken for a message"),
    entry!("C07", "leaks", "a connection that went wrong is never let go"),
    entry!("C08", "reset-instead-of-fin", "the connection ends with a reset, not with a FIN"),
    entry!("C09", "loses-answers-at-eof", "what was asked before the end of the stream is not answered"),
    entry!("H01", "accepts-bad-length", "a length that is none is taken for one"),
    entry!("H02", "unbounded-length", "memory follows whatever length the header declares"),
    entry!("H03", "dies-on-bad-header", "a header that is none ends the whole program"),
    entry!("H04", "hangs-on-bad-header", "a header that is none leaves the connection hanging"),
    entry!("H05", "unbounded-buffer", "a message that never ends fills the memory"),
    entry!("S01", "blocked-by-neighbour", "one silent client keeps all others waiting"),
];

impl DefectCode {
    /// All of them, in the order of the catalogue.
    pub const ALL: [Self; 24] = [
        Self::ShortHeaderRead,
        Self::ShortBodyRead,
        Self::LostTail,
        Self::SplitDelimiter,
        Self::SplitCharacter,
        Self::LengthInCharacters,
        Self::ReplyPerRecv,
        Self::ShortSend,
        Self::CrossTalk,
        Self::IgnoredEof,
        Self::EofSpin,
        Self::DiesOnEof,
        Self::DiesOnReset,
        Self::StopsServing,
        Self::PartialAsMessage,
        Self::Leaks,
        Self::ResetInsteadOfFin,
        Self::LosesAnswersAtEof,
        Self::AcceptsBadLength,
        Self::UnboundedLength,
        Self::DiesOnBadHeader,
        Self::HangsOnBadHeader,
        Self::UnboundedBuffer,
        Self::BlockedByNeighbour,
    ];

    /// `F01`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.entry().code
    }

    /// `short-header-read`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// What it is, in one clause.
    #[must_use]
    pub fn summary(self) -> &'static str {
        self.entry().summary
    }

    /// What it is, how it shows, the wrong reader and the right one, and what
    /// reveals it: Markdown that reads well as it is, code indented by four.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        self.entry().explanation
    }

    fn entry(self) -> &'static CatalogueEntry {
        &CATALOGUE[self as usize]
    }
}

impl fmt::Display for DefectCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code(), self.name())
    }
}

/// A text that is no code and no name of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no defect is called `{text}`: {}", self.help())]
pub struct UnknownDefectCode {
    text: String,
    near: Option<&'static str>,
}

impl UnknownDefectCode {
    fn help(&self) -> String {
        match self.near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`wirecheck explain` lists them all".to_owned(),
        }
    }
}

impl FromStr for DefectCode {
    type Err = UnknownDefectCode;

    /// Takes a code or a name, in capitals or not.
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

/// A short text is taken for a mistyped code, a longer one for a mistyped name.
fn near(text: &str) -> Option<&'static str> {
    let is_short = text.len() <= 4;
    let known = DefectCode::ALL.map(|code| if is_short { code.code() } else { code.name() });
    let text = match is_short {
        true => text.to_ascii_uppercase(),
        false => text.to_ascii_lowercase().replace([' ', '_'], "-"),
    };
    nearest(&text, &known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_has_the_entry_of_its_own_place() {
        for (index, code) in DefectCode::ALL.into_iter().enumerate() {
            assert_eq!(code as usize, index, "{code}");
        }
        assert_eq!(
            DefectCode::ShortHeaderRead.to_string(),
            "F01 short-header-read"
        );
        assert_eq!(DefectCode::IgnoredEof.to_string(), "C01 ignored-eof");
        assert_eq!(
            DefectCode::LosesAnswersAtEof.to_string(),
            "C09 loses-answers-at-eof"
        );
        assert_eq!(
            DefectCode::UnboundedBuffer.to_string(),
            "H05 unbounded-buffer"
        );
        assert_eq!(DefectCode::BlockedByNeighbour.code(), "S01");
    }

    #[test]
    fn each_class_is_found_by_its_code_and_by_its_name() {
        for code in DefectCode::ALL {
            assert_eq!(code.code().to_lowercase().parse(), Ok(code));
            assert_eq!(code.name().parse(), Ok(code));
        }
    }

    #[test]
    fn a_mistyped_name_is_guessed() {
        let says = |text: &str| text.parse::<DefectCode>().expect_err("unknown").to_string();
        assert_eq!(
            says("short_head_read"),
            "no defect is called `short_head_read`: did you mean `short-header-read`?"
        );
        assert!(
            says("f001").ends_with("did you mean `F01`?"),
            "{}",
            says("f001")
        );
        assert!(says("quux-and-more").ends_with("`wirecheck explain` lists them all"));
    }

    #[test]
    fn each_text_has_all_its_parts_and_fits_a_terminal() {
        for code in DefectCode::ALL {
            let text = code.explanation();
            for part in ["## On the wire", "## Wrong", "## Right", "## Revealed by"] {
                assert!(text.contains(part), "{code}: {part}");
            }
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{code}: {line}");
                assert!(
                    !line.contains('\t') && line.trim_end() == line,
                    "{code}: {line}"
                );
            }
            assert!(code.summary().len() <= 64, "{code}");
        }
    }
}
