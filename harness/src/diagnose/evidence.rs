//! How the deliveries of one exchange went, and the questions that rules ask of it.

use std::collections::{BTreeSet, HashSet};
use std::mem::{Discriminant, discriminant};

use super::cut_map::{CutLocation, CutMap};
use super::symptom::Symptom;
use crate::peer::ExitStatus;
use crate::tactic::{Offset, Script, Tactic, TacticFamily};

/// How the deliveries of one exchange to one peer went.
///
/// Passes are kept only for tactics that have at most one offset. That bounds the
/// memory: a stream has a few thousand of these, but any number of others.
#[derive(Clone, Debug)]
pub struct DefectEvidence {
    pub(super) cut_map: CutMap,
    /// The steps in which the peer sends or prints something.
    answers: Vec<usize>,
    exchange_end: ExchangeEnd,
    lifetime: PeerLifetime,
    failed: Vec<CaseFailure>,
    /// The cases that failed once and passed when they were repeated.
    flaky: Vec<CaseFailure>,
    passed: BTreeSet<Tactic>,
}

/// Which side ends an exchange that is played to its end, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExchangeEnd {
    /// wirecheck, with a FIN.
    Fin,
    /// wirecheck, with a reset.
    Reset,
    /// The peer.
    ByPeer,
}

/// How many cases a process of the peer serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerLifetime {
    /// One: it exits with its connection.
    OneCase,
    /// All of them: it should never exit.
    ManyCases,
}

/// A case that failed, and failed again when it was repeated.
#[derive(Clone, Debug)]
pub(super) struct CaseFailure {
    pub(super) tactic: Tactic,
    pub(super) symptoms: Vec<Symptom>,
}

/// How the single cuts at one kind of location went.
#[derive(Clone, Debug, Default)]
pub(super) struct CutTally {
    /// The cuts after which the peer misread the bytes; ascending.
    pub(super) failed: Vec<Offset>,
    pub(super) passed: usize,
}

impl DefectEvidence {
    /// Starts without any cases. `answers` are the steps of the exchange in which the
    /// peer sends or prints something.
    #[must_use]
    pub fn new(
        script: &Script,
        answers: impl IntoIterator<Item = usize>,
        exchange_end: ExchangeEnd,
        lifetime: PeerLifetime,
    ) -> Self {
        Self {
            cut_map: CutMap::of(script),
            answers: answers.into_iter().collect(),
            exchange_end,
            lifetime,
            failed: Vec::new(),
            flaky: Vec::new(),
            passed: BTreeSet::new(),
        }
    }

    /// Adds a case that failed, and failed again when it was repeated.
    pub fn add_failure(&mut self, tactic: Tactic, symptoms: Vec<Symptom>) {
        self.failed.push(CaseFailure { tactic, symptoms });
    }

    /// Adds a case that failed, and passed when it was repeated. It names no defect, and
    /// is no contrast to one.
    pub fn add_flaky(&mut self, tactic: Tactic, symptoms: Vec<Symptom>) {
        self.flaky.push(CaseFailure { tactic, symptoms });
    }

    /// Without the failures that may be chance: those of which the same kind is often
    /// flaky, under any tactic.
    pub(super) fn without_chance(&self) -> Self {
        let count = |cases: &[CaseFailure], kind| {
            let same = cases.iter().filter(|it| it.kind() == kind);
            same.count()
        };
        let kinds: HashSet<_> = self.flaky.iter().map(CaseFailure::kind).collect();
        let is_often_flaky = |kind: &Option<Discriminant<Symptom>>| {
            count(&self.flaky, *kind) * OFTEN >= count(&self.failed, *kind)
        };
        let chance: HashSet<_> = kinds.into_iter().filter(is_often_flaky).collect();
        let mut evidence = self.clone();
        let failed = evidence
            .failed
            .extract_if(.., |it| chance.contains(&it.kind()));
        evidence.flaky.extend(failed);
        evidence
    }

    /// Adds a case that passed.
    pub fn add_pass(&mut self, tactic: Tactic) {
        if Self::keeps_passes_of(tactic.family()) {
            self.passed.insert(tactic);
        }
    }

    /// Whether any rule asks which cases of a family passed.
    #[must_use]
    pub const fn keeps_passes_of(family: TacticFamily) -> bool {
        !matches!(
            family,
            TacticFamily::Cuts
                | TacticFamily::Random
                | TacticFamily::Content
                | TacticFamily::AllCuts
        )
    }

    pub(super) fn exchange_ends_with(&self, end: ExchangeEnd) -> bool {
        self.exchange_end == end
    }

    /// Whether a process of the peer should outlive every case.
    pub(super) fn should_keep_running(&self) -> bool {
        self.lifetime == PeerLifetime::ManyCases
    }

    pub(super) fn has_passed(&self, tactic: &Tactic) -> bool {
        self.passed.contains(tactic)
    }

    pub(super) fn has_failed(&self, tactic: &Tactic) -> bool {
        self.failed.iter().any(|case| case.tactic == *tactic)
    }

    /// The step of the first answer.
    pub(super) fn first_answer(&self) -> Option<usize> {
        self.answers.first().copied()
    }

    pub(super) fn failures(&self) -> impl Iterator<Item = &CaseFailure> {
        self.failed.iter()
    }

    pub(super) fn failures_of(&self, family: TacticFamily) -> impl Iterator<Item = &CaseFailure> {
        self.failures()
            .filter(move |case| case.tactic.family() == family)
    }

    /// The failures of these families whose stream ended early, with the offset of the
    /// end.
    pub(super) fn failed_ends(
        &self,
        families: &[TacticFamily],
    ) -> impl Iterator<Item = (Offset, &CaseFailure)> {
        self.failures()
            .filter(|case| families.contains(&case.tactic.family()))
            .filter_map(|case| Some((case.end()?, case)))
    }

    /// How the single cuts at one kind of location went. A case counts as failed only
    /// if its answers were wrong, not for how its connection or process ended.
    pub(super) fn cuts(&self, location: CutLocation) -> CutTally {
        let is_there = |at: &Offset| self.cut_map.location(*at) == location;
        let failed = self.failed_cuts(location).filter_map(CaseFailure::cut);
        let mut failed: Vec<_> = failed.collect();
        failed.sort_unstable();
        let passed = self.passed.iter().filter_map(cut).filter(is_there).count();
        CutTally { failed, passed }
    }

    /// How many single cuts passed.
    pub(super) fn passed_cuts(&self) -> usize {
        self.passed.iter().filter_map(cut).count()
    }

    /// The single cuts at one kind of location after which the peer misread the bytes.
    pub(super) fn failed_cuts(&self, location: CutLocation) -> impl Iterator<Item = &CaseFailure> {
        let is_there = move |at| self.cut_map.location(at) == location;
        self.failures()
            .filter(|case| case.is_misread())
            .filter(move |case| case.cut().is_some_and(is_there))
    }

    /// Whether the peer may fail on the bytes before `at` alone: an end there shows
    /// nothing about ends.
    pub(super) fn may_misread_before(&self, at: Offset) -> bool {
        let fails_on_input = |case: &&CaseFailure| case.is_misread() || case.death().is_some();
        let mut failed = self
            .failures()
            .filter(fails_on_input)
            .chain(self.flaky.iter());
        self.cut_map.location(at) == CutLocation::Character
            || failed.any(|case| case.cut() == Some(at))
    }

    /// Whether the peer misreads some of the bytes before `at` if they come one by one.
    pub(super) fn misreads_pieces_before(&self, at: Offset) -> bool {
        let misread = self.failures().filter(|case| case.is_misread());
        misread.filter_map(CaseFailure::cut).any(|cut| cut <= at)
    }

    /// Whether the process may die of the bytes before `at` alone. Once a process died
    /// without an end of the stream, only a cut there that passes shows that it does not.
    pub(super) fn may_die_before(&self, at: Offset) -> bool {
        let is_inside = self.cut_map.location(at) != CutLocation::Edge;
        let died = |case: &CaseFailure| case.is_complete() && case.death().is_some();
        self.may_misread_before(at)
            || is_inside && !self.has_passed(&Tactic::Cut(at)) && self.failures().any(died)
    }

    /// Whether the process died in any case, by chance or not.
    pub(super) fn has_died(&self) -> bool {
        let mut all = self.failed.iter().chain(&self.flaky);
        all.any(|case| case.death().is_some_and(|how| !how.is_success()))
    }

    /// Whether single cuts fail in one kind of location only.
    pub(super) fn fails_only_in(&self, location: CutLocation) -> bool {
        let mut failed = self.failures().filter(|case| case.is_misread());
        failed.all(|case| {
            case.cut()
                .is_none_or(|at| self.cut_map.location(at) == location)
        })
    }
}

/// Failures are chance where one of so many, or more, is flaky.
const OFTEN: usize = 5;

/// The tactics that send every message whole and end as the exchange does.
const COMPLETE: [TacticFamily; 8] = [
    TacticFamily::Whole,
    TacticFamily::Bytes,
    TacticFamily::Cut,
    TacticFamily::Cuts,
    TacticFamily::Joined,
    TacticFamily::JoinedCut,
    TacticFamily::Random,
    TacticFamily::AllCuts,
];

impl CaseFailure {
    /// Whether the whole exchange was played, as it ends.
    pub(super) fn is_complete(&self) -> bool {
        COMPLETE.contains(&self.tactic.family())
    }

    /// Cases of one kind failed for one reason, or all of them by chance.
    fn kind(&self) -> Option<Discriminant<Symptom>> {
        self.symptoms.first().map(discriminant)
    }

    /// How the process ended, if it should not have.
    pub(super) fn death(&self) -> Option<ExitStatus> {
        self.symptoms.iter().find_map(|it| it.death())
    }

    /// The connection that a fresh peer does not serve, whatever is sent.
    pub(super) fn first_not_served(&self) -> Option<u64> {
        self.symptoms.iter().find_map(|it| match it {
            Symptom::StopsServing { connection } => Some(*connection),
            _ => None,
        })
    }

    pub(super) fn shows(&self, wanted: impl Fn(Symptom) -> bool) -> bool {
        self.symptoms.iter().any(|symptom| wanted(*symptom))
    }

    pub(super) fn is_misread(&self) -> bool {
        self.shows(Symptom::is_misreading)
    }

    /// Where it was cut, if it was cut once.
    pub(super) fn cut(&self) -> Option<Offset> {
        cut(&self.tactic)
    }

    /// Where its stream ended early, if it did.
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

impl CutTally {
    /// Whether no cut was judged.
    pub(super) fn is_empty(&self) -> bool {
        self.failed.is_empty() && self.passed == 0
    }

    /// Whether at least one cut of `share` failed.
    pub(super) fn failed_one_in(&self, share: usize) -> bool {
        !self.failed.is_empty() && self.failed.len() * share >= self.failed.len() + self.passed
    }

    /// Whether two adjacent cuts failed.
    pub(super) fn has_failed_stretch(&self) -> bool {
        let mut pairs = self.failed.windows(2);
        pairs.any(|pair| pair[0].get() + 1 == pair[1].get())
    }

    /// Whether some passed and none failed.
    pub(super) fn all_passed(&self) -> bool {
        self.failed.is_empty() && self.passed > 0
    }
}
