//! Text from outside: titles, notes, commands, what a peer printed.
//!
//! What comes out is bounded, on one line, and without characters that are invisible or
//! change the direction of the text. Strings are not escaped for HTML yet.

use maud::{Markup, html};

use crate::notation::{printable, shortened};

/// The most characters of a name or a title.
const NAME: usize = 160;
/// The most characters of a sentence, or of a line that a peer printed.
const SENTENCE: usize = 1_200;
/// The most characters of a command. A longer one cannot be copied whole.
const COMMAND: usize = 20_000;

/// A name or a title.
pub(super) fn name(text: &str) -> String {
    bounded(text, NAME)
}

/// A sentence, or a line that a peer printed.
pub(super) fn line(text: &str) -> String {
    bounded(text, SENTENCE)
}

/// Several lines that are read as one text.
pub(super) fn prose(text: &str) -> String {
    let text = shortened(text, SENTENCE);
    let lines: Vec<_> = text.lines().map(|line| printable(line.trim())).collect();
    lines.join(" ").trim().to_owned()
}

/// A sentence in which names are between backquotes.
pub(super) fn sentence(text: &str) -> Markup {
    with_names(&shortened(text, SENTENCE))
}

/// A text of any length in which names are between backquotes.
pub(super) fn with_names(text: &str) -> Markup {
    let text = printable(text);
    let parts: Vec<_> = text.split('`').collect();
    // Each name has two backquotes, and a part on both sides.
    if parts.len() % 2 == 0 {
        return html! { (text) };
    }
    html! {
        @for (index, part) in parts.into_iter().enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// A command that a user copies.
pub(super) fn command(text: &str) -> String {
    bounded(text, COMMAND)
}

fn bounded(text: &str, most: usize) -> String {
    printable(&shortened(text, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_prose_are_joined() {
        assert_eq!(
            prose("one\n  two\r\n\u{202e}three\n"),
            "one two \\u{202e}three"
        );
    }

    #[test]
    fn names_are_code() {
        let markup = |text| with_names(text).into_string();
        assert_eq!(
            markup("call `recv` <once>"),
            "call <code>recv</code> &lt;once&gt;"
        );
        assert_eq!(markup("one ` alone"), "one ` alone");
    }

    #[test]
    fn ten_megabytes_become_a_line() {
        let long = "\0".repeat(10_000_000);
        assert!(line(&long).len() < 5 * SENTENCE);
        assert!(line(&long).contains("more characters"));
    }
}
