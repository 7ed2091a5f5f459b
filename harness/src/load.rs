//! Reads suites from disk.
//!
//! In: the paths of files and folders. Out: suites, and all errors of all files.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::scenario::{self, Attachments, Style, Suite, SuiteError, SuiteId};

/// The default of `--max-suite-bytes`.
pub const MAX_SUITE_BYTES: usize = 1 << 20;

pub const MAX_SUITES: usize = 10_000;

/// How deep folders are searched for suites.
const MAX_DEPTH: usize = 16;

/// The settings of wirecheck: a TOML file, but not a suite.
const SETTINGS: &str = "wirecheck.toml";

#[derive(Debug, Default)]
pub struct Loaded {
    /// The valid ones.
    pub suites: Vec<Suite>,
    pub errors: Vec<LoadError>,
}

/// Why a suite cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{}: larger than the limit of {max} bytes; split the suite, or raise --max-suite-bytes", path.display())]
    TooLarge { path: PathBuf, max: usize },
    #[error("{}: byte {offset} is not valid UTF-8; write such bytes as `\\xNN`", path.display())]
    NotUtf8 { path: PathBuf, offset: usize },
    #[error("{}: more than {MAX_SUITES} suites; name a folder with fewer", path.display())]
    TooMany {
        /// The first file too many.
        path: PathBuf,
    },
    /// The suite's author must fix it.
    #[error(transparent)]
    Suite(#[from] SuiteError),
    #[error(
        "{second}: the suite id `{id}` is already used by {first}; give one of them another with `id = '…'`"
    )]
    DuplicateId {
        id: SuiteId,
        /// The path of the suite that was read first.
        first: String,
        second: String,
    },
}

impl LoadError {
    /// The error as text for a terminal.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        match self {
            Self::Suite(error) => error.render(style),
            other => format!("error[suite]: {other}"),
        }
    }
}

/// Reads the suites in `names`: files, and folders with all folders below them. The order
/// is the order of the names, then of the paths.
#[must_use]
pub fn load(names: &[PathBuf], max_suite_bytes: usize) -> Loaded {
    let mut loaded = Loaded::default();
    let mut files = Vec::new();
    for name in names {
        if let Err(error) = find(name, MAX_DEPTH, &mut files) {
            loaded.errors.push(error);
        }
    }
    files.dedup();
    for file in &files {
        match read(file, max_suite_bytes) {
            Ok(suite) => loaded.suites.push(suite),
            Err(error) => loaded.errors.push(error),
        }
    }
    loaded.errors.extend(duplicate_ids(&loaded.suites));
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

/// Rejects everything but regular files before it is opened: opening a pipe waits for a
/// writer, and opening a device may change its state.
fn check_regular(path: &Path) -> io::Result<()> {
    let found = fs::metadata(path)?;
    // Reading a folder fails later, with the error of the system.
    if found.is_file() || found.is_dir() {
        Ok(())
    } else {
        Err(io::Error::other(NOT_REGULAR))
    }
}

const NOT_REGULAR: &str =
    "not a regular file but a device, a pipe or a socket; copy its content into a file";

/// The folder of a suite, and the files below it.
struct SuiteFolder<'a>(&'a Path);

impl SuiteFolder<'_> {
    /// Follows links, but not out of the suite's folder: a downloaded suite must not send
    /// other files of this machine.
    fn find(&self, path: &Path) -> Result<PathBuf, String> {
        let message = |error: io::Error| error.to_string();
        // The parent of a bare file name is the empty path.
        let folder = fs::canonicalize(Path::new(".").join(self.0)).map_err(message)?;
        let found = fs::canonicalize(folder.join(path)).map_err(message)?;
        if found.starts_with(&folder) {
            return Ok(found);
        }
        Err(format!(
            "a symbolic link leads to {}; only files in the suite's folder or below it are read: \
             copy the file there",
            found.display()
        ))
    }
}

impl Attachments for SuiteFolder<'_> {
    fn read(&self, path: &Path, most: usize) -> Result<Vec<u8>, String> {
        match read_bounded(&self.find(path)?, most) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(format!(
                "has more than {most} bytes; raise `limits.stream_bytes`"
            )),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn duplicate_ids(suites: &[Suite]) -> Vec<LoadError> {
    let mut seen: HashMap<&SuiteId, &str> = HashMap::new();
    let mut errors = Vec::new();
    for suite in suites {
        match seen.get(suite.id()) {
            Some(first) => errors.push(LoadError::DuplicateId {
                id: suite.id().clone(),
                first: (*first).to_owned(),
                second: suite.path().to_owned(),
            }),
            None => {
                seen.insert(suite.id(), suite.path());
            }
        }
    }
    errors
}
