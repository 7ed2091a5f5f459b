//! From the results of a scenario to the evidence for its defects.

use std::collections::HashSet;

use wirecheck_report::record::{self, Verdict};

use super::case::Ground;
use super::result::{Outcome, Results};
use crate::diagnose::{DefectEvidence, ExchangeEnd, PeerLifetime, Symptom, diagnose};
use crate::scenario::{Action, Close};

/// The defects that explain what fell. Nothing is looked for where nothing fell.
pub(super) fn defects(ground: &Ground<'_>, results: &Results) -> Vec<record::Defect> {
    if results.fallen.is_empty() {
        return Vec::new();
    }
    let mut evidence = DefectEvidence::new(
        &ground.script,
        answers(ground),
        ending(ground),
        life(ground, results),
    );
    for fallen in &results.fallen {
        if matches!(fallen.verdict, Verdict::Fail | Verdict::Nonstrict)
            && let Outcome::Fell(told) = &fallen.result.outcome
        {
            let signs: Vec<Symptom> = told.iter().map(|told| told.sign).collect();
            evidence.add_failure(fallen.result.tactic.clone(), signs);
        }
    }
    // A case that held may have left the peer broken: then it fell when it was alone.
    let fallen: HashSet<_> = results.fallen.iter().map(|it| &it.result.tactic).collect();
    let held = results.held.iter().filter(|it| !fallen.contains(it));
    held.for_each(|tactic| evidence.add_pass(tactic.clone()));
    let found = diagnose(&evidence).into_iter();
    found
        .map(|diagnosis| record::Defect {
            code: diagnosis.code.code().to_owned(),
            name: diagnosis.code.name().to_owned(),
            because: diagnosis.because,
        })
        .collect()
}

/// The steps in which the peer says or prints something.
fn answers<'g>(ground: &'g Ground<'_>) -> impl Iterator<Item = usize> + 'g {
    let steps = ground.selected.scenario.exchange().iter().enumerate();
    let speaks = |action: &Action| matches!(action, Action::Send(_) | Action::Prints(_));
    steps
        .filter(move |(_, step)| step.side != ground.side && speaks(&step.action))
        .map(|(index, _)| index)
}

/// A program's conduct is known only where each case has a program of its own.
fn life(ground: &Ground<'_>, results: &Results) -> PeerLifetime {
    let mut fallen = results.fallen.iter();
    if ground.program().is_some() || fallen.any(|it| it.result.conduct.is_some()) {
        PeerLifetime::OneCase
    } else {
        PeerLifetime::ManyCases
    }
}

/// How a whole exchange ends.
fn ending(ground: &Ground<'_>) -> ExchangeEnd {
    let mut steps = ground.selected.scenario.exchange().iter();
    let first_close = steps.find_map(|step| match step.action {
        Action::Close(close) => Some((step.side, close)),
        _ => None,
    });
    match first_close {
        Some((side, _)) if side != ground.side => ExchangeEnd::ByPeer,
        Some((_, Close::Reset)) => ExchangeEnd::Reset,
        Some(_) | None => ExchangeEnd::Fin,
    }
}
