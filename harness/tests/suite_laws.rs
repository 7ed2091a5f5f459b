//! Laws for every suite file: valid, invalid or mutated.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use wirecheck::load::{LoadOptions, load};
use wirecheck::scenario::{NoAttachments, Side, Style, parse};
use wirecheck::tactic::{CaseChoice, Plan, Profile, Script};

fn suite_files(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(folder);
    let mut found = Vec::new();
    collect(&root, &mut found);
    assert!(!found.is_empty(), "{}", root.display());
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is part of the project") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|it| it == "toml") {
            found.push(path);
        }
    }
}

fn texts() -> Vec<String> {
    let files = suite_files("scenarios")
        .into_iter()
        .chain(suite_files("tests/wrong-suites"));
    files
        .map(|file| std::fs::read_to_string(file).expect("it is text"))
        .collect()
}

/// A suite of the project with a few ranges removed, doubled or replaced.
fn mutated() -> impl Strategy<Value = String> {
    let edits = prop::collection::vec(
        (any::<prop::sample::Index>(), 0_usize..12, replacement()),
        1..4,
    );
    (prop::sample::select(texts()), edits).prop_map(|(mut text, edits)| {
        for (at, len, replacement) in edits {
            let boundaries: Vec<_> = (0..=text.len())
                .filter(|at| text.is_char_boundary(*at))
                .collect();
            let first = at.index(boundaries.len());
            let last = (first + len).min(boundaries.len() - 1);
            let range = boundaries[first]..boundaries[last];
            let stretch = text[range.clone()].to_owned();
            text.replace_range(range, &replacement.unwrap_or_else(|| stretch.repeat(2)));
        }
        text
    })
}

/// The replacement of a range; `None` doubles it.
fn replacement() -> impl Strategy<Value = Option<String>> {
    let characters = r#"[\\'"{}\[\]=.,#$a-z0-9\n é]{0,4}"#;
    prop_oneof![
        Just(None),
        Just(Some(String::new())),
        characters.prop_map(Some)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn a_mutated_suite_is_parsed_or_reported_without_a_panic(text in mutated()) {
        match parse("mutated.toml", &text, &NoAttachments) {
            Ok(suite) => prop_assert!(!suite.scenarios().is_empty()),
            Err(error) => {
                prop_assert!(!error.diagnostics.is_empty());
                prop_assert!(!error.render(Style::Plain).is_empty());
            }
        }
    }
}

#[test]
fn every_suite_of_the_project_can_be_planned_on_both_sides() {
    let loaded = load(&suite_files("scenarios"), &LoadOptions::default());
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    let thorough = CaseChoice {
        profile: Profile::Thorough,
        ..CaseChoice::default()
    };
    for suite in &loaded.suites {
        for scenario in suite.scenarios() {
            for side in [Side::Client, Side::Server] {
                let script = Script::of(scenario, side);
                let plan = Plan::of(suite, scenario, side, &thorough);
                for case in plan.cases() {
                    assert_eq!(
                        case.delivery.fits(script.len()),
                        Ok(()),
                        "{}/{}",
                        scenario.id(),
                        case.tactic
                    );
                }
            }
        }
    }
}
