//! Servers without a defect: wirecheck finds none, proves every boundary, and
//! never has to start them again, whichever way it reaches them.

use wirecheck_report::record::{RunState, Verdict};
use wirecheck_tests::{Judged, Trial, findings, processes};

/// Whether the client has its say in a suite: then there are boundaries to prove.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Client {
    Speaks,
    Listens,
}

#[test]
fn a_line_connection_that_is_right_holds() {
    holds(
        Client::Speaks,
        "line_connection_server_mended.py",
        &[],
        &["scenarios/line"],
    );
}

#[test]
fn a_file_object_that_is_right_holds() {
    holds(
        Client::Speaks,
        "file_object_server_mended.py",
        &[],
        &["scenarios/file-object"],
    );
}

#[test]
fn a_greeter_that_is_right_holds() {
    holds(
        Client::Listens,
        "greeter_server_mended.py",
        &[],
        &["scenarios/greeter"],
    );
}

#[test]
fn a_header_server_that_is_right_holds() {
    holds(
        Client::Listens,
        "header_server_mended.py",
        &["--interval", "3600"],
        &["scenarios/header", "--scenario", "header/greeting"],
    );
}

#[test]
fn a_header_echo_that_is_right_holds() {
    holds(
        Client::Speaks,
        "header_echo_server_mended.py",
        &[],
        &["scenarios/header", "--scenario", "header-echo/*"],
    );
}

#[test]
fn a_stay_alive_server_that_is_right_holds() {
    holds(
        Client::Speaks,
        "stay_alive_server_mended.py",
        &[],
        &["scenarios/stay-alive"],
    );
}

#[test]
fn a_one_shot_server_that_is_right_holds() {
    holds(
        Client::Speaks,
        "one_shot_server_mended.py",
        &[],
        &["scenarios/one-shot"],
    );
}

#[test]
fn a_threaded_server_that_is_right_holds() {
    holds(
        Client::Speaks,
        "threaded_server_mended.py",
        &[],
        &["scenarios/threaded"],
    );
}

#[test]
fn a_streams_server_that_is_right_holds() {
    holds(
        Client::Speaks,
        "streams_server_mended.py",
        &[],
        &["scenarios/streams"],
    );
}

/// Runs the cases on the server: as they come, one at a time, and over IPv6.
fn holds(client: Client, server: &str, arguments: &[&str], cases: &[&str]) {
    if !processes::has_python() {
        return;
    }
    let judge = |how: &[&str]| {
        let judged = Trial::of(env!("CARGO_BIN_EXE_wirecheck-under-test"))
            .with(cases)
            .with(how)
            .on(server, arguments)
            .judge();
        is_spotless(&judged, client, how);
    };
    judge(&[]);
    judge(&["--jobs", "1"]);
    if processes::has_ipv6() {
        judge(&["--host", "::1"]);
    }
}

fn is_spotless(judged: &Judged, client: Client, how: &[&str]) {
    let record = judged.record();
    let found: Vec<_> = findings(record).collect();
    assert!(found.is_empty(), "{how:?}: {found:#?}");
    assert_eq!((judged.code, judged.stderr.as_str()), (0, ""), "{how:?}");
    assert_eq!(
        (record.state, record.verdict),
        (RunState::Finished, Verdict::Pass),
        "{how:?}"
    );
    assert_eq!(record.restarts, 0, "{how:?}");
    let delivery = &record.delivery;
    assert_eq!(
        delivery.proven, delivery.boundaries,
        "{how:?}: {delivery:?}"
    );
    assert_eq!(delivery.unverified, None, "{how:?}");
    assert_eq!(delivery.boundaries > 0, client == Client::Speaks, "{how:?}");
    assert_eq!(judged.left, [""; 0], "{how:?}");
}
