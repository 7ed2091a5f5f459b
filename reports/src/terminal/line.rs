//! A line of a report. All text enters a report here.
//!
//! A line escapes its text, so nothing from a peer, a suite or a record reaches the
//! terminal as a control sequence.

use std::fmt;

use anstyle::Style;

use super::width::{columns, split};
use crate::notation::printable;

#[derive(Clone, Debug, Default)]
pub(super) struct StyledLine {
    pieces: Vec<(Style, String)>,
    columns: usize,
}

impl StyledLine {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn plain(self, text: impl AsRef<str>) -> Self {
        self.styled(Style::new(), text)
    }

    pub(super) fn styled(mut self, style: Style, text: impl AsRef<str>) -> Self {
        let text = printable(text.as_ref());
        self.columns += columns(&text);
        self.pieces.push((style, text));
        self
    }

    /// Appends another line.
    pub(super) fn then(mut self, other: Self) -> Self {
        self.columns += other.columns;
        self.pieces.extend(other.pieces);
        self
    }

    /// Continues at a column, or after one space if the line is already longer.
    pub(super) fn at(self, column: usize) -> Self {
        let gap = column.checked_sub(self.columns).unwrap_or(1);
        self.plain(" ".repeat(gap))
    }

    /// Continues at a column, or right here if the line is already longer.
    pub(super) fn at_least(self, column: usize) -> Self {
        let gap = column.saturating_sub(self.columns);
        self.plain(" ".repeat(gap))
    }

    pub(super) const fn columns(&self) -> usize {
        self.columns
    }

    /// Replaces what does not fit with `…`.
    pub(super) fn cut(self, available: usize) -> Self {
        if self.columns <= available {
            return self;
        }
        let mut short = Self::new();
        for (style, text) in self.pieces {
            let left = available.saturating_sub(short.columns + 1);
            let (head, rest) = split(&text, left);
            short = short.styled(style, head);
            if !rest.is_empty() {
                return short.styled(style, "…");
            }
        }
        short
    }
}

impl fmt::Display for StyledLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .try_for_each(|(style, text)| write!(f, "{style}{text}{style:#}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_no_control_characters() {
        let line = StyledLine::new().plain("\x1b[2J\r").plain("a\nb\u{9b}");
        assert_eq!(line.to_string(), r"\x1b[2J\ra\nb\u{9b}");
    }

    #[test]
    fn wide_characters_count_as_two_columns() {
        let narrow = StyledLine::new().plain("ab").at(6).plain("|");
        let wide = StyledLine::new().plain("日本").at(6).plain("|");
        assert_eq!(narrow.columns(), wide.columns());
        assert_eq!(wide.to_string(), "日本  |");
    }

    #[test]
    fn a_line_that_is_cut_ends_with_an_ellipsis() {
        assert_eq!(StyledLine::new().plain("abcdef").cut(4).to_string(), "abc…");
        assert_eq!(StyledLine::new().plain("日本語").cut(4).to_string(), "日…");
        assert_eq!(StyledLine::new().plain("abcd").cut(4).to_string(), "abcd");
    }
}
