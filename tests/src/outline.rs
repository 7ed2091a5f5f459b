//! Records in short, and without what differs from run to run.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;
use wirecheck_report::Record;
use wirecheck_report::record::{FailedCase, FindingRecord, ScenarioRecord};

/// What held and what fell: a paragraph a scenario, a line a family of tactics
/// that fell, with the kinds of its findings.
#[must_use]
pub fn outline(record: &Record) -> String {
    let mut text = String::new();
    for suite in &record.suites {
        for scenario in &suite.scenarios {
            _ = writeln!(text, "{}/{}", suite.id, scenario.id);
            _ = writeln!(text, "  holds: {}", held(scenario).join(" "));
            for family in &scenario.families {
                let kinds = kinds(scenario, &family.name);
                if !kinds.is_empty() {
                    let kinds: Vec<_> = kinds.into_iter().collect();
                    _ = writeln!(text, "  {}: {}", family.name, kinds.join(", "));
                }
            }
        }
    }
    text
}

/// The families that were played and never fell.
fn held(scenario: &ScenarioRecord) -> Vec<&str> {
    let families = scenario.families.iter();
    families
        .filter(|family| family.passed > 0 && family.passed + family.skipped == family.cases)
        .map(|family| family.name.as_str())
        .collect()
}

/// Which families of tactics hold and which fall, and the codes of the defects that
/// are named. C08 is left out, as a close alone is.
#[must_use]
pub fn diagnoses(record: &Record) -> String {
    let mut text = String::new();
    for suite in &record.suites {
        for scenario in &suite.scenarios {
            let families = scenario.families.iter().map(|family| family.name.as_str());
            let falls: Vec<_> = families
                .filter(|family| !kinds(scenario, family).is_empty())
                .collect();
            let codes = scenario.defects.iter().map(|it| it.code.as_str());
            let codes: Vec<_> = codes.filter(|code| *code != "C08").collect();
            _ = writeln!(text, "{}/{}", suite.id, scenario.id);
            _ = writeln!(text, "  holds: {}", held(scenario).join(" "));
            _ = writeln!(text, "  falls: {}", falls.join(" "));
            _ = writeln!(text, "  named: {}", codes.join(" "));
        }
    }
    text
}

fn kinds(scenario: &ScenarioRecord, family: &str) -> BTreeSet<String> {
    fallen(scenario)
        .filter(|(failure, _)| failure.tactic.split(['@', ':']).next() == Some(family))
        .map(|(_, kinds)| kinds)
        .collect()
}

/// The cases that fell, with the kinds of their findings. Left out are those in which
/// nothing but the close was wrong: whether a server that closes with bytes unread
/// sends a FIN or a reset depends on when the bytes came.
fn fallen(scenario: &ScenarioRecord) -> impl Iterator<Item = (&FailedCase, String)> {
    let with_kinds = scenario.failures.iter().map(|failure| {
        let kinds: Vec<_> = failure.findings.iter().map(|it| it.kind.as_str()).collect();
        (failure, kinds.join("+"))
    });
    with_kinds.filter(|(_, kinds)| kinds != "wrong-close")
}

/// All findings of a record, with the scenario and the tactic that they are about.
pub fn findings(record: &Record) -> impl Iterator<Item = (&str, &str, &FindingRecord)> {
    let scenarios = record.suites.iter().flat_map(|suite| &suite.scenarios);
    scenarios.flat_map(|scenario| {
        scenario.failures.iter().flat_map(|failure| {
            let findings = failure.findings.iter();
            findings.map(|finding| (scenario.id.as_str(), failure.tactic.as_str(), finding))
        })
    })
}

/// The verdict on each case that fell, with the kinds of its findings.
#[must_use]
pub fn verdicts(record: &Record) -> String {
    let mut text = String::new();
    for scenario in record.suites.iter().flat_map(|suite| &suite.scenarios) {
        for (failure, kinds) in fallen(scenario) {
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

/// A record as JSON, without the fields that may differ between two runs on one peer.
///
/// # Panics
/// If it is no JSON, which its type rules out.
#[must_use]
pub fn timeless(record: &Record) -> String {
    let mut value = serde_json::to_value(record).expect("a record is JSON");
    forget_times(&mut value);
    format!("{value:#}")
}

fn forget_times(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields
                .retain(|name, _| !name.ends_with("_us") && name != "started" && name != "address");
            fields.values_mut().for_each(forget_times);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_times),
        _ => {}
    }
}
