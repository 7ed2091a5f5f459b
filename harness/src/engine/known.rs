//! The failures that the user knows: which cases they are, and what became of them.

use wirecheck_report::record::{KnownFailure, Verdict};

use super::selection::PlannedScenario;
use crate::tactic::{CaseGlob, Tactic};

/// Cases that may fail.
#[derive(Clone, Debug)]
pub struct KnownCases {
    /// Matches their ids.
    pub cases: CaseGlob,
    /// Why they fail, in the words of the user.
    pub reason: String,
}

impl KnownCases {
    /// A suite may have other ids than in the run for which the pattern was written.
    #[must_use]
    pub fn matches(&self, planned: PlannedScenario<'_>, tactic: &Tactic) -> bool {
        let scenario = planned.scenario.id();
        let mut suites = planned.suite.names();
        suites.any(|suite| self.cases.matches(&format!("{suite}/{scenario}/{tactic}")))
    }

    /// An entry of the record, before any case is counted.
    pub(super) fn record(&self) -> KnownFailure {
        KnownFailure {
            cases: self.cases.to_string(),
            reason: self.reason.clone(),
            selected: 0,
            failed: 0,
            not_played: 0,
        }
    }
}

/// Whether a failure of a known case counts as known.
pub(super) const fn may_be_known(verdict: Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Fail | Verdict::Nonstrict | Verdict::Flaky | Verdict::Unconfirmed
    )
}

/// How many cases of a scenario one entry matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct KnownCounts {
    pub(super) selected: u64,
    pub(super) failed: u64,
    pub(super) not_played: u64,
}

impl KnownCounts {
    pub(super) fn add_to(self, entry: &mut KnownFailure) {
        entry.selected += self.selected;
        entry.failed += self.failed;
        entry.not_played += self.not_played;
    }
}
