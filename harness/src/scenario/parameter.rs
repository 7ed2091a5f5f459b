//! Parameters of a suite: `${name}` with a value that is the same for the whole run.
//!
//! A suite gives each parameter a default. A run may give another value (`--set NAME=VALUE`):
//! [`ParameterSetting::apply`] writes it into the text of the suite before it is parsed. So the
//! text that is saved with a failure has all values.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::payload::{Notation, TokenKind, is_name, tokens};
use super::template::{BoundValue, Template, VariableName};
use super::toml_value::Node;

/// The key of a suite that has the parameters.
const TABLE: &str = "parameters";

/// The key of a parameter that has its value, if it is a table.
const DEFAULT: &str = "default";

/// A parameter that a suite declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub(super) name: VariableName,
    /// As it is written, with wirecheck's escapes.
    pub(super) written: String,
    pub(super) about: Option<String>,
    /// The bytes of the file that hold its value.
    pub(super) span: Range<usize>,
    pub(super) is_used: bool,
}

impl Parameter {
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Its value as the suite writes it, with wirecheck's escapes.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// What it is for.
    #[must_use]
    pub fn about(&self) -> Option<&str> {
        self.about.as_deref()
    }

    /// The bytes of the file that hold its value.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Whether a step of the suite uses it.
    #[must_use]
    pub fn is_used(&self) -> bool {
        self.is_used
    }
}

/// The values of parameters, as bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ParameterValues(Arc<BTreeMap<VariableName, DeclaredValue>>);

#[derive(Clone, Debug, PartialEq)]
struct DeclaredValue {
    bytes: Vec<u8>,
    /// The bytes of the file that hold it.
    span: Range<usize>,
}

impl ParameterValues {
    pub(super) fn of(parameters: &[Parameter]) -> Self {
        let values = parameters.iter().map(|it| {
            let value = Template::of_text(&it.written, Notation::Wire);
            let value = value.literal().map(<[u8]>::to_vec);
            let value = DeclaredValue {
                bytes: value.unwrap_or_default(),
                span: it.span.clone(),
            };
            (it.name.clone(), value)
        });
        Self(Arc::new(values.collect()))
    }

    pub(super) fn get(&self, name: &str) -> Option<&[u8]> {
        self.declared(name).map(|value| value.bytes.as_slice())
    }

    fn declared(&self, name: &str) -> Option<&DeclaredValue> {
        self.0.get(&VariableName::new(name))
    }

    /// The name of the parameter that a text such as `${name}` stands for, and the bytes of the
    /// file that hold its value.
    pub(super) fn declared_as(&self, written: &str) -> Option<(String, Range<usize>)> {
        let name = written.strip_prefix("${")?.strip_suffix('}')?;
        Some((name.to_owned(), self.declared(name)?.span.clone()))
    }

    pub(super) fn bound(&self) -> impl Iterator<Item = (VariableName, BoundValue)> {
        let all = self.0.iter();
        all.map(|(name, value)| (name.clone(), BoundValue::Bytes(value.bytes.clone())))
    }
}

/// The name of a parameter, as a user gives it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ParameterName(String);

/// The value of a parameter, as a user gives it: a text with wirecheck's escapes that may stand
/// in single quotes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ParameterValue(String);

/// A value that a user gives to a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterSetting {
    pub name: ParameterName,
    pub value: ParameterValue,
}

/// Why `NAME=VALUE` gives no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    #[error("write NAME=VALUE, e.g. target=/index.html")]
    NoValue,
    #[error("`{0}` is not a name: a name starts with a-z and continues with a-z, 0-9 and `_`")]
    Name(String),
    #[error("{what}: `{written}` at offset {at} of the value: {label}; {help}")]
    Value {
        what: &'static str,
        /// The wrong part of the value.
        written: String,
        /// In characters.
        at: usize,
        label: &'static str,
        help: &'static str,
    },
}

impl ParameterName {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ParameterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ParameterName {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        if is_name(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SettingError::Name(text.to_owned()))
        }
    }
}

impl fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ParameterValue {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let mut quotable = String::with_capacity(text.len());
        for token in tokens(text, Notation::Wire) {
            let written = &text[token.range.clone()];
            let wrong = |what, label, help| SettingError::Value {
                what,
                written: written.to_owned(),
                at: text[..token.range.start].chars().count(),
                label,
                help,
            };
            match token.kind {
                TokenKind::Fault(fault) => {
                    return Err(wrong(fault.message(), fault.label(), fault.help()));
                }
                TokenKind::Value(_) => return Err(wrong(VARIABLE, VARIABLE_LABEL, VARIABLE_HELP)),
                _ => written
                    .chars()
                    .for_each(|c| push_quotable(c, &mut quotable)),
            }
        }
        Ok(Self(quotable))
    }
}

pub(super) const VARIABLE: &str = "a variable in a parameter";
pub(super) const VARIABLE_LABEL: &str = "the value of a parameter is the same in the whole run";
pub(super) const VARIABLE_HELP: &str =
    "use the variable beside the parameter; for a literal `${` write `$${`";

/// Writes a character so that it may stand in single quotes on one line.
fn push_quotable(c: char, text: &mut String) {
    match c {
        '\'' => text.push_str("\\x27"),
        '\n' => text.push_str("\\n"),
        '\t' => text.push('\t'),
        // A control character is one byte up to U+007F, and no others may stand in TOML.
        c if c.is_ascii_control() => text.push_str(&format!("\\x{:02x}", u32::from(c))),
        c => text.push(c),
    }
}

impl FromStr for ParameterSetting {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let (name, value) = text.split_once('=').ok_or(SettingError::NoValue)?;
        Ok(Self {
            name: name.parse()?,
            value: value.parse()?,
        })
    }
}

impl fmt::Display for ParameterSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

impl ParameterSetting {
    /// The text of a suite with these values as defaults, and the settings that it declares. All
    /// else stays as it is. A text that is not TOML is not changed: the parser reports it.
    #[must_use]
    pub fn apply(settings: &[Self], text: &str) -> (String, Vec<Self>) {
        let unchanged = || (text.to_owned(), Vec::new());
        if settings.is_empty() {
            return unchanged();
        }
        let Ok(tree) = DeTable::parse(text) else {
            return unchanged();
        };
        let Some(declared) = tree.get_ref().get(TABLE) else {
            return unchanged();
        };
        let mut changes: Vec<(Range<usize>, &Self)> = Vec::new();
        for setting in settings {
            if let Some(span) = value_span(declared, &setting.name) {
                // Of several values for a name the last counts.
                changes.retain(|(other, _)| *other != span);
                changes.push((span, setting));
            }
        }
        changes.sort_by_key(|(span, _)| span.start);
        let mut changed = String::with_capacity(text.len());
        let mut end = 0;
        for (span, setting) in &changes {
            changed.push_str(&text[end..span.start]);
            changed.push_str(&format!("'{}'", setting.value));
            end = span.end;
        }
        changed.push_str(&text[end..]);
        let applied = changes.into_iter().map(|(_, setting)| setting.clone());
        (changed, applied.collect())
    }
}

/// The place of the value of a parameter.
fn value_span(declared: &Node<'_>, name: &ParameterName) -> Option<Range<usize>> {
    let parameter = declared.get_ref().as_table()?.get(name.as_str())?;
    let value = match parameter.get_ref() {
        DeValue::Table(table) => table.get(DEFAULT)?,
        _ => parameter,
    };
    value.get_ref().is_str().then(|| value.span())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Action, Bindings, NoAttachments, parse};

    fn set(settings: &[&str], text: &str) -> (String, usize) {
        let settings: Vec<_> = settings.iter().map(|it| it.parse().expect(it)).collect();
        let (text, applied) = ParameterSetting::apply(&settings, text);
        (text, applied.len())
    }

    #[test]
    fn only_the_value_of_the_parameter_changes_in_the_text() {
        let text = "# x\n[parameters]\ntarget = '/' # y\nhost = { default = \"a\", about = 'h' }\n\
                    [parameters.user]\ndefault = '''\nb'''\n";
        let expected = "# x\n[parameters]\ntarget = '/a' # y\nhost = { default = 'c', about = 'h' }\n\
                        [parameters.user]\ndefault = 'd=e'\n";
        let all = ["user=d=e", "target=/b", "host=c", "none=1", "target=/a"];
        assert_eq!(set(&all, text), (expected.to_owned(), 3));
        assert_eq!(set(&["none=1"], text), (text.to_owned(), 0));
    }

    #[test]
    fn a_message_has_the_value_in_the_place_of_the_name() {
        let text = r#"
            title = 'T'
            framing = 'line'
            parameters = { a = 'x${\x41' }
            [[scenario]]
            id = 's'
            exchange = [
                { client = '${a} ${unique}' },
                { server.json = { k = '$${a}${a}', l = ['${a}'] } },
                { client = { matches = '.*', example = '<${a}>' } },
            ]
        "#
        .replace("x${", "x$${");
        let suite = parse("t.toml", &text, &NoAttachments).expect("it is valid");
        let bindings = Bindings::fresh("12345678");
        let steps = suite.scenarios()[0].exchange().iter();
        let sent = steps.map(|step| match &step.action {
            Action::Send(message) => message.outgoing_payload(&bindings),
            other => panic!("{other:?}"),
        });
        let sent: Vec<_> = sent
            .map(|payload| String::from_utf8(payload).expect("it is text"))
            .collect();
        let json = r#"{"k":"${a}x${A","l":["x${A"]}"#;
        assert_eq!(sent, ["x${A 12345678", json, "<x${A>"]);
        assert!(suite.parameters()[0].is_used());
    }

    #[test]
    fn a_large_message_has_its_start_and_its_end_once() {
        let text = "title = 'T'\nframing = 'line'\nparameters = { end = '!' }\n[[scenario]]\nid = 's'\n\
                    exchange = [{ client.repeat = { before = '${unique} ', text = 'ab', times = 3, \
                    after = '${end}' } }]\n";
        let suite = parse("t.toml", text, &NoAttachments).expect("it is valid");
        let Action::Send(message) = &suite.scenarios()[0].exchange()[0].action else {
            panic!("it sends")
        };
        let sent = message.outgoing_payload(&Bindings::fresh("12345678"));
        assert_eq!(sent, b"12345678 ababab!");
    }

    #[test]
    fn a_text_that_is_not_toml_is_left_to_the_parser() {
        assert_eq!(set(&["a=1"], "a = ["), ("a = [".to_owned(), 0));
        assert_eq!(
            set(&["a=1"], "parameters = 1"),
            ("parameters = 1".to_owned(), 0)
        );
    }

    #[test]
    fn every_value_may_stand_in_single_quotes() {
        let written = |value: &str| value.parse::<ParameterValue>().expect("it is valid").0;
        assert_eq!(written(r"it's\n"), r"it\x27s\n");
        assert_eq!(written("a\nb\u{7f}\u{1}"), r"a\nb\x7f\x01");
        assert_eq!(written(r"\\'$${é"), r"\\\x27$${é");
    }

    #[test]
    fn an_invalid_setting_is_explained() {
        let error = |text: &str| {
            let setting = text.parse::<ParameterSetting>();
            setting.expect_err("it is invalid").to_string()
        };
        assert!(error("target").starts_with("write NAME=VALUE"));
        assert!(error("Target=/").starts_with("`Target` is not a name"));
        let escape = error(r"target=é\q");
        assert!(
            escape.starts_with(r"unknown escape: `\q` at offset 1"),
            "{escape}"
        );
        assert!(error("a=${unique}").starts_with("a variable in a parameter: `${unique}`"));
    }
}
