//! The order in which cases are played: what failed in the last run comes first, and in a run
//! whose time is limited what the quick profile has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use wirecheck_report::Record;
use wirecheck_report::record::{FailedCase, Verdict};

use crate::engine::Selection;
use crate::judge::FindingKind;
use crate::tactic::{CaseChoice, Plan, Profile, Tactic};

/// A larger record is not read: it is only about the order.
const MOST_BYTES: u64 = 64 << 20;

/// Plays the cases of each scenario first that failed in the run of this record. Without a
/// readable record the order stays.
pub(super) fn failures_first(selection: Selection, record: &Path) -> Selection {
    let is_small = std::fs::metadata(record).is_ok_and(|it| it.len() <= MOST_BYTES);
    let last = is_small.then(|| wirecheck_report::read(record).ok());
    let Some(last) = last.flatten() else {
        return selection;
    };
    let failed = failed_tactics(&last);
    if failed.is_empty() {
        return selection;
    }
    selection.playing_first(|planned| {
        let (suite, scenario) = (planned.suite.id().as_str(), planned.scenario.id().as_str());
        failed.get(&(suite, scenario)).cloned().unwrap_or_default()
    })
}

/// Plays the cases of the quick profile before the others, after those that failed last.
pub(super) fn quick_first(selection: Selection) -> Selection {
    let (side, cases) = (selection.side(), selection.cases().clone());
    let choice = CaseChoice {
        profile: Profile::Quick,
        ..cases
    };
    selection.playing_first(|planned| {
        let quick = Plan::of(planned.suite, planned.scenario, side, &choice);
        let marked = planned
            .plan
            .tactics()
            .filter(|it| planned.plan.plays_first(it));
        quick.tactics().chain(marked).collect()
    })
}

fn failed_tactics(record: &Record) -> BTreeMap<(&str, &str), BTreeSet<Tactic>> {
    let mut failed: BTreeMap<_, BTreeSet<Tactic>> = BTreeMap::new();
    for (suite, scenario) in record.scenarios() {
        let failures = scenario.failures.iter();
        let failures = failures.filter(|it| it.verdict != Verdict::Skipped && !breaks_peer(it));
        let tactics: BTreeSet<_> = failures.filter_map(|it| it.tactic.parse().ok()).collect();
        if !tactics.is_empty() {
            failed.insert((suite.id.as_str(), scenario.id.as_str()), tactics);
        }
    }
    failed
}

/// After a few cases that break the peer the rest of their tactic is not played: they keep
/// their place, so that the same cases are played in each run.
fn breaks_peer(failed: &FailedCase) -> bool {
    let breaks = [FindingKind::Died, FindingKind::NextNotServed];
    let is_break = |kind: &str| {
        let mut all = breaks.iter().chain(&FindingKind::UNREACHABLE);
        all.any(|it| it.as_str() == kind)
    };
    let mut findings = failed.findings.iter();
    findings.any(|it| it.died.is_some() || is_break(&it.kind))
}

#[cfg(test)]
mod tests {
    use wirecheck_report::record::FindingRecord;

    use super::*;

    fn failed(kind: &str) -> FailedCase {
        let finding = FindingRecord {
            kind: kind.to_owned(),
            what: String::new(),
            died: None,
            expected: None,
            actual: None,
            line: None,
        };
        FailedCase {
            tactic: "cut@1".to_owned(),
            verdict: Verdict::Fail,
            known: None,
            findings: vec![finding],
            evidence: None,
            depends_on: None,
            smallest: None,
            earlier_connections: None,
            repetitions: None,
            saved: None,
        }
    }

    #[test]
    fn cases_that_break_the_peer_keep_their_place() {
        let breaks = |kind| breaks_peer(&failed(kind));
        assert!(breaks("died") && breaks("next-not-served") && breaks("not-accepted"));
        assert!(!breaks("wrong-answer") && !breaks("no-answer") && !breaks("ended-early"));
    }
}
