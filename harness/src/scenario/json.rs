//! JSON values written as TOML.

use serde_json::Value;
use toml::de::DeValue;

use super::diagnostic::Diagnostic;
use super::toml_value::{Node, float, integer};

/// The deepest nesting.
const MAX_DEPTH: usize = 32;

/// Reports every place of a TOML value that JSON cannot express.
pub(super) fn check(node: &Node<'_>, faults: &mut Vec<Diagnostic>) {
    check_below(node, MAX_DEPTH, faults);
}

fn check_below(node: &Node<'_>, depth: usize, faults: &mut Vec<Diagnostic>) {
    if depth == 0 {
        let label = format!("more than {MAX_DEPTH} levels");
        faults.push(
            Diagnostic::new("JSON value nested too deeply", node.span(), label)
                .help("write the message as `text`"),
        );
        return;
    }
    match node.get_ref() {
        DeValue::Array(items) => items
            .iter()
            .for_each(|item| check_below(item, depth - 1, faults)),
        DeValue::Table(entries) => entries
            .values()
            .for_each(|value| check_below(value, depth - 1, faults)),
        DeValue::Integer(_) if integer(node.get_ref()).is_none() => {
            faults.push(Diagnostic::new(
                "number out of range",
                node.span(),
                "does not fit in 64 bits",
            ));
        }
        DeValue::Float(_) if float(node.get_ref()).is_none() => {
            faults.push(Diagnostic::new(
                "JSON cannot express this number",
                node.span(),
                "not a finite number",
            ));
        }
        DeValue::Datetime(_) => faults.push(
            Diagnostic::new(
                "JSON cannot express this value",
                node.span(),
                "this is a date",
            )
            .help("write the date as a string"),
        ),
        _ => {}
    }
}

/// Converts a TOML value; `null` where [`check`] reports an error.
pub(super) fn value(node: &DeValue<'_>) -> Value {
    match node {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(_) => integer(node).map_or(Value::Null, Value::from),
        DeValue::Float(_) => float(node).map_or(Value::Null, Value::from),
        DeValue::Boolean(flag) => Value::from(*flag),
        DeValue::Datetime(_) => Value::Null,
        DeValue::Array(items) => items.iter().map(|item| value(item.get_ref())).collect(),
        DeValue::Table(entries) => entries
            .iter()
            .map(|(key, item)| (key.get_ref().to_string(), value(item.get_ref())))
            .collect(),
    }
}
