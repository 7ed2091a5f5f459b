//! What became of one case, and of all cases of a scenario.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use wirecheck_report::record;

use super::account::Boundaries;
use super::log::Log;
use crate::diagnose::{DefectEvidence, Symptom};
use crate::judge::{FindingKind, ProcessOutcome};
use crate::tactic::{Delivery, Offset, Tactic, TacticFamily};
use crate::wire::link::UnverifiedReason;

/// What became of one case.
pub(super) struct CaseResult {
    pub(super) tactic: Tactic,
    pub(super) delivery: Delivery,
    pub(super) outcome: Outcome,
    pub(super) took: Duration,
    /// How much of that it was waited for the peer to call.
    pub(super) waited: Duration,
    pub(super) boundaries: Boundaries,
    pub(super) unverified: Option<UnverifiedReason>,
    pub(super) log: Log,
    /// What the program did that was started for this case alone.
    pub(super) conduct: Option<ProcessOutcome>,
    pub(super) last_words: Vec<String>,
}

impl CaseResult {
    /// A case of which nothing is known but what became of it.
    pub(super) fn new(tactic: Tactic, delivery: Delivery, outcome: Outcome) -> Self {
        Self {
            tactic,
            delivery,
            outcome,
            took: Duration::ZERO,
            waited: Duration::ZERO,
            boundaries: Boundaries::default(),
            unverified: None,
            log: Log::default(),
            conduct: None,
            last_words: Vec::new(),
        }
    }

    /// Forgets what was seen in a hurry: it would be told a little differently in
    /// every run.
    pub(super) fn forget(&mut self) {
        self.log = Log::default();
        self.last_words = Vec::new();
        self.conduct = None;
        self.boundaries = Boundaries::default();
    }

    /// Refers to a case that fell in the same way and was played again.
    pub(super) fn refer_to(&mut self, tactic: &Tactic, outcome: &Outcome) {
        self.forget();
        if self.outcome.kinds() != outcome.kinds() {
            self.outcome = outcome.clone();
        }
        self.outcome.shorten(&format!("the same as under {tactic}"));
    }
}

/// How it went.
#[derive(Clone)]
pub(super) enum Outcome {
    Held,
    /// Something fell short.
    Fell(Vec<Told>),
    /// The machine did not let us judge.
    Unjudged(String),
}

/// A finding, put into words while all that it speaks of is at hand.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) kind: FindingKind,
    pub(super) sign: Symptom,
    pub(super) finding: record::FindingRecord,
}

impl Outcome {
    /// What fell short, as the words that group failures.
    pub(super) fn kinds(&self) -> Vec<FindingKind> {
        match self {
            Self::Fell(told) => told.iter().map(|told| told.kind).collect(),
            Self::Held | Self::Unjudged(_) => Vec::new(),
        }
    }

    /// Whether all that fell short is something that did not come.
    pub(super) fn is_silence(&self) -> bool {
        let kinds = self.kinds();
        !kinds.is_empty() && kinds.iter().all(|kind| kind.depends_on_waiting())
    }

    /// Why there was no connection, if there was none.
    pub(super) fn unreachable(&self) -> Option<&str> {
        match self {
            Self::Fell(told) => {
                let is_it =
                    |kind| matches!(kind, FindingKind::NotConnected | FindingKind::NotCalled);
                let told = told.iter().find(|told| is_it(told.kind))?;
                Some(&told.finding.what)
            }
            Self::Held | Self::Unjudged(_) => None,
        }
    }

    /// Says no more of each finding than its kind, and this.
    pub(super) fn shorten(&mut self, what: &str) {
        if let Self::Fell(told) = self {
            for told in told {
                told.finding = record::FindingRecord {
                    kind: told.kind.as_str().to_owned(),
                    what: what.to_owned(),
                    expected: None,
                    actual: None,
                    line: None,
                };
            }
        }
    }

    /// Adds a finding that explains the others.
    pub(super) fn put_first(&mut self, first: Told) {
        match self {
            Self::Fell(told) => told.insert(0, first),
            Self::Held | Self::Unjudged(_) => *self = Self::Fell(vec![first]),
        }
    }

    pub(super) fn held(&self) -> bool {
        matches!(self, Self::Held)
    }
}

/// A case that did not hold, with its verdict.
pub(super) struct Fallen {
    pub(super) result: CaseResult,
    pub(super) verdict: record::Verdict,
}

/// All cases of a scenario, as they are played.
#[derive(Default)]
pub(super) struct Results {
    families: BTreeMap<TacticFamily, Counts>,
    pub(super) fallen: Vec<Fallen>,
    /// Those that held, as far as a diagnosis asks for them.
    pub(super) held: BTreeSet<Tactic>,
    pub(super) slowest: Duration,
    /// How long cases took together, and how much of it they waited for the peer.
    pub(super) worked: Duration,
    pub(super) waited: Duration,
    pub(super) boundaries: Boundaries,
    pub(super) unverified: Option<UnverifiedReason>,
}

#[derive(Default)]
struct Counts {
    cases: u64,
    passed: u64,
    skipped: u64,
    /// The offsets of the cases that were played.
    tried: BTreeSet<Offset>,
}

impl Counts {
    /// The offsets, neighbours drawn together.
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
}

impl Results {
    /// Whether no case was played.
    pub(super) fn is_empty(&self) -> bool {
        self.families.is_empty()
    }

    /// Takes a case that was played.
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
            Outcome::Held => {
                counts.passed += 1;
                if DefectEvidence::keeps_passes_of(result.tactic.family()) {
                    self.held.insert(result.tactic);
                }
            }
            Outcome::Fell(_) | Outcome::Unjudged(_) => self.fallen.push(Fallen { result, verdict }),
        }
    }

    /// Takes back that a case held: it left the peer broken.
    pub(super) fn take_back(&mut self, family: TacticFamily) {
        let counts = self.families.entry(family).or_default();
        counts.cases -= 1;
        counts.passed -= 1;
    }

    /// Takes cases that are not played.
    pub(super) fn skip(&mut self, family: TacticFamily, cases: u64) {
        let counts = self.families.entry(family).or_default();
        counts.cases += cases;
        counts.skipped += cases;
    }

    pub(super) fn families(&self) -> Vec<record::FamilyRecord> {
        let family = |(family, counts): (&TacticFamily, &Counts)| record::FamilyRecord {
            name: family.as_str().to_owned(),
            cases: counts.cases,
            passed: counts.passed,
            skipped: counts.skipped,
            tried: counts.stretches(),
        };
        self.families.iter().map(family).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_that_follow_each_other_are_kept_as_one_stretch() {
        let counts = Counts {
            tried: [9, 1, 2, 3].map(Offset::new).into(),
            ..Counts::default()
        };
        let stretches = counts.stretches();
        let ends: Vec<_> = stretches.iter().map(|it| (it.first, it.last)).collect();
        assert_eq!(ends, [(1, 3), (9, 9)]);
    }
}
