//! The names that case ids are made of.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The longest name.
const LONGEST: usize = 64;

/// Why a text is not a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// There is nothing to call it by.
    #[error("a name has at least one character")]
    Empty,
    /// It would not fit a file name beside others.
    #[error("a name has at most {LONGEST} characters, this one has {length}")]
    TooLong {
        /// How many it has.
        length: usize,
    },
    /// It would have to be quoted in a shell, a path or a glob.
    #[error(
        "`{character}` at {at} can't stand in a name: use a-z, 0-9, `-`, `_` and `.`{}",
        lower_case(*character)
    )]
    Character {
        /// The first one that is not allowed.
        character: char,
        /// How many characters stand before it.
        at: usize,
    },
}

fn lower_case(character: char) -> &'static str {
    if character.is_uppercase() {
        " (names are in lower case)"
    } else {
        ""
    }
}

fn checked(text: &str) -> Result<&str, NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    let allowed = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_' | '.');
    let wrong = text.chars().enumerate().find(|&(_, c)| !allowed(c));
    if let Some((at, character)) = wrong {
        return Err(NameError::Character { character, at });
    }
    match text.len() {
        length if length > LONGEST => Err(NameError::TooLong { length }),
        _ => Ok(text),
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Lower-case letters, digits, `-`, `_` and `.`; 1 to 64 of them.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as it was written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                checked(text).map(|name| Self(name.into()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

name! {
    /// What a suite is called.
    SuiteId
}
name! {
    /// What a scenario is called within its suite.
    ScenarioId
}
name! {
    /// What one way to spoil a header is called: `negative`, `too-large`.
    EditName
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        for right in ["a", "json-rpc_2.0", &"x".repeat(LONGEST)] {
            assert_eq!(right.parse::<SuiteId>().expect("a name").as_str(), right);
        }
    }

    #[test]
    fn what_is_wrong_with_a_name_is_said() {
        let says = |text: &str| text.parse::<ScenarioId>().expect_err("no name").to_string();
        assert_eq!(says(""), "a name has at least one character");
        assert_eq!(
            says("anDy"),
            "`D` at 2 can't stand in a name: use a-z, 0-9, `-`, `_` and `.` (names are in lower case)"
        );
        assert!(says("a/b").starts_with("`/` at 1 "));
        assert!(says(&"x".repeat(65)).ends_with("this one has 65"));
    }
}
