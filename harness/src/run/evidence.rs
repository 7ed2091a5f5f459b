//! From the results of a scenario to the evidence for its defects.

use std::collections::HashSet;

use wirecheck_report::record::{self, Verdict};

use super::case::Ground;
use super::result::{Outcome, Results};
use super::target::Target;
use crate::diagnose::{Evidence, Sight, Sign, diagnose};
use crate::scenario::Action;
use crate::tactic::Tactic;

/// Whether the peer can be seen asleep.
pub(super) fn sight(target: &Target) -> Sight {
    match target.watch() {
        Some(_) => Sight::Watched,
        None => Sight::Unseen,
    }
}

/// The defects that explain what fell. Nothing is looked for where nothing fell.
pub(super) fn defects(ground: &Ground<'_>, results: &Results, sight: Sight) -> Vec<record::Defect> {
    if results.fallen.is_empty() {
        return Vec::new();
    }
    let mut evidence = Evidence::new(&ground.script, answers(ground), sight);
    for fallen in &results.fallen {
        if matches!(fallen.verdict, Verdict::Fail | Verdict::Nonstrict)
            && let Outcome::Fell(told) = &fallen.result.outcome
        {
            let signs: Vec<Sign> = told.iter().map(|told| told.sign).collect();
            evidence.fell(fallen.result.tactic.clone(), signs);
        }
    }
    held(ground, results).for_each(|tactic| evidence.held(tactic));
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
    let steps = ground.selected.scenario.exchange.iter().enumerate();
    let speaks = |action: &Action| matches!(action, Action::Say(_) | Action::Prints(_));
    steps
        .filter(move |(_, step)| step.side != ground.side && speaks(&step.action))
        .map(|(index, _)| index)
}

/// The cases that were played and did not fall: those of the families that were
/// played to the end. Which cases of another were left out is not known.
fn held<'g>(ground: &'g Ground<'_>, results: &'g Results) -> impl Iterator<Item = Tactic> + 'g {
    let plan = &ground.selected.plan;
    let fallen = results.fallen.iter().map(|fallen| &fallen.result.tactic);
    let fallen: HashSet<&Tactic> = fallen.collect();
    let families = results.families().into_iter();
    let families = families.filter(|family| family.skipped == 0);
    families
        .filter_map(move |family| {
            let of_family = |tactic: &Tactic| tactic.family().as_str() == family.name;
            let planned: Vec<_> = plan.tactics().filter(of_family).collect();
            (planned.len() as u64 == family.cases).then_some(planned)
        })
        .flatten()
        .filter(move |tactic| !fallen.contains(tactic))
}
