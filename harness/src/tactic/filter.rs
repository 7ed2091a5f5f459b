//! Which tactics the user asked for.

use std::str::FromStr;

use super::Tactic;
use super::glob::{GlobError, TacticGlob};

/// The tactics that the user asked for; all of them by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TacticFilter {
    /// None means all.
    included: Vec<TacticGlob>,
    excluded: Vec<TacticGlob>,
}

/// A pattern of a filter: `cut@*` or `cut`, or `!random` for all but these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TacticPattern {
    glob: TacticGlob,
    is_negated: bool,
}

impl FromStr for TacticPattern {
    type Err = GlobError;

    fn from_str(text: &str) -> Result<Self, GlobError> {
        let (glob, is_negated) = match text.strip_prefix('!') {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let glob = glob.parse()?;
        Ok(Self { glob, is_negated })
    }
}

impl TacticFilter {
    /// Whether the user asked for `tactic`.
    #[must_use]
    pub fn accepts(&self, tactic: &Tactic) -> bool {
        if self.is_empty() {
            return true;
        }
        let matches = |patterns: &[TacticGlob]| patterns.iter().any(|it| it.matches(tactic));
        (self.included.is_empty() || matches(&self.included)) && !matches(&self.excluded)
    }

    /// Whether it accepts all tactics.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.included.is_empty() && self.excluded.is_empty()
    }

    /// Whether some tactic whose id starts with `prefix` may be accepted.
    pub(super) fn may_accept(&self, prefix: &str) -> bool {
        self.included.is_empty() || self.included.iter().any(|it| it.may_match(prefix))
    }
}

impl FromIterator<TacticPattern> for TacticFilter {
    fn from_iter<I: IntoIterator<Item = TacticPattern>>(patterns: I) -> Self {
        let mut filter = Self::default();
        for TacticPattern { glob, is_negated } in patterns {
            if is_negated {
                filter.excluded.push(glob);
            } else {
                filter.included.push(glob);
            }
        }
        filter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(patterns: &[&str]) -> TacticFilter {
        let patterns = patterns.iter().map(|it| it.parse().expect("a pattern"));
        patterns
            .collect::<Vec<TacticPattern>>()
            .into_iter()
            .collect()
    }

    fn accepts(patterns: &[&str], id: &str) -> bool {
        filter(patterns).accepts(&id.parse().expect("a tactic"))
    }

    #[test]
    fn one_of_several_is_enough() {
        let only = ["bytes", "header:*"];
        assert!(accepts(&only, "bytes") && accepts(&only, "header:negative"));
        assert!(!accepts(&only, "whole"));
        assert!(accepts(&[], "whole"));
    }

    #[test]
    fn a_negated_pattern_takes_away_from_the_others_or_from_all() {
        assert!(accepts(&["!random@*"], "bytes") && !accepts(&["!random@*"], "random@3"));
        assert!(accepts(&["!cut"], "cuts@1,2") && !accepts(&["!cut"], "cut@3"));
        let both = ["cut@*", "!cut@1?"];
        assert!(accepts(&both, "cut@1") && !accepts(&both, "cut@12"));
        assert!(!accepts(&both, "bytes"));
    }

    #[test]
    fn a_prefix_shows_which_tactics_may_be_accepted() {
        let may_accept = |pattern: &str| filter(&[pattern]).may_accept("header");
        assert!(may_accept("*") && may_accept("h?ader:hex") && may_accept("header:hex"));
        assert!(may_accept("head*"), "a prefix may match more than the glob");
        assert!(!may_accept("cut@*") && !may_accept("hold@*"));
        assert!(may_accept("!cut@*") && may_accept("!header:hex"));
        assert!(TacticFilter::default().may_accept("header"));
    }
}
