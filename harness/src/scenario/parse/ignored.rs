//! From `ignore` of a suite or a scenario to its messages.

use super::action;
use super::fields::{self, Fields, Node};
use super::hex;
use super::source::SuiteSource;
use super::websocket;
use crate::scenario::exchange::Side;
use crate::scenario::ignored::IgnoredMessage;
use crate::scenario::message::{Body, Message};
use crate::scenario::template::{Template, VariableName};

/// The list of a table, or the one above it if it has none.
pub(super) fn read(
    fields: &Fields<'_>,
    above: &[IgnoredMessage],
    source: &mut SuiteSource<'_>,
) -> Vec<IgnoredMessage> {
    if !fields.has("ignore") {
        return above.to_vec();
    }
    let entries = fields.list("ignore");
    entries
        .filter_map(|node| read_entry(node, source))
        .collect()
}

fn read_entry(node: &Node<'_>, source: &mut SuiteSource<'_>) -> Option<IgnoredMessage> {
    let (side, value) = sender(&fields::of(node)?)?;
    let message = Message {
        body: body(value, source)?,
        captures: Vec::new(),
        skips: None,
    };
    Some(IgnoredMessage {
        side,
        message,
        reply: None,
    })
}

/// Who sends a message that comes at any time, and what it is.
pub(super) fn sender<'a>(fields: &Fields<'a>) -> Option<(Side, &'a Node<'a>)> {
    let sides = [(Side::Client, "client"), (Side::Server, "server")];
    let mut written = sides.into_iter();
    written.find_map(|(side, key)| Some((side, fields.get(key)?)))
}

/// What it accepts. It is never sent, so it has no example.
pub(super) fn body(node: &Node<'_>, source: &mut SuiteSource<'_>) -> Option<Body> {
    let parameters = source.parameters.clone();
    let known = |name: &str| name == VariableName::UNIQUE || parameters.get(name).is_some();
    if node.get_ref().is_str() {
        return Some(Body::Text(source.payload(node, &known)?));
    }
    let mut verbs = fields::of(node)?.entries();
    let (verb, value) = verbs.find(|(key, _)| *key != "capture")?;
    Some(match verb {
        "text" => Body::Text(source.payload(value, &known)?),
        "matches" => Body::Matches {
            pattern: action::message_pattern(value, &known, source)?,
            example: Template::default(),
        },
        "hex" => hex::accepted(value, &known, source)?,
        "json_subset" => {
            let value = action::json_template(value, &known, source)?;
            Body::JsonSubset {
                example: value.clone(),
                value,
            }
        }
        "ws" => websocket::trigger(value, &known, source)?,
        _ => return None,
    })
}
