//! From `ignore` of a suite or a scenario to its messages.

use super::action;
use super::fields::{self, Fields, Node};
use super::hex;
use super::source::SuiteSource;
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
    let fields = fields::of(node)?;
    let sides = [(Side::Client, "client"), (Side::Server, "server")];
    let written = sides.into_iter();
    let (side, value) = written
        .filter_map(|(side, key)| Some((side, fields.get(key)?)))
        .next()?;
    let message = Message {
        body: body(value, source)?,
        captures: Vec::new(),
        skips: None,
    };
    Some(IgnoredMessage { side, message })
}

/// What it accepts. It is never sent, so it has no example.
fn body(node: &Node<'_>, source: &mut SuiteSource<'_>) -> Option<Body> {
    let parameters = source.parameters.clone();
    let known = |name: &str| name == VariableName::UNIQUE || parameters.get(name).is_some();
    if node.get_ref().is_str() {
        return Some(Body::Text(source.payload(node, &known)?));
    }
    let (verb, value) = fields::of(node)?.entries().next()?;
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
        _ => return None,
    })
}
