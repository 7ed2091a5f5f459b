//! From an exchange's list to its steps.

use super::action;
use super::dry_run::DryRun;
use super::fields::{self, Fields, Node};
use super::source::SuiteSource;
use crate::scenario::exchange::{Obligation, Side, Step};

/// Reads the steps of a scenario, with a dry run of each.
pub(super) fn read(
    scenario: &Fields<'_>,
    mut dry_run: DryRun<'_>,
    source: &mut SuiteSource<'_>,
) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut complete = true;
    for node in scenario.list("exchange") {
        match read_step(node, &mut dry_run, source) {
            Some(step) => steps.push(step),
            None => complete = false,
        }
    }
    complete.then_some(steps)
}

fn read_step(
    node: &Node<'_>,
    dry_run: &mut DryRun<'_>,
    source: &mut SuiteSource<'_>,
) -> Option<Step> {
    if source.is_too_large() {
        return None;
    }
    let fields = fields::of(node)?;
    let side = if fields.has("client") {
        Side::Client
    } else {
        Side::Server
    };
    let spec = fields.get(if side == Side::Client {
        "client"
    } else {
        "server"
    })?;
    let (action, place) = action::read(spec, dry_run, source)?;
    let before = dry_run.sent();
    dry_run.play(side, &action, &place, &mut source.faults);
    source.count_bytes(dry_run.sent() - before, place.span.clone());
    Some(Step {
        side,
        action,
        obligation: Obligation::Required,
        unordered: None,
        within: fields.duration("within"),
        line: source.line(spec.span().start),
        span: place.span,
    })
}
