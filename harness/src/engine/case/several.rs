//! The connections of an exchange: they are opened in its order, played together, and judged one
//! by one.

use super::CasePlay;
use super::companions::{Companions, PlayedCompanion, Rest};
use super::conversation::{Assignment, Conversation};
use super::describe::{ReportedFinding, describe};
use super::event_log::{EventLog, Opening};
use super::hold::ConnectionTask;
use super::late_answers::LateAnswers;
use super::neighbours::StoppedConnection;
use super::outgoing::Unsendable;
use super::transcript::Transcript;
use crate::engine::peer::{NotConnected, OutputWatch, PeerConnection};
use crate::engine::wait::Waiter;
use crate::judge::Finding;
use crate::scenario::{Bindings, ConnectionPart, Scenario};
use crate::wire::link::{Link, LinkOptions};

/// The connections of an exchange.
pub(super) struct Opened {
    pub(super) connection: PeerConnection,
    /// In the order in which they were opened.
    pub(super) others: Vec<Link>,
}

/// What was seen on the other connections of an exchange.
#[derive(Default)]
pub(super) struct OtherResults {
    pub(super) findings: Vec<ReportedFinding>,
    pub(super) unsendable: Option<Unsendable>,
    pub(super) logs: Vec<EventLog>,
    pub(super) late: Vec<LateAnswers>,
}

/// What is played on the connection whose stream is cut, and what is known when it begins.
pub(super) struct Together<'x, 'c> {
    pub(super) task: ConnectionTask<'x>,
    pub(super) assignment: &'x Assignment<'c>,
    pub(super) bindings: Bindings,
    pub(super) output: Option<OutputWatch<'x>>,
}

impl CasePlay<'_, '_> {
    /// Opens the connections of the exchange, in its order.
    pub(super) fn open(
        &self,
        options: &LinkOptions,
        waiter: &mut Waiter<'_>,
    ) -> Result<Opened, NotConnected> {
        let part = self.context.planned.scenario.connection();
        let others = |others: &[Scenario], waiter: &mut Waiter<'_>| {
            let links = others
                .iter()
                .map(|_| Ok(self.connect(options, waiter)?.link));
            links.collect::<Result<Vec<_>, _>>()
        };
        let before = others(part.map_or(&[], ConnectionPart::before), waiter)?;
        let connection = self.connect(options, waiter)?;
        let after = others(part.map_or(&[], ConnectionPart::after), waiter)?;
        Ok(Opened {
            connection,
            others: [before, after].into_iter().flatten().collect(),
        })
    }

    /// Plays all connections of the exchange.
    pub(super) fn play_together<'c>(
        &'c self,
        together: Together<'_, 'c>,
        (link, others): (Link, Vec<Link>),
        waiter: &mut Waiter<'_>,
        beside: Option<&mut StoppedConnection<Link>>,
    ) -> (Transcript<'c>, OtherResults) {
        let Together {
            task,
            assignment,
            bindings,
            output,
        } = together;
        let watch = |_: &Link| waiter.another(self.target.watch());
        let mut waiters: Vec<_> = others.iter().map(watch).collect();
        let assignments: Vec<_> = self
            .context
            .others
            .iter()
            .map(|it| it.assignment())
            .collect();
        let passed = link.elapsed();
        let others = assignments.iter().zip(others).zip(&mut waiters);
        let others = others.map(|((assignment, link), waiter)| {
            let expectations = assignment.expectations(bindings.clone());
            let opening = Opening::of(assignment.played.scenario, link.elapsed(), passed);
            Conversation::new(assignment, link, expectations, waiter)
                .watching(output)
                .opened(opening)
        });
        let mut companions = Companions::new(others);
        let expectations = assignment.expectations(bindings);
        let mut transcript = Conversation::new(assignment, link, expectations, waiter)
            .watching(output)
            .seeking(task.early_answers)
            .beside(beside)
            .with_others(&mut companions)
            .opened(Opening::of(assignment.played.scenario, passed, passed))
            .play();
        if assignments.is_empty() {
            return (transcript, OtherResults::default());
        }
        let rest = Rest::after(&transcript, assignment);
        let others = companions.end(rest, task.least_late, &mut transcript.expectations);
        (transcript, self.judge_others(others, &assignments))
    }

    /// Judges the other connections of the exchange.
    fn judge_others(
        &self,
        played: Vec<PlayedCompanion<'_>>,
        assignments: &[Assignment<'_>],
    ) -> OtherResults {
        let mut results = OtherResults::default();
        for (played, assignment) in played.into_iter().zip(assignments) {
            if let Some(finding) = played.finding(assignment.expected) {
                results
                    .findings
                    .push(self.describe_other(&finding, &played));
            }
            results.unsendable = results.unsendable.or(played.transcript.unsendable);
            results.logs.push(played.transcript.log);
            results.late.push(played.late);
        }
        results
    }

    fn describe_other(&self, finding: &Finding, played: &PlayedCompanion<'_>) -> ReportedFinding {
        let context = self.context;
        let scenario = played.scenario;
        let exchange = scenario.exchange();
        let expectations = &played.transcript.expectations;
        let described = describe(finding, exchange, context.side, expectations);
        // The bytes that were cut are those of our last message before it.
        let own = context.planned.scenario;
        let place = scenario.place(finding.step().unwrap_or(exchange.len()));
        let steps = 0..own.exchange().len();
        let step = steps.rev().find(|step| own.place(*step) < place);
        described.on_connection(scenario, step.unwrap_or(0))
    }

    /// Describes an answer on another connection to a part of a message.
    pub(super) fn describe_late(&self, finding: &Finding, other: &Scenario) -> ReportedFinding {
        self.context.describe_peer(finding).on_connection(other, 0)
    }
}
