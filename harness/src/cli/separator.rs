//! Errors of a command line without the `--` before the command of the peer.
//!
//! Without it the words of the command are read as suites, and its options as those of
//! wirecheck. These messages show where the `--` belongs.

use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::scenario::Side;

/// The command line with `--`, if a command was typed among the suites.
pub(super) fn with_separator(suites: &[PathBuf], peer: Side) -> Option<String> {
    let begin = suites.iter().position(|word| !may_be_suite(word))?;
    // A single word is more likely a mistyped suite.
    if suites.len() == 1 {
        return None;
    }
    let words: Vec<_> = suites
        .iter()
        .map(|word| word.display().to_string())
        .collect();
    let (suites, command) = words.split_at(begin);
    let run = match peer {
        Side::Client => "wirecheck run --client",
        Side::Server => "wirecheck run",
    };
    let line = [&[run.to_owned()], suites, &["--".to_owned()], command].concat();
    Some(line.join(" "))
}

fn may_be_suite(word: &Path) -> bool {
    word.is_dir()
        || word
            .extension()
            .is_some_and(|extension| extension == "toml")
}

/// Corrects the advice of the parser for an option that may be one of the peer: clap
/// proposes `--` right before an unknown option, in the middle of the command, and reads
/// `--port {port}` as wirecheck's.
pub(super) fn correct_advice(mut error: Error, typed: &[String]) -> Error {
    let is_run = typed.get(1).is_some_and(|word| word == "run");
    let is_of_peer = match error.kind() {
        ErrorKind::UnknownArgument => error.get(ContextKind::Suggested).is_some(),
        ErrorKind::ValueValidation => has_placeholder(&error),
        _ => false,
    };
    if is_run && is_of_peer && !typed.iter().any(|word| word == "--") {
        let is_client = typed.iter().any(|word| word == "--client");
        let tip = if is_client {
            CLIENT_OPTION
        } else {
            SERVER_OPTION
        };
        error.insert(
            ContextKind::Suggested,
            ContextValue::StyledStrs(vec![tip.into()]),
        );
    }
    error
}

/// Whether the value is one that wirecheck fills in for the peer.
fn has_placeholder(error: &Error) -> bool {
    match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) => value.contains("{port}") || value.contains("{host}"),
        _ => false,
    }
}

const SERVER_OPTION: &str = "write an option of the server with its command, after `--`: \
    wirecheck run SUITE -- python3 server.py --port {port}";

const CLIENT_OPTION: &str = "write an option of the client with its command, after `--`: \
    wirecheck run --client SUITE -- python3 client.py --port {port}";
