//! The deliveries that wirecheck reports are those that the peer receives: each chunk is one recv,
//! at any pace of the peer.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use wirecheck::tactic::Delivery;
use wirecheck_tests::{Run, RunOutcome, run, tools, undisturbed};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

const SUITE: &str = "tests/suites/lines.toml";

/// The families of tactics that `run` plays. `list` shows more.
const PLAYED: [&str; 10] = [
    "whole",
    "bytes",
    "cut",
    "joined",
    "joined+cut",
    "random",
    "fin",
    "half",
    "rst",
    "fin+",
];

/// The size of each recv of one connection, without the empty one at its end.
type Sizes = Vec<usize>;

#[test]
fn each_chunk_is_one_recv_of_a_fast_reader() {
    in_order(&["--pause-ms", "0"]);
}

#[test]
fn each_chunk_is_one_recv_of_a_slow_reader() {
    in_order(&["--pause-ms", "2"]);
}

#[test]
fn each_chunk_is_one_recv_while_other_cases_run_beside_it() {
    if !tools::has_python() {
        return;
    }
    let (outcome, mut received) = received(&["--jobs", "4"], &["--pause-ms", "1"]);
    let mut sent = deliveries();
    // To learn whether the server serves two connections at once, wirecheck plays the first
    // scenario's baseline again, beside a connection that sends nothing.
    sent.extend([vec![2], vec![]]);
    sent.sort();
    received.sort();
    assert_eq!(received, sent, "{}", outcome.stdout);
}

/// One case at a time: the connections are the cases in the order of the list.
fn in_order(pace: &[&str]) {
    if !tools::has_python() {
        return;
    }
    let (outcome, received) = received(&["--jobs", "1"], pace);
    assert_eq!(received, deliveries(), "{}", outcome.stdout);
    let of_cases = cases().into_iter().flatten();
    let boundaries: usize = of_cases.map(|sizes| sizes.len().saturating_sub(1)).sum();
    let delivery = &outcome.record().delivery;
    assert_eq!(
        (delivery.boundaries, delivery.proven),
        (boundaries as u64, boundaries as u64)
    );
}

/// The recvs of a run in which no case was played again.
fn received(arguments: &[&str], pace: &[&str]) -> (RunOutcome, Vec<Sizes>) {
    undisturbed(|| received_once(arguments, pace))
}

fn received_once(arguments: &[&str], pace: &[&str]) -> (RunOutcome, Vec<Sizes>) {
    let unstarted = Run::new(COMMAND);
    let log = unstarted.scratch_path("recv.log");
    let log_words = ["--log", log.to_str().expect("it is UTF-8")];
    let outcome = unstarted
        .args(&[SUITE, "--profile", "quick"])
        .args(arguments)
        .python_server("recv_log_server.py", &[&log_words, pace].concat())
        .complete();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let received = read_log(&log);
    (outcome, received)
}

fn read_log(log: &Path) -> Vec<Sizes> {
    let text = std::fs::read_to_string(log).expect("the peer kept a log");
    let mut clients: BTreeMap<u32, Sizes> = BTreeMap::new();
    for line in text.lines() {
        let (client, size) = line.split_once(' ').expect("a line has two words");
        let sizes = clients.entry(client.parse().expect("clients are numbered"));
        let sizes = sizes.or_default();
        match size {
            "0" | "reset" => {}
            size => sizes.push(size.parse().expect("it is a size")),
        }
    }
    clients.into_values().collect()
}

/// What the peer receives: after the cases of a scenario its baseline once more, which shows
/// whether the next connection is served.
fn deliveries() -> Vec<Sizes> {
    let scenarios = cases().into_iter();
    let with_last = scenarios.flat_map(|mut cases| {
        cases.push(cases[0].clone());
        cases
    });
    with_last.collect()
}

/// The chunk lengths of the listed cases, scenario by scenario.
fn cases() -> Vec<Vec<Sizes>> {
    let listed = run(COMMAND, &["list", SUITE, "--profile", "quick", "--json"]);
    let cases = listed
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("a case is JSON"));
    let mut scenarios: Vec<Vec<Sizes>> = Vec::new();
    for case in cases.filter(|case: &Value| PLAYED.contains(&word(case, "family"))) {
        let delivery: Delivery = word(&case, "delivery").parse().expect("it is a delivery");
        if word(&case, "family") == "whole" {
            scenarios.push(Vec::new());
        }
        let cases = scenarios.last_mut().expect("a baseline comes first");
        cases.push(delivery.lengths().collect());
    }
    scenarios
}

fn word<'v>(case: &'v Value, field: &str) -> &'v str {
    case[field].as_str().expect("it is a text")
}
