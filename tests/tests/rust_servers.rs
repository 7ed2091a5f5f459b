//! Servers written with tokio: wirecheck names the defect of each naive one, and finds nothing in
//! those that read through `tokio_util::codec::Framed`.

use wirecheck_report::record::{RunState, Verdict};
use wirecheck_tests::{Run, RunOutcome, findings};

const LINES: &[&str] = &["scenarios/threaded"];
const HEADER: &[&str] = &["scenarios/header", "--scenario", "header-echo/*"];

#[test]
fn a_server_that_answers_each_read_has_defect_f07() {
    names_defect("F07", "lines_naive", LINES);
}

#[test]
fn a_server_that_reads_lines_with_a_codec_passes() {
    passes("lines_fixed", LINES);
}

#[test]
fn a_server_that_takes_one_read_for_the_header_has_defect_f01() {
    names_defect("F01", "header_naive", HEADER);
}

#[test]
fn a_server_that_reads_messages_with_a_codec_passes() {
    passes("header_fixed", HEADER);
}

fn names_defect(code: &str, server: &str, cases: &[&str]) {
    let outcome = complete(server, cases);
    assert_eq!(outcome.code, 1, "{}", outcome.stdout);
    let scenarios = outcome.record().scenarios();
    let mut defects = scenarios.flat_map(|(_, scenario)| &scenario.defects);
    assert!(
        defects.any(|defect| defect.code == code),
        "{}",
        outcome.stdout
    );
}

fn passes(server: &str, cases: &[&str]) {
    let outcome = complete(server, cases);
    let record = outcome.record();
    let found: Vec<_> = findings(record).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!((outcome.code, record.verdict), (0, Verdict::Pass));
    assert_eq!(record.delivery.proven, record.delivery.boundaries);
}

/// A run that finished, printed no error and left no process.
fn complete(server: &str, cases: &[&str]) -> RunOutcome {
    let outcome = Run::new(env!("CARGO_BIN_EXE_wirecheck-under-test"))
        .args(cases)
        .rust_server(server)
        .complete();
    assert_eq!(outcome.stderr, "");
    assert_eq!(outcome.record().state, RunState::Finished);
    assert_eq!(outcome.remaining_processes, [""; 0]);
    outcome
}
