//! Exchanges over several connections. `odd_peers.rs` has correct and broken servers for them.

use wirecheck_report::record::Verdict;
use wirecheck_tests::{Run, RunOutcome, run, tools};

const WIRECHECK: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");
const SUITE: &str = "tests/peers/odd/suites/room.toml";

/// A run against the chat room that takes one read for a line.
fn broken_room(arguments: &[&str]) -> RunOutcome {
    Run::new(WIRECHECK)
        .args(&[SUITE, "--profile=quick"])
        .args(arguments)
        .peer(room("one-read"))
        .complete()
}

fn room(by: &str) -> Vec<String> {
    let words = [
        tools::python()[0],
        "tests/peers/odd/room.py",
        "{host}",
        "{port}",
        "--by",
        by,
    ];
    words.map(str::to_owned).to_vec()
}

#[test]
fn each_connection_is_cut_in_a_scenario_of_its_own() {
    if !tools::has_python() {
        return;
    }
    let found = broken_room(&["--only=whole", "--only=cut@3"]);
    let scenarios: Vec<_> = found.record().scenarios().collect();
    let ids = scenarios.iter().map(|(_, it)| it.id.as_str());
    assert!(ids.eq(["chat.bob", "chat"]), "{}", found.stdout);
    for (_, scenario) in scenarios {
        let tactics = scenario.failures.iter().map(|it| it.tactic.as_str());
        assert!(tactics.eq(["cut@3"]), "{}", found.stdout);
        let evidence = scenario.failures[0].evidence.as_ref();
        let events = &evidence.expect("what happened was saved").events;
        let bob = events.iter().filter(|it| it.on.as_deref() == Some("bob"));
        assert!(bob.count() > 0, "{events:?}");
    }
    assert!(found.stdout.contains("bob C: J\n"), "{}", found.stdout);
}

#[test]
fn a_failure_is_replayed_with_all_connections() {
    if !tools::has_python() {
        return;
    }
    let found = broken_room(&["--only=whole", "--only=cut@3"]);
    let saved = found.saved_cases();
    assert_eq!(saved.len(), 2, "{}", found.stdout);
    for file in saved {
        let file = file.to_str().expect("it is UTF-8");
        assert_eq!(run(WIRECHECK, &["replay", file]).code, 1);
        let fixed = room("threads");
        let fixed: Vec<_> = fixed.iter().map(String::as_str).collect();
        let now = run(WIRECHECK, &[&["replay", file, "--"], &fixed[..]].concat());
        assert_eq!(now.code, 0, "{now:?}");
        let script = run(WIRECHECK, &["replay", file, "--script", "python"]);
        assert_eq!(script.code, 2, "{script:?}");
        assert!(script.stderr.contains("several connections"), "{script:?}");
        let capture = format!("{file}.pcap");
        let capture = run(WIRECHECK, &["replay", file, "--pcap", &capture]);
        assert_eq!(capture.code, 0, "{capture:?}");
    }
}

#[test]
fn a_client_is_not_tested_with_several_connections() {
    if !tools::has_python() {
        return;
    }
    let outcome = Run::new(WIRECHECK)
        .args(&[SUITE, "tests/peers/odd/suites/client-hello.toml"])
        .args(&["--client", "--only=whole"])
        .peer(vec!["true".to_owned()])
        .complete();
    let scenarios = outcome.record().scenarios();
    let mut rooms = scenarios.filter(|(suite, _)| suite.id == "room");
    assert!(
        rooms.all(|(_, it)| it.verdict == Verdict::Skipped),
        "{}",
        outcome.stdout
    );
}
