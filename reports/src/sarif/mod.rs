//! SARIF 2.1.0, for code scanners: a `run` per run, a `result` per problem.
//!
//! The rules are all defects of the catalogue, so that a viewer can explain each result, and
//! two for what is no defect. A known failure is a result that is suppressed.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::facts::{state, was_judged};
use crate::notation::one_line;
use crate::problem::{NAME, NOT_JUDGED, Problem, Severity, UNEXPLAINED, known_reasons, problems};
use crate::record::Record;
use crate::render::{CatalogueEntry, NamedRun, ReportInput};
use crate::repeat::command;
use crate::smallest::smallest;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The most characters of a command or a note.
const TEXT: usize = 2_000;

/// What a path may have in a URI without an escape.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The report as SARIF.
#[must_use]
pub fn render(input: ReportInput<'_>) -> String {
    let rules = rules(input.catalogue);
    let problems = problems(input);
    let runs = input.runs.iter().zip(&problems);
    let runs: Vec<_> = runs
        .map(|(run, problems)| sarif_run(input, run, problems, &rules))
        .collect();
    let log = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": runs });
    format!("{log:#}\n")
}

fn sarif_run(
    input: ReportInput<'_>,
    run: &NamedRun<'_>,
    problems: &[Problem<'_>],
    rules: &[Value],
) -> Value {
    let results: Vec<_> = problems.iter().map(|it| result(it, rules)).collect();
    let mut value = json!({
        "tool": { "driver": {
            "name": "wirecheck",
            "version": one_line(&run.record.wirecheck, NAME),
            "semanticVersion": one_line(&run.record.wirecheck, NAME),
            "rules": rules,
        } },
        "invocations": [invocation(&run.record)],
        "results": results,
    });
    if let Some(id) = automation_id(input, run) {
        value["automationDetails"] = json!({ "id": id });
    }
    value
}

/// What distinguishes several runs, or the shards of one: a viewer that gets two without it
/// takes the second for a repetition of the first.
fn automation_id(input: ReportInput<'_>, run: &NamedRun<'_>) -> Option<String> {
    let name = input.name_of(run).map(|name| one_line(name, NAME));
    let shard = run.record.shard.as_ref();
    let shard = shard.map(|it| format!("shard {} of {}", it.number, it.of));
    let parts: Vec<_> = [name, shard].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("wirecheck/{}/", parts.join("/")))
}

fn rules(catalogue: &[CatalogueEntry]) -> Vec<Value> {
    let unexplained = "a scenario fails, and no defect of the catalogue explains it";
    let not_judged = "wirecheck could not judge a scenario";
    let others = [
        rule(UNEXPLAINED, "unexplained-failure", unexplained, unexplained),
        rule(NOT_JUDGED, "not-judged", not_judged, not_judged),
    ];
    let defects = catalogue
        .iter()
        .map(|it| rule(&it.code, &it.name, &it.summary, &it.explanation));
    defects.chain(others).collect()
}

/// The explanation is valid Markdown: headings begin with `## `, code is indented.
fn rule(id: &str, name: &str, summary: &str, explanation: &str) -> Value {
    let first_paragraph = explanation.split("\n\n").next().unwrap_or_default();
    let full: Vec<_> = first_paragraph.lines().collect();
    json!({
        "id": id,
        "name": in_pascal_case(name),
        "shortDescription": { "text": summary },
        "fullDescription": { "text": full.join(" ") },
        "help": { "text": explanation, "markdown": explanation },
        "defaultConfiguration": { "level": "error" },
    })
}

/// `ShortHeaderRead`
fn in_pascal_case(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        first.to_ascii_uppercase() + rest
    });
    words.collect()
}

fn result(problem: &Problem<'_>, rules: &[Value]) -> Value {
    let failed = problem.failed;
    let tally = failed.scenario.tally();
    let case = smallest(failed.scenario);
    let replay = case.map(|case| one_line(&command(failed, &case).join(" "), TEXT));
    let mut value = json!({
        "ruleId": one_line(problem.rule(), NAME),
        "level": level(problem.severity()),
        "message": { "text": problem.message() },
        "locations": [location(problem)],
        "partialFingerprints": { "wirecheckScenario/v1": problem.fingerprint },
        "suppressions": suppressions(problem),
        "properties": {
            "deliveries": tally.run(),
            "failing": tally.failed(),
            "replay": replay,
        },
    });
    let index = rules.iter().position(|rule| rule["id"] == problem.rule());
    if let Some(index) = index {
        value["ruleIndex"] = json!(index);
    }
    value
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn location(problem: &Problem<'_>) -> Value {
    let failed = problem.failed;
    let id = format!("{}/{}", failed.suite.id, failed.scenario.id);
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(problem.path()) },
            "region": { "startLine": problem.line() },
        },
        "logicalLocations": [{ "fullyQualifiedName": one_line(&id, NAME) }],
    })
}

/// A reference that is relative to the root of the repository if the path is.
fn uri(path: &str) -> String {
    let encoded = utf8_percent_encode(path, IN_PATH).to_string();
    if path.starts_with('/') {
        format!("file://{encoded}")
    } else {
        encoded
    }
}

/// An empty list says that the result is not suppressed, none that it is not known.
fn suppressions(problem: &Problem<'_>) -> Value {
    if !problem.is_known() {
        return json!([]);
    }
    let reasons = known_reasons(problem.scenario());
    json!([{ "kind": "external", "status": "accepted", "justification": reasons }])
}

/// The exit code is not known here.
fn invocation(record: &Record) -> Value {
    let failures = record.gate_failures().into_iter();
    let failures = failures.filter(|it| !it.is_of_scenario());
    let errors = state(record).into_iter();
    let errors = errors.chain(failures.map(|it| it.to_string()));
    let errors = errors.map(|text| notification("error", &text));
    let notes = record.notes.iter().map(|note| notification("note", note));
    json!({
        "executionSuccessful": was_judged(record),
        "toolExecutionNotifications": errors.chain(notes).collect::<Vec<_>>(),
    })
}

fn notification(level: &str, text: &str) -> Value {
    json!({ "level": level, "message": { "text": one_line(text, TEXT) } })
}

#[cfg(test)]
mod tests;
