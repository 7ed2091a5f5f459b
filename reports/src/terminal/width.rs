//! How wide the terminal is, and how wide a text is on it.

use unicode_width::UnicodeWidthChar;

/// How many columns a report may take; never fewer than [`Width::LEAST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalWidth(usize);

impl TerminalWidth {
    /// Below this nothing useful can be laid out: the terminal must wrap.
    pub const LEAST: Self = Self(60);

    /// So many columns, or the fewest that will do.
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

    /// What is left to the right of so many columns.
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

/// How many columns a text takes that holds nothing but printable characters.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(columns_of_char).sum()
}

pub(super) fn columns_of_char(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// The longest start of a text that fits, and what it leaves.
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

/// A text with its middle left out so that it fits: names differ at both ends.
pub(super) fn without_middle(text: &str, available: usize) -> String {
    if columns(text) <= available {
        return text.to_owned();
    }
    let kept = available.saturating_sub(1);
    let (head, rest) = split(text, kept / 2);
    let mut left = columns(rest);
    let tail = rest.char_indices().find_map(|(at, c)| {
        let fits = left <= kept - kept / 2;
        left -= columns_of_char(c);
        fits.then(|| &rest[at..])
    });
    format!("{head}…{}", tail.unwrap_or_default())
}

/// A text broken at its spaces, or within a word that is longer than a line.
/// Spaces beside each other stay, but for those at a break.
pub(super) fn wrapped(text: &str, available: usize) -> Vec<String> {
    let available = available.max(2);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if line.is_empty() {
            line.push_str(word);
        } else if columns(&line) + 1 + columns(word) <= available {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
        while columns(&line) > available {
            let (head, rest) = split(&line, available);
            lines.push(head.to_owned());
            line = rest.to_owned();
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_never_narrower_than_what_can_be_laid_out() {
        assert_eq!(TerminalWidth::of(0), TerminalWidth::LEAST);
        assert_eq!(TerminalWidth::of(120).columns(), 120);
    }

    #[test]
    fn a_name_keeps_both_its_ends() {
        assert_eq!(without_middle("header/greeting", 15), "header/greeting");
        assert_eq!(without_middle("header/greeting", 9), "head…ting");
        assert_eq!(without_middle("日本語日本語", 6), "日…語");
    }

    #[test]
    fn text_breaks_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a bcdefghij k", 4), ["a", "bcde", "fghi", "j k"]);
        assert_eq!(wrapped("日本日本", 5), ["日本", "日本"]);
        assert_eq!(wrapped("", 5), [""]);
        assert_eq!(wrapped("a   b   c", 6), ["a   b ", "c"]);
    }
}
