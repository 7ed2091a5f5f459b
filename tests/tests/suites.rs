//! The suites of the project are valid, and invalid suites are reported as designed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::Value;
use snapbox::{assert_data_eq, data::DataFormat};
use wirecheck_tests::{CommandOutput, files, make_fifo, root, run, run_in};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

fn wirecheck(arguments: &[&str]) -> CommandOutput {
    run(COMMAND, arguments)
}

fn relative(path: &Path) -> &str {
    path.strip_prefix(root())
        .expect("it lies in the project")
        .to_str()
        .expect("it is UTF-8")
}

#[test]
fn the_suites_of_the_project_are_valid() {
    let ran = wirecheck(&["check", "scenarios"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
}

#[test]
fn each_invalid_suite_is_reported_as_in_its_text_file() {
    let wrong = files(&root().join("tests/wrong-suites"), "toml");
    assert!(wrong.len() >= 60, "{}", wrong.len());
    for suite in wrong {
        let ran = wirecheck(&["check", relative(&suite)]);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (2, ""),
            "{}",
            suite.display()
        );
        let expected =
            snapbox::Data::read_from(&suite.with_extension("txt"), Some(DataFormat::Text));
        assert_data_eq!(ran.stderr, expected.raw());
    }
}

#[test]
fn what_a_valid_suite_cannot_show_is_noted() {
    for suite in files(&root().join("tests/noted-suites"), "toml") {
        let ran = wirecheck(&["check", relative(&suite)]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
        let expected =
            snapbox::Data::read_from(&suite.with_extension("txt"), Some(DataFormat::Text));
        assert_data_eq!(ran.stdout, expected.raw());
    }
}

#[test]
fn all_invalid_suites_are_reported_at_once() {
    let count = files(&root().join("tests/wrong-suites"), "toml").len();
    for (command, so) in [("check", ""), ("list", "; nothing was run")] {
        let ran = wirecheck(&[command, "tests/wrong-suites"]);
        assert_eq!(ran.code, 2);
        let expected = format!("{count} suites are invalid, 0 valid{so}   (exit 2)\n");
        assert!(ran.stderr.ends_with(&expected), "{command}");
    }
}

#[test]
fn the_published_schemas_are_those_the_command_prints() {
    for of in ["suite", "record", "case", "config"] {
        let printed = wirecheck(&["schema", of]).stdout;
        let published = root().join(format!("harness/schema/{of}.json"));
        let published = snapbox::Data::read_from(&published, Some(DataFormat::Text));
        assert_data_eq!(printed, published.raw());
    }
}

#[test]
fn the_schema_accepts_every_suite_of_the_project() {
    let validator = validator();
    let mut suites = files(&root().join("scenarios"), "toml");
    suites.extend(files(&root().join("harness/packs"), "toml"));
    for suite in suites {
        let errors: Vec<_> = validator
            .iter_errors(&as_json(&suite))
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?}", suite.display());
    }
}

#[test]
fn the_schema_rejects_every_suite_of_invalid_structure() {
    let validator = validator();
    for suite in files(&root().join("tests/wrong-suites/structure"), "toml") {
        assert!(!validator.is_valid(&as_json(&suite)), "{}", suite.display());
    }
}

#[test]
fn an_unusable_path_is_reported_with_what_to_do() {
    let nowhere = wirecheck(&["check", "no/such/folder"]);
    assert_eq!(nowhere.code, 2, "{nowhere:?}");
    assert!(
        nowhere.stderr.contains("no/such/folder: No such file"),
        "{nowhere:?}"
    );
    let empty = wirecheck(&["check", "tests/peers/python"]);
    assert_eq!(empty.code, 4, "{empty:?}");
    assert!(
        empty
            .stderr
            .contains("no suite found in tests/peers/python"),
        "{empty:?}"
    );
    let large = wirecheck(&["check", "--max-suite-bytes", "10", "scenarios/line"]);
    assert_eq!(large.code, 2, "{large:?}");
    assert!(
        large.stderr.contains("raise --max-suite-bytes"),
        "{large:?}"
    );
}

#[test]
fn a_pipe_is_rejected_without_waiting() {
    let scratch = tempfile::tempdir().expect("there is a place for scratch files");
    for pipe in ["pipe.toml", "pipe"] {
        make_fifo(&scratch.path().join(pipe));
    }
    let suite = of_file("pipe");
    fs::write(scratch.path().join("sends.toml"), suite).expect("the folder is ours");
    for name in ["pipe.toml", "sends.toml", "."] {
        let ran = run_in(scratch.path(), COMMAND, &["check", name]);
        assert_eq!(ran.code, 2, "{name}: {ran:?}");
        let expected = "not a regular file but a device, a pipe or a socket";
        assert!(ran.stderr.contains(expected), "{name}: {}", ran.stderr);
    }
}

#[test]
fn a_link_cannot_leave_the_suites_folder() {
    let scratch = tempfile::tempdir().expect("there is a place for scratch files");
    let folder = scratch.path().join("suites");
    fs::create_dir_all(folder.join("below")).expect("the folder is ours");
    fs::write(scratch.path().join("secret"), "not for peers").expect("the folder is ours");
    fs::write(folder.join("below/inside"), "for peers").expect("the folder is ours");
    symlink("../secret", folder.join("out")).expect("the folder is ours");
    symlink("..", folder.join("up")).expect("the folder is ours");
    symlink("below/inside", folder.join("in")).expect("the folder is ours");
    for (file, code) in [("out", 2), ("up/secret", 2), ("in", 0), ("below/inside", 0)] {
        fs::write(folder.join("suite.toml"), of_file(file)).expect("the folder is ours");
        let ran = run_in(&folder, COMMAND, &["check", "suite.toml"]);
        assert_eq!(ran.code, code, "{file}: {ran:?}");
        let expected = "only files in the suite's folder or below it are read";
        assert_eq!(ran.stderr.contains(expected), code == 2, "{}", ran.stderr);
    }
}

#[test]
fn a_hundred_of_thousands_of_errors_are_shown_and_the_rest_counted() {
    let scratch = tempfile::tempdir().expect("there is a place for scratch files");
    let scenario =
        |number| format!("[[scenario]]\nid = 's{number}'\nexchange = [{{ client = 'a\\q' }}]\n");
    let mut suite = "title = 'Many'\nframing = 'line'\n".to_owned();
    suite.extend((0..5_000).map(scenario));
    fs::write(scratch.path().join("many.toml"), suite).expect("the folder is ours");
    let ran = run_in(scratch.path(), COMMAND, &["check", "many.toml"]);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.stderr.matches("error[suite]").count(), 100);
    let last = "… and 4900 more in many.toml\n\nerror: 1 suite is invalid";
    assert!(ran.stderr.contains(last), "{}", ran.stderr);
}

/// A suite whose client sends what a file holds.
fn of_file(path: &str) -> String {
    format!(
        "title = 'A file'\nframing = 'raw'\n[[scenario]]\nid = 'sends'\n\
         exchange = [{{ client.file = '{path}' }}]\n"
    )
}

fn validator() -> jsonschema::Validator {
    let schema: Value =
        serde_json::from_str(&wirecheck(&["schema", "suite"]).stdout).expect("it is JSON");
    jsonschema::validator_for(&schema).expect("it is a schema")
}

fn as_json(suite: &Path) -> Value {
    let text = std::fs::read_to_string(suite).expect("it is text");
    let value: toml::Value = toml::from_str(&text).expect("its syntax is right");
    serde_json::to_value(value).expect("TOML is JSON but for dates")
}
