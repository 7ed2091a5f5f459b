//! What is known of each run: the peer, the options, how much was played and how exactly.

use maud::{Markup, html};

use super::compared::Comparison;
use super::outside;
use super::summary::{reasons, run_badge};
use crate::Record;
use crate::facts::{self, DeliveryProof, NotRun};
use crate::notation::{counted, duration, grouped, share};
use crate::record::PeerRecord;
use crate::render::NamedRun;
use crate::wording::outcome;

/// The most notes that are shown of a run. The record has all.
const NOTES: usize = 40;

pub(super) fn facts(comparison: &Comparison<'_>) -> Markup {
    html! {
        section aria-labelledby="facts" {
            @if let Some(run) = comparison.single() {
                h2 #facts { "The run" }
                (list(&run.record))
            } @else {
                h2 #facts { "The runs" }
                @for (number, run) in comparison.runs.iter().enumerate() {
                    (one_of_several(number, run))
                }
            }
        }
    }
}

fn one_of_several(number: usize, run: &NamedRun<'_>) -> Markup {
    html! {
        details.run id={ "r" (number) } {
            summary {
                h3 { (outside::name(&run.name)) }
                " " (run_badge(run)) " " span.muted { (outcome(&run.record)) }
            }
            (reasons(run))
            (list(&run.record))
        }
    }
}

/// A label and its texts, which are not escaped yet.
struct Fact {
    label: &'static str,
    texts: Vec<String>,
}

fn list(record: &Record) -> Markup {
    html! {
        dl.facts {
            div { dt { "peer" } dd { (peer(&record.peer)) } }
            @for fact in all(record).into_iter().filter(|it| !it.texts.is_empty()) {
                div {
                    dt { (fact.label) }
                    @for text in &fact.texts { dd { (outside::sentence(text)) } }
                }
            }
        }
    }
}

fn peer(peer: &PeerRecord) -> Markup {
    html! {
        code { (outside::line(&peer.name())) } " "
        span.muted { "(" (facts::peer_kind(peer)) ")" }
    }
}

fn all(record: &Record) -> Vec<Fact> {
    let fact = |label, texts| Fact { label, texts };
    let started = format!("{}, took {}", record.started, duration(record.took_us));
    let shard = record
        .shard
        .as_ref()
        .map(|it| format!("{} of {}", it.number, it.of));
    vec![
        fact("state", one(facts::state(record))),
        fact("cases", vec![cases(record)]),
        fact("delivery", delivery(record)),
        fact("profile", vec![record.profile.clone()]),
        fact("seed", vec![record.seed.to_string()]),
        fact("part", one(shard)),
        fact("started", vec![started]),
        fact("wirecheck", vec![record.wirecheck.clone()]),
        fact("restarts", one(facts::restarts(record.restarts))),
        fact("start", one(facts::start_cost(record))),
        fact("fuzz", facts::variations(record)),
        fact("notes", notes(record)),
        fact("not judged", facts::not_judged(record)),
        fact("replies", facts::error_replies(record)),
        fact("not run", not_run(record)),
    ]
}

fn one(text: Option<String>) -> Vec<String> {
    text.into_iter().collect()
}

/// `82 cases: 70 passed (85 %), 12 failed`
fn cases(record: &Record) -> String {
    let tally = record.tally();
    let share = share(tally.passed, tally.run().saturating_sub(tally.not_judged));
    let mut parts = vec![format!("{} passed ({share})", grouped(tally.passed))];
    let others = [
        (tally.failed(), "failed"),
        (tally.not_judged, "not judged"),
        (tally.skipped, "not run"),
    ];
    let others = others.into_iter().filter(|(count, _)| *count > 0);
    parts.extend(others.map(|(count, word)| format!("{} {word}", grouped(count))));
    let scenarios = counted(record.scenarios().count() as u64, "scenario");
    let all = counted(tally.cases, "case");
    format!("{all} in {scenarios}: {}", parts.join(", "))
}

fn delivery(record: &Record) -> Vec<String> {
    match facts::delivery(&record.delivery) {
        None => Vec::new(),
        Some(DeliveryProof::Exact(proof)) => vec![proof],
        Some(DeliveryProof::Unverified { proof, reason }) => {
            let reason = Some(reason.to_owned()).filter(|it| !it.is_empty());
            [proof].into_iter().chain(reason).collect()
        }
    }
}

fn notes(record: &Record) -> Vec<String> {
    let mut notes: Vec<_> = record.notes.iter().take(NOTES).cloned().collect();
    if let Some(more @ 1..) = record.notes.len().checked_sub(NOTES) {
        notes.push(format!("… {}", counted(more as u64, "more note")));
    }
    notes
}

fn not_run(record: &Record) -> Vec<String> {
    let not_run = NotRun::of(record);
    let names: Vec<_> = not_run.families.iter().map(|(name, _)| *name).collect();
    let cases = counted(not_run.cases(), "case");
    let families = (!names.is_empty()).then(|| format!("{} ({cases})", names.join(", ")));
    families.into_iter().chain(not_run.uncut()).collect()
}
