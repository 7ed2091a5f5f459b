//! The sections of the scenarios, by suite. In a section is a block for each run that did
//! not pass, and a line for each run that did.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::compared::{ComparedScenario, ComparedSuite, Comparison, RunResult};
use super::failure::failure;
use super::filter::FilterData;
use super::outside;
use super::verdict::badge;
use crate::notation::{counted, duration};
use crate::record::Verdict;
use crate::verdict::level;
use crate::wording::how_often;

pub(super) fn scenarios(comparison: &Comparison<'_>) -> Markup {
    html! {
        section aria-labelledby="scenarios" {
            h2 #scenarios tabindex="-1" { "The scenarios" }
            @for (number, suite) in comparison.suites.iter().enumerate() {
                (suite_section(comparison, number, suite))
            }
            p #nothing hidden { "No scenario matches the filter." }
        }
    }
}

fn suite_section(comparison: &Comparison<'_>, number: usize, suite: &ComparedSuite<'_>) -> Markup {
    let id = format!("u{number}");
    html! {
        section.suite aria-labelledby=(id) {
            h3 id=(id) tabindex="-1" {
                (outside::name(&suite.suite.id)) " "
                span.muted { (outside::name(&suite.suite.title)) }
            }
            @for scenario in &suite.scenarios { (section(comparison, scenario)) }
        }
    }
}

/// Open if a run did not pass.
fn section(comparison: &Comparison<'_>, scenario: &ComparedScenario<'_>) -> Markup {
    let data = FilterData::of(scenario);
    let open = scenario.present().any(|(_, result)| result.did_not_pass());
    html! {
        details.scenario id=(scenario.id()) open[open] data-verdict=(data.verdicts)
            data-defect=[present(data.defects)] data-tactic=[present(data.families)]
            data-text=(data.text) {
            summary { (heading(comparison, scenario)) }
            div.body.only[comparison.single().is_some()] {
                (about(scenario))
                @for (run, result) in scenario.present() {
                    section.block id=(scenario.block_id(run)) tabindex="-1" {
                        (block(comparison, result))
                    }
                }
            }
        }
    }
}

fn present(text: String) -> Option<String> {
    Some(text).filter(|it| !it.is_empty())
}

fn heading(comparison: &Comparison<'_>, scenario: &ComparedScenario<'_>) -> Markup {
    let it = scenario.scenario;
    let defects = scenario.present().flat_map(|(_, it)| &it.scenario.defects);
    let codes: BTreeSet<_> = defects.map(|it| outside::name(&it.code)).collect();
    html! {
        (badge(scenario.worst())) " "
        h4 { (outside::name(&it.title)) }
        span.id { (outside::name(&format!("{}/{}", scenario.suite.id, it.id))) } " "
        @for code in codes { span.code { (code) } " " }
        span.muted { (extent(comparison, scenario)) }
    }
}

/// How often it fails: in the only run, or in how many runs.
fn extent(comparison: &Comparison<'_>, scenario: &ComparedScenario<'_>) -> String {
    if comparison.single().is_some() {
        return how_often(scenario.scenario);
    }
    let all = scenario.present().count() as u64;
    let failed = scenario.present().filter(|(_, it)| it.did_not_pass());
    match failed.count() {
        0 => counted(all, "run"),
        failed => format!("{failed} of {} did not pass", counted(all, "run")),
    }
}

/// Where it is in the suite, why it exists and what requires it.
fn about(scenario: &ComparedScenario<'_>) -> Markup {
    let it = scenario.scenario;
    let place = format!("{}:{}", scenario.suite.path, it.line);
    html! {
        dl.facts {
            div { dt { "suite" } dd { code { (outside::line(&place)) } " (" (level(it.level)) ")" } }
            @if let Some(why) = &it.why { div { dt { "why" } dd { (outside::prose(why)) } } }
            @if let Some(spec) = &it.spec { div { dt { "spec" } dd { (outside::prose(spec)) } } }
        }
    }
}

fn block(comparison: &Comparison<'_>, result: RunResult<'_>) -> Markup {
    let scenario = result.scenario;
    if result.did_not_pass() {
        return failure(comparison, result);
    }
    let slowest = match scenario.tally().run() {
        0 => String::new(),
        _ => format!(", the slowest took {}", duration(scenario.slowest_us)),
    };
    html! {
        p.line {
            @if comparison.single().is_none() {
                strong { (outside::name(&result.run.name)) } " "
            }
            (badge(scenario.verdict)) " " (passing(result)) (slowest)
        }
        @for open in &scenario.not_judged {
            p.line.muted { (counted(open.cases, "case")) " not judged: " (outside::sentence(&open.why)) }
        }
    }
}

fn passing(result: RunResult<'_>) -> String {
    let scenario = result.scenario;
    let tally = scenario.tally();
    match scenario.verdict {
        Verdict::Skipped => format!("{} not run", counted(tally.cases, "case")),
        _ if tally.passed == tally.cases => format!("all {} pass", counted(tally.cases, "case")),
        _ => format!("{} of {} pass", tally.passed, counted(tally.cases, "case")),
    }
}
