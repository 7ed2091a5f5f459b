//! Servers that start, stop and run in unusual ways: they are judged by what they answer.

use wirecheck_report::record::RunState;
use wirecheck_tests::{Run, RunOutcome, findings, tools};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

/// The run was played to its end and left no process.
fn is_finished(outcome: &RunOutcome) {
    assert_eq!(outcome.stderr, "", "{}", outcome.stdout);
    assert_eq!(outcome.record().state, RunState::Finished);
    assert_eq!(outcome.remaining_processes, [""; 0]);
}

#[test]
fn a_server_that_can_run_only_once_at_a_time_is_judged_to_the_end() {
    if !tools::has_python() {
        return;
    }
    let run = Run::new(COMMAND).args(&["scenarios/threaded", "--profile", "quick"]);
    let lock = run.scratch_path("lock");
    let lock = lock.to_str().expect("the path is Unicode");
    let outcome = run
        .python_server("hostile/runs_once.py", &["--lock", lock])
        .complete();
    is_finished(&outcome);
    assert_eq!(outcome.code, 1, "{}", outcome.stdout);
    assert!(outcome.record().restarts > 0, "{}", outcome.stdout);
}

#[test]
fn a_process_without_environment_parent_and_group_does_not_outlive_the_run() {
    leaves_nothing(&[]);
}

#[test]
fn a_process_without_environment_and_group_does_not_outlive_the_run() {
    leaves_nothing(&["--child"]);
}

/// A server leaves processes behind. None of them is left when wirecheck ends.
fn leaves_nothing(options: &[&str]) {
    if !tools::has_python() {
        return;
    }
    let outcome = Run::new(COMMAND)
        .args(&["scenarios/threaded", "--profile", "quick"])
        .args(&["--only", "cut@?", "--only", "joined"])
        .python_server("hostile/leaves_strays.py", options)
        .complete();
    is_finished(&outcome);
    assert_eq!(outcome.record().notes, [""; 0]);
}

#[test]
fn a_server_that_puts_itself_into_the_background_passes() {
    daemon_passes(&[]);
}

#[test]
fn a_server_that_listens_before_it_puts_itself_into_the_background_passes() {
    daemon_passes(&["--bind-first"]);
}

fn daemon_passes(options: &[&str]) {
    if !tools::has_python() {
        return;
    }
    let run = Run::new(COMMAND).args(&["scenarios/threaded", "--profile", "quick"]);
    let pid_file = run.scratch_path("pid");
    let pid_file = pid_file.to_str().expect("the path is Unicode");
    let options = [options, &["--pid-file", pid_file]].concat();
    let outcome = run
        .python_server("hostile/daemonizes.py", &options)
        .complete();
    is_finished(&outcome);
    assert_eq!(outcome.code, 0, "{}", outcome.stdout);
    assert_eq!(outcome.record().notes, [""; 0]);
}

#[test]
fn a_server_that_keeps_a_descriptor_of_each_connection_leaks() {
    let Some(outcome) = keeps("sockets") else {
        return;
    };
    is_finished(&outcome);
    assert_eq!(outcome.code, 1, "{}", outcome.stdout);
    let found: Vec<_> = findings(outcome.record()).map(|(_, _, it)| it).collect();
    let [leak] = found[..] else {
        panic!("{found:?}");
    };
    let text = "352 descriptors after 352 connections, also of whole exchanges";
    assert!(leak.what.contains(text), "{}", leak.what);
}

#[test]
fn a_pool_is_no_leak() {
    let Some(outcome) = keeps("pool") else { return };
    is_finished(&outcome);
    assert_eq!(outcome.code, 0, "{}", outcome.stdout);
}

fn keeps(what: &str) -> Option<RunOutcome> {
    tools::has_python().then(|| {
        Run::new(COMMAND)
            .args(&["scenarios/threaded", "--profile", "quick"])
            .args(&["--scenario", "*/answers-each-line"])
            .python_server("hostile/leaks.py", &["--of", what])
            .complete()
    })
}
