//! The demo shows of each embedded peer what it is built to show.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use wirecheck_tests::{Ran, files, run, run_in};

const WIRECHECK: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

const SYSTEMS: [&str; 4] = ["line", "header", "stay-alive", "one-shot"];

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
    let rows = matrix(&ran);
    let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
    let both = |name: &str| [format!("{name} naive"), format!("{name} mended")];
    let all = SYSTEMS.map(both);
    assert_eq!(names, all.concat(), "{}", ran.stdout);
    for Row { name, cells } in &rows {
        let held = !cells.contains('✗');
        assert_eq!(held, name.ends_with("mended"), "{name}: {cells}");
        assert!(cells.contains("100%") || !held, "{name}: {cells}");
    }
    assert!(
        ran.stdout.lines().all(|line| line.chars().count() <= 80),
        "{}",
        ran.stdout
    );
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

/// A peer's row in the matrix.
struct Row {
    name: String,
    /// How it fared, column by column.
    cells: String,
}

/// The rows of the matrix. A name stands only beside the first of its forms.
fn matrix(ran: &Ran) -> Vec<Row> {
    let mut above = String::new();
    let lines = ran.stdout.lines().filter(|line| line.starts_with('│'));
    lines
        .filter_map(|line| {
            let form = ["naive", "mended"]
                .into_iter()
                .find(|form| line.contains(form))?;
            let (name, cells) = line.split_once(form)?;
            let name = name.trim_matches(['│', ' ']);
            if !name.is_empty() {
                name.clone_into(&mut above);
            }
            Some(Row {
                name: format!("{above} {form}"),
                cells: cells.to_owned(),
            })
        })
        .collect()
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
