//! The demo finds the defects of each embedded naive peer, and none in the fixed ones.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use wirecheck_tests::{CommandOutput, files, run, run_in};

const WIRECHECK: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

/// The systems, and defects that the naive form of each has. More may be named.
const SYSTEMS: [(&str, &[&str]); 6] = [
    ("line", &["F05"]),
    ("header", &["F01", "F02", "F03", "F06", "C06"]),
    ("stay-alive", &["C02"]),
    ("one-shot", &["F02", "C06"]),
    ("line client", &["F02", "F05"]),
    ("header client", &["F01", "F03", "C02"]),
];

/// An empty folder: the demo writes its records into the current one.
fn scratch() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("demo");
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("cargo's own folder can be written");
    folder
}

#[test]
#[ignore = "it takes half a minute; .ci/run runs it"]
fn each_embedded_peer_behaves_as_expected() {
    let folder = scratch();
    let ran = run_in(&folder, WIRECHECK, &["demo"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let rows = matrix(&ran);
    let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
    let both = |(name, _)| [format!("{name} naive"), format!("{name} fixed")];
    let all = SYSTEMS.map(both);
    let all = all.concat();
    // There are more tactics than columns: a second table has the rest.
    assert!(
        names.chunks(all.len()).all(|it| it == all),
        "{}",
        ran.stdout
    );
    for (index, (_, codes)) in SYSTEMS.into_iter().enumerate() {
        let cells = |at: usize| -> String {
            let tables = rows.chunks(all.len());
            tables.map(|rows| rows[at].cells.as_str()).collect()
        };
        let (naive, fixed) = (cells(2 * index), cells(2 * index + 1));
        assert!(naive.contains('✗'), "{naive}");
        for code in codes {
            assert!(naive.contains(code), "{code}: {naive}");
        }
        assert!(fixed.contains("✓100%"), "{fixed}");
        assert!(!fixed.contains('✗'), "{fixed}");
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
        let name = path.to_string_lossy();
        assert_eq!(record["state"], "finished", "{name}");
        let naive = name.ends_with("-naive.json");
        let verdict = if naive { "fail" } else { "pass" };
        assert_eq!(record["verdict"], verdict, "{name}");
        let client = name.contains("-client-");
        let role = if client { "client" } else { "server" };
        assert_eq!(record["peer"]["role"], role, "{name}");
    }
}

/// A peer's row in the matrix.
#[derive(Debug)]
struct Row {
    name: String,
    /// Its results in all columns; they may take several lines.
    cells: String,
}

/// The rows of the matrix. A name is printed only beside the first of its forms, and may
/// continue on the next line.
fn matrix(ran: &CommandOutput) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let lines = ran.stdout.lines().filter_map(|line| line.strip_prefix('│'));
    let lines: Vec<_> = lines.map(|line| line.trim_end_matches('│')).collect();
    let beside = lines.iter().find_map(|line| line.find("naive"));
    let beside = beside.expect("there is a naive peer");
    for line in lines {
        let (name, cells) = line.split_at(beside);
        let name = name.trim();
        let form = ["naive", "fixed"]
            .into_iter()
            .find(|it| cells.starts_with(it));
        match (form, rows.last_mut()) {
            (Some(form), above) => {
                let system = above.and_then(|above| above.name.strip_suffix(" naive"));
                let system = system.filter(|_| name.is_empty()).unwrap_or(name);
                let name = format!("{system} {form}");
                let cells = cells.to_owned();
                rows.push(Row { name, cells });
            }
            (None, Some(row)) => {
                if !name.is_empty() {
                    row.name = row.name.replace(" naive", &format!(" {name} naive"));
                }
                row.cells += cells;
            }
            (None, None) => {}
        }
    }
    rows
}

#[test]
fn the_help_hides_the_command_that_runs_embedded_peers() {
    for arguments in [["--help"], ["man"]] {
        let ran = run(WIRECHECK, &arguments);
        assert!(!ran.stdout.contains("Run one of the built-in"), "{ran:?}");
    }
}
