//! Records as short texts, without what differs from run to run.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;
use wirecheck_report::Record;
use wirecheck_report::record::{FailedCase, FindingRecord, ScenarioRecord};

/// Which families of tactics passed, one paragraph per scenario. Each family that failed has a
/// line with the kinds of its findings.
#[must_use]
pub fn family_results(record: &Record) -> String {
    let mut text = String::new();
    for (suite, scenario) in record.scenarios() {
        _ = writeln!(text, "{}/{}", suite.id, scenario.id);
        _ = writeln!(text, "  passes: {}", passed(scenario).join(" "));
        for family in &scenario.families {
            let kinds = finding_kinds(scenario, &family.name);
            if !kinds.is_empty() {
                let kinds: Vec<_> = kinds.into_iter().collect();
                _ = writeln!(text, "  {}: {}", family.name, kinds.join(", "));
            }
        }
    }
    text
}

/// Which families of tactics passed and failed, and the codes of the named defects. C08 is left
/// out, as a wrong close alone is.
#[must_use]
pub fn diagnoses(record: &Record) -> String {
    let mut text = String::new();
    for (suite, scenario) in record.scenarios() {
        let families = scenario.families.iter().map(|family| family.name.as_str());
        let failed: Vec<_> = families
            .filter(|family| !finding_kinds(scenario, family).is_empty())
            .collect();
        let codes = scenario.defects.iter().map(|it| it.code.as_str());
        let codes: Vec<_> = codes.filter(|code| *code != "C08").collect();
        _ = writeln!(text, "{}/{}", suite.id, scenario.id);
        _ = writeln!(text, "  passes: {}", passed(scenario).join(" "));
        _ = writeln!(text, "  fails: {}", failed.join(" "));
        _ = writeln!(text, "  defects: {}", codes.join(" "));
    }
    text
}

/// The verdict on each case that failed, with the kinds of its findings.
#[must_use]
pub fn verdicts(record: &Record) -> String {
    let mut text = String::new();
    for (_, scenario) in record.scenarios() {
        for (failure, kinds) in failures(scenario) {
            let verdict = failure.verdict;
            _ = writeln!(
                text,
                "{}/{}: {verdict:?} {kinds}",
                scenario.id, failure.tactic
            );
        }
    }
    text
}

/// All findings of a record, each with its scenario and tactic.
pub fn findings(record: &Record) -> impl Iterator<Item = (&str, &str, &FindingRecord)> {
    record.scenarios().flat_map(|(_, scenario)| {
        scenario.failures.iter().flat_map(|failure| {
            let findings = failure.findings.iter();
            findings.map(|finding| (scenario.id.as_str(), failure.tactic.as_str(), finding))
        })
    })
}

/// A record as JSON, without the fields that may differ between two runs on one peer.
pub(crate) fn without_times(record: &Record) -> String {
    let mut value = serde_json::to_value(record).expect("a record is JSON");
    remove_times(&mut value);
    format!("{value:#}")
}

fn remove_times(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields
                .retain(|name, _| !name.ends_with("_us") && name != "started" && name != "address");
            fields.values_mut().for_each(remove_times);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_times),
        Value::String(text) => *text = without_thread_numbers(text),
        _ => {}
    }
}

/// How many of the selected cases were not played.
#[must_use]
pub fn cases_not_played(record: &Record) -> u64 {
    let families = record.scenarios().flat_map(|(_, it)| &it.families);
    families.map(|family| family.skipped).sum()
}

/// Python numbers the threads in its tracebacks. How many a server started before depends
/// on how many baselines there was time for.
fn without_thread_numbers(text: &str) -> String {
    let mut parts = text.split("Thread-");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let name = part.trim_start_matches(|c: char| c.is_ascii_digit());
        text + "Thread-" + name
    })
}

/// The families that were run and never failed.
fn passed(scenario: &ScenarioRecord) -> Vec<&str> {
    let families = scenario.families.iter();
    families
        .filter(|family| family.passed > 0 && family.passed + family.skipped == family.cases)
        .map(|family| family.name.as_str())
        .collect()
}

fn finding_kinds(scenario: &ScenarioRecord, family: &str) -> BTreeSet<String> {
    failures(scenario)
        .filter(|(failure, _)| failure.tactic.split(['@', ':']).next() == Some(family))
        .map(|(_, kinds)| kinds)
        .collect()
}

/// The cases that failed, with the kinds of their findings. A wrong close alone is left out:
/// whether a server that closes with bytes unread sends a FIN or a reset depends on when the
/// bytes arrived.
fn failures(scenario: &ScenarioRecord) -> impl Iterator<Item = (&FailedCase, String)> {
    let with_kinds = scenario.failures.iter().map(|failure| {
        let kinds: Vec<_> = failure.findings.iter().map(|it| it.kind.as_str()).collect();
        (failure, kinds.join("+"))
    });
    with_kinds.filter(|(_, kinds)| kinds != "wrong-close")
}
