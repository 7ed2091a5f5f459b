//! Records on disk. A write replaces the whole file or nothing, and only a record.

use std::fs::{self, File, FileType};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::error::Category;
use tempfile::NamedTempFile;

use crate::atomic;
use crate::notation::printable;
use crate::record::{Record, VERSION};

/// Why a record cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused to read or write the file.
    #[error("{}: {source}", shown(path))]
    Io {
        /// The record file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The path is in use by something that a record must not replace.
    #[error("{}: is {what}, not a regular file", shown(path))]
    NotAFile {
        /// The record file.
        path: PathBuf,
        /// `a folder`, `a symbolic link` …
        what: &'static str,
    },
    /// A file that is not a record is at the path of the record.
    #[error(
        "{}: exists and is not a wirecheck record; it is not replaced",
        shown(path)
    )]
    NotARecord {
        /// The file.
        path: PathBuf,
    },
    /// A file that is not a capture is at the path of a capture.
    #[error("{}: exists and is not a capture; it is not replaced", shown(path))]
    NotACapture {
        /// The file.
        path: PathBuf,
    },
    /// The file does not have the format of a record.
    #[error("{}: not a wirecheck record: {}", shown(path), json_error(source))]
    InvalidRecord {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and where.
        source: serde_json::Error,
    },
    /// A wirecheck with another format wrote the record.
    #[error(
        "{}: a record of version {found}; this wirecheck reads version {VERSION}",
        shown(path)
    )]
    UnsupportedVersion {
        /// The record file.
        path: PathBuf,
        /// Its version.
        found: u64,
    },
}

/// What is wrong with a JSON file, and where.
pub(crate) fn json_error(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Syntax | Category::Eof => {
            format!(
                "no valid JSON at line {}, column {}",
                error.line(),
                error.column()
            )
        }
        Category::Data | Category::Io => error.to_string(),
    }
}

pub(crate) fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy())
}

/// Writes a record to a temporary file and renames it: a reader finds the old record or
/// the new one, never a part of one.
pub fn write(record: &Record, path: &Path) -> Result<(), StoreError> {
    replace(path, &record_text(record))
}

/// The content of the file of a record.
#[must_use]
pub fn record_text(record: &Record) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(record).expect("its maps have text keys");
    text.push(b'\n');
    text
}

/// Writes a report to a file, a device or a pipe. A file is replaced as a whole.
pub fn write_report(path: &Path, text: &[u8]) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_file() => fs::write(path, text),
        // The file that a link names is replaced, not the link.
        Ok(_) => atomic::replace(&fs::canonicalize(path)?, |out| out.write_all(text)),
        Err(_) => atomic::replace(path, |out| out.write_all(text)),
    }
}

/// Checks that a report can be written to a path. It creates the folder and leaves an existing
/// file as it is.
pub fn check_report(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_file() => Ok(()),
        _ => atomic::temporary(path).and_then(NamedTempFile::close),
    }
}

/// Writes a capture to a file. It replaces no other file than a capture.
pub fn replace_capture(path: &Path, capture: &[u8]) -> Result<(), StoreError> {
    const MAGIC: usize = 4;
    let magic = capture.get(..MAGIC).unwrap_or_default();
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => {
            let mut start = Vec::new();
            let file = File::open(path).map_err(|source| io_error(path, source))?;
            let read = file.take(MAGIC as u64).read_to_end(&mut start);
            read.map_err(|source| io_error(path, source))?;
            if !start.is_empty() && start != magic {
                let path = path.to_owned();
                return Err(StoreError::NotACapture { path });
            }
        }
        _ => check_replaceable(path)?,
    }
    atomic::replace(path, |out| out.write_all(capture)).map_err(|source| io_error(path, source))
}

/// Checks that a record can be written to a path. It creates the folder and leaves an
/// existing file as it is.
pub fn check_writable(path: &Path) -> Result<(), StoreError> {
    check_replaceable(path)?;
    atomic::temporary(path)
        .and_then(NamedTempFile::close)
        .map_err(|source| io_error(path, source))
}

/// Replaces a record, and nothing else.
pub(crate) fn replace(path: &Path, text: &[u8]) -> Result<(), StoreError> {
    replace_with(path, |out| out.write_all(text))
}

fn replace_with(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), StoreError> {
    check_replaceable(path)?;
    atomic::replace(path, write).map_err(|source| io_error(path, source))
}

pub(crate) fn io_error(path: &Path, source: io::Error) -> StoreError {
    StoreError::Io {
        path: path.to_owned(),
        source,
    }
}

/// A rename would replace a device or a link without an error.
fn check_replaceable(path: &Path) -> Result<(), StoreError> {
    let what = match fs::symlink_metadata(path) {
        Ok(found) => not_a_file(found.file_type()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            is_folder_name(path).then_some(FOLDER)
        }
        Err(source) => return Err(io_error(path, source)),
    };
    let path = path.to_owned();
    match what {
        Some(what) => Err(StoreError::NotAFile { path, what }),
        None if is_other_file(&path).map_err(|source| io_error(&path, source))? => {
            Err(StoreError::NotARecord { path })
        }
        None => Ok(()),
    }
}

/// Whether there is a file with another content than a record of any version.
fn is_other_file(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(START).read_to_end(&mut start)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let start = String::from_utf8_lossy(&start);
    let has_keys = start.contains("\"version\"") && start.contains("\"wirecheck\"");
    let is_record = start.trim_start().starts_with('{') && has_keys;
    Ok(!is_record && !start.is_empty())
}

/// A record begins with its version and that of wirecheck. It may be large, and it is
/// replaced after each scenario.
const START: u64 = 4096;

const FOLDER: &str = "a folder";

fn not_a_file(found: FileType) -> Option<&'static str> {
    if found.is_file() {
        None
    } else if found.is_dir() {
        Some(FOLDER)
    } else if found.is_symlink() {
        Some("a symbolic link")
    } else {
        Some("a device, a pipe or a socket")
    }
}

/// `records/` names a folder even if it does not exist.
fn is_folder_name(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    text.last()
        .is_some_and(|last| std::path::is_separator(char::from(*last)))
}

/// Reads a record.
pub fn read(path: &Path) -> Result<Record, StoreError> {
    let invalid = |source| StoreError::InvalidRecord {
        path: path.to_owned(),
        source,
    };
    let text = fs::read(path).map_err(|source| io_error(path, source))?;
    let value: serde_json::Value = serde_json::from_slice(&text).map_err(invalid)?;
    match value.get("version").and_then(serde_json::Value::as_u64) {
        Some(found) if found != u64::from(VERSION) => Err(StoreError::UnsupportedVersion {
            path: path.to_owned(),
            found,
        }),
        _ => serde_json::from_value(value).map_err(invalid),
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    /// The first lines of a record.
    const OLD: &str = "{\n  \"version\": 1,\n  \"wirecheck\": \"0.1.0\"\n}\n";

    fn scratch() -> TempDir {
        tempfile::tempdir().expect("the system has a temporary folder")
    }

    fn names(folder: &TempDir) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("the folder exists");
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut names: Vec<_> = entries
            .map(|entry| name(entry.expect("the entry is readable")))
            .collect();
        names.sort();
        names
    }

    /// Checks that neither function replaces what is there, and returns the error.
    fn refusal(path: &Path) -> String {
        let before = fs::symlink_metadata(path).map(|it| it.file_type()).ok();
        let checked = check_writable(path).expect_err("it must not be replaced");
        let written = replace_with(path, |out| out.write_all(b"new")).expect_err("same as above");
        assert_eq!(checked.to_string(), written.to_string());
        let after = fs::symlink_metadata(path).map(|it| it.file_type()).ok();
        assert_eq!(before, after, "{}", path.display());
        written.to_string()
    }

    #[test]
    fn a_folder_is_not_replaced() {
        let scratch = scratch();
        assert!(refusal(scratch.path()).contains("is a folder"));
        assert!(refusal(&scratch.path().join("none/")).contains("is a folder"));
        assert_eq!(names(&scratch), [""; 0]);
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_is_not_replaced_with_or_without_its_target() {
        let scratch = scratch();
        let target = scratch.path().join("target");
        let link = scratch.path().join("link");
        std::os::unix::fs::symlink(&target, &link).expect("the folder is new");
        assert!(refusal(&link).contains("is a symbolic link"));
        fs::write(&target, "old").expect("the folder is new");
        assert!(refusal(&link).contains("is a symbolic link"));
        assert_eq!(fs::read(&target).expect("it exists"), b"old");
    }

    #[cfg(unix)]
    #[test]
    fn a_socket_is_not_replaced() {
        let scratch = scratch();
        let socket = scratch.path().join("socket");
        std::os::unix::net::UnixListener::bind(&socket).expect("the folder is new");
        assert!(refusal(&socket).contains("is a device, a pipe or a socket"));
        assert_eq!(names(&scratch), ["socket"]);
    }

    #[test]
    fn a_file_that_is_not_a_record_is_not_replaced() {
        let scratch = scratch();
        let suite = scratch.path().join("suite.toml");
        for text in ["title = 'A suite'\n", "{ \"version\": 1 }", "\u{fffd}"] {
            fs::write(&suite, text).expect("the folder is new");
            assert!(refusal(&suite).contains("is not a wirecheck record"));
            assert_eq!(fs::read(&suite).expect("it exists"), text.as_bytes());
        }
        for text in [OLD, ""] {
            fs::write(&suite, text).expect("the folder is new");
            check_writable(&suite).expect("it may be replaced");
        }
    }

    #[test]
    fn a_check_changes_nothing_in_the_folder() {
        let scratch = scratch();
        let record = scratch.path().join("record.json");
        check_writable(&record).expect("the path is free");
        assert_eq!(names(&scratch), [""; 0]);
        fs::write(&record, OLD).expect("the path is free");
        check_writable(&record).expect("it is a regular file");
        assert_eq!(names(&scratch), ["record.json"]);
        assert_eq!(fs::read(&record).expect("it exists"), OLD.as_bytes());
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_temporary_file() {
        let scratch = scratch();
        let record = scratch.path().join("record.json");
        fs::write(&record, OLD).expect("the path is free");
        let written = replace_with(&record, |out| {
            out.write_all(b"a part")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        written.expect_err("the disk is full");
        assert_eq!(names(&scratch), ["record.json"]);
        assert_eq!(fs::read(&record).expect("it exists"), OLD.as_bytes());
    }

    #[cfg(unix)]
    #[test]
    fn a_record_has_the_permissions_of_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = scratch();
        let (record, other) = (scratch.path().join("record"), scratch.path().join("other"));
        fs::write(&other, "").expect("the path is free");
        replace_with(&record, |out| out.write_all(b"new")).expect("the path is free");
        let mode = |path| fs::metadata(path).expect("it exists").permissions().mode();
        assert_eq!(mode(&record), mode(&other));
    }

    #[test]
    fn a_path_without_a_file_name_is_refused() {
        check_writable(Path::new("")).expect_err("it has no file name");
    }
}
