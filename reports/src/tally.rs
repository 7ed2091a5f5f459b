//! How many cases went which way, counted from a record.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use crate::record::{Defect, FamilyRecord, Record, ScenarioRecord, SuiteRecord, Verdict};

/// How many cases there were and how they went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaseTally {
    /// All of them.
    pub cases: u64,
    /// Those that passed.
    pub passed: u64,
    /// Those that were not run.
    pub skipped: u64,
}

impl CaseTally {
    /// Those that were run and did not pass.
    #[must_use]
    pub const fn failed(&self) -> u64 {
        self.run().saturating_sub(self.passed)
    }

    /// Those that were run.
    #[must_use]
    pub const fn run(&self) -> u64 {
        self.cases.saturating_sub(self.skipped)
    }
}

impl AddAssign for CaseTally {
    fn add_assign(&mut self, other: Self) {
        self.cases = self.cases.saturating_add(other.cases);
        self.passed = self.passed.saturating_add(other.passed);
        self.skipped = self.skipped.saturating_add(other.skipped);
    }
}

impl FromIterator<Self> for CaseTally {
    fn from_iter<I: IntoIterator<Item = Self>>(parts: I) -> Self {
        let mut sum = Self::default();
        parts.into_iter().for_each(|part| sum += part);
        sum
    }
}

impl FamilyRecord {
    /// How its cases went.
    #[must_use]
    pub const fn tally(&self) -> CaseTally {
        CaseTally {
            cases: self.cases,
            passed: self.passed,
            skipped: self.skipped,
        }
    }
}

impl ScenarioRecord {
    /// How its cases went.
    #[must_use]
    pub fn tally(&self) -> CaseTally {
        self.families.iter().map(FamilyRecord::tally).collect()
    }

    /// Whether it ended at its baseline: then the other deliveries were not run.
    #[must_use]
    pub fn failed_at_baseline(&self) -> bool {
        let baseline = self
            .failures
            .iter()
            .find(|failure| failure.tactic == "whole");
        baseline.is_some_and(|failure| failure.verdict != Verdict::Skipped)
            && self.tally().skipped > 0
    }
}

impl SuiteRecord {
    /// How its cases went.
    #[must_use]
    pub fn tally(&self) -> CaseTally {
        self.scenarios.iter().map(ScenarioRecord::tally).collect()
    }

    /// The defects that were found in it, each once, by code.
    #[must_use]
    pub fn defects(&self) -> Vec<&Defect> {
        each_once(self.scenarios.iter())
    }
}

impl Record {
    /// How its cases went.
    #[must_use]
    pub fn tally(&self) -> CaseTally {
        self.suites.iter().map(SuiteRecord::tally).collect()
    }

    /// All scenarios, each with its suite.
    pub fn scenarios(&self) -> impl Iterator<Item = (&SuiteRecord, &ScenarioRecord)> {
        let of = |suite| move |scenario| (suite, scenario);
        self.suites
            .iter()
            .flat_map(move |suite| suite.scenarios.iter().map(of(suite)))
    }

    /// The defects that were found, each once, by code.
    #[must_use]
    pub fn defects(&self) -> Vec<&Defect> {
        each_once(self.scenarios().map(|(_, scenario)| scenario))
    }
}

fn each_once<'a>(scenarios: impl Iterator<Item = &'a ScenarioRecord>) -> Vec<&'a Defect> {
    let mut found = BTreeMap::new();
    for defect in scenarios.flat_map(|scenario| &scenario.defects) {
        found.entry(&defect.code).or_insert(defect);
    }
    found.into_values().collect()
}
