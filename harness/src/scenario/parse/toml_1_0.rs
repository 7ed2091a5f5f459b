//! Suites stay in TOML 1.0, so that every tool can read them: an inline table is on
//! one line and has no trailing comma.

use std::ops::Range;

use toml::de::DeValue;

use super::fields::Node;
use crate::scenario::diagnostic::Diagnostic;

/// Reports every inline table that only TOML 1.1 allows.
pub(super) fn check(text: &str, node: &Node<'_>, faults: &mut Vec<Diagnostic>) {
    match node.get_ref() {
        DeValue::Array(items) => items.iter().for_each(|item| check(text, item, faults)),
        DeValue::Table(entries) => {
            if is_inline(text, node) {
                check_inline(text, node, faults);
            }
            entries
                .values()
                .for_each(|value| check(text, value, faults));
        }
        _ => {}
    }
}

fn check_inline(text: &str, node: &Node<'_>, faults: &mut Vec<Diagnostic>) {
    let gaps = gaps(text, node);
    let broken = gaps
        .iter()
        .find_map(|gap| text[gap.clone()].find('\n').map(|at| gap.start + at));
    if let Some(at) = broken {
        let start = node.span().start;
        faults.push(
            Diagnostic::new(
                "inline table over several lines",
                start..at.max(start + 1),
                "TOML 1.0 allows no line break in it",
            )
            .help("write it on one line, or as a table of its own, e.g. [[scenario]]"),
        );
    } else if let Some(gap) = gaps.last()
        && let Some(comma) = text[gap.clone()].find(',')
    {
        let at = gap.start + comma;
        faults.push(
            Diagnostic::new(
                "trailing comma",
                at..at + 1,
                "TOML 1.0 allows none before `}`",
            )
            .help("remove it"),
        );
    }
}

/// The ranges of an inline table between its values.
fn gaps(text: &str, node: &Node<'_>) -> Vec<Range<usize>> {
    let mut values = Vec::new();
    collect_values(text, node, &mut values);
    values.sort_by_key(|range| range.start);
    let mut gaps = Vec::new();
    let mut at = node.span().start;
    for value in values {
        gaps.push(at..value.start.max(at));
        at = value.end.max(at);
    }
    gaps.push(at..node.span().end.max(at));
    gaps
}

/// The spans of an inline table's values, those of dotted keys included.
fn collect_values(text: &str, node: &Node<'_>, values: &mut Vec<Range<usize>>) {
    let Some(entries) = node.get_ref().as_table() else {
        return;
    };
    for value in entries.values() {
        let dotted = value.get_ref().is_table() && !is_inline(text, value);
        if dotted {
            collect_values(text, value, values);
        } else {
            values.push(value.span());
        }
    }
}

fn is_inline(text: &str, table: &Node<'_>) -> bool {
    text[table.span()].starts_with('{')
}
