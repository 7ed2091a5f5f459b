//! Records on disk: written in one piece or not at all, and over nothing but a
//! plain file.

use std::fs::{self, File, FileType};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::record::{Record, VERSION};

/// Why a record could not be kept or had.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The machine's fault: the file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The place is taken by what a record must not replace.
    #[error("{}: this is {what}; a record is written to a new place or over a plain file", path.display())]
    NotAFile {
        /// The place.
        path: PathBuf,
        /// What is there.
        what: &'static str,
    },
    /// The file is no record.
    #[error("{}: not a record of a wirecheck run: {source}", path.display())]
    InvalidRecord {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The record was made by a wirecheck that writes another format.
    #[error("{}: a record of version {found}; this wirecheck reads version {VERSION}", path.display())]
    UnsupportedVersion {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
    },
}

/// Writes a record beside its place, then moves it there: whoever reads the
/// place finds the old record or the new one, never half of one.
pub fn write(record: &Record, path: &Path) -> Result<(), StoreError> {
    replace(path, |out| {
        serde_json::to_writer_pretty(&mut *out, record)?;
        out.write_all(b"\n")
    })
}

/// Whether a record can be written to a place, before there is one. Its folder is
/// made; what the place holds is left as it is.
pub fn check_writable(path: &Path) -> Result<(), StoreError> {
    check_taken(path)?;
    let io = |source| StoreError::Io {
        path: path.to_owned(),
        source,
    };
    let beside = beside(path).map_err(io)?;
    create(&beside)
        .and_then(|_| fs::remove_file(&beside))
        .map_err(io)
}

fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), StoreError> {
    check_taken(path)?;
    let replaced = beside(path).and_then(|beside| {
        let moved = fill(&beside, write).and_then(|()| fs::rename(&beside, path));
        if moved.is_err() {
            // What went wrong is worth more than what is left lying about.
            _ = fs::remove_file(&beside);
        }
        moved
    });
    replaced.map_err(|source| StoreError::Io {
        path: path.to_owned(),
        source,
    })
}

fn fill(
    beside: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = BufWriter::new(create(beside)?);
    write(&mut file)?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(())
}

/// A file of our own: one that an earlier process left under its name goes first,
/// and a link in its place is not followed.
fn create(beside: &Path) -> io::Result<File> {
    if let Some(folder) = beside.parent() {
        fs::create_dir_all(folder)?;
    }
    match fs::remove_file(beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    File::create_new(beside)
}

/// Where a record is written before it is moved to its place.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let mut name = name.to_owned();
    name.push(format!(".{}.new", std::process::id()));
    Ok(path.with_file_name(name))
}

/// A rename replaces devices and links as readily as files: only a plain file, or
/// nothing, may stand in the place.
fn check_taken(path: &Path) -> Result<(), StoreError> {
    let what = match fs::symlink_metadata(path) {
        Ok(found) => what_is_no_file(found.file_type()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            names_a_folder(path).then_some(FOLDER)
        }
        Err(source) => {
            return Err(StoreError::Io {
                path: path.to_owned(),
                source,
            });
        }
    };
    match what {
        Some(what) => Err(StoreError::NotAFile {
            path: path.to_owned(),
            what,
        }),
        None => Ok(()),
    }
}

const FOLDER: &str = "a folder";

fn what_is_no_file(found: FileType) -> Option<&'static str> {
    match found {
        _ if found.is_file() => None,
        _ if found.is_dir() => Some(FOLDER),
        _ if found.is_symlink() => Some("a symbolic link"),
        _ => Some("a device, a pipe or a socket"),
    }
}

/// `records/` cannot be a file, though nothing is there.
fn names_a_folder(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    text.last()
        .is_some_and(|last| std::path::is_separator(char::from(*last)))
}

/// Reads a record back.
pub fn read(path: &Path) -> Result<Record, StoreError> {
    let io = |source| StoreError::Io {
        path: path.to_owned(),
        source,
    };
    let no_record = |source| StoreError::InvalidRecord {
        path: path.to_owned(),
        source,
    };
    let text = fs::read(path).map_err(io)?;
    let value: serde_json::Value = serde_json::from_slice(&text).map_err(no_record)?;
    match value.get("version").and_then(serde_json::Value::as_u64) {
        Some(found) if found != u64::from(VERSION) => Err(StoreError::UnsupportedVersion {
            path: path.to_owned(),
            found,
        }),
        _ => serde_json::from_value(value).map_err(no_record),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of one test.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let name = format!("wirecheck-store-{}-{name}", std::process::id());
            let folder = std::env::temp_dir().join(name);
            fs::create_dir_all(&folder).expect("there is a place for scratch files");
            Self(folder)
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).expect("it was made");
            let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
            let mut names: Vec<_> = entries
                .map(|entry| name(entry.expect("it can be read")))
                .collect();
            names.sort();
            names
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            _ = fs::remove_dir_all(&self.0);
        }
    }

    fn refusal(path: &Path) -> String {
        let before = fs::symlink_metadata(path).map(|it| it.file_type()).ok();
        let checked = check_writable(path).expect_err("it is not to be replaced");
        let written = replace(path, |out| out.write_all(b"new")).expect_err("nor is it");
        assert_eq!(checked.to_string(), written.to_string());
        let after = fs::symlink_metadata(path).map(|it| it.file_type()).ok();
        assert_eq!(before, after, "{}", path.display());
        written.to_string()
    }

    #[test]
    fn a_folder_is_not_replaced() {
        let scratch = Scratch::new("folder");
        assert!(refusal(&scratch.0).contains("this is a folder"));
        assert!(refusal(&scratch.0.join("none/")).contains("this is a folder"));
        assert_eq!(scratch.names(), [""; 0]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_replaced_wherever_it_leads() {
        let scratch = Scratch::new("link");
        let target = scratch.0.join("target");
        let link = scratch.0.join("link");
        std::os::unix::fs::symlink(&target, &link).expect("it is ours");
        assert!(refusal(&link).contains("this is a symbolic link"));
        fs::write(&target, "old").expect("it is ours");
        assert!(refusal(&link).contains("this is a symbolic link"));
        assert_eq!(fs::read(&target).expect("it is there"), b"old");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_neither_file_nor_folder_is_not_replaced() {
        let scratch = Scratch::new("socket");
        let socket = scratch.0.join("socket");
        std::os::unix::net::UnixListener::bind(&socket).expect("it is ours");
        assert!(refusal(&socket).contains("this is a device, a pipe or a socket"));
        assert_eq!(scratch.names(), ["socket"]);
    }

    #[test]
    fn a_check_leaves_a_file_as_it_was_and_nothing_beside_it() {
        let scratch = Scratch::new("check");
        let place = scratch.0.join("record.json");
        check_writable(&place).expect("nothing is there");
        assert_eq!(scratch.names(), [""; 0]);
        fs::write(&place, "old").expect("it is ours");
        check_writable(&place).expect("a file is there");
        assert_eq!(scratch.names(), ["record.json"]);
        assert_eq!(fs::read(&place).expect("it is there"), b"old");
    }

    #[test]
    fn a_write_that_fails_leaves_the_old_file_and_nothing_beside_it() {
        let scratch = Scratch::new("fails");
        let place = scratch.0.join("record.json");
        fs::write(&place, "old").expect("it is ours");
        let written = replace(&place, |out| {
            out.write_all(b"half of it")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        written.expect_err("it was told to");
        assert_eq!(scratch.names(), ["record.json"]);
        assert_eq!(fs::read(&place).expect("it is there"), b"old");
    }

    #[test]
    fn a_name_without_a_file_is_refused() {
        check_writable(Path::new("")).expect_err("it names nothing");
    }
}
