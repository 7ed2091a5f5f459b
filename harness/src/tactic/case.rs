//! A scenario under one delivery, and its id.

use std::fmt;
use std::str::FromStr;

use wirecheck_report::fnv1a;

use super::{Delivery, NameError, Salt, ScenarioId, SuiteId, Tactic, TacticError};

/// A tactic and the delivery that it makes from one script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub tactic: Tactic,
    pub delivery: Delivery,
}

/// `suite/scenario/tactic`. Ids do not change between versions of wirecheck.
///
/// Ordered by suite, then by scenario, then in the order of the tactics.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId {
    pub suite: SuiteId,
    pub scenario: ScenarioId,
    pub tactic: Tactic,
}

impl Salt {
    /// Two scenarios draw different deliveries from one seed. What a scenario draws does
    /// not depend on the other scenarios of its suite.
    #[must_use]
    pub fn of(suite: &SuiteId, scenario: &ScenarioId) -> Self {
        Self(fnv1a(format!("{suite}/{scenario}").as_bytes()))
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.suite, self.scenario, self.tactic)
    }
}

/// Why a text is not a case id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaseIdError {
    #[error("a case id is `suite/scenario/tactic`, e.g. `lines/two-commands/cut@7`")]
    Parts,
    #[error("invalid suite id: {0}")]
    Suite(#[source] NameError),
    #[error("invalid scenario id: {0}")]
    Scenario(#[source] NameError),
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
        let error = |text: &str| {
            text.parse::<CaseId>()
                .expect_err("an invalid id")
                .to_string()
        };
        assert!(error("lines/cut@7").starts_with("a case id is `suite/scenario/tactic`"));
        assert!(error("Lines/a/whole").starts_with("invalid suite id: `L` at offset 0"));
        assert!(error("lines//whole").starts_with("invalid scenario id: "));
        assert!(error("lines/a/hole").starts_with("unknown tactic `hole`"));
        assert!(error("lines/a/b/whole").starts_with("unknown tactic `b/whole`"));
    }

    #[test]
    fn ids_are_ordered_by_number() {
        assert!(id("a/a/cut@9") < id("a/a/cut@10"));
        assert!(id("a/a/cut@9") < id("a/b/whole"));
    }

    /// The vectors are from the authors of FNV.
    #[test]
    fn the_hash_is_fnv1a() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
