//! Clients that misbehave end in a verdict, never in a wirecheck that hangs, and
//! nothing of them is left running.

use wirecheck_report::record::{RunState, Verdict};
use wirecheck_tests::{Judged, Trial, findings, processes};

#[test]
fn a_command_that_is_not_there_is_not_found() {
    let judged = trial()
        .with(&["--client"])
        .started_by(vec!["./no/such/client".to_owned()])
        .judge();
    assert_eq!(judged.code, 3, "{judged:?}");
    for word in ["./no/such/client", "not found"] {
        assert!(judged.stderr.contains(word), "{word}: {}", judged.stderr);
    }
    let record = judged.record();
    assert_eq!(record.state, RunState::CutOff);
    assert_ne!(record.verdict, Verdict::Pass, "nothing was seen to hold");
    assert_eq!(judged.left, [""; 0]);
}

#[test]
fn a_client_that_dies_at_once_never_connected() {
    let Some(judged) = falls("client_dies_at_once.py", &[], "not-connected") else {
        return;
    };
    let (_, _, finding) = findings(judged.record()).next().expect("it fell");
    assert!(finding.what.contains("exit code 3"), "{finding:?}");
}

#[test]
fn a_client_that_never_connects_is_given_up() {
    let how = ["--start-timeout", "1s"];
    falls_so(&how, "client_never_connects.py", &[], "not-called");
}

#[test]
fn a_client_that_makes_two_connections_at_once_connects_again() {
    falls("client_connects_twice.py", &[], "connects-again");
}

#[test]
fn a_client_that_makes_one_connection_after_the_other_connects_again() {
    let arguments = ["--one-by-one"];
    falls("client_connects_twice.py", &arguments, "connects-again");
}

#[test]
fn a_client_that_ignores_the_end_does_not_close() {
    falls("client_ignores_eof.py", &[], "stays-open");
}

#[test]
fn a_client_that_leaves_before_its_answer_prints_none() {
    falls("client_exits_early.py", &[], "not-printed");
}

#[test]
fn a_client_that_prints_without_end_does_not_close() {
    falls("client_prints_without_end.py", &[], "stays-open");
}

#[test]
fn a_client_that_spins_does_not_end() {
    falls("client_spins.py", &[], "runs-on");
}

#[test]
fn a_client_that_ignores_sigterm_does_not_end_and_is_killed() {
    falls("client_ignores_sigterm.py", &[], "runs-on");
}

#[test]
fn a_client_that_leaves_a_child_behind_holds_and_its_child_is_ended() {
    holds("client_forks.py", &[]);
}

#[test]
fn a_client_whose_child_leaves_its_session_holds_and_its_child_is_ended() {
    holds("client_forks.py", &["--escape"]);
}

#[test]
fn a_client_that_prints_its_process_its_port_and_the_time_holds() {
    holds("client_output_varies.py", &[]);
}

#[test]
fn a_client_that_prints_the_time_of_day_holds_from_second_to_second() {
    holds("client_output_varies.py", &["--seconds"]);
}

fn trial() -> Trial {
    Trial::of(env!("CARGO_BIN_EXE_wirecheck-under-test")).with(&[
        "tests/suites/hello.toml",
        "--profile",
        "quick",
    ])
}

/// It misbehaves where nothing is asked of it.
fn holds(client: &str, arguments: &[&str]) {
    if !processes::has_python() {
        return;
    }
    let judged = trial()
        .calling(&format!("hostile/{client}"), arguments)
        .judge();
    let found: Vec<_> = findings(judged.record()).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(judged.code, 0, "{}", judged.stderr);
    is_over(&judged);
}

/// The baseline falls, with a finding of this kind alone.
fn falls(client: &str, arguments: &[&str], kind: &str) -> Option<Judged> {
    falls_so(&[], client, arguments, kind)
}

fn falls_so(how: &[&str], client: &str, arguments: &[&str], kind: &str) -> Option<Judged> {
    if !processes::has_python() {
        return None;
    }
    let judged = trial()
        .with(how)
        .calling(&format!("hostile/{client}"), arguments)
        .judge();
    assert_eq!(judged.code, 1, "{}", judged.stderr);
    is_over(&judged);
    let found: Vec<_> = findings(judged.record())
        .map(|(_, tactic, finding)| (tactic, finding.kind.as_str()))
        .collect();
    assert_eq!(found, [("whole", kind)], "{}", judged.stdout);
    Some(judged)
}

/// It came to its end, said nothing but its result, and left nothing behind.
fn is_over(judged: &Judged) {
    assert_eq!(judged.stderr, "");
    assert_eq!(judged.record().state, RunState::Finished);
    assert_eq!(judged.left, [""; 0]);
}
