//! `content:*`: servers that are correct for the messages of a suite, and wrong for others.

use wirecheck_report::record::{RunState, Verdict};
use wirecheck_tests::{Run, RunOutcome, findings, map_at_once, tools};

const VARIED: [&str; 3] = ["--profile=thorough", "--only=content", "--seed=1"];
const LINES: &str = "tests/suites/echo.toml";
const CRLF_LINES: &str = "tests/suites/echo-crlf.toml";

/// None without Python.
fn varied(suite: &str, server: &str, bug: &[&str]) -> Option<RunOutcome> {
    tools::has_python().then(|| {
        let words = [&tools::python()[..], &[server, "{port}"], bug].concat();
        let outcome = Run::new(env!("CARGO_BIN_EXE_wirecheck-under-test"))
            .args(&[&[suite], &VARIED[..]].concat())
            .peer(words.into_iter().map(str::to_owned).collect())
            .complete();
        assert_eq!(outcome.stderr, "");
        assert_eq!(outcome.record().state, RunState::Finished);
        outcome
    })
}

/// The tactics that fail, without the number of each finding.
fn failing(outcome: &RunOutcome) -> Vec<&str> {
    let mut tactics: Vec<_> = findings(outcome.record()).map(|(_, it, _)| it).collect();
    tactics.dedup();
    tactics
}

#[test]
fn a_server_that_answers_all_messages_in_the_same_way_passes() {
    let server = "tests/peers/fuzzed/server.py";
    let Some(outcome) = varied(LINES, server, &["none"]) else {
        return;
    };
    let record = outcome.record();
    assert_eq!(record.verdict, Verdict::Pass, "{}", outcome.stdout);
    let (_, scenario) = record.scenarios().next().expect("one was played");
    let content = scenario.families.iter().find(|it| it.name == "content");
    let content = content.expect("it was played");
    assert_eq!((content.cases, content.passed), (4, 4));
    assert_eq!(record.delivery.proven, record.delivery.boundaries);
    assert!(record.delivery.boundaries > 1_000, "{:?}", record.delivery);
}

#[test]
fn a_server_that_loses_what_follows_a_long_line_fails_long_lines() {
    let server = "tests/peers/fuzzed/server.py";
    if let Some(outcome) = varied(LINES, server, &["drops-tail"]) {
        assert_eq!(
            failing(&outcome),
            ["content:128-bytes", "content:300-bytes"]
        );
        assert!(outcome.stdout.contains("F03"), "{}", outcome.stdout);
    }
}

#[test]
fn a_server_that_drops_a_return_at_the_end_of_a_read_fails_part_of_a_line_end() {
    let server = "tests/peers/fuzzed/server.py";
    if let Some(outcome) = varied(LINES, server, &["drops-return"]) {
        assert_eq!(failing(&outcome), ["content:framing"]);
    }
}

#[test]
fn a_server_that_misses_an_lf_alone_fails_lines_that_end_with_lf() {
    let server = "tests/peers/fuzzed/crlf_server.py";
    if let Some(outcome) = varied(CRLF_LINES, server, &[]) {
        assert_eq!(failing(&outcome), ["content:lf"]);
    }
}

#[test]
fn a_correct_server_that_treats_other_lines_in_an_odd_way_passes() {
    let server = "tests/peers/fuzzed/odd_server.py";
    let kinds = [
        "limit", "ascii", "returns", "locks", "late", "clock", "ticks", "at-end",
    ];
    map_at_once(kinds, |kind| {
        if let Some(outcome) = varied(LINES, server, &[kind]) {
            assert_eq!(failing(&outcome), [""; 0], "{kind}: {}", outcome.stdout);
            assert_eq!(outcome.code, 0, "{kind}: {}", outcome.stdout);
        }
    });
}
