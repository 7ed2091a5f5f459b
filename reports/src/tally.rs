//! Counts of cases, computed from a record.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use crate::record::{Defect, FamilyRecord, Record, ScenarioRecord, SuiteRecord, Verdict};

/// Counts of cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaseTally {
    /// All cases, also those that were not run.
    pub cases: u64,
    /// Cases that passed.
    pub passed: u64,
    /// Cases that passed as far as they were judged.
    pub not_judged: u64,
    /// Cases that were not run.
    pub skipped: u64,
}

impl CaseTally {
    /// Cases that were run and did not pass.
    #[must_use]
    pub const fn failed(&self) -> u64 {
        self.run()
            .saturating_sub(self.passed)
            .saturating_sub(self.not_judged)
    }

    /// Cases that were run.
    #[must_use]
    pub const fn run(&self) -> u64 {
        self.cases.saturating_sub(self.skipped)
    }
}

impl AddAssign for CaseTally {
    fn add_assign(&mut self, other: Self) {
        self.cases = self.cases.saturating_add(other.cases);
        self.passed = self.passed.saturating_add(other.passed);
        self.not_judged = self.not_judged.saturating_add(other.not_judged);
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
    /// The counts of its cases.
    #[must_use]
    pub const fn tally(&self) -> CaseTally {
        CaseTally {
            cases: self.cases,
            passed: self.passed,
            not_judged: self.not_judged,
            skipped: self.skipped,
        }
    }
}

impl ScenarioRecord {
    /// The counts of its cases.
    #[must_use]
    pub fn tally(&self) -> CaseTally {
        self.families.iter().map(FamilyRecord::tally).collect()
    }

    /// The family of a tactic: `cut` of `cut@1`, `rst@accept` of `rst@accept`, `neighbours` of
    /// `neighbours:stalled`.
    #[must_use]
    pub fn family_of(&self, tactic: &str) -> Option<&FamilyRecord> {
        let is_of = |family: &&FamilyRecord| match tactic.strip_prefix(&family.name) {
            Some(rest) => rest.is_empty() || rest.starts_with(['@', ':']),
            None => false,
        };
        let families = self.families.iter().filter(is_of);
        families.max_by_key(|family| family.name.len())
    }

    /// Whether its baseline failed. The other deliveries were then not run.
    #[must_use]
    pub fn failed_at_baseline(&self) -> bool {
        let baseline = self
            .failures
            .iter()
            .find(|failure| failure.tactic == "whole" && failure.depends_on.is_none());
        baseline.is_some_and(|failure| failure.verdict != Verdict::Skipped)
            && self.tally().skipped > 0
    }
}

impl SuiteRecord {
    /// The counts of its cases.
    #[must_use]
    pub fn tally(&self) -> CaseTally {
        self.scenarios.iter().map(ScenarioRecord::tally).collect()
    }

    /// The defects found in it, each once, sorted by code.
    #[must_use]
    pub fn defects(&self) -> Vec<&Defect> {
        unique(self.scenarios.iter())
    }
}

impl Record {
    /// The counts of its cases.
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

    /// The defects found, each once, sorted by code.
    #[must_use]
    pub fn defects(&self) -> Vec<&Defect> {
        unique(self.scenarios().map(|(_, scenario)| scenario))
    }
}

fn unique<'a>(scenarios: impl Iterator<Item = &'a ScenarioRecord>) -> Vec<&'a Defect> {
    let mut found = BTreeMap::new();
    for defect in scenarios.flat_map(|scenario| &scenario.defects) {
        found.entry(&defect.code).or_insert(defect);
    }
    found.into_values().collect()
}
