//! The top of the page: the verdict in one sentence, and why the run fails.

use maud::{Markup, html};

use super::compared::Comparison;
use super::outside;
use super::verdict::{badge, worded_badge};
use crate::facts::{self, passes};
use crate::notation::{counted, grouped};
use crate::record::Verdict;
use crate::render::NamedRun;
use crate::wording::outcome;

/// The most names of runs in the sentence.
const NAMES: usize = 6;

/// The title of the document.
pub(super) fn title(comparison: &Comparison<'_>) -> String {
    match comparison.single() {
        Some(run) => format!("{} {} – wirecheck", word(run), outside::name(&run.name)),
        None => format!("{} – wirecheck", share_passed(comparison.runs)),
    }
}

pub(super) fn summary(comparison: &Comparison<'_>) -> Markup {
    match comparison.single() {
        Some(run) => single(run),
        None => several(comparison),
    }
}

fn single(run: &NamedRun<'_>) -> Markup {
    html! {
        p.kicker { "wirecheck report" }
        h1 { (outside::name(&run.name)) }
        p.verdict { (run_badge(run)) " " (outcome(&run.record)) }
        (reasons(run))
    }
}

fn several(comparison: &Comparison<'_>) -> Markup {
    let failed = comparison.runs.iter().any(|run| !passes(&run.record));
    let verdict = if failed { Verdict::Fail } else { Verdict::Pass };
    html! {
        p.kicker { "wirecheck report" }
        h1 { (counted(comparison.runs.len() as u64, "implementation")) }
        p.verdict { (badge(verdict)) " " (sentence(comparison.runs)) }
    }
}

/// `2 of 5 implementations pass; a, b and c do not`
fn sentence(runs: &[NamedRun<'_>]) -> String {
    let failed: Vec<_> = runs.iter().filter(|run| !passes(&run.record)).collect();
    let all = counted(runs.len() as u64, "implementation");
    if failed.is_empty() {
        return match runs.len() {
            0 => "nothing was run".to_owned(),
            _ => format!("all {all} pass"),
        };
    }
    let names = failed.iter().take(NAMES).map(|it| outside::name(&it.name));
    let mut names: Vec<_> = names.collect();
    if let Some(more @ 1..) = failed.len().checked_sub(NAMES) {
        names.push(format!("{} more", grouped(more as u64)));
    }
    let (others, last) = names.split_at(names.len() - 1);
    let names = match others {
        [] => last.concat(),
        _ => format!("{} and {}", others.join(", "), last.concat()),
    };
    let do_not = if failed.len() == 1 { "does" } else { "do" };
    format!("{}; {names} {do_not} not", share_passed(runs))
}

/// `2 of 5 implementations pass`
fn share_passed(runs: &[NamedRun<'_>]) -> String {
    let passed = runs.iter().filter(|run| passes(&run.record)).count() as u64;
    let all = counted(runs.len() as u64, "implementation");
    format!("{} of {all} pass", grouped(passed))
}

/// Why the run fails, by its own rules.
pub(super) fn reasons(run: &NamedRun<'_>) -> Markup {
    let reasons = run.record.gate_failures();
    html! {
        @if !reasons.is_empty() {
            p.because {
                "It fails because "
                @for (index, reason) in reasons.iter().enumerate() {
                    @if index > 0 { "; " }
                    (outside::sentence(&reason.to_string()))
                }
                "."
            }
        }
    }
}

pub(super) fn run_badge(run: &NamedRun<'_>) -> Markup {
    worded_badge(shown_verdict(run), word(run))
}

fn shown_verdict(run: &NamedRun<'_>) -> Verdict {
    match &run.record {
        record if facts::is_unfinished(record) => Verdict::Unconfirmed,
        record => facts::shown_verdict(record),
    }
}

fn word(run: &NamedRun<'_>) -> &'static str {
    facts::verdict_word(&run.record)
}
