//! One scenario, phase by phase: baseline, batches, confirmation, shrinking, report.
//!
//! - **Baseline** (`baseline`): the uncut delivery, alone. If it fails twice, the scenario
//!   fails there. If it passes, it returns what it showed of the peer (`Learnt`).
//! - **Batches** (`batch`): all other cases, several at a time if the peer serves several
//!   connections (`concurrency`). A batch ends when the queue is empty or the peer breaks.
//!   After the last one the next connection must be served. Cases that would disturb others
//!   (`queue::Company`) come before these, one at a time: they show whether a connection that
//!   stops keeps the peer from others, and then all are played one at a time.
//! - **Culprit** (`culprit`): a peer that broke is started again, and the case that broke
//!   it is found. The others go back to the queue.
//! - **Confirmation** (`confirm`): failures are grouped by tactic family and kind of
//!   finding. The first and the last of a group are played again, alone; the rest of it only
//!   if these pass. What passes alone failed because of other connections, before or beside
//!   it, or by chance (`shared_cause`).
//! - **`rst@accept`** (`rst_at_accept`): the server is suspended for a moment, alone.
//! - **Variations** (`varied`): `content:*`, each a scenario of its own that is made of what the
//!   peer answers.
//! - **Leaks** (`leaks`): what the peer holds is counted after the baseline and after each
//!   batch. If it grew, cases are played until it is clear whether it grows with them; so with
//!   its memory (`memory_leaks`).
//! - **Answers** (`observe`): if implementations are compared, what the peer answers to whole,
//!   joined and malformed messages is played twice more, alone, and kept.
//! - **Shrinking** (`shrink`): smaller deliveries of one confirmed failure of each kind are
//!   played, until none fails in the same way; then, against a server, parts of the exchange
//!   (`shrink::exchange`).
//! - **Report** (`report`, `defects`): the results become a part of the record.
//!
//! The verdict on a case is `failure_verdict` for a confirmed failure, `Flaky` for one that
//! did not fail again, and `Unconfirmed` where the run ended before (`keep_unconfirmed`).

mod baseline;
mod batch;
mod concurrency;
mod confirm;
mod culprit;
mod defects;
mod leaks;
mod memory_leaks;
mod observe;
mod queue;
mod report;
mod results;
mod rst_at_accept;
mod shared_cause;
mod shrink;
#[cfg(test)]
mod tests;
mod varied;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::num::NonZeroUsize;
use std::time::Instant;

use wirecheck_report::record::Verdict;

use super::case::{CaseResult, NumberedCase, ScenarioContext};
use super::event::Event;
use super::settings::StopReason;
use super::state::Engine;
use super::verdict;
use super::wait::Phase;
use crate::judge::{Finding, FindingKind};
use crate::peer::ExitStatus;
use crate::tactic::TacticFamily;
use queue::{Company, Queue};
pub(super) use report::ScenarioReport;
use results::ScenarioResults;
use shared_cause::SharedCause;

/// A scenario that is being played.
pub(super) struct ScenarioRun<'e, 'r, 's> {
    engine: &'e mut Engine<'r>,
    context: ScenarioContext<'s>,
    results: ScenarioResults,
    /// Failures that are not confirmed yet.
    unconfirmed: Vec<UnconfirmedFailure>,
    /// How often each case was played again.
    replays: HashMap<u64, u64>,
    /// The cases that failed in a batch, or broke the peer.
    known_to_fail: HashSet<u64>,
    /// How many cases run at once.
    jobs: NonZeroUsize,
    /// The most connections that the peer was given in a batch after one start.
    connections_in_batches: u64,
    /// Why cases fail that pass alone on a fresh peer, once that was found out for failures
    /// of a kind.
    shared_causes: BTreeMap<Vec<FindingKind>, SharedCause>,
    /// Whether a failure was reported in the place of the baseline that passed.
    baseline_is_reported: bool,
    /// When no more cases are begun.
    until: Option<Instant>,
}

/// A case that failed.
struct UnconfirmedFailure {
    case: NumberedCase,
    result: CaseResult,
}

impl<'e, 'r, 's> ScenarioRun<'e, 'r, 's> {
    pub(super) fn new(engine: &'e mut Engine<'r>, context: ScenarioContext<'s>) -> Self {
        Self {
            engine,
            context,
            results: ScenarioResults::default(),
            unconfirmed: Vec::new(),
            replays: HashMap::new(),
            known_to_fail: HashSet::new(),
            jobs: NonZeroUsize::MIN,
            connections_in_batches: 0,
            shared_causes: BTreeMap::new(),
            baseline_is_reported: false,
            until: None,
        }
    }

    /// Begins no more cases after this time. What failed is confirmed all the same.
    pub(super) fn until(self, until: Option<Instant>) -> Self {
        Self { until, ..self }
    }

    fn is_time_over(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// Plays all phases, or as many as the run is given.
    pub(super) fn play(&mut self) -> Result<(), StopReason> {
        let played = self
            .play_phases()
            .and_then(|()| self.find_leaks())
            .and_then(|()| self.find_memory_leak())
            // Each has a suspicion of leaks of its own.
            .and_then(|()| self.play_varied())
            .and_then(|()| self.observe_answers())
            .and_then(|()| self.shrink());
        self.keep_unconfirmed();
        played
    }

    fn play_phases(&mut self) -> Result<(), StopReason> {
        let Some(learnt) = self.play_baseline()? else {
            // The other cases would fail in the same way.
            return Ok(());
        };
        self.context.learnt = learnt;
        self.learn_unread_bodies()?;
        if self.variation_breaks_peer()? {
            return Ok(());
        }
        self.count_before_batches();
        // Those that are alone show what others may be blamed for; if the time is limited, the
        // many come first.
        let order = match self.until {
            None => [Company::Alone, Company::Shared],
            Some(_) => [Company::Shared, Company::Alone],
        };
        for company in order {
            self.jobs = match company {
                Company::Shared => self.learn_jobs()?,
                _ => NonZeroUsize::MIN,
            };
            self.play_and_confirm(company)?;
        }
        self.play_given_again()?;
        self.play_rst_at_accept()
    }

    /// Plays the cases that are played in this company, and what failed again.
    fn play_and_confirm(&mut self, company: Company) -> Result<(), StopReason> {
        let mut queue = Queue::of(self.context.planned.plan, company).until(self.until);
        loop {
            self.play_queue(&mut queue)?;
            self.count_after_batch();
            if self.unconfirmed.is_empty() {
                return Ok(());
            }
            let again = self.confirm()?;
            if again.is_empty() {
                return Ok(());
            }
            queue.put_back(again);
        }
    }

    /// A case that was given passes only if it also passes as a failure is confirmed: alone,
    /// and with the time to see what each chunk makes the peer do.
    fn play_given_again(&mut self) -> Result<(), StopReason> {
        let plan = self.context.planned.plan;
        if !plan.is_given() || !self.results.failures.is_empty() {
            return Ok(());
        }
        let last = NumberedCase::all_of(plan).last();
        let is_played_so = |it: &NumberedCase| {
            let company = Company::of(&it.case.tactic);
            !matches!(company, Company::Suspending | Company::Varied)
        };
        let Some(case) = last.filter(|it| it.number > 0 && is_played_so(it)) else {
            return Ok(());
        };
        let result = self.replay(&case)?;
        if result.outcome.has_passed() {
            return Ok(());
        }
        self.results.take_back_any(case.case.tactic.family());
        self.unconfirmed.push(UnconfirmedFailure { case, result });
        self.confirm().map(drop)
    }

    /// Whether any case was played.
    pub(super) fn has_results(&self) -> bool {
        !self.results.is_empty()
    }

    /// The case that comes first.
    fn baseline_case(&self) -> NumberedCase {
        NumberedCase::baseline_of(self.context.planned.plan)
    }

    /// The same case for another attempt, with a fresh value of its own.
    fn another_attempt(&mut self, case: &NumberedCase) -> NumberedCase {
        let attempts = self.replays.entry(case.number).or_default();
        *attempts += 1;
        NumberedCase {
            attempt: *attempts,
            ..case.clone()
        }
    }

    /// Plays a case again, alone. A peer that wirecheck does not start and that refuses it
    /// is gone: that says nothing about the case.
    fn replay(&mut self, case: &NumberedCase) -> Result<CaseResult, StopReason> {
        let case = self.another_attempt(case);
        let result = self.play_alone(&case, Phase::Confirmation)?;
        self.unless_lost(result)
    }

    /// Plays the exchange uncut that the peer must go on to serve: the baseline; for a variation
    /// the one that it was made from.
    fn play_served_exchange(&mut self) -> Result<CaseResult, StopReason> {
        let Some(original) = self.context.original else {
            let baseline = self.baseline_case();
            return self.replay(&baseline);
        };
        let ScenarioContext {
            side,
            unique,
            read_proof,
            place,
            ..
        } = self.context;
        let context = ScenarioContext {
            read_proof,
            place,
            ..ScenarioContext::new(original, side, unique)
        };
        let baseline = NumberedCase::baseline_of(original.plan);
        let phase = Phase::Confirmation;
        let result = self.engine.play_alone(&context, &baseline, phase)?;
        self.unless_lost(result)
    }

    fn unless_lost(&self, result: CaseResult) -> Result<CaseResult, StopReason> {
        match result.outcome.unreachable() {
            Some(why) if !self.engine.peer.is_ours() => Err(StopReason::lost(why)),
            _ => Ok(result),
        }
    }

    fn play_alone(&mut self, case: &NumberedCase, phase: Phase) -> Result<CaseResult, StopReason> {
        self.engine.play_alone(&self.context, case, phase)
    }

    /// How the peer's process ended, if it has once it had time to.
    fn ended_when_idle(&self) -> Option<ExitStatus> {
        self.wait_until_idle();
        self.engine.peer.ended()
    }

    fn wait_until_idle(&self) {
        self.engine
            .lone_player(Phase::Confirmation)
            .wait_until_idle();
    }

    /// Puts a finding about the peer, not about what it sent, before all others.
    fn put_finding_first(&self, result: &mut CaseResult, finding: &Finding) {
        result
            .outcome
            .put_first(self.context.describe_peer(finding));
    }

    /// The verdict on a failure that is confirmed.
    fn failure_verdict(&self) -> Verdict {
        verdict::of_failure(self.context.planned.scenario.level())
    }

    /// Counts the failures that were not confirmed when the run ends, also silences: what
    /// did not come in a batch may have come later, but that is not known.
    fn keep_unconfirmed(&mut self) {
        for UnconfirmedFailure { result, .. } in std::mem::take(&mut self.unconfirmed) {
            self.results.add(result, Verdict::Unconfirmed);
        }
    }

    /// Tells of a case that has failed, before it is confirmed.
    fn tell_failed(&mut self, failed: &CaseResult) {
        let id = self.context.planned.case_id(failed.tactic.clone());
        let seen = failed.outcome.shown_at_once();
        (self.engine.on_event)(Event::Failed { id: &id, seen });
    }

    /// Counts a case that is not played.
    fn skip(&mut self, family: TacticFamily) {
        self.results.skip(family);
        (self.engine.on_event)(Event::Dropped(1));
    }
}
