//! Why a run fails, by the rules that are a part of its record: so a report says the same as
//! the run, and the records of several parts of a run can be judged together.

use std::fmt;

use crate::notation::{counted, grouped, printable};
use crate::record::{CutOffReason, FailOn, Gate, Record, RunState, ScenarioRecord, Verdict};

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
    /// The time was over before any case was played.
    NoCasePlayed,
    /// Too few cases were played.
    TooFewCases {
        /// How many were played.
        played: u64,
        /// How many the rules ask for.
        least: u64,
    },
}

impl GateFailure {
    /// Whether a report shows it as the failure of a scenario.
    #[must_use]
    pub const fn is_of_scenario(&self) -> bool {
        matches!(self, Self::Verdict(_))
    }
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
            Self::NoCasePlayed => {
                f.write_str("the time was over before any case was played (--time)")
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
        Verdict::Nonstrict => "a `should` or `may` failed (--fail-on should)",
        _ => "a `must` failed",
    }
}

/// The verdicts that can fail a run, the worst first.
const FAILING: [Verdict; 4] = [
    Verdict::Fail,
    Verdict::Unconfirmed,
    Verdict::Flaky,
    Verdict::Nonstrict,
];

impl Gate {
    /// Whether a case with this verdict fails the run.
    #[must_use]
    pub fn fails(&self, verdict: Verdict) -> bool {
        let fails_on = |what| self.fail_on.contains(&what);
        match verdict {
            Verdict::Fail => fails_on(FailOn::Must),
            // It may be a failure of any kind.
            Verdict::Unconfirmed => true,
            Verdict::Flaky => fails_on(FailOn::Flaky),
            Verdict::Nonstrict => fails_on(FailOn::Should),
            Verdict::Pass | Verdict::Known | Verdict::Skipped | Verdict::Error => false,
        }
    }

    /// Whether a case of this scenario fails the run.
    #[must_use]
    pub fn fails_scenario(&self, scenario: &ScenarioRecord) -> bool {
        let mut failing = FAILING.into_iter().filter(|verdict| self.fails(*verdict));
        failing.any(|verdict| has_case(scenario, verdict))
    }
}

/// A scenario has the worst verdict of its cases, which may hide another one.
fn has_case(scenario: &ScenarioRecord, verdict: Verdict) -> bool {
    let mut cases = scenario.failures.iter();
    scenario.verdict == verdict || cases.any(|it| it.verdict == verdict)
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
        let failing = FAILING.into_iter();
        let failing = failing.filter(|verdict| self.gate.fails(*verdict));
        failing.filter(|verdict| self.scenarios().any(|(_, it)| has_case(it, *verdict)))
    }

    fn outdated_known_failures(&self) -> impl Iterator<Item = GateFailure> {
        let is_whole = self.state == RunState::Finished && !self.gate.is_partial;
        let known = self.gate.known.iter().filter(move |_| is_whole);
        known.filter_map(|known| {
            let cases = || known.cases.clone();
            match known.selected {
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
        let played = self.tally().run();
        // A run that had no time for any case proves nothing.
        if played == 0 && self.cut_off_by == Some(CutOffReason::Time) {
            return Some(GateFailure::NoCasePlayed);
        }
        let least = self.gate.min_cases?;
        (played < least).then_some(GateFailure::TooFewCases { played, least })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{failed, greeting, passing};

    #[test]
    fn a_scenario_fails_the_run_by_a_case_that_its_verdict_hides() {
        let mut scenario = passing("farewell", 48);
        scenario.verdict = Verdict::Error;
        assert!(!Gate::default().fails_scenario(&scenario));
        scenario.failures = vec![failed("cut@1")];
        assert!(Gate::default().fails_scenario(&scenario));
    }

    #[test]
    fn the_rules_say_which_verdicts_fail_a_run() {
        let fails = |fail_on: &[FailOn]| {
            let gate = Gate {
                fail_on: fail_on.to_vec(),
                ..Gate::default()
            };
            FAILING.map(|verdict| gate.fails(verdict))
        };
        assert_eq!(fails(&[FailOn::Must]), [true, true, false, false]);
        assert_eq!(fails(&[FailOn::Should]), [false, true, false, true]);
        assert_eq!(fails(&[FailOn::Flaky]), [false, true, true, false]);
        assert!(Gate::default().fails_scenario(&greeting()));
    }
}
