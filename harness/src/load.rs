//! Suites from disk: the files behind the names a user gave.
//!
//! In: files and folders. Out: suites, and every fault of every file, so that
//! all can be mended in one go. The only room that reads suites from disk.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::scenario::{self, Attachments, Style, Suite, SuiteError, SuiteId};

/// The most bytes a suite file may have unless told otherwise.
pub const MAX_SUITE_BYTES: usize = 1 << 20;

/// The most suites that are read in one go.
pub const MAX_SUITES: usize = 10_000;

/// How deep folders are searched for suites.
const MAX_DEPTH: usize = 16;

/// wirecheck's own settings: a TOML file that is no suite.
const SETTINGS: &str = "wirecheck.toml";

/// What was found behind the names.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The suites that are right.
    pub suites: Vec<Suite>,
    /// What is wrong with the others.
    pub errors: Vec<LoadError>,
}

/// Why a suite could not be had.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file or folder cannot be read: the machine's or the user's fault.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// What could not be read.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is larger than a suite may be.
    #[error("{}: larger than {max} bytes, the most a suite may have; divide it, or raise --max-suite-bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The bound.
        max: usize,
    },
    /// The file is not text.
    #[error("{}: byte {offset} is not UTF-8, as TOML must be; write such bytes as `\\xNN`", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The first byte that is to blame.
        offset: usize,
    },
    /// More suites than are read in one go.
    #[error("{}: more than {MAX_SUITES} suites; name a folder with fewer", path.display())]
    TooMany {
        /// Where the count was passed.
        path: PathBuf,
    },
    /// The suite is wrong: its author's fault.
    #[error(transparent)]
    Suite(#[from] SuiteError),
    /// Two suites have one id.
    #[error(
        "{second}: the suite's id, `{id}`, is that of {first} too; case ids are made of it: give one of them another with `id = '…'`"
    )]
    SameId {
        /// The id.
        id: SuiteId,
        /// The suite that was read first.
        first: String,
        /// The suite that was read later.
        second: String,
    },
}

impl LoadError {
    /// The fault as text for a terminal.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        match self {
            Self::Suite(error) => error.render(style),
            other => format!("error[suite]: {other}"),
        }
    }
}

/// Reads all suites behind `names`: files as they are, folders to their depths.
/// The order of the suites is the order of the names, then of the paths.
#[must_use]
pub fn load(names: &[PathBuf], max_suite_bytes: usize) -> Loaded {
    let mut loaded = Loaded::default();
    let mut files = Vec::new();
    for name in names {
        if let Err(fault) = find(name, MAX_DEPTH, &mut files) {
            loaded.errors.push(fault);
        }
    }
    files.dedup();
    for file in &files {
        match read(file, max_suite_bytes) {
            Ok(suite) => loaded.suites.push(suite),
            Err(fault) => loaded.errors.push(fault),
        }
    }
    loaded.errors.extend(same_ids(&loaded.suites));
    loaded
}

fn find(name: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), LoadError> {
    let unreadable = |source| LoadError::Unreadable {
        path: name.to_owned(),
        source,
    };
    if !fs::metadata(name).map_err(unreadable)?.is_dir() {
        if files.len() == MAX_SUITES {
            return Err(LoadError::TooMany {
                path: name.to_owned(),
            });
        }
        files.push(name.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(name)
        .map_err(unreadable)?
        .collect::<Result<Vec<_>, _>>();
    let mut entries: Vec<_> = entries
        .map_err(unreadable)?
        .iter()
        .map(fs::DirEntry::path)
        .collect();
    entries.sort();
    let below = entries
        .iter()
        .filter(|entry| is_suite_or_folder(entry, depth));
    below
        .into_iter()
        .try_for_each(|entry| find(entry, depth.saturating_sub(1), files))
}

fn is_suite_or_folder(path: &Path, depth: usize) -> bool {
    let name = path.file_name().unwrap_or_default();
    let hidden = name.as_encoded_bytes().starts_with(b".");
    let suite = path
        .extension()
        .is_some_and(|extension| extension == "toml")
        && name != SETTINGS;
    !hidden && (suite || (depth > 0 && path.is_dir()))
}

fn read(path: &Path, max: usize) -> Result<Suite, LoadError> {
    let unreadable = |source| LoadError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let bytes = read_bounded(path, max).map_err(unreadable)?;
    let bytes = bytes.ok_or_else(|| LoadError::TooLarge {
        path: path.to_owned(),
        max,
    })?;
    let text = String::from_utf8(bytes).map_err(|error| LoadError::NotUtf8 {
        path: path.to_owned(),
        offset: error.utf8_error().valid_up_to(),
    })?;
    let beside = SuiteFolder(path.parent().unwrap_or_else(|| Path::new("")));
    Ok(scenario::parse(&path.to_string_lossy(), &text, &beside)?)
}

/// A file's content, or `None` if it has more than `max` bytes.
fn read_bounded(path: &Path, max: usize) -> io::Result<Option<Vec<u8>>> {
    check_regular(path)?;
    let mut bytes = Vec::new();
    File::open(path)?
        .take(max as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok((bytes.len() <= max).then_some(bytes))
}

/// To open a pipe is to wait for whoever writes to it, and some devices act when
/// they are opened: what is no plain file is not touched.
fn check_regular(path: &Path) -> io::Result<()> {
    let found = fs::metadata(path)?;
    match found.is_file() || found.is_dir() {
        // A folder's reading fails in the system's own words.
        true => Ok(()),
        false => Err(io::Error::other(NOT_REGULAR)),
    }
}

const NOT_REGULAR: &str =
    "this is a device, a pipe or a socket; only plain files are read: copy it into one";

/// The files beside a suite.
struct SuiteFolder<'a>(&'a Path);

impl SuiteFolder<'_> {
    /// Follows links, and refuses those that lead out of the suite's folder: a suite
    /// that was fetched from elsewhere must not send what else lies on this machine.
    fn find(&self, path: &Path) -> Result<PathBuf, String> {
        let in_words = |error: io::Error| error.to_string();
        // The folder of a suite that was named without one is called "".
        let folder = fs::canonicalize(Path::new(".").join(self.0)).map_err(in_words)?;
        let found = fs::canonicalize(folder.join(path)).map_err(in_words)?;
        match found.starts_with(&folder) {
            true => Ok(found),
            false => Err(format!(
                "a symbolic link leads to {}; only files beside the suite or below it are read: \
                 copy it there",
                found.display()
            )),
        }
    }
}

impl Attachments for SuiteFolder<'_> {
    fn read(&self, path: &Path, most: usize) -> Result<Vec<u8>, String> {
        match read_bounded(&self.find(path)?, most) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(format!(
                "has more than {most} bytes; raise `limits.stream_bytes` to send it"
            )),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn same_ids(suites: &[Suite]) -> Vec<LoadError> {
    let mut seen: HashMap<&SuiteId, &str> = HashMap::new();
    let mut faults = Vec::new();
    for suite in suites {
        match seen.get(suite.id()) {
            Some(first) => faults.push(LoadError::SameId {
                id: suite.id().clone(),
                first: (*first).to_owned(),
                second: suite.path().to_owned(),
            }),
            None => {
                seen.insert(suite.id(), suite.path());
            }
        }
    }
    faults
}
