//! The matrix: one row for each scenario, one column for each run, or for each family of
//! tactics if there is one run. A cell links to its scenario.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::compared::{ComparedScenario, ComparedSuite, Comparison, RunResult, failing_families};
use super::outside;
use super::verdict::{key, meaning, small_mark};
use crate::CaseTally;
use crate::notation::{counted, share};
use crate::record::{FamilyRecord, ScenarioRecord, SuiteRecord, Verdict};
use crate::render::NamedRun;
use crate::verdict::{mark, rank};

pub(super) fn matrix(comparison: &Comparison<'_>) -> Markup {
    let families = families(comparison);
    html! {
        section aria-labelledby="matrix" {
            h2 #matrix { "The matrix" }
            @if comparison.scenarios().next().is_none() {
                p { "No scenario was selected." }
            } @else if comparison.single().is_some() {
                p #by-family .muted {
                    "The share of the cases that pass, by family of tactics."
                }
                (scrolled("by-family", by_family(comparison, &families)))
            } @else {
                (summary_by_suite(comparison))
                h3 #by-scenario { "By scenario" }
                p.muted { "The share of the cases that pass, and the defects found." }
                (scrolled("by-scenario", by_run(comparison)))
            }
            (legend(comparison))
        }
    }
}

/// The meaning of the marks that are used.
fn legend(comparison: &Comparison<'_>) -> Markup {
    let mut used = BTreeMap::new();
    for (_, result) in comparison.scenarios().flat_map(|it| it.present()) {
        let failing = failing_families(result.scenario).into_values();
        let verdicts = failing.chain([result.scenario.verdict]);
        used.extend(verdicts.map(|verdict| (rank(verdict), verdict)));
    }
    html! {
        ul.legend {
            @for verdict in used.into_values() {
                li { (mark(verdict)) " " (outside::with_names(meaning(verdict))) }
            }
        }
    }
}

/// A table that may be wider than the page.
fn scrolled(label: &str, table: Markup) -> Markup {
    html! { section.scroll aria-labelledby=(label) tabindex="0" { (table) } }
}

/// The families with a case that was run, in the order of the record.
fn families<'a>(comparison: &Comparison<'a>) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    let all = comparison.scenarios().flat_map(|it| it.present());
    for family in all.flat_map(|(_, it)| &it.scenario.families) {
        if family.tally().run() > 0 && !names.contains(&family.name.as_str()) {
            names.push(&family.name);
        }
    }
    names
}

fn by_family(comparison: &Comparison<'_>, families: &[&str]) -> Markup {
    html! {
        table.matrix {
            thead {
                tr {
                    th scope="col" { "scenario" }
                    th scope="col" { "all" }
                    @for name in families { th scope="col" { (outside::name(name)) } }
                }
            }
            @for suite in &comparison.suites {
                (rows_of(suite, families.len() + 2, |it| family_cells(it, families)))
            }
        }
    }
}

fn by_run(comparison: &Comparison<'_>) -> Markup {
    html! {
        table.matrix {
            (head_of_runs("scenario", comparison))
            @for suite in &comparison.suites {
                (rows_of(suite, comparison.runs.len() + 1, run_cells))
            }
        }
    }
}

/// The head of a table with a column for each run.
pub(super) fn head_of_runs(first: &str, comparison: &Comparison<'_>) -> Markup {
    html! {
        thead {
            tr {
                th scope="col" { (first) }
                @for run in comparison.runs { th scope="col" { (outside::name(&run.name)) } }
            }
        }
    }
}

/// The rows of a suite, below a row with its name.
fn rows_of<'a>(
    suite: &ComparedSuite<'a>,
    columns: usize,
    cells: impl Fn(&ComparedScenario<'a>) -> Markup,
) -> Markup {
    html! {
        tbody {
            tr.suite {
                th scope="rowgroup" colspan=(columns) {
                    span { (outside::name(&suite.suite.id)) " "
                        span.muted { (outside::name(&suite.suite.title)) } }
                }
            }
            @for scenario in &suite.scenarios {
                tr data-for=(scenario.id()) {
                    th scope="row" {
                        a href={ "#" (scenario.id()) } {
                            (small_mark(scenario.worst()))
                            (outside::name(&scenario.scenario.id))
                        }
                    }
                    (cells(scenario))
                }
            }
        }
    }
}

fn run_cells(scenario: &ComparedScenario<'_>) -> Markup {
    html! {
        @for (run, result) in scenario.results.iter().enumerate() {
            @match result {
                Some(result) => {
                    (ScenarioCell::of(scenario.block_id(run), *result).cell())
                }
                None => td.none { span.vh { "not in this run" } },
            }
        }
    }
}

/// A scenario as a whole, then each family.
fn family_cells(scenario: &ComparedScenario<'_>, families: &[&str]) -> Markup {
    let Some((run, result)) = scenario.present().next() else {
        return html! {};
    };
    let target = scenario.block_id(run);
    let failing = failing_families(result.scenario);
    html! {
        (ScenarioCell::of(target.clone(), result).cell())
        @for name in families {
            @let family = result.scenario.families.iter().find(|it| it.name == *name);
            @match family.map(FamilyRecord::tally).filter(|it| it.run() > 0) {
                Some(tally) => (family_cell(&target, tally, failing.get(name).copied())),
                None => td.none { span.vh { "not run" } },
            }
        }
    }
}

fn family_cell(target: &str, tally: CaseTally, failed: Option<Verdict>) -> Markup {
    let verdict = failed.unwrap_or(Verdict::Pass);
    // The row already has a link to the same place.
    let order = failed.is_none().then_some("-1");
    html! {
        td.(key(verdict)) {
            a href={ "#" (target) } tabindex=[order] { (small_mark(verdict)) (passed(tally)) }
        }
    }
}

/// The share of the cases that passed.
fn passed(tally: CaseTally) -> String {
    let judged = tally.run().saturating_sub(tally.not_judged);
    share(tally.passed, judged).replace(' ', "")
}

/// A scenario in one run.
struct ScenarioCell<'a> {
    target: String,
    scenario: &'a ScenarioRecord,
}

impl<'a> ScenarioCell<'a> {
    fn of(target: String, result: RunResult<'a>) -> Self {
        let scenario = result.scenario;
        Self { target, scenario }
    }

    fn cell(&self) -> Markup {
        let Self { target, scenario } = self;
        let tally = scenario.tally();
        html! {
            td.(key(scenario.verdict)) {
                a href={ "#" (target) } {
                    (small_mark(scenario.verdict)) (passed(tally))
                    @for defect in &scenario.defects {
                        " " span.code { (outside::name(&defect.code)) }
                    }
                }
            }
        }
    }
}

/// One row for each run, one column for each suite.
fn summary_by_suite(comparison: &Comparison<'_>) -> Markup {
    let table = html! {
        table.matrix {
            thead {
                tr {
                    th scope="col" { "implementation" }
                    @for suite in &comparison.suites {
                        th scope="col" { (outside::name(&suite.suite.id)) }
                    }
                }
            }
            tbody {
                @for (number, run) in comparison.runs.iter().enumerate() {
                    tr {
                        th scope="row" {
                            a href={ "#r" (number) } { (outside::name(&run.name)) }
                        }
                        @for (at, suite) in comparison.suites.iter().enumerate() {
                            (suite_cell(run, at, suite.suite))
                        }
                    }
                }
            }
        }
    };
    html! {
        h3 #by-suite { "By suite" }
        (scrolled("by-suite", table))
    }
}

fn suite_cell(run: &NamedRun<'_>, number: usize, suite: &SuiteRecord) -> Markup {
    let suites = || run.record.suites.iter().filter(|it| it.id == suite.id);
    if suites().next().is_none() {
        return html! { td.none { span.vh { "not in this run" } } };
    }
    let tally: CaseTally = suites().map(SuiteRecord::tally).collect();
    let verdicts = suites().flat_map(|it| &it.scenarios).map(|it| it.verdict);
    let worst = verdicts.min_by_key(|verdict| rank(*verdict));
    let worst = worst.unwrap_or(Verdict::Skipped);
    let defects = suites().flat_map(SuiteRecord::defects);
    let mut codes: Vec<_> = defects.map(|it| outside::name(&it.code)).collect();
    codes.dedup();
    html! {
        td.(key(worst)) title=(counted(tally.run(), "case")) {
            a href={ "#u" (number) } {
                (small_mark(worst)) (passed(tally))
                @for code in codes { " " span.code { (code) } }
            }
        }
    }
}
