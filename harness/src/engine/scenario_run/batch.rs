//! The second phase: cases, several at a time, until none is left or the peer breaks.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use wirecheck_report::record::Verdict;

use super::queue::Queue;
use super::results::ScenarioResults;
use super::{ScenarioRun, UnconfirmedFailure};
use crate::engine::case::{CaseResult, NumberedCase, ScenarioContext, Unjudged};
use crate::engine::event::Event;
use crate::engine::peer::{CasePlayer, PlayerSetup, Sharing, TestedPeer, on_threads};
use crate::engine::settings::StopReason;
use crate::engine::wait::{CaseGate, Phase};
use crate::judge::FindingKind;
use crate::tactic::OtherConnections;

/// How many of the cases that ended last are remembered.
const RECENT: usize = 8;
/// After this many failures the evidence of further ones is not kept.
const FAILURES_WITH_EVIDENCE: usize = 64;
/// After this many bytes what programs printed in failed cases is not kept.
const PRINTED_BYTES: usize = 16 << 20;

/// What a batch ends with.
#[derive(Default)]
pub(super) struct BatchResult {
    /// The cases that passed.
    passed: ScenarioResults,
    /// Those that failed, in the order in which they ended.
    failed: Vec<UnconfirmedFailure>,
    /// Those that failed because the peer is dead or takes no connection any more, or that
    /// were interrupted.
    pub(super) broken: Vec<UnconfirmedFailure>,
    /// The cases that ended last, the latest first.
    pub(super) recent: VecDeque<RecentCase>,
    /// How many bytes are kept of what programs printed.
    printed: usize,
    /// How many cases began.
    begun: u64,
}

/// A case that may have broken the peer.
pub(super) struct RecentCase {
    pub(super) case: NumberedCase,
    pub(super) end: RecentEnd,
}

/// How a case ended that may have broken the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecentEnd {
    Passed(Option<Unjudged>),
    Failed,
    /// It found the peer broken, by itself or by another.
    Broken,
}

/// What the workers of a batch share.
struct BatchWorkers<'b> {
    context: &'b ScenarioContext<'b>,
    peer: &'b dyn TestedPeer,
    setup: PlayerSetup<'b>,
    gate: &'b CaseGate,
    queue: Mutex<&'b mut (dyn Iterator<Item = NumberedCase> + Send)>,
    begun: AtomicU64,
    connections: AtomicU64,
    results: Mutex<Results<'b>>,
    peer_is_broken: AtomicBool,
}

struct Results<'b> {
    batch: BatchResult,
    on_event: &'b mut (dyn FnMut(Event<'_>) + Send),
}

impl ScenarioRun<'_, '_, '_> {
    /// Plays until nothing is left in the queue. What failed is in `unconfirmed` then.
    pub(super) fn play_queue(&mut self, queue: &mut Queue<'_>) -> Result<(), StopReason> {
        loop {
            let mut batch = self.play_batch(queue);
            self.results.merge(std::mem::take(&mut batch.passed));
            let failed = batch.failed.iter().chain(&batch.broken);
            self.known_to_fail.extend(failed.map(|it| it.case.number));
            self.unconfirmed.append(&mut batch.failed);
            if self.engine.is_stopped() {
                self.unconfirmed.append(&mut batch.broken);
                return Err(StopReason::Interrupted);
            }
            if batch.broken.is_empty() && self.engine.is_used_up() {
                queue.count_life();
                self.engine.restart_peer()?;
                continue;
            }
            if batch.broken.is_empty() && !self.has_broken_peer(&batch)? {
                return Ok(());
            }
            let known = self.engine.lifetime;
            self.find_culprit(batch.broken, batch.recent, queue)?;
            if self.engine.lifetime != known {
                self.play_failed_again(queue);
            }
        }
    }

    /// Plays all that failed again: it may have failed because the peer was used up.
    fn play_failed_again(&mut self, queue: &mut Queue<'_>) {
        let failed = std::mem::take(&mut self.unconfirmed).into_iter();
        let again: Vec<_> = failed.map(|it| self.another_attempt(&it.case)).collect();
        (self.engine.on_event)(Event::PlayedAgain(again.len() as u64));
        queue.put_back(again);
    }

    /// Whether one of the last cases broke the peer, and none is left to find out: the next
    /// connection is not served.
    fn has_broken_peer(&mut self, batch: &BatchResult) -> Result<bool, StopReason> {
        if batch.begun == 0 || self.engine.peer.is_new_each_time() {
            return Ok(false);
        }
        if self.engine.peer.ended().is_some() || self.ended_when_idle().is_some() {
            return Ok(true);
        }
        Ok(self.next_not_served()?.is_some())
    }

    /// Plays cases until none is left, the peer breaks, or it is used up.
    fn play_batch(&mut self, queue: &mut Queue<'_>) -> BatchResult {
        let mut skipped = Vec::new();
        let mut cases = queue.playable(&mut skipped);
        let batch = self.play_at_once(&mut cases, Phase::Batch);
        drop(cases);
        for family in skipped {
            self.skip(family);
        }
        batch
    }

    /// Plays cases several at a time, each with all the time that the suite allows, and
    /// returns those that fail.
    pub(super) fn play_together(&mut self, cases: Vec<NumberedCase>) -> Vec<UnconfirmedFailure> {
        let batch = self.play_at_once(&mut cases.into_iter(), Phase::Together);
        batch.failed.into_iter().chain(batch.broken).collect()
    }

    /// Plays no more cases than the peer serves connections.
    fn play_at_once(
        &mut self,
        cases: &mut (dyn Iterator<Item = NumberedCase> + Send),
        phase: Phase,
    ) -> BatchResult {
        let most = usize::try_from(self.engine.connections_left()).unwrap_or(usize::MAX);
        let mut cases = cases.take(most);
        let engine = &mut *self.engine;
        let gate = CaseGate::default();
        let mut no_events = |_: Event<'_>| {};
        let shared = BatchWorkers {
            context: &self.context,
            peer: &*engine.peer,
            setup: PlayerSetup {
                phase,
                timings: engine.timings,
                stop: engine.stop,
                sharing: Some(Sharing::new(
                    (phase == Phase::Batch).then_some(&gate),
                    self.jobs,
                )),
            },
            gate: &gate,
            queue: Mutex::new(&mut cases),
            begun: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            results: Mutex::new(Results {
                batch: BatchResult::default(),
                on_event: match phase {
                    Phase::Batch => &mut *engine.on_event,
                    _ => &mut no_events,
                },
            }),
            peer_is_broken: AtomicBool::new(false),
        };
        on_threads(self.jobs, || shared.work());
        let begun = shared.begun.into_inner();
        let connections = shared.connections.into_inner();
        let results = shared.results.into_inner();
        let batch = results.unwrap_or_else(PoisonError::into_inner).batch;
        self.engine.connections += connections;
        self.connections_in_batches = self.connections_in_batches.max(self.engine.connections);
        BatchResult { begun, ..batch }
    }
}

impl<'b> BatchWorkers<'b> {
    /// Plays cases until there are none, or the batch ends.
    fn work(&self) {
        let mut player = self.peer.player(self.setup);
        while !self.peer_is_broken.load(Ordering::Relaxed) && !self.is_stopped() {
            let Some(case) = self.next() else { return };
            let running = self.gate.begin_case();
            let result = player.play(self.context, &case);
            self.connections
                .fetch_add(result.connections, Ordering::Relaxed);
            if result.outcome.has_passed() {
                drop(running);
                self.results().pass(case, result);
            } else if self.is_stopped() {
                self.results().interrupt(case, result);
            } else if self.is_broken(&result, &mut *player) {
                self.peer_is_broken.store(true, Ordering::Relaxed);
                drop(running);
                self.results()
                    .batch
                    .broken
                    .push(UnconfirmedFailure { case, result });
            } else {
                drop(running);
                self.results().fail(self.context, case, result);
            }
        }
    }

    fn next(&self) -> Option<NumberedCase> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let next = queue.next();
        self.begun
            .fetch_add(u64::from(next.is_some()), Ordering::Relaxed);
        next
    }

    fn results(&self) -> MutexGuard<'_, Results<'b>> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_stopped(&self) -> bool {
        self.setup.stop.load(Ordering::Relaxed)
    }

    /// Whether the peer is dead or takes no connection any more. The case that found out
    /// need not have caused it.
    fn is_broken(&self, result: &CaseResult, player: &mut dyn CasePlayer) -> bool {
        if self.peer.is_new_each_time() {
            return false;
        }
        if result.delivery.other_connections() != OtherConnections::Alone {
            // It may have been broken by these alone: the next connection shows it.
            return self.peer.ended().is_some();
        }
        let kinds = result.outcome.kinds();
        let is_any = |kind: &FindingKind| kind.is_unreachable() || *kind == FindingKind::Spins;
        if kinds.iter().any(is_any) {
            return true;
        }
        let closes = [FindingKind::EndedEarly, FindingKind::CutShort];
        if kinds.iter().any(|kind| closes.contains(kind)) {
            // A process that closed its sockets may be about to end.
            player.wait_until_idle();
        }
        self.peer.ended().is_some()
    }
}

impl Results<'_> {
    fn pass(&mut self, case: NumberedCase, result: CaseResult) {
        self.batch
            .remember(case, RecentEnd::Passed(result.unjudged));
        self.batch.passed.add(result, Verdict::Pass);
        (self.on_event)(Event::Passed);
    }

    /// Keeps what failed while the run was stopped. The stop cuts each wait short, so a
    /// silence shows nothing: that case counts as not played.
    fn interrupt(&mut self, case: NumberedCase, result: CaseResult) {
        if !result.outcome.is_silence() {
            let failed = UnconfirmedFailure { case, result };
            self.batch.broken.push(failed);
        }
    }

    fn fail(&mut self, context: &ScenarioContext<'_>, case: NumberedCase, mut result: CaseResult) {
        let batch = &mut self.batch;
        if batch.failed.len() >= FAILURES_WITH_EVIDENCE {
            result.drop_log();
        }
        batch.printed += result.process.as_ref().map_or(0, |it| it.printed.len());
        if batch.printed > PRINTED_BYTES {
            result.process = None;
        }
        let id = context.planned.case_id(result.tactic.clone());
        let seen = result.outcome.shown_at_once();
        (self.on_event)(Event::Failed { id: &id, seen });
        batch.remember(case.clone(), RecentEnd::Failed);
        batch.failed.push(UnconfirmedFailure { case, result });
    }
}

impl BatchResult {
    fn remember(&mut self, case: NumberedCase, end: RecentEnd) {
        self.recent.push_front(RecentCase { case, end });
        self.recent.truncate(RECENT);
    }
}
