//! The suites of the project are right, and wrong suites are shown as designed.

use std::path::Path;

use serde_json::Value;
use snapbox::{assert_data_eq, data::DataFormat};
use wirecheck_tests::{Ran, files, root, run};

fn wirecheck(arguments: &[&str]) -> Ran {
    run(env!("CARGO_BIN_EXE_wirecheck-under-test"), arguments)
}

fn relative(path: &Path) -> &str {
    path.strip_prefix(root())
        .expect("it lies in the project")
        .to_str()
        .expect("it is UTF-8")
}

#[test]
fn the_suites_of_the_project_are_right() {
    let ran = wirecheck(&["check", "scenarios"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
}

#[test]
fn each_wrong_suite_is_shown_as_the_text_beside_it() {
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
fn all_wrong_suites_are_reported_in_one_go() {
    let count = files(&root().join("tests/wrong-suites"), "toml").len();
    let ran = wirecheck(&["check", "tests/wrong-suites"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.ends_with(&format!(
        "{count} suites are wrong, 0 right; nothing was run   (exit 2)\n"
    )));
}

#[test]
fn the_published_schemas_are_those_the_command_prints() {
    for of in ["suite", "record"] {
        let printed = wirecheck(&["schema", of]).stdout;
        let published = root().join(format!("harness/schema/{of}.json"));
        let published = snapbox::Data::read_from(&published, Some(DataFormat::Text));
        assert_data_eq!(printed, published.raw());
    }
}

#[test]
fn the_schema_accepts_every_suite_of_the_project() {
    let validator = validator();
    for suite in files(&root().join("scenarios"), "toml") {
        let errors: Vec<_> = validator
            .iter_errors(&as_json(&suite))
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?}", suite.display());
    }
}

#[test]
fn the_schema_refuses_every_suite_of_the_wrong_structure() {
    let validator = validator();
    for suite in files(&root().join("tests/wrong-suites/structure"), "toml") {
        assert!(!validator.is_valid(&as_json(&suite)), "{}", suite.display());
    }
}

#[test]
fn suites_in_a_wrong_place_are_named_with_what_to_do() {
    let nowhere = wirecheck(&["check", "no/such/folder"]);
    assert_eq!(nowhere.code, 2, "{nowhere:?}");
    assert!(
        nowhere.stderr.contains("no/such/folder: No such file"),
        "{nowhere:?}"
    );
    let empty = wirecheck(&["check", "tests/peers"]);
    assert_eq!(empty.code, 4, "{empty:?}");
    assert!(
        empty.stderr.contains("no suite was found in tests/peers"),
        "{empty:?}"
    );
    let large = wirecheck(&["check", "--max-suite-bytes", "10", "scenarios/line"]);
    assert_eq!(large.code, 2, "{large:?}");
    assert!(
        large.stderr.contains("raise --max-suite-bytes"),
        "{large:?}"
    );
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
