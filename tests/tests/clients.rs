//! Clients without a defect: wirecheck plays their servers, finds nothing, proves every boundary,
//! and leaves no process running.

use wirecheck_report::record::{ProcessLifetime, Role, RunState, Verdict};
use wirecheck_tests::{PART_OF_DELIVERIES, PART_OF_ENDS, Run, RunOutcome, findings, tools};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

#[test]
fn a_fixed_line_connection_passes() {
    passes(
        "line_connection_client_fixed.py",
        &["scenarios/line/line-client.toml"],
    );
}

#[test]
fn a_fixed_line_connection_passes_the_scenario_of_its_server() {
    let scenario = "line/acknowledges-two-commands";
    passes(
        "line_connection_client_fixed.py",
        &["scenarios/line/line.toml", "--scenario", scenario],
    );
}

#[test]
fn a_fixed_file_object_passes() {
    passes(
        "file_object_client_fixed.py",
        &["scenarios/file-object/file-object-client.toml"],
    );
}

#[test]
fn a_fixed_greeter_client_passes() {
    passes("greeter_client_fixed.py", &["scenarios/greeter"]);
}

#[test]
fn a_fixed_header_client_passes() {
    passes("header_client_fixed.py", &["scenarios/header/header.toml"]);
}

#[test]
fn a_fixed_one_shot_client_passes() {
    passes("one_shot_client_fixed.py", &["scenarios/one-shot"]);
}

#[test]
fn a_fixed_streams_client_passes() {
    passes("streams_client_fixed.py", &["scenarios/streams"]);
}

#[test]
fn clients_pass_one_at_a_time() {
    let few = ["--jobs", "1", "--only", "bytes", "--only", "joined"];
    completes_without_findings(
        "file_object_client_fixed.py",
        &["scenarios/file-object/file-object-client.toml"],
        &few,
    );
}

#[test]
fn clients_pass_over_ipv6() {
    if tools::has_ipv6() {
        let few = ["--host", "::1", "--only", "bytes", "--only", "joined"];
        completes_without_findings("streams_client_fixed.py", &["scenarios/streams"], &few);
        completes_without_findings(
            "header_client_fixed.py",
            &["scenarios/header/header.toml"],
            &few,
        );
    }
}

#[test]
fn a_service_that_reconnects_passes() {
    if !tools::has_python() {
        return;
    }
    for jobs in ["1", "4"] {
        let outcome = Run::new(COMMAND)
            .args(&["scenarios/agent", "--profile", "quick", "--jobs", jobs])
            .args(&["--reconnects"])
            .python_client("agent_client_fixed.py", &[])
            .complete();
        assert_no_findings(&outcome, ProcessLifetime::ManyCases);
    }
}

#[test]
fn a_client_that_pipelines_passes_where_its_answers_are_truncated() {
    is_correct(&["--pipeline"], &["--scenario", "*/two-answers"]);
}

#[test]
fn a_client_that_computes_before_it_exits_does_not_spin() {
    let cut = ["--scenario", "*/one-answer", "--only", "cut@1"];
    is_correct(&["--compute", "1.5"], &cut);
}

#[test]
fn a_client_that_sleeps_before_it_reconnects_passes() {
    let cut = ["--scenario", "*/one-answer", "--only", "fin@0"];
    is_correct(
        &["--reconnect", "2.5"],
        &[&cut[..], &["--reconnects"]].concat(),
    );
}

/// The correct client with these options passes these cases.
fn is_correct(options: &[&str], cases: &[&str]) {
    if !tools::has_python() {
        return;
    }
    let outcome = Run::new(COMMAND)
        .args(&["tests/suites/hello-client.toml", "--profile", "quick"])
        .args(cases)
        .python_client("hello_client.py", options)
        .complete();
    let found: Vec<_> = findings(outcome.record()).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert_eq!(outcome.remaining_processes, [""; 0]);
}

fn passes(client: &str, cases: &[&str]) {
    let deliveries = [PART_OF_DELIVERIES, PART_OF_ENDS].concat();
    completes_without_findings(client, cases, &deliveries);
}

fn completes_without_findings(client: &str, cases: &[&str], arguments: &[&str]) {
    if !tools::has_python() {
        return;
    }
    let outcome = Run::new(COMMAND)
        .args(cases)
        .args(arguments)
        .python_client(client, &[])
        .complete();
    assert_no_findings(&outcome, ProcessLifetime::OneCase);
}

fn assert_no_findings(outcome: &RunOutcome, lives: ProcessLifetime) {
    let record = outcome.record();
    let found: Vec<_> = findings(record).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
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
    assert_eq!(outcome.remaining_processes, [""; 0]);
}
