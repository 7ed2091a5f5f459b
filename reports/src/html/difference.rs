//! The expected and the actual bytes, with the first difference marked.

use maud::{Markup, html};

use super::outside;
use crate::difference::{FirstDifference, bytes_in, lengths};
use crate::notation::{Glyph, glyphs};
use crate::record::{FindingRecord, LabelledBytes};

/// The most characters that are shown before and after the first difference.
const BEFORE: usize = 120;
const AFTER: usize = 200;

/// Nothing for a finding without expected or actual bytes.
pub(super) fn difference(finding: &FindingRecord) -> Markup {
    let (expected, actual) = (finding.expected.as_ref(), finding.actual.as_ref());
    if expected.is_none() && actual.is_none() {
        return html! {};
    }
    let both = expected.zip(actual);
    let first = both.and_then(|(one, other)| FirstDifference::between(one, other));
    let glyph = first.as_ref().map(|it| it.glyph);
    let text = first.map(|it| it.text).or_else(|| lengths(finding));
    html! {
        dl.values {
            @if let Some(expected) = expected { (value("expected", expected, glyph)) }
            @match actual {
                Some(actual) => (value("actual", actual, glyph)),
                None => div { dt { "actual" } dd { em { "nothing" } } },
            }
            @if let Some(text) = text { div { dt { "difference" } dd { (text) } } }
        }
    }
}

fn value(label: &str, shown: &LabelledBytes, difference: Option<usize>) -> Markup {
    html! {
        div {
            dt { (label) " " span.muted { (outside::name(&shown.label)) } }
            dd { (bytes(shown, difference)) }
        }
    }
}

fn bytes(shown: &LabelledBytes, difference: Option<usize>) -> Markup {
    let all = glyphs(&shown.bytes.kept());
    if shown.bytes.len == 0 {
        return html! { em { "nothing" } };
    }
    let at = difference.unwrap_or(all.len()).min(all.len());
    let from = difference.map_or(0, |at| at.saturating_sub(BEFORE)).min(at);
    let to = all.len().min(difference.unwrap_or(BEFORE) + AFTER);
    let at = at.min(to);
    let behind = shown.bytes.from + bytes_in(&all[..to]);
    html! {
        code {
            @if from > 0 || shown.bytes.from > 0 { span.muted { "… " } }
            (text(&all[from..at]))
            @if let Some((first, rest)) = all[at..to].split_first() {
                mark { (first.written) } span.rest { (text(rest)) }
            } @else if difference.is_some() {
                mark.end { "end" }
            }
            @if behind < shown.bytes.len { span.muted { " …" } }
        }
    }
}

fn text(glyphs: &[Glyph]) -> String {
    glyphs.iter().map(|it| it.written.as_str()).collect()
}
