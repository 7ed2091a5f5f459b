//! The streams that a framer gets before those that are generated.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::framer::{StreamMessages, Traffic, read, received, received_framing};
use crate::scenario::Suite;

/// What streams are generated from.
#[derive(Clone, Debug)]
pub(crate) struct SuiteTraffic {
    /// The id of the suite.
    pub(crate) suite: String,
    pub(crate) path: PathBuf,
    pub(crate) traffic: Traffic,
}

impl SuiteTraffic {
    /// One for each framing of the suite.
    pub(crate) fn all_of(suite: &Suite) -> impl Iterator<Item = Self> {
        let all = Traffic::all_of(suite).into_iter();
        all.map(|traffic| Self {
            suite: suite.id().to_string(),
            path: suite.path().into(),
            traffic,
        })
    }
}

/// Bytes that a framer reads, and where they are from.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) bytes: Vec<u8>,
    /// `suite/scenario`, or a file.
    pub(crate) origin: String,
    /// The suite that says which messages there are.
    pub(crate) suite: Option<PathBuf>,
    /// The messages by the suite's framing. `None` if that is not known.
    pub(crate) messages: Option<StreamMessages>,
}

/// The streams that the implementations under test receive in the exchanges of a suite.
pub(crate) fn of_suite(suite: &Suite) -> Vec<Input> {
    let inputs = suite.scenarios().iter().map(|scenario| {
        let bytes = received(scenario).stream();
        Input {
            messages: received_framing(scenario).and_then(|it| read(it, &bytes)),
            bytes,
            origin: format!("{}/{}", suite.id(), scenario.id()),
            suite: Some(suite.path().into()),
        }
    });
    inputs.filter(|input| !input.bytes.is_empty()).collect()
}

/// The bytes of a file. Its messages are known if all suites have the same framing.
pub(crate) fn of_file(path: &Path, suites: &[SuiteTraffic]) -> io::Result<Input> {
    let bytes = fs::read(path)?;
    let one = suites.first().filter(|first| {
        let mut others = suites.iter();
        others.all(|other| other.traffic.has_framing_of(&first.traffic))
    });
    Ok(Input {
        messages: one.and_then(|one| one.traffic.read(&bytes)),
        bytes,
        origin: path.display().to_string(),
        suite: one.map(|one| one.path.clone()),
    })
}
