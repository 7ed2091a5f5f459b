//! The command that repeats a case: `wirecheck replay`, or `wirecheck run` with all options.

use crate::record::FailedCase;
use crate::repeat::{FailedScenario, command};
use crate::terminal::page::Page;
use crate::terminal::width::columns;

/// The command that repeats a case: with its file if it was saved.
pub(super) fn again(page: &mut Page, failed: FailedScenario<'_>, case: &FailedCase) {
    let words = command(failed, case);
    for (label, line) in ["again"]
        .into_iter()
        .chain(std::iter::repeat(""))
        .zip(wrapped_command(words, page.available()))
    {
        page.whole(&page.label(label).plain(line));
    }
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

    #[test]
    fn a_long_command_is_broken_with_backslashes() {
        let words = ["wirecheck run", "a.toml", "--only 'cut@1'"].map(str::to_owned);
        let lines = wrapped_command(words.to_vec(), 24);
        assert_eq!(lines, ["wirecheck run a.toml \\", "  --only 'cut@1'"]);
        assert_eq!(wrapped_command(words.to_vec(), 80).len(), 1);
    }
}
