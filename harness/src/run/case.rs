//! One case: a connection, a play, a judgement.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::account::Played;
use super::caller::{Call, Missed, SeenOff};
use super::lookout::Lookout;
use super::player::{Part, Player};
use super::result::{CaseResult, Outcome};
use super::selection::Selected;
use super::target::{NotMet, Target};
use super::tell::tell;
use super::voice::Voice;
use crate::judge::{
    BaselineBehavior, Completeness, Expectations, Finding, PlayedSide, ProcessOutcome, ProcessRun,
    StepOwner, connects_again, expected_steps, judge_connection, judge_process,
};
use crate::scenario::{Action, Bindings, Permission, Side};
use crate::tactic::{Case, Delivery, DeliveryEnd, Script};
use crate::wire::link::{LinkOptions, Pacer, ReadProof};

/// What all cases of a scenario have in common.
pub(super) struct Ground<'s> {
    pub(super) selected: &'s Selected<'s>,
    pub(super) side: Side,
    pub(super) script: Script,
    /// The number from which fresh values are counted.
    pub(super) first_unique: u64,
    pub(super) pacer: Pacer,
    pub(super) evidence: ReadProof,
    /// What is known of the peer's program, where one is started for each case.
    pub(super) program: Mutex<Option<Program>>,
    /// Our steps that the peer did not wait for in a baseline.
    pub(super) not_waited_for: Mutex<BTreeSet<usize>>,
}

/// What baselines showed of a program that is started for each case.
#[derive(Clone)]
pub(super) struct Program {
    /// What it does when all comes whole.
    pub(super) custom: BaselineBehavior,
    /// How long it takes until it connects.
    pub(super) start: Duration,
}

/// A case with its place in the plan.
#[derive(Clone, Debug)]
pub(super) struct Numbered {
    pub(super) number: u64,
    pub(super) case: Case,
}

impl Numbered {
    /// The case with this place in the plan.
    pub(super) fn new(number: usize, case: Case) -> Self {
        Self {
            number: number as u64,
            case,
        }
    }
}

/// How often a case was played before; each time its fresh value is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Attempt(pub(super) u64);

/// How many attempts have fresh values of their own.
pub(super) const ATTEMPTS: u64 = 16;

impl<'s> Ground<'s> {
    fn bindings(&self, number: u64, attempt: Attempt) -> Bindings {
        let unique = self.first_unique + number * ATTEMPTS + attempt.0 % ATTEMPTS;
        Bindings::fresh(&format!("{:08}", unique % 100_000_000))
    }

    fn played_side(&self) -> PlayedSide<'_> {
        PlayedSide {
            scenario: self.selected.scenario,
            framing: self.selected.suite.framing(),
            side: self.side,
            script: &self.script,
        }
    }

    /// Plays a case and judges it.
    pub(super) fn play(
        &'s self,
        numbered: &Numbered,
        attempt: Attempt,
        target: &Target,
        lookout: &mut Lookout<'_>,
    ) -> CaseResult {
        let begun = Instant::now();
        let Case { tactic, delivery } = numbered.case.clone();
        let framing = self.selected.suite.framing();
        let scenario = self.selected.scenario;
        let exchange = scenario.exchange();
        let mut due = expected_steps(&self.played_side(), &delivery);
        if self.not_waited_for().contains(&due.end) {
            // What it says although this step is cut off is no answer to it.
            due.extra_answers = Permission::Allowed;
        }
        let part = Part {
            exchange,
            side: self.side,
            script: &self.script,
            delivery: &delivery,
            due,
            limits: scenario.limits(),
        };
        let hearing = Expectations::new(
            exchange,
            framing,
            self.side.other(),
            self.bindings(numbered.number, attempt),
        );
        let mark = target.mark();
        let options = LinkOptions {
            keep: scenario.limits().reply_bytes,
            pacer: self.pacer.clone(),
            read_proof: self.evidence,
            ..LinkOptions::default()
        };
        let meeting = match target.meet(&options, lookout, scenario.limits().reply) {
            Ok(meeting) => meeting,
            Err(NotMet { missed, last_words }) => {
                let outcome = self.unmet(missed, &hearing);
                return CaseResult {
                    took: begun.elapsed(),
                    last_words,
                    ..CaseResult::new(tactic, delivery.clone(), outcome)
                };
            }
        };
        if target.is_new_each_time() && lookout.is_brisk() {
            target.start_ahead();
        }
        let voice = Voice::new(scenario, framing, self.side, &self.script);
        let watches = self.watches_output() && meeting.call.is_none();
        let output = watches.then_some((target, mark));
        let played = Player::new(&part, meeting.link, hearing, voice, lookout, output).play();
        self.not_waited_for()
            .extend(&played.observed.not_waited_for);
        let mut findings = judge_connection(&played.hearing, part.due, &played.observed)
            .into_iter()
            .collect();
        let seen_off = meeting
            .call
            .map(|call| self.see_off(call, &part, &played, lookout, &mut findings));
        let outcome = self.told(&findings, &played.hearing);
        let (conduct, last_words) = match seen_off {
            Some(seen) => (Some(seen.conduct), seen.last_words),
            None if outcome.held() => (None, Vec::new()),
            None => (None, target.last_output()),
        };
        CaseResult {
            took: begun.elapsed(),
            waited: meeting.waited,
            boundaries: played.boundaries,
            unverified: played.unverified,
            log: played.log,
            conduct,
            last_words,
            ..CaseResult::new(tactic, delivery.clone(), outcome)
        }
    }

    /// Waits for the end of a program that was started for this case, and judges what
    /// it did beside talking, unless it fell short of what it was to say.
    fn see_off(
        &self,
        call: Call,
        part: &Part<'_>,
        played: &Played<'_>,
        lookout: &mut Lookout<'_>,
        findings: &mut Vec<Finding>,
    ) -> SeenOff {
        match findings.first() {
            // What it prints tells more than that it left early, or how it closed.
            None
            | Some(
                Finding::EndedEarly {
                    owner: StepOwner::Wirecheck,
                    ..
                }
                | Finding::WrongClose { .. },
            ) => {
                let seen = call.see_off(lookout, part.limits.close);
                let found = self.judge_process(part, played, &seen.conduct);
                if !found.is_empty() {
                    *findings = found;
                }
                seen
            }
            Some(first) => {
                let is_silence = first.kind().depends_on_waiting();
                let seen = call.break_off();
                if is_silence {
                    // It may be busy with another connection.
                    let again = connects_again(&seen.conduct, extent(part.delivery));
                    findings.splice(0..0, again);
                }
                seen
            }
        }
    }

    /// Holds what a program that was started for this case did against what was due.
    fn judge_process(
        &self,
        part: &Part<'_>,
        played: &Played<'_>,
        conduct: &ProcessOutcome,
    ) -> Vec<Finding> {
        let known = self.known();
        let run = ProcessRun {
            outcome: conduct,
            received: extent(part.delivery),
            baseline: known.as_ref().map(|program| &program.custom),
        };
        judge_process(&played.hearing, part.due, run)
    }

    /// What is known of the peer's program.
    pub(super) fn program(&self) -> Option<Program> {
        self.known().clone()
    }

    /// Learns from a baseline that held what the peer's program does.
    pub(super) fn learn_program(&self, result: &CaseResult) {
        let Some(conduct) = &result.conduct else {
            return;
        };
        match &mut *self.known() {
            Some(program) => {
                program.custom.learn(conduct);
                program.start = program.start.max(result.waited);
            }
            unknown => {
                *unknown = Some(Program {
                    custom: BaselineBehavior::of(conduct),
                    start: result.waited,
                });
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, Option<Program>> {
        self.program.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn not_waited_for(&self) -> MutexGuard<'_, BTreeSet<usize>> {
        let steps = self.not_waited_for.lock();
        steps.unwrap_or_else(PoisonError::into_inner)
    }

    fn unmet(&self, missed: Missed, hearing: &Expectations<'_>) -> Outcome {
        match missed {
            Missed::Peer(why) => self.told(&[Finding::NotConnected { why }], hearing),
            Missed::Silent(why) => self.told(&[Finding::NotCalled { why }], hearing),
            Missed::Machine(why) => Outcome::Unjudged(why),
        }
    }

    fn told(&self, findings: &[Finding], hearing: &Expectations<'_>) -> Outcome {
        if findings.is_empty() {
            return Outcome::Held;
        }
        let exchange = self.selected.scenario.exchange();
        let told = findings
            .iter()
            .map(|finding| tell(finding, exchange, self.side, hearing));
        Outcome::Fell(told.collect())
    }

    /// Puts a finding that is about the peer, not about its words, into words.
    pub(super) fn tell(&self, finding: &Finding) -> super::result::Told {
        let framing = self.selected.suite.framing();
        let exchange = self.selected.scenario.exchange();
        let hearing = Expectations::new(exchange, framing, self.side.other(), Bindings::example());
        tell(finding, exchange, self.side, &hearing)
    }

    fn watches_output(&self) -> bool {
        let exchange = self.selected.scenario.exchange();
        exchange
            .iter()
            .any(|step| step.side != self.side && matches!(step.action, Action::Prints(_)))
    }
}

/// How much of the exchange the peer hears.
fn extent(delivery: &Delivery) -> Completeness {
    match delivery.end() {
        DeliveryEnd::AsScripted | DeliveryEnd::Hold => Completeness::Complete,
        DeliveryEnd::Fin
        | DeliveryEnd::Half
        | DeliveryEnd::FinAtOnce
        | DeliveryEnd::Reset
        | DeliveryEnd::ResetBeforeAccept => Completeness::CutOff,
    }
}
