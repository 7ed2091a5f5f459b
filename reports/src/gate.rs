//! What makes a run fail, apart from what was judged: the rules, and their result.
//!
//! The rules are a part of the record, so that a report says the same as the run, and so
//! that the records of several parts of a run can be judged together.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::notation::{counted, grouped, printable};
use crate::record::{Record, RunState, Verdict};

/// The rules by which a run fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gate {
    /// What fails the run.
    pub fail_on: Vec<FailOn>,
    /// The fewest cases that must be played.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_cases: Option<u64>,
    /// Whether options left out suites, scenarios or cases. A known failure that matches
    /// nothing is no mistake then.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_partial: bool,
    /// The failures that are known and fail nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<KnownFailure>,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            fail_on: vec![FailOn::Must, FailOn::Flaky],
            min_cases: None,
            is_partial: false,
            known: Vec::new(),
        }
    }
}

/// A kind of result that fails a run.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    /// A requirement of level `must` failed.
    Must,
    /// A requirement of level `should` or `may` failed.
    Should,
    /// A case failed and passed when it was repeated.
    Flaky,
}

/// Failures that are known and fail nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KnownFailure {
    /// A glob for case ids: `suite/scenario/tactic`.
    pub cases: String,
    /// Why they fail, in the words of the user.
    pub reason: String,
    /// How many of the selected cases match.
    pub selected: u64,
    /// How many of them failed.
    pub failed: u64,
    /// How many of them may not have been played: not all cases of their tactic were.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub not_played: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Why a run fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GateFailure {
    /// Cases have a verdict that fails the run.
    Verdict(Verdict),
    /// A known failure does not fail any more.
    Fixed {
        /// The glob.
        cases: String,
        /// How many cases match, all of which pass.
        selected: u64,
    },
    /// A known failure matches no case.
    MatchesNothing {
        /// The glob.
        cases: String,
    },
    /// Too few cases were played.
    TooFewCases {
        /// How many were played.
        played: u64,
        /// How many the rules ask for.
        least: u64,
    },
}

impl fmt::Display for GateFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verdict(verdict) => f.write_str(sentence(*verdict)),
            Self::Fixed { cases, selected } => {
                let cases = printable(cases);
                match selected {
                    1 => write!(f, "the known failure `{cases}` passes: delete it"),
                    _ => {
                        let all = counted(*selected, "case");
                        write!(f, "the known failure `{cases}` passes ({all}): delete it")
                    }
                }
            }
            Self::MatchesNothing { cases } => {
                let cases = printable(cases);
                write!(
                    f,
                    "the known failure `{cases}` matches no case: correct or delete it"
                )
            }
            Self::TooFewCases { played, least } => {
                let (played, least) = (counted(*played, "case"), grouped(*least));
                write!(
                    f,
                    "{played} played, at least {least} required (--min-cases)"
                )
            }
        }
    }
}

fn sentence(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Flaky => "a case is flaky",
        Verdict::Unconfirmed => "a failure could not be confirmed",
        Verdict::Nonstrict => "a `should` or `may` failed (--strict)",
        _ => "a `must` failed",
    }
}

impl Gate {
    fn fails_on(&self, what: FailOn) -> bool {
        self.fail_on.contains(&what)
    }
}

impl Record {
    /// Why the run fails; empty if it does not. A part of a run (`--shard`) cannot say that
    /// a known failure is fixed, or that too few cases were played: all parts together can.
    #[must_use]
    pub fn gate_failures(&self) -> Vec<GateFailure> {
        let mut failures: Vec<_> = self.failing_verdicts().map(GateFailure::Verdict).collect();
        if self.shard.is_none() {
            failures.extend(self.outdated_known_failures());
            failures.extend(self.too_few_cases());
        }
        failures
    }

    /// The verdicts on scenarios that fail the run, the worst first.
    fn failing_verdicts(&self) -> impl Iterator<Item = Verdict> {
        let fails = |what| self.gate.fails_on(what);
        let rules = [
            (Verdict::Fail, fails(FailOn::Must)),
            // It may be a failure of any kind.
            (Verdict::Unconfirmed, true),
            (Verdict::Flaky, fails(FailOn::Flaky)),
            (Verdict::Nonstrict, fails(FailOn::Should)),
        ];
        let failing = rules.into_iter().filter(|(_, fails)| *fails);
        failing.filter_map(|(verdict, _)| self.has_case(verdict).then_some(verdict))
    }

    /// A scenario has the worst verdict of its cases, which may hide another one.
    fn has_case(&self, verdict: Verdict) -> bool {
        self.scenarios().any(|(_, scenario)| {
            let mut cases = scenario.failures.iter();
            scenario.verdict == verdict || cases.any(|it| it.verdict == verdict)
        })
    }

    fn outdated_known_failures(&self) -> impl Iterator<Item = GateFailure> {
        let is_whole = self.state == RunState::Finished;
        let known = self.gate.known.iter().filter(move |_| is_whole);
        known.filter_map(|known| {
            let cases = || known.cases.clone();
            match known.selected {
                0 if self.gate.is_partial => None,
                0 => Some(GateFailure::MatchesNothing { cases: cases() }),
                selected if known.failed == 0 && known.not_played == 0 => {
                    let cases = cases();
                    Some(GateFailure::Fixed { cases, selected })
                }
                _ => None,
            }
        })
    }

    fn too_few_cases(&self) -> Option<GateFailure> {
        let (played, least) = (self.tally().run(), self.gate.min_cases?);
        (played < least).then_some(GateFailure::TooFewCases { played, least })
    }
}
