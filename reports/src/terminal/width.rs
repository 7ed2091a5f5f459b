//! The width of the terminal, and the width of text on it.
//!
//! All functions expect printable text: [`printable`](crate::notation::printable) has
//! escaped the characters that join their neighbours.

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The columns of a report; never fewer than [`TerminalWidth::LEAST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalWidth(usize);

impl TerminalWidth {
    /// The narrowest layout. A terminal that is narrower wraps the lines itself.
    pub const LEAST: Self = Self(60);

    /// The width of a terminal with this many columns.
    #[must_use]
    pub const fn of(columns: usize) -> Self {
        if columns < Self::LEAST.0 {
            Self::LEAST
        } else {
            Self(columns)
        }
    }

    pub(super) const fn columns(self) -> usize {
        self.0
    }

    /// The columns to the right of the first `columns`.
    pub(super) const fn after(self, columns: usize) -> usize {
        self.0.saturating_sub(columns)
    }
}

/// Eighty columns.
impl Default for TerminalWidth {
    fn default() -> Self {
        Self(80)
    }
}

pub(super) fn columns(text: &str) -> usize {
    text.width()
}

fn columns_of_char(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Splits a text after the longest start that fits.
pub(super) fn split(text: &str, available: usize) -> (&str, &str) {
    let mut taken = 0;
    for (at, c) in text.char_indices() {
        taken += columns_of_char(c);
        if taken > available {
            return text.split_at(at);
        }
    }
    (text, "")
}

/// Replaces the middle of a long name with `…`, because names differ at both ends.
pub(super) fn without_middle(text: &str, available: usize) -> String {
    if columns(text) <= available {
        return text.to_owned();
    }
    let kept = available.saturating_sub(1);
    let (head, rest) = split(text, kept / 2);
    let mut left = columns(rest);
    let tail = rest.char_indices().find_map(|(at, c)| {
        let fits = left <= kept - kept / 2;
        left = left.saturating_sub(columns_of_char(c));
        fits.then(|| &rest[at..])
    });
    format!("{head}…{}", tail.unwrap_or_default())
}

/// Wraps a text at its spaces, and inside a word that is longer than a line.
pub(super) fn wrapped(text: &str, available: usize) -> Vec<String> {
    let options = Options::new(available.max(2))
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    let lines = textwrap::wrap(text, options).into_iter();
    lines.map(String::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::printable;

    #[test]
    fn a_terminal_is_never_narrower_than_the_narrowest_layout() {
        assert_eq!(TerminalWidth::of(0), TerminalWidth::LEAST);
        assert_eq!(TerminalWidth::of(120).columns(), 120);
    }

    #[test]
    fn a_shortened_name_keeps_both_ends() {
        assert_eq!(without_middle("header/greeting", 15), "header/greeting");
        assert_eq!(without_middle("header/greeting", 9), "head…ting");
        assert_eq!(without_middle("日本語日本語", 6), "日…語");
    }

    #[test]
    fn text_wraps_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a bcdefghij k", 4), ["a", "bcde", "fghi", "j k"]);
        assert_eq!(wrapped("日本日本", 5), ["日本", "日本"]);
        assert_eq!(wrapped("", 5), [""]);
        assert_eq!(wrapped("a   b   c", 6), ["a   b", "c"]);
        assert_eq!(wrapped("    at frame 1", 60), ["    at frame 1"]);
    }

    #[test]
    fn the_width_of_a_printable_emoji_sequence_is_the_sum_of_its_characters() {
        for sequence in ["👨‍👩‍👧", "👍🏽", "❤️", "🇩🇪", "1️⃣"] {
            let text = printable(sequence);
            let sum: usize = text.chars().map(columns_of_char).sum();
            assert_eq!(columns(&text), sum, "{text}");
        }
    }
}
