//! Tests of the whole page. `SNAPSHOTS=overwrite` writes the snapshot again.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use snapbox::{assert_data_eq, file};

use super::{POLICY, SCRIPT, STYLE, render};
use crate::Record;
use crate::record::{
    Bytes, CutOffReason, FailedCase, KeptStep, KnownFailure, NotJudged, ObservedAnswer,
    ObservedAnswers, ObservedEnd, Role, RunState, ScenarioRecord, ShorterExchange, ShrinkLimit,
    SmallestFailure, StreamRecord, StreamSize, Verdict, WireAction,
};
use crate::render::{CatalogueEntry, NamedRun, ReportInput};
use crate::repeat::SavedIn;
use crate::sample::{
    evidence, failed, family, finding, greeting, happens, passing, record, regions, sends, shown,
    suite, tried,
};

fn catalogue() -> Vec<CatalogueEntry> {
    let explanation = "One `recv` is not one header.\n\n## Wrong\n\n    header = sock.recv(10)\n";
    vec![CatalogueEntry {
        code: "F01".to_owned(),
        name: "short-header-read".to_owned(),
        summary: "one recv is expected to return the whole header".to_owned(),
        explanation: explanation.to_owned(),
    }]
}

/// The page of these runs, which have the names of letters.
fn page(records: &[Record]) -> String {
    let names = ('a'..='z').map(String::from);
    let run = |(name, record): (String, &Record)| NamedRun {
        name,
        record: record.clone(),
        saved_in: SavedIn::Default,
    };
    let runs: Vec<_> = names.zip(records).map(run).collect();
    render(ReportInput {
        runs: &runs,
        catalogue: &catalogue(),
    })
}

fn failing() -> Record {
    let scenarios = vec![greeting(), passing("time", 40)];
    record(vec![suite("header", scenarios)])
}

fn all_pass() -> Record {
    let scenarios = vec![passing("greeting", 82), passing("time", 40)];
    record(vec![suite("header", scenarios)])
}

/// The part of a page between two texts.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = page.split_once(from).expect("it begins");
    rest.split_once(to).expect("it ends").0
}

/// The values of an attribute. maud writes them between double quotes, and escapes those
/// in text.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let begin = format!(" {attribute}=\"");
    let parts = page.split(begin.as_str()).skip(1);
    parts.filter_map(|part| part.split('"').next()).collect()
}

/// As a browser reads it: the content of the element, with line feeds only.
fn hash(content: &str) -> String {
    let content = content.replace("\r\n", "\n");
    let hash = BASE64_STANDARD.encode(Sha256::digest(content));
    format!("'sha256-{hash}'")
}

#[test]
fn the_policy_allows_the_style_and_the_script() {
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT),
    );
    assert_eq!(POLICY, policy);
}

#[test]
fn a_run_that_fails_is_shown_with_its_evidence() {
    let page = page(&[failing()]);
    let main = between(&page, "<body>", "<script>");
    let lines = main.replace("><", ">\n<") + "\n";
    assert_data_eq!(lines, file!["snapshots/one-run.html"].raw());
}

#[test]
fn passing_scenarios_are_folded_and_failing_ones_are_open() {
    let page = page(&[failing()]);
    let open = page
        .matches("<details class=\"scenario\" id=\"s0\" open")
        .count();
    let folded = page
        .matches("<details class=\"scenario\" id=\"s1\" data")
        .count();
    assert_eq!((open, folded), (1, 1));
}

#[test]
fn several_runs_stand_side_by_side() {
    let page = page(&[failing(), all_pass()]);
    assert!(page.contains("1 of 2 implementations pass; a does not"));
    for cell in [
        "href=\"#s0r0\"",
        "href=\"#s0r1\"",
        "id=\"s0r0\"",
        "id=\"s0r1\"",
    ] {
        assert!(page.contains(cell), "{cell}");
    }
    assert_eq!(page.matches("<details class=\"scenario\"").count(), 2);
}

#[test]
fn a_scenario_that_only_one_run_has_is_shown_once() {
    let other = record(vec![suite("line", vec![passing("greeting", 9)])]);
    let page = page(&[failing(), other]);
    assert_eq!(page.matches("<details class=\"scenario\"").count(), 3);
    assert!(page.contains("not in this run"));
}

#[test]
fn two_scenarios_with_one_name_are_both_shown() {
    let twice = record(vec![
        suite("header", vec![greeting(), greeting()]),
        suite("header", vec![greeting()]),
    ]);
    let page = page(&[twice, failing()]);
    assert_eq!(page.matches("<details class=\"scenario\"").count(), 4);
}

#[test]
fn each_id_is_unique_and_each_link_leads_to_one() {
    for records in [vec![failing()], vec![failing(), all_pass(), failing()]] {
        let page = page(&records);
        let ids = values(&page, "id");
        let unique: BTreeSet<_> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{ids:?}");
        for attribute in ["href", "aria-labelledby"] {
            for target in values(&page, attribute) {
                let id = target.trim_start_matches('#');
                assert!(unique.contains(id), "{attribute} {target}");
            }
        }
    }
}

#[test]
fn where_implementations_disagree_there_is_a_column_for_each_and_links_to_both() {
    let mut other = full();
    other.suites[0].scenarios[0].observed[0] = refused(None);
    other.suites[0].scenarios[0].observed[0].tactics[0] = "header:no".to_owned();
    other.suites[0].scenarios[0].observed[0].end = ObservedEnd::Closed;
    let page = page(&[full(), other]);
    let table = between(&page, "id=\"disagreements\"", "</section>");
    for expected in [
        "header:no",
        "stays open",
        "href=\"#s0r0\"",
        "href=\"#s0r1\"",
        "scope=\"col\">b",
    ] {
        assert!(table.contains(expected), "{expected}: {table}");
    }
    let ids = values(&page, "id");
    assert!(["s0", "s0r0", "s0r1"].iter().all(|id| ids.contains(id)));
}

#[test]
fn runs_without_answers_have_no_disagreements() {
    assert!(!page(&[failing(), all_pass()]).contains("disagree"));
}

#[test]
fn a_page_refers_to_nothing_outside() {
    let page = page(&[failing(), all_pass()]);
    for reference in ["http:", "https:", "src=", "@import", "url(", "//www"] {
        assert!(!page.contains(reference), "{reference}");
    }
    assert!(values(&page, "href").iter().all(|it| it.starts_with('#')));
}

const HOSTILE: &str = "\0</script><script>x()</script><img src=x onerror=y()>\"'>]]>-->\
                       \u{202e}\u{2028}\u{feff}\x1b[2J\n";

/// The keys of texts that are one of a few words, or hex.
const WORDS: [&str; 11] = [
    "state",
    "cut_off_by",
    "verdict",
    "role",
    "by",
    "level",
    "concurrency",
    "lives",
    "end",
    "not_compared",
    "hex",
];

/// Adds hostile text to each text of a record that may be from outside.
fn poison(value: &mut Value, key: &str) {
    match value {
        Value::String(text) if !WORDS.contains(&key) => text.push_str(HOSTILE),
        Value::Array(items) => items.iter_mut().for_each(|item| poison(item, key)),
        Value::Object(fields) => {
            let is_event = fields.contains_key("at_us");
            for (key, value) in fields {
                // `fin` is a word, `{ "exited": … }` has a text.
                let is_word = is_event && value.is_string() || key == "fail_on";
                if !is_word {
                    poison(value, key);
                }
            }
        }
        _ => {}
    }
}

fn poisoned(record: &Record) -> Record {
    let mut value = serde_json::to_value(record).expect("a record is JSON");
    poison(&mut value, "");
    serde_json::from_value(value).expect("it is a record still")
}

fn refused(content: Option<&str>) -> ObservedAnswers {
    let answer = ObservedAnswer {
        expected: false,
        status: content.is_none().then_some(400),
        content: content.map(str::to_owned),
    };
    ObservedAnswers {
        tactics: vec![format!("header:{}", content.unwrap_or("empty"))],
        answers: vec![answer],
        end: ObservedEnd::Open,
        exit: Some("exit code 1".to_owned()),
        not_compared: None,
    }
}

/// A run with as many kinds of text from outside as possible.
fn full() -> Record {
    let mut scenario = greeting();
    scenario.why = Some("A reason".to_owned());
    scenario.spec = Some("RFC 1".to_owned());
    scenario.cut_place = Some("inside the header".to_owned());
    let open = NotJudged {
        cases: 2,
        why: "the stream ends".to_owned(),
    };
    scenario.not_judged = vec![open];
    scenario.failures[0].known = Some("an old bug".to_owned());
    scenario.failures[0].verdict = Verdict::Known;
    scenario.observed = vec![refused(Some("no")), refused(None)];
    let broke = WireAction::Broke("connection reset".to_owned());
    let events = &mut scenario.failures[1]
        .evidence
        .as_mut()
        .expect("it has")
        .events;
    events.push(happens(Role::Client, 9, broke));
    scenario.failures[1].findings[0].died = Some("SIGSEGV".to_owned());
    scenario.failures[1].saved = Some("7f3a00".to_owned());
    let mut record = record(vec![suite("header", vec![scenario])]);
    record.notes = vec!["a note".to_owned()];
    record.delivery.unverified = Some("a reason".to_owned());
    record.gate.known = vec![KnownFailure {
        cases: "a/*".to_owned(),
        reason: "a bug".to_owned(),
        selected: 0,
        failed: 0,
        not_played: 0,
    }];
    record
}

#[test]
fn text_from_outside_is_never_markup() {
    let poisoned = poisoned(&full());
    for records in [vec![poisoned.clone()], vec![poisoned, full()]] {
        let page = page(&records);
        assert_eq!(page.matches("<script").count(), 1);
        assert_eq!(page.matches("</script").count(), 1);
        assert_eq!(page.matches("<img").count(), 0);
        assert!(page.matches("&lt;script&gt;").count() > 20);
        let hostile = |c: char| "\0\u{202e}\u{2028}\u{feff}\x1b".contains(c);
        assert_eq!(page.find(hostile), None);
        assert!(page.contains("\\u{202e}"));
    }
}

#[test]
fn long_text_is_bounded() {
    let mut record = full();
    let long = "<\0>".repeat(300_000);
    record.notes.push(long.clone());
    record.peer.command.push(long.clone());
    let scenario = &mut record.suites[0].scenarios[0];
    scenario.title = long.clone();
    scenario.why = Some(long.clone());
    let evidence = scenario.failures[1].evidence.as_mut().expect("it has some");
    evidence.last_output = vec![long; 3];
    let size = page(&[record]).len();
    assert!(size < 150_000, "{size}");
}

#[test]
fn a_page_without_runs_or_scenarios_can_be_shown() {
    assert!(page(&[]).contains("nothing was run"));
    let empty = page(&[record(Vec::new())]);
    assert!(empty.contains("nothing was judged"));
    assert!(empty.contains("No scenario was selected."));
    assert!(page(&[record(Vec::new()), failing()]).contains("2 implementations"));
}

#[test]
fn a_run_that_was_cut_off_did_not_pass() {
    let mut stopped = all_pass();
    stopped.state = RunState::CutOff;
    stopped.cut_off_by = Some(CutOffReason::User);
    let page = page(&[stopped.clone()]);
    assert!(page.contains("INTERRUPTED"));
    assert!(page.contains("the run ended early: the user or a signal stopped it"));
    stopped.cut_off_by = Some(CutOffReason::Peer);
    let both = self::page(&[stopped, all_pass()]);
    assert!(both.contains("UNFINISHED"));
    assert!(both.contains("1 of 2 implementations pass; a does not"));
}

#[test]
fn a_run_that_fails_by_its_rules_only_is_not_called_passed() {
    let mut record = all_pass();
    record.gate.min_cases = Some(1_000);
    let page = page(&[record]);
    assert!(page.contains("</span> FAIL</span>"));
    assert!(page.contains("122 cases played, at least 1 000 required"));
}

#[test]
fn a_known_failure_is_shown_with_its_reason() {
    let mut scenario = greeting();
    for failure in &mut scenario.failures {
        failure.verdict = Verdict::Known;
        failure.known = Some("see issue 12".to_owned());
    }
    scenario.verdict = Verdict::Known;
    let page = page(&[record(vec![suite("header", vec![scenario])])]);
    assert!(page.contains("see issue 12: <span class=\"cases\">bytes, cut@1–9, random@3"));
    assert!(page.contains("k</span> KNOWN"));
}

#[test]
fn a_delivery_that_was_shrunk_names_its_origin() {
    let mut scenario = greeting();
    let cut = scenario.failures.remove(1);
    let size = |bytes| StreamSize { messages: 1, bytes };
    let steps = [2, 3].map(|step| KeptStep {
        step,
        payload: None,
    });
    let shorter = ShorterExchange {
        steps: steps.to_vec(),
        sent: size(12),
        of: size(32),
        tactic: None,
        findings: Vec::new(),
        evidence: evidence("1,11", 1, Vec::new()),
    };
    let mut random = failed("random@3");
    random.smallest = Some(SmallestFailure {
        tactic: None,
        chunks: 2,
        findings: cut.findings,
        evidence: cut.evidence.expect("a cut has evidence"),
        tries: 14,
        cut_short_by: Some(ShrinkLimit::Tries),
        shorter: Some(shorter),
    });
    scenario.failures = vec![random];
    let page = page(&[record(vec![suite("header", vec![scenario])])]);
    assert!(page.contains("<code>random@3</code></strong>, shrunk, sends"));
    assert!(page.contains("a smaller delivery may fail too"));
    let shorter = "steps 2–3 of the exchange are enough: 12 of 32 bytes, sent <code>1,11</code>";
    assert!(page.contains(shorter));
}

/// A scenario with 1 000 cases, 25 of which fail at places in a long stream.
fn large(number: u64) -> ScenarioRecord {
    let len = 100_000;
    let cut = |at: u64| {
        let mut failure = failed(&format!("cut@{}", at * 3_999 + number));
        if at < 3 {
            let events = (0..40).map(|_| sends(Role::Client, [b'x'; 600]));
            failure.evidence = Some(evidence("1x40", 40, events.collect()));
            let expected = shown("server", "expected ".repeat(80));
            let actual = shown("server", "actual ".repeat(80));
            failure.findings = vec![finding("wrong answer", expected, actual)];
        }
        failure
    };
    let failures: Vec<FailedCase> = (0..25).map(cut).collect();
    let every = [("header", 10), ("payload", 490)].repeat(200);
    ScenarioRecord {
        id: format!("scenario-{number}"),
        verdict: Verdict::Fail,
        families: vec![
            tried(family("cut", 900, 875), &[(1, len)]),
            tried(family("fin", 100, 100), &[(0, len)]),
        ],
        failures,
        stream: StreamRecord {
            len,
            regions: regions(&every),
        },
        observed: Vec::new(),
        ..greeting()
    }
}

#[test]
fn a_hundred_thousand_cases_are_a_page_of_a_few_megabytes() {
    let record = record(vec![suite("large", (0..100).map(large).collect())]);
    assert_eq!(record.tally().cases, 100_000);
    let size = page(&[record]).len();
    assert!(size < 2_500_000, "{size}");
}

#[test]
fn a_strip_of_a_long_stream_has_a_bounded_number_of_marks() {
    let mut scenario = large(0);
    scenario.failures = (0..50_000)
        .map(|at| failed(&format!("cut@{}", 2 * at)))
        .collect();
    let page = page(&[record(vec![suite("large", vec![scenario])])]);
    for shape in values(&page, "d") {
        assert!(shape.len() < 5_000, "{}", shape.len());
    }
    assert!(page.contains("one mark = 417 bytes"));
    assert!(page.contains("cut fails at 50 000 offsets"));
    assert!(page.len() < 100_000, "{}", page.len());
}

#[test]
fn all_actions_of_a_transcript_are_drawn() {
    let mut scenario = greeting();
    let actions = [
        WireAction::Sent(Bytes::of(b"hello")),
        WireAction::Fin,
        WireAction::Reset,
        WireAction::Printed(Bytes::of(b"Well")),
        WireAction::Exited("code 1".to_owned()),
        WireAction::Broke("broken pipe".to_owned()),
    ];
    let events = actions.map(|what| happens(Role::Server, 300, what));
    scenario.failures[1].evidence = Some(evidence("1", 1, events.to_vec()));
    let page = page(&[record(vec![suite("header", vec![scenario])])]);
    let drawing = between(&page, "<svg class=\"ladder\"", "</ol>");
    let (drawing, list) = drawing.split_once("<ol>").expect("a list follows");
    for text in ["hello", "closes", "resets", "Well", "code 1", "broken pipe"] {
        assert!(drawing.contains(text) && list.contains(text), "{text}");
    }
}
