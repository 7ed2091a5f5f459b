//! From an exchange's list to its steps.

use super::fields::{self, Fields, Node};
use super::rehearsal::Rehearsal;
use super::source::Source;
use super::speech;
use crate::framing::Framing;
use crate::scenario::exchange::{Side, Step};
use crate::scenario::suite::Limits;

/// Reads the steps of a scenario and plays them on paper as they come.
pub(super) fn read(
    scenario: &Fields<'_>,
    framing: Option<&Framing>,
    limits: &Limits,
    source: &mut Source<'_>,
) -> Option<Vec<Step>> {
    let mut rehearsal = Rehearsal::new(framing, limits);
    let mut steps = Vec::new();
    let mut complete = true;
    for node in scenario.list("exchange") {
        match read_step(node, &mut rehearsal, source) {
            Some(step) => steps.push(step),
            None => complete = false,
        }
    }
    complete.then_some(steps)
}

fn read_step(
    node: &Node<'_>,
    rehearsal: &mut Rehearsal<'_>,
    source: &mut Source<'_>,
) -> Option<Step> {
    let fields = fields::of(node)?;
    let side = if fields.has("client") {
        Side::Client
    } else {
        Side::Server
    };
    let speech = fields.get(if side == Side::Client {
        "client"
    } else {
        "server"
    })?;
    let (action, place) = speech::read(speech, rehearsal, source)?;
    rehearsal.play(side, &action, &place, &mut source.faults);
    Some(Step {
        side,
        action,
        within: fields.duration("within"),
        line: source.line(speech.span().start),
        span: place.span,
    })
}
