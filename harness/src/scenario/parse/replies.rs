//! From `replies` of a suite or a scenario to messages that are passed over and replied to.

use std::ops::Range;

use super::action;
use super::dry_run::DryRun;
use super::fields::{self, Fields, Node};
use super::hex;
use super::ignored;
use super::source::{ActionSpans, SuiteSource};
use crate::framing::Framing;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::ignored::{AutomaticReply, FramingNeed, IgnoredMessage};
use crate::scenario::message::{Body, Message};
use crate::scenario::suite::{Limits, Scenario};

/// The list of a table, or the one above it if it has none.
pub(super) fn read(
    fields: &Fields<'_>,
    above: &[IgnoredMessage],
    source: &mut SuiteSource<'_>,
) -> Vec<IgnoredMessage> {
    if !fields.has("replies") {
        return above.to_vec();
    }
    let entries = fields.list("replies");
    entries
        .filter_map(|node| read_entry(node, source))
        .collect()
}

fn read_entry(node: &Node<'_>, source: &mut SuiteSource<'_>) -> Option<IgnoredMessage> {
    let fields = fields::of(node)?;
    let (side, value) = ignored::sender(&fields)?;
    let message = trigger(value, source)?;
    let reply = fields.get("reply")?;
    let is_websocket = [value, reply].into_iter().any(|it| verb(it) == Some("ws"));
    let needs = if is_websocket {
        FramingNeed::WebSocket
    } else {
        FramingNeed::Any
    };
    let reply = AutomaticReply {
        message: sent(reply, &message, source)?,
        line: source.line(reply.span().start),
        span: reply.span(),
        needs,
    };
    Some(IgnoredMessage {
        side,
        message,
        reply: Some(reply),
    })
}

fn verb<'a>(node: &'a Node<'a>) -> Option<&'a str> {
    let mut verbs = fields::of(node)?.entries().map(|(verb, _)| verb);
    verbs.find(|it| *it != "capture")
}

/// What is replied to.
fn trigger(node: &Node<'_>, source: &mut SuiteSource<'_>) -> Option<Message> {
    let fields = fields::of(node);
    let message = Message {
        body: ignored::body(node, source)?,
        captures: fields.as_ref().map(action::captures).unwrap_or_default(),
        skips: None,
    };
    let capture = fields.and_then(|it| it.get("capture"));
    let place = ActionSpans {
        span: node.span(),
        literal: None,
        example: None,
        capture: capture.map(Node::span),
    };
    let fault = scope(source).duplicate_name(&message, &place);
    let is_valid = fault.is_none();
    source.faults.extend(fault);
    is_valid.then_some(message)
}

/// What is sent then. It knows the values of the message that it replies to.
fn sent(node: &Node<'_>, trigger: &Message, source: &mut SuiteSource<'_>) -> Option<Message> {
    let scope = scope(source).defining(trigger.captured_variables());
    let first = source.faults.len();
    let body = if node.get_ref().is_str() {
        let text = source.payload(node, &|name| scope.defines(name));
        text.map(Body::Text)
    } else {
        let fields = fields::of(node)?;
        match fields.entries().next()? {
            ("hex", value) => {
                let fixed = hex::fixed(value, &|name| scope.defines(name), source);
                fixed.map(Body::Text)
            }
            verb => action::body(verb, &fields, &scope, source),
        }
    };
    for fault in &mut source.faults[first..] {
        explain(fault);
    }
    Some(Message {
        body: body?,
        captures: Vec::new(),
        skips: None,
    })
}

/// A reply is no step and no example.
fn explain(fault: &mut Diagnostic) {
    if fault.message == hex::EXAMPLE_IS_PATTERN {
        fault.message = "a reply that is a pattern".to_owned();
    }
    if fault.message.starts_with("undefined variable") {
        fault.label = "not captured by the message that is replied to".to_owned();
        let help =
            "capture it there, e.g. with `matches = 'PING (?<token>.*)'`, or use `${unique}`";
        fault.help = Some(help.to_owned());
    }
}

/// What is known outside of the exchange.
fn scope(source: &SuiteSource<'_>) -> DryRun<'static> {
    DryRun::new(None, &Limits::default(), source.parameters.clone())
}

/// Reports replies of WebSocket that no scenario can send.
pub(super) fn in_other_framings(scenarios: &[Scenario]) -> Vec<Diagnostic> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let mut usable = Vec::new();
    for scenario in scenarios {
        for message in &scenario.ignored {
            let reply = message.reply.as_ref();
            let Some(reply) = reply.filter(|it| it.needs == FramingNeed::WebSocket) else {
                continue;
            };
            let sender = message.side.other();
            let is_websocket = |it: &Framing| matches!(it, Framing::WebSocket(_));
            if scenario.framings.any(sender, is_websocket) {
                usable.push(reply.span.clone());
            }
            if !spans.contains(&reply.span) {
                spans.push(reply.span.clone());
            }
        }
    }
    spans.retain(|span| !usable.contains(span));
    spans.into_iter().map(in_other_framing).collect()
}

fn in_other_framing(span: Range<usize>) -> Diagnostic {
    let message = "a WebSocket reply in another framing";
    let fault = Diagnostic::new(message, span, "no scenario has the framing websocket");
    fault.help("write `{ framing = 'websocket' }` as a step, after the opening handshake")
}
