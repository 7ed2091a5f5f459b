//! Nothing that a peer or a suite says becomes markup: not in the HTML page, and not in the
//! Markdown comment.

#![no_main]

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use pulldown_cmark::{Event, Options, Parser};
use serde_json::Value;
use wirecheck_report::render::{NamedRun, ReportInput};
use wirecheck_report::{SavedIn, html, markdown};

/// A record of a run with failures.
static RECORD: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../reports/samples/records/line-naive.json");
    serde_json::from_str(text).expect("the sample is a record")
});

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    /// Which text of the record is replaced.
    place: u16,
    before: &'a str,
    after: &'a str,
}

fuzz_target!(|input: Input<'_>| {
    let mut value = RECORD.clone();
    // An element, and an attribute behind a closing quote.
    let text = format!("{}<wc-element \"wc-attribute={}", input.before, input.after);
    let texts = count(&value);
    replace(&mut value, &mut (usize::from(input.place) % texts), &text);
    let Ok(record) = serde_json::from_value(value) else {
        // This text has only a few values, such as a verdict.
        return;
    };
    let runs = [NamedRun {
        name: text,
        record,
        saved_in: SavedIn::Default,
    }];
    let input = ReportInput {
        runs: &runs,
        catalogue: &[],
    };
    let page = html::render(input);
    assert!(!page.contains("<wc-element"));
    assert!(!page.contains("\"wc-attribute="));
    let comment = markdown::render(input);
    assert!(!markup(&comment).contains("<wc-element"), "{comment}");
});

/// What is HTML in a Markdown text, and not code.
fn markup(text: &str) -> String {
    let html = Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Some(html),
        _ => None,
    });
    html.map(|it| it.to_string()).collect()
}

/// How many texts a JSON value has.
fn count(value: &Value) -> usize {
    match value {
        Value::String(_) => 1,
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// Replaces one text. `left` counts those before it.
fn replace(value: &mut Value, left: &mut usize, with: &str) {
    match value {
        Value::String(text) => {
            if *left == 0 {
                *text = with.to_owned();
            }
            *left = left.wrapping_sub(1);
        }
        Value::Array(items) => items.iter_mut().for_each(|it| replace(it, left, with)),
        Value::Object(fields) => fields.values_mut().for_each(|it| replace(it, left, with)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
