//! The `--` before the command of the peer, where it was forgotten.
//!
//! Without it the command's words are taken for suites, and its options for ours. In
//! come the words and what the parser said of them; out go texts that show the `--`.

use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::scenario::Side;

/// What to write, if a command seems to stand among the suites.
pub(super) fn hint(suites: &[PathBuf], peer: Side) -> Option<String> {
    let begin = suites.iter().position(|word| !may_be_a_suite(word))?;
    // A word that stands alone is rather a suite that was mistyped.
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
    Some(format!(
        "no {peer} to judge: the command that starts it stands after `--`: `{}`",
        line.join(" ")
    ))
}

fn may_be_a_suite(word: &Path) -> bool {
    word.is_dir()
        || word
            .extension()
            .is_some_and(|extension| extension == "toml")
}

/// The parser's complaint of an option that may be the peer's: its own advice, to
/// put `--` before the option, would tear the command apart.
pub(super) fn mend(mut error: Error, typed: &[String]) -> Error {
    let is_run = typed.get(1).is_some_and(|word| word == "run");
    let is_unknown = error.kind() == ErrorKind::UnknownArgument;
    if is_run
        && is_unknown
        && !typed.iter().any(|word| word == "--")
        && error.get(ContextKind::Suggested).is_some()
    {
        let tip = match typed.iter().any(|word| word == "--client") {
            true => CLIENTS_OPTION,
            false => SERVERS_OPTION,
        };
        error.insert(
            ContextKind::Suggested,
            ContextValue::StyledStrs(vec![tip.into()]),
        );
    }
    error
}

const SERVERS_OPTION: &str = "an option of the server stands with its command, after `--`: \
    wirecheck run SUITE -- python3 server.py --port {port}";

const CLIENTS_OPTION: &str = "an option of the client stands with its command, after `--`: \
    wirecheck run --client SUITE -- python3 client.py --port {port}";
