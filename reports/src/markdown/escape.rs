//! Text from outside in Markdown.
//!
//! Names are code: GitHub makes no mention, link, image or emoji of what is in a code span,
//! and backslashes would not stop a mention. A sentence is prose, and each of its words that
//! is more than letters is code.

use crate::notation::one_line;

/// The most characters of a name or a sentence.
const NAME: usize = 200;
const SENTENCE: usize = 600;

/// The shortest text that GitHub takes for the hash of a commit, if it has only hex digits.
const HASH: usize = 7;

/// A code span.
pub(super) fn code(text: &str) -> String {
    span(&one_line(text, NAME))
}

/// A code span in a table. A `|` would end the cell even in code.
pub(super) fn code_in_table(text: &str) -> String {
    span(&one_line(text, NAME).replace('|', r"\x7c"))
}

/// Code in a line that is HTML, where Markdown has no meaning.
pub(super) fn code_in_html(text: &str) -> String {
    let mut escaped = String::new();
    for c in one_line(text, NAME).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            _ => escaped.push(c),
        }
    }
    format!("<code>{escaped}</code>")
}

/// A block of code that no line of the text ends.
pub(super) fn fenced(text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}text\n{text}\n{fence}\n")
}

/// A sentence. What is between backquotes is code.
pub(super) fn prose(text: &str) -> String {
    let text = one_line(text.trim(), SENTENCE);
    if text.matches('`').count() % 2 == 1 {
        return words(&text);
    }
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(index, part)| match index % 2 {
        1 if !part.trim().is_empty() => span(part),
        _ => words(part),
    });
    parts.collect()
}

fn words(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        if word.is_empty() || is_plain(word) {
            word.to_owned()
        } else {
            span(word)
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Whether a word means nothing to Markdown and to GitHub.
fn is_plain(word: &str) -> bool {
    let inner = word.trim_start_matches(['(', '"']);
    let inner = inner.trim_end_matches(['.', ',', ';', ':', ')', '"', '?', '!']);
    let is_hash = inner.len() >= HASH && inner.chars().all(|c| c.is_ascii_hexdigit());
    let is_number = inner.chars().all(|c| c.is_ascii_digit() || c == '–');
    let is_word = inner
        .chars()
        .all(|c| c.is_alphabetic() || "-'’–".contains(c));
    inner.starts_with(char::is_alphanumeric) && !is_hash && (is_number || is_word)
}

/// Between more backquotes than the text has in a row.
fn span(text: &str) -> String {
    let text = if text.is_empty() { "–" } else { text };
    let marks = "`".repeat(longest_run(text) + 1);
    // One space on both sides is not shown.
    let gap = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{marks}{gap}{text}{gap}{marks}")
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_has_more_backquotes_than_its_text() {
        assert_eq!(code("header/greeting"), "`header/greeting`");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(""), "`–`");
    }

    #[test]
    fn a_name_cannot_end_a_cell() {
        assert_eq!(code_in_table(r"a|b\|c"), r"`a\x7cb\\x7cc`");
    }

    #[test]
    fn a_fence_is_longer_than_any_in_the_text() {
        assert_eq!(fenced("a"), "```text\na\n```\n");
        assert_eq!(fenced("````\n"), "`````text\n````\n\n`````\n");
    }

    #[test]
    fn words_of_letters_are_prose_and_all_others_are_code() {
        let sentence = "cuts inside the header fail (the first is cut@1), 12 of 82: don't";
        let written = "cuts inside the header fail (the first is `cut@1),` 12 of 82: don't";
        assert_eq!(prose(sentence), written);
    }

    #[test]
    fn what_github_would_link_is_code() {
        for word in [
            "@octocat",
            "#12",
            "GH-3",
            "deadbeef",
            "http://a.example",
            "w.a",
            "a@b.c",
        ] {
            assert_eq!(prose(word), format!("`{word}`"));
        }
        assert_eq!(prose("<b>*a*_b_"), "`<b>*a*_b_`");
    }

    #[test]
    fn backquotes_in_a_sentence_keep_their_meaning() {
        assert_eq!(
            prose("between `2` and `2  \\r`"),
            "between `2` and `2  \\r`"
        );
        assert_eq!(prose("an `odd one"), "an `` `odd `` one");
        assert_eq!(prose("empty `` code"), "empty  code");
    }
}
