//! How the deliveries of one exchange went, and the questions that rules ask of it.

use std::collections::BTreeSet;

use super::places::{Place, Places};
use super::sign::Sign;
use crate::tactic::{Offset, Script, Tactic, TacticFamily};

/// How the deliveries of one exchange to one peer went.
///
/// Passes are kept only for tactics that have at most one offset: a stream has
/// some thousand of these at most, however many cases were played.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub(super) places: Places,
    /// The steps in which the peer says or prints something.
    answers: Vec<usize>,
    ending: Ending,
    life: Life,
    fallen: Vec<Fallen>,
    held: BTreeSet<Tactic>,
}

/// How an exchange ends that is played to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// wirecheck's side ends first, with a FIN.
    Fin,
    /// wirecheck's side ends first, with a reset.
    Reset,
    /// The peer ends first.
    ByPeer,
}

/// How many cases a process of the peer lives through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// One: it ends with its connection, and how it ends is its own affair.
    OneCase,
    /// All of them, if it is right.
    ManyCases,
}

/// A case that fell short, and fell short again when it was repeated.
#[derive(Clone, Debug)]
pub(super) struct Fallen {
    pub(super) tactic: Tactic,
    pub(super) signs: Vec<Sign>,
}

/// How the cuts at one kind of place went.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Where the peer made of the bytes something else than they say; ascending.
    pub(super) fell: Vec<Offset>,
    /// How many held.
    pub(super) held: usize,
}

impl Evidence {
    /// Nothing is known yet of how `script` was taken. `answers` are the steps of
    /// the exchange in which the peer says or prints something, `ending` is how it
    /// ends, and `life` is how long a process of the peer lives.
    #[must_use]
    pub fn new(
        script: &Script,
        answers: impl IntoIterator<Item = usize>,
        ending: Ending,
        life: Life,
    ) -> Self {
        Self {
            places: Places::of(script),
            answers: answers.into_iter().collect(),
            ending,
            life,
            fallen: Vec::new(),
            held: BTreeSet::new(),
        }
    }

    /// A case fell short, and again when it was repeated. One that did not fall
    /// again says nothing: it is neither given here nor as one that held.
    pub fn fell(&mut self, tactic: Tactic, signs: Vec<Sign>) {
        self.fallen.push(Fallen { tactic, signs });
    }

    /// A case was played and held.
    pub fn held(&mut self, tactic: Tactic) {
        if Self::keeps(tactic.family()) {
            self.held.insert(tactic);
        }
    }

    /// Whether it matters which cases of a family held.
    #[must_use]
    pub const fn keeps(family: TacticFamily) -> bool {
        !matches!(
            family,
            TacticFamily::Cuts | TacticFamily::Random | TacticFamily::AllCuts
        )
    }

    /// Whether an exchange that is played to its end ends so.
    pub(super) fn ends(&self, ending: Ending) -> bool {
        self.ending == ending
    }

    /// Whether a process of the peer is to live through all cases.
    pub(super) fn lives_on(&self) -> bool {
        self.life == Life::ManyCases
    }

    pub(super) fn has_held(&self, tactic: &Tactic) -> bool {
        self.held.contains(tactic)
    }

    pub(super) fn has_fallen(&self, tactic: &Tactic) -> bool {
        self.fallen.iter().any(|it| it.tactic == *tactic)
    }

    /// The step of the first answer.
    pub(super) fn first_answer(&self) -> Option<usize> {
        self.answers.first().copied()
    }

    /// What fell.
    pub(super) fn fallen(&self) -> impl Iterator<Item = &Fallen> {
        self.fallen.iter()
    }

    /// What fell of one kind of tactic.
    pub(super) fn of(&self, family: TacticFamily) -> impl Iterator<Item = &Fallen> {
        self.fallen().filter(move |it| it.tactic.family() == family)
    }

    /// What fell where the stream ended early, with a FIN or as `family` says, and
    /// where it ended.
    pub(super) fn ended_early(
        &self,
        families: &[TacticFamily],
    ) -> impl Iterator<Item = (Offset, &Fallen)> {
        self.fallen()
            .filter(|it| families.contains(&it.tactic.family()))
            .filter_map(|it| Some((it.end()?, it)))
    }

    /// How the single cuts at one kind of place went. A case that fell for another
    /// reason than its answers counts neither way.
    pub(super) fn cuts(&self, place: Place) -> Tally {
        let is_there = |at: &Offset| self.places.of_offset(*at) == place;
        let mut fell: Vec<_> = self
            .fallen()
            .filter(|it| it.is_misread())
            .filter_map(Fallen::cut)
            .filter(is_there)
            .collect();
        fell.sort_unstable();
        let held = self.held.iter().filter_map(cut).filter(is_there).count();
        Tally { fell, held }
    }

    /// What fell, cut at one kind of place.
    pub(super) fn fallen_cuts(&self, place: Place) -> impl Iterator<Item = &Fallen> {
        self.fallen()
            .filter(|it| it.is_misread())
            .filter(move |it| {
                it.cut()
                    .is_some_and(|at| self.places.of_offset(at) == place)
            })
    }

    /// Whether the bytes before `at` alone lead the peer astray.
    pub(super) fn is_fragile_at(&self, at: Offset) -> bool {
        let mut misread = self.fallen().filter(|it| it.is_misread());
        self.places.of_offset(at) == Place::Character || misread.any(|it| it.cut() == Some(at))
    }
}

impl Fallen {
    pub(super) fn says(&self, is_it: impl Fn(Sign) -> bool) -> bool {
        self.signs.iter().any(|sign| is_it(*sign))
    }

    pub(super) fn is_misread(&self) -> bool {
        self.says(Sign::is_misreading)
    }

    /// Where it was cut, if it was cut once.
    pub(super) fn cut(&self) -> Option<Offset> {
        cut(&self.tactic)
    }

    /// Where its stream ended, if it ended early.
    pub(super) fn end(&self) -> Option<Offset> {
        match self.tactic {
            Tactic::Fin(at) | Tactic::Half(at) | Tactic::Rst(at) | Tactic::FinAtOnce(at) => {
                Some(at)
            }
            _ => None,
        }
    }
}

fn cut(tactic: &Tactic) -> Option<Offset> {
    match tactic {
        Tactic::Cut(at) => Some(*at),
        _ => None,
    }
}

impl Tally {
    /// Whether at least one in `share` fell.
    pub(super) fn fell_one_in(&self, share: usize) -> bool {
        !self.fell.is_empty() && self.fell.len() * share >= self.fell.len() + self.held
    }

    /// Whether some held and none fell.
    pub(super) fn all_held(&self) -> bool {
        self.fell.is_empty() && self.held > 0
    }
}
