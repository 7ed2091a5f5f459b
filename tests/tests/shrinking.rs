//! Failures of random deliveries, shrunk to the fewest cuts that still fail.

use snapbox::{IntoData, assert_data_eq, str};
use wirecheck_report::Record;
use wirecheck_report::record::SmallestFailure;
use wirecheck_tests::{Run, tools};

#[test]
fn a_header_that_is_read_once_needs_one_cut() {
    shrinks(
        &["scenarios/header", "--scenario=*/answers-in-capitals"],
        |run| run.python_server("header_echo_server_naive.py", &[]),
        str![[r#"
wrong-answer: cut@25
ended-early: joined+cut@25

"#]],
    );
}

#[test]
fn a_body_that_is_read_once_needs_one_cut() {
    shrinks(
        &["scenarios/greeter", "--scenario=*/welcomes-and-closes"],
        |run| run.python_client("greeter_client_naive.py", &[]),
        str![[r#"
not-printed: cut@1

"#]],
    );
}

#[test]
fn a_character_that_is_decoded_in_parts_needs_one_cut() {
    shrinks(
        &["scenarios/line", "--scenario=line/greeting-in-umlauts"],
        |run| run.python_server("line_connection_server_naive.py", &[]),
        str![[r#"
died+ended-early: cut@17

"#]],
    );
}

/// Plays random deliveries only, of which many have far more cuts.
fn shrinks(cases: &[&str], peer: fn(Run) -> Run, expected: snapbox::data::Inline) {
    if tools::has_python() {
        let run = Run::new(env!("CARGO_BIN_EXE_wirecheck-under-test"))
            .args(cases)
            .args(&["--profile=quick", "--only=random@*"]);
        let outcome = peer(run).complete();
        assert_eq!(outcome.code, 1);
        assert_data_eq!(smallest(outcome.record()), expected.raw());
    }
}

/// The tactic that makes the smallest delivery of each kind of failure.
fn smallest(record: &Record) -> String {
    let failures = record
        .scenarios()
        .flat_map(|(_, scenario)| &scenario.failures);
    let line = |it: &SmallestFailure| {
        let kinds: Vec<_> = it.findings.iter().map(|it| it.kind.as_str()).collect();
        let tactic = it.tactic.as_ref().unwrap_or(&it.evidence.delivery);
        format!("{}: {tactic}\n", kinds.join("+"))
    };
    let smallest = failures.filter_map(|it| it.smallest.as_ref());
    smallest.map(line).collect()
}

#[test]
fn a_line_that_is_read_once_needs_no_other_line() {
    if !tools::has_python() {
        return;
    }
    let python = tools::python()[0];
    let server = [python, "tests/peers/odd/per_read.py", "{host}", "{port}"];
    let outcome = Run::new(env!("CARGO_BIN_EXE_wirecheck-under-test"))
        .args(&["tests/peers/odd/suites/lines.toml"])
        .args(&["--scenario=*/two-lines", "--only=cut@*"])
        .peer(server.map(str::to_owned).to_vec())
        .complete();
    let mut scenarios = outcome.record().scenarios();
    let (_, scenario) = scenarios.next().expect("one is played");
    let mut smallest = scenario
        .failures
        .iter()
        .filter_map(|it| it.smallest.as_ref());
    let smallest = smallest.next().expect("one was shrunk");
    let shorter = smallest.shorter.as_ref().expect("a shorter exchange");
    assert_eq!((shorter.sent.messages, shorter.of.messages), (1, 2));
    assert_eq!(shorter.tactic.as_deref(), Some("cut@1"));
    let enough = "  shorter   steps 1–2, 5–6 of the exchange are enough: 13 of 19 bytes\n";
    assert!(outcome.stdout.contains(enough), "{}", outcome.stdout);
}
