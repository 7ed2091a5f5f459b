//! Clients without a defect: wirecheck plays their servers and finds none, proves
//! every boundary, and leaves nothing of them running.

use wirecheck_report::record::{ProcessLifetime, Role, RunState, Verdict};
use wirecheck_tests::{Judged, Trial, findings, processes};

#[test]
fn a_line_connection_that_is_right_holds() {
    holds(
        "line_connection_client_mended.py",
        &[],
        &["scenarios/line/line-client.toml"],
    );
}

#[test]
fn a_line_connection_that_is_right_holds_in_the_scenario_of_its_server() {
    holds(
        "line_connection_client_mended.py",
        &[],
        &[
            "scenarios/line/line.toml",
            "--scenario",
            "line/acknowledges-two-commands",
        ],
    );
}

#[test]
fn a_file_object_that_is_right_holds() {
    holds(
        "file_object_client_mended.py",
        &[],
        &["scenarios/file-object/file-object-client.toml"],
    );
}

#[test]
fn a_greeter_client_that_is_right_holds() {
    holds("greeter_client_mended.py", &[], &["scenarios/greeter"]);
}

#[test]
fn a_header_client_that_is_right_holds() {
    holds(
        "header_client_mended.py",
        &[],
        &["scenarios/header/header.toml"],
    );
}

#[test]
fn a_one_shot_client_that_is_right_holds() {
    holds("one_shot_client_mended.py", &[], &["scenarios/one-shot"]);
}

#[test]
fn a_streams_client_that_is_right_holds() {
    holds("streams_client_mended.py", &[], &["scenarios/streams"]);
}

#[test]
fn a_service_that_comes_back_holds() {
    if !processes::has_python() {
        return;
    }
    for jobs in ["1", "4"] {
        let judged = Trial::of(env!("CARGO_BIN_EXE_wirecheck-under-test"))
            .with(&["scenarios/agent", "--profile", "quick", "--jobs", jobs])
            .with(&["--reconnects"])
            .calling("agent_client_mended.py", &[])
            .judge();
        is_spotless(&judged, ProcessLifetime::ManyCases);
    }
}

#[test]
fn a_client_that_does_not_wait_for_its_answers_holds_where_they_are_cut_off() {
    let cases = ["--scenario", "*/two-answers"];
    is_right(&["--ahead"], &cases);
}

#[test]
fn a_client_that_computes_before_it_ends_does_not_spin() {
    let cases = ["--scenario", "*/one-answer", "--only", "cut@1"];
    is_right(&["--compute", "1.5"], &cases);
}

#[test]
fn a_client_that_sleeps_before_it_comes_back_is_waited_for() {
    let cases = ["--scenario", "*/one-answer", "--only", "fin@0"];
    is_right(
        &["--return", "2.5"],
        &[&cases[..], &["--reconnects"]].concat(),
    );
}

/// Nothing is found wrong with a client of this habit.
fn is_right(habit: &[&str], cases: &[&str]) {
    if !processes::has_python() {
        return;
    }
    let judged = Trial::of(env!("CARGO_BIN_EXE_wirecheck-under-test"))
        .with(&["tests/suites/unusual.toml", "--profile", "quick"])
        .with(cases)
        .calling("unusual_client.py", habit)
        .judge();
    let found: Vec<_> = findings(judged.record()).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!((judged.code, judged.stderr.as_str()), (0, ""));
    assert_eq!(judged.left, [""; 0]);
}

/// Runs the cases on the client: as they come, one at a time, and over IPv6.
fn holds(client: &str, arguments: &[&str], cases: &[&str]) {
    if !processes::has_python() {
        return;
    }
    let judge = |how: &[&str]| {
        let judged = Trial::of(env!("CARGO_BIN_EXE_wirecheck-under-test"))
            .with(cases)
            .with(&["--profile", "quick"])
            .with(how)
            .calling(client, arguments)
            .judge();
        is_spotless(&judged, ProcessLifetime::OneCase);
    };
    judge(&[]);
    judge(&["--jobs", "1", "--only", "bytes", "--only", "joined"]);
    if processes::has_ipv6() {
        judge(&["--host", "::1", "--only", "bytes", "--only", "joined"]);
    }
}

fn is_spotless(judged: &Judged, lives: ProcessLifetime) {
    let record = judged.record();
    let found: Vec<_> = findings(record).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!((judged.code, judged.stderr.as_str()), (0, ""));
    assert_eq!(
        (record.state, record.verdict),
        (RunState::Finished, Verdict::Pass)
    );
    assert_eq!(
        (record.peer.role, record.peer.process_lifetime),
        (Role::Client, lives)
    );
    assert_eq!(record.restarts, 0);
    let delivery = &record.delivery;
    assert_eq!(delivery.proven, delivery.boundaries, "{delivery:?}");
    assert!(delivery.boundaries > 0, "{delivery:?}");
    assert_eq!(delivery.unverified, None);
    assert_eq!(judged.left, [""; 0]);
}
