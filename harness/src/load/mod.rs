//! Reads suites from disk.
//!
//! In: the paths of files and folders. Out: suites, and all errors of all files. Suites of
//! equal id from different folders get ids that differ (`qualify`).

mod find;
mod packs;
mod qualify;
mod read;

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use wirecheck_report::notation::printable;

use crate::scenario::{
    NoAttachments, ParameterSetting, Style, Suite, SuiteError, SuiteId, nearest,
};
use find::Found;
pub use packs::{PACKS, Pack, UnknownPack, is_pack};
pub(crate) use qualify::qualify;

/// The default of `--max-suite-bytes`.
pub const MAX_SUITE_BYTES: usize = 1 << 20;

pub const MAX_SUITES: usize = 10_000;

/// How suites are read.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// The largest file that is read.
    pub max_suite_bytes: usize,
    /// Values for the parameters that a suite declares; others are ignored.
    pub settings: Vec<ParameterSetting>,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            max_suite_bytes: MAX_SUITE_BYTES,
            settings: Vec::new(),
        }
    }
}

#[derive(Debug, Default)]
pub struct Loaded {
    /// The valid ones.
    pub suites: Vec<Suite>,
    pub errors: Vec<LoadError>,
}

/// Why a suite cannot be loaded. The text of each is safe to print.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{}: {source}{}", shown(path), instead(path, source))]
    Unreadable { path: PathBuf, source: io::Error },
    #[error(
        "{}: larger than the limit of {max} bytes; split the suite, or raise --max-suite-bytes",
        shown(path)
    )]
    TooLarge { path: PathBuf, max: usize },
    #[error(
        "{}:{line}:{column}: the byte 0x{byte:02x} is not valid UTF-8; write such bytes as `\\xNN`",
        shown(path)
    )]
    NotUtf8 {
        path: PathBuf,
        /// From 1.
        line: usize,
        /// In characters, from 1.
        column: usize,
        byte: u8,
    },
    #[error(
        "{}: more than {MAX_SUITES} suites; name a folder with fewer",
        shown(path)
    )]
    TooMany {
        /// The first file too many.
        path: PathBuf,
    },
    #[error(transparent)]
    UnknownPack(#[from] UnknownPack),
    /// The suite's author must fix it.
    #[error(transparent)]
    Suite(#[from] SuiteError),
    #[error(
        "{}: the suite id `{id}` is already used by {}; give one of them another with `id = '…'`",
        printable(second),
        printable(first)
    )]
    DuplicateId {
        id: SuiteId,
        /// The path of the suite that was read first.
        first: String,
        second: String,
    },
}

fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy())
}

/// What may be meant by a path that leads nowhere.
fn instead(path: &Path, error: &io::Error) -> String {
    if error.kind() != io::ErrorKind::NotFound {
        return String::new();
    }
    match packs::instead_of(path) {
        Some(pack) => format!("; did you mean `{pack}`?"),
        None => "; `wirecheck packs` lists the suites that are built in".to_owned(),
    }
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

/// Reads the suites in `names`: packs, files, and folders with all folders below them. The order
/// is the order of the names, then of the paths. A file or folder that is found several
/// times, by links or by name, is read once.
#[must_use]
pub fn load(names: &[PathBuf], options: &LoadOptions) -> Loaded {
    let (files, errors) = find::suites(names);
    let mut loaded = Loaded {
        suites: Vec::new(),
        errors,
    };
    for file in &files {
        let suite = match file {
            Found::File(path) => read::suite(path, options),
            Found::Pack(pack) => pack.load(options),
        };
        match suite {
            Ok(suite) => loaded.suites.push(suite),
            Err(error) => loaded.errors.push(error),
        }
    }
    qualify(&mut loaded.suites);
    loaded.errors.extend(duplicate_ids(&loaded.suites));
    loaded
}

/// Parses a suite that is given as text. It cannot refer to files.
pub(crate) fn load_text(
    name: &str,
    text: &str,
    options: &LoadOptions,
) -> Result<Suite, SuiteError> {
    read::parse(name, text, &NoAttachments, options)
}

/// A value for a parameter that no suite declares.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no suite has a parameter `{name}`")]
pub struct UnknownParameter {
    pub name: String,
    /// All that the suites declare.
    declared: Vec<String>,
}

impl UnknownParameter {
    /// The first of these settings that no suite declares.
    #[must_use]
    pub fn first_of(settings: &[ParameterSetting], suites: &[Suite]) -> Option<Self> {
        let all = suites.iter().flat_map(Suite::parameters);
        let declared: BTreeSet<&str> = all.map(|it| it.name()).collect();
        let mut names = settings.iter().map(|it| it.name.as_str());
        let name = names.find(|name| !declared.contains(name))?;
        Some(Self {
            name: name.to_owned(),
            declared: declared.into_iter().map(str::to_owned).collect(),
        })
    }

    /// What to write instead.
    #[must_use]
    pub fn help(&self) -> String {
        let declared: Vec<_> = self.declared.iter().map(String::as_str).collect();
        let listed: Vec<_> = declared.iter().map(|name| format!("`{name}`")).collect();
        match nearest(&self.name, &declared) {
            _ if declared.is_empty() => "the suites have no parameters".to_owned(),
            Some(near) => format!(
                "did you mean `{near}`? The parameters are {}",
                listed.join(", ")
            ),
            None => format!("the parameters are {}", listed.join(", ")),
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
