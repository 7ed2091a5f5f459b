//! The `--` before the server's command, where it was forgotten.
//!
//! Without it the command's words are taken for suites, and its options for ours. In
//! come the words and what the parser said of them; out go texts that show the `--`.

use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

/// What to write, if a command seems to stand among the suites.
pub(super) fn hint(suites: &[PathBuf]) -> Option<String> {
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
    let line = [
        &["wirecheck run".to_owned()],
        suites,
        &["--".to_owned()],
        command,
    ]
    .concat();
    Some(format!(
        "no server to judge: the command that starts it stands after `--`: `{}`",
        line.join(" ")
    ))
}

fn may_be_a_suite(word: &Path) -> bool {
    word.is_dir()
        || word
            .extension()
            .is_some_and(|extension| extension == "toml")
}

/// The parser's complaint of an option that may be the server's: its own advice, to
/// put `--` before the option, would tear the command apart.
pub(super) fn mend(mut error: Error, typed: &[String]) -> Error {
    let is_run = typed.get(1).is_some_and(|word| word == "run");
    let is_unknown = error.kind() == ErrorKind::UnknownArgument;
    if is_run
        && is_unknown
        && !typed.iter().any(|word| word == "--")
        && error.get(ContextKind::Suggested).is_some()
    {
        let tip = "an option of the server stands with its command, after `--`: \
                   wirecheck run SUITE -- python3 server.py --port {port}";
        error.insert(
            ContextKind::Suggested,
            ContextValue::StyledStrs(vec![tip.into()]),
        );
    }
    error
}
