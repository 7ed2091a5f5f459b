//! Every misbehaving server leads to a verdict: wirecheck never hangs, and no process of the
//! server remains.

use wirecheck_report::record::{Role, RunState, Verdict, WireAction};
use wirecheck_tests::{Run, RunOutcome, findings, tools};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

#[test]
fn a_command_that_does_not_exist_is_not_found() {
    let outcome = run_wirecheck()
        .peer(vec!["./no/such/server".to_owned()])
        .complete();
    did_not_start(&outcome, &["./no/such/server", "not found"]);
}

#[test]
fn a_server_that_never_listens_exceeds_the_start_timeout() {
    let Some(outcome) = complete(&["--start-timeout", "1s"], "never_listens.py", &[]) else {
        return;
    };
    did_not_start(
        &outcome,
        &["never_listens.py", "did not listen on 127.0.0.1:", "1 s"],
    );
}

#[test]
fn the_output_of_a_server_that_dies_at_once_is_shown() {
    let Some(outcome) = complete(&[], "dies_at_once.py", &[]) else {
        return;
    };
    did_not_start(
        &outcome,
        &[
            "exited before it listened",
            "exit code 3",
            "there is nothing to serve",
        ],
    );
}

#[test]
fn a_server_that_floods_its_output_passes() {
    passes("floods_output.py", &[]);
}

#[test]
fn a_server_that_ignores_sigterm_passes_and_is_killed() {
    passes("ignores_sigterm.py", &[]);
}

#[test]
fn a_server_that_serves_from_a_child_passes_and_its_child_is_killed() {
    passes("forks.py", &[]);
}

#[test]
fn a_server_whose_child_leaves_its_session_passes_and_its_child_is_killed() {
    passes("forks.py", &["--escape"]);
}

#[test]
fn a_server_that_always_spins_gets_a_verdict() {
    let Some(outcome) = complete(&["--only", "cut@*"], "spins.py", &[]) else {
        return;
    };
    assert!(outcome.code == 0 || outcome.code == 1, "{outcome:?}");
    is_complete(&outcome);
}

#[test]
fn a_mute_server_answers_nothing() {
    fails("mute.py", &[("whole", "no-answer")]);
}

#[test]
fn a_server_that_answers_endlessly_sends_unexpected_answers() {
    let outcome = fails(
        "answers_without_end.py",
        &[("whole", "wrong-answer"), ("whole", "surplus")],
    );
    let Some(outcome) = outcome else { return };
    assert!(
        outcome.record().suites[0]
            .scenarios
            .iter()
            .all(|it| it.verdict == Verdict::Fail)
    );
}

#[test]
fn a_server_that_closes_early_omits_an_answer() {
    fails("closes_early.py", &[("whole", "ended-early")]);
}

#[test]
fn a_server_that_resets_answers_nothing() {
    let Some(outcome) = fails("resets.py", &[("whole", "ended-early")]) else {
        return;
    };
    let whats: Vec<_> = findings(outcome.record())
        .map(|(_, _, it)| it.what.as_str())
        .collect();
    assert!(whats.iter().all(|what| what.contains("reset")), "{whats:?}");
}

#[test]
fn a_server_that_spins_after_a_client_has_closed_does_not_close() {
    if !tools::has_python() {
        return;
    }
    let outcome = Run::new(COMMAND)
        .args(&["tests/suites/short-limits.toml"])
        .args(&["--scenario", "*/short-close-limit"])
        .python_server("hostile/spins_after_eof.py", &[])
        .complete();
    has_findings(&outcome, &[("whole", "stays-open")]);
}

#[test]
fn a_server_that_dies_at_its_third_client_is_reported_as_dead() {
    let Some(outcome) = complete(&["--only", "cut@?"], "dies_on_third_client.py", &[]) else {
        return;
    };
    is_complete(&outcome);
    assert_ne!(outcome.code, 0, "{}", outcome.stdout);
    let mut kinds = findings(outcome.record()).map(|(_, _, it)| it.kind.as_str());
    assert!(kinds.any(|kind| kind == "died"), "{}", outcome.stdout);
}

#[test]
fn a_server_that_may_close_at_any_time_passes_each_delivery() {
    if !tools::has_python() {
        return;
    }
    let outcome = Run::new(COMMAND)
        .args(&["tests/suites/busy.toml"])
        .python_server("hostile/busy.py", &[])
        .complete();
    is_complete(&outcome);
    assert_eq!(outcome.code, 0, "{}", outcome.stdout);
}

#[test]
fn a_server_that_may_close_during_a_request_passes_each_delivery() {
    if !tools::has_python() {
        return;
    }
    let outcome = Run::new(COMMAND)
        .args(&["tests/suites/refused.toml", "--profile", "quick"])
        .python_server("hostile/refuses_early.py", &[])
        .complete();
    is_complete(&outcome);
    let [hangs_up, in_order] = &outcome.record().suites[0].scenarios[..] else {
        panic!("{}", outcome.stdout);
    };
    assert_eq!(hangs_up.verdict, Verdict::Pass, "{}", outcome.stdout);
    let found = &in_order.failures[0].findings[0];
    assert_eq!(found.kind, "wrong-close", "{}", outcome.stdout);
}

#[test]
fn an_answer_that_arrives_while_wirecheck_still_sends_is_judged() {
    if !tools::has_python() {
        return;
    }
    let outcome = Run::new(COMMAND)
        .args(&["tests/suites/two-megabytes.toml", "--only", "bytes"])
        .python_server("hostile/refuses_early.py", &[])
        .complete();
    is_complete(&outcome);
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    let failure = &outcome.record().suites[0].scenarios[0].failures[0];
    let finding = &failure.findings[0];
    assert_eq!(
        (failure.tactic.as_str(), finding.kind.as_str()),
        ("whole", "wrong-answer")
    );
    let actual = finding.actual.as_ref().expect("it answered");
    assert_eq!(actual.bytes.kept(), b"no: too much\n");
    let events = &failure
        .evidence
        .as_ref()
        .expect("something happened")
        .events;
    let sent = |by: Role| {
        events.iter().find_map(|event| match &event.what {
            WireAction::Sent(bytes) if event.by == by => Some(bytes.len),
            _ => None,
        })
    };
    assert_eq!(
        (sent(Role::Server), sent(Role::Client)),
        (Some(13), Some(2 << 20))
    );
}

fn run_wirecheck() -> Run {
    Run::new(COMMAND).args(&["scenarios/threaded", "--profile", "quick"])
}

fn complete(arguments: &[&str], server: &str, options: &[&str]) -> Option<RunOutcome> {
    let server = format!("hostile/{server}");
    tools::has_python().then(|| {
        run_wirecheck()
            .args(arguments)
            .python_server(&server, options)
            .complete()
    })
}

/// Nothing was judged, and stderr explains why, with these words.
fn did_not_start(outcome: &RunOutcome, words: &[&str]) {
    assert_eq!(outcome.code, 3, "{outcome:?}");
    for word in words {
        assert!(outcome.stderr.contains(word), "{word}: {}", outcome.stderr);
    }
    let record = outcome.record();
    assert_eq!(record.state, RunState::CutOff);
    assert_ne!(record.verdict, Verdict::Pass, "no case has passed");
    assert_eq!(outcome.remaining_processes, [""; 0]);
}

/// Its misbehaviour is none that a case checks.
fn passes(server: &str, arguments: &[&str]) {
    let Some(outcome) = complete(&[], server, arguments) else {
        return;
    };
    let found: Vec<_> = findings(outcome.record()).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    is_complete(&outcome);
}

/// These are among the findings: tactic and kind.
fn fails(server: &str, expected: &[(&str, &str)]) -> Option<RunOutcome> {
    let outcome = complete(&[], server, &[])?;
    has_findings(&outcome, expected);
    Some(outcome)
}

fn has_findings(outcome: &RunOutcome, expected: &[(&str, &str)]) {
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    is_complete(outcome);
    for (tactic, kind) in expected {
        let mut found = findings(outcome.record());
        assert!(
            found.any(|(_, of, finding)| of == *tactic && finding.kind == *kind),
            "{tactic} {kind}: {}",
            outcome.stdout
        );
    }
}

/// The run finished, printed no error and left no process.
fn is_complete(outcome: &RunOutcome) {
    assert_eq!(outcome.stderr, "");
    assert_eq!(outcome.record().state, RunState::Finished);
    assert_eq!(outcome.remaining_processes, [""; 0]);
}
