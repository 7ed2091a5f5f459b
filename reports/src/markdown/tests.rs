//! Snapshots, and hostile text read back with a Markdown parser.
//! `SNAPSHOTS=overwrite` writes the snapshots again.

use pulldown_cmark::{Event, Options, Parser, Tag};
use snapbox::{assert_data_eq, file};

use super::*;
use crate::sample::{greeting, record, suite};
use crate::sample_report::{failing_run, hostile_run, known_run, one_run, passing_run, report};

fn rendered(runs: &[NamedRun<'_>]) -> String {
    let text = render(report(runs));
    assert!(text.len() <= REPORT, "{} bytes", text.len());
    text
}

#[test]
fn a_run_that_fails_begins_with_its_verdict() {
    let text = rendered(&[one_run("it", failing_run())]);
    assert_data_eq!(text, file!["snapshots/fail.md"].raw());
}

#[test]
fn a_run_that_passes_is_one_sentence() {
    let text = rendered(&[one_run("it", passing_run())]);
    assert_data_eq!(text, file!["snapshots/pass.md"].raw());
}

#[test]
fn known_failures_have_their_reasons() {
    let text = rendered(&[one_run("it", known_run())]);
    assert_data_eq!(text, file!["snapshots/known.md"].raw());
}

#[test]
fn several_runs_are_a_table() {
    let runs = [
        one_run("naive", failing_run()),
        one_run("fixed", passing_run()),
    ];
    assert_data_eq!(rendered(&runs), file!["snapshots/several.md"].raw());
}

#[test]
fn what_does_not_fit_is_counted() {
    let scenarios = vec![greeting(); 400];
    let text = rendered(&[one_run("it", record(vec![suite("header", scenarios)]))]);
    assert!(
        text.ends_with(" more scenarios: the record has all\n"),
        "{text}"
    );
    assert!(text.len() > REPORT * 9 / 10);
    let folded = |tag| text.matches(tag).count();
    assert_eq!(folded("<details>"), folded("</details>"));
}

/// The text outside of code, and the HTML, of a report.
fn parsed(text: &str) -> (String, Vec<String>) {
    let (mut shown, mut html) = (String::new(), Vec::new());
    let mut in_block = false;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_block = true,
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => in_block = false,
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::Emphasis) => {
                panic!("{event:?} in {text}")
            }
            Event::Text(text) if !in_block => shown += &format!("{text}\n"),
            Event::Html(tag) | Event::InlineHtml(tag) => html.push(tag.to_string()),
            _ => {}
        }
    }
    (shown, html)
}

fn hostile_runs() -> [NamedRun<'static>; 2] {
    ["a", "b"].map(|name| {
        one_run(
            &(crate::sample_report::HOSTILE.to_owned() + name),
            hostile_run(),
        )
    })
}

#[test]
fn hostile_text_makes_no_html_link_or_mention() {
    let hostile = hostile_runs();
    for runs in [&hostile[..], &hostile[..1]] {
        let text = rendered(runs);
        let (shown, html) = parsed(&text);
        for trigger in ["@", "#1", "GH-", "://", "www", "<", "::error", "deadbeef"] {
            assert!(!shown.contains(trigger), "{trigger}: {shown}");
        }
        let known = ["<!-- wirecheck -->", "<details><summary>", "</details>"];
        for tag in html {
            assert!(known.iter().any(|it| tag.starts_with(it)), "{tag}");
            assert!(!tag.contains("<script") && !tag.contains("<!-- wirecheck -->@"));
        }
    }
}

#[test]
fn hostile_text_leaves_the_shape_of_a_table() {
    let text = rendered(&hostile_runs());
    let rows: Vec<_> = text.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), 4);
    for row in rows {
        assert_eq!(row.matches('|').count(), 4, "{row}");
    }
}

#[test]
fn hostile_text_has_no_control_characters() {
    let text = rendered(&hostile_runs());
    let controls = text.chars().filter(|c| c.is_control() && *c != '\n');
    assert_eq!(controls.count(), 0);
    assert!(!text.contains(['\u{202e}', '\u{ffff}']));
}
