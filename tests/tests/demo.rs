//! The demo shows of each embedded peer what it is built to show.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use wirecheck_tests::{Ran, files, run, run_in};

const WIRECHECK: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

const SYSTEMS: [&str; 4] = ["header", "line", "one-shot", "stay-alive"];

/// An empty folder, so that nothing is written into the project.
fn scratch() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("demo");
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("cargo's own folder can be written");
    folder
}

#[test]
fn each_embedded_peer_shows_just_what_it_is_built_to_show() {
    let folder = scratch();
    let ran = run_in(&folder, WIRECHECK, &["demo"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let matrix = matrix(&ran);
    let rows: Vec<_> = matrix
        .keys()
        .map(|(name, form)| (name.as_str(), form.as_str()))
        .collect();
    let both = |name| [(name, "mended"), (name, "naive")];
    assert_eq!(rows, SYSTEMS.map(both).concat(), "{}", ran.stdout);
    for ((name, form), cells) in &matrix {
        let held = cells
            .iter()
            .all(|cell| ["✓ 100 %", "–"].contains(&cell.as_str()));
        assert_eq!(held, form == "mended", "{name} {form}: {cells:?}");
    }
    check_records(&folder.join(".wirecheck/demo"));
}

fn check_records(folder: &Path) {
    let records = files(folder, "json");
    assert_eq!(records.len(), 2 * SYSTEMS.len(), "{records:?}");
    for path in records {
        let text = fs::read_to_string(&path).expect("it is text");
        let record: Value = serde_json::from_str(&text).expect("it is JSON");
        let naive = path.to_string_lossy().ends_with("-naive.json");
        assert_eq!(record["state"], "finished", "{}", path.display());
        let verdict = if naive { "fail" } else { "pass" };
        assert_eq!(record["verdict"], verdict, "{}", path.display());
    }
}

/// The cells of each peer's row, over all parts of the matrix. A name stands only
/// beside the first of its forms.
fn matrix(ran: &Ran) -> BTreeMap<(String, String), Vec<String>> {
    let mut rows: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut above = String::new();
    for line in ran.stdout.lines().filter(|line| line.starts_with('│')) {
        let mut cells = line
            .trim_matches('│')
            .split('│')
            .map(|cell| cell.trim().to_owned());
        let (name, form) = (
            cells.next().unwrap_or_default(),
            cells.next().unwrap_or_default(),
        );
        if form.is_empty() {
            continue; // The head of the table, or codes below a row.
        }
        if !name.is_empty() {
            above = name;
        }
        rows.entry((above.clone(), form)).or_default().extend(cells);
    }
    rows
}

#[test]
fn nobody_is_told_of_the_command_that_embedded_peers_run_as() {
    for arguments in [["--help"], ["man"]] {
        let ran = run(WIRECHECK, &arguments);
        assert!(
            !ran.stdout.contains("Be one of the embedded peers"),
            "{ran:?}"
        );
    }
}
