//! Where implementations disagree: a table with a column for each of them.

use maud::{Markup, html};

use super::compared::Comparison;
use super::matrix::head_of_runs;
use super::outside;
use crate::disagreement::{AnswerCell, CellKind, DeliveriesOf, Disagreement, Disagreements};
use crate::notation::counted;

/// The most rows: a page of thousands of them says nothing more.
const MOST: usize = 500;

/// Nothing if fewer than two records have answers.
pub(super) fn disagreements(comparison: &Comparison<'_>) -> Markup {
    let Some(all) = Disagreements::of(comparison.runs) else {
        return html! {};
    };
    html! {
        section aria-labelledby="disagreements" {
            h2 #disagreements { "Where they disagree" }
            p { (all.summary()) }
            @if !all.found.is_empty() {
                p.muted {
                    "Each row has deliveries of the same bytes. A coloured answer is the one that \
                     the implementation gives to valid messages in one piece. Deliveries that are \
                     answered alike by all are left out."
                }
                section.scroll aria-labelledby="disagreements" tabindex="0" {
                    (table(comparison, &all))
                }
            }
            @if let Some(more @ 1..) = all.found.len().checked_sub(MOST) {
                p.muted { (counted(more as u64, "more disagreement")) " left out" }
            }
        }
    }
}

fn table(comparison: &Comparison<'_>, all: &Disagreements<'_>) -> Markup {
    let shown = &all.found[..all.found.len().min(MOST)];
    html! {
        table.matrix {
            (head_of_runs("delivery", comparison))
            @for of_kind in shown.chunk_by(|one, other| one.kind == other.kind) {
                tbody {
                    tr.suite {
                        th scope="rowgroup" colspan=(comparison.runs.len() + 1) {
                            span { (of_kind[0].kind.heading()) }
                        }
                    }
                    @for disagreement in of_kind { (row(comparison, disagreement)) }
                }
            }
        }
    }
}

fn row(comparison: &Comparison<'_>, disagreement: &Disagreement<'_>) -> Markup {
    html! {
        tr {
            th scope="row" {
                @for tactic in &disagreement.tactics { (deliveries(comparison, tactic)) }
            }
            @for (run, cell) in disagreement.cells.iter().enumerate() {
                (answer(cell, target(comparison, disagreement, run)))
            }
        }
    }
}

/// A tactic with links to its scenarios.
fn deliveries(comparison: &Comparison<'_>, tactic: &DeliveriesOf<'_>) -> Markup {
    html! {
        div {
            code { (outside::name(tactic.tactic)) }
            @for (at, place) in tactic.scenarios.iter().enumerate() {
                @if at > 0 { "," }
                " "
                (link(comparison, *place))
            }
        }
    }
}

fn link(comparison: &Comparison<'_>, (suite, id): (&str, &str)) -> Markup {
    let mut all = comparison.scenarios();
    let found = all.find(|it| it.suite.id == suite && it.scenario.id == id);
    html! {
        @match found {
            Some(scenario) => a href={ "#" (scenario.id()) } { (outside::name(id)) },
            None => (outside::name(id)),
        }
    }
}

/// The first scenario of a disagreement, as the run has it.
fn target(
    comparison: &Comparison<'_>,
    disagreement: &Disagreement<'_>,
    run: usize,
) -> Option<String> {
    let (suite, id) = disagreement.tactics.first()?.scenarios.first()?;
    let mut all = comparison.scenarios();
    let found = all.find(|it| it.suite.id == *suite && it.scenario.id == *id)?;
    found.results[run]?;
    Some(format!("#{}", found.block_id(run)))
}

fn answer(cell: &AnswerCell, target: Option<String>) -> Markup {
    let class = match cell.kind {
        CellKind::AsUncut => "pass",
        CellKind::Fails => "fail",
        CellKind::NotCompared => "known",
        CellKind::Other => "other",
        CellKind::Missing => "none",
    };
    html! {
        td.(class) {
            @if cell.kind == CellKind::Missing { span.vh { "not asked" } }
            @else { a href=[target] { (outside::with_names(&cell.text())) } }
        }
    }
}
