//! What all cases of a scenario share.

use std::collections::BTreeSet;
use std::time::Duration;

use super::conversation::Assignment;
use super::describe::{ReportedFinding, describe};
use super::result::CaseResult;
use crate::engine::selection::PlannedScenario;
use crate::judge::{
    BaselineBehavior, Completeness, Expectations, Finding, PlayedSide, expected_steps,
};
use crate::scenario::{Action, Bindings, Limits, Permission, Side};
use crate::tactic::{Case, Delivery, DeliveryEnd, Script};
use crate::wire::link::{Pacer, ReadProof};

/// What all cases of a scenario share. A case reads it and changes nothing in it.
pub(in crate::engine) struct ScenarioContext<'s> {
    pub(in crate::engine) planned: PlannedScenario<'s>,
    /// The side that wirecheck plays.
    pub(in crate::engine) side: Side,
    /// What that side sends, with example values.
    pub(in crate::engine) script: Script,
    pub(in crate::engine) pacer: Pacer,
    pub(in crate::engine) read_proof: ReadProof,
    pub(in crate::engine) unique: UniqueValues,
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
}

/// What baselines showed of a program that is started for each case.
#[derive(Clone, Debug)]
pub(in crate::engine) struct ProcessBaseline {
    pub(in crate::engine) behavior: BaselineBehavior,
    /// The longest time until it connected.
    pub(in crate::engine) start: Duration,
}

/// Numbers for `${unique}`: no two plays in a run share one.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct UniqueValues {
    /// The number of the scenario's first case in the first attempt.
    pub(in crate::engine) first: u64,
    /// How far the numbers of two attempts lie apart: the cases of the whole run.
    pub(in crate::engine) stride: u64,
}

impl UniqueValues {
    pub(in crate::engine) fn of(self, case: &NumberedCase) -> String {
        let number = self.first + case.number + case.attempt * self.stride;
        format!("{:08}", number % 100_000_000)
    }
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
        unique: UniqueValues,
    ) -> Self {
        Self {
            planned,
            side,
            script: Script::of(planned.scenario, planned.suite.framing(), side),
            pacer: Pacer::default(),
            read_proof: ReadProof::Kernel,
            unique,
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
            framing: self.planned.suite.framing(),
            side: self.side,
            script: &self.script,
        }
    }

    /// What wirecheck has to do in a case, and what it may expect.
    pub(super) fn assignment<'c>(&'c self, delivery: &'c Delivery) -> Assignment<'c> {
        let played = self.played();
        let mut expected = expected_steps(&played, delivery);
        if self.learnt.unawaited_steps.contains(&expected.end) {
            expected.extra_answers = Permission::Allowed;
        }
        Assignment {
            played,
            delivery,
            expected,
        }
    }

    /// The values that are known when a case begins.
    pub(super) fn bindings(&self, case: &NumberedCase) -> Bindings {
        Bindings::fresh(&self.unique.of(case))
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
        let PlayedSide {
            scenario,
            framing,
            side,
            ..
        } = self.played();
        let expectations = Expectations::new(
            scenario.exchange(),
            framing,
            side.other(),
            Bindings::example(),
        );
        self.describe(finding, &expectations)
    }

    /// Whether a step is about what the peer prints.
    pub(super) fn watches_output(&self) -> bool {
        let mut steps = self.planned.scenario.exchange().iter();
        steps.any(|step| step.side != self.side && matches!(step.action, Action::Prints(_)))
    }
}

/// How much of the exchange the peer receives.
pub(super) fn completeness(delivery: &Delivery) -> Completeness {
    match delivery.end() {
        DeliveryEnd::AsScripted | DeliveryEnd::Hold => Completeness::Complete,
        DeliveryEnd::Fin
        | DeliveryEnd::Half
        | DeliveryEnd::FinAtOnce
        | DeliveryEnd::Reset
        | DeliveryEnd::ResetBeforeAccept => Completeness::CutOff,
    }
}
