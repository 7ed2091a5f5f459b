//! The JSON from which shields.io draws a badge (`https://img.shields.io/endpoint`).

use std::collections::BTreeSet;

use serde::Serialize;

use crate::facts::is_incomplete;
use crate::notation::{counted, grouped};
use crate::record::{Record, ScenarioRecord, Verdict};
use crate::render::ReportInput;
use crate::{CaseTally, GateFailure};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Badge {
    schema_version: u8,
    label: &'static str,
    message: String,
    color: &'static str,
}

/// The badge of all runs together: the most serious result of any.
#[must_use]
pub fn render(input: ReportInput<'_>) -> String {
    let (message, color) = content(input);
    let badge = Badge {
        schema_version: 1,
        label: "wirecheck",
        message,
        color,
    };
    serde_json::to_string(&badge).expect("it has only strings and numbers") + "\n"
}

fn content(input: ReportInput<'_>) -> (String, &'static str) {
    let records = || input.runs.iter().map(|run| &run.record);
    if let Some(failed) = failed(records().flat_map(failing)) {
        return (failed, "red");
    }
    if records().any(|it| it.verdict == Verdict::Error && !is_incomplete(it)) {
        return ("not judged".to_owned(), "orange");
    }
    if records().any(is_incomplete) {
        return ("unfinished".to_owned(), "lightgrey");
    }
    if let Some(failure) = records().flat_map(Record::gate_failures).next() {
        return (broken_rule(&failure).to_owned(), "orange");
    }
    passed(records().map(Record::tally).collect())
}

/// The scenarios that fail the run.
fn failing(record: &Record) -> impl Iterator<Item = &ScenarioRecord> {
    let scenarios = record.scenarios().map(|(_, scenario)| scenario);
    scenarios.filter(|scenario| record.gate.fails_scenario(scenario))
}

/// The defects, or the cases that failed without one.
fn failed<'a>(scenarios: impl Iterator<Item = &'a ScenarioRecord>) -> Option<String> {
    let (mut codes, mut tally) = (BTreeSet::new(), None);
    for scenario in scenarios {
        codes.extend(scenario.defects.iter().map(|defect| &defect.code));
        *tally.get_or_insert_with(CaseTally::default) += scenario.tally();
    }
    let failed = tally?.failed();
    Some(match codes.len() as u64 {
        0 => format!("{} failed", counted(failed, "case")),
        defects => counted(defects, "defect"),
    })
}

const fn broken_rule(failure: &GateFailure) -> &'static str {
    match failure {
        GateFailure::Verdict(_) => "failed",
        GateFailure::Fixed { .. } => "a known failure passes",
        GateFailure::MatchesNothing { .. } => "a known failure matches no case",
        GateFailure::NoCasePlayed => "nothing was judged",
        GateFailure::TooFewCases { .. } => "too few cases",
    }
}

/// Plain green says that some cases failed which need not pass. Cases that were not judged
/// are not counted.
fn passed(tally: CaseTally) -> (String, &'static str) {
    let judged = tally.run().saturating_sub(tally.not_judged);
    match (judged, tally.failed()) {
        (0, _) => ("nothing was judged".to_owned(), "lightgrey"),
        (_, 0) => {
            let cases = counted(tally.passed, "case");
            (format!("{cases} passed"), "brightgreen")
        }
        (judged, _) => {
            let (passed, cases) = (grouped(tally.passed), counted(judged, "case"));
            (format!("{passed} of {cases} passed"), "green")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{CutOffReason, RunState};
    use crate::render::NamedRun;
    use crate::sample::{passing, record, suite};
    use crate::sample_report::{failing_run, hostile_run, known_run, one_run, passing_run, report};

    fn of(runs: &[NamedRun<'_>]) -> (String, &'static str) {
        content(report(runs))
    }

    fn of_one(record: Record) -> (String, &'static str) {
        of(&[one_run("it", record)])
    }

    #[test]
    fn a_badge_has_the_fields_of_shields_io() {
        let written = render(report(&[one_run("it", passing_run())]));
        let fields = r#"{"schemaVersion":1,"label":"wirecheck","message":"614 cases passed","color":"brightgreen"}"#;
        assert_eq!(written.trim_end(), fields);
    }

    #[test]
    fn a_run_that_fails_counts_its_defects_or_else_its_cases() {
        assert_eq!(of_one(failing_run()), ("1 defect".to_owned(), "red"));
        let mut record = failing_run();
        record.suites[0].scenarios[0].defects.clear();
        assert_eq!(of_one(record), ("24 cases failed".to_owned(), "red"));
    }

    #[test]
    fn a_broken_rule_is_named() {
        let (message, color) = of_one(known_run());
        assert_eq!(
            (message.as_str(), color),
            ("a known failure passes", "orange")
        );
    }

    #[test]
    fn known_failures_are_counted_and_fail_nothing() {
        let mut record = known_run();
        record.gate.known.truncate(1);
        let expected = ("118 of 130 cases passed".to_owned(), "green");
        assert_eq!(of_one(record), expected);
    }

    #[test]
    fn a_run_that_did_not_finish_passed_nothing() {
        let mut record = passing_run();
        record.state = RunState::CutOff;
        record.cut_off_by = Some(CutOffReason::User);
        assert_eq!(of_one(record.clone()).0, "unfinished");
        record.cut_off_by = Some(CutOffReason::Time);
        assert_eq!(
            of_one(record).0,
            "614 cases passed",
            "the user limited its time"
        );
        assert_eq!(
            of_one(crate::sample::record(Vec::new())).0,
            "nothing was judged"
        );
    }

    #[test]
    fn the_worst_of_several_runs_is_shown() {
        let all = || record(vec![suite("header", vec![passing("a", 5)])]);
        let runs = [one_run("a", all()), one_run("b", failing_run())];
        assert_eq!(of(&runs).1, "red");
        let runs = [one_run("a", all()), one_run("b", all())];
        assert_eq!(of(&runs).0, "10 cases passed");
    }

    #[test]
    fn hostile_text_is_not_in_a_badge() {
        let expected = ("1 defect".to_owned(), "red");
        assert_eq!(of_one(hostile_run()), expected);
    }
}
