//! The first phase: the uncut delivery, alone.

use wirecheck_report::record::Verdict;

use super::{ScenarioRun, UnconfirmedFailure};
use crate::engine::case::{CaseResult, Learnt, NumberedCase};
use crate::engine::event::Event;
use crate::engine::settings::{PeerFailure, StopReason};
use crate::engine::wait::Phase;
use crate::judge::{Finding, request_bodies};
use crate::tactic::{Tactic, TacticFamily};

/// Whether a connection to the peer was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reachable {
    Yes,
    No,
}

impl ScenarioRun<'_, '_, '_> {
    /// Plays the baseline, and again on a fresh peer if it fails. Returns what it showed,
    /// or nothing if it failed twice.
    pub(super) fn play_baseline(&mut self) -> Result<Option<Learnt>, StopReason> {
        if self.engine.peer.ended().is_some() {
            self.engine.restart_peer()?;
        }
        let phase = if self.engine.is_mute {
            Phase::Confirmation
        } else {
            Phase::Baseline
        };
        let baseline = self.baseline_case();
        let mut learnt = Learnt::default();
        let first = self.play_baseline_once(&baseline, phase, &mut learnt)?;
        if first.outcome.has_passed() {
            return self.pass_baseline(first, learnt).map(Some);
        }
        let reached = match first.outcome.unreachable() {
            Some(_) => Reachable::No,
            None => Reachable::Yes,
        };
        // If the run is stopped before the retry ends, this failure is reported.
        self.unconfirmed.push(UnconfirmedFailure {
            case: baseline.clone(),
            result: first,
        });
        self.engine.restart_peer()?;
        let again = self.another_attempt(&baseline);
        let second = self.play_baseline_once(&again, Phase::BaselineRetry, &mut learnt)?;
        self.unconfirmed.clear();
        if second.outcome.has_passed() {
            // What came before had broken the peer, or the machine was too busy.
            return self.pass_baseline(second, learnt).map(Some);
        }
        self.check_reachable(reached, &second)?;
        self.fail_baseline(second)?;
        Ok(None)
    }

    fn play_baseline_once(
        &mut self,
        baseline: &NumberedCase,
        phase: Phase,
        learnt: &mut Learnt,
    ) -> Result<CaseResult, StopReason> {
        let mut result = self.play_alone(baseline, phase)?;
        learnt.unawaited_steps.extend(&result.unawaited_steps);
        if let Some(how) = self.ended_when_idle() {
            result.last_output = self.engine.peer.last_output(result.printed_before);
            self.put_finding_first(&mut result, &Finding::Died { how });
        }
        Ok(result)
    }

    /// Counts a baseline that passed. Where a process is started for each case, a second
    /// one shows what of its output varies.
    fn pass_baseline(
        &mut self,
        passed: CaseResult,
        mut learnt: Learnt,
    ) -> Result<Learnt, StopReason> {
        learnt.add_values(&passed);
        if self.engine.peer.is_new_each_time() {
            let baseline = self.baseline_case();
            let baseline = self.another_attempt(&baseline);
            let second = self.play_alone(&baseline, Phase::Baseline)?;
            learnt.unawaited_steps.extend(&second.unawaited_steps);
            learnt.add_process(&passed);
            learnt.add_process(&second);
        }
        self.results.add(passed, Verdict::Pass);
        (self.engine.on_event)(Event::Passed);
        Ok(learnt)
    }

    /// Finds the requests that a server of HTTP answers although their bodies do not come: what is
    /// malformed there it need not notice.
    pub(super) fn learn_unread_bodies(&mut self) -> Result<(), StopReason> {
        let plan = self.context.planned.plan;
        let is_header = |it: Tactic| it.family() == TacticFamily::Header;
        if !plan.tactics().any(is_header) {
            return Ok(());
        }
        for (step, body) in request_bodies(&self.context.played()) {
            let Some(case) = plan.case(&Tactic::Half(body)) else {
                continue;
            };
            let baseline = self.baseline_case();
            let head_alone = NumberedCase {
                case,
                ..self.another_attempt(&baseline)
            };
            if self.play_alone(&head_alone, Phase::Baseline)?.answered > step {
                self.context.learnt.answered_by_head.insert(step);
            }
        }
        Ok(())
    }

    fn fail_baseline(&mut self, failed: CaseResult) -> Result<(), StopReason> {
        self.engine.is_mute |= failed.outcome.is_silence();
        self.tell_failed(&failed);
        self.results.add(failed, self.failure_verdict());
        self.engine.restart_peer()
    }

    /// Ends the run if a peer that wirecheck does not start is gone.
    fn check_reachable(&self, first: Reachable, second: &CaseResult) -> Result<(), StopReason> {
        let Some(why) = second.outcome.unreachable() else {
            return Ok(());
        };
        if self.engine.peer.is_ours() {
            return Ok(());
        }
        let was_never_there = self.engine.record.suites.is_empty() && first == Reachable::No;
        let failure = if was_never_there {
            PeerFailure::NotReached
        } else {
            PeerFailure::Lost
        };
        Err(StopReason::NoPeer(failure(why.to_owned())))
    }
}
