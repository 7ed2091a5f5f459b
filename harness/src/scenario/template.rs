//! Bytes and JSON with variables (`${name}`), whose values are known only in a run.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::payload::{Notation, TokenKind, tokens};

/// The name of a variable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableName(String);

impl VariableName {
    /// The variable that differs on every connection.
    pub const UNIQUE: &'static str = "unique";

    /// The length of `${unique}`. It is constant, so that offsets are the same in every run.
    pub const UNIQUE_LENGTH: usize = 8;

    pub(super) fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VariableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The value of a variable.
#[derive(Clone, Debug, PartialEq)]
pub enum BoundValue {
    Bytes(Vec<u8>),
    Json(Value),
}

impl BoundValue {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::Json(Value::String(text)) => text.clone().into_bytes(),
            Self::Json(value) => value.to_string().into_bytes(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Bytes(bytes) => Value::String(String::from_utf8_lossy(bytes).into_owned()),
            Self::Json(value) => value.clone(),
        }
    }
}

/// The variables that are defined at some point of an exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct Bindings(BTreeMap<VariableName, BoundValue>);

impl Bindings {
    /// Bindings for one connection, with its value of `${unique}`. The value is cut or
    /// padded to [`VariableName::UNIQUE_LENGTH`] bytes.
    #[must_use]
    pub fn fresh(unique: &str) -> Self {
        let mut bytes = unique.as_bytes().to_vec();
        bytes.resize(VariableName::UNIQUE_LENGTH, b'0');
        Self(BTreeMap::from([(
            VariableName::new(VariableName::UNIQUE),
            BoundValue::Bytes(bytes),
        )]))
    }

    /// Example values, for planning cases without a run.
    #[must_use]
    pub fn example() -> Self {
        Self::fresh("00000000")
    }

    pub fn bind(&mut self, name: VariableName, value: BoundValue) {
        self.0.insert(name, value);
    }

    #[must_use]
    pub fn defines(&self, name: &str) -> bool {
        self.0.keys().any(|known| known.as_str() == name)
    }

    fn get(&self, name: &VariableName) -> &BoundValue {
        self.0
            .get(name)
            .expect("a suite that parsed uses a value only after it was captured")
    }
}

/// Bytes with variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    parts: Vec<TemplatePart>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum TemplatePart {
    Bytes(Vec<u8>),
    Value(VariableName),
}

impl Template {
    pub(super) fn of_bytes(bytes: Vec<u8>) -> Self {
        Self {
            parts: vec![TemplatePart::Bytes(bytes)],
        }
    }

    /// Parses a text. Its errors have been reported, so they are ignored here.
    pub(super) fn of_text(text: &str, notation: Notation) -> Self {
        let mut template = Self::default();
        for token in tokens(text, notation) {
            match token.kind {
                TokenKind::Plain(plain) => template.push_bytes(plain.as_bytes()),
                TokenKind::Byte(byte) => template.push_bytes(&[byte]),
                TokenKind::Character(c) => {
                    template.push_bytes(c.encode_utf8(&mut [0; 4]).as_bytes())
                }
                TokenKind::Value(name) => template
                    .parts
                    .push(TemplatePart::Value(VariableName::new(name))),
                TokenKind::LineEnd | TokenKind::Fault(_) => {}
            }
        }
        template
    }

    fn push_bytes(&mut self, bytes: &[u8]) {
        match self.parts.last_mut() {
            Some(TemplatePart::Bytes(last)) => last.extend_from_slice(bytes),
            _ => self.parts.push(TemplatePart::Bytes(bytes.to_vec())),
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &VariableName> {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Value(name) => Some(name),
            TemplatePart::Bytes(_) => None,
        })
    }

    /// Replaces the variables by their values.
    #[must_use]
    pub fn fill(&self, bindings: &Bindings) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in &self.parts {
            match part {
                TemplatePart::Bytes(part) => bytes.extend_from_slice(part),
                TemplatePart::Value(name) => bytes.extend(bindings.get(name).bytes()),
            }
        }
        bytes
    }
}

/// JSON with variables in its strings.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonTemplate(Value);

impl JsonTemplate {
    pub(super) fn new(value: Value) -> Self {
        Self(value)
    }

    pub(super) fn names(&self) -> Vec<VariableName> {
        let mut names = Vec::new();
        collect_names(&self.0, &mut names);
        names
    }

    /// Replaces the variables by their values. A string of one variable and nothing else
    /// becomes the value itself, so that a number stays a number.
    #[must_use]
    pub fn fill(&self, bindings: &Bindings) -> Value {
        fill_json(&self.0, bindings)
    }
}

fn collect_names(value: &Value, names: &mut Vec<VariableName>) {
    match value {
        Value::String(text) => {
            names.extend(Template::of_text(text, Notation::Values).names().cloned())
        }
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, names)),
        Value::Object(entries) => entries
            .values()
            .for_each(|value| collect_names(value, names)),
        _ => {}
    }
}

fn fill_json(value: &Value, bindings: &Bindings) -> Value {
    match value {
        Value::String(text) => fill_string(text, bindings),
        Value::Array(items) => items.iter().map(|item| fill_json(item, bindings)).collect(),
        Value::Object(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), fill_json(value, bindings)))
            .collect(),
        other => other.clone(),
    }
}

fn fill_string(text: &str, bindings: &Bindings) -> Value {
    let template = Template::of_text(text, Notation::Values);
    if let [TemplatePart::Value(name)] = template.parts.as_slice() {
        return bindings.get(name).json();
    }
    Value::String(String::from_utf8_lossy(&template.fill(bindings)).into_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn escapes_become_bytes_and_line_ends_are_ignored() {
        let template = Template::of_text("a\\x00\n\\u{e9}\\n", Notation::Wire);
        assert_eq!(template.fill(&Bindings::example()), b"a\0\xc3\xa9\n");
    }

    #[test]
    fn the_unique_value_always_has_the_same_length() {
        let template = Template::of_text("k-${unique}", Notation::Wire);
        for unique in ["", "ab", "0123456789"] {
            assert_eq!(
                template.fill(&Bindings::fresh(unique)).len(),
                2 + VariableName::UNIQUE_LENGTH
            );
        }
    }

    #[test]
    fn a_string_of_one_variable_becomes_the_captured_json_value() {
        let mut bindings = Bindings::example();
        bindings.bind(VariableName::new("id"), BoundValue::Json(json!(7)));
        let template =
            JsonTemplate::new(json!({ "id": "${id}", "text": "no ${id}", "plain": "$5" }));
        assert_eq!(
            template.fill(&bindings),
            json!({ "id": 7, "text": "no 7", "plain": "$5" })
        );
    }
}
