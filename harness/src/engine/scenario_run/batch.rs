//! The second phase: cases, several at a time, until none is left or the peer breaks.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use wirecheck_report::record::Verdict;

use super::queue::Queue;
use super::results::ScenarioResults;
use super::{ScenarioRun, UnconfirmedFailure};
use crate::engine::case::{CaseResult, NumberedCase, ScenarioContext, Unjudged};
use crate::engine::event::Event;
use crate::engine::peer::{CasePlayer, PlayerSetup, Sharing, TestedPeer};
use crate::engine::settings::StopReason;
use crate::engine::wait::{CaseGate, PeerTimings, Phase};
use crate::judge::FindingKind;

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
    results: Mutex<Results<'b>>,
    peer_is_broken: AtomicBool,
}

struct Results<'b> {
    batch: BatchResult,
    on_event: &'b mut (dyn FnMut(Event<'_>) + Send),
}

impl ScenarioRun<'_, '_, '_> {
    /// Plays until nothing is left in the queue. What failed is in `unconfirmed` then.
    pub(super) fn play_queue(
        &mut self,
        queue: &mut Queue<'_>,
        jobs: NonZeroUsize,
    ) -> Result<(), StopReason> {
        loop {
            let mut batch = self.play_batch(queue, jobs);
            self.results.merge(batch.passed);
            self.unconfirmed.append(&mut batch.failed);
            if self.engine.is_stopped() {
                self.unconfirmed.append(&mut batch.broken);
                return Err(StopReason::Interrupted);
            }
            if batch.broken.is_empty() && !self.has_died_of(&batch.recent) {
                return Ok(());
            }
            self.find_culprit(batch.broken, batch.recent, queue)?;
        }
    }

    /// Whether the peer died of one of the last cases, and none is left to find out.
    fn has_died_of(&self, recent: &VecDeque<RecentCase>) -> bool {
        !recent.is_empty()
            && (self.engine.peer.ended().is_some() || self.ended_when_idle().is_some())
    }

    fn play_batch(&mut self, queue: &mut Queue<'_>, jobs: NonZeroUsize) -> BatchResult {
        let mut skipped = Vec::new();
        let mut cases = queue.playable(&mut skipped);
        let engine = &mut *self.engine;
        let gate = CaseGate::default();
        let shared = BatchWorkers {
            context: &self.context,
            peer: &*engine.peer,
            setup: setup(engine.timings, engine.stop, &gate, jobs),
            gate: &gate,
            queue: Mutex::new(&mut cases),
            results: Mutex::new(Results {
                batch: BatchResult::default(),
                on_event: &mut *engine.on_event,
            }),
            peer_is_broken: AtomicBool::new(false),
        };
        std::thread::scope(|scope| {
            for _ in 1..jobs.get() {
                scope.spawn(|| shared.work());
            }
            shared.work();
        });
        let results = shared.results.into_inner();
        let batch = results.unwrap_or_else(PoisonError::into_inner).batch;
        drop(cases);
        for family in skipped {
            self.skip(family);
        }
        batch
    }
}

fn setup<'b>(
    timings: PeerTimings,
    stop: &'b AtomicBool,
    gate: &'b CaseGate,
    jobs: NonZeroUsize,
) -> PlayerSetup<'b> {
    PlayerSetup {
        phase: Phase::Batch,
        timings,
        stop,
        sharing: Some(Sharing {
            gate,
            jobs: u32::try_from(jobs.get()).unwrap_or(u32::MAX),
        }),
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
        queue.next()
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
        let kinds = result.outcome.kinds();
        let has_any = |some: &[FindingKind]| kinds.iter().any(|kind| some.contains(kind));
        if has_any(&[
            FindingKind::NotConnected,
            FindingKind::NotCalled,
            FindingKind::NotAccepted,
        ]) {
            return true;
        }
        if has_any(&[FindingKind::EndedEarly, FindingKind::CutShort]) {
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
