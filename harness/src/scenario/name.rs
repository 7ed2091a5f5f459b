//! The parts of case ids.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// In characters.
const LONGEST: usize = 64;

/// Why a text is not a name. A name fits a file name, and needs no quotes in a shell, a
/// path or a glob.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    #[error("a name needs at least one character")]
    Empty,
    #[error("a name has at most {LONGEST} characters, this one has {length}")]
    TooLong { length: usize },
    #[error(
        "`{character}` at offset {at} is not allowed in a name: use a-z, 0-9, `-`, `_` and `.`{}",
        lower_case(*character)
    )]
    Character {
        character: char,
        /// The number of characters before it.
        at: usize,
    },
}

fn lower_case(character: char) -> &'static str {
    if character.is_uppercase() {
        " (names are lower case)"
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
    /// The first part of a case id.
    SuiteId
}
name! {
    /// The second part of a case id.
    ScenarioId
}
name! {
    /// One of several connections of an exchange.
    ConnectionName
}
name! {
    /// What is wrong with a malformed header: `negative`, `too-large`.
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
    fn an_error_names_what_is_wrong_with_a_name() {
        let error = |text: &str| {
            text.parse::<ScenarioId>()
                .expect_err("an invalid name")
                .to_string()
        };
        assert_eq!(error(""), "a name needs at least one character");
        assert_eq!(
            error("anDy"),
            "`D` at offset 2 is not allowed in a name: use a-z, 0-9, `-`, `_` and `.` (names are lower case)"
        );
        assert!(error("a/b").starts_with("`/` at offset 1 "));
        assert!(error(&"x".repeat(65)).ends_with("this one has 65"));
    }
}
