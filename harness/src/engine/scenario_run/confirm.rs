//! The third phase: what failed is played again before it is reported.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use wirecheck_report::record::{DependsOn, Verdict};

use super::shared_cause::SharedCause;
use super::{ScenarioRun, UnconfirmedFailure};
use crate::engine::case::{CaseResult, NumberedCase, Outcome};
use crate::engine::event::Event;
use crate::engine::settings::StopReason;
use crate::engine::wait::PeerTimings;
use crate::judge::FindingKind;
use crate::tactic::{Script, Tactic, TacticFamily};

/// How many cases of a group are played again when the first of them passed.
const MOST_REPLAYS: usize = 32;
/// How often the baseline is played before anything is confirmed, and for how long at
/// most.
const BASELINES: usize = 8;
const BASELINES_WITHIN: Duration = Duration::from_millis(100);

/// How many messages of a variation are sent after a pause, one in each play.
const MOST_PAUSES: usize = 8;

/// Cases that failed in the same way: the first of them is confirmed for all.
type Groups = BTreeMap<(TacticFamily, Vec<FindingKind>), Vec<UnconfirmedFailure>>;

impl ScenarioRun<'_, '_, '_> {
    /// Confirms the failures, and returns the cases for another batch: silences that were
    /// declared too early for this peer.
    pub(super) fn confirm(&mut self) -> Result<Vec<NumberedCase>, StopReason> {
        self.engine.restart_peer()?;
        let again = if self.is_steady()? {
            self.accept_varying_output()?;
            self.confirm_groups()?
        } else {
            for failed in std::mem::take(&mut self.unconfirmed) {
                self.results.add(failed.result, Verdict::Flaky);
            }
            Vec::new()
        };
        (self.engine.on_event)(Event::PlayedAgain(again.len() as u64));
        self.engine.restart_peer()?;
        Ok(again)
    }

    /// Whether the baseline still passes each time, as far as a moment shows. If it does
    /// not, no delivery can be blamed for a failure.
    fn is_steady(&mut self) -> Result<bool, StopReason> {
        let begun = Instant::now();
        let baseline = self.baseline_case();
        for _ in 0..BASELINES {
            let result = self.replay(&baseline)?;
            if self.engine.peer.ended().is_some() {
                // It survives a limited number of connections. That is not chance.
                self.engine.restart_peer()?;
                return Ok(true);
            }
            if !result.outcome.has_passed() && !prints_other_text(&result) {
                self.note_chance();
                return Ok(false);
            }
            if begun.elapsed() > BASELINES_WITHIN {
                break;
            }
        }
        Ok(true)
    }

    pub(super) fn note_chance(&mut self) {
        if self.context.original.is_some() {
            // Only answers to variations vary.
            return;
        }
        let planned = self.context.planned;
        self.engine.note(format!(
            "{}/{}: even whole messages fail now and then; what failed may be chance",
            planned.suite.id(),
            planned.scenario.id(),
        ));
    }

    /// Accepts output that varies by itself. Where a program printed something else than
    /// in the first baselines, another baseline shows whether that varies with time.
    fn accept_varying_output(&mut self) -> Result<(), StopReason> {
        if !self
            .unconfirmed
            .iter()
            .any(|it| prints_other_text(&it.result))
        {
            return Ok(());
        }
        let baseline = self.baseline_case();
        let baseline = self.replay(&baseline)?;
        if baseline.outcome.has_passed() || prints_other_text(&baseline) {
            self.context.learnt.add_process(&baseline);
        }
        let known = self.context.learnt.process.as_ref();
        let is_usual = |result: &CaseResult| match (&result.process, known) {
            (Some(outcome), Some(known)) => known.behavior.allows(outcome),
            _ => false,
        };
        let accepted = self.unconfirmed.extract_if(.., |it| {
            prints_other_text(&it.result) && is_usual(&it.result)
        });
        for UnconfirmedFailure { result, .. } in accepted {
            let passed = CaseResult {
                outcome: Outcome::Passed,
                ..result
            };
            self.results.add(passed, Verdict::Pass);
        }
        Ok(())
    }

    fn confirm_groups(&mut self) -> Result<Vec<NumberedCase>, StopReason> {
        let mut groups = Groups::new();
        for failed in std::mem::take(&mut self.unconfirmed) {
            let key = (failed.result.tactic.family(), kinds(&failed.result));
            groups.entry(key).or_default().push(failed);
        }
        let known = self.engine.timings;
        let mut again = Vec::new();
        while let Some((_, mut group)) = groups.pop_first() {
            group.sort_by_key(|failed| failed.case.number);
            match self.confirm_group(&mut group, &known) {
                Ok(cases) => again.extend(cases),
                Err(reason) => {
                    self.unconfirmed.append(&mut group);
                    self.unconfirmed.extend(groups.into_values().flatten());
                    return Err(reason);
                }
            }
        }
        Ok(again)
    }

    /// Takes from a group what is judged, and returns what is played in another batch.
    /// `known` are the timings under which the batch declared silences.
    fn confirm_group(
        &mut self,
        group: &mut Vec<UnconfirmedFailure>,
        known: &PeerTimings,
    ) -> Result<Vec<NumberedCase>, StopReason> {
        let is_silence = group[0].result.outcome.is_silence();
        let first = self.confirm_case(group, 0, known)?;
        if self.fails_throughout(&first, group, known)? {
            for UnconfirmedFailure { mut result, .. } in group.drain(..) {
                result.depends_on = first.depends_on;
                result.refer_to(&first.tactic, &first.outcome);
                self.results.add(result, self.failure_verdict());
            }
            return Ok(Vec::new());
        }
        if is_silence && self.engine.timings.is_slower_than(known) {
            let again = group.drain(..).map(|it| self.another_attempt(&it.case));
            return Ok(again.collect());
        }
        // To wait again for what was silent in a batch costs little.
        let most = if is_silence || first.is_victim {
            group.len()
        } else {
            MOST_REPLAYS.min(group.len())
        };
        for _ in 0..most {
            self.confirm_case(group, 0, known)?;
        }
        for UnconfirmedFailure { result, .. } in group.drain(..) {
            self.results.add(result, Verdict::Flaky);
        }
        Ok(Vec::new())
    }

    /// Whether the rest of a group fails as the first did: its last case is tried. A
    /// silence that was confirmed once needs no second one.
    fn fails_throughout(
        &mut self,
        first: &Replayed,
        group: &mut Vec<UnconfirmedFailure>,
        known: &PeerTimings,
    ) -> Result<bool, StopReason> {
        match group.len().checked_sub(1) {
            Some(last) if first.has_failed() && !first.was_silence => {
                Ok(self.confirm_case(group, last, known)?.has_failed())
            }
            _ => Ok(first.has_failed()),
        }
    }

    /// Plays one of a group again, and takes it out.
    fn confirm_case(
        &mut self,
        group: &mut Vec<UnconfirmedFailure>,
        index: usize,
        known: &PeerTimings,
    ) -> Result<Replayed, StopReason> {
        let replay = self.replay_on_same_or_fresh_peer(&group[index])?;
        let was_silence = group[index].result.outcome.is_silence();
        let mut is_victim = false;
        let (result, verdict) = if replay.outcome.has_passed() {
            let cause = self.shared_cause(&group[index], known)?;
            is_victim = cause == SharedCause::EarlierConnections;
            self.judge_passed_alone(group.remove(index).result, replay, cause)
        } else {
            let case = group.remove(index).case;
            self.learn_interference(&replay);
            if self.depends_on_delivery(&case)? {
                (replay, self.failure_verdict())
            } else {
                (replay, Verdict::Flaky)
            }
        };
        let replayed = Replayed {
            tactic: result.tactic.clone(),
            outcome: result.outcome.clone(),
            depends_on: result.depends_on,
            verdict,
            was_silence,
            is_victim,
        };
        self.results.add(result, verdict);
        Ok(replayed)
    }

    /// Whether a failure comes from the delivery. A correct peer may answer a variation in another
    /// way when it comes again, or later. So it must pass uncut before, between and after the
    /// failures, and with pauses.
    fn depends_on_delivery(&mut self, case: &NumberedCase) -> Result<bool, StopReason> {
        if self.context.original.is_none() || case.number == 0 {
            return Ok(true);
        }
        let baseline = self.baseline_case();
        for _ in 0..2 {
            if !self.replay(&baseline)?.outcome.has_passed() {
                return Ok(false);
            }
            if self.replay(case)?.outcome.has_passed() {
                return Ok(false);
            }
            if !self.engine.peer.is_new_each_time()
                && (self.ended_when_idle().is_some() || self.next_not_served()?.is_some())
            {
                self.engine.restart_peer()?;
                return Ok(true);
            }
        }
        for uncut in once_with_each_pause(&baseline, &self.context.script) {
            if !self.replay(&uncut)?.outcome.has_passed() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What is reported of a case that failed in a batch and passed alone.
    fn judge_passed_alone(
        &mut self,
        before: CaseResult,
        alone: CaseResult,
        cause: SharedCause,
    ) -> (CaseResult, Verdict) {
        match cause {
            // The earlier connection is to blame, and reported.
            SharedCause::EarlierConnections => (alone, Verdict::Pass),
            SharedCause::OtherConnections => {
                let mut before = before;
                self.put_interference_first(&mut before);
                (before, self.failure_verdict())
            }
            // It was declared early, and did not last.
            SharedCause::Unknown if before.outcome.is_silence() => (alone, Verdict::Pass),
            SharedCause::Unknown | SharedCause::Chance => (before, Verdict::Flaky),
        }
    }

    /// Plays a case again. If something else comes out than before, an earlier replay may
    /// have changed the peer: then it is started again for this case.
    fn replay_on_same_or_fresh_peer(
        &mut self,
        failed: &UnconfirmedFailure,
    ) -> Result<CaseResult, StopReason> {
        let replay = self.replay(&failed.case)?;
        let is_same = kinds(&replay) == kinds(&failed.result);
        if is_same && self.engine.peer.ended().is_none() && self.next_not_served()?.is_none() {
            return Ok(replay);
        }
        self.engine.restart_peer()?;
        if is_same {
            Ok(replay)
        } else {
            self.replay(&failed.case)
        }
    }
}

/// The same case as it is, and with a pause before each message but the first.
fn once_with_each_pause(case: &NumberedCase, script: &Script) -> Vec<NumberedCase> {
    let with_pause = |at| {
        let mut paused = case.clone();
        paused.case.delivery = paused.case.delivery.with_pause(at);
        paused
    };
    let paused = script.message_edges().take(MOST_PAUSES).map(with_pause);
    [case.clone()].into_iter().chain(paused).collect()
}

/// What came of a case that was played again.
struct Replayed {
    tactic: Tactic,
    outcome: Outcome,
    depends_on: Option<DependsOn>,
    verdict: Verdict,
    /// Whether it had failed because something did not come.
    was_silence: bool,
    /// Whether it had failed because of an earlier connection.
    is_victim: bool,
}

impl Replayed {
    fn has_failed(&self) -> bool {
        !matches!(self.verdict, Verdict::Pass | Verdict::Flaky)
    }
}

/// What the findings of a case are about. Whether a close on unread bytes is seen as an
/// early end or as a reset is a matter of microseconds.
pub(super) fn kinds(result: &CaseResult) -> Vec<FindingKind> {
    let kinds = result.outcome.kinds().into_iter();
    let same_for_both = |kind| match kind {
        FindingKind::WrongClose => FindingKind::EndedEarly,
        kind => kind,
    };
    kinds.map(same_for_both).collect()
}

fn prints_other_text(result: &CaseResult) -> bool {
    result.outcome.kinds().first() == Some(&FindingKind::PrintsOther)
}
