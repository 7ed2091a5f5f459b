//! The parts of a run that was split (`--shard`), as one record.

use std::collections::HashMap;

use crate::Record;
use crate::notation::printable;
use crate::record::{
    Concurrency, CutOffReason, DeliveryTally, Gate, RunState, ScenarioRecord, Shard, SuiteRecord,
};
use crate::verdict::worst;

/// Why records are not the parts of one run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is no record, or one is that of a whole run.
    #[error("only the records of `run --shard` can be merged")]
    NotParts,
    /// They have different settings.
    #[error("the parts are of different runs: {what} differs ({one}, {other})")]
    Different {
        /// `the seed`, `the profile` …
        what: &'static str,
        /// The value in the first part.
        one: String,
        /// The value in another part.
        other: String,
    },
    /// They were made of other suites.
    #[error("the parts are of different runs: they have different suites or cases")]
    DifferentScenarios,
    /// A part is there twice.
    #[error("part {number} of {of} is there twice")]
    Twice {
        /// The number of the part.
        number: u32,
        /// How many parts there are.
        of: u32,
    },
    /// A part is missing.
    #[error("part {number} of {of} is missing")]
    Missing {
        /// The number of the part.
        number: u32,
        /// How many parts there are.
        of: u32,
    },
}

/// Makes one record of all parts of a run. But for times it is the record that the whole run
/// would have had.
pub fn merge(mut parts: Vec<Record>) -> Result<Record, MergeError> {
    if parts.iter().any(|part| part.shard.is_none()) {
        return Err(MergeError::NotParts);
    }
    parts.sort_by_key(|part| part.shard.as_ref().map(|shard| shard.number));
    let first = parts.first().ok_or(MergeError::NotParts)?;
    let shard = first.shard.clone().ok_or(MergeError::NotParts)?;
    for part in &parts {
        check_same_run(first, part)?;
    }
    check_complete(&parts, shard.of)?;
    Ok(merged(parts, &shard))
}

fn check_same_run(first: &Record, part: &Record) -> Result<(), MergeError> {
    let settings = |it: &Record| {
        let shard = it.shard.as_ref();
        [
            (
                "the number of parts",
                shard.map_or(0, |it| it.of).to_string(),
            ),
            ("the profile", it.profile.clone()),
            ("the seed", it.seed.to_string()),
            ("the peer", printable(&it.peer.name())),
            ("the version of wirecheck", it.wirecheck.clone()),
            ("what fails the run", rules(it)),
        ]
    };
    let both = settings(first).into_iter().zip(settings(part));
    for ((what, one), (_, other)) in both {
        if one != other {
            return Err(MergeError::Different { what, one, other });
        }
    }
    let plan = |it: &Record| {
        let shard = it.shard.as_ref();
        shard.map(|shard| (shard.scenarios.clone(), shard.plan.clone()))
    };
    if plan(first) == plan(part) {
        Ok(())
    } else {
        Err(MergeError::DifferentScenarios)
    }
}

/// The rules of the gate as text, without the counts of cases.
fn rules(record: &Record) -> String {
    let gate = &record.gate;
    let known: Vec<_> = gate.known.iter().map(|it| it.cases.as_str()).collect();
    let (fail_on, least) = (&gate.fail_on, gate.min_cases);
    let known = printable(&known.join(", "));
    format!("{fail_on:?}, at least {least:?} cases, known: {known}")
}

/// The parts are sorted by their numbers.
fn check_complete(parts: &[Record], of: u32) -> Result<(), MergeError> {
    let numbers = parts
        .iter()
        .filter_map(|it| Some(it.shard.as_ref()?.number));
    let mut expected = 1;
    for number in numbers {
        if number < expected {
            return Err(MergeError::Twice { number, of });
        }
        if number > expected {
            break;
        }
        expected += 1;
    }
    if expected > of {
        return Ok(());
    }
    let number = expected;
    Err(MergeError::Missing { number, of })
}

fn merged(parts: Vec<Record>, shard: &Shard) -> Record {
    let suites = merged_suites(&parts, shard);
    let verdicts = parts.iter().map(|part| part.verdict);
    let cut_off_by = cut_off_by(&parts);
    let all_finished = parts.iter().all(|part| part.state == RunState::Finished);
    let several = parts
        .iter()
        .any(|part| part.peer.concurrency == Concurrency::Several);
    let first = &parts[0];
    let mut peer = first.peer.clone();
    if several {
        peer.concurrency = Concurrency::Several;
    }
    Record {
        started: parts
            .iter()
            .map(|part| part.started.clone())
            .min()
            .unwrap_or_default(),
        took_us: parts.iter().map(|part| part.took_us).max().unwrap_or(0),
        state: if all_finished {
            RunState::Finished
        } else {
            RunState::CutOff
        },
        cut_off_by,
        peer_failure: parts.iter().find_map(|part| part.peer_failure.clone()),
        peer,
        delivery: merged_delivery(&parts),
        suites,
        shard: None,
        gate: merged_gate(&parts),
        restarts: parts.iter().map(|part| part.restarts).sum(),
        notes: merged_notes(&parts),
        verdict: worst(verdicts),
        ..first.clone()
    }
}

/// What ended a part early: the peer weighs more than the user, and the user more than the
/// time.
fn cut_off_by(parts: &[Record]) -> Option<CutOffReason> {
    let reasons = [CutOffReason::Peer, CutOffReason::User, CutOffReason::Time];
    let ended_by = |reason: &CutOffReason| parts.iter().any(|it| it.cut_off_by == Some(*reason));
    reasons.into_iter().find(ended_by)
}

/// All scenarios in the order of the whole run, each in its suite.
fn merged_suites(parts: &[Record], shard: &Shard) -> Vec<SuiteRecord> {
    let mut played: HashMap<String, (&SuiteRecord, &ScenarioRecord)> = HashMap::new();
    for (suite, scenario) in parts.iter().flat_map(Record::scenarios) {
        played.insert(format!("{}/{}", suite.id, scenario.id), (suite, scenario));
    }
    let mut suites: Vec<SuiteRecord> = Vec::new();
    for (suite, scenario) in shard.scenarios.iter().filter_map(|id| played.get(id)) {
        if suites.last().is_none_or(|last| last.id != suite.id) {
            suites.push(SuiteRecord {
                scenarios: Vec::new(),
                ..(*suite).clone()
            });
        }
        let last = suites.last_mut().expect("one was pushed if there was none");
        last.scenarios.push(without_saved_cases(scenario));
    }
    suites
}

/// The saved cases are beside the records of the parts, not beside that of the whole run.
fn without_saved_cases(scenario: &ScenarioRecord) -> ScenarioRecord {
    let mut scenario = scenario.clone();
    for failure in &mut scenario.failures {
        failure.saved = None;
    }
    scenario
}

fn merged_delivery(parts: &[Record]) -> DeliveryTally {
    DeliveryTally {
        boundaries: parts.iter().map(|it| it.delivery.boundaries).sum(),
        proven: parts.iter().map(|it| it.delivery.proven).sum(),
        unverified: parts.iter().find_map(|it| it.delivery.unverified.clone()),
    }
}

/// The rules of the first part, with the counts of all.
fn merged_gate(parts: &[Record]) -> Gate {
    let mut gate = parts[0].gate.clone();
    for part in &parts[1..] {
        for known in &part.gate.known {
            let same = |it: &&mut crate::record::KnownFailure| it.cases == known.cases;
            if let Some(sum) = gate.known.iter_mut().find(same) {
                sum.selected += known.selected;
                sum.failed += known.failed;
                sum.not_played += known.not_played;
            }
        }
    }
    gate
}

/// Each note once.
fn merged_notes(parts: &[Record]) -> Vec<String> {
    let mut notes = Vec::new();
    for note in parts.iter().flat_map(|part| &part.notes) {
        if !notes.contains(note) {
            notes.push(note.clone());
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{KnownFailure, Verdict};
    use crate::sample::{greeting, passing, record, suite};

    /// A part that plays some scenarios of the suite `a`.
    fn part(number: u32, scenarios: Vec<ScenarioRecord>) -> Record {
        let all = ["one", "two", "greeting"];
        Record {
            shard: Some(Shard {
                number,
                of: 2,
                scenarios: all.map(|id| format!("a/{id}")).to_vec(),
                plan: "1f".to_owned(),
            }),
            gate: Gate {
                known: vec![KnownFailure {
                    cases: "a/*".to_owned(),
                    reason: "a reason".to_owned(),
                    selected: 3,
                    failed: 1,
                    not_played: 0,
                }],
                ..Gate::default()
            },
            ..record(vec![suite("a", scenarios)])
        }
    }

    fn parts() -> Vec<Record> {
        vec![
            part(2, vec![passing("two", 5)]),
            part(1, vec![passing("one", 7), greeting()]),
        ]
    }

    #[test]
    fn the_parts_of_a_run_are_one_record_in_the_order_of_the_suites() {
        let merged = merge(parts()).expect("all parts are there");
        let ids: Vec<_> = merged.scenarios().map(|(_, it)| it.id.as_str()).collect();
        assert_eq!(ids, ["one", "two", "greeting"]);
        assert_eq!(merged.suites.len(), 1);
        assert_eq!(merged.verdict, Verdict::Fail);
        assert_eq!(merged.shard, None);
        assert_eq!(merged.delivery.proven, 2 * 48_112);
        let known = &merged.gate.known[0];
        assert_eq!((known.selected, known.failed), (6, 2));
    }

    #[test]
    fn records_that_are_not_the_parts_of_one_run_are_an_error() {
        let error = |parts: Vec<Record>| merge(parts).expect_err("not a run").to_string();
        assert_eq!(merge(Vec::new()), Err(MergeError::NotParts));
        assert_eq!(merge(vec![record(Vec::new())]), Err(MergeError::NotParts));
        assert_eq!(error(parts()[..1].to_vec()), "part 1 of 2 is missing");
        assert_eq!(error(parts()[1..].to_vec()), "part 2 of 2 is missing");
        let twice = [parts(), parts()].concat();
        assert_eq!(error(twice), "part 1 of 2 is there twice");
        let mut other = parts();
        other[0].seed = 7;
        assert!(error(other).ends_with("the seed differs (53888879, 7)"));
        let mut other = parts();
        other[1]
            .shard
            .as_mut()
            .expect("it is a part")
            .scenarios
            .pop();
        assert!(error(other).ends_with("they have different suites or cases"));
    }

    #[test]
    fn a_run_of_which_a_part_ended_early_ended_early() {
        let mut parts = parts();
        parts[0].state = RunState::CutOff;
        parts[0].cut_off_by = Some(CutOffReason::Time);
        let merged = merge(parts).expect("all parts are there");
        assert_eq!(merged.state, RunState::CutOff);
        assert_eq!(merged.cut_off_by, Some(CutOffReason::Time));
    }
}
