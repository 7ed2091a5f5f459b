//! Compares what the peers of the demo showed with what they must show.

use std::collections::BTreeSet;
use std::fmt;

use wirecheck_report::Record;
use wirecheck_report::record::RunState;

use super::DemoResult;
use super::entries::Expectation;

/// A difference between the expected and the actual results of a peer.
#[derive(Debug, PartialEq)]
pub(super) struct Deviation {
    /// The name of the peer.
    peer: String,
    kind: DeviationKind,
}

#[derive(Clone, Debug, PartialEq)]
enum DeviationKind {
    Unfinished,
    /// This family of tactics should have failures.
    Passed(String),
    /// This family of tactics should have no failures.
    Failed(String),
    /// This defect should be reported.
    MissingDefect(String),
    /// This defect should not be reported.
    WrongDefect(String),
}

pub(super) fn deviations(results: &[DemoResult<'_>]) -> Vec<Deviation> {
    let deviations = results.iter().flat_map(|DemoResult { entry, record }| {
        let kinds = compare(record, &entry.expected).into_iter();
        kinds.map(|kind| Deviation {
            peer: entry.peer.name(),
            kind,
        })
    });
    deviations.collect()
}

fn compare(record: &Record, expected: &Expectation) -> Vec<DeviationKind> {
    if record.state == RunState::CutOff {
        return vec![DeviationKind::Unfinished];
    }
    let failing: BTreeSet<_> = expected.failing.iter().map(|it| it.as_str()).collect();
    let failed = failing_families(record);
    let codes: BTreeSet<_> = expected.codes.iter().copied().collect();
    let found = record.defects();
    let found = found.iter().map(|defect| defect.code.as_str());
    let found: BTreeSet<_> = found.collect();
    let only_in = |these: &BTreeSet<&str>, others, kind: fn(String) -> DeviationKind| {
        let these = these.difference(others);
        these.map(|it| kind((*it).to_owned())).collect::<Vec<_>>()
    };
    [
        only_in(&failing, &failed, DeviationKind::Passed),
        only_in(&failed, &failing, DeviationKind::Failed),
        only_in(&codes, &found, DeviationKind::MissingDefect),
        only_in(&found, &codes, DeviationKind::WrongDefect),
    ]
    .concat()
}

fn failing_families(record: &Record) -> BTreeSet<&str> {
    record
        .scenarios()
        .flat_map(|(_, scenario)| &scenario.families)
        .filter(|family| family.tally().failed() > 0)
        .map(|family| family.name.as_str())
        .collect()
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.peer)?;
        match &self.kind {
            DeviationKind::Unfinished => f.write_str("not judged to the end"),
            DeviationKind::Passed(family) => write!(f, "`{family}` passed, expected to fail"),
            DeviationKind::Failed(family) => write!(f, "`{family}` failed, expected to pass"),
            DeviationKind::MissingDefect(code) => write!(f, "{code} not reported"),
            DeviationKind::WrongDefect(code) => write!(f, "{code} reported, not expected"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tactic::TacticFamily;

    const EXPECTED: Expectation = Expectation {
        failing: &[TacticFamily::Cut],
        codes: &["F01"],
        bug: "takes a read for a header",
    };

    /// A finished run, with the number of ten cases that passed per family.
    fn record(passed: &[(&str, u64)], codes: &[&str]) -> Record {
        let family = |(name, passed): &(&str, u64)| json!({ "name": name, "cases": 10, "passed": passed, "skipped": 0 });
        let defect = |code: &&str| json!({ "code": code, "name": "", "because": "" });
        let families: Vec<_> = passed.iter().map(family).collect();
        let defects: Vec<_> = codes.iter().map(defect).collect();
        let scenario = json!({
            "id": "a", "title": "", "why": null, "spec": null, "level": "must", "line": 1,
            "verdict": "fail", "families": families, "slowest_us": 0, "failures": [],
            "defects": defects, "stream": { "len": 0, "regions": [] },
        });
        let record = json!({
            "version": 1, "wirecheck": "", "started": "", "took_us": 0, "state": "finished",
            "seed": 0, "profile": "standard",
            "peer": { "role": "server", "command": [], "address": "", "concurrency": "one" },
            "delivery": { "boundaries": 0, "proven": 0, "unverified": null },
            "suites": [{ "id": "s", "title": "", "path": "", "scenarios": [scenario] }],
            "restarts": 0, "notes": [], "verdict": "fail",
        });
        serde_json::from_value(record).expect("it has the format of a record")
    }

    fn deviations(record: &Record) -> Vec<DeviationKind> {
        compare(record, &EXPECTED)
    }

    #[test]
    fn a_peer_that_behaves_as_expected_has_no_deviation() {
        assert_eq!(
            deviations(&record(&[("whole", 10), ("cut", 3)], &["F01"])),
            []
        );
    }

    #[test]
    fn a_peer_must_fail_in_the_expected_families_only() {
        let shown = record(&[("whole", 9), ("cut", 10)], &["F01"]);
        let expected = [
            DeviationKind::Passed("cut".to_owned()),
            DeviationKind::Failed("whole".to_owned()),
        ];
        assert_eq!(deviations(&shown), expected);
        // A family that was not run did not fail.
        let expected = [DeviationKind::Passed("cut".to_owned())];
        assert_eq!(deviations(&record(&[("whole", 10)], &["F01"])), expected);
    }

    #[test]
    fn the_expected_defects_must_be_reported_and_no_others() {
        let shown = record(&[("cut", 3)], &["F02"]);
        let expected = [
            DeviationKind::MissingDefect("F01".to_owned()),
            DeviationKind::WrongDefect("F02".to_owned()),
        ];
        assert_eq!(deviations(&shown), expected);
    }

    #[test]
    fn an_unfinished_run_is_one_deviation() {
        let mut shown = record(&[("cut", 3)], &["F01"]);
        shown.state = RunState::CutOff;
        assert_eq!(deviations(&shown), [DeviationKind::Unfinished]);
    }
}
