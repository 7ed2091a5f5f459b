//! Globs for the ids of cases: `*` stands for any characters, `?` for any one.

use std::fmt;
use std::str::FromStr;

use super::{Tactic, TacticFamily};

/// A glob for tactic ids, `cut@*`, or for families of them, `cut`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TacticGlob(Glob);

/// A glob for case ids, `suite/scenario/tactic`: `line/*/cut@*`. A `*` matches `/` too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseGlob(Glob);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Glob(Vec<char>);

/// Why a text is not a glob.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GlobError {
    #[error("the pattern is empty: write `*` for every {what}")]
    Empty {
        /// `tactic`, `case`.
        what: &'static str,
    },
    #[error("a pattern has at most {longest} characters, this one has {length}")]
    TooLong { longest: usize, length: usize },
    #[error("no {what} id contains `{character}`: `*` stands for any characters, `?` for any one")]
    Character { what: &'static str, character: char },
    #[error("no tactic is named `{0}`: `wirecheck explain` lists them")]
    NoFamily(String),
}

impl TacticGlob {
    #[must_use]
    pub fn matches(&self, tactic: &Tactic) -> bool {
        self.0.matches(tactic.family().as_str()) || self.0.matches(&tactic.to_string())
    }

    /// Whether it may match the id of a tactic of this family, or its name.
    fn may_name(&self, family: &str) -> bool {
        let literal: String = self.0.literal_start().collect();
        match literal.strip_prefix(family) {
            Some(rest) => rest.is_empty() || rest.starts_with(['@', ':']),
            None => self.0.has_wildcard() && family.starts_with(&literal),
        }
    }

    /// Whether it may match a text that starts with `prefix`.
    pub(super) fn may_match(&self, prefix: &str) -> bool {
        self.0.may_match(prefix)
    }
}

impl CaseGlob {
    #[must_use]
    pub fn matches(&self, id: &str) -> bool {
        self.0.matches(id)
    }
}

impl Glob {
    const LONGEST: usize = 256;

    fn parse(text: &str, what: &'static str, others: &str) -> Result<Self, GlobError> {
        let characters: Vec<_> = text.chars().collect();
        let allowed = |c: char| {
            matches!(c, 'a'..='z' | '0'..='9') || "*?@+,:-_.".contains(c) || others.contains(c)
        };
        match characters.len() {
            0 => Err(GlobError::Empty { what }),
            length if length > Self::LONGEST => Err(GlobError::TooLong {
                longest: Self::LONGEST,
                length,
            }),
            _ => match characters.iter().find(|&&c| !allowed(c)) {
                Some(&character) => Err(GlobError::Character { what, character }),
                None => Ok(Self(characters)),
            },
        }
    }

    /// Whether it may match a text that starts with `prefix`.
    fn may_match(&self, prefix: &str) -> bool {
        let mut both = self.literal_start().zip(prefix.chars());
        both.all(|(wanted, c)| wanted == c)
    }

    /// The characters before the first wildcard.
    fn literal_start(&self) -> impl Iterator<Item = char> {
        let literal = self.0.iter().take_while(|c| !is_wildcard(**c));
        literal.copied()
    }

    fn has_wildcard(&self) -> bool {
        self.0.iter().any(|c| is_wildcard(*c))
    }

    /// On a mismatch, the last `*` takes one more character. So the number of steps is at
    /// most the product of the two lengths.
    fn matches(&self, id: &str) -> bool {
        let (mut pattern, mut rest) = (self.0.as_slice(), id.chars());
        let mut retry = None;
        loop {
            match (pattern.split_first(), rest.clone().next()) {
                (Some(('*', after)), _) => {
                    retry = Some((after, rest.clone()));
                    pattern = after;
                }
                (Some((wanted, after)), Some(c)) if *wanted == '?' || *wanted == c => {
                    pattern = after;
                    rest.next();
                }
                (None, None) => return true,
                _ => {
                    let Some((after, from)) = &mut retry else {
                        return false;
                    };
                    if from.next().is_none() {
                        return false;
                    }
                    (pattern, rest) = (after, from.clone());
                }
            }
        }
    }
}

fn is_wildcard(c: char) -> bool {
    matches!(c, '*' | '?')
}

impl FromStr for TacticGlob {
    type Err = GlobError;

    fn from_str(text: &str) -> Result<Self, GlobError> {
        let glob = Self(Glob::parse(text, "tactic", "")?);
        let mut families = TacticFamily::ALL.into_iter();
        if families.any(|family| glob.may_name(family.as_str())) {
            Ok(glob)
        } else {
            Err(GlobError::NoFamily(text.to_owned()))
        }
    }
}

impl FromStr for CaseGlob {
    type Err = GlobError;

    fn from_str(text: &str) -> Result<Self, GlobError> {
        Glob::parse(text, "case", "/").map(Self)
    }
}

impl fmt::Display for CaseGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for TacticGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|c| write!(f, "{c}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, id: &str) -> bool {
        Glob::parse(pattern, "tactic", "")
            .expect(pattern)
            .matches(id)
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        assert!(matches("cut@*", "cut@7"));
        assert!(!matches("cut@*", "cuts@3,9"));
        assert!(matches("*cut@*2", "joined+cut@122"));
        assert!(matches("*", "whole"));
        assert!(matches("whole*", "whole"));
        assert!(!matches("*a*b", "header:ab-ac"));
    }

    #[test]
    fn other_characters_stand_for_themselves() {
        assert!(matches("fin+@?", "fin+@7"));
        assert!(!matches("fin+@?", "fin+@17"));
        assert!(!matches("fin+@7", "finn@7"));
        assert!(matches("cuts@3,*", "cuts@3,9"));
    }

    #[test]
    fn the_name_of_a_family_stands_for_its_tactics() {
        let matches = |pattern: &str, id: &str| {
            let pattern: TacticGlob = pattern.parse().expect(pattern);
            pattern.matches(&id.parse().expect(id))
        };
        assert!(matches("cut", "cut@7") && !matches("cut", "cuts@3,9"));
        assert!(matches("fin+", "fin+@7") && !matches("fin", "fin+@7"));
        assert!(matches("header", "header:negative"));
        assert!(matches("rst@accept", "rst@accept") && !matches("rst", "rst@accept"));
        assert!(matches("rst@*", "rst@accept") && matches("rst@*", "rst@3"));
    }

    #[test]
    fn a_glob_for_no_family_is_rejected() {
        for wrong in ["ranodm@*", "cutt@*", "cu", "Cut", "x*", "whole2"] {
            assert!(wrong.parse::<TacticGlob>().is_err(), "{wrong}");
        }
        for right in ["*", "c*", "?ut@1", "cut*", "cut@1", "neighbours:*", "all-*"] {
            assert!(right.parse::<TacticGlob>().is_ok(), "{right}");
        }
    }

    #[test]
    fn a_glob_for_cases_spans_suites_and_scenarios() {
        let matches = |pattern: &str, id: &str| {
            let pattern: CaseGlob = pattern.parse().expect("a pattern");
            pattern.matches(id)
        };
        assert!(matches("line/*", "line/echo/cut@7"));
        assert!(matches("*/echo/cut@?", "line/echo/cut@7"));
        assert!(!matches("line/echo", "line/echo/whole"));
    }

    #[test]
    fn a_glob_that_matches_no_id_is_rejected() {
        let wrong = |text: &str| text.parse::<TacticGlob>().expect_err("no pattern");
        let of_tactic = |character| GlobError::Character {
            what: "tactic",
            character,
        };
        assert_eq!(wrong(""), GlobError::Empty { what: "tactic" });
        assert_eq!(wrong("cut@[0-9]"), of_tactic('['));
        assert_eq!(wrong("Cut@1"), of_tactic('C'));
        assert_eq!(wrong("line/echo/cut@1"), of_tactic('/'));
        assert!(wrong(&"*".repeat(257)).to_string().ends_with("has 257"));
        let of_case = "line/Echo/*".parse::<CaseGlob>().expect_err("no pattern");
        assert!(of_case.to_string().starts_with("no case id contains `E`"));
    }
}
