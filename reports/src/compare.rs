//! What changed from one run to another.

use std::collections::{BTreeMap, BTreeSet};

use crate::Record;
use crate::record::{FailedCase, FamilyRecord, RunState, ScenarioRecord, Verdict};

/// What changed from one run to another. Cases are named `suite/scenario/tactic`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Cases that fail now and did not fail before, also cases that are new.
    pub newly_failing: Vec<CaseChange>,
    /// Cases that failed before and pass now.
    pub newly_passing: Vec<CaseChange>,
    /// Cases that failed before and were not played now.
    pub not_played: Vec<CaseChange>,
    /// Scenarios, as `suite/scenario`, and tactics of scenarios, as `suite/scenario/cut`, that
    /// were played before and not now.
    pub gone: Vec<String>,
    /// Scenarios of which the slowest case takes much longer.
    pub slower: Vec<SlowerScenario>,
    /// The new run ended early.
    pub is_unfinished: bool,
}

/// A case whose verdict changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseChange {
    /// `suite/scenario`.
    pub scenario: String,
    /// `cut@7`.
    pub tactic: String,
    /// The verdict where it failed: the new one of a case that fails now, else the old one.
    pub verdict: Verdict,
    /// What was seen where it failed.
    pub what: Option<String>,
}

/// A scenario of which the slowest case takes much longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowerScenario {
    /// `suite/scenario`.
    pub scenario: String,
    /// How long the slowest case took before, in microseconds.
    pub old_us: u64,
    /// How long the slowest case takes now, in microseconds.
    pub new_us: u64,
}

/// Times below this, in microseconds, differ by chance.
const NOISE_US: u64 = 100_000;
/// How many times as long is much longer.
const MUCH: u64 = 3;

/// Compares two runs of the same suites.
#[must_use]
pub fn compare(old: &Record, new: &Record) -> Comparison {
    let mut comparison = Comparison {
        is_unfinished: new.state != RunState::Finished,
        ..Comparison::default()
    };
    let (old, new) = (scenarios(old), scenarios(new));
    for (id, scenario) in &new {
        comparison.add_failing(id, old.get(id).copied(), scenario);
    }
    for (id, scenario) in &old {
        match new.get(id) {
            Some(now) => comparison.add_passing(id, scenario, now),
            None => comparison.gone.push(id.clone()),
        }
    }
    comparison
}

impl Comparison {
    /// Whether a case fails now that did not fail before, or the new run cannot say so.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        !self.newly_failing.is_empty() || self.is_unfinished
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn add_failing(&mut self, id: &str, old: Option<&ScenarioRecord>, new: &ScenarioRecord) {
        let failed_before: BTreeSet<_> = old.into_iter().flat_map(failing_tactics).collect();
        let failing = new.failures.iter().filter(|it| fails(it));
        let newly = failing.filter(|it| !failed_before.contains(it.tactic.as_str()));
        self.newly_failing.extend(newly.map(|it| change(id, it)));
        if let Some(old) = old {
            self.add_slower(id, old, new);
        }
    }

    fn add_slower(&mut self, id: &str, old: &ScenarioRecord, new: &ScenarioRecord) {
        let (old_us, new_us) = (old.slowest_us, new.slowest_us);
        if new_us > NOISE_US && new_us >= old_us.saturating_mul(MUCH) {
            let scenario = id.to_owned();
            self.slower.push(SlowerScenario {
                scenario,
                old_us,
                new_us,
            });
        }
    }

    fn add_passing(&mut self, id: &str, old: &ScenarioRecord, new: &ScenarioRecord) {
        let failing: BTreeSet<_> = failing_tactics(new).collect();
        let failed_before = old.failures.iter().filter(|it| fails(it));
        for failure in failed_before.filter(|it| !failing.contains(it.tactic.as_str())) {
            let list = if was_played(new, &failure.tactic) {
                &mut self.newly_passing
            } else {
                &mut self.not_played
            };
            list.push(change(id, failure));
        }
        for family in old.families.iter().filter(|it| it.tally().run() > 0) {
            let now = new.families.iter().find(|it| it.name == family.name);
            if now.is_none_or(|it| it.tally().run() == 0) {
                self.gone.push(format!("{id}/{}", family.name));
            }
        }
    }
}

fn scenarios(record: &Record) -> BTreeMap<String, &ScenarioRecord> {
    let scenarios = record.scenarios();
    scenarios
        .map(|(suite, it)| (format!("{}/{}", suite.id, it.id), it))
        .collect()
}

/// A known failure fails too: that it is known is not a change of the peer.
fn fails(case: &FailedCase) -> bool {
    !matches!(case.verdict, Verdict::Pass | Verdict::Skipped)
}

fn failing_tactics(scenario: &ScenarioRecord) -> impl Iterator<Item = &str> {
    let failing = scenario.failures.iter().filter(|it| fails(it));
    failing.map(|it| it.tactic.as_str())
}

/// Whether a case that did not fail was played: all cases of its tactic were, or its offset
/// was tried.
fn was_played(scenario: &ScenarioRecord, tactic: &str) -> bool {
    let Some(family) = scenario.family_of(tactic) else {
        return false;
    };
    let offset = tactic.strip_prefix(&family.name);
    let offset = offset.and_then(|rest| rest.get(1..)?.parse().ok());
    match offset {
        Some(at) if !family.tried.is_empty() => is_tried(family, at),
        _ => family.skipped == 0,
    }
}

fn is_tried(family: &FamilyRecord, at: u64) -> bool {
    let mut ranges = family.tried.iter();
    ranges.any(|range| (range.first..=range.last).contains(&at))
}

fn change(scenario: &str, failed: &FailedCase) -> CaseChange {
    CaseChange {
        scenario: scenario.to_owned(),
        tactic: failed.tactic.clone(),
        verdict: failed.verdict,
        what: failed.findings.first().map(|finding| finding.what.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{failed, family, passing, record, suite, tried};

    fn run(scenarios: Vec<ScenarioRecord>) -> Record {
        record(vec![suite("a", scenarios)])
    }

    fn failing(tactics: &[&str]) -> ScenarioRecord {
        ScenarioRecord {
            verdict: Verdict::Fail,
            failures: tactics.iter().map(|tactic| failed(tactic)).collect(),
            ..passing("one", 9)
        }
    }

    fn tactics(changes: &[CaseChange]) -> Vec<&str> {
        changes.iter().map(|it| it.tactic.as_str()).collect()
    }

    #[test]
    fn a_run_compared_with_itself_has_no_changes() {
        let same = run(vec![failing(&["cut@1", "bytes"])]);
        assert!(compare(&same, &same).is_empty());
    }

    #[test]
    fn cases_that_fail_or_pass_now_are_listed() {
        let (old, new) = (
            run(vec![failing(&["cut@1", "cut@2"])]),
            run(vec![failing(&["cut@2", "cut@3"])]),
        );
        let changes = compare(&old, &new);
        assert_eq!(tactics(&changes.newly_failing), ["cut@3"]);
        assert_eq!(tactics(&changes.newly_passing), ["cut@1"]);
        assert_eq!(changes.gone, [""; 0]);
    }

    #[test]
    fn a_case_that_was_not_played_does_not_pass() {
        let old = run(vec![failing(&["cut@1", "cut@7"])]);
        let cut = tried(family("cut", 8, 3), &[(1, 3)]);
        let new = ScenarioRecord {
            families: vec![
                family("whole", 1, 1),
                crate::record::FamilyRecord { skipped: 5, ..cut },
            ],
            ..passing("one", 9)
        };
        let changes = compare(&old, &run(vec![new]));
        assert_eq!(tactics(&changes.newly_passing), ["cut@1"]);
        assert_eq!(tactics(&changes.not_played), ["cut@7"]);
    }

    #[test]
    fn a_tactic_with_an_at_sign_in_its_name_is_found() {
        let old = run(vec![failing(&["rst@accept"])]);
        let new = ScenarioRecord {
            families: vec![family("whole", 1, 1), family("rst@accept", 1, 1)],
            ..passing("one", 9)
        };
        let changes = compare(&old, &run(vec![new]));
        assert_eq!(tactics(&changes.newly_passing), ["rst@accept"]);
    }

    #[test]
    fn scenarios_and_tactics_that_are_not_played_any_more_are_gone() {
        let old = run(vec![passing("one", 9), passing("two", 9)]);
        let only_baseline = ScenarioRecord {
            families: vec![family("whole", 1, 1)],
            ..passing("one", 9)
        };
        let changes = compare(&old, &run(vec![only_baseline]));
        assert_eq!(changes.gone, ["a/one/cut", "a/two"]);
    }

    #[test]
    fn only_a_time_that_is_much_longer_is_slower() {
        let took = |slowest_us| {
            run(vec![ScenarioRecord {
                slowest_us,
                ..passing("one", 9)
            }])
        };
        assert!(compare(&took(1_000), &took(90_000)).slower.is_empty());
        assert!(compare(&took(80_000), &took(200_000)).slower.is_empty());
        let slower = compare(&took(80_000), &took(300_000)).slower;
        assert_eq!((slower[0].old_us, slower[0].new_us), (80_000, 300_000));
    }
}
