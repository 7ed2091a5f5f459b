//! The results of all cases of a scenario, as they come.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use wirecheck_report::record;

use crate::diagnose::DefectEvidence;
use crate::engine::PlannedScenario;
use crate::engine::case::{Boundaries, CaseResult, Outcome, Unjudged};
use crate::engine::known::{KnownCases, KnownCounts, may_be_known};
use crate::scenario::ExchangePart;
use crate::tactic::{Offset, Tactic, TacticFamily};
use crate::wire::link::UnverifiedReason;

/// A case that did not pass, with its verdict.
pub(super) struct JudgedFailure {
    pub(super) result: CaseResult,
    pub(super) verdict: record::Verdict,
    /// Why the user expects it to fail, if the verdict is `known`.
    pub(super) known: Option<String>,
    /// The smallest delivery that fails in the same way, of one failure of a kind.
    pub(super) smallest: Option<Smallest>,
}

/// The smallest delivery that was found to fail as a case does.
pub(super) struct Smallest {
    pub(super) delivery: SmallestDelivery,
    /// How many deliveries were played to find it.
    pub(super) tries: u64,
    /// Why a smaller one may fail too.
    pub(super) cut_short_by: Option<record::ShrinkLimit>,
    /// A part of the exchange that is enough to see it.
    pub(super) shorter: Option<Arc<ShorterExchange>>,
}

/// A part of an exchange that fails in the same way, and passes uncut.
pub(super) struct ShorterExchange {
    pub(super) part: ExchangePart,
    /// How much is sent in it, and in the whole exchange.
    pub(super) sent: record::StreamSize,
    pub(super) of: record::StreamSize,
    /// The tactic that makes its delivery, if there is one.
    pub(super) tactic: Option<Tactic>,
    pub(super) result: Box<CaseResult>,
}

pub(super) enum SmallestDelivery {
    /// That of a case of the plan: it failed itself.
    Planned(Tactic),
    /// Another one, and what came of it.
    Found {
        result: Box<CaseResult>,
        /// The tactic that makes it, if there is one.
        tactic: Option<Tactic>,
    },
}

impl SmallestDelivery {
    /// What came of it. `failures` are all of the scenario: it may be that of another case.
    pub(super) fn result<'a>(&'a self, failures: &'a [JudgedFailure]) -> Option<&'a CaseResult> {
        match self {
            Self::Planned(tactic) => {
                let mut results = failures.iter().map(|it| &it.result);
                results.find(|it| it.tactic == *tactic)
            }
            Self::Found { result, .. } => Some(result),
        }
    }

    pub(super) fn tactic(&self) -> Option<&Tactic> {
        match self {
            Self::Planned(tactic) => Some(tactic),
            Self::Found { tactic, .. } => tactic.as_ref(),
        }
    }
}

/// The results of all cases of a scenario. Cases that passed are counted, not kept.
#[derive(Default)]
pub(super) struct ScenarioResults {
    families: BTreeMap<TacticFamily, TacticCounts>,
    pub(super) failures: Vec<JudgedFailure>,
    /// Those that passed, as far as a diagnosis asks for them.
    pub(super) passed: BTreeSet<Tactic>,
    pub(super) slowest: Duration,
    /// The time of all cases together, and how much of it passed until the peer
    /// connected.
    pub(super) worked: Duration,
    pub(super) waited: Duration,
    pub(super) boundaries: Boundaries,
    pub(super) unverified: Option<UnverifiedReason>,
    /// How many cases passed with something left open.
    pub(super) unjudged: BTreeMap<Unjudged, u64>,
    /// An allowed reply to a truncated message: the first in the order of the tactics.
    pub(super) error_reply: Option<(Tactic, Vec<u8>)>,
    /// What explains failures under `content:*`.
    pub(super) defects_of_variations: Vec<record::Defect>,
    /// What the peer answered, if that is kept.
    pub(super) observed: Vec<record::ObservedAnswers>,
}

#[derive(Default)]
struct TacticCounts {
    cases: u64,
    passed: u64,
    not_judged: u64,
    error_replies: u64,
    skipped: u64,
    /// The offsets of the cases that were played.
    tried: BTreeSet<Offset>,
}

impl TacticCounts {
    /// The offsets, adjacent ones together.
    fn stretches(&self) -> Vec<record::OffsetRange> {
        let mut stretches: Vec<record::OffsetRange> = Vec::new();
        for at in self.tried.iter().map(|at| at.get() as u64) {
            match stretches.last_mut() {
                Some(last) if last.last + 1 == at => last.last = at,
                _ => stretches.push(record::OffsetRange {
                    first: at,
                    last: at,
                }),
            }
        }
        stretches
    }

    fn merge(&mut self, other: Self) {
        self.cases += other.cases;
        self.passed += other.passed;
        self.not_judged += other.not_judged;
        self.error_replies += other.error_replies;
        self.skipped += other.skipped;
        self.tried.extend(other.tried);
    }
}

impl ScenarioResults {
    /// Whether no case was played or skipped.
    pub(super) fn is_empty(&self) -> bool {
        self.families.is_empty()
    }

    /// Counts a case that was played.
    pub(super) fn add(&mut self, result: CaseResult, verdict: record::Verdict) {
        let counts = self.families.entry(result.tactic.family()).or_default();
        counts.cases += 1;
        counts.tried.extend(result.tactic.offset());
        self.slowest = self.slowest.max(result.took);
        self.worked += result.took;
        self.waited += result.waited;
        self.boundaries.add(result.boundaries);
        if let Some(reason) = &result.unverified {
            self.unverified.get_or_insert_with(|| reason.clone());
        }
        match result.outcome {
            Outcome::Passed => {
                match result.unjudged {
                    Some(what) => {
                        counts.not_judged += 1;
                        *self.unjudged.entry(what).or_default() += 1;
                    }
                    None => counts.passed += 1,
                }
                if let Some(reply) = result.error_reply {
                    counts.error_replies += 1;
                    self.error_reply =
                        earlier(self.error_reply.take(), (result.tactic.clone(), reply));
                }
                if DefectEvidence::keeps_passes_of(result.tactic.family()) {
                    self.passed.insert(result.tactic);
                }
            }
            Outcome::Failed(_) | Outcome::NotJudged(_) => {
                let verdict = match verdict {
                    record::Verdict::Fail if result.outcome.is_recommendation() => {
                        record::Verdict::Nonstrict
                    }
                    verdict => verdict,
                };
                self.failures.push(JudgedFailure {
                    result,
                    verdict,
                    known: None,
                    smallest: None,
                });
            }
        }
    }

    /// Adds the results of a batch.
    pub(super) fn merge(&mut self, batch: Self) {
        for (family, counts) in batch.families {
            self.families.entry(family).or_default().merge(counts);
        }
        self.failures.extend(batch.failures);
        self.passed.extend(batch.passed);
        self.slowest = self.slowest.max(batch.slowest);
        self.worked += batch.worked;
        self.waited += batch.waited;
        self.boundaries.add(batch.boundaries);
        self.unverified = self.unverified.take().or(batch.unverified);
        for (what, cases) in batch.unjudged {
            *self.unjudged.entry(what).or_default() += cases;
        }
        if let Some(reply) = batch.error_reply {
            self.error_reply = earlier(self.error_reply.take(), reply);
        }
    }

    /// Takes back that a case of this tactic passed: it had broken the peer.
    pub(super) fn take_back(&mut self, family: TacticFamily, unjudged: Option<Unjudged>) {
        let counts = self.families.entry(family).or_default();
        counts.cases -= 1;
        match unjudged {
            Some(what) => {
                counts.not_judged -= 1;
                *self.unjudged.entry(what).or_default() -= 1;
            }
            None => counts.passed -= 1,
        }
    }

    /// The same, of a case of which it is not known whether all of it was judged.
    pub(super) fn take_back_any(&mut self, family: TacticFamily) {
        let passed = self.families.get(&family).map_or(0, |counts| counts.passed);
        let left_open = self.unjudged.keys().next().copied();
        let left_open = left_open.filter(|_| passed == 0);
        if passed > 0 || left_open.is_some() {
            self.take_back(family, left_open);
        }
    }

    /// Keeps what the peer answered. Deliveries with the same answers are together.
    pub(super) fn observe(&mut self, tactic: &Tactic, observed: record::ObservedAnswers) {
        let mut known = self.observed.iter_mut();
        match known.find(|it| it.is_same(&observed)) {
            Some(known) => known.tactics.push(tactic.to_string()),
            None => self.observed.push(record::ObservedAnswers {
                tactics: vec![tactic.to_string()],
                ..observed
            }),
        }
    }

    /// Counts a case that is not played.
    pub(super) fn skip(&mut self, family: TacticFamily) {
        let counts = self.families.entry(family).or_default();
        counts.cases += 1;
        counts.skipped += 1;
    }

    /// How many cases were skipped.
    pub(super) fn not_played(&self) -> u64 {
        self.families.values().map(|counts| counts.skipped).sum()
    }

    /// How many cases of each tactic are counted.
    pub(super) fn counted(&self) -> BTreeMap<TacticFamily, u64> {
        let counts = self.families.iter();
        counts.map(|(family, it)| (*family, it.cases)).collect()
    }

    /// Gives failures that the user knows the verdict `known`, and counts for each entry
    /// what became of its cases.
    pub(super) fn mark_known(
        &mut self,
        known: &[KnownCases],
        planned: PlannedScenario<'_>,
    ) -> Vec<KnownCounts> {
        let counts = known.iter().map(|entry| {
            let matching = |it: &&mut JudgedFailure| {
                may_be_known(it.verdict) && entry.matches(planned, &it.result.tactic)
            };
            for failure in self.failures.iter_mut().filter(matching) {
                failure.verdict = record::Verdict::Known;
                failure.known = Some(entry.reason.clone());
            }
            self.count_known(entry, planned)
        });
        counts.collect()
    }

    fn count_known(&self, entry: &KnownCases, planned: PlannedScenario<'_>) -> KnownCounts {
        let mut counts = KnownCounts::default();
        for tactic in planned
            .plan
            .tactics()
            .filter(|it| entry.matches(planned, it))
        {
            let family = self.families.get(&tactic.family());
            counts.selected += 1;
            counts.not_played += u64::from(family.is_none_or(|it| it.skipped > 0));
        }
        let failures = self.failures.iter();
        let failed = failures.filter(|it| entry.matches(planned, &it.result.tactic));
        counts.failed = failed.count() as u64;
        counts
    }

    pub(super) fn families(&self) -> Vec<record::FamilyRecord> {
        let family = |(family, counts): (&TacticFamily, &TacticCounts)| record::FamilyRecord {
            name: family.as_str().to_owned(),
            cases: counts.cases,
            passed: counts.passed,
            not_judged: counts.not_judged,
            error_replies: counts.error_replies,
            skipped: counts.skipped,
            tried: counts.stretches(),
        };
        self.families.iter().map(family).collect()
    }
}

/// Of two replies the one to the tactic that comes first.
fn earlier(known: Option<(Tactic, Vec<u8>)>, new: (Tactic, Vec<u8>)) -> Option<(Tactic, Vec<u8>)> {
    known.into_iter().chain([new]).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::TruncationDoubt;
    use crate::tactic::Case;

    #[test]
    fn a_case_with_something_left_open_is_counted_as_not_judged() {
        let case = Case {
            tactic: Tactic::Half(Offset::new(2)),
            delivery: "2 half".parse().expect("a delivery"),
        };
        let raw = Unjudged::Truncation(TruncationDoubt::Raw);
        let mut results = ScenarioResults::default();
        for unjudged in [Some(raw), None] {
            let result = CaseResult {
                unjudged,
                ..CaseResult::new(&case, Outcome::Passed)
            };
            results.add(result, record::Verdict::Pass);
        }
        let half = results.families().remove(0);
        assert_eq!((half.cases, half.passed, half.not_judged), (2, 1, 1));
        assert_eq!(results.unjudged, BTreeMap::from([(raw, 1)]));
        results.take_back(TacticFamily::Half, Some(raw));
        let half = results.families().remove(0);
        assert_eq!((half.cases, half.passed, half.not_judged), (1, 1, 0));
    }

    #[test]
    fn adjacent_offsets_are_kept_as_one_stretch() {
        let counts = TacticCounts {
            tried: [9, 1, 2, 3].map(Offset::new).into(),
            ..TacticCounts::default()
        };
        let stretches = counts.stretches();
        let ends: Vec<_> = stretches.iter().map(|it| (it.first, it.last)).collect();
        assert_eq!(ends, [(1, 3), (9, 9)]);
    }
}
