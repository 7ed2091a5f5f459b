//! What the peer answers, for a comparison of implementations.
//!
//! The uncut and the joined delivery and each malformed message are played twice, alone. What both
//! plays have in common is kept: chance in one implementation must not look like a disagreement of
//! two. No verdict changes here.

use std::time::{Duration, Instant};

use wirecheck_report::record::{NotCompared, ObservedAnswers, ObservedEnd};

use super::ScenarioRun;
use crate::engine::case::{NumberedCase, Outcome, Unjudged};
use crate::engine::settings::{Answers, StopReason};
use crate::judge::TruncationDoubt;
use crate::tactic::TacticFamily;

/// No delivery is begun after this time: a peer may be silent to the limit in each.
const TIME_LIMIT: Duration = Duration::from_secs(30);

impl ScenarioRun<'_, '_, '_> {
    pub(super) fn observe_answers(&mut self) -> Result<(), StopReason> {
        let is_wanted = self.engine.settings.answers == Answers::Kept;
        // The messages of a variation are made for one peer.
        if !is_wanted || self.context.original.is_some() {
            return Ok(());
        }
        let begun = Instant::now();
        let mut left_out = 0_u64;
        for case in self.observable() {
            if begun.elapsed() > TIME_LIMIT || self.is_time_over() {
                left_out += 1;
            } else if let Some(observed) = self.observe_twice(&case)? {
                self.results.observe(&case.case.tactic, observed);
            }
        }
        if left_out > 0 {
            let planned = self.context.planned;
            self.engine.note(format!(
                "{}/{}: the answers to {left_out} deliveries are not compared: there was no time for \
                 them, at most {} s",
                planned.suite.id(),
                planned.scenario.id(),
                TIME_LIMIT.as_secs(),
            ));
        }
        Ok(())
    }

    /// The cases to compare. If the baseline failed, the peer's answer to the uncut delivery is all
    /// there is.
    fn observable(&self) -> Vec<NumberedCase> {
        let families: &[TacticFamily] = if self.has_failed_uncut() {
            &[TacticFamily::Whole]
        } else {
            &[
                TacticFamily::Whole,
                TacticFamily::Joined,
                TacticFamily::Header,
            ]
        };
        let cases = NumberedCase::all_of(self.context.planned.plan);
        let is_compared = |it: &NumberedCase| families.contains(&it.case.tactic.family());
        cases.filter(is_compared).collect()
    }

    /// None if the peer could not be reached.
    fn observe_twice(
        &mut self,
        case: &NumberedCase,
    ) -> Result<Option<ObservedAnswers>, StopReason> {
        let Some(first) = self.observe_once(case)? else {
            return Ok(None);
        };
        let second = self.observe_once(case)?;
        Ok(second.map(|second| first.in_common(&second)))
    }

    fn observe_once(&mut self, case: &NumberedCase) -> Result<Option<ObservedAnswers>, StopReason> {
        let result = self.replay(case)?;
        let was_reached = result.outcome.unreachable().is_none()
            && !matches!(result.outcome, Outcome::NotJudged(_));
        let has_died = if result.outcome.has_passed() {
            self.engine.peer.ended().is_some()
        } else {
            self.ended_when_idle().is_some()
        };
        if has_died {
            self.engine.restart_peer()?;
        }
        if !was_reached {
            return Ok(None);
        }
        let peer = self.context.side.other();
        let framing = self.context.planned.scenario.only_framing(peer);
        let mut observed = result.observed(framing);
        if has_died {
            observed.end = ObservedEnd::Died;
        }
        let is_of_head = Unjudged::MalformedHeader(TruncationDoubt::HasHead);
        if result.unjudged == Some(is_of_head) {
            observed.not_compared = Some(NotCompared::HeadAlone);
        }
        Ok(Some(observed))
    }
}
