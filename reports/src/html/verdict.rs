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

/// For the legend of the marks.
pub(super) const fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "passed",
        Verdict::Fail => "a `must` failed",
        Verdict::Nonstrict => "a `should` or `may` failed",
        Verdict::Flaky => "failed once and passed when it was repeated",
        Verdict::Unconfirmed => "failed and was not repeated",
        Verdict::Known => "a known failure",
        Verdict::Skipped => "not run",
        Verdict::Error => "not judged",
    }
}
