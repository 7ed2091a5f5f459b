//! The command that repeats a case.

use super::FailedScenario;
use crate::Record;
use crate::record::{FailedCase, ProcessLifetime, Role};
use crate::terminal::page::Page;
use crate::terminal::shell::{quoted, quoted_if_needed};
use crate::terminal::width::columns;

/// The profile of a run without `--profile`.
const DEFAULT_PROFILE: &str = "standard";

/// A case that fails only after or beside others is repeated with all of them.
pub(super) fn again(page: &mut Page, failed: FailedScenario<'_>, case: &FailedCase) {
    let tactic = &case.tactic;
    let FailedScenario {
        record,
        suite,
        scenario,
    } = failed;
    let mut words = vec!["wirecheck run".to_owned(), quoted_if_needed(&suite.path)];
    words.push(format!(
        "--scenario {}",
        quoted(&format!("{}/{}", suite.id, scenario.id))
    ));
    if case.depends_on.is_none() {
        words.push(format!("--only {}", quoted(tactic)));
    }
    if record.profile != DEFAULT_PROFILE {
        words.push(format!("--profile {}", quoted_if_needed(&record.profile)));
    }
    if tactic.starts_with("random@") {
        words.push(format!("--seed {}", record.seed));
    }
    words.extend(peer(record));
    for (label, line) in ["again"]
        .into_iter()
        .chain(std::iter::repeat(""))
        .zip(wrapped_command(words, page.available()))
    {
        page.whole(&page.label(label).plain(line));
    }
}

fn peer(record: &Record) -> Vec<String> {
    let peer = &record.peer;
    let mut words = Vec::new();
    if peer.role == Role::Client {
        words.push("--client".to_owned());
        if peer.process_lifetime == ProcessLifetime::ManyCases {
            words.push("--reconnects".to_owned());
        }
    }
    match peer.command.split_first() {
        None => words.push(format!("--connect {}", quoted_if_needed(&peer.address))),
        Some((program, arguments)) => {
            words.push(format!("-- {}", quoted_if_needed(program)));
            words.extend(arguments.iter().map(|word| quoted_if_needed(word)));
        }
    }
    words
}

/// Breaks a command between words, with `\` at the end of each line but the last.
fn wrapped_command(words: Vec<String>, available: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if columns(line) + columns(&word) + 3 <= available => {
                *line += &format!(" {word}")
            }
            Some(line) => {
                line.push_str(" \\");
                lines.push(format!("  {word}"));
            }
            None => lines.push(word),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::sample::{record, server};

    #[test]
    fn a_client_that_reconnects_is_repeated_with_the_same_option() {
        let mut record = record(Vec::new());
        let reconnects = |record: &Record| peer(record).contains(&"--reconnects".to_owned());
        assert!(!reconnects(&record), "it has one process per case");
        record.peer.process_lifetime = ProcessLifetime::ManyCases;
        assert_eq!(peer(&record)[..2], ["--client", "--reconnects"]);
        record.peer = server(&["serve"]);
        assert!(!reconnects(&record), "it is a server");
    }

    #[test]
    fn a_long_command_is_broken_with_backslashes() {
        let words = ["wirecheck run", "a.toml", "--only 'cut@1'"].map(str::to_owned);
        let lines = wrapped_command(words.to_vec(), 24);
        assert_eq!(lines, ["wirecheck run a.toml \\", "  --only 'cut@1'"]);
        assert_eq!(wrapped_command(words.to_vec(), 80).len(), 1);
    }
}
