//! After the batches: `rst@accept`, for which the server is suspended for a moment.
//!
//! Every other connection would notice that. A server may fail for the suspension alone: that
//! is tried before the reset is blamed.

use wirecheck_report::record::Verdict;

use super::culprit::Aftermath;
use super::queue::Company;
use super::{ScenarioRun, UnconfirmedFailure};
use crate::engine::case::{CaseResult, NotSuspended, NumberedCase, Unjudged};
use crate::engine::event::Event;
use crate::engine::settings::StopReason;
use crate::wire::link::Link;

impl ScenarioRun<'_, '_, '_> {
    pub(super) fn play_rst_at_accept(&mut self) -> Result<(), StopReason> {
        let cases = NumberedCase::all_of(self.context.planned.plan);
        let suspending = |it: &NumberedCase| Company::of(&it.case.tactic) == Company::Suspending;
        for case in cases.filter(suspending) {
            match self.play_and_look(&case)? {
                Aftermath::Serves(result) => {
                    (self.engine.on_event)(Event::Passed);
                    self.results.add(result, Verdict::Pass);
                }
                Aftermath::Broken(result) => self.confirm_rst_at_accept(case, result)?,
            }
        }
        Ok(())
    }

    /// Plays a case that broke the peer again, on a fresh one.
    fn confirm_rst_at_accept(
        &mut self,
        case: NumberedCase,
        first: CaseResult,
    ) -> Result<(), StopReason> {
        self.tell_failed(&first);
        // If the run is stopped before the second play ends, this failure is reported.
        self.unconfirmed.push(UnconfirmedFailure {
            case: case.clone(),
            result: first,
        });
        self.engine.restart_peer()?;
        let survives = self.survives_suspension()?;
        self.engine.restart_peer()?;
        let again = if survives {
            Some(self.play_and_look(&case)?)
        } else {
            None
        };
        let first = self.unconfirmed.pop();
        match (again, first) {
            (None, _) => {
                let why = Unjudged::BeforeAccept(NotSuspended::DoesNotSurvive);
                let result = CaseResult::not_judged(&case.case, why);
                self.results.add(result, Verdict::Pass);
                return Ok(());
            }
            (Some(Aftermath::Broken(result)), _) => {
                self.known_to_fail.insert(case.number);
                self.results.add(result, self.failure_verdict());
            }
            (Some(Aftermath::Serves(_)), Some(first)) => {
                self.results.add(first.result, Verdict::Flaky);
            }
            (Some(Aftermath::Serves(_)), None) => {}
        }
        self.engine.restart_peer()
    }

    /// Whether the peer serves on after it was suspended while a connection came that is not
    /// reset.
    fn survives_suspension(&mut self) -> Result<bool, StopReason> {
        let limit = self.context.limits().reply;
        let link = self.engine.peer.connect_while_suspended(limit);
        self.wait_until_idle();
        drop(link.map(Link::close));
        let lives = self.ended_when_idle().is_none() && !self.is_spinning();
        Ok(lives && self.next_not_served()?.is_none())
    }
}
