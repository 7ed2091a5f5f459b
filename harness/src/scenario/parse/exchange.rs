//! From an exchange's list to its steps.

use std::ops::Range;

use super::action;
use super::connections::{Connections, ReadExchange};
use super::dry_run::{DryRun, Order};
use super::fields::{self, Fields, Node};
use super::framing;
use super::many::{self, Repetition};
use super::source::SuiteSource;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::exchange::{Action, Obligation, Side, Step};

/// Reads the steps of a scenario, with a dry run of each on its connection.
pub(super) fn read<'f>(
    scenario: &Fields<'_>,
    new_dry_run: impl Fn() -> DryRun<'f>,
    source: &mut SuiteSource<'_>,
) -> Option<ReadExchange> {
    let mut connections = Connections::new(new_dry_run);
    let mut complete = true;
    for node in scenario.list("exchange") {
        let (dry_run, first) = connections.of_step(fields::of(node).as_ref(), node);
        if let Some(changed) = changed_framing(node) {
            complete &= change_framing(changed, first, dry_run, source).is_some();
            continue;
        }
        match read_step(node, first, dry_run, source) {
            Some(read) => connections.add(read),
            None => complete = false,
        }
    }
    let exchange = connections.finish(&mut source.faults)?;
    complete.then_some(exchange)
}

/// The value of a step that changes the framing.
fn changed_framing<'a>(node: &'a Node<'a>) -> Option<&'a Node<'a>> {
    let fields = fields::of(node)?;
    let has_side = fields.has("client") || fields.has("server");
    fields.get("framing").filter(|_| !has_side)
}

fn change_framing(
    node: &Node<'_>,
    first: usize,
    dry_run: &mut DryRun<'_>,
    source: &mut SuiteSource<'_>,
) -> Option<()> {
    let framings = framing::read(node, source)?;
    dry_run.change_framing(first, framings, node.span(), &mut source.faults);
    Some(())
}

/// Reads a step of the file: several steps if it has several messages. `first` is the place of
/// its first one.
fn read_step(
    node: &Node<'_>,
    first: usize,
    dry_run: &mut DryRun<'_>,
    source: &mut SuiteSource<'_>,
) -> Option<Vec<Step>> {
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
    let step = WrittenStep {
        fields,
        side,
        spec,
        unordered: None,
        repetition: None,
    };
    if let Some(table) = many::table(spec) {
        return many::read(&step, table, dry_run, source);
    }
    let unordered = fields::of(spec).filter(|spec| spec.has("unordered"));
    let (specs, unordered): (Vec<_>, _) = match unordered {
        Some(spec) => (spec.list("unordered").collect(), Some(first)),
        None => (vec![spec], None),
    };
    let steps = specs.into_iter().map(|spec| {
        let written = WrittenStep {
            spec,
            unordered,
            ..step
        };
        read_action(&written, dry_run, source)
    });
    // All of them are read, so that all errors are found.
    let steps: Vec<_> = steps.collect();
    steps.into_iter().collect()
}

/// An action as it is written in a file.
#[derive(Clone, Copy)]
pub(super) struct WrittenStep<'a> {
    pub(super) fields: Fields<'a>,
    pub(super) side: Side,
    pub(super) spec: &'a Node<'a>,
    pub(super) unordered: Option<usize>,
    /// How often the message comes, if it is one of `many … until`.
    pub(super) repetition: Option<Repetition>,
}

pub(super) fn read_action(
    written: &WrittenStep<'_>,
    dry_run: &mut DryRun<'_>,
    source: &mut SuiteSource<'_>,
) -> Option<Step> {
    if source.is_too_large() {
        return None;
    }
    let WrittenStep {
        fields,
        side,
        spec,
        unordered,
        repetition,
    } = *written;
    let (action, place) = action::read(spec, dry_run, source)?;
    if side == Side::Server && matches!(action, Action::Exits(_)) {
        source.faults.push(exit_of_server(place.span.clone()));
        return None;
    }
    let verb = fields::of(spec).is_some_and(|spec| spec.has("ws"));
    if verb && !dry_run.speaks_websocket(side) {
        source.faults.push(in_other_framing(place.span.clone()));
        return None;
    }
    let before = dry_run.sent();
    let obligation = match repetition.map(|it| it.obligation(&action, written)) {
        Some(Ok(obligation)) => obligation,
        Some(Err(fault)) => {
            source.faults.push(fault);
            Obligation::Required
        }
        None => obligation(&fields, &action, source),
    };
    let order = Order {
        obligation,
        unordered,
    };
    dry_run.play(side, &action, order, &place, &mut source.faults);
    source.count_bytes(dry_run.sent() - before, place.span.clone());
    Some(Step {
        side,
        action,
        obligation,
        unordered,
        most: 1,
        within: fields.duration("within"),
        line: source.line(spec.span().start),
        span: place.span,
    })
}

fn exit_of_server(span: Range<usize>) -> Diagnostic {
    let message = "the exit of a server is not judged";
    let fault = Diagnostic::new(message, span, "a server serves the next case too");
    fault.help("remove the step; a server that exits by itself fails in any case")
}

fn in_other_framing(span: Range<usize>) -> Diagnostic {
    let message = "a WebSocket message in another framing";
    let fault = Diagnostic::new(message, span, "needs the framing websocket");
    fault.help("write `{ framing = 'websocket' }` as a step before it, after the opening handshake")
}

/// Only a message may be optional: whether it comes is seen in the one that comes instead.
fn obligation(fields: &Fields<'_>, action: &Action, source: &mut SuiteSource<'_>) -> Obligation {
    let Some(flag) = fields.get("optional") else {
        return Obligation::Required;
    };
    let fault = match action {
        Action::Send(message) if message.captured_variables().is_empty() => {
            return Obligation::Optional;
        }
        Action::Send(_) => {
            let label = "without the message its values are not defined";
            Diagnostic::new("an optional message captures nothing", flag.span(), label)
                .help("remove the capture, or `optional`")
        }
        _ => Diagnostic::new(
            "only a message is optional",
            flag.span(),
            "this step sends nothing",
        )
        .help("remove it; `close = 'any'` accepts each way to close"),
    };
    source.faults.push(fault);
    Obligation::Required
}
