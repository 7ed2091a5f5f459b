//! What wirecheck says it delivered, held against what the peer received: each
//! chunk is one recv, whatever the peer's pace.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use wirecheck::tactic::Delivery;
use wirecheck_tests::{Judged, Trial, processes, run};

const SUITE: &str = "tests/suites/lines.toml";

/// The tactics that this wirecheck plays.
const PLAYED: [&str; 8] = [
    "whole",
    "bytes",
    "cut",
    "joined",
    "joined+cut",
    "random",
    "fin",
    "half",
];

/// The sizes of what one connection's recvs brought, but for its end.
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
    if !processes::has_python() {
        return;
    }
    let (judged, mut received) = received(&["--jobs", "4"], &["--pause-ms", "1"]);
    let mut sent: Vec<_> = deliveries();
    // Whether it serves two connections at once is tried with the first scenario's
    // baseline, beside a connection that says nothing.
    sent.extend([vec![2], vec![]]);
    sent.sort();
    received.sort();
    assert_eq!(received, sent, "{}", judged.stdout);
}

/// One case at a time: the peer's connections are the cases in the order of the list.
fn in_order(pace: &[&str]) {
    if !processes::has_python() {
        return;
    }
    let (judged, received) = received(&["--jobs", "1"], pace);
    assert_eq!(received, deliveries(), "{}", judged.stdout);
    let boundaries: usize = received
        .iter()
        .map(|sizes| sizes.len().saturating_sub(1))
        .sum();
    let delivery = &judged.record().delivery;
    assert_eq!(
        (delivery.boundaries, delivery.proven),
        (boundaries as u64, boundaries as u64)
    );
}

fn received(how: &[&str], pace: &[&str]) -> (Judged, Vec<Sizes>) {
    let trial = Trial::of(env!("CARGO_BIN_EXE_wirecheck-under-test"));
    let log = trial.scratch("recv.log");
    let log_words = ["--log", log.to_str().expect("it is UTF-8")];
    let judged = trial
        .with(&[SUITE, "--profile", "quick"])
        .with(how)
        .on("recv_log_server.py", &[&log_words, pace].concat())
        .judge();
    assert_eq!((judged.code, judged.stderr.as_str()), (0, ""));
    assert_eq!(judged.record().restarts, 0);
    let received = read_log(&log);
    (judged, received)
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

/// The chunk lengths of the cases that are played, from the list.
fn deliveries() -> Vec<Sizes> {
    let command = env!("CARGO_BIN_EXE_wirecheck-under-test");
    let listed = run(command, &["list", SUITE, "--profile", "quick", "--json"]);
    let cases = listed
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("a case is JSON"));
    cases
        .filter(|case: &Value| PLAYED.contains(&word(case, "family")))
        .map(|case| {
            let delivery: Delivery = word(&case, "delivery").parse().expect("it is a delivery");
            delivery.lengths().collect()
        })
        .collect()
}

fn word<'v>(case: &'v Value, field: &str) -> &'v str {
    case[field].as_str().expect("it is a text")
}
