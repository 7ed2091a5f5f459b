//! Why cases fail that pass alone on a fresh peer.
//!
//! Such a failure depends on what else the peer does or did. Each possible cause is tried:
//!
//! 1. The peer serves a limited number of connections, whatever is sent over them
//!    (`first_not_served`): only baselines are played, until one fails.
//! 2. A case spoils the connection after it (`find_spoiler`): cases that came shortly before
//!    are played, each with a baseline after it.
//! 3. The peer mixes up connections, or blocks one for another (`fails_beside_others`): the
//!    case is played again with its neighbours, several at a time.
//!
//! What none of these repeats was chance, or a silence that a batch declared too early.

use std::num::NonZeroUsize;
use std::time::Duration;

use wirecheck_report::record::{Concurrency, DependsOn, Verdict};

use super::queue::Company;
use super::{ScenarioRun, UnconfirmedFailure};
use crate::engine::case::{CaseResult, NumberedCase, Outcome};
use crate::engine::settings::StopReason;
use crate::engine::wait::PeerTimings;
use crate::judge::Finding;
use crate::peer::ExitStatus;
use crate::tactic::TacticFamily;

/// The most baselines that are played to find out how many connections the peer serves.
const MOST_CONNECTIONS: u64 = 256;
/// How often it must repeat that a peer serves a certain number of connections.
const LIFETIME_REPEATS: usize = 2;
/// A failure that takes longer has waited to its limit.
const SLOW_FAILURE: Duration = Duration::from_secs(1);
/// How many cases before a failed one may have spoiled it.
const SUSPECTED_BEFORE: usize = 8;
/// How many of the cases that are played first may have spoiled a failed one: they came
/// before it, wherever they are in the plan.
const SUSPECTED_FIRST: usize = 32;
/// How often a case is played with its neighbours.
const ROUNDS: usize = 3;

/// Why cases fail that pass alone on a fresh peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SharedCause {
    /// What came before on the same peer, and is reported itself.
    EarlierConnections,
    /// What goes on at the same time.
    OtherConnections,
    /// Even baselines fail now and then.
    Chance,
    /// None of the causes that are tried.
    Unknown,
}

/// A connection that a fresh peer does not serve.
struct NotServed {
    /// Its number since the start of the peer, from 1.
    connection: u64,
    result: CaseResult,
    /// How the peer's process ended, if it did.
    death: Option<ExitStatus>,
}

impl ScenarioRun<'_, '_, '_> {
    /// Finds out, once for each kind of failure in a scenario, why a case failed that passes
    /// alone. `known` are the timings under which a batch declared it silent.
    pub(super) fn shared_cause(
        &mut self,
        failed: &UnconfirmedFailure,
        known: &PeerTimings,
    ) -> Result<SharedCause, StopReason> {
        if self.engine.peer.is_new_each_time() || !self.engine.peer.is_ours() {
            return Ok(SharedCause::Unknown);
        }
        let kinds = failed.result.outcome.kinds();
        if let Some(cause) = self.shared_causes.get(&kinds) {
            return Ok(*cause);
        }
        if self.was_declared_too_early(failed, known) {
            return Ok(SharedCause::Unknown);
        }
        let cause = self.find_shared_cause(failed, known)?;
        self.engine.restart_peer()?;
        if !self.was_declared_too_early(failed, known) {
            self.shared_causes.insert(kinds, cause);
        }
        Ok(cause)
    }

    /// Whether a batch gave the peer less time than it is known to take by now.
    fn was_declared_too_early(&self, failed: &UnconfirmedFailure, known: &PeerTimings) -> bool {
        let outcome = &failed.result.outcome;
        let now = &self.engine.timings;
        outcome.is_silence() && now.is_slower_than(known)
            || outcome.is_spinning_at_end() && now.runs_longer_than(known)
    }

    fn find_shared_cause(
        &mut self,
        failed: &UnconfirmedFailure,
        known: &PeerTimings,
    ) -> Result<SharedCause, StopReason> {
        if let Some(cause) = self.find_lifetime(self.connections_in_batches)? {
            return Ok(cause);
        }
        if self.was_declared_too_early(failed, known) {
            return Ok(SharedCause::Unknown);
        }
        if self.find_spoiler(&failed.case)? {
            return Ok(SharedCause::EarlierConnections);
        }
        if self.fails_beside_others(failed)? {
            return Ok(SharedCause::OtherConnections);
        }
        Ok(SharedCause::Unknown)
    }

    /// Finds out whether the peer serves a limited number of connections, at most this many,
    /// and reports it.
    pub(super) fn find_lifetime(
        &mut self,
        connections: u64,
    ) -> Result<Option<SharedCause>, StopReason> {
        // A variation that is not answered any more may be rejected, as after several errors.
        let is_known = self.engine.lifetime.is_some() || self.baseline_is_reported;
        if is_known || self.context.original.is_some() {
            return Ok(None);
        }
        let most = (connections + 2).min(MOST_CONNECTIONS);
        let Some(first) = self.first_not_served(most)? else {
            return Ok(None);
        };
        let cause = if first.connection > 1 && self.repeats(&first)? {
            self.report_lifetime(first)
        } else {
            self.report_chance(first)
        };
        self.engine.restart_peer()?;
        Ok(Some(cause))
    }

    /// Whether fresh peers fail at the same connection. A peer that fails by chance may do so
    /// twice; where a failure takes long, one repeat must do.
    fn repeats(&mut self, first: &NotServed) -> Result<bool, StopReason> {
        let is_slow = first.result.took >= SLOW_FAILURE;
        let times = if is_slow { 1 } else { LIFETIME_REPEATS };
        for _ in 0..times {
            let again = self.first_not_served(first.connection)?;
            if again.is_none_or(|again| again.connection != first.connection) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Plays baselines on a fresh peer, at most this many, until one fails.
    fn first_not_served(&mut self, most: u64) -> Result<Option<NotServed>, StopReason> {
        self.engine.restart_peer()?;
        let baseline = self.baseline_case();
        for connection in 1..=most {
            let result = self.replay(&baseline)?;
            if matches!(result.outcome, Outcome::Failed(_)) {
                let death = self.ended_when_idle();
                return Ok(Some(NotServed {
                    connection,
                    result,
                    death,
                }));
            }
        }
        Ok(None)
    }

    /// Reports after how many connections the peer serves no more, in the place of the
    /// baseline that passed.
    fn report_lifetime(&mut self, not_served: NotServed) -> SharedCause {
        let NotServed {
            connection,
            result,
            death,
        } = not_served;
        let findings = result.outcome.findings();
        let why = findings.first().map(|it| it.finding.what.clone());
        let stops = Finding::StopsServing {
            connection,
            why: why.unwrap_or_default(),
        };
        let died = death.map(|how| Finding::Died { how });
        let findings = [Some(stops), died].into_iter().flatten();
        let findings = findings.map(|it| self.context.describe_peer(&it));
        let failed = CaseResult {
            outcome: Outcome::Failed(findings.collect()),
            depends_on: Some(DependsOn::EarlierConnections),
            earlier_connections: Some(connection - 1),
            ..result
        };
        self.report_baseline(failed, self.failure_verdict());
        self.engine.lifetime = Some(connection - 1);
        SharedCause::EarlierConnections
    }

    /// Reports that even the baseline fails now and then.
    fn report_chance(&mut self, not_served: NotServed) -> SharedCause {
        self.note_chance();
        self.report_baseline(not_served.result, Verdict::Flaky);
        SharedCause::Chance
    }

    pub(super) fn report_baseline(&mut self, failed: CaseResult, verdict: Verdict) {
        self.results.take_back(failed.tactic.family(), None);
        self.results.add(failed, verdict);
        self.baseline_is_reported = true;
    }

    /// Whether one of the cases before this one spoils the connection after it. It is
    /// reported then.
    fn find_spoiler(&mut self, failed: &NumberedCase) -> Result<bool, StopReason> {
        self.engine.restart_peer()?;
        for suspect in self.passed_before(failed) {
            let passed = self.replay(&suspect)?;
            if !passed.outcome.has_passed() || self.next_not_served()?.is_none() {
                continue;
            }
            self.engine.restart_peer()?;
            if let Some(result) = self.play_suspect(&suspect)? {
                self.known_to_fail.insert(suspect.number);
                self.results
                    .take_back(result.tactic.family(), passed.unjudged);
                self.results.add(result, self.failure_verdict());
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The cases shortly before this one that passed, the latest first.
    fn passed_before(&self, failed: &NumberedCase) -> Vec<NumberedCase> {
        let company = Company::of(&failed.case.tactic);
        let plan = self.context.planned.plan;
        let all = || NumberedCase::all_of(plan).skip(1);
        let before = all()
            .take_while(|it| it.number < failed.number)
            .skip((failed.number as usize).saturating_sub(SUSPECTED_BEFORE + 1));
        let first = all()
            .filter(|it| plan.plays_first(&it.case.tactic))
            .take(if plan.has_first() { SUSPECTED_FIRST } else { 0 });
        let suspects = first
            .chain(before)
            .filter(|it| Company::of(&it.case.tactic) == company)
            .filter(|it| !self.known_to_fail.contains(&it.number));
        let mut suspects: Vec<_> = suspects.collect();
        suspects.reverse();
        suspects
    }

    /// Whether a case, or one that passed beside it, fails again when several are played at
    /// a time.
    fn fails_beside_others(&mut self, failed: &UnconfirmedFailure) -> Result<bool, StopReason> {
        if self.jobs == NonZeroUsize::MIN {
            return Ok(false);
        }
        for _ in 0..ROUNDS {
            self.engine.restart_peer()?;
            let cases = self.neighbours_of(&failed.case);
            let batch = self.play_together(cases);
            if self.engine.is_stopped() {
                return Err(StopReason::Interrupted);
            }
            let kinds = failed.result.outcome.kinds();
            for again in batch {
                if again.result.outcome.kinds() == kinds && self.passes_alone(&again.case)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn passes_alone(&mut self, case: &NumberedCase) -> Result<bool, StopReason> {
        self.engine.restart_peer()?;
        Ok(self.replay(case)?.outcome.has_passed())
    }

    /// A case and those around it, as many as are played at once, several times.
    fn neighbours_of(&mut self, case: &NumberedCase) -> Vec<NumberedCase> {
        let most = self.jobs.get() * 4;
        let first = (case.number as usize).saturating_sub(most / 2).max(1);
        let planned = NumberedCase::all_of(self.context.planned.plan);
        let around: Vec<NumberedCase> = planned
            .skip(first)
            .filter(|it| Company::of(&it.case.tactic) == Company::Shared)
            .take(most)
            .collect();
        let mut cases = Vec::with_capacity(most);
        while cases.len() < most && !around.is_empty() {
            cases.extend(around.iter().map(|it| self.another_attempt(it)));
        }
        cases
    }

    /// Adds to a case what it means that it fails beside others only.
    pub(super) fn put_interference_first(&mut self, result: &mut CaseResult) {
        let finding = if result.has_others_value {
            Finding::CrossTalk
        } else {
            Finding::Interference
        };
        self.put_finding_first(result, &finding);
        result.depends_on = Some(DependsOn::OtherConnections);
        self.note_interference();
    }

    fn note_interference(&mut self) {
        self.engine.note(
            "some cases fail only beside other connections; if that is intended (a chat sends to \
             all clients, a device serves one client at a time), write `adversary = { concurrent \
             = false }` in the suite",
        );
    }

    /// Notes what a confirmed failure says of several connections at a time. A peer whose
    /// connections disturb each other gets one at a time from now on.
    pub(super) fn learn_interference(&mut self, failed: &CaseResult) {
        if failed.tactic.family() != TacticFamily::Neighbours {
            return;
        }
        self.note_interference();
        self.engine.concurrency = Some(Concurrency::One);
    }
}
