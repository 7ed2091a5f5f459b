//! Servers without a defect: wirecheck finds nothing, proves every boundary and has no reason to
//! restart them, whether cases run side by side, one at a time or over IPv6.

use wirecheck_report::record::{RunState, Verdict};
use wirecheck_tests::{Run, RunOutcome, findings, tools, undisturbed};

/// Whether wirecheck, as the client, sends anything in a suite: then it has boundaries to prove.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Client {
    Sends,
    OnlyReads,
}

#[test]
fn a_fixed_line_connection_passes() {
    passes(
        Client::Sends,
        "line_connection_server_fixed.py",
        &[],
        &["scenarios/line"],
    );
}

#[test]
fn a_fixed_file_object_passes() {
    passes(
        Client::Sends,
        "file_object_server_fixed.py",
        &[],
        &["scenarios/file-object"],
    );
}

#[test]
fn a_fixed_greeter_passes() {
    passes(
        Client::OnlyReads,
        "greeter_server_fixed.py",
        &[],
        &["scenarios/greeter"],
    );
}

#[test]
fn a_fixed_header_server_passes() {
    passes(
        Client::OnlyReads,
        "header_server_fixed.py",
        &["--interval", "3600"],
        &["scenarios/header", "--scenario", "header/greeting"],
    );
}

#[test]
fn a_fixed_header_echo_passes() {
    passes(
        Client::Sends,
        "header_echo_server_fixed.py",
        &[],
        &["scenarios/header", "--scenario", "header-echo/*"],
    );
}

#[test]
fn a_fixed_stay_alive_server_passes() {
    passes(
        Client::Sends,
        "stay_alive_server_fixed.py",
        &[],
        &["scenarios/stay-alive"],
    );
}

#[test]
fn a_fixed_one_shot_server_passes() {
    passes(
        Client::Sends,
        "one_shot_server_fixed.py",
        &[],
        &["scenarios/one-shot"],
    );
}

#[test]
fn a_fixed_threaded_server_passes() {
    passes(
        Client::Sends,
        "threaded_server_fixed.py",
        &[],
        &["scenarios/threaded"],
    );
}

#[test]
fn a_fixed_streams_server_passes() {
    passes(
        Client::Sends,
        "streams_server_fixed.py",
        &[],
        &["scenarios/streams"],
    );
}

#[test]
fn an_http_server_passes() {
    passes(
        Client::Sends,
        "http1_server.py",
        &[],
        &["scenarios/framing/http1.toml", "--profile", "quick"],
    );
}

/// Runs the cases side by side, one at a time, and over IPv6.
fn passes(client: Client, server: &str, options: &[&str], cases: &[&str]) {
    if !tools::has_python() {
        return;
    }
    let complete = |arguments: &[&str]| {
        undisturbed(|| {
            let outcome = Run::new(env!("CARGO_BIN_EXE_wirecheck-under-test"))
                .args(cases)
                .args(arguments)
                .python_server(server, options)
                .complete();
            assert_no_findings(&outcome, client, arguments);
            (outcome, ())
        });
    };
    complete(&[]);
    complete(&["--jobs", "1"]);
    if tools::has_ipv6() {
        complete(&["--host", "::1"]);
    }
}

fn assert_no_findings(outcome: &RunOutcome, client: Client, arguments: &[&str]) {
    let record = outcome.record();
    let found: Vec<_> = findings(record).collect();
    assert!(found.is_empty(), "{arguments:?}: {found:#?}");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (0, ""),
        "{arguments:?}"
    );
    assert_eq!(
        (record.state, record.verdict),
        (RunState::Finished, Verdict::Pass),
        "{arguments:?}"
    );
    let delivery = &record.delivery;
    assert_eq!(
        delivery.proven, delivery.boundaries,
        "{arguments:?}: {delivery:?}"
    );
    assert_eq!(delivery.unverified, None, "{arguments:?}");
    assert_eq!(
        delivery.boundaries > 0,
        client == Client::Sends,
        "{arguments:?}"
    );
    assert_eq!(outcome.remaining_processes, [""; 0], "{arguments:?}");
}
