//! From the value of `client` or `server` to an [`Action`].

use std::ops::Range;

use regex::bytes::Regex;

use super::budget::STATES_PER_BYTE;
use super::dry_run::DryRun;
use super::fields::{self, Fields, Node};
use super::hex;
use super::http;
use super::source::{ActionSpans, Literal, SuiteSource};
use super::websocket;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::exchange::{Action, Close};
use crate::scenario::json;
use crate::scenario::message::{Body, Capture, Captured, Message};
use crate::scenario::pattern::{MessagePattern, states, without_values};
use crate::scenario::template::{JsonTemplate, Template, VariableName};

pub(super) fn read<'s>(
    node: &Node<'_>,
    dry_run: &DryRun<'_>,
    source: &mut SuiteSource<'s>,
) -> Option<(Action, ActionSpans<'s>)> {
    if node.get_ref().is_str() {
        let text = source.payload(node, &|name| dry_run.defines(name))?;
        let message = Message {
            body: Body::Text(text),
            captures: Vec::new(),
            skips: None,
        };
        return Some((Action::Send(message), place(node, None, source)));
    }
    let fields = fields::of(node)?;
    let (verb, value) = fields
        .entries()
        .find(|(key, _)| !["example", "capture", "skips"].contains(key))?;
    let action = match verb {
        "close" => Action::Close(close(value)?),
        "prints" => Action::Prints(source.payload(value, &|name| dry_run.defines(name))?),
        "exits" => Action::Exits(fields.number("exits")?),
        _ => Action::Send(Message {
            body: body((verb, value), &fields, dry_run, source)?,
            captures: captures(&fields),
            skips: skips(&fields, source),
        }),
    };
    // The pattern and the example of raw bytes are in a table of their own.
    let (value, fields) = match fields::of(value) {
        Some(raw) if verb == "raw" => (raw.get("matches")?, raw),
        _ => (value, fields),
    };
    Some((action, place(value, Some(&fields), source)))
}

fn place<'s>(
    value: &Node<'_>,
    fields: Option<&Fields<'_>>,
    source: &mut SuiteSource<'s>,
) -> ActionSpans<'s> {
    let span_of = |key| Some(fields?.get(key)?.span());
    let sent = fields
        .and_then(|fields| fields.get("example"))
        .unwrap_or(value);
    ActionSpans {
        span: value.span(),
        literal: (sent.get_ref().is_str() && span_of("hex").is_none())
            .then(|| source.literal(sent))
            .flatten(),
        example: span_of("example"),
        capture: span_of("capture"),
    }
}

fn close(value: &Node<'_>) -> Option<Close> {
    match value.get_ref().as_str()? {
        "write" => Some(Close::Write),
        "full" => Some(Close::Full),
        "reset" => Some(Close::Reset),
        "fin" => Some(Close::Fin),
        "any" => Some(Close::Any),
        _ => None,
    }
}

pub(super) fn body(
    (verb, value): (&str, &Node<'_>),
    fields: &Fields<'_>,
    dry_run: &DryRun<'_>,
    source: &mut SuiteSource<'_>,
) -> Option<Body> {
    let known = |name: &str| dry_run.defines(name);
    Some(match verb {
        "text" => Body::Text(source.payload(value, &known)?),
        "raw" if value.get_ref().is_table() => {
            let fields = fields::of(value)?;
            let pattern = message_pattern(fields.get("matches")?, &known, source);
            let example = source.payload(fields.get("example")?, &known);
            Body::RawMatches {
                pattern: pattern?,
                example: example?,
            }
        }
        "raw" => Body::Raw(source.payload(value, &known)?),
        "hex" => hex::body(value, fields.get("example"), &known, source)?,
        "repeat" => Body::Text(repeat(value, dry_run, source)?),
        "file" => Body::Text(Template::of_bytes(
            source.attachment(value, dry_run.stream_bytes())?,
        )),
        "json" => Body::Json(json_template(value, &known, source)?),
        "matches" => {
            let pattern = message_pattern(value, &known, source);
            let example = source.payload(fields.get("example")?, &known);
            Body::Matches {
                pattern: pattern?,
                example: example?,
            }
        }
        "json_subset" => {
            let example = fields.get("example").unwrap_or(value);
            Body::JsonSubset {
                value: json_template(value, &known, source)?,
                example: json_template(example, &known, source)?,
            }
        }
        "any" => Body::Any {
            example: match fields.get("example") {
                Some(example) => source.payload(example, &known)?,
                None => Template::of_bytes(b"any".to_vec()),
            },
        },
        "one_of" => {
            let all: Vec<_> = fields
                .list("one_of")
                .map(|one| source.payload(one, &known))
                .collect();
            let all: Vec<_> = all.into_iter().collect::<Option<_>>()?;
            if all.is_empty() {
                return None;
            }
            Body::OneOf(all)
        }
        "http" => Body::Http(Box::new(http::read(value, &known, source)?)),
        "ws" => websocket::read(value, dry_run, source)?,
        _ => return None,
    })
}

pub(super) fn json_template(
    node: &Node<'_>,
    known: &dyn Fn(&str) -> bool,
    source: &mut SuiteSource<'_>,
) -> Option<JsonTemplate> {
    let faults = source.faults.len();
    source.check_json_values(node, known);
    let value = json::value(node.get_ref());
    (source.faults.len() == faults).then(|| JsonTemplate::new(value, source.parameters.clone()))
}

pub(super) fn repeat(
    node: &Node<'_>,
    dry_run: &DryRun<'_>,
    source: &mut SuiteSource<'_>,
) -> Option<Template> {
    let fields = fields::of(node)?;
    let times: usize = fields.number("times")?;
    let once = source.payload(fields.get("text")?, &|name| dry_run.defines(name))?;
    let once = dry_run.fill(&once);
    let most = dry_run.stream_bytes();
    if once.len().saturating_mul(times) > most {
        let span = fields.get("times")?.span();
        let fault = Diagnostic::new(
            "message too large",
            span,
            format!("makes more than {most} bytes"),
        );
        source
            .faults
            .push(fault.help("lower `times`, or raise `limits.stream_bytes`"));
        return None;
    }
    if !source.has_room(once.len() * times, node.span()) {
        return None;
    }
    let repeated = Template::of_bytes(once.repeat(times));
    let mut edge = |key| match fields.get(key) {
        Some(text) => source.payload(text, &|name| dry_run.defines(name)),
        None => Some(Template::default()),
    };
    let (before, after) = (edge("before"), edge("after"));
    Some(Template::joined([before?, repeated, after?]))
}

/// Compiles the regular expression of a message, and reports why it is invalid.
pub(super) fn message_pattern(
    node: &Node<'_>,
    known: &dyn Fn(&str) -> bool,
    source: &mut SuiteSource<'_>,
) -> Option<MessagePattern> {
    let literal = source.literal(node)?;
    let has_valid_names = source.check_pattern_values(&literal, known);
    let (most, parameters) = (source.most_states(), source.parameters.clone());
    let pattern = checked_expression(node, without_values, source, |it| {
        MessagePattern::new(it, most, &parameters)
    });
    pattern.filter(|_| has_valid_names)
}

/// Compiles a regular expression, and reports why it is invalid.
pub(super) fn expression<E>(
    node: &Node<'_>,
    source: &mut SuiteSource<'_>,
    compile: impl Fn(&str) -> Result<E, regex::Error>,
) -> Option<E> {
    checked_expression(node, str::to_owned, source, compile)
}

/// `checked` makes the expression of which the syntax is checked, with the same offsets.
fn checked_expression<E>(
    node: &Node<'_>,
    checked: impl Fn(&str) -> String,
    source: &mut SuiteSource<'_>,
    compile: impl Fn(&str) -> Result<E, regex::Error>,
) -> Option<E> {
    let written = node.get_ref().as_str()?;
    let literal = source.literal(node)?;
    let written_states = written.len().saturating_mul(STATES_PER_BYTE);
    if !source.count_states(written_states, node.span()) {
        return None;
    }
    // Messages are bytes.
    let mut parser = regex_syntax::ParserBuilder::new().utf8(false).build();
    let syntax = match parser.parse(&checked(written)) {
        Ok(syntax) => syntax,
        Err(error) => {
            let (span, why) = syntax_error(&error, &literal);
            source
                .faults
                .push(Diagnostic::new("invalid regular expression", span, why));
            return None;
        }
    };
    if !source.count_states(states(&syntax), node.span()) {
        return None;
    }
    let compiled = compile(written);
    if compiled.is_err() {
        let label = "needs more than 10 MiB when compiled";
        let fault = Diagnostic::new("regular expression too large", node.span(), label);
        source.faults.push(
            fault.help("use fewer repetitions, or smaller classes (`[a-z]` instead of `\\w`)"),
        );
    }
    compiled.ok()
}

fn syntax_error(error: &regex_syntax::Error, literal: &Literal<'_>) -> (Range<usize>, String) {
    let (span, why) = match error {
        regex_syntax::Error::Parse(error) => (error.span(), error.kind().to_string()),
        regex_syntax::Error::Translate(error) => (error.span(), error.kind().to_string()),
        other => return (literal.span(&(0..literal.text.len())), other.to_string()),
    };
    let range = span.start.offset
        ..span
            .end
            .offset
            .max(span.start.offset + 1)
            .min(literal.text.len().max(1));
    (literal.span(&range), why)
}

/// What the peer may send before a message.
fn skips(fields: &Fields<'_>, source: &mut SuiteSource<'_>) -> Option<Regex> {
    let anchored = |written: &str| Regex::new(&format!(r"\A(?:{written})\z"));
    expression(fields.get("skips")?, source, anchored)
}

pub(super) fn captures(fields: &Fields<'_>) -> Vec<Capture> {
    let Some(node) = fields.get("capture") else {
        return Vec::new();
    };
    if let Some(name) = node.get_ref().as_str() {
        return vec![Capture {
            name: VariableName::new(name),
            what: Captured::Whole,
        }];
    }
    let Some(names) = fields::of(node) else {
        return Vec::new();
    };
    let pointer = |node: &Node<'_>| node.get_ref().as_str().unwrap_or_default().to_owned();
    names
        .entries()
        .map(|(name, node)| Capture {
            name: VariableName::new(name),
            what: Captured::Pointer(pointer(node)),
        })
        .collect()
}
