//! Bytes and JSON with variables (`${name}`), whose values are known only in a run.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::parameter::ParameterValues;
use super::payload::{Notation, TokenKind, tokens};
use super::suite::Limits;

/// What the names of values of the baseline begin with. No name of a suite does.
const OF_BASELINE: &str = "=";

/// The name of a variable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableName(String);

impl VariableName {
    /// The variable that differs on every connection.
    pub const UNIQUE: &'static str = "unique";

    /// The length of `${unique}`. It is constant, so that offsets are the same in every run.
    pub const UNIQUE_LENGTH: usize = 8;

    /// JSON's null: a string of a JSON value that is `${null}` and nothing else.
    pub const NULL: &'static str = "null";

    pub(super) fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// What the baseline showed where the suite has this offset. A suite cannot name it.
    pub(super) fn of_baseline(offset: usize) -> Self {
        Self(format!("{OF_BASELINE}{offset}"))
    }

    fn is_of_baseline(&self) -> bool {
        self.0.starts_with(OF_BASELINE)
    }

    /// Whether no message can define it.
    pub(super) fn is_reserved(&self) -> bool {
        [Self::UNIQUE, Self::NULL].contains(&self.as_str())
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

/// A value, also as the bytes that replace its name in a text.
#[derive(Clone, Debug, PartialEq)]
struct Bound {
    bytes: Vec<u8>,
    json: Option<Value>,
}

impl Bound {
    fn new(value: BoundValue) -> Self {
        match value {
            BoundValue::Bytes(bytes) => Self { bytes, json: None },
            BoundValue::Json(json) => Self {
                bytes: match &json {
                    Value::String(text) => text.clone().into_bytes(),
                    other => other.to_string().into_bytes(),
                },
                json: Some(json),
            },
        }
    }

    fn json(&self) -> Value {
        let text = || Value::String(String::from_utf8_lossy(&self.bytes).into_owned());
        self.json.clone().unwrap_or_else(text)
    }
}

/// A message that is too large with the values of its variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow {
    /// Its size in bytes.
    pub size: usize,
    /// The limit in bytes.
    pub most: usize,
}

/// The variables that are defined at some point of an exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct Bindings {
    values: BTreeMap<VariableName, Bound>,
    /// The most bytes of a message with its values.
    most: usize,
}

impl Bindings {
    /// Bindings for one connection, with its value of `${unique}`. The value is cut or
    /// padded to [`VariableName::UNIQUE_LENGTH`] bytes.
    #[must_use]
    pub fn fresh(unique: &str) -> Self {
        let mut bytes = unique.as_bytes().to_vec();
        bytes.resize(VariableName::UNIQUE_LENGTH, b'0');
        let mut bindings = Self {
            values: BTreeMap::new(),
            most: Limits::default().stream_bytes,
        };
        let name = VariableName::new(VariableName::UNIQUE);
        bindings.bind(name, BoundValue::Bytes(bytes));
        bindings
    }

    /// Example values, for planning cases without a run.
    #[must_use]
    pub fn example() -> Self {
        Self::fresh(Self::EXAMPLE)
    }

    /// The value of `${unique}` in examples.
    pub(crate) const EXAMPLE: &str = "00000000";

    /// The same values with another limit for a message that they fill.
    #[must_use]
    pub fn limited_to(self, most: usize) -> Self {
        Self { most, ..self }
    }

    pub fn bind(&mut self, name: VariableName, value: BoundValue) {
        self.values.insert(name, Bound::new(value));
    }

    /// The values that must be the same in every case as in the baseline.
    #[must_use]
    pub fn of_baseline(&self) -> Self {
        let values = self.values.iter().filter(|(name, _)| name.is_of_baseline());
        Self {
            values: values
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            most: self.most,
        }
    }

    /// Adds values; those that are known stay.
    pub fn add(&mut self, others: &Self) {
        for (name, value) in &others.values {
            let known = self.values.entry(name.clone());
            known.or_insert_with(|| value.clone());
        }
    }

    /// Takes over the values of these variables, as far as they are defined.
    pub(crate) fn take_over(&mut self, names: &[VariableName], from: &Self) {
        for name in names {
            if let Some(value) = from.values.get(name) {
                self.values.insert(name.clone(), value.clone());
            }
        }
    }

    #[must_use]
    pub fn defines(&self, name: &str) -> bool {
        self.values.keys().any(|known| known.as_str() == name)
    }

    /// The value of `${unique}`.
    pub(crate) fn unique(&self) -> &[u8] {
        self.bytes(&VariableName::new(VariableName::UNIQUE))
    }

    /// The bytes that replace a variable in a text.
    #[must_use]
    pub fn bytes(&self, name: &VariableName) -> &[u8] {
        &self.get(name).bytes
    }

    fn get(&self, name: &VariableName) -> &Bound {
        self.values
            .get(name)
            .expect("a suite that parsed uses a value only after it was captured")
    }

    /// Whether a message of this size is within the limit.
    pub(super) fn check_size(&self, size: usize) -> Result<(), Overflow> {
        let most = self.most;
        if size <= most {
            Ok(())
        } else {
            Err(Overflow { size, most })
        }
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
                TokenKind::Value(name) => template.push_value(VariableName::new(name)),
                TokenKind::LineEnd | TokenKind::Fault(_) => {}
            }
        }
        template
    }

    pub(super) fn push_value(&mut self, name: VariableName) {
        self.parts.push(TemplatePart::Value(name));
    }

    pub(super) fn joined(templates: impl IntoIterator<Item = Self>) -> Self {
        let mut joined = Self::default();
        for part in templates.into_iter().flat_map(|it| it.parts) {
            match part {
                TemplatePart::Bytes(bytes) => joined.push_bytes(&bytes),
                TemplatePart::Value(_) => joined.parts.push(part),
            }
        }
        joined
    }

    /// The same with the values of parameters in the place of their names.
    #[must_use]
    pub(super) fn with(&self, parameters: &ParameterValues) -> Self {
        let mut template = Self::default();
        for part in &self.parts {
            match part {
                TemplatePart::Bytes(bytes) => template.push_bytes(bytes),
                TemplatePart::Value(name) => match parameters.get(name.as_str()) {
                    Some(value) => template.push_bytes(value),
                    None => template.parts.push(part.clone()),
                },
            }
        }
        template
    }

    pub(super) fn push_bytes(&mut self, bytes: &[u8]) {
        match self.parts.last_mut() {
            Some(TemplatePart::Bytes(last)) => last.extend_from_slice(bytes),
            _ => self.parts.push(TemplatePart::Bytes(bytes.to_vec())),
        }
    }

    /// Its bytes, if it has no variables.
    #[must_use]
    pub(super) fn literal(&self) -> Option<&[u8]> {
        match self.parts.as_slice() {
            [] => Some(&[]),
            [TemplatePart::Bytes(bytes)] => Some(bytes),
            _ => None,
        }
    }

    pub fn names(&self) -> impl Iterator<Item = &VariableName> {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Value(name) => Some(name),
            TemplatePart::Bytes(_) => None,
        })
    }

    /// Replaces the variables by their values. Stops at the limit of the bindings;
    /// [`Template::check_size`] says whether it fits.
    #[must_use]
    pub fn fill(&self, bindings: &Bindings) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in self.filled_parts(bindings) {
            let left = bindings.most.saturating_sub(bytes.len());
            bytes.extend_from_slice(&part[..part.len().min(left)]);
        }
        bytes
    }

    /// Whether it is within the limit with these values.
    pub fn check_size(&self, bindings: &Bindings) -> Result<(), Overflow> {
        bindings.check_size(self.filled_size(bindings))
    }

    fn filled_size(&self, bindings: &Bindings) -> usize {
        let sizes = self.filled_parts(bindings).map(<[u8]>::len);
        sizes.fold(0, usize::saturating_add)
    }

    fn filled_parts<'a>(&'a self, bindings: &'a Bindings) -> impl Iterator<Item = &'a [u8]> {
        self.parts.iter().map(|part| match part {
            TemplatePart::Bytes(part) => part.as_slice(),
            TemplatePart::Value(name) => bindings.get(name).bytes.as_slice(),
        })
    }
}

/// JSON with variables in its strings.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonTemplate {
    value: Value,
    parameters: ParameterValues,
}

impl JsonTemplate {
    /// The string that is null in a message.
    pub(super) const NULL: &'static str = "${null}";

    /// Replaces the strings that are null.
    pub(super) fn new(value: Value, parameters: ParameterValues) -> Self {
        Self {
            value: with_nulls(value),
            parameters,
        }
    }

    pub(super) fn names(&self) -> Vec<VariableName> {
        let mut names = Vec::new();
        self.collect_names(&self.value, &mut names);
        names
    }

    /// Replaces the variables by their values. A string of one variable and nothing else
    /// becomes the value itself, so that a number stays a number. Where that is too large
    /// ([`JsonTemplate::check_size`]) the variables stay.
    #[must_use]
    pub fn fill(&self, bindings: &Bindings) -> Value {
        match self.check_size(bindings) {
            Ok(()) => self.filled(&self.value, bindings),
            Err(_) => self.value.clone(),
        }
    }

    /// Whether its strings are within the limit with these values.
    pub fn check_size(&self, bindings: &Bindings) -> Result<(), Overflow> {
        bindings.check_size(self.filled_size(&self.value, bindings))
    }

    /// The size of all strings with their values.
    fn filled_size(&self, value: &Value, bindings: &Bindings) -> usize {
        let add = |sum: usize, value: &Value| sum.saturating_add(self.filled_size(value, bindings));
        match value {
            Value::String(text) => self.string(text).filled_size(bindings),
            Value::Array(items) => items.iter().fold(0, add),
            Value::Object(entries) => entries.values().fold(0, add),
            _ => 0,
        }
    }

    fn collect_names(&self, value: &Value, names: &mut Vec<VariableName>) {
        match value {
            Value::String(text) => names.extend(self.string(text).names().cloned()),
            Value::Array(items) => items
                .iter()
                .for_each(|item| self.collect_names(item, names)),
            Value::Object(entries) => entries
                .values()
                .for_each(|value| self.collect_names(value, names)),
            _ => {}
        }
    }

    fn filled(&self, value: &Value, bindings: &Bindings) -> Value {
        match value {
            Value::String(text) => self.filled_string(text, bindings),
            Value::Array(items) => items
                .iter()
                .map(|item| self.filled(item, bindings))
                .collect(),
            Value::Object(entries) => entries
                .iter()
                .map(|(key, value)| (key.clone(), self.filled(value, bindings)))
                .collect(),
            other => other.clone(),
        }
    }

    fn filled_string(&self, text: &str, bindings: &Bindings) -> Value {
        let template = self.string(text);
        if let [TemplatePart::Value(name)] = template.parts.as_slice() {
            return bindings.get(name).json();
        }
        Value::String(String::from_utf8_lossy(&template.fill(bindings)).into_owned())
    }

    fn string(&self, text: &str) -> Template {
        Template::of_text(text, Notation::Values).with(&self.parameters)
    }
}

fn with_nulls(value: Value) -> Value {
    match value {
        Value::String(text) if text == JsonTemplate::NULL => Value::Null,
        Value::Array(items) => items.into_iter().map(with_nulls).collect(),
        Value::Object(entries) => {
            let entries = entries.into_iter();
            entries.map(|(key, it)| (key, with_nulls(it))).collect()
        }
        other => other,
    }
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
    fn values_are_counted_before_they_are_put_in() {
        let mut bindings = Bindings::example().limited_to(1_000);
        let large = "x".repeat(600);
        bindings.bind(VariableName::new("a"), BoundValue::Json(json!(large)));
        let once = Template::of_text("${a}", Notation::Wire);
        assert_eq!(once.check_size(&bindings), Ok(()));
        let often = "${a}".repeat(100_000);
        let overflow = Overflow {
            size: 60_000_000,
            most: 1_000,
        };
        let text = Template::of_text(&often, Notation::Wire);
        assert_eq!(text.check_size(&bindings), Err(overflow));
        assert_eq!(text.fill(&bindings).len(), 1_000);
        let value = JsonTemplate::new(json!([{ "k": often }]), ParameterValues::default());
        assert_eq!(value.check_size(&bindings), Err(overflow));
        assert_eq!(value.fill(&bindings), value.value);
    }

    #[test]
    fn a_string_that_is_null_becomes_null() {
        let written = json!({ "a": "${null}", "b": ["${null}", "$${null}", "no ${id}"] });
        let template = JsonTemplate::new(written, ParameterValues::default());
        let names = template.names();
        assert_eq!(names, [VariableName::new("id")]);
        let mut bindings = Bindings::example();
        bindings.bind(VariableName::new("id"), BoundValue::Json(Value::Null));
        assert_eq!(
            template.fill(&bindings),
            json!({ "a": null, "b": [null, "${null}", "no null"] })
        );
    }

    #[test]
    fn a_string_of_one_variable_becomes_the_captured_json_value() {
        let mut bindings = Bindings::example();
        bindings.bind(VariableName::new("id"), BoundValue::Json(json!(7)));
        let value = json!({ "id": "${id}", "text": "no ${id}", "plain": "$5" });
        let template = JsonTemplate::new(value, ParameterValues::default());
        assert_eq!(
            template.fill(&bindings),
            json!({ "id": 7, "text": "no 7", "plain": "$5" })
        );
    }
}
