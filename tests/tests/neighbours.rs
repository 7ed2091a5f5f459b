//! Connections beside a case, and readers that are slow: what they show of a server, and that
//! they show nothing of a right one.

use wirecheck_report::record::Verdict;
use wirecheck_tests::{Run, RunOutcome, diagnoses, tools};

const LINES: &[&str] = &[
    "tests/peers/odd/suites/lines.toml",
    "--only",
    "neighbours:*",
    "--only",
    "bytes",
];
const LARGE: &[&str] = &["tests/suites/large-answer.toml", "--only", "slow-read"];
const CHURN: &[&str] = &[
    "tests/peers/odd/suites/lines.toml",
    "--profile=thorough",
    "--scenario=lines/one-line",
    "--only=churn",
];

fn play(kind: &str, arguments: &[&str]) -> RunOutcome {
    let run = Run::new(env!("CARGO_BIN_EXE_wirecheck-under-test"));
    let mut words = tools::python().map(str::to_owned).to_vec();
    let server = "tests/peers/neighbours/line_server.py";
    let own = ["-X", run.marker(), server, "{host}", "{port}", kind];
    words.extend(own.map(str::to_owned));
    run.args(arguments).peer(words).complete()
}

/// Each scenario shows this defect and no other.
fn shows(code: &str, kinds: &[&str], arguments: &[&str]) {
    for kind in kinds.iter().filter(|_| tools::has_python()) {
        let outcome = play(kind, arguments);
        let record = outcome.record();
        for (_, scenario) in record.scenarios() {
            let codes: Vec<_> = scenario.defects.iter().map(|it| &it.code).collect();
            assert_eq!(codes, [code], "{kind}: {}", diagnoses(record));
        }
        assert_eq!((outcome.code, record.verdict), (1, Verdict::Fail), "{kind}");
    }
}

fn passes(kinds: &[&str], arguments: &[&str]) {
    for kind in kinds.iter().filter(|_| tools::has_python()) {
        let outcome = play(kind, arguments);
        let record = outcome.record();
        let failed = record.scenarios().flat_map(|(_, it)| &it.failures).count();
        let families = record.scenarios().flat_map(|(_, it)| &it.families);
        let not_judged: u64 = families.map(|it| it.not_judged + it.skipped).sum();
        assert_eq!(
            (failed, not_judged),
            (0, 0),
            "{kind}: {}",
            diagnoses(record)
        );
        assert_eq!((outcome.code, record.verdict), (0, Verdict::Pass), "{kind}");
    }
}

#[test]
fn a_server_that_waits_for_the_rest_of_a_message_is_blocked_by_a_neighbour() {
    shows("S01", &["blocked", "short-timeout", "locked"], LINES);
}

#[test]
fn a_server_with_one_buffer_for_all_connections_mixes_them() {
    shows("F09", &["one-buffer"], LINES);
}

#[test]
fn a_server_with_a_reader_for_each_connection_passes() {
    passes(&["threads", "select", "two-workers", "forks"], LINES);
}

#[test]
fn a_suite_without_concurrent_connections_has_no_neighbours() {
    let outcome = play(
        "blocked",
        &["scenarios/stay-alive", "--only", "neighbours:*"],
    );
    // The baseline alone is left, and nothing was asked for.
    assert_eq!(outcome.code, 4);
}

#[test]
fn a_server_that_sends_what_fits_loses_the_rest_with_a_slow_reader() {
    shows("F08", &["short-send", "drops-rest"], LARGE);
}

#[test]
fn a_server_that_waits_until_it_can_send_passes_a_slow_reader() {
    passes(&["threads", "select"], LARGE);
}

#[test]
fn a_server_survives_a_thousand_connections_that_are_dropped() {
    passes(&["threads", "select"], CHURN);
}
