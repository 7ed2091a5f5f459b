//! The block of a scenario that did not pass in one run: what failed and why, the smallest
//! failing delivery, where else it fails, and the command that repeats it.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::command::command;
use super::compared::{Comparison, RunResult};
use super::difference::difference;
use super::ladder::ladder;
use super::outside;
use super::strip::strips;
use super::verdict::badge;
use crate::Record;
use crate::notation::{counted, grouped};
use crate::record::{DependsOn, FailedCase, FindingRecord, ScenarioRecord, SuiteRecord, Verdict};
use crate::smallest::{failures, shorter, smallest, tactic};
use crate::tactic_range::{TacticRange, ranges};
use crate::wording;

/// The most findings of one case that are shown.
const FINDINGS: usize = 5;
/// The most lines of the peer's output that are shown: as many as a record has.
const LAST_OUTPUT: usize = 9;
/// The most ranges of failing cases that are named.
const RANGES: usize = 120;
/// The most reasons of known failures that are shown.
const REASONS: usize = 10;

pub(super) fn failure(comparison: &Comparison<'_>, result: RunResult<'_>) -> Markup {
    let record = &result.run.record;
    let (suite, scenario) = (result.suite, result.scenario);
    let case = smallest(scenario);
    html! {
        // The heading of the section says the same if there is one run.
        h5.vh[comparison.single().is_some()] {
            (outside::name(&result.run.name)) " "
            (badge(scenario.verdict)) " " (wording::how_often(scenario))
        }
        @if let Some(case) = &case { (died(scenario, case)) }
        (doubts(record, scenario))
        (causes(comparison, scenario))
        @if let Some(case) = &case {
            (delivery(record, case))
            (findings(suite, case))
            (last_output(case))
        }
        (strips(scenario))
        (all_cases(scenario))
        (known(scenario))
        (not_judged(scenario))
        @if let Some(case) = &case {
            h6 { "Reproduce" }
            (command(result.failed(), case))
        }
    }
}

fn died(scenario: &ScenarioRecord, case: &FailedCase) -> Markup {
    html! {
        @if let Some(text) = wording::died(scenario, case) {
            p.died { strong { "died: " } (outside::line(&text)) }
        }
    }
}

/// Why a failure is not certain.
fn doubts(record: &Record, scenario: &ScenarioRecord) -> Markup {
    html! {
        @if scenario.verdict == Verdict::Flaky { p { (wording::flaky(record, scenario)) } }
        @if let Some(text) = wording::unconfirmed(scenario) { p { (text) } }
    }
}

/// What to look for in the code.
fn causes(comparison: &Comparison<'_>, scenario: &ScenarioRecord) -> Markup {
    html! {
        h6 { "Defects" }
        @if scenario.defects.is_empty() {
            p { (wording::without_defect(scenario.verdict)) }
        }
        ul.defects {
            @for defect in &scenario.defects {
                @let name = outside::name(&format!("{} {}", defect.code, defect.name));
                li {
                    @match comparison.explanation(&defect.code) {
                        Some(id) => a href={ "#" (id) } { (name) },
                        None => strong { (name) },
                    }
                    " " (outside::sentence(&defect.because))
                }
            }
        }
        @if let Some(place) = &scenario.cut_place {
            p { strong { "where: " } (outside::sentence(place)) }
        }
    }
}

fn delivery(record: &Record, case: &FailedCase) -> Markup {
    let peer = record.peer.role;
    html! {
        h6 { (capitalized(wording::shown_delivery(case.verdict))) }
        p { (origin(case)) }
        @if case.depends_on == Some(DependsOn::EarlierConnections) {
            p { (wording::AFTER_OTHERS) }
        } @else if wording::fails_uncut(case) {
            p { (wording::uncut(peer)) }
        }
        @if let Some(transcript) = case.evidence.as_ref().filter(|it| !it.events.is_empty()) {
            (ladder(transcript, peer))
        }
        @if let Some(limit) = case.smallest.as_ref().and_then(|it| it.cut_short_by) {
            p { (wording::cut_short(limit)) }
        }
        @if let Some(shorter) = shorter(case) {
            p {
                strong { "shorter: " } (wording::enough(shorter)) ", sent "
                code { (outside::line(&shorter.evidence.delivery)) }
            }
        }
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// `cut@1, sends 1,31, 2 of 2 boundaries proven`
fn origin(case: &FailedCase) -> Markup {
    let shown = tactic(case);
    let transcript = case.evidence.as_ref();
    html! {
        strong { code { (outside::name(shown.unwrap_or(&case.tactic))) } }
        @match shown {
            None => ", shrunk",
            Some(shown) if shown != case.tactic => {
                ", shrunk from " code { (outside::name(&case.tactic)) }
            }
            Some(_) => {}
        }
        @if let Some(transcript) = transcript {
            ", sends " code { (outside::line(&transcript.delivery)) }
            @if let Some(proof) = wording::proof(transcript) { ", " (proof) }
        } @else {
            ", no transcript was kept"
        }
    }
}

/// A process that ended comes first.
fn findings(suite: &SuiteRecord, case: &FailedCase) -> Markup {
    let (deaths, others): (Vec<_>, Vec<_>) = case.findings.iter().partition(|it| it.died.is_some());
    let shown = deaths.into_iter().chain(others).take(FINDINGS);
    html! {
        @if !case.findings.is_empty() { h6 { "What was seen" } }
        @for finding in shown { (seen(suite, finding)) }
        @if let Some(more @ 1..) = case.findings.len().checked_sub(FINDINGS) {
            p.muted { "… " (counted(more as u64, "more finding")) }
        }
    }
}

fn seen(suite: &SuiteRecord, finding: &FindingRecord) -> Markup {
    html! {
        p.seen {
            (outside::sentence(&finding.what))
            @if let Some(line) = finding.line {
                " " span.muted { (outside::name(&format!("{}:{line}", suite.path))) }
            }
        }
        (difference(finding))
    }
}

fn last_output(case: &FailedCase) -> Markup {
    let transcript = case.evidence.as_ref();
    let lines = transcript.map_or(&[][..], |it| &it.last_output);
    let earlier = lines.len().saturating_sub(LAST_OUTPUT);
    let shown: Vec<_> = lines[earlier..]
        .iter()
        .map(|it| outside::line(it))
        .collect();
    html! {
        @if !lines.is_empty() {
            h6 { "Last output of the peer" }
            @if earlier > 0 { p.muted { "… " (counted(earlier as u64, "earlier line")) } }
            pre { code { (shown.join("\n")) } }
        }
    }
}

fn all_cases(scenario: &ScenarioRecord) -> Markup {
    let ranges = ranges(failures(scenario));
    html! {
        @if !ranges.is_empty() {
            h6 { "All failing cases" }
            p.cases { (named(&ranges, scenario.verdict)) }
        }
    }
}

/// `bytes, cut@1–9, random@3 … 17 more`
fn named(ranges: &[TacticRange<'_>], usual: Verdict) -> String {
    let (shown, others) = ranges.split_at(ranges.len().min(RANGES));
    let shown = shown.iter().map(|it| outside::name(&it.written(usual)));
    let shown: Vec<_> = shown.collect();
    let more = match others.iter().map(TacticRange::cases).sum::<u64>() {
        0 => String::new(),
        more => format!(" … {} more", grouped(more)),
    };
    shown.join(", ") + &more
}

/// The failures that the user knows, by reason.
fn known(scenario: &ScenarioRecord) -> Markup {
    let mut reasons: BTreeMap<&str, Vec<&FailedCase>> = BTreeMap::new();
    for failure in failures(scenario) {
        if let Some(reason) = &failure.known {
            reasons.entry(reason).or_default().push(failure);
        }
    }
    html! {
        @if !reasons.is_empty() {
            h6 { "Known failures" }
            ul {
                @for (reason, cases) in reasons.iter().take(REASONS) {
                    li {
                        (outside::line(reason)) ": "
                        span.cases { (named(&ranges(cases.iter().copied()), Verdict::Known)) }
                    }
                }
            }
            @if let Some(more @ 1..) = reasons.len().checked_sub(REASONS) {
                p.muted { "… " (counted(more as u64, "more reason")) }
            }
        }
    }
}

fn not_judged(scenario: &ScenarioRecord) -> Markup {
    html! {
        @for open in &scenario.not_judged {
            p.muted {
                (counted(open.cases, "case")) " not judged: " (outside::sentence(&open.why))
            }
        }
    }
}
