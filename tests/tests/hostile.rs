//! Servers that misbehave end in a verdict, never in a wirecheck that hangs, and
//! nothing of them is left running.

use wirecheck_report::record::{Role, RunState, Verdict, WireAction};
use wirecheck_tests::{Judged, Trial, findings, processes};

#[test]
fn a_command_that_is_not_there_is_not_found() {
    let judged = trial()
        .started_by(vec!["./no/such/server".to_owned()])
        .judge();
    never_started(&judged, &["./no/such/server", "not found"]);
}

#[test]
fn a_server_that_never_listens_is_given_up() {
    let Some(judged) = judged(&["--start-timeout", "1s"], "never_listens.py", &[]) else {
        return;
    };
    never_started(
        &judged,
        &["never_listens.py", "did not listen on 127.0.0.1:", "1 s"],
    );
}

#[test]
fn a_server_that_dies_at_once_is_quoted() {
    let Some(judged) = judged(&[], "dies_at_once.py", &[]) else {
        return;
    };
    never_started(
        &judged,
        &[
            "ended before it listened",
            "exit code 3",
            "there is nothing I could serve",
        ],
    );
}

#[test]
fn a_server_that_floods_its_output_holds() {
    holds("floods_output.py", &[]);
}

#[test]
fn a_server_that_ignores_sigterm_holds_and_is_killed() {
    holds("ignores_sigterm.py", &[]);
}

#[test]
fn a_server_that_serves_from_a_child_holds_and_its_child_is_ended() {
    holds("forks.py", &[]);
}

#[test]
fn a_server_whose_child_leaves_its_session_holds_and_its_child_is_ended() {
    holds("forks.py", &["--escape"]);
}

#[test]
fn a_server_that_burns_a_processor_all_the_time_is_judged_all_the_same() {
    let Some(judged) = judged(&[], "spins.py", &[]) else {
        return;
    };
    assert!(judged.code == 0 || judged.code == 1, "{judged:?}");
    is_over(&judged);
}

#[test]
fn a_mute_server_answers_nothing() {
    falls("mute.py", &[("whole", "no-answer")]);
}

#[test]
fn a_server_that_answers_without_end_says_more_than_was_due() {
    let judged = falls(
        "answers_without_end.py",
        &[("whole", "wrong-answer"), ("whole", "surplus")],
    );
    let Some(judged) = judged else { return };
    assert!(
        judged.record().suites[0]
            .scenarios
            .iter()
            .all(|it| it.verdict == Verdict::Fail)
    );
}

#[test]
fn a_server_that_closes_early_leaves_an_answer_out() {
    falls("closes_early.py", &[("whole", "ended-early")]);
}

#[test]
fn a_server_that_resets_answers_nothing() {
    let Some(judged) = falls("resets.py", &[("whole", "ended-early")]) else {
        return;
    };
    let whats: Vec<_> = findings(judged.record())
        .map(|(_, _, it)| it.what.as_str())
        .collect();
    assert!(whats.iter().all(|what| what.contains("reset")), "{whats:?}");
}

#[test]
fn a_server_that_spins_after_the_end_of_a_client_does_not_close() {
    falls("spins_after_eof.py", &[("whole", "stays-open")]);
}

#[test]
fn a_server_that_dies_of_its_third_client_is_said_to_have_died() {
    let Some(judged) = judged(&["--only", "cut@*"], "dies_on_third_client.py", &[]) else {
        return;
    };
    is_over(&judged);
    assert_ne!(judged.code, 0, "{}", judged.stdout);
    let mut kinds = findings(judged.record()).map(|(_, _, it)| it.kind.as_str());
    assert!(kinds.any(|kind| kind == "died"), "{}", judged.stdout);
}

#[test]
fn a_server_that_may_hang_up_on_everybody_holds_in_each_delivery() {
    if !processes::has_python() {
        return;
    }
    let judged = Trial::of(env!("CARGO_BIN_EXE_wirecheck-under-test"))
        .with(&["tests/suites/busy.toml"])
        .on("hostile/busy.py", &[])
        .judge();
    is_over(&judged);
    assert_eq!(judged.code, 0, "{}", judged.stdout);
}

#[test]
fn a_server_that_may_hang_up_on_a_request_holds_in_each_delivery() {
    if !processes::has_python() {
        return;
    }
    let judged = Trial::of(env!("CARGO_BIN_EXE_wirecheck-under-test"))
        .with(&["tests/suites/refused.toml", "--profile", "quick"])
        .on("hostile/refuses_early.py", &[])
        .judge();
    is_over(&judged);
    let [hangs_up, in_order] = &judged.record().suites[0].scenarios[..] else {
        panic!("{}", judged.stdout);
    };
    assert_eq!(hangs_up.verdict, Verdict::Pass, "{}", judged.stdout);
    let found = &in_order.failures[0].findings[0];
    assert_eq!(found.kind, "wrong-close", "{}", judged.stdout);
}

#[test]
fn a_refusal_that_comes_while_wirecheck_still_sends_is_what_is_judged() {
    if !processes::has_python() {
        return;
    }
    let judged = Trial::of(env!("CARGO_BIN_EXE_wirecheck-under-test"))
        .with(&["tests/suites/long.toml", "--only", "bytes"])
        .on("hostile/refuses_early.py", &[])
        .judge();
    is_over(&judged);
    assert_eq!(judged.code, 1, "{}", judged.stderr);
    let failure = &judged.record().suites[0].scenarios[0].failures[0];
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
    let said = |by: Role| {
        events.iter().find_map(|event| match &event.what {
            WireAction::Sent(bytes) if event.by == by => Some(bytes.len),
            _ => None,
        })
    };
    assert_eq!(
        (said(Role::Server), said(Role::Client)),
        (Some(13), Some(2 << 20))
    );
}

fn trial() -> Trial {
    Trial::of(env!("CARGO_BIN_EXE_wirecheck-under-test")).with(&[
        "scenarios/threaded",
        "--profile",
        "quick",
    ])
}

fn judged(how: &[&str], server: &str, arguments: &[&str]) -> Option<Judged> {
    let server = format!("hostile/{server}");
    processes::has_python().then(|| trial().with(how).on(&server, arguments).judge())
}

/// Nothing was judged, and the user is told why in these words.
fn never_started(judged: &Judged, words: &[&str]) {
    assert_eq!(judged.code, 3, "{judged:?}");
    for word in words {
        assert!(judged.stderr.contains(word), "{word}: {}", judged.stderr);
    }
    let record = judged.record();
    assert_eq!(record.state, RunState::CutOff);
    assert_ne!(record.verdict, Verdict::Pass, "nothing was seen to hold");
    assert_eq!(judged.left, [""; 0]);
}

/// It misbehaves where nothing is asked of it.
fn holds(server: &str, arguments: &[&str]) {
    let Some(judged) = judged(&[], server, arguments) else {
        return;
    };
    let found: Vec<_> = findings(judged.record()).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(judged.code, 0, "{}", judged.stderr);
    is_over(&judged);
}

/// These findings are among what was found.
fn falls(server: &str, expected: &[(&str, &str)]) -> Option<Judged> {
    let judged = judged(&[], server, &[])?;
    assert_eq!(judged.code, 1, "{}", judged.stderr);
    is_over(&judged);
    for (tactic, kind) in expected {
        let mut found = findings(judged.record());
        assert!(
            found.any(|(_, of, finding)| of == *tactic && finding.kind == *kind),
            "{tactic} {kind}: {}",
            judged.stdout
        );
    }
    Some(judged)
}

/// It came to its end, said nothing but its result, and left nothing behind.
fn is_over(judged: &Judged) {
    assert_eq!(judged.stderr, "");
    assert_eq!(judged.record().state, RunState::Finished);
    assert_eq!(judged.left, [""; 0]);
}
