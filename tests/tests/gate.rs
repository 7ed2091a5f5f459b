//! What fails a run: known failures, levels, the number of cases, the time, and the parts of a
//! run.

use std::fs;
use std::path::Path;

use wirecheck_report::Record;
use wirecheck_report::record::{CutOffReason, RunState, Verdict};
use wirecheck_tests::{Run, root, run_in, tools};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

/// Cuts of one scenario against a server that takes each read for a message.
fn naive(arguments: &[&str]) -> Run {
    Run::new(COMMAND)
        .args(&["scenarios/threaded", "--only=cut@1?"])
        .args(arguments)
        .python_server("threaded_server_naive.py", &[])
}

/// The settings of a project whose known failures are these.
fn known(folder: &Path, entries: &str) -> String {
    let path = folder.join("known.toml");
    fs::write(&path, format!("[known]\n{entries}")).expect("the folder is ours");
    path.to_string_lossy().into_owned()
}

#[test]
fn a_known_failure_runs_and_fails_nothing() {
    if !tools::has_python() {
        return;
    }
    let scratch = tempfile::tempdir().expect("there is a temporary folder");
    let config = known(scratch.path(), "'threaded/*/cut@*' = 'issue 12'");
    let outcome = naive(&["--config", &config]).complete();
    assert_eq!(outcome.code, 0, "{}", outcome.stdout);
    let record = outcome.record();
    assert_eq!(record.verdict, Verdict::Known);
    assert!(record.gate.known[0].failed > 0);
    assert!(
        outcome.stdout.contains("failures known"),
        "{}",
        outcome.stdout
    );
    assert!(
        !outcome.stdout.contains("FAIL  threaded"),
        "{}",
        outcome.stdout
    );
    let listed = naive(&["--config", &config, "--list-known"]).complete();
    assert!(listed.stdout.contains("issue 12"), "{}", listed.stdout);
}

/// Settings with a suite for servers, one for clients, and these known failures.
fn project(folder: &Path, entries: &str) -> String {
    let scenarios = root().join("scenarios");
    let [server, client] = ["threaded", "agent"].map(|suite| scenarios.join(suite));
    let suites = format!("['{}', '{}']", server.display(), client.display());
    let text = format!("suites = {suites}\n[known]\n{entries}");
    let path = folder.join("project.toml");
    fs::write(&path, text).expect("the folder is ours");
    path.to_string_lossy().into_owned()
}

#[test]
fn a_known_failure_that_passes_or_matches_nothing_fails_a_whole_run() {
    if !tools::has_python() {
        return;
    }
    let scratch = tempfile::tempdir().expect("there is a temporary folder");
    let entries = "'threaded/*/cut@*' = 'issue 12'\n'gone/*' = 'issue 13'\n\
                   'agent/*' = 'a client fails here'";
    let config = project(scratch.path(), entries);
    let fixed = |arguments: &[&str]| {
        Run::new(COMMAND)
            .args(&["--config", &config])
            .args(arguments)
            .python_server("threaded_server_fixed.py", &[])
            .complete()
    };
    let whole = fixed(&[]);
    assert_eq!(whole.code, 1, "{}", whole.stdout);
    let outdated = [
        "the known failure `threaded/*/cut@*` passes",
        "delete it",
        "the known failure `gone/*` matches no case",
        "verdict   FAIL",
    ];
    for text in outdated {
        assert!(whole.stdout.contains(text), "{text}: {}", whole.stdout);
    }
    assert!(!whole.stdout.contains("`agent/*`"), "{}", whole.stdout);
    let part = fixed(&["--only=whole"]);
    assert_eq!(part.code, 0, "a part cannot know: {}", part.stdout);
}

#[test]
fn fewer_cases_than_the_least_fail_the_run() {
    if !tools::has_python() {
        return;
    }
    let fixed = |least: &str| {
        Run::new(COMMAND)
            .args(&["scenarios/threaded", "--only=cut@1?", "--min-cases", least])
            .python_server("threaded_server_fixed.py", &[])
            .complete()
    };
    let enough = fixed("5");
    assert_eq!(enough.code, 0, "{}", enough.stdout);
    let too_few = fixed("5000");
    assert_eq!(too_few.code, 1, "{}", too_few.stdout);
    let text = "at least 5 000 required (--min-cases)";
    assert!(too_few.stdout.contains(text), "{}", too_few.stdout);
}

#[test]
fn a_run_without_time_proves_nothing_and_fails() {
    if !tools::has_python() {
        return;
    }
    let outcome = naive(&["--time", "1ns"]).complete();
    assert_eq!(outcome.code, 1, "{}", outcome.stdout);
    let record = outcome.record();
    assert_eq!(record.cut_off_by, Some(CutOffReason::Time));
    assert_eq!(record.tally().run(), 0);
}

#[test]
fn a_negated_tactic_is_left_out() {
    if !tools::has_python() {
        return;
    }
    let outcome = Run::new(COMMAND)
        .args(&["scenarios/threaded", "--profile=quick"])
        .args(&["--only=!random@*", "--only=!*cut"])
        .python_server("threaded_server_fixed.py", &[])
        .complete();
    let record = outcome.record();
    let families = record.scenarios().flat_map(|(_, it)| &it.families);
    let names: Vec<_> = families.map(|it| it.name.as_str()).collect();
    assert!(
        names.contains(&"bytes") && names.contains(&"fin"),
        "{names:?}"
    );
    assert!(
        !names.contains(&"cut") && !names.contains(&"random"),
        "{names:?}"
    );
}

#[test]
fn quiet_output_has_only_failures_and_the_verdict() {
    if !tools::has_python() {
        return;
    }
    let outcome = naive(&["--quiet"]).complete();
    assert!(
        outcome.stdout.starts_with("FAIL  threaded/"),
        "{}",
        outcome.stdout
    );
    assert!(!outcome.stdout.contains('│'), "{}", outcome.stdout);
    let last = outcome.stdout.lines().last().unwrap_or_default();
    assert!(last.starts_with("verdict   FAIL"), "{last}");
}

/// The parts of a run, merged by `report`, and the whole run.
#[test]
fn the_merged_record_of_all_parts_is_the_record_of_the_whole_run() {
    if !tools::has_python() {
        return;
    }
    let scratch = tempfile::tempdir().expect("there is a temporary folder");
    let play = |arguments: &[&str]| {
        let outcome = Run::new(COMMAND)
            .args(&["scenarios/line", "scenarios/threaded", "--only=cut@*"])
            .args(arguments)
            .python_server("threaded_server_naive.py", &[])
            .complete();
        outcome.record().clone()
    };
    let mut paths = Vec::new();
    for number in 1..=3 {
        let mut record = play(&[&format!("--shard={number}/3")]);
        // Each run of a test has a marker in the command line of its peer.
        record.peer.command = vec!["server".to_owned()];
        let path = scratch.path().join(format!("part{number}.json"));
        wirecheck_report::write(&record, &path).expect("the folder is ours");
        paths.push(path.to_string_lossy().into_owned());
    }
    let all = scratch
        .path()
        .join("all.json")
        .to_string_lossy()
        .into_owned();
    let parts: Vec<_> = paths.iter().map(String::as_str).collect();
    let words = [&["report"], &parts[..], &["--gate", "--json", &all]].concat();
    let merged = run_in(root(), COMMAND, &words);
    assert_eq!((merged.code, merged.stderr.as_str()), (1, ""));
    let merged = wirecheck_report::read(Path::new(&all)).expect("it was written");
    let whole = play(&[]);
    assert_eq!(merged.state, RunState::Finished);
    assert_eq!(without_what_differs(&merged), without_what_differs(&whole));
    let missing = run_in(root(), COMMAND, &["report", &paths[0], &paths[2]]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("part 2 of 3 is missing"));
    let alone = run_in(root(), COMMAND, &["report", &paths[0], "--gate"]);
    assert_eq!(alone.code, 2, "a part says nothing about the whole run");
    let shown = run_in(root(), COMMAND, &["report", &paths[0]]);
    assert!(
        shown.stdout.contains("part      1 of 3"),
        "{}",
        shown.stdout
    );
}

/// What depends on the process of wirecheck or of the peer: ids of files, what was tried, and
/// the number of a thread in the output of the peer.
const DIFFERS: [&str; 7] = [
    "started",
    "address",
    "saved",
    "restarts",
    "tries",
    "command",
    "last_words",
];

/// As text, without times and what differs.
fn without_what_differs(record: &Record) -> String {
    let mut value = serde_json::to_value(record).expect("its maps have text keys");
    remove_what_differs(&mut value);
    serde_json::to_string_pretty(&value).expect("it was a value")
}

fn remove_what_differs(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(map) => {
            let differs = |key: &str| key.ends_with("_us") || DIFFERS.contains(&key);
            map.retain(|key, _| !differs(key));
            map.values_mut().for_each(remove_what_differs);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(remove_what_differs),
        _ => {}
    }
}
