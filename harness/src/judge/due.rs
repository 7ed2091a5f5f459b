//! What a peer owes under a delivery: every answer to what was said whole, and
//! none to what was cut off.

use crate::framing::Framing;
use crate::scenario::{Action, Permission, Scenario, Side, Step};
use crate::tactic::{Delivery, DeliveryEnd, Script};

/// What a peer owes under a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The steps before this one are due.
    pub steps: usize,
    /// Whether the peer may say more than that.
    pub more: Permission,
}

/// What the other side than `side` owes when `side` delivers its script so.
#[must_use]
pub fn due(
    scenario: &Scenario,
    framing: &Framing,
    side: Side,
    script: &Script,
    delivery: &Delivery,
) -> Due {
    let steps = scenario.exchange();
    let said_whole = messages_said_whole(script, delivery);
    let cut_off = message_steps(steps, side).nth(said_whole);
    // Whether what comes after a FIN for good is still heard is a matter of chance.
    let deaf = matches!(
        delivery.end(),
        DeliveryEnd::Fin | DeliveryEnd::FinAtOnce | DeliveryEnd::Reset
    );
    let more = deaf
        || cut_off.is_some_and(|(step, framed)| {
            may_be_answered(scenario, framing, framed) || follows_unanswered(steps, side, step)
        });
    Due {
        steps: cut_off.map_or_else(
            || last_that_can_be_heard(steps, side, delivery),
            |(step, _)| step,
        ),
        more: more.into(),
    }
}

/// Whether a message that is cut off may be answered: where nothing but the end of
/// the stream ends it, it is whole.
fn may_be_answered(scenario: &Scenario, framing: &Framing, framed: bool) -> bool {
    let without_boundaries = matches!(framing, Framing::Raw(_)) || !framed;
    without_boundaries || scenario.adversary().truncation_replies == Permission::Allowed
}

/// Whether a message before this one has its answer only after it: that answer may
/// come although this message is cut off.
fn follows_unanswered(steps: &[Step], side: Side, step: usize) -> bool {
    let said_before = steps[..step]
        .iter()
        .rev()
        .find(|step| matches!(step.action, Action::Send(_)));
    said_before.is_some_and(|before| before.side == side)
}

fn messages_said_whole(script: &Script, delivery: &Delivery) -> usize {
    let delivered = delivery.delivered().get();
    let mut end = 0;
    let ends = script.messages.iter().map(|message| {
        end += message.bytes.len();
        end
    });
    ends.take_while(|end| *end <= delivered).count()
}

/// The steps in which `side` says something, and whether the framing carries it.
fn message_steps(steps: &[Step], side: Side) -> impl Iterator<Item = (usize, bool)> {
    steps
        .iter()
        .enumerate()
        .filter_map(move |(index, step)| match &step.action {
            Action::Send(message) if step.side == side => Some((index, message.is_framed())),
            _ => None,
        })
}

/// A side that closes for good at its last byte hears only what comes before its
/// own close in the exchange.
fn last_that_can_be_heard(steps: &[Step], side: Side, delivery: &Delivery) -> usize {
    let hears_on = matches!(
        delivery.end(),
        DeliveryEnd::AsScripted | DeliveryEnd::Half | DeliveryEnd::Hold
    );
    let own_close = steps
        .iter()
        .position(|step| step.side == side && matches!(step.action, Action::Close(_)));
    match own_close {
        Some(close) if !hears_on => close,
        _ => steps.len(),
    }
}
