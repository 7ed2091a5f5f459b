//! Known failures, a limited time, and parts of a run.

use std::time::Duration;

use wirecheck_report::record::{KnownFailure, Record, RunState, Verdict};
use wirecheck_report::{GateFailure, merge};

use super::script::{Play, fail, pass, wrong_answer};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, PlayedRun, TWO_SCENARIOS, TestRun, settings};
use crate::engine::{GateRules, KnownCases};

const CUTS: TestRun = TestRun {
    only: "cut@*",
    ..DEFAULT
};

const BOTH: TestRun = TestRun {
    suite: TWO_SCENARIOS,
    ..DEFAULT
};

fn fails_at(tactics: &'static [&str]) -> ScriptedPeer {
    ScriptedPeer::new(|play| match tactics.iter().any(|tactic| play.is(tactic)) {
        true => fail(wrong_answer()),
        false => pass(),
    })
}

/// A run with these known failures.
fn with_known(run: &TestRun, known: &[&str], peer: ScriptedPeer) -> PlayedRun {
    let mut settings = settings(1);
    let entry = |cases: &&str| KnownCases {
        cases: cases.parse().expect("a glob"),
        reason: "issue 12".to_owned(),
    };
    settings.gate = GateRules {
        known: known.iter().map(entry).collect(),
        ..GateRules::default()
    };
    run.play_with(&settings, run.selection(), peer).checked()
}

fn counts(run: &PlayedRun) -> Vec<(u64, u64)> {
    let known = run.record.gate.known.iter();
    known
        .map(|it: &KnownFailure| (it.selected, it.failed))
        .collect()
}

#[test]
fn a_known_failure_is_reported_as_known_with_its_reason() {
    let run = with_known(&CUTS, &["t/first/cut@3"], fails_at(&["cut@3"]));
    assert_eq!(run.failures(), ["cut@3 known wrong-answer"]);
    let first = run.scenario("first");
    assert_eq!(first.verdict, Verdict::Known);
    assert_eq!(first.failures[0].known.as_deref(), Some("issue 12"));
    assert_eq!(counts(&run), [(1, 1)]);
}

#[test]
fn a_failure_beside_a_known_one_fails_the_scenario() {
    let run = with_known(&CUTS, &["*/cut@3"], fails_at(&["cut@3", "cut@4"]));
    let expected = ["cut@3 known wrong-answer", "cut@4 fail wrong-answer"];
    assert_eq!(run.failures(), expected);
    assert_eq!(run.scenario("first").verdict, Verdict::Fail);
}

#[test]
fn a_flaky_case_can_be_known() {
    let once = |play: &Play| match play.is("cut@3") && play.is_in_batch() {
        true => fail(wrong_answer()),
        false => pass(),
    };
    let run = with_known(&CUTS, &["t/first/*"], ScriptedPeer::new(once));
    assert_eq!(run.failures(), ["cut@3 known wrong-answer"]);
}

#[test]
fn an_entry_counts_all_cases_that_it_matches() {
    let known = ["t/first/cut@*", "t/first/bytes", "other/*"];
    let run = with_known(&CUTS, &known, fails_at(&["cut@3", "cut@4"]));
    let cuts = run.planned().len() as u64 - 1;
    assert_eq!(counts(&run), [(cuts, 2), (0, 0), (0, 0)]);
}

#[test]
fn without_time_nothing_is_played_and_nothing_passes() {
    let mut settings = settings(1);
    settings.time = Some(Duration::ZERO);
    let mut run = BOTH.play_with(&settings, BOTH.selection(), ScriptedPeer::new(|_| pass()));
    assert_eq!(run.plays.len(), 0);
    assert_eq!(run.scenario("first").verdict, Verdict::Skipped);
    assert_eq!(run.scenario("second").tally().run(), 0);
    run.record.cut_off_by = Some(wirecheck_report::record::CutOffReason::Time);
    assert_eq!(run.record.gate_failures(), [GateFailure::NoCasePlayed]);
}

#[test]
fn a_run_with_enough_time_plays_all() {
    let mut settings = settings(1);
    settings.time = Some(Duration::from_secs(3_600));
    let run = BOTH.play_with(&settings, BOTH.selection(), ScriptedPeer::new(|_| pass()));
    let run = run.checked();
    assert_eq!(run.record.tally().skipped, 0);
    assert_eq!(run.scenario("second").verdict, Verdict::Pass);
}

#[test]
fn the_parts_of_a_run_are_together_the_whole_run() {
    let play = |selection| {
        let record = BOTH.play(selection, fails_at(&["cut@3"])).record;
        let state = RunState::Finished;
        Record { state, ..record }
    };
    let part = |number: u32| {
        let shard = format!("{number}/3").parse().expect("a part");
        play(BOTH.selection().in_shard(shard))
    };
    let parts: Vec<_> = (1..=3).map(part).collect();
    let scenarios: Vec<_> = parts.iter().map(|it| it.scenarios().count()).collect();
    assert_eq!(scenarios, [1, 1, 0]);
    let mut merged = merge(parts).expect("all parts are there");
    let whole = play(BOTH.selection());
    merged.started.clone_from(&whole.started);
    merged.took_us = whole.took_us;
    assert_eq!(merged.suites, whole.suites);
    assert_eq!(merged, whole);
}
