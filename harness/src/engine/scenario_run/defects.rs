//! From the results of a scenario to the defects that explain its failures.

use std::collections::HashSet;

use wirecheck_report::record::{self, DependsOn, Verdict};

use super::results::ScenarioResults;
use crate::diagnose::{
    DefectEvidence, Diagnosis, ExchangeEnd, PeerLifetime, Symptom, cut_place, diagnose,
};
use crate::engine::case::{Outcome, ReportedFinding, ScenarioContext};
use crate::scenario::{Action, Close};
use crate::tactic::TacticFamily;

/// What explains the failures of a scenario.
#[derive(Default)]
pub(super) struct Explanation {
    pub(super) defects: Vec<record::Defect>,
    /// What the stream has where it was cut, if few of its single cuts fail.
    pub(super) cut_place: Option<String>,
}

/// What explains the failures.
pub(super) fn explanation(context: &ScenarioContext<'_>, results: &ScenarioResults) -> Explanation {
    if results.failures.is_empty() {
        return Explanation::default();
    }
    let mut evidence = DefectEvidence::new(
        &context.script,
        answers(context),
        ending(context),
        life(context, results),
    );
    let own = results.failures.iter();
    // What explains those of variations was found where they were played.
    let own = own.filter(|it| it.result.tactic.family() != TacticFamily::Content);
    for failure in own {
        let Outcome::Failed(findings) = &failure.result.outcome else {
            continue;
        };
        let symptoms = symptoms(findings, failure.result.depends_on);
        let tactic = failure.result.tactic.clone();
        match failure.verdict {
            Verdict::Fail | Verdict::Nonstrict => evidence.add_failure(tactic, symptoms),
            Verdict::Flaky => evidence.add_flaky(tactic, symptoms),
            _ => {}
        }
    }
    // A case that passed may have broken the peer: then it failed when it was alone.
    let failed: HashSet<_> = results
        .failures
        .iter()
        .map(|it| &it.result.tactic)
        .collect();
    let passed = results.passed.iter().filter(|it| !failed.contains(it));
    passed.for_each(|tactic| evidence.add_pass(tactic.clone()));
    let found = diagnose(&evidence).into_iter();
    let defect = |diagnosis: Diagnosis| record::Defect {
        code: diagnosis.code.code().to_owned(),
        name: diagnosis.code.name().to_owned(),
        because: diagnosis.because,
    };
    let mut defects: Vec<_> = found.map(defect).collect();
    for defect in &results.defects_of_variations {
        if defects.iter().all(|it| it.code != defect.code) {
            defects.push(defect.clone());
        }
    }
    Explanation {
        defects,
        cut_place: cut_place(&evidence, &context.script),
    }
}

/// What a failure that depends on other connections looks like alone would explain nothing.
fn symptoms(findings: &[ReportedFinding], depends_on: Option<DependsOn>) -> Vec<Symptom> {
    let symptoms = findings.iter().map(|it| it.symptom);
    if depends_on.is_none() {
        return symptoms.collect();
    }
    let is_blocked = findings.iter().any(|it| it.kind.depends_on_waiting());
    symptoms
        .take(1)
        .map(|symptom| match symptom {
            Symptom::Interference if is_blocked => Symptom::BlockedByOthers,
            symptom => symptom,
        })
        .collect()
}

/// The steps in which the peer sends or prints something.
fn answers<'c>(context: &'c ScenarioContext<'_>) -> impl Iterator<Item = usize> + 'c {
    let steps = context.planned.scenario.exchange().iter().enumerate();
    let is_output = |action: &Action| matches!(action, Action::Send(_) | Action::Prints(_));
    steps
        .filter(move |(_, step)| step.side != context.side && is_output(&step.action))
        .map(|(index, _)| index)
}

/// What a program does at its end is known only where each case has a program of its own.
fn life(context: &ScenarioContext<'_>, results: &ScenarioResults) -> PeerLifetime {
    let mut failures = results.failures.iter();
    if context.learnt.process.is_some() || failures.any(|it| it.result.process.is_some()) {
        PeerLifetime::OneCase
    } else {
        PeerLifetime::ManyCases
    }
}

/// How a whole exchange ends.
fn ending(context: &ScenarioContext<'_>) -> ExchangeEnd {
    let mut steps = context.planned.scenario.exchange().iter();
    let first_close = steps.find_map(|step| match step.action {
        Action::Close(close) => Some((step.side, close)),
        _ => None,
    });
    match first_close {
        Some((side, _)) if side != context.side => ExchangeEnd::ByPeer,
        Some((_, Close::Reset)) => ExchangeEnd::Reset,
        Some(_) | None => ExchangeEnd::Fin,
    }
}
