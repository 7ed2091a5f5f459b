//! Markdown for the comment on a pull request: the verdict, the defects, and the scenarios
//! that did not pass, each folded.
//!
//! A comment of GitHub holds 65 536 characters, so each part has a limit, and a part says
//! what it leaves out. The first line is a comment by which a bot finds what it posted
//! before. Text from outside passes through `escape`.

mod escape;
mod part;
#[cfg(test)]
mod tests;

use crate::facts::{is_incomplete, passes, state, verdict_word};
use crate::notation::counted;
use crate::plain::block;
use crate::problem::known_reasons;
use crate::record::{Defect, Verdict};
use crate::render::{NamedRun, ReportInput};
use crate::repeat::FailedScenario;
use crate::terminal::{Detail, MatrixCell, MatrixColumns, MatrixRow, PeerForm, titles};
use crate::verdict::{mark, word};
use crate::wording::{how_often, outcome};
use escape::{code, code_in_html, code_in_table, fenced, prose};
use part::Part;

/// By which a bot finds its comment.
const MARKER: &str = "<!-- wirecheck -->\n";

/// The most bytes of a report, and of its parts before and after the scenarios.
const REPORT: usize = 60_000;
const HEAD: usize = 20_000;
const TAIL: usize = 8_000;

/// The most characters of a block.
const BLOCK: usize = 6_000;

/// The most scenarios that are named with a defect.
const NAMED: usize = 3;

/// The report as Markdown, with at most 60 000 bytes.
#[must_use]
pub fn render(input: ReportInput<'_>) -> String {
    let mut head = Part::new(HEAD);
    head.push(MARKER);
    head.push(&format!("### wirecheck: {}\n", headline(input)));
    matrix(&mut head, input);
    rules(&mut head, input);
    defects(&mut head, input);
    let mut tail = Part::new(TAIL);
    known(&mut tail, input);
    notes(&mut tail, input);
    let (head, tail) = (head.into_text(), tail.into_text());
    let mut body = Part::new(REPORT.saturating_sub(head.len() + tail.len()));
    scenarios(&mut body, input);
    head + &body.into_text() + &tail
}

/// `FAIL – 1 defect in 1 scenario`, or how many of several runs pass.
fn headline(input: ReportInput<'_>) -> String {
    let runs = input.runs;
    if let [run] = runs {
        return format!("{} – {}", verdict_word(&run.record), outcome(&run.record));
    }
    let passed = runs.iter().filter(|run| passes(&run.record)).count();
    let all = counted(runs.len() as u64, "implementation");
    format!("{passed} of {all} pass")
}

/// A row per run and a column per suite; nothing for one run.
fn matrix(part: &mut Part, input: ReportInput<'_>) {
    if input.runs.len() < 2 {
        return;
    }
    let rows: Vec<_> = input.runs.iter().map(matrix_row).collect();
    let suites = titles(&rows, MatrixColumns::Suites);
    let heads = suites.iter().map(|suite| code_in_table(suite));
    let heads: Vec<_> = heads.collect();
    let mut table = format!("\n| implementation | verdict | {} |\n", heads.join(" | "));
    table += &format!("| --- | --- |{}\n", " --- |".repeat(suites.len()));
    if !part.push(&table) {
        return;
    }
    let rows = rows.iter().map(|row| table_row(row, &suites));
    part.lines(rows, "implementation");
}

fn matrix_row<'a>(run: &'a NamedRun<'a>) -> MatrixRow<'a> {
    MatrixRow {
        name: &run.name,
        form: PeerForm::Only,
        record: &run.record,
    }
}

fn table_row(row: &MatrixRow<'_>, suites: &[String]) -> String {
    let cells = suites.iter().map(|suite| {
        let cell = MatrixCell::of(row.record, MatrixColumns::Suites, suite);
        let Some((verdict, share)) = cell.result() else {
            return "–".to_owned();
        };
        let codes = cell
            .codes
            .iter()
            .map(|code| format!(" {}", code_in_table(code)));
        format!("{} {share}{}", mark(verdict), codes.collect::<String>())
    });
    let cells: Vec<_> = cells.collect();
    let name = code_in_table(row.name);
    format!(
        "| {name} | {} | {} |\n",
        verdict_word(row.record),
        cells.join(" | ")
    )
}

/// What fails a run apart from its scenarios.
fn rules(part: &mut Part, input: ReportInput<'_>) {
    let reasons = input.runs.iter().flat_map(|run| {
        let failures = run.record.gate_failures().into_iter();
        let failures = failures.filter(|it| !it.is_of_scenario());
        let failures = failures.map(|it| it.to_string());
        let end = state(&run.record).filter(|_| is_incomplete(&run.record));
        let all = end.into_iter().chain(failures);
        let name = name(input, run);
        all.map(move |text| format!("- {name}{}\n", prose(&text)))
    });
    part.list("What fails the run", reasons, "reason");
}

/// `naive: `, or nothing for one run.
fn name(input: ReportInput<'_>, run: &NamedRun<'_>) -> String {
    let is_one_of_several = input.runs.len() > 1;
    let name = is_one_of_several.then(|| code(&run.name) + ": ");
    name.unwrap_or_default()
}

/// A defect and the scenarios in which it was found.
struct Found<'a> {
    defect: &'a Defect,
    scenarios: Vec<String>,
}

fn defects(part: &mut Part, input: ReportInput<'_>) {
    let mut all: Vec<Found<'_>> = Vec::new();
    for (run, failed) in unknown(input) {
        let id = match input.name_of(run) {
            Some(name) => format!("{} ({})", id_of(failed), code(name)),
            None => id_of(failed),
        };
        for defect in &failed.scenario.defects {
            match all.iter_mut().find(|it| it.defect.code == defect.code) {
                Some(found) => found.scenarios.push(id.clone()),
                None => all.push(Found {
                    defect,
                    scenarios: vec![id.clone()],
                }),
            }
        }
    }
    all.sort_by_key(|it| &it.defect.code);
    part.list(
        "Defects",
        all.iter().map(|it| defect_line(input, it)),
        "defect",
    );
}

/// The scenarios that did not pass, without the known failures.
fn unknown<'a>(
    input: ReportInput<'a>,
) -> impl Iterator<Item = (&'a NamedRun<'a>, FailedScenario<'a>)> {
    let failed = input.failed_scenarios();
    failed.filter(|(_, it)| it.scenario.verdict != Verdict::Known)
}

/// With the cause that was seen, or what the defect is if scenarios may differ in the cause.
fn defect_line(input: ReportInput<'_>, found: &Found<'_>) -> String {
    let Found { defect, scenarios } = found;
    let mut catalogue = input.catalogue.iter();
    let because = match catalogue.find(|it| it.code == defect.code) {
        Some(entry) if scenarios.len() > 1 => &entry.summary,
        _ => &defect.because,
    };
    let named = scenarios.iter().take(NAMED).cloned();
    let named: Vec<_> = named.collect();
    let more = match scenarios.len() - named.len() {
        0 => String::new(),
        more => format!(" and {}", counted(more as u64, "other")),
    };
    let title = code(&format!("{} {}", defect.code, defect.name));
    let (named, because) = (named.join(", "), prose(because));
    format!("- **{title}**: {because}. In {named}{more}\n")
}

fn id_of(failed: FailedScenario<'_>) -> String {
    code(&format!("{}/{}", failed.suite.id, failed.scenario.id))
}

/// Each scenario that did not pass, folded, the runs in their order.
fn scenarios(part: &mut Part, input: ReportInput<'_>) {
    let all = unknown(input).map(|(run, failed)| details(input, run, failed));
    part.list("Scenarios that did not pass", all, "scenario");
}

fn details(input: ReportInput<'_>, run: &NamedRun<'_>, failed: FailedScenario<'_>) -> String {
    let FailedScenario {
        record,
        suite,
        scenario,
        ..
    } = failed;
    let verdict = scenario.verdict;
    let tolerated = if verdict == Verdict::Error || record.gate.fails_scenario(scenario) {
        ""
    } else {
        ", does not fail the run"
    };
    let name = match input.name_of(run) {
        Some(name) => code_in_html(name) + ": ",
        None => String::new(),
    };
    let id = code_in_html(&format!("{}/{}", suite.id, scenario.id));
    let often = how_often(scenario);
    let summary = format!(
        "{} {} {name}{id}: {often}{tolerated}",
        mark(verdict),
        word(verdict)
    );
    let block = fenced(&block(failed, Detail::Brief, BLOCK));
    format!("<details><summary>{summary}</summary>\n\n{block}\n</details>\n")
}

fn known(part: &mut Part, input: ReportInput<'_>) {
    let failed = input.failed_scenarios();
    let known = failed.filter(|(_, it)| it.scenario.verdict == Verdict::Known);
    let known = known.map(|(run, it)| {
        let reasons = prose(&known_reasons(it.scenario));
        format!("- {}{}: {reasons}\n", name(input, run), id_of(it))
    });
    part.list("Known failures", known, "known failure");
}

fn notes(part: &mut Part, input: ReportInput<'_>) {
    let notes = input.runs.iter().flat_map(|run| {
        let name = name(input, run);
        let end = state(&run.record).filter(|_| !is_incomplete(&run.record));
        let notes = end.into_iter().chain(run.record.notes.iter().cloned());
        notes.map(move |text| format!("- {name}{}\n", prose(&text)))
    });
    part.list("Notes", notes, "note");
}
