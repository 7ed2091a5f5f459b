//! The text of a suite: the spans of its strings, and the errors found so far.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Component, Path};

use super::Attachments;
use super::budget::Budget;
use super::fields::Node;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::parameter::ParameterValues;
use crate::scenario::pattern::values_outside_groups;
use crate::scenario::payload::{Notation, TokenKind, tokens};
use crate::scenario::suite::Limits;
use crate::scenario::template::{Bindings, JsonTemplate, Template, VariableName};

pub(super) struct SuiteSource<'s> {
    text: &'s str,
    /// The offset of each line.
    lines: Vec<usize>,
    attachments: &'s dyn Attachments,
    /// What was read of them, by path.
    pub(super) attached: BTreeMap<String, Vec<u8>>,
    pub(super) parameters: ParameterValues,
    /// The names of the parameters that steps have used so far.
    pub(super) used: BTreeSet<String>,
    messages: Budget,
    patterns: Budget,
    pub(super) faults: Vec<Diagnostic>,
}

/// A string without its quotes, and its offset in the file.
#[derive(Clone, Copy)]
pub(super) struct Literal<'s> {
    pub(super) start: usize,
    pub(super) text: &'s str,
}

/// The spans of an action's parts in the file.
pub(super) struct ActionSpans<'s> {
    /// The value of the verb.
    pub(super) span: Range<usize>,
    /// The string that is sent, if the action sends one.
    pub(super) literal: Option<Literal<'s>>,
    pub(super) example: Option<Range<usize>>,
    pub(super) capture: Option<Range<usize>>,
}

impl Literal<'_> {
    /// Converts a range of the literal to a range of the file.
    pub(super) fn span(&self, range: &Range<usize>) -> Range<usize> {
        self.start + range.start..self.start + range.end
    }

    /// The text at a range of the file.
    pub(super) fn within(&self, span: &Range<usize>) -> Option<&str> {
        let at = |offset: usize| offset.checked_sub(self.start);
        self.text.get(at(span.start)?..at(span.end)?)
    }

    /// The characters of the file that made the byte at `offset` of the payload.
    pub(super) fn locate(&self, offset: usize, bindings: &Bindings) -> Range<usize> {
        let mut before = 0;
        for token in tokens(self.text, Notation::Wire) {
            let len = Template::of_text(&self.text[token.range.clone()], Notation::Wire)
                .fill(bindings)
                .len();
            if offset < before + len {
                return self.span(&within_token(&token.kind, token.range, offset - before));
            }
            before += len;
        }
        self.span(&(self.text.len()..self.text.len()))
    }
}

/// One character of plain text, or the whole token.
fn within_token(kind: &TokenKind<'_>, range: Range<usize>, offset: usize) -> Range<usize> {
    match kind {
        TokenKind::Plain(plain) if plain.len() == range.len() => {
            let start = (0..=offset)
                .rev()
                .find(|at| plain.is_char_boundary(*at))
                .unwrap_or(0);
            let len = plain[start..].chars().next().map_or(1, char::len_utf8);
            range.start + start..range.start + start + len
        }
        _ => range,
    }
}

impl<'s> SuiteSource<'s> {
    pub(super) fn new(
        text: &'s str,
        attachments: &'s dyn Attachments,
        faults: Vec<Diagnostic>,
    ) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            text,
            lines: std::iter::once(0).chain(breaks).collect(),
            attachments,
            attached: BTreeMap::new(),
            parameters: ParameterValues::default(),
            used: BTreeSet::new(),
            messages: Budget::of_messages(&Limits::default()),
            patterns: Budget::of_patterns(&Limits::default()),
            faults,
        }
    }

    pub(super) fn set_budgets(&mut self, limits: &Limits) {
        self.messages = Budget::of_messages(limits);
        self.patterns = Budget::of_patterns(limits);
    }

    /// Whether the messages so far are larger than all may be. No more are built then.
    pub(super) fn is_too_large(&self) -> bool {
        self.messages.is_over()
    }

    /// Counts bytes of messages.
    pub(super) fn count_bytes(&mut self, bytes: usize, span: Range<usize>) {
        let counted = self.messages.spend(bytes, span);
        self.faults.extend(counted.err());
    }

    /// Whether a message of this size fits into the suite.
    pub(super) fn has_room(&mut self, bytes: usize, span: Range<usize>) -> bool {
        let checked = self.messages.check(bytes, span);
        let has_room = checked.is_ok();
        self.faults.extend(checked.err());
        has_room
    }

    /// Counts states of regular expressions, and says whether more may be built.
    pub(super) fn count_states(&mut self, states: usize, span: Range<usize>) -> bool {
        if self.patterns.is_over() {
            return false;
        }
        let counted = self.patterns.spend(states, span);
        let fits = counted.is_ok();
        self.faults.extend(counted.err());
        fits
    }

    /// The most states of all regular expressions together.
    pub(super) fn most_states(&self) -> usize {
        self.patterns.most()
    }

    pub(super) fn text(&self) -> &'s str {
        self.text
    }

    /// The line of an offset, from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset)
    }

    /// The text of a payload without its quotes. A backslash in double quotes is an
    /// error: TOML interprets it before wirecheck can.
    pub(super) fn literal(&mut self, node: &Node<'_>) -> Option<Literal<'s>> {
        let span = node.span();
        let quoted = self.text.get(span.clone())?;
        let quote = ["'''", "\"\"\"", "'", "\""]
            .into_iter()
            .find(|quote| quoted.starts_with(quote))?;
        let inner = quoted.strip_prefix(quote)?.strip_suffix(quote)?;
        if quote.starts_with('"') && inner.contains('\\') {
            let fault = Diagnostic::new(
                "wire bytes in double quotes",
                span,
                "TOML interprets the escapes in here",
            );
            self.faults
                .push(fault.help("use single quotes: then wirecheck interprets the escapes"));
            return None;
        }
        Some(Literal {
            start: span.start + quote.len(),
            text: inner,
        })
    }

    /// Parses a payload and reports what is wrong in it. `known` says which variables are
    /// defined.
    pub(super) fn payload(
        &mut self,
        node: &Node<'_>,
        known: &dyn Fn(&str) -> bool,
    ) -> Option<Template> {
        let literal = self.literal(node)?;
        let faults = self.faults.len();
        for token in tokens(literal.text, Notation::Wire) {
            self.check_token(&token.kind, literal.span(&token.range), known);
        }
        self.use_parameters(literal.text, Notation::Wire, node.span());
        let template = || Template::of_text(literal.text, Notation::Wire).with(&self.parameters);
        (self.faults.len() == faults).then(template)
    }

    /// Reports what is wrong with the variables in a regular expression, and whether nothing is.
    pub(super) fn check_pattern_values(
        &mut self,
        literal: &Literal<'_>,
        known: &dyn Fn(&str) -> bool,
    ) -> bool {
        let faults = self.faults.len();
        for token in tokens(literal.text, Notation::Pattern) {
            self.check_token(&token.kind, literal.span(&token.range), known);
        }
        let span = literal.span(&(0..literal.text.len()));
        self.use_parameters(literal.text, Notation::Pattern, span);
        for range in values_outside_groups(literal.text) {
            let label = "not in a character class, a name or a comment";
            let fault = Diagnostic::new("misplaced variable", literal.span(&range), label);
            self.faults
                .push(fault.help("a value matches its bytes one after the other: move it"));
        }
        self.faults.len() == faults
    }

    /// Reports what is wrong with the variables in a JSON value's strings.
    pub(super) fn check_json_values(&mut self, node: &Node<'_>, known: &dyn Fn(&str) -> bool) {
        use toml::de::DeValue;
        match node.get_ref() {
            DeValue::String(text) if text == JsonTemplate::NULL => {}
            DeValue::String(text) => {
                for token in tokens(text, Notation::Values) {
                    self.check_token(&token.kind, node.span(), known);
                }
                for name in self.use_parameters(text, Notation::Values, node.span()) {
                    self.check_utf8(&name, node.span());
                }
            }
            DeValue::Array(items) => items
                .iter()
                .for_each(|item| self.check_json_values(item, known)),
            DeValue::Table(entries) => entries
                .values()
                .for_each(|value| self.check_json_values(value, known)),
            _ => {}
        }
    }

    /// Counts what the values of the parameters in a text add to it, and returns their names.
    pub(super) fn use_parameters(
        &mut self,
        text: &str,
        notation: Notation,
        span: Range<usize>,
    ) -> Vec<String> {
        let mut names = Vec::new();
        let mut bytes = 0_usize;
        for token in tokens(text, notation) {
            if let TokenKind::Value(name) = token.kind
                && let Some(value) = self.parameters.get(name)
            {
                bytes = bytes.saturating_add(value.len());
                names.push(name.to_owned());
            }
        }
        self.used.extend(names.iter().cloned());
        self.count_bytes(bytes, span);
        names
    }

    fn check_utf8(&mut self, name: &str, span: Range<usize>) {
        let value = self.parameters.get(name).unwrap_or_default();
        if str::from_utf8(value).is_err() {
            let message = format!("the value of `{name}` is not UTF-8");
            let label = "JSON has only text in UTF-8";
            self.faults.push(Diagnostic::new(message, span, label));
        }
    }

    pub(super) fn check_token(
        &mut self,
        kind: &TokenKind<'_>,
        span: Range<usize>,
        known: &dyn Fn(&str) -> bool,
    ) {
        match kind {
            TokenKind::Fault(fault) => {
                self.faults
                    .push(Diagnostic::new(fault.message(), span, fault.label()).help(fault.help()));
            }
            TokenKind::Value(name) if !known(name) => self.faults.push(undefined(name, span)),
            _ => {}
        }
    }

    /// The content of a file below the suite's folder.
    pub(super) fn attachment(&mut self, node: &Node<'_>, most: usize) -> Option<Vec<u8>> {
        let name = node.get_ref().as_str()?;
        let path = Path::new(name);
        let below = path
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        let content = if below {
            self.attachments.read(path, most)
        } else {
            Err("only files in the suite's folder or below it are read".to_owned())
        };
        match content {
            Ok(content) => {
                self.attached.insert(name.to_owned(), content.clone());
                Some(content)
            }
            Err(why) => {
                let fault = Diagnostic::new("cannot read file", node.span(), why);
                self.faults
                    .push(fault.help("write a path relative to the suite's folder"));
                None
            }
        }
    }
}

pub(super) fn undefined(name: &str, span: Range<usize>) -> Diagnostic {
    let message = format!("undefined variable `{name}`");
    if name == VariableName::NULL {
        return Diagnostic::new(message, span, "JSON's null is a value, not a text")
            .help("write it as a whole string of `json` or `json_subset`: `{ key = '${null}' }`");
    }
    Diagnostic::new(message, span, "not captured before this step").help(
        "capture it in an earlier step, or use `${unique}`, which differs on every connection",
    )
}
