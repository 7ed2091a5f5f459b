//! What all cases of a scenario share.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::companions::OtherConnection;
use super::conversation::Assignment;
use super::describe::{ReportedFinding, describe};
use super::result::CaseResult;
use crate::engine::selection::PlannedScenario;
use crate::judge::{
    BaselineBehavior, Completeness, Expectations, Finding, PlayedSide, expected_steps,
};
use crate::scenario::{Action, Bindings, Limits, Side, VariableName};
use crate::tactic::{Case, Delivery, DeliveryEnd, Plan, Script};
use crate::wire::link::{Pacer, ReadProof};

/// What all cases of a scenario share. A case reads it and changes nothing in it.
pub(in crate::engine) struct ScenarioContext<'s> {
    pub(in crate::engine) planned: PlannedScenario<'s>,
    /// The side that wirecheck plays.
    pub(in crate::engine) side: Side,
    /// What that side sends, with example values.
    pub(in crate::engine) script: Script,
    /// What wirecheck plays on the other connections of the exchange, in the order in which they
    /// are opened.
    pub(in crate::engine) others: Vec<OtherConnection<'s>>,
    pub(in crate::engine) pacer: Pacer,
    pub(in crate::engine) read_proof: ReadProof,
    pub(in crate::engine) unique: &'s UniqueValues,
    /// The place in the run of its first case.
    pub(in crate::engine) place: u64,
    /// Of a variation, a scenario of the suites that it was made from. Nobody knows whether the
    /// peer must answer a variation always in the same way, but it must go on to serve this.
    pub(in crate::engine) original: Option<PlannedScenario<'s>>,
    /// What the baselines showed.
    pub(in crate::engine) learnt: Learnt,
}

/// What baselines showed of the peer in one scenario.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Learnt {
    /// Where a process is started for each case.
    pub(in crate::engine) process: Option<ProcessBaseline>,
    /// Our steps that the peer does not wait for: what it sends although such a step is
    /// cut off is no answer to it.
    pub(in crate::engine) unawaited_steps: BTreeSet<usize>,
    /// Our steps that the peer answers although only the head of the request came.
    pub(in crate::engine) answered_by_head: BTreeSet<usize>,
    /// Values of the answers that must be the same in every case.
    pub(in crate::engine) values: Option<Bindings>,
}

/// What baselines showed of a program that is started for each case.
#[derive(Clone, Debug)]
pub(in crate::engine) struct ProcessBaseline {
    pub(in crate::engine) behavior: BaselineBehavior,
    /// The longest time until it connected.
    pub(in crate::engine) start: Duration,
}

/// The values of `${unique}` in a run.
///
/// A value is computed from the place of a case in the run and the attempt, so that two runs
/// against a fresh peer send the same bytes, however many cases they play at once. A value
/// that was sent before is never sent again, also if a case is played twice as one attempt.
#[derive(Debug)]
pub(in crate::engine) struct UniqueValues {
    /// Where the numbers of this run begin.
    first: u64,
    /// How far the numbers of two attempts lie apart: the cases of the whole run.
    stride: u64,
    sent: Mutex<HashSet<u64>>,
}

impl UniqueValues {
    /// How many values there are.
    const ALL: u64 = 10_u64.pow(VariableName::UNIQUE_LENGTH as u32);

    /// The values of a run with this many cases. A peer that wirecheck starts knows no
    /// earlier run. Another must not receive the values of one again, nor those of a run
    /// that goes on at the same time: it begins at a random number. That two runs of 1,000
    /// plays share a value then happens once in 50,000 pairs of runs.
    pub(in crate::engine) fn new(cases: u64, peer: UniqueFor) -> Self {
        let first = match peer {
            UniqueFor::FreshPeer => 0,
            UniqueFor::RunningPeer => RandomState::new().hash_one(std::process::id()),
        };
        Self {
            first: first % Self::ALL,
            stride: cases.max(1),
            sent: Mutex::default(),
        }
    }

    /// The value for one play.
    pub(in crate::engine) fn next(&self, place: u64, attempt: u64) -> String {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let mut number = (self.first + place + attempt * self.stride) % Self::ALL;
        while !sent.insert(number) {
            number = (number + 1) % Self::ALL;
        }
        Self::text(number)
    }

    /// Whether bytes contain a value that was sent in another play.
    pub(in crate::engine) fn shows_another(&self, bytes: &[u8], own: &str) -> bool {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let mut values = bytes.windows(VariableName::UNIQUE_LENGTH);
        values.any(|value| {
            let number = str::from_utf8(value).ok().and_then(|it| it.parse().ok());
            value != own.as_bytes()
                && number.is_some_and(|it| sent.contains(&it) && Self::text(it).as_bytes() == value)
        })
    }

    fn text(number: u64) -> String {
        format!("{number:0length$}", length = VariableName::UNIQUE_LENGTH)
    }
}

/// Who receives the values of `${unique}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum UniqueFor {
    /// A peer that wirecheck starts.
    FreshPeer,
    /// One that ran before, and will run after.
    RunningPeer,
}

/// A case with its place in the plan.
#[derive(Clone, Debug)]
pub(in crate::engine) struct NumberedCase {
    pub(in crate::engine) number: u64,
    /// How often it was played before.
    pub(in crate::engine) attempt: u64,
    pub(in crate::engine) case: Case,
}

impl NumberedCase {
    /// The case that comes first: the uncut delivery.
    pub(in crate::engine) fn baseline_of(plan: &Plan) -> Self {
        let first = Self::all_of(plan).next();
        first.expect("a plan begins with its baseline")
    }

    /// The first attempts of all cases of a plan.
    pub(in crate::engine) fn all_of(plan: &Plan) -> impl Iterator<Item = Self> + Send + '_ {
        let cases = plan.cases().enumerate();
        cases.map(|(number, case)| Self::new(number, case))
    }

    /// The first attempt of the case with this place in the plan.
    pub(in crate::engine) fn new(number: usize, case: Case) -> Self {
        Self {
            number: number as u64,
            attempt: 0,
            case,
        }
    }
}

impl Learnt {
    /// Adds what a baseline showed that must be the same in every case.
    pub(in crate::engine) fn add_values(&mut self, baseline: &CaseResult) {
        if let Some(values) = &baseline.values_of_baseline {
            self.values.get_or_insert_with(|| values.clone());
        }
    }

    /// Adds what a baseline showed of the peer's program.
    pub(in crate::engine) fn add_process(&mut self, baseline: &CaseResult) {
        let Some(outcome) = &baseline.process else {
            return;
        };
        match &mut self.process {
            Some(process) => {
                process.behavior.learn(outcome);
                process.start = process.start.max(baseline.waited);
            }
            none => {
                *none = Some(ProcessBaseline {
                    behavior: BaselineBehavior::of(outcome),
                    start: baseline.waited,
                });
            }
        }
    }
}

impl<'s> ScenarioContext<'s> {
    pub(in crate::engine) fn new(
        planned: PlannedScenario<'s>,
        side: Side,
        unique: &'s UniqueValues,
    ) -> Self {
        Self {
            planned,
            side,
            script: Script::of(planned.scenario, side),
            others: OtherConnection::all_of(planned, side),
            pacer: Pacer::default(),
            read_proof: ReadProof::Kernel,
            unique,
            place: 0,
            original: None,
            learnt: Learnt::default(),
        }
    }

    pub(in crate::engine) fn limits(&self) -> &'s Limits {
        self.planned.scenario.limits()
    }

    /// The side that wirecheck plays.
    pub(in crate::engine) fn played(&self) -> PlayedSide<'_> {
        PlayedSide {
            scenario: self.planned.scenario,
            side: self.side,
            script: &self.script,
        }
    }

    /// What wirecheck has to do in a case, and what it may expect.
    pub(super) fn assignment<'c>(&'c self, delivery: &'c Delivery) -> Assignment<'c> {
        let played = self.played();
        let mut expected = expected_steps(&played, delivery);
        if self.learnt.unawaited_steps.contains(&expected.end) {
            expected.allow_unawaited();
        }
        if self.learnt.answered_by_head.contains(&expected.end) {
            expected.allow_unread_body();
        }
        Assignment {
            played,
            delivery,
            expected,
        }
    }

    /// A value of `${unique}` for one play of a case.
    pub(in crate::engine) fn next_unique(&self, case: &NumberedCase) -> String {
        self.unique.next(self.place + case.number, case.attempt)
    }

    /// The values that are known when a case begins.
    pub(super) fn bindings(&self, unique: &str) -> Bindings {
        let mut bindings = Bindings::fresh(unique).limited_to(self.limits().stream_bytes);
        if let Some(baseline) = &self.learnt.values {
            bindings.add(baseline);
        }
        bindings
    }

    pub(super) fn describe(
        &self,
        finding: &Finding,
        expectations: &Expectations<'_>,
    ) -> ReportedFinding {
        let exchange = self.planned.scenario.exchange();
        describe(finding, exchange, self.side, expectations)
    }

    /// Describes a finding that is about the peer, not about what it sent.
    pub(in crate::engine) fn describe_peer(&self, finding: &Finding) -> ReportedFinding {
        let expectations = self.played().expectations(Bindings::example());
        self.describe(finding, &expectations)
    }

    /// Whether a step is about what the peer prints.
    pub(super) fn watches_output(&self) -> bool {
        let scenario = self.planned.scenario;
        let connections = std::iter::once(scenario).chain(scenario.others());
        let mut steps = connections.flat_map(|it| it.exchange());
        steps.any(|step| step.side != self.side && matches!(step.action, Action::Prints(_)))
    }
}

/// How much of the exchange the peer receives.
pub(super) fn completeness(delivery: &Delivery) -> Completeness {
    match delivery.end() {
        DeliveryEnd::AsScripted => Completeness::Complete,
        DeliveryEnd::Fin
        | DeliveryEnd::Hold
        | DeliveryEnd::Half
        | DeliveryEnd::FinAtOnce
        | DeliveryEnd::Reset
        | DeliveryEnd::ResetBeforeAccept => Completeness::CutOff,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_that_is_played_twice_as_one_attempt_gets_two_values() {
        let values = UniqueValues::new(10, UniqueFor::FreshPeer);
        assert_eq!(values.next(3, 0), "00000003");
        assert_eq!(values.next(3, 1), "00000013");
        assert_eq!(values.next(3, 0), "00000004");
        assert_eq!(values.next(4, 0), "00000005");
    }

    #[test]
    fn two_runs_against_a_running_server_share_no_value() {
        let plays = |values: &UniqueValues| (0..100).map(|it| values.next(it, 0)).collect();
        let runs: [HashSet<String>; 3] = [(); 3].map(|()| {
            let values = UniqueValues::new(10, UniqueFor::RunningPeer);
            plays(&values)
        });
        for run in &runs {
            assert_eq!(run.len(), 100);
            assert!(run.iter().all(|it| it.len() == VariableName::UNIQUE_LENGTH));
        }
        assert!(runs[0].is_disjoint(&runs[1]) && runs[1].is_disjoint(&runs[2]));
    }
}
