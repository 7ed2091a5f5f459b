//! What is left to play of a scenario, and what is not worth a peer any more.

use std::collections::HashMap;

use super::case::Numbered;
use super::selection::Selected;
use crate::tactic::TacticFamily;

/// How often the peer may break for no reason that is found before the rest of a
/// scenario is not played.
const MOST_UNEXPLAINED: u32 = 8;

/// How often cases of one tactic may break the peer before the rest of them are
/// not played. Single cuts are worth more: the strip of offsets is made of them.
fn most_breaks(family: TacticFamily) -> u32 {
    if family == TacticFamily::Cut { 8 } else { 3 }
}

/// What is left to play of a scenario.
pub(super) struct Agenda<'s> {
    pub(super) rest: Box<dyn Iterator<Item = Numbered> + Send + 's>,
    /// Cases that fell because another had broken the peer.
    pub(super) again: Vec<Numbered>,
    /// How often cases of a family broke it.
    pub(super) breaks: HashMap<TacticFamily, u32>,
    /// How often it broke and no case does it alone.
    pub(super) unexplained: u32,
}

impl Agenda<'_> {
    /// Whether cases of a family are no longer worth a peer.
    pub(super) fn has_given_up(&self, family: TacticFamily) -> bool {
        let broke = self.breaks.get(&family).copied().unwrap_or_default();
        broke >= most_breaks(family) || self.unexplained >= MOST_UNEXPLAINED
    }
}

/// Whether this version of wirecheck plays and judges the deliveries of a family.
pub fn is_played(family: TacticFamily) -> bool {
    use TacticFamily::{AllCuts, Bytes, Cut, Cuts, Fin, Half, Joined, JoinedCut, Random, Whole};
    matches!(
        family,
        Whole | Bytes | Cut | Cuts | Joined | JoinedCut | Random | Fin | Half | AllCuts
    )
}

pub(super) fn played_cases(selected: &Selected<'_>) -> u64 {
    selected
        .plan
        .tactics()
        .filter(|tactic| is_played(tactic.family()))
        .count() as u64
}
