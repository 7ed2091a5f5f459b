//! A line of a terminal: the one way by which text gets into a report.
//!
//! Whatever is put on a line is made printable first, so nothing that came from
//! a peer, a suite or a record can reach the terminal as an instruction.

use std::fmt;

use anstyle::Style;

use super::width::{columns, split};
use crate::notation::printable;

/// Pieces of text, each with its style.
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

    /// Puts another line behind this one.
    pub(super) fn then(mut self, other: Self) -> Self {
        self.columns += other.columns;
        self.pieces.extend(other.pieces);
        self
    }

    /// Goes on at a column, or one space further if that lies behind.
    pub(super) fn at(self, column: usize) -> Self {
        let gap = column.checked_sub(self.columns).unwrap_or(1);
        self.plain(" ".repeat(gap))
    }

    /// Goes on at a column, or right here if that lies behind.
    pub(super) fn at_least(self, column: usize) -> Self {
        let gap = column.saturating_sub(self.columns);
        self.plain(" ".repeat(gap))
    }

    pub(super) const fn columns(&self) -> usize {
        self.columns
    }

    /// The line as far as it fits, with `…` for what does not.
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
    fn nothing_on_a_line_is_an_instruction_to_the_terminal() {
        let line = StyledLine::new().plain("\x1b[2J\r").plain("a\nb\u{9b}");
        assert_eq!(line.to_string(), r"\x1b[2J\ra\nb\u{9b}");
    }

    #[test]
    fn a_line_goes_on_at_a_column_whatever_the_width_of_its_characters() {
        let narrow = StyledLine::new().plain("ab").at(6).plain("|");
        let wide = StyledLine::new().plain("日本").at(6).plain("|");
        assert_eq!(narrow.columns(), wide.columns());
        assert_eq!(wide.to_string(), "日本  |");
    }

    #[test]
    fn a_line_that_is_too_long_says_so() {
        assert_eq!(StyledLine::new().plain("abcdef").cut(4).to_string(), "abc…");
        assert_eq!(StyledLine::new().plain("日本語").cut(4).to_string(), "日…");
        assert_eq!(StyledLine::new().plain("abcd").cut(4).to_string(), "abcd");
    }
}
