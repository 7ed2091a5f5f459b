//! Lines that are at most as wide as the terminal.

use anstyle::Style;

use super::line::StyledLine;
use super::style::DIM;
use super::width::{TerminalWidth, columns, wrapped};
use crate::notation::printable;

pub(super) struct Page {
    text: String,
    width: TerminalWidth,
    indent: usize,
    blank_lines: BlankLines,
}

/// What [`Page::blank`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlankLines {
    Shown,
    LeftOut,
}

/// The columns of a label and the space after it.
const LABEL: usize = 10;

impl Page {
    pub(super) const fn new(width: TerminalWidth) -> Self {
        Self {
            text: String::new(),
            width,
            indent: 0,
            blank_lines: BlankLines::Shown,
        }
    }

    pub(super) const fn with_blank_lines(mut self, blank_lines: BlankLines) -> Self {
        self.blank_lines = blank_lines;
        self
    }

    /// An empty page of the same layout.
    pub(super) const fn another(&self) -> Self {
        Self {
            text: String::new(),
            ..*self
        }
    }

    pub(super) fn lines(&self) -> usize {
        self.text.lines().count()
    }

    pub(super) fn append(&mut self, other: Self) {
        self.text.push_str(&other.text);
    }

    /// Indents the labels of all following lines.
    pub(super) const fn indented(mut self, indent: usize) -> Self {
        self.indent = indent;
        self
    }

    pub(super) const fn width(&self) -> TerminalWidth {
        self.width
    }

    /// The column where the text next to a label begins.
    pub(super) const fn margin(&self) -> usize {
        self.indent + LABEL
    }

    /// The columns for the text next to a label.
    pub(super) const fn available(&self) -> usize {
        self.width.after(self.margin())
    }

    /// A line that begins with a label.
    pub(super) fn label(&self, label: &str) -> StyledLine {
        StyledLine::new()
            .at(self.indent)
            .styled(DIM, label)
            .at(self.margin())
    }

    /// Adds a line and cuts it to the width.
    pub(super) fn line(&mut self, line: StyledLine) {
        self.whole(&line.cut(self.width.columns()));
    }

    /// Adds a line without cutting it, for text that users copy.
    pub(super) fn whole(&mut self, line: &StyledLine) {
        self.text.push_str(line.to_string().trim_end_matches(' '));
        self.text.push('\n');
    }

    pub(super) fn blank(&mut self) {
        if self.blank_lines == BlankLines::Shown {
            self.text.push('\n');
        }
    }

    /// Adds a wrapped text next to a label.
    pub(super) fn paragraph(&mut self, label: &str, style: Style, text: &str) {
        self.short_paragraph(label, style, text, usize::MAX);
    }

    /// Adds a wrapped text next to a label, cut after `most` lines.
    pub(super) fn short_paragraph(&mut self, label: &str, style: Style, text: &str, most: usize) {
        let text = printable(text);
        let mut lines = wrapped(&text, self.available());
        if lines.len() > most {
            let rest = lines.split_off(most.saturating_sub(1));
            lines.push(rest.join(" "));
        }
        let mut label = label;
        for line in lines {
            self.line(self.label(label).styled(style, line));
            label = "";
        }
    }

    /// Adds two texts on one line, the second at `column` or further left, or on two
    /// lines if one is too short.
    pub(super) fn beside_or_below(&mut self, first: StyledLine, second: StyledLine, column: usize) {
        let column = column.min(self.width.after(second.columns()));
        let beside = first
            .clone()
            .plain("   ")
            .at_least(column)
            .then(second.clone());
        if beside.columns() <= self.width.columns() {
            return self.line(beside);
        }
        self.line(first);
        self.line(StyledLine::new().at(self.indent.max(2)).then(second));
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// The first items that fit, separated by commas, and how many are left out.
pub(super) fn listed<'a>(
    items: impl Iterator<Item = &'a str>,
    available: usize,
) -> (String, usize) {
    let mut list = String::new();
    let mut left_out = 0;
    for item in items {
        let comma = if list.is_empty() { "" } else { ", " };
        let fits = list.is_empty() || columns(&list) + 2 + columns(item) <= available;
        if fits && left_out == 0 {
            list += &format!("{comma}{item}");
        } else {
            left_out += 1;
        }
    }
    (list, left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_counts_the_items_it_leaves_out() {
        let items = || ["one", "two", "three"].into_iter();
        assert_eq!(listed(items(), 15), ("one, two, three".to_owned(), 0));
        assert_eq!(listed(items(), 10), ("one, two".to_owned(), 1));
        assert_eq!(listed(items(), 1), ("one".to_owned(), 2));
    }
}
