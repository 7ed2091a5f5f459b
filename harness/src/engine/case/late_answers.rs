//! What the other connections of an exchange receive after one was cut off inside a message.
//!
//! A server that takes a part of a message for the whole may say so to others only. What it says
//! to them when a connection ends, nobody knows. So the same is played once more, with an end
//! before that message, and the others must receive no fewer messages then.

use std::time::Instant;

use super::CasePlay;
use super::connection::Connection;
use super::context::NumberedCase;
use super::conversation::Assignment;
use super::hold::ConnectionTask;
use super::result::CaseResult;
use crate::engine::wait::{Awaited, Progress, Waiter};
use crate::framing::Decoded;
use crate::judge::{Damage, DamagedMessage, Finding};
use crate::scenario::{IgnoredMessage, Scenario, TruncationReply};
use crate::tactic::{Case, DeliveryEnd, Offset, Tactic};
use crate::wire::diag::Inode;
use crate::wire::link::ReadResult;

use super::waits::peer_socket;

/// What came on another connection after the one that was cut had ended.
#[derive(Debug, Default)]
pub(super) struct LateAnswers {
    pub(super) bytes: Vec<u8>,
    /// How many messages these are, the last of them perhaps a part. Ignored ones do not count.
    pub(super) count: usize,
}

impl LateAnswers {
    pub(super) fn new(bytes: &[u8], scenario: &Scenario, step: usize) -> Self {
        let peer = scenario
            .peer()
            .expect("only servers have several connections");
        let framing = scenario.framing(peer, step);
        let values = scenario.example_values("");
        let mut decoder = framing.decoder();
        let (mut rest, mut count) = (bytes, 0);
        while let Decoded::Message(payload) = decoder.decode(&mut rest) {
            let ignored = scenario.ignored();
            let is_ignored = IgnoredMessage::is_any_of(ignored, peer, payload, framing, &values);
            count += usize::from(!is_ignored);
        }
        Self {
            bytes: bytes.to_vec(),
            count: count + usize::from(!rest.is_empty() || decoder.pending() > 0),
        }
    }
}

impl CasePlay<'_, '_> {
    /// Plays the exchange, and where it is cut off inside a message, sees whether others receive
    /// an answer to the part.
    pub(super) fn beside_others(&self, waiter: &mut Waiter<'_>) -> CaseResult {
        let played = self.connection(ConnectionTask::of(self.case), waiter, None);
        let has_late = played.late.iter().any(|it| it.count > 0);
        let reference = self.ends_before_damaged().filter(|_| has_late);
        let Some(reference) = reference.filter(|_| played.result.outcome.has_passed()) else {
            return played.result;
        };
        let least: Vec<_> = played.late.iter().map(|it| it.count).collect();
        let usual = self.connection(
            ConnectionTask {
                least_late: &least,
                ..ConnectionTask::of(&reference)
            },
            waiter,
            None,
        );
        let mut result = played.result;
        if !usual.result.outcome.has_passed() || waiter.is_stopped() {
            return result;
        }
        let others = self.context.planned.scenario.others();
        let both = played.late.iter().zip(&usual.late);
        for ((late, usual), other) in both.zip(others) {
            if late.count > usual.count {
                let actual = late.bytes.clone();
                let finding = Finding::Surplus { actual };
                result
                    .outcome
                    .put_first(self.describe_late(&finding, other));
            }
        }
        result
    }

    /// The same case with its end before the message inside which it ends.
    fn ends_before_damaged(&self) -> Option<NumberedCase> {
        let context = self.context;
        let delivery = &self.case.case.delivery;
        let assignment = context.assignment(delivery);
        let damaged = judged(assignment)?;
        let script = &context.script;
        let mut spans = script.spans();
        let (_, span) = spans.find(|(at, _)| script.messages[*at].step == damaged.step)?;
        let tactic = ending(delivery.end(), span.start)?;
        let delivery = context.planned.plan.case(&tactic)?.delivery;
        Some(NumberedCase {
            case: Case { tactic, delivery },
            ..self.case.clone()
        })
    }
}

/// The message that must not be taken for a valid one, unless the suite allows any reply to it.
fn judged(assignment: Assignment<'_>) -> Option<DamagedMessage> {
    let damaged = assignment.expected.damaged?;
    let adversary = assignment.played.scenario.adversary();
    let rule = match damaged.damage {
        Damage::Truncated { .. } => &adversary.truncation,
        Damage::MalformedHeader { .. } => &adversary.malformed,
    };
    (damaged.is_framed && !matches!(rule, TruncationReply::Any)).then_some(damaged)
}

fn ending(end: DeliveryEnd, at: Offset) -> Option<Tactic> {
    match end {
        DeliveryEnd::Half => Some(Tactic::Half(at)),
        DeliveryEnd::Fin => Some(Tactic::Fin(at)),
        DeliveryEnd::Reset => Some(Tactic::Rst(at)),
        DeliveryEnd::AsScripted
        | DeliveryEnd::Hold
        | DeliveryEnd::FinAtOnce
        | DeliveryEnd::ResetBeforeAccept => None,
    }
}

/// A wait for `least` messages.
pub(super) struct AwaitLate<'c, C> {
    pub(super) link: &'c mut C,
    pub(super) scenario: &'c Scenario,
    pub(super) step: usize,
    /// How much had come before.
    pub(super) known: usize,
    pub(super) least: usize,
}

impl<C: Connection> AwaitLate<'_, C> {
    pub(super) fn late(&self) -> LateAnswers {
        let late = &self.link.received().bytes()[self.known..];
        LateAnswers::new(late, self.scenario, self.step)
    }
}

impl<C: Connection> Awaited for AwaitLate<'_, C> {
    fn poll(&mut self, until: Instant) -> Progress {
        if self.late().count >= self.least {
            return Progress::Happened;
        }
        match self.link.read_more(until) {
            ReadResult::Ended(_) | ReadResult::Flooded => Progress::Happened,
            ReadResult::Enough if self.late().count >= self.least => Progress::Happened,
            ReadResult::Enough => Progress::Moved,
            ReadResult::TimedOut => Progress::Nothing,
        }
    }

    fn is_in_flight(&mut self) -> bool {
        !self.link.is_settled()
    }

    fn peer_socket(&mut self) -> Option<Inode> {
        peer_socket(self.link)
    }
}
