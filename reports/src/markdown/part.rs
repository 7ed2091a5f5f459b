//! A part of a report with a limit. What does not fit is left out whole and counted, so that
//! a table, a list or a folded block is never cut in the middle.

use crate::notation::counted;

pub(super) struct Part {
    text: String,
    most: usize,
}

/// What is kept free for the line that counts what was left out.
const LAST_LINE: usize = 120;

impl Part {
    /// With at most `most` bytes.
    pub(super) const fn new(most: usize) -> Self {
        Self {
            text: String::new(),
            most,
        }
    }

    /// Whether it fitted.
    pub(super) fn push(&mut self, text: &str) -> bool {
        let fits = self.text.len() + text.len() + LAST_LINE <= self.most;
        if fits {
            self.text.push_str(text);
        }
        fits
    }

    /// Adds a heading and a list; nothing if the list is empty.
    pub(super) fn list(&mut self, title: &str, items: impl Iterator<Item = String>, noun: &str) {
        let mut items = items.peekable();
        if items.peek().is_some() && self.push(&format!("\n**{title}**\n\n")) {
            self.lines(items, noun);
        }
    }

    /// Adds lines up to the first that does not fit, and counts the others.
    pub(super) fn lines(&mut self, lines: impl Iterator<Item = String>, noun: &str) {
        let mut lines = lines;
        let mut left_out = 0;
        for line in lines.by_ref() {
            if !self.push(&line) {
                left_out += 1;
                break;
            }
        }
        left_out += lines.count() as u64;
        if left_out > 0 {
            let more = counted(left_out, &format!("more {noun}"));
            self.text
                .push_str(&format!("\n… {more}: the record has all\n"));
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut part = Part::new(LAST_LINE + 40);
        let items = (0..9).map(|_| "- 89 bytes\n".to_owned());
        part.list("Notes", items, "note");
        let text = part.into_text();
        let end = "- 89 bytes\n- 89 bytes\n\n… 7 more notes: the record has all\n";
        assert!(text.ends_with(end), "{text}");
    }

    #[test]
    fn an_empty_list_has_no_heading() {
        let mut part = Part::new(1_000);
        part.list("Notes", std::iter::empty(), "note");
        assert_eq!(part.into_text(), "");
    }
}
