//! Globs for the ids of cases: `*` stands for any characters, `?` for any one.

use std::fmt;
use std::str::FromStr;

/// A glob for tactic ids: `cut@*`.
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
}

impl TacticGlob {
    #[must_use]
    pub fn matches(&self, id: &str) -> bool {
        self.0.matches(id)
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
        let literal = self.0.iter().take_while(|c| !matches!(c, '*' | '?'));
        literal.zip(prefix.chars()).all(|(wanted, c)| *wanted == c)
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

impl FromStr for TacticGlob {
    type Err = GlobError;

    fn from_str(text: &str) -> Result<Self, GlobError> {
        Glob::parse(text, "tactic", "").map(Self)
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
        let pattern: TacticGlob = pattern.parse().expect("a pattern");
        pattern.matches(id)
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
