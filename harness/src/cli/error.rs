//! The errors of the commands. One match gives each its message, its help and its exit
//! code.

use std::io::{self, Write};
use std::path::PathBuf;

use wirecheck_report::notation::{counted, printable};
use wirecheck_report::{SavedCaseError, StoreError};

use super::exit::Exit;
use crate::engine::{PeerFailure, SelfCheckError};
use crate::fuzz::program::ProgramError;
use crate::load::LoadError;
use crate::replay::{OpenError, ScriptError};
use crate::scenario::{Side, Style, SuiteError};

/// Why a command could not do its work.
#[derive(Debug)]
pub(super) enum CommandError {
    /// The arguments are invalid or contradict each other.
    Usage {
        what: String,
        help: Option<String>,
    },
    /// Suites are invalid; `valid` others are not.
    Suites {
        errors: Vec<LoadError>,
        valid: usize,
        purpose: Purpose,
    },
    /// There is no suite at these paths.
    NoSuites(Vec<PathBuf>),
    NoCases,
    /// There is no stream to fuzz with.
    NoStreams,
    /// A file with the bytes of a stream cannot be read.
    UnreadableInput {
        path: PathBuf,
        source: io::Error,
    },
    /// The run ended before a variation was tried.
    NoVariations,
    /// The suite of a variation could not be saved.
    Unsaved {
        path: PathBuf,
        source: io::Error,
    },
    /// The program with the framer cannot be used.
    Program(ProgramError),
    /// The file with the settings that was named is not there.
    NoConfig(PathBuf),
    /// The saved case that was named is not there, and no id of one either.
    NoCase(PathBuf),
    /// The record that was named is not there.
    NoRecord(PathBuf),
    /// The file with the settings cannot be read.
    UnreadableConfig {
        path: PathBuf,
        source: io::Error,
    },
    /// The settings are invalid.
    Config(Box<SuiteError>),
    /// A record cannot be read, or records cannot be merged.
    Records(String),
    /// A report could not be written.
    Report {
        path: PathBuf,
        source: io::Error,
    },
    /// `init` cannot write a file.
    Init {
        path: PathBuf,
        source: io::Error,
    },
    /// `init` would replace a file.
    Exists(PathBuf),
    /// No scenario matches; this one may be meant.
    NoSuchScenario(String),
    /// The selected scenarios are all for peers on this side, which wirecheck plays.
    OtherSideOnly(Side),
    /// The peer did not start, or was lost.
    Peer(PeerFailure),
    /// The path of the record is not usable. Found before the run.
    RecordPath(StoreError),
    /// The record could not be written during the run.
    Record(StoreError),
    /// There is no such saved case, or the file is not one.
    SavedCase(SavedCaseError),
    /// What a saved case has makes no sense.
    OpenCase {
        path: PathBuf,
        error: OpenError,
    },
    /// The capture could not be written.
    Capture(StoreError),
    /// A plain program cannot show the case.
    Script(ScriptError),
    /// A record of the demo could not be written.
    DemoRecord(StoreError),
    /// The machine does not allow connections on loopback.
    Unplayable(SelfCheckError),
    /// Standard output cannot be written.
    Output(io::Error),
}

/// Why suites were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To validate them.
    Check,
    /// To list or run their cases.
    Use,
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<SelfCheckError> for CommandError {
    fn from(error: SelfCheckError) -> Self {
        Self::Unplayable(error)
    }
}

impl From<ProgramError> for CommandError {
    fn from(error: ProgramError) -> Self {
        Self::Program(error)
    }
}

impl CommandError {
    pub(super) fn usage(what: impl ToString) -> Self {
        Self::Usage {
            what: what.to_string(),
            help: None,
        }
    }

    /// Prints the error to standard error.
    pub(super) fn report(&self) -> Exit {
        if self.is_broken_pipe() {
            return Exit::Success;
        }
        if let Self::Config(error) = &self {
            print_line(&format!("{}\n", error.render(Style::Colour)));
        }
        if let Self::Suites { errors, .. } = self {
            errors.iter().for_each(print_suite_error);
        }
        print_text("error", &self.message());
        if let Some(help) = self.help() {
            print_text("help", &help);
        }
        self.exit()
    }

    /// The reader of standard output closed it, as `head` does. This is not a failure.
    pub(super) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    fn message(&self) -> String {
        match self {
            Self::Usage { what, .. } => what.clone(),
            Self::Suites {
                errors,
                valid,
                purpose,
            } => rejected_suites(errors, *valid, *purpose),
            Self::NoSuites(paths) => no_suites(paths),
            Self::NoConfig(path) | Self::NoRecord(path) => {
                format!("{}: there is no such file", path.display())
            }
            Self::NoCase(path) => {
                format!(
                    "{}: neither a file nor the id of a saved case",
                    path.display()
                )
            }
            Self::UnreadableConfig { path, source } => {
                format!("{}: cannot read the settings: {source}", path.display())
            }
            Self::Config(_) => "the settings are invalid; nothing was run   (exit 2)".to_owned(),
            Self::Records(what) => what.clone(),
            Self::Report { path, source } => {
                format!("{}: cannot write the report: {source}", path.display())
            }
            Self::Init { path, source } => {
                format!("{}: cannot write the file: {source}", path.display())
            }
            Self::Exists(path) => {
                format!("{}: exists; nothing was written", path.display())
            }
            Self::NoVariations => "no variation was tried".to_owned(),
            Self::NoStreams => "no stream to try: in no suite does a peer receive bytes".to_owned(),
            Self::UnreadableInput { path, source } => {
                format!("{}: cannot read the stream: {source}", path.display())
            }
            Self::Unsaved { path, source } => {
                format!("{}: cannot save the variation: {source}", path.display())
            }
            Self::Program(error) => error.to_string(),
            Self::NoCases | Self::NoSuchScenario(_) => "no case was selected".to_owned(),
            Self::OtherSideOnly(side) => {
                format!("the selected scenarios are for {side}s only (`peer = '{side}'`)")
            }
            Self::Peer(failure) => failure.to_string(),
            Self::RecordPath(error) => {
                format!("cannot write the record: {error} (nothing was run)")
            }
            Self::Record(error) | Self::DemoRecord(error) => {
                format!("cannot write the record: {error}")
            }
            Self::SavedCase(error) => error.to_string(),
            Self::OpenCase { path, error } => {
                format!("{}: not a valid saved case: {error}", path.display())
            }
            Self::Capture(error) => format!("cannot write the capture: {error}"),
            Self::Script(error) => format!("cannot write the case as a program: {error}"),
            Self::Unplayable(error) => format!("cannot play the suites: {error}"),
            Self::Output(error) => format!("cannot write the output: {error}"),
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Usage { help, .. } => help.clone(),
            Self::NoSuites(_) => Some(NO_SUITES.to_owned()),
            Self::NoVariations => Some(NO_VARIATIONS.to_owned()),
            Self::NoStreams => Some("name a suite, or give --input FILE".to_owned()),
            Self::Program(ProgramError::NotStarted { .. }) => Some(NO_PROGRAM.to_owned()),
            Self::Program(_) => Some(NO_PROTOCOL.to_owned()),
            Self::NoCases => Some(NO_CASES.to_owned()),
            Self::NoSuchScenario(near) => Some(format!(
                "--scenario is compared with `suite/scenario`; did you mean `{near}`?"
            )),
            Self::OtherSideOnly(Side::Client) => Some(ADD_CLIENT.to_owned()),
            Self::OtherSideOnly(Side::Server) => Some(LEAVE_OUT_CLIENT.to_owned()),
            Self::Peer(PeerFailure::NotStarted(error)) => error.help(),
            Self::Peer(PeerFailure::NotReached(_)) => Some(NOT_REACHED.to_owned()),
            Self::RecordPath(_) | Self::Record(_) => Some(OTHER_RECORD.to_owned()),
            Self::DemoRecord(_) | Self::Unsaved { .. } => Some(OTHER_FOLDER.to_owned()),
            Self::SavedCase(SavedCaseError::Unknown { .. }) => Some(UNKNOWN_CASE.to_owned()),
            Self::SavedCase(SavedCaseError::IsRecord { .. }) => Some(CASE_OF_RECORD.to_owned()),
            Self::NoConfig(_) => Some("`wirecheck init` writes one".to_owned()),
            Self::NoRecord(_) => Some(NO_RECORD.to_owned()),
            Self::NoCase(_) => Some(UNKNOWN_CASE.to_owned()),
            Self::Exists(_) => Some("name another folder, or delete the file".to_owned()),
            Self::Suites { .. }
            | Self::UnreadableConfig { .. }
            | Self::UnreadableInput { .. }
            | Self::Config(_)
            | Self::Records(_)
            | Self::Report { .. }
            | Self::Init { .. }
            | Self::SavedCase(_)
            | Self::OpenCase { .. }
            | Self::Capture(_)
            | Self::Script(_)
            | Self::Peer(PeerFailure::Lost(_))
            | Self::Unplayable(_)
            | Self::Output(_) => None,
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Usage { .. }
            | Self::Suites { .. }
            | Self::NoConfig(_)
            | Self::NoRecord(_)
            | Self::NoCase(_)
            | Self::UnreadableConfig { .. }
            | Self::UnreadableInput { .. }
            | Self::Config(_)
            | Self::Records(_)
            | Self::Init { .. }
            | Self::Exists(_)
            | Self::RecordPath(_)
            | Self::SavedCase(_)
            | Self::OpenCase { .. }
            | Self::Capture(_)
            | Self::Script(_) => Exit::Usage,
            Self::NoSuites(_)
            | Self::NoCases
            | Self::NoStreams
            | Self::NoVariations
            | Self::NoSuchScenario(_)
            | Self::OtherSideOnly(_) => Exit::NothingSelected,
            Self::Peer(_) | Self::Program(_) => Exit::PeerUnavailable,
            Self::Record(_)
            | Self::Unsaved { .. }
            | Self::Report { .. }
            | Self::DemoRecord(_)
            | Self::Unplayable(_)
            | Self::Output(_) => Exit::Internal,
        }
    }
}

const NO_PROGRAM: &str = "name a program that is there and may be executed";

const NO_PROTOCOL: &str = "`wirecheck fuzz --help` describes the protocol; \
    `wirecheck fuzz --adapter python` prints a program that follows it";

const NO_RECORD: &str = "`wirecheck run` writes a record, .wirecheck/last.json; name another one";

const NO_SUITES: &str = "a suite is a file that ends in .toml; name one, or a folder that has some";

const NO_CASES: &str = "`wirecheck list` shows all cases; change --only, --tag or --scenario";

const ADD_CLIENT: &str = "add --client for a client, or select other scenarios";

const LEAVE_OUT_CLIENT: &str = "leave out --client for a server, or select other scenarios";

const NOT_REACHED: &str = "start the server, or correct the address; \
    to let wirecheck start the server, write its command after `--`";

const OTHER_RECORD: &str = "choose another file with --record";

const NO_VARIATIONS: &str = "raise --time or select fewer cases (--profile quick), if the suites took \
                             all the time; name a suite in which wirecheck sends a message";

const UNKNOWN_CASE: &str = "the last 20 runs are kept: run again, name the file, or name the record \
    of the run with --record";

const CASE_OF_RECORD: &str = "its cases are in the folder `cases` of its run; `wirecheck run` shows \
    the id of each failure that it saved";

const OTHER_FOLDER: &str = "run wirecheck in a folder that you can write to";

fn no_suites(paths: &[PathBuf]) -> String {
    let paths = paths.iter().map(|path| path.display().to_string());
    format!("no suite found in {}", paths.collect::<Vec<_>>().join(", "))
}

fn rejected_suites(errors: &[LoadError], valid: usize, purpose: Purpose) -> String {
    let is_unreadable = |error: &&LoadError| {
        matches!(
            error,
            LoadError::Unreadable { .. } | LoadError::UnknownPack(_)
        )
    };
    let unreadable = errors.iter().filter(is_unreadable).count();
    let invalid = errors.len() - unreadable;
    let are = if invalid == 1 { "is" } else { "are" };
    let rejected = match (invalid, unreadable) {
        (_, 0) => format!("{} {are} invalid", counted(invalid as u64, "suite")),
        (0, _) => format!("{} cannot be read", counted(unreadable as u64, "suite")),
        _ => format!(
            "{} {are} invalid, {unreadable} cannot be read",
            counted(invalid as u64, "suite")
        ),
    };
    let consequence = match purpose {
        Purpose::Check => "",
        Purpose::Use => "; nothing was run",
    };
    let exit = Exit::Usage.code();
    format!("{rejected}, {valid} valid{consequence}   (exit {exit})")
}

fn print_suite_error(error: &LoadError) {
    let text = match error {
        // It quotes the file in colour, and escapes it.
        LoadError::Suite(error) => error.render(Style::Colour),
        other => other.render(Style::Plain),
    };
    print_line(&format!("{text}\n"));
}

/// Prints a text that may quote a peer, a file or an argument: it is escaped line by line.
fn print_text(label: &str, text: &str) {
    let lines: Vec<_> = text.lines().map(printable).collect();
    print_line(&format!("{label}: {}", lines.join("\n")));
}

/// The verdict does not depend on who reads it: a reader of standard output may close it.
pub(super) fn unless_unread(written: Result<(), CommandError>) -> Result<(), CommandError> {
    match written {
        Err(error) if error.is_broken_pipe() => Ok(()),
        other => other,
    }
}

/// Prints to standard error. An error is ignored: the exit code still reports the result.
pub(super) fn print_line(line: &str) {
    _ = writeln!(anstream::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suites_that_are_rejected_are_counted() {
        let invalid = || LoadError::TooLarge {
            path: "a.toml".into(),
            max: 1,
        };
        let unreadable = || LoadError::Unreadable {
            path: "b.toml".into(),
            source: io::ErrorKind::NotFound.into(),
        };
        let cases = [
            (vec![invalid()], "1 suite is invalid"),
            (vec![invalid(), invalid()], "2 suites are invalid"),
            (vec![unreadable()], "1 suite cannot be read"),
            (
                vec![invalid(), unreadable()],
                "1 suite is invalid, 1 cannot be read",
            ),
        ];
        for (errors, text) in cases {
            assert_eq!(
                rejected_suites(&errors, 2, Purpose::Use),
                format!("{text}, 2 valid; nothing was run   (exit 2)")
            );
        }
        assert_eq!(
            rejected_suites(&[invalid()], 0, Purpose::Check),
            "1 suite is invalid, 0 valid   (exit 2)"
        );
    }
}
