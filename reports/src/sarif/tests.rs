//! Snapshots, and hostile text read back. `SNAPSHOTS=overwrite` writes the snapshots again.

use snapbox::{assert_data_eq, file};

use super::*;
use crate::record::{CutOffReason, RunState};
use crate::sample_report::{
    failing_run, hostile_run, known_run, one_run, passing_run, report, second_of_four,
};

fn rendered(runs: &[NamedRun<'_>]) -> Value {
    serde_json::from_str(&render(report(runs))).expect("it is JSON")
}

fn of_one(record: Record) -> Value {
    rendered(&[one_run("it", record)])
}

#[test]
fn a_scenario_and_defect_is_a_result() {
    let text = render(report(&[one_run("it", failing_run())]));
    assert_data_eq!(text, file!["snapshots/fail.sarif"].raw());
}

#[test]
fn a_run_that_passes_has_rules_and_no_results() {
    let log = of_one(passing_run());
    assert_eq!(log["runs"][0]["results"], json!([]));
    assert_eq!(
        log["runs"][0]["tool"]["driver"]["rules"]
            .as_array()
            .map(Vec::len),
        Some(4)
    );
}

#[test]
fn a_known_failure_is_suppressed() {
    let log = of_one(known_run());
    let result = &log["runs"][0]["results"][0];
    assert_eq!(
        result["suppressions"][0]["justification"],
        "fixed in version 2"
    );
    let notifications = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(notifications.as_array().map(Vec::len), Some(2));
}

#[test]
fn several_runs_and_shards_have_ids() {
    let mut shard = failing_run();
    shard.shard = Some(second_of_four());
    assert_eq!(
        of_one(shard)["runs"][0]["automationDetails"]["id"],
        "wirecheck/shard 2 of 4/"
    );
    let log = rendered(&[
        one_run("naive", failing_run()),
        one_run("fixed", passing_run()),
    ]);
    let ids = [0, 1].map(|index| log["runs"][index]["automationDetails"]["id"].clone());
    assert_eq!(ids, ["wirecheck/naive/", "wirecheck/fixed/"]);
}

#[test]
fn a_run_that_the_peer_ended_is_no_success() {
    let mut record = passing_run();
    record.state = RunState::CutOff;
    record.cut_off_by = Some(CutOffReason::Peer);
    let invocation = &of_one(record)["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(
        invocation["toolExecutionNotifications"][0]["level"],
        "error"
    );
}

#[test]
fn a_path_is_a_uri_reference() {
    assert_eq!(
        uri("scenarios/a b/ä:#?.toml"),
        "scenarios/a%20b/%C3%A4%3A%23%3F.toml"
    );
    assert_eq!(uri("/tmp/a.toml"), "file:///tmp/a.toml");
}

#[test]
fn names_of_rules_are_in_pascal_case() {
    assert_eq!(in_pascal_case("reset-instead-of-fin"), "ResetInsteadOfFin");
    assert_eq!(in_pascal_case("ä-"), "ä");
}

#[test]
fn hostile_text_is_bounded_and_printable() {
    let log = of_one(hostile_run());
    assert_eq!(log["runs"][0]["results"].as_array().map(Vec::len), Some(3));
    let message = log["runs"][0]["results"][0]["message"]["text"].as_str();
    let message = message.expect("it is a text");
    assert!(!message.contains(|c: char| c.is_control() || c == '\u{202e}'));
    assert!(log.to_string().len() < 60_000);
}
