//! Every misbehaving client leads to a verdict: wirecheck never hangs, and no process of the
//! client remains.

use wirecheck_report::record::{RunState, Verdict};
use wirecheck_tests::{Run, RunOutcome, findings, tools};

#[test]
fn a_command_that_does_not_exist_is_not_found() {
    let outcome = run_wirecheck()
        .args(&["--client"])
        .peer(vec!["./no/such/client".to_owned()])
        .complete();
    assert_eq!(outcome.code, 3, "{outcome:?}");
    for word in ["./no/such/client", "not found"] {
        assert!(outcome.stderr.contains(word), "{word}: {}", outcome.stderr);
    }
    let record = outcome.record();
    assert_eq!(record.state, RunState::CutOff);
    assert_ne!(record.verdict, Verdict::Pass, "no case has passed");
    assert_eq!(outcome.remaining_processes, [""; 0]);
}

#[test]
fn a_client_that_dies_at_once_never_connected() {
    let Some(outcome) = fails("client_dies_at_once.py", &[], "not-connected") else {
        return;
    };
    let (_, _, finding) = findings(outcome.record()).next().expect("it failed");
    assert!(finding.what.contains("exit code 3"), "{finding:?}");
}

#[test]
fn a_client_that_never_connects_exceeds_the_start_timeout() {
    let short = ["--start-timeout", "1s"];
    fails_with(&short, "client_never_connects.py", &[], "not-called");
}

#[test]
fn a_client_that_makes_two_connections_at_once_connects_again() {
    fails("client_connects_twice.py", &[], "connects-again");
}

#[test]
fn a_client_that_makes_one_connection_after_the_other_connects_again() {
    let options = ["--one-by-one"];
    fails("client_connects_twice.py", &options, "connects-again");
}

#[test]
fn a_client_that_ignores_the_end_does_not_close() {
    fails("client_ignores_eof.py", &[], "stays-open");
}

#[test]
fn a_client_that_exits_before_its_answer_prints_none() {
    fails("client_exits_early.py", &[], "not-printed");
}

#[test]
fn a_client_that_prints_endlessly_does_not_close() {
    fails("client_prints_without_end.py", &[], "stays-open");
}

#[test]
fn a_client_that_spins_does_not_exit() {
    fails("client_spins.py", &[], "runs-on");
}

#[test]
fn a_client_that_ignores_sigterm_does_not_exit_and_is_killed() {
    fails("client_ignores_sigterm.py", &[], "runs-on");
}

#[test]
fn a_client_that_leaves_a_child_behind_passes_and_its_child_is_killed() {
    passes("client_forks.py", &[], &["--only", "bytes"]);
}

#[test]
fn a_client_whose_child_leaves_its_session_passes_and_its_child_is_killed() {
    passes("client_forks.py", &["--escape"], &["--only", "bytes"]);
}

#[test]
fn a_client_that_prints_its_process_its_port_and_the_time_passes() {
    passes("client_output_varies.py", &[], &[]);
}

#[test]
fn a_client_that_prints_the_time_of_day_passes_although_it_changes() {
    passes("client_output_varies.py", &["--seconds"], &[]);
}

#[test]
fn a_client_that_prints_a_truncated_answer_and_exits_with_0_fails() {
    let found = found_at_a_cut_off_answer(&[]);
    assert_eq!(found, Some((1, "prints-truncated", Verdict::Fail)));
}

#[test]
fn a_client_that_prints_nothing_of_a_truncated_answer_and_exits_with_0_is_not_strict() {
    let found = found_at_a_cut_off_answer(&["--silent"]);
    assert_eq!(found, Some((0, "exits-as-whole", Verdict::Nonstrict)));
}

/// The exit code of the run, the finding and its verdict.
fn found_at_a_cut_off_answer(options: &[&str]) -> Option<(i32, &'static str, Verdict)> {
    if !tools::has_python() {
        return None;
    }
    let outcome = run_wirecheck()
        .args(&["--scenario", "*/short-close-limit"])
        .args(&["--only", "cut@1", "--only", "fin@1"])
        .python_client("hostile/client_takes_part_for_whole.py", options)
        .complete();
    is_complete(&outcome);
    let (_, scenario) = outcome.record().scenarios().next().expect("it ran");
    assert_eq!(scenario.defects[0].code, "C06");
    let failure = &scenario.failures[0];
    Some((
        outcome.code,
        failure.findings[0].kind.clone().leak(),
        failure.verdict,
    ))
}

fn run_wirecheck() -> Run {
    Run::new(env!("CARGO_BIN_EXE_wirecheck-under-test")).args(&[
        "tests/suites/hostile-client.toml",
        "--profile",
        "quick",
    ])
}

/// Its misbehaviour is none that a case checks.
fn passes(client: &str, options: &[&str], arguments: &[&str]) {
    if !tools::has_python() {
        return;
    }
    let outcome = run_wirecheck()
        .args(&["--scenario", "*/one-answer"])
        .args(arguments)
        .python_client(&format!("hostile/{client}"), options)
        .complete();
    let found: Vec<_> = findings(outcome.record()).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    is_complete(&outcome);
}

/// The baseline fails, with one finding of this kind.
fn fails(client: &str, options: &[&str], kind: &str) -> Option<RunOutcome> {
    fails_with(&[], client, options, kind)
}

fn fails_with(
    arguments: &[&str],
    client: &str,
    options: &[&str],
    kind: &str,
) -> Option<RunOutcome> {
    if !tools::has_python() {
        return None;
    }
    let outcome = run_wirecheck()
        .args(&["--scenario", "*/short-close-limit"])
        .args(arguments)
        .python_client(&format!("hostile/{client}"), options)
        .complete();
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    is_complete(&outcome);
    let found: Vec<_> = findings(outcome.record())
        .map(|(_, tactic, finding)| (tactic, finding.kind.as_str()))
        .collect();
    assert_eq!(found, [("whole", kind)], "{}", outcome.stdout);
    Some(outcome)
}

/// The run finished, printed no error and left no process.
fn is_complete(outcome: &RunOutcome) {
    assert_eq!(outcome.stderr, "");
    assert_eq!(outcome.record().state, RunState::Finished);
    assert_eq!(outcome.remaining_processes, [""; 0]);
}
