//! The folders of the last runs: a record and the saved cases of each.
//!
//! ```text
//! .wirecheck/last.json                                   the last run
//! .wirecheck/runs/2026-11-22T10-20-30Z/record.json       the same, kept by run
//! .wirecheck/runs/2026-11-22T10-20-30Z/cases/ID.json     a failure of this run
//! ```
//!
//! The folder `runs` lies beside the record file. A run holds a lock in its own folder, so
//! that another run that goes on at the same time does not remove it.

use std::fs::{self, DirEntry, File};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use crate::atomic::{self, folder_of};
use crate::notation::printable;
use crate::record::Record;
use crate::saved_case::{SavedCase, VERSION};
use crate::store::{StoreError, io_error, json_error, record_text, replace, shown};

/// How many runs are kept.
pub const RUNS_KEPT: usize = 20;
/// The largest file of a saved case that is written or read.
pub const MAX_CASE_BYTES: usize = 16 << 20;
/// The most bytes of all cases of a run together.
const MAX_CASES_BYTES: usize = 64 << 20;

const RUNS: &str = "runs";
const RECORD: &str = "record.json";
const CASES: &str = "cases";
const LOCK: &str = "lock";

/// The folder of a run that goes on.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    /// How many more bytes of cases may be saved.
    bytes_left: usize,
    /// Locked until it is dropped.
    _lock: File,
}

impl RunFolder {
    /// Makes a folder beside a record file. `started` is in RFC 3339. The oldest runs are
    /// removed, so that [`RUNS_KEPT`] are left.
    pub fn create(record: &Path, started: &str) -> Result<Self, StoreError> {
        let runs = folder_of(record).join(RUNS);
        fs::create_dir_all(&runs).map_err(|source| io_error(&runs, source))?;
        let path = new_folder(&runs, &started.replace(':', "-"))?;
        let lock = path.join(LOCK);
        let file = File::create(&lock).and_then(|file| lock_file(&file).map(|()| file));
        let folder = Self {
            _lock: file.map_err(|source| io_error(&lock, source))?,
            bytes_left: MAX_CASES_BYTES,
            path,
        };
        remove_oldest(&runs);
        Ok(folder)
    }

    /// Writes the record of the run, here and to the file of the last run.
    pub fn write(&self, record: &Record, last: &Path) -> Result<(), StoreError> {
        let text = record_text(record);
        replace(&self.path.join(RECORD), &text)?;
        replace(last, &text)
    }

    /// Saves a case, and returns its id. `None` if it is too large.
    pub fn save(&mut self, case: &SavedCase) -> Result<Option<String>, StoreError> {
        let text = serde_json::to_vec_pretty(case).expect("its maps have text keys");
        if text.len() > MAX_CASE_BYTES.min(self.bytes_left) {
            return Ok(None);
        }
        self.bytes_left -= text.len();
        let id = case.id();
        let path = self.path.join(CASES).join(format!("{id}.json"));
        let written = atomic::replace(&path, |out| {
            out.write_all(&text)?;
            out.write_all(b"\n")
        });
        written.map_err(|source| io_error(&path, source))?;
        Ok(Some(id))
    }
}

/// Two runs that start in the same second get two folders.
fn new_folder(runs: &Path, name: &str) -> Result<PathBuf, StoreError> {
    const MOST: u32 = 1_000;
    let mut path = runs.join(name);
    for number in 2..MOST {
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                path = runs.join(format!("{name}-{number:03}"));
            }
            Err(source) => return Err(io_error(&path, source)),
        }
    }
    Err(io_error(&path, io::ErrorKind::AlreadyExists.into()))
}

#[cfg(unix)]
fn lock_file(file: &File) -> io::Result<()> {
    use rustix::fs::{FlockOperation, flock};
    Ok(flock(file, FlockOperation::NonBlockingLockExclusive)?)
}

#[cfg(not(unix))]
fn lock_file(_: &File) -> io::Result<()> {
    Ok(())
}

/// Removes the oldest runs. What cannot be removed stays: it does no harm.
fn remove_oldest(runs: &Path) {
    let names = run_names(runs);
    for name in names.iter().skip(RUNS_KEPT) {
        let folder = runs.join(name);
        if !goes_on(&folder) {
            _ = fs::remove_dir_all(folder);
        }
    }
}

/// Whether another process still writes to a run.
fn goes_on(folder: &Path) -> bool {
    match File::open(folder.join(LOCK)) {
        // Where there are no locks nothing is removed.
        Ok(file) => cfg!(not(unix)) || lock_file(&file).is_err(),
        // It was made by another version, or is just being made.
        Err(_) => true,
    }
}

/// The names of the runs in a folder, the latest first.
fn run_names(runs: &Path) -> Vec<String> {
    let entries = fs::read_dir(runs).into_iter().flatten().flatten();
    let name = |entry: DirEntry| {
        let is_folder = entry.file_type().is_ok_and(|it| it.is_dir());
        let name = entry.file_name().into_string().ok()?;
        (is_folder && is_run_name(&name)).then_some(name)
    };
    let mut names: Vec<_> = entries.filter_map(name).collect();
    names.sort_unstable_by(|a, b| b.cmp(a));
    names
}

/// Whether a name begins as `2026-11-22T10-20-30Z`.
fn is_run_name(name: &str) -> bool {
    let pattern = b"0000-00-00T00-00-00Z";
    let fits = |(byte, wanted): (u8, &u8)| match wanted {
        b'0' => byte.is_ascii_digit(),
        _ => byte == *wanted,
    };
    name.len() >= pattern.len() && name.bytes().zip(pattern).all(fits)
}

/// Why there is no saved case.
#[derive(Debug, thiserror::Error)]
pub enum SavedCaseError {
    /// No run beside the record has a case whose id begins so.
    #[error("no saved case has the id `{}` in {}", printable(id), shown(runs))]
    Unknown {
        /// What the user wrote.
        id: String,
        /// Where it was searched.
        runs: PathBuf,
    },
    /// Several cases of one run have ids that begin so.
    #[error(
        "`{}` is the beginning of several ids: {}; write more digits",
        printable(id),
        found.join(", ")
    )]
    Ambiguous {
        /// What the user wrote.
        id: String,
        /// The ids.
        found: Vec<String>,
    },
    /// The system refused to read the file.
    #[error("{}: {source}", shown(path))]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// It is larger than any saved case.
    #[error(
        "{}: larger than {MAX_CASE_BYTES} bytes; not a saved case",
        shown(path)
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// It is the record of a run.
    #[error("{}: the record of a run, not a saved case", shown(path))]
    IsRecord {
        /// The file.
        path: PathBuf,
    },
    /// It does not have the format of a saved case.
    #[error("{}: not a saved case: {}", shown(path), json_error(source))]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and where.
        source: serde_json::Error,
    },
    /// A wirecheck with another format wrote it.
    #[error(
        "{}: a saved case of version {found}; this wirecheck reads version {VERSION}",
        shown(path)
    )]
    UnsupportedVersion {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
    },
}

/// Finds a case by the first digits of its id: in the latest run that has one, of those
/// beside a record file.
pub fn find_case(record: &Path, id: &str) -> Result<PathBuf, SavedCaseError> {
    let runs = folder_of(record).join(RUNS);
    for name in run_names(&runs) {
        let cases = runs.join(name).join(CASES);
        let mut found = ids(&cases);
        found.retain(|it| it.starts_with(&id.to_ascii_lowercase()));
        match found.as_slice() {
            [] => {}
            [only] => return Ok(cases.join(format!("{only}.json"))),
            _ => {
                return Err(SavedCaseError::Ambiguous {
                    id: id.to_owned(),
                    found,
                });
            }
        }
    }
    Err(SavedCaseError::Unknown {
        id: id.to_owned(),
        runs,
    })
}

/// The ids of the cases in a folder, sorted.
fn ids(cases: &Path) -> Vec<String> {
    let entries = fs::read_dir(cases).into_iter().flatten().flatten();
    let id = |entry: DirEntry| {
        Some(
            entry
                .file_name()
                .to_str()?
                .strip_suffix(".json")?
                .to_owned(),
        )
    };
    let mut ids: Vec<_> = entries.filter_map(id).collect();
    ids.sort_unstable();
    ids
}

/// Reads a saved case.
pub fn read_case(path: &Path) -> Result<SavedCase, SavedCaseError> {
    let path_of = || path.to_owned();
    let text = read_bounded(path).map_err(|source| SavedCaseError::Io {
        path: path_of(),
        source,
    })?;
    if text.len() > MAX_CASE_BYTES {
        return Err(SavedCaseError::TooLarge { path: path_of() });
    }
    let invalid = |source| SavedCaseError::Invalid {
        path: path_of(),
        source,
    };
    let value: serde_json::Value = serde_json::from_slice(&text).map_err(invalid)?;
    if value.get("suites").is_some() {
        return Err(SavedCaseError::IsRecord { path: path_of() });
    }
    match value.get("version").and_then(serde_json::Value::as_u64) {
        Some(found) if found != u64::from(VERSION) => Err(SavedCaseError::UnsupportedVersion {
            path: path_of(),
            found,
        }),
        _ => serde_json::from_value(value).map_err(invalid),
    }
}

/// The content of a regular file, and one byte more than the limit at most.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    // Opening a pipe waits for a writer.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut text = Vec::new();
    let most = MAX_CASE_BYTES as u64 + 1;
    File::open(path)?.take(most).read_to_end(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::saved_case::tests::saved;

    const STARTED: &str = "2026-11-22T10:20:30Z";

    fn scratch() -> (TempDir, PathBuf) {
        let scratch = tempfile::tempdir().expect("the system has a temporary folder");
        let record = scratch.path().join("last.json");
        (scratch, record)
    }

    fn create(record: &Path, started: &str) -> RunFolder {
        RunFolder::create(record, started).expect("the folder is ours")
    }

    fn path(record: &Path, id: &str) -> PathBuf {
        find_case(record, id).expect("it was saved")
    }

    #[test]
    fn what_is_saved_is_read_back() {
        let (_scratch, record) = scratch();
        let mut run = create(&record, STARTED);
        let case = saved("cut@1", "1,31");
        let id = run.save(&case).expect("the folder is ours").expect("small");
        assert_eq!(id, case.id());
        for id in [&id[..4], &id, &id.to_uppercase()] {
            assert_eq!(read_case(&path(&record, id)).expect("valid"), case);
        }
    }

    #[test]
    fn runs_of_one_second_have_two_folders() {
        let (_scratch, record) = scratch();
        let (first, second) = (create(&record, STARTED), create(&record, STARTED));
        assert_ne!(first.path, second.path);
        let names = run_names(&record.with_file_name(RUNS));
        assert_eq!(names, ["2026-11-22T10-20-30Z-002", "2026-11-22T10-20-30Z"]);
    }

    #[test]
    fn the_latest_run_that_has_an_id_is_meant() {
        let (_scratch, record) = scratch();
        let case = saved("cut@1", "1,31");
        for started in ["2026-11-22T10:20:30Z", "2026-11-23T10:20:30Z"] {
            _ = create(&record, started).save(&case).expect("it is ours");
        }
        _ = create(&record, "2026-11-24T10:20:30Z").save(&saved("bytes", "1x32"));
        let found = path(&record, &case.id());
        assert!(found.to_string_lossy().contains("2026-11-23"), "{found:?}");
    }

    #[test]
    fn an_id_that_is_unknown_or_ambiguous_is_an_error() {
        let (_scratch, record) = scratch();
        let mut run = create(&record, STARTED);
        for at in 1..40 {
            _ = run.save(&saved("cut@1", &format!("{at},1"))).expect("ours");
        }
        let error = |id| find_case(&record, id).expect_err(id).to_string();
        assert!(error("zz").starts_with("no saved case has the id `zz` in "));
        assert!(error("").ends_with("write more digits"));
        assert!(error("../x").starts_with("no saved case"));
    }

    #[test]
    fn the_last_runs_are_kept_and_those_that_go_on() {
        let (_scratch, record) = scratch();
        let started = |day: usize| format!("2026-10-{day:02}T10:20:30Z");
        let goes_on = create(&record, &started(1));
        for day in 2..=25 {
            drop(create(&record, &started(day)));
        }
        let runs = record.with_file_name(RUNS);
        fs::create_dir(runs.join("mine")).expect("the folder is ours");
        drop(create(&record, &started(26)));
        let names = run_names(&runs);
        assert_eq!(names.len(), RUNS_KEPT + 1, "{names:?}");
        assert!(names.last().is_some_and(|it| it.contains("10-01")));
        assert!(goes_on.path.exists() && runs.join("mine").exists());
    }

    #[test]
    fn large_cases_are_not_saved() {
        let (_scratch, record) = scratch();
        let mut run = create(&record, STARTED);
        let mut case = saved("cut@1", "1,31");
        case.suite.text = "#".repeat(MAX_CASE_BYTES);
        assert_eq!(run.save(&case).expect("the folder is ours"), None);
        run.bytes_left = 100;
        let small = run.save(&saved("cut@1", "1,31"));
        assert_eq!(small.expect("the folder is ours"), None);
    }

    #[test]
    fn files_that_are_no_saved_case_are_clear_errors() {
        let (scratch, _) = scratch();
        let file = scratch.path().join("case.json");
        let error = |text: &str| {
            fs::write(&file, text).expect("the folder is ours");
            let error = read_case(&file).expect_err(text).to_string();
            error.replace(&*file.to_string_lossy(), "FILE")
        };
        let good = serde_json::to_string(&saved("cut@1", "1,31")).expect("no maps");
        let cases = [
            ("", "FILE: not a saved case: no valid JSON at line 1"),
            ("\u{fffd}", "FILE: not a saved case: no valid JSON"),
            ("{}", "FILE: not a saved case: missing field"),
            ("{\"version\":1,\"suites\":[]}", "FILE: the record of a run"),
            ("{\"version\":2}", "FILE: a saved case of version 2; this"),
            (
                &good[..good.len() / 2],
                "FILE: not a saved case: no valid JSON",
            ),
            (
                &"[".repeat(100_000),
                "FILE: not a saved case: no valid JSON",
            ),
        ];
        for (text, expected) in cases {
            assert!(error(text).starts_with(expected), "{}", error(text));
        }
        let huge = " ".repeat(MAX_CASE_BYTES + 1);
        assert!(error(&huge).starts_with("FILE: larger than 16777216 bytes"));
        let folder = read_case(scratch.path()).expect_err("it is a folder");
        assert!(folder.to_string().ends_with("not a regular file"));
    }
}
