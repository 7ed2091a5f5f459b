//! Snapshots, and hostile text read back with an XML parser.
//! `SNAPSHOTS=overwrite` writes the snapshots again.

use quick_xml::Reader;
use quick_xml::events::Event;
use snapbox::{assert_data_eq, file};

use super::*;
use crate::record::{CutOffReason, FailOn, RunState};
use crate::sample_report::{
    HOSTILE, failing_run, hostile_run, known_run, one_run, passing_run, report, second_of_four,
};

fn rendered(record: Record) -> String {
    render(report(&[one_run("it", record)]))
}

#[test]
fn a_scenario_is_a_test_case() {
    assert_data_eq!(rendered(failing_run()), file!["snapshots/fail.xml"].raw());
}

#[test]
fn a_run_that_passes_has_no_texts() {
    assert_data_eq!(rendered(passing_run()), file!["snapshots/pass.xml"].raw());
}

#[test]
fn known_failures_are_skipped_and_outdated_ones_fail() {
    assert_data_eq!(rendered(known_run()), file!["snapshots/known.xml"].raw());
}

#[test]
fn suites_of_several_runs_have_names_of_their_own() {
    let runs = [
        one_run("naive", known_run()),
        one_run("fixed", passing_run()),
    ];
    let text = render(report(&runs));
    assert_data_eq!(text, file!["snapshots/several.xml"].raw());
}

#[test]
fn shards_have_names_of_their_own() {
    let mut record = passing_run();
    record.shard = Some(second_of_four());
    assert!(rendered(record).contains(r#"classname="header [shard 2/4]""#));
}

#[test]
fn what_fails_the_run_decides_what_is_a_failure() {
    let failures = |gate: &[FailOn]| {
        let mut record = failing_run();
        record.gate.fail_on = gate.to_vec();
        let text = rendered(record);
        let count = |tag| text.matches(tag).count();
        [
            count("<failure"),
            count("<flakyFailure"),
            count("<system-out"),
        ]
    };
    assert_eq!(
        failures(&[FailOn::Must, FailOn::Should, FailOn::Flaky]),
        [3, 0, 0]
    );
    assert_eq!(failures(&[FailOn::Must, FailOn::Flaky]), [2, 0, 1]);
    assert_eq!(failures(&[FailOn::Must]), [1, 1, 1]);
    assert_eq!(failures(&[]), [0, 1, 2]);
}

#[test]
fn a_run_that_the_peer_ended_has_an_error() {
    let end = |by| {
        let mut record = passing_run();
        record.state = RunState::CutOff;
        record.cut_off_by = by;
        record.peer_failure = by.map(|_| "cannot start `./server`".to_owned());
        rendered(record)
    };
    let lost = end(Some(CutOffReason::Peer));
    assert!(lost.contains(r#"<testsuite name="wirecheck run" tests="1" skipped="0" errors="1""#));
    assert!(lost.contains("the run ended early: cannot start `./server`"));
    assert!(end(None).contains("<error"));
    assert!(!end(Some(CutOffReason::Time)).contains("<error"));
}

#[test]
fn a_report_is_read_back_as_it_was() {
    for record in [failing_run(), known_run(), hostile_run()] {
        let runs = [one_run(HOSTILE, record.clone()), one_run("b", record)];
        let text = render(report(&runs));
        let read = Report::deserialize_from_str(&text).expect("it is a report");
        let again = read.to_string().expect("it is text");
        assert_eq!(without_skipped(&again), text);
    }
}

#[test]
fn hostile_text_makes_no_elements_and_has_only_valid_characters() {
    let text = rendered(hostile_run());
    let mut reader = Reader::from_str(&text);
    let known = "testsuites testsuite properties property testcase failure skipped";
    loop {
        match reader.read_event().expect("it is well-formed") {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) => {
                let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
                assert!(known.contains(&name), "{name}");
                assert!(tag.attributes().all(|attribute| attribute.is_ok()));
            }
            Event::CData(_) | Event::Comment(_) => panic!("it has neither"),
            _ => {}
        }
    }
    let valid = |c: char| {
        c == '\n' || (c >= ' ' && !matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}'))
    };
    assert!(text.chars().all(valid));
    assert!(text.len() < 150_000, "{} bytes", text.len());
}
