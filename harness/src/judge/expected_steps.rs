//! How far a delivery obliges the peer to answer: every message that arrives whole
//! gets its answer, a truncated one gets none.

use crate::framing::Framing;
use crate::scenario::{Action, Permission, Scenario, Side, Step};
use crate::tactic::{Delivery, DeliveryEnd, Script};

/// The part of an exchange that the peer must perform under a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedSteps {
    /// The first step that is no longer expected: an index into the exchange.
    pub end: usize,
    /// Whether the peer may send answers beyond that.
    pub extra_answers: Permission,
}

/// The side of a scenario that wirecheck plays, with the bytes it sends.
#[derive(Clone, Copy, Debug)]
pub struct PlayedSide<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The framing of the scenario's suite.
    pub framing: &'a Framing,
    /// wirecheck's side, not the peer's.
    pub side: Side,
    /// The messages of that side, encoded.
    pub script: &'a Script,
}

/// What the peer must do when `played` is delivered in this way.
#[must_use]
pub fn expected_steps(played: &PlayedSide<'_>, delivery: &Delivery) -> ExpectedSteps {
    let steps = played.scenario.exchange();
    let complete = complete_messages(played.script, delivery);
    let truncated = message_steps(steps, played.side).nth(complete);
    // After a full close it is a matter of timing whether late answers are sent.
    let closes_fully = matches!(
        delivery.end(),
        DeliveryEnd::Fin | DeliveryEnd::FinAtOnce | DeliveryEnd::Reset
    );
    let extra_answers = closes_fully
        || truncated.is_some_and(|message| {
            may_be_answered(played, message) || follows_unanswered(steps, played.side, message.step)
        });
    ExpectedSteps {
        end: truncated.map_or_else(
            || end_of_readable(steps, played.side, delivery),
            |message| message.step,
        ),
        extra_answers: extra_answers.into(),
    }
}

/// A step in which a side sends a message.
#[derive(Clone, Copy)]
struct MessageStep {
    step: usize,
    is_framed: bool,
}

/// Whether a truncated message may be answered. Without a boundary in the stream a
/// part of a message looks like a whole one.
fn may_be_answered(played: &PlayedSide<'_>, message: MessageStep) -> bool {
    let without_boundaries = matches!(played.framing, Framing::Raw(_)) || !message.is_framed;
    without_boundaries || played.scenario.adversary().truncation_replies == Permission::Allowed
}

/// Whether the message before this one is answered only after this one: that answer
/// may come although this message is truncated.
fn follows_unanswered(steps: &[Step], side: Side, step: usize) -> bool {
    let previous = steps[..step]
        .iter()
        .rev()
        .find(|step| matches!(step.action, Action::Send(_)));
    previous.is_some_and(|previous| previous.side == side)
}

fn complete_messages(script: &Script, delivery: &Delivery) -> usize {
    let delivered = delivery.delivered().get();
    let mut end = 0;
    let ends = script.messages.iter().map(|message| {
        end += message.bytes.len();
        end
    });
    ends.take_while(|end| *end <= delivered).count()
}

fn message_steps(steps: &[Step], side: Side) -> impl Iterator<Item = MessageStep> {
    steps
        .iter()
        .enumerate()
        .filter_map(move |(index, step)| match &step.action {
            Action::Send(message) if step.side == side => Some(MessageStep {
                step: index,
                is_framed: message.is_framed(),
            }),
            _ => None,
        })
}

/// A side that closes fully at its last byte reads only what comes before its own
/// close in the exchange.
fn end_of_readable(steps: &[Step], side: Side, delivery: &Delivery) -> usize {
    let keeps_reading = matches!(
        delivery.end(),
        DeliveryEnd::AsScripted | DeliveryEnd::Half | DeliveryEnd::Hold
    );
    let own_close = steps
        .iter()
        .position(|step| step.side == side && matches!(step.action, Action::Close(_)));
    match own_close {
        Some(close) if !keeps_reading => close,
        _ => steps.len(),
    }
}
