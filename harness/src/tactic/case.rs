//! A scenario under one delivery, and what that is called.

use std::fmt;
use std::str::FromStr;

use super::{Delivery, NameError, Salt, ScenarioId, SuiteId, Tactic, TacticError};

/// A tactic and the delivery that it makes of one script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The rule.
    pub tactic: Tactic,
    /// What it comes to here.
    pub delivery: Delivery,
}

/// What a case is called: `suite/scenario/tactic`, stable for ever.
///
/// Ordered by suite, then by scenario, then as the tactics run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId {
    /// The suite.
    pub suite: SuiteId,
    /// The scenario in it.
    pub scenario: ScenarioId,
    /// The tactic.
    pub tactic: Tactic,
}

impl Salt {
    /// The salt of a scenario: no two scenarios draw the same deliveries from
    /// one seed, and none draws others because a scenario was added beside it.
    #[must_use]
    pub fn of(suite: &SuiteId, scenario: &ScenarioId) -> Self {
        Self(fnv1a(format!("{suite}/{scenario}").as_bytes()))
    }
}

/// FNV-1a with the 64-bit offset basis and prime of its authors.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.suite, self.scenario, self.tactic)
    }
}

/// Why a text is no case id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaseIdError {
    /// It doesn't have three parts.
    #[error("a case is `suite/scenario/tactic`, as in `lines/two-commands/cut@7`")]
    Parts,
    /// The first part is wrong.
    #[error("the suite's name: {0}")]
    Suite(#[source] NameError),
    /// The second part is wrong.
    #[error("the scenario's name: {0}")]
    Scenario(#[source] NameError),
    /// The third part is wrong.
    #[error(transparent)]
    Tactic(#[from] TacticError),
}

impl FromStr for CaseId {
    type Err = CaseIdError;

    fn from_str(text: &str) -> Result<Self, CaseIdError> {
        let (suite, rest) = text.split_once('/').ok_or(CaseIdError::Parts)?;
        let (scenario, tactic) = rest.split_once('/').ok_or(CaseIdError::Parts)?;
        Ok(Self {
            suite: suite.parse().map_err(CaseIdError::Suite)?,
            scenario: scenario.parse().map_err(CaseIdError::Scenario)?,
            tactic: tactic.parse()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> CaseId {
        text.parse().expect("a case id")
    }

    #[test]
    fn an_id_prints_as_it_parses() {
        let text = "lines/acknowledges-two-commands/cut@7";
        assert_eq!(id(text).to_string(), text);
    }

    #[test]
    fn an_error_names_the_part_that_is_wrong() {
        let says = |text: &str| text.parse::<CaseId>().expect_err("no id").to_string();
        assert!(says("lines/cut@7").starts_with("a case is `suite/scenario/tactic`"));
        assert!(says("Lines/a/whole").starts_with("the suite's name: `L` at 0"));
        assert!(says("lines//whole").starts_with("the scenario's name: "));
        assert!(says("lines/a/hole").starts_with("no tactic is called `hole`"));
        assert!(says("lines/a/b/whole").starts_with("no tactic is called `b/whole`"));
    }

    #[test]
    fn ids_are_ordered_by_number() {
        assert!(id("a/a/cut@9") < id("a/a/cut@10"));
        assert!(id("a/a/cut@9") < id("a/b/whole"));
    }

    /// The vectors are from the authors of FNV.
    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
