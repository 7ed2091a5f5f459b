//! How a verdict looks: a mark, a word and a colour. The colour is never alone.

use maud::{Markup, html};

use crate::record::Verdict;
use crate::verdict::{mark, word};

/// The word of a verdict in classes, data attributes and filters: `fail`.
pub(super) fn key(verdict: Verdict) -> String {
    word(verdict).to_ascii_lowercase()
}

/// `✗ FAIL`
pub(super) fn badge(verdict: Verdict) -> Markup {
    worded_badge(verdict, word(verdict))
}

/// With another word: `INTERRUPTED`.
pub(super) fn worded_badge(verdict: Verdict, word: &str) -> Markup {
    html! {
        span.v.(key(verdict)) { span aria-hidden="true" { (mark(verdict)) } " " (word) }
    }
}

/// Only the mark, with the word for screen readers.
pub(super) fn small_mark(verdict: Verdict) -> Markup {
    html! {
        span aria-hidden="true" { (mark(verdict)) } span.vh { (key(verdict)) } " "
    }
}
