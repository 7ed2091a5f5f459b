//! Which tactics the user asked for.

use std::str::FromStr;

use super::Tactic;

/// The tactics that the user asked for; all of them by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TacticFilter {
    patterns: Vec<TacticGlob>,
}

/// A glob for tactic ids: `*` stands for any characters, `?` for any one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TacticGlob(Vec<char>);

/// Why a text is not a glob for tactic ids.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TacticGlobError {
    #[error("the pattern is empty: write `*` for every tactic")]
    Empty,
    #[error("a pattern has at most {longest} characters, this one has {length}")]
    TooLong { longest: usize, length: usize },
    #[error("no tactic id contains `{0}`: `*` stands for any characters, `?` for any one")]
    Character(char),
}

impl TacticFilter {
    /// Whether the user asked for `tactic`.
    #[must_use]
    pub fn accepts(&self, tactic: &Tactic) -> bool {
        if self.patterns.is_empty() {
            return true;
        }
        let id = tactic.to_string();
        self.patterns.iter().any(|pattern| pattern.matches(&id))
    }

    /// Whether some tactic whose id starts with `prefix` may be accepted.
    pub(super) fn may_accept(&self, prefix: &str) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|it| it.may_match(prefix))
    }
}

impl FromIterator<TacticGlob> for TacticFilter {
    fn from_iter<I: IntoIterator<Item = TacticGlob>>(patterns: I) -> Self {
        let patterns = patterns.into_iter().collect();
        Self { patterns }
    }
}

impl TacticGlob {
    const LONGEST: usize = 128;

    /// Whether it may match a text that starts with `prefix`.
    fn may_match(&self, prefix: &str) -> bool {
        let literal = self.0.iter().take_while(|c| !matches!(c, '*' | '?'));
        literal.zip(prefix.chars()).all(|(wanted, c)| *wanted == c)
    }

    /// On a mismatch, the last `*` takes one more character. So the number of steps is at
    /// most the product of the two lengths.
    #[must_use]
    pub fn matches(&self, id: &str) -> bool {
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
    type Err = TacticGlobError;

    fn from_str(text: &str) -> Result<Self, TacticGlobError> {
        let characters: Vec<_> = text.chars().collect();
        let allowed = |c: char| matches!(c, 'a'..='z' | '0'..='9') || "*?@+,:-_.".contains(c);
        match characters.len() {
            0 => Err(TacticGlobError::Empty),
            length if length > Self::LONGEST => Err(TacticGlobError::TooLong {
                longest: Self::LONGEST,
                length,
            }),
            _ => match characters.iter().find(|&&c| !allowed(c)) {
                Some(&wrong) => Err(TacticGlobError::Character(wrong)),
                None => Ok(Self(characters)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, id: &str) -> bool {
        pattern
            .parse::<TacticGlob>()
            .expect("a pattern")
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
    fn one_of_several_is_enough() {
        let only: TacticFilter = ["bytes", "header:*"]
            .map(|pattern| pattern.parse().expect("a pattern"))
            .into_iter()
            .collect();
        let accepts = |id: &str| only.accepts(&id.parse().expect("a tactic"));
        assert!(accepts("bytes") && accepts("header:negative"));
        assert!(!accepts("whole"));
        assert!(TacticFilter::default().accepts(&Tactic::Whole));
    }

    #[test]
    fn a_prefix_shows_which_tactics_may_be_accepted() {
        let may_accept = |pattern: &str| {
            let pattern: TacticGlob = pattern.parse().expect("a pattern");
            TacticFilter::from_iter([pattern]).may_accept("header")
        };
        assert!(may_accept("*") && may_accept("h?ader:hex") && may_accept("header:hex"));
        assert!(may_accept("head"), "a prefix may match more than the glob");
        assert!(!may_accept("cut@*") && !may_accept("hold@*"));
        assert!(TacticFilter::default().may_accept("header"));
    }

    #[test]
    fn a_glob_that_matches_no_tactic_is_rejected() {
        let wrong = |text: &str| text.parse::<TacticGlob>().expect_err("no pattern");
        assert_eq!(wrong(""), TacticGlobError::Empty);
        assert_eq!(wrong("cut@[0-9]"), TacticGlobError::Character('['));
        assert_eq!(wrong("Cut@1"), TacticGlobError::Character('C'));
        assert!(wrong(&"*".repeat(129)).to_string().ends_with("has 129"));
    }
}
