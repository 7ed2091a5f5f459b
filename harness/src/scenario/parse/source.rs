//! The text of a suite: where strings stand in it, and what was found wrong.

use std::ops::Range;
use std::path::{Component, Path};

use super::Attachments;
use super::fields::Node;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::payload::{Notation, TokenKind, tokens};
use crate::scenario::template::{Bindings, Template};

/// A suite's text, with the faults found in it so far.
pub(super) struct SuiteSource<'s> {
    text: &'s str,
    /// Where its lines begin.
    lines: Vec<usize>,
    attachments: &'s dyn Attachments,
    pub(super) faults: Vec<Diagnostic>,
}

/// What stands between the quotes of a string, and where.
#[derive(Clone, Copy)]
pub(super) struct Literal<'s> {
    pub(super) start: usize,
    pub(super) text: &'s str,
}

/// Where the parts of an action stand in the file.
pub(super) struct ActionSpans<'s> {
    /// What is said or done.
    pub(super) span: Range<usize>,
    /// The string whose bytes go over the wire, if it is one.
    pub(super) literal: Option<Literal<'s>>,
    /// What wirecheck says in place of a pattern.
    pub(super) example: Option<Range<usize>>,
    /// What is kept, and under which name.
    pub(super) capture: Option<Range<usize>>,
}

impl Literal<'_> {
    /// A place in the literal as a place in the file.
    pub(super) fn span(&self, range: &Range<usize>) -> Range<usize> {
        self.start + range.start..self.start + range.end
    }

    /// The characters in the file that made the byte at `offset` of the payload.
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

/// In plain text the one character, elsewhere the whole token.
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
            faults,
        }
    }

    /// What is read.
    pub(super) fn text(&self) -> &'s str {
        self.text
    }

    /// The line on which an offset lies, from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset)
    }

    /// What stands between the quotes of a payload. A string in double quotes
    /// has escapes of TOML's own, which would hide wirecheck's: it is refused
    /// when it holds a backslash.
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
                "TOML takes the escapes in here for its own",
            );
            self.faults
                .push(fault.help("write it in single quotes, where wirecheck reads the escapes"));
            return None;
        }
        Some(Literal {
            start: span.start + quote.len(),
            text: inner,
        })
    }

    /// Reads a payload and reports what cannot be read in it.
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
        (self.faults.len() == faults).then(|| Template::of_text(literal.text, Notation::Wire))
    }

    /// Reports what is wrong with the holes in a JSON value's strings.
    pub(super) fn check_json_values(&mut self, node: &Node<'_>, known: &dyn Fn(&str) -> bool) {
        use toml::de::DeValue;
        match node.get_ref() {
            DeValue::String(text) => {
                for token in tokens(text, Notation::Values) {
                    self.check_token(&token.kind, node.span(), known);
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

    fn check_token(
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
            TokenKind::Value(name) if !known(name) => {
                let fault = Diagnostic::new(
                    format!("nothing is known as `{name}` here"),
                    span,
                    "not captured before this step",
                );
                self.faults.push(fault.help("capture it in an earlier step, or use `${unique}`, which is fresh for every connection"));
            }
            _ => {}
        }
    }

    /// The content of a file beside the suite.
    pub(super) fn attachment(&mut self, node: &Node<'_>, most: usize) -> Option<Vec<u8>> {
        let path = Path::new(node.get_ref().as_str()?);
        let beside = path
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        let content = match beside {
            true => self.attachments.read(path, most),
            false => Err("only files beside the suite or below it are read".to_owned()),
        };
        match content {
            Ok(content) => Some(content),
            Err(why) => {
                self.faults.push(Diagnostic::new(
                    "a file that cannot be read",
                    node.span(),
                    why,
                ));
                None
            }
        }
    }
}
