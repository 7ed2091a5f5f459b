//! The suites of the project can be played, and those that cannot are shown as
//! designed.

use std::path::Path;

use snapbox::{assert_data_eq, data::DataFormat};
use wirecheck_tests::{CommandOutput, Run, files, root, run, tools};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

fn check_played(suite: &Path) -> CommandOutput {
    let suite = suite
        .strip_prefix(root())
        .expect("it lies in the project")
        .to_str()
        .expect("it is UTF-8");
    let arguments = ["check", "--play", suite];
    run(COMMAND, &arguments)
}

fn assert_shown(ran: &CommandOutput, suite: &Path) {
    let expected = snapbox::Data::read_from(&suite.with_extension("txt"), Some(DataFormat::Text));
    assert_data_eq!(&ran.stderr, expected.raw());
}

#[test]
fn the_suites_of_the_project_can_be_played_and_prove_something() {
    let ran = check_played(&root().join("scenarios"));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    assert!(
        ran.stdout.ends_with(": valid, self check passed\n"),
        "{ran:?}"
    );
}

#[test]
fn each_suite_that_cannot_be_played_gives_the_error_beside_it() {
    let wrong = files(&root().join("tests/wrong-plays"), "toml");
    assert!(wrong.len() >= 14, "{}", wrong.len());
    for suite in wrong {
        let ran = check_played(&suite);
        let place = suite.display();
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{place}: {ran:?}");
        assert_shown(&ran, &suite);
    }
}

#[test]
fn such_suites_pass_a_check_without_playing() {
    let arguments = ["check", "tests/wrong-plays", "tests/noted-plays"];
    let ran = run(COMMAND, &arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
}

#[test]
fn a_note_is_shown_and_fails_nothing() {
    for suite in files(&root().join("tests/noted-plays"), "toml") {
        let ran = check_played(&suite);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_shown(&ran, &suite);
    }
}

#[test]
fn what_cannot_be_played_is_reported_in_one_go() {
    let folder = root().join("tests/wrong-plays");
    let count = files(&folder, "toml").len();
    let ran = check_played(&folder);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .ends_with(&format!("{count} suites are invalid, 0 valid   (exit 2)\n"))
    );
}

#[test]
fn a_run_of_scenarios_that_prove_nothing_says_so() {
    if !tools::has_python() {
        return;
    }
    let played = |scenario: &str| {
        let run = Run::new(COMMAND);
        let log = run.scratch_path("recv.log");
        let log = log.to_str().expect("it is UTF-8").to_owned();
        let outcome = run
            .args(&["tests/suites/lines.toml", "--only", "whole"])
            .args(&["--scenario", scenario])
            .python_server("recv_log_server.py", &["--log", &log])
            .complete();
        assert_eq!(outcome.code, 0, "{outcome:?}");
        outcome.stdout.clone()
    };
    let note = "proves nothing: a peer that understands";
    let nothing = played("lines/one-letter");
    assert!(
        nothing.contains(&format!("lines/one-letter {note}")),
        "{nothing}"
    );
    let something = played("lines/three-lines");
    assert!(!something.contains(note), "{something}");
}
