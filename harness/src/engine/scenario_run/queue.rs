//! What is left to play of a scenario.

use std::collections::HashMap;

use crate::engine::case::NumberedCase;
use crate::engine::selection::PlannedScenario;
use crate::tactic::{Plan, TacticFamily};

/// How often the peer may break for no reason that is found before the rest of a scenario
/// is not played.
const MOST_UNEXPLAINED: u32 = 8;

/// How often cases of one tactic may break the peer before the rest of them are not
/// played. Single cuts are worth more: the strip of offsets is made of them.
fn most_breaks(family: TacticFamily) -> u32 {
    if family == TacticFamily::Cut { 8 } else { 3 }
}

/// What is left to play of a scenario.
pub(super) struct Queue<'s> {
    /// Cases that are played again, before the rest.
    again: Vec<NumberedCase>,
    rest: Box<dyn Iterator<Item = NumberedCase> + Send + 's>,
    /// How often cases of a tactic broke the peer.
    breaks: HashMap<TacticFamily, u32>,
    /// How often it broke, and no case does it alone.
    unexplained: u32,
}

impl<'s> Queue<'s> {
    /// All cases of a plan but the baseline.
    pub(super) fn of(plan: &'s Plan) -> Self {
        let cases = plan.cases().enumerate().skip(1);
        Self {
            again: Vec::new(),
            rest: Box::new(cases.map(|(number, case)| NumberedCase::new(number, case))),
            breaks: HashMap::new(),
            unexplained: 0,
        }
    }

    pub(super) fn put_back(&mut self, cases: Vec<NumberedCase>) {
        self.again.extend(cases);
    }

    pub(super) fn count_break(&mut self, family: TacticFamily) {
        *self.breaks.entry(family).or_default() += 1;
    }

    pub(super) fn count_unexplained_break(&mut self) {
        self.unexplained += 1;
    }

    pub(super) fn has_broken(&self, family: TacticFamily) -> bool {
        self.breaks.contains_key(&family)
    }

    /// The cases that are worth a peer. The tactics of the others are put in `skipped`.
    pub(super) fn playable<'q>(
        &'q mut self,
        skipped: &'q mut Vec<TacticFamily>,
    ) -> impl Iterator<Item = NumberedCase> + Send + use<'q, 's> {
        let Self {
            again,
            rest,
            breaks,
            unexplained,
        } = self;
        again.drain(..).chain(rest).filter(move |numbered| {
            let family = numbered.case.tactic.family();
            let broke = breaks.get(&family).copied().unwrap_or_default();
            let is_given_up = broke >= most_breaks(family) || *unexplained >= MOST_UNEXPLAINED;
            let is_playable = is_played(family) && !is_given_up;
            if !is_playable {
                skipped.push(family);
            }
            is_playable
        })
    }
}

/// Whether this version of wirecheck plays and judges the deliveries of a tactic.
pub fn is_played(family: TacticFamily) -> bool {
    use TacticFamily::{AllCuts, Bytes, Cut, Cuts, Fin, Half, Joined, JoinedCut, Random, Whole};
    matches!(
        family,
        Whole | Bytes | Cut | Cuts | Joined | JoinedCut | Random | Fin | Half | AllCuts
    )
}

/// How many cases of a scenario are played.
pub(in crate::engine) fn playable_cases(planned: PlannedScenario<'_>) -> u64 {
    let tactics = planned.plan.tactics();
    tactics.filter(|tactic| is_played(tactic.family())).count() as u64
}
