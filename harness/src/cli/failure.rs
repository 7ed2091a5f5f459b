//! Why a command could not do what was asked: one match from each reason to its
//! words and its exit code.

use std::io::{self, Write};
use std::path::PathBuf;

use super::exit::Exit;
use wirecheck_report::StoreError;

use crate::load::LoadError;
use crate::run;
use crate::scenario::{Side, Style};

/// Why a command could not do what was asked.
#[derive(Debug)]
pub(super) enum Failure {
    /// The arguments contradict each other or cannot be read.
    Usage(String),
    /// Suites are wrong; `read` others are right.
    Suites {
        faults: Vec<LoadError>,
        read: usize,
        aim: Aim,
    },
    /// The names lead to no suite.
    NoSuites(Vec<PathBuf>),
    /// There are suites, but no case was selected.
    NoCases,
    /// What was selected is not about a peer on this side.
    NotAbout(Side),
    /// Of what was asked for nothing is played yet.
    NotPlayed,
    /// The peer did not start, or was lost.
    Peer(run::Failure),
    /// The record could not be kept where it was to be, so nothing was run.
    NoPlace(StoreError),
    /// The record cannot be kept.
    Record(StoreError),
    /// The machine does not let suites be played.
    Unplayable(run::Unplayable),
    /// What was asked for cannot be written.
    Output(io::Error),
}

/// What suites were read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// To know whether they are right.
    Check,
    /// To do something with their cases.
    Use,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<run::Unplayable> for Failure {
    fn from(error: run::Unplayable) -> Self {
        Self::Unplayable(error)
    }
}

impl Failure {
    /// Says what went wrong, on standard error.
    pub(super) fn report(&self) -> Exit {
        let exit = self.exit();
        match self {
            Self::Usage(what) => complain(what),
            Self::Suites { faults, read, aim } => report_suites(faults, *read, *aim),
            Self::NoSuites(names) => complain(&no_suites(names)),
            Self::NoCases => {
                complain("no case was selected; see `wirecheck list` for what there is")
            }
            Self::NotAbout(peer) => complain(not_about(*peer)),
            Self::NotPlayed => complain(NOT_PLAYED),
            Self::Peer(failure) => report_peer(failure),
            Self::NoPlace(error) => complain(&format!(
                "the record could not be kept: {error}; choose another place with --record \
                 (nothing was run)"
            )),
            Self::Record(error) => complain(&format!(
                "the record cannot be kept: {error}; choose another place with --record"
            )),
            Self::Unplayable(error) => complain(&format!("the suites cannot be played: {error}")),
            failure if failure.is_unheard() => return Exit::Held,
            Self::Output(error) => complain(&format!("the output cannot be written: {error}")),
        }
        exit
    }

    /// Whether nothing went wrong but that the reader of the output left, as `head`
    /// does when it has seen enough.
    pub(super) fn is_unheard(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::Suites { .. } | Self::NoPlace(_) => Exit::Wrong,
            Self::NoSuites(_) | Self::NoCases | Self::NotAbout(_) | Self::NotPlayed => {
                Exit::Nothing
            }
            Self::Peer(_) => Exit::NoPeer,
            Self::Record(_) | Self::Unplayable(_) | Self::Output(_) => Exit::Internal,
        }
    }
}

fn not_about(peer: Side) -> &'static str {
    match peer {
        Side::Client => {
            "what was selected is about servers alone (`peer = 'server'`): leave out --client, \
             or select other scenarios"
        }
        Side::Server => {
            "what was selected is about clients alone (`peer = 'client'`): add --client, \
             or select other scenarios"
        }
    }
}

const NOT_PLAYED: &str = "this version plays whole, bytes, cut, cuts, joined, joined+cut, random, fin, half and \
    all-cuts; the other tactics can be listed, and are played in a later one";

/// A line on standard error. Where that is full or gone there is nobody left to
/// tell; the exit code stands all the same.
pub(super) fn say(line: &str) {
    _ = writeln!(anstream::stderr(), "{line}");
}

fn complain(what: &str) {
    say(&format!("error: {what}"));
}

/// What happened, where, and how to mend it.
fn report_peer(failure: &run::Failure) {
    let help = match failure {
        run::Failure::NotStarted(error) => error.help(),
        run::Failure::NotReached(_) => Some(NOT_REACHED.to_owned()),
        run::Failure::Lost(_) => None,
    };
    complain(&failure.to_string());
    if let Some(help) = help {
        say(&format!("help: {help}"));
    }
}

const NOT_REACHED: &str = "start the server first, or give its address with --connect HOST:PORT; \
    to have wirecheck start it, write its command after `--`";

fn no_suites(names: &[PathBuf]) -> String {
    let names: Vec<_> = names
        .iter()
        .map(|name| name.display().to_string())
        .collect();
    format!(
        "no suite was found in {}; a suite is a TOML file",
        names.join(", ")
    )
}

fn report_suites(faults: &[LoadError], read: usize, aim: Aim) {
    for fault in faults {
        say(&format!("{}\n", fault.render(Style::Colour)));
    }
    let wrong = faults.len();
    let are = if wrong == 1 { "suite is" } else { "suites are" };
    let so = match aim {
        Aim::Check => "",
        Aim::Use => "; nothing was run",
    };
    complain(&format!(
        "{wrong} {are} wrong, {read} right{so}   (exit {})",
        Exit::Wrong.code()
    ));
}
