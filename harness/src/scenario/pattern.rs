//! A regular expression for a whole message. `${name}` in it is the value of a variable,
//! byte for byte.
//!
//! An expression without variables is compiled once. One with variables is compiled with
//! their values when a message is compared; before that, its size is estimated.

use std::borrow::Cow;
use std::fmt::Write as _;

use regex::bytes::Regex;
use regex_syntax::ast::{self, Ast, Visitor};
use regex_syntax::hir::{Class, Hir, HirKind};
use wirecheck_report::notation::{shortened, text};

use super::parameter::ParameterValues;
use super::payload::{Notation, TokenKind, tokens};
use super::prefix_search::PrefixSearch;
use super::refusal::Refusal;
use super::template::{Bindings, BoundValue, Overflow, VariableName};

/// How many characters of a value are shown.
const VALUE_SHOWN: usize = 64;

#[derive(Clone, Debug)]
pub struct MessagePattern {
    written: String,
    form: PatternForm,
    /// The names of its groups.
    groups: Vec<String>,
}

#[derive(Clone, Debug)]
enum PatternForm {
    /// Anchored at both ends.
    Compiled(Regex),
    WithVariables {
        parts: Vec<PatternPart>,
        /// The most states that it may need with the values.
        most_states: usize,
    },
}

#[derive(Clone, Debug)]
enum PatternPart {
    Expression(String),
    Value(VariableName),
}

impl MessagePattern {
    /// Compiles an expression. The places of its variables have been checked
    /// ([`values_outside_groups`]).
    pub(super) fn new(
        written: &str,
        most_states: usize,
        parameters: &ParameterValues,
    ) -> Result<Self, regex::Error> {
        let sample = anchored(&without_values(written))?;
        let groups = sample.capture_names().flatten().map(str::to_owned);
        let groups = groups.collect();
        let parts = parts(written, parameters);
        let form = match parts.as_slice() {
            [] => PatternForm::Compiled(sample),
            [PatternPart::Expression(expression)] => PatternForm::Compiled(anchored(expression)?),
            _ => PatternForm::WithVariables { parts, most_states },
        };
        Ok(Self {
            written: written.to_owned(),
            form,
            groups,
        })
    }

    /// The expression as the suite has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The expression for people, with the values of its variables.
    #[must_use]
    pub fn shown(&self, bindings: &Bindings) -> String {
        let PatternForm::WithVariables { parts, .. } = &self.form else {
            return self.written.clone();
        };
        let shown = parts.iter().map(|part| match part {
            PatternPart::Expression(expression) => expression.clone(),
            PatternPart::Value(name) => {
                regex::escape(&shortened(&text(bindings.bytes(name)), VALUE_SHOWN))
            }
        });
        shown.collect()
    }

    /// The names of its groups; each becomes a variable.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().map(String::as_str)
    }

    /// The variables whose values it has.
    pub(crate) fn used_variables(&self) -> impl Iterator<Item = &VariableName> {
        let parts = match &self.form {
            PatternForm::Compiled(_) => &[][..],
            PatternForm::WithVariables { parts, .. } => parts,
        };
        parts.iter().filter_map(|part| match part {
            PatternPart::Value(name) => Some(name),
            PatternPart::Expression(_) => None,
        })
    }

    pub(super) fn accept(&self, payload: &[u8], bindings: &mut Bindings) -> Result<(), Refusal> {
        let regex = self.regex(bindings)?;
        self.accept_with(&regex, payload, bindings)
    }

    /// Where a message ends that nothing else delimits.
    pub fn prefix_search(&self, bindings: &Bindings) -> Result<PrefixSearch, Refusal> {
        PrefixSearch::new(&*self.regex(bindings)?)
    }

    /// The expression with the values, anchored at both ends.
    fn regex(&self, bindings: &Bindings) -> Result<Cow<'_, Regex>, Refusal> {
        match &self.form {
            PatternForm::Compiled(regex) => Ok(Cow::Borrowed(regex)),
            PatternForm::WithVariables { parts, most_states } => {
                filled(parts, *most_states, bindings).map(Cow::Owned)
            }
        }
    }

    fn accept_with(
        &self,
        regex: &Regex,
        payload: &[u8],
        bindings: &mut Bindings,
    ) -> Result<(), Refusal> {
        let found = regex.captures(payload);
        let found = found.ok_or_else(|| Refusal::NoMatch(self.shown(bindings)))?;
        let size = found.iter().skip(1).flatten().map(|it| it.len()).sum();
        bindings
            .check_size(size)
            .map_err(|Overflow { size, most }| Refusal::TooLarge {
                what: "the captured values have",
                size,
                most,
            })?;
        for name in self.names() {
            let value = found.name(name).map_or(&b""[..], |found| found.as_bytes());
            bindings.bind(VariableName::new(name), BoundValue::Bytes(value.to_vec()));
        }
        Ok(())
    }
}

fn anchored(expression: &str) -> Result<Regex, regex::Error> {
    Regex::new(&format!(r"\A(?:{expression})\z"))
}

fn parts(written: &str, parameters: &ParameterValues) -> Vec<PatternPart> {
    let mut parts = Vec::new();
    for token in tokens(written, Notation::Pattern) {
        match token.kind {
            TokenKind::Plain(plain) => expression_at_end(&mut parts).push_str(plain),
            TokenKind::Value(name) => match parameters.get(name) {
                Some(value) => push_value(value, expression_at_end(&mut parts)),
                None => parts.push(PatternPart::Value(VariableName::new(name))),
            },
            // A fault has been reported, and the others are no parts of a pattern.
            _ => {}
        }
    }
    parts
}

fn expression_at_end(parts: &mut Vec<PatternPart>) -> &mut String {
    if !matches!(parts.last(), Some(PatternPart::Expression(_))) {
        parts.push(PatternPart::Expression(String::new()));
    }
    match parts.last_mut() {
        Some(PatternPart::Expression(expression)) => expression,
        _ => unreachable!("it was just added"),
    }
}

/// The expression with its values, if it needs no more than this number of states.
fn filled(
    parts: &[PatternPart],
    most_states: usize,
    bindings: &Bindings,
) -> Result<Regex, Refusal> {
    let too_large = |states| Refusal::PatternTooLarge {
        states,
        most: most_states,
    };
    let values = parts.iter().map(|part| match part {
        PatternPart::Value(name) => bindings.bytes(name).len(),
        PatternPart::Expression(_) => 0,
    });
    let values = values.fold(0, usize::saturating_add);
    if values > most_states {
        return Err(too_large(values));
    }
    let mut expression = String::new();
    for part in parts {
        match part {
            PatternPart::Expression(part) => expression.push_str(part),
            PatternPart::Value(name) => push_value(bindings.bytes(name), &mut expression),
        }
    }
    let mut parser = regex_syntax::ParserBuilder::new().utf8(false).build();
    let states = parser
        .parse(&expression)
        .map_or(usize::MAX, |it| states(&it));
    if states > most_states {
        return Err(too_large(states));
    }
    anchored(&expression).map_err(|_| too_large(states))
}

/// Appends a group that matches a value. Flags such as `i` that are set around it apply to
/// it, too.
fn push_value(value: &[u8], expression: &mut String) {
    match str::from_utf8(value) {
        Ok(text) => {
            expression.push_str("(?u:");
            for character in text.chars() {
                _ = write!(expression, r"\x{{{:x}}}", u32::from(character));
            }
        }
        Err(_) => {
            expression.push_str("(?-u:");
            for byte in value {
                _ = write!(expression, r"\x{byte:02x}");
            }
        }
    }
    expression.push(')');
}

/// The expression with a group of the same length in the place of each variable. So an
/// offset in it is one in the expression.
pub(super) fn without_values(written: &str) -> String {
    let mut text = String::with_capacity(written.len());
    for token in tokens(written, Notation::Pattern) {
        let len = token.range.len();
        match token.kind {
            TokenKind::Plain(plain) if plain.len() == len => text.push_str(plain),
            _ if len >= 2 => {
                text.push('(');
                text.extend(std::iter::repeat_n('x', len - 2));
                text.push(')');
            }
            _ => text.push_str(&written[token.range]),
        }
    }
    text
}

/// The ranges of the variables that stand where no group can: in a character class, in a
/// name or in a comment.
pub(super) fn values_outside_groups(written: &str) -> Vec<std::ops::Range<usize>> {
    let values = tokens(written, Notation::Pattern);
    let values = values.filter(|token| matches!(token.kind, TokenKind::Value(_)));
    let mut values: Vec<_> = values.map(|token| token.range).collect();
    if let Ok(tree) = ast::parse::Parser::new().parse(&without_values(written)) {
        let groups = ast::visit(&tree, GroupStarts(Vec::new()));
        let groups = groups.unwrap_or_default();
        values.retain(|value| !groups.contains(&value.start));
    }
    values
}

/// The offsets of all groups.
struct GroupStarts(Vec<usize>);

impl Visitor for GroupStarts {
    type Output = Vec<usize>;
    type Err = std::convert::Infallible;

    fn finish(self) -> Result<Self::Output, Self::Err> {
        Ok(self.0)
    }

    fn visit_pre(&mut self, part: &Ast) -> Result<(), Self::Err> {
        if let Ast::Group(group) = part {
            self.0.push(group.span.start.offset);
        }
        Ok(())
    }
}

/// About how many states an expression has when it is compiled.
pub(super) fn states(expression: &Hir) -> usize {
    match expression.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Bytes(class)) => class.ranges().len(),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class.ranges().iter();
            ranges.map(|range| range.end().len_utf8()).sum()
        }
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            states(&repetition.sub).saturating_mul(times as usize)
        }
        HirKind::Capture(capture) => states(&capture.sub).saturating_add(2),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(states).fold(0, usize::saturating_add)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bindings(id: &[u8]) -> Bindings {
        let mut bindings = Bindings::example();
        bindings.bind(VariableName::new("id"), BoundValue::Bytes(id.to_vec()));
        bindings
    }

    fn accepts(written: &str, id: &[u8], payload: &[u8]) -> Result<(), Refusal> {
        let pattern =
            MessagePattern::new(written, 10_000, &ParameterValues::default()).expect("it is valid");
        pattern.accept(payload, &mut bindings(id))
    }

    #[test]
    fn the_states_of_an_expression_are_estimated() {
        let states_of = |written: &str| {
            let expression = regex_syntax::Parser::new().parse(written);
            states(&expression.expect("it is valid"))
        };
        assert_eq!(states_of("abc"), 3);
        assert_eq!(states_of("(?:ab){1000}"), 2_000);
        assert_eq!(states_of("[a-c]{5,10}"), 10);
        assert!(states_of(r"\w{100}") > 100_000);
        assert_eq!(states_of("(?:(?:a{1000}){1000}){1000}"), 1_000_000_000);
    }

    #[test]
    fn a_value_is_compared_literally() {
        for id in [&b"a.c"[..], b"(", b"\xff\0", "é ".as_bytes(), b"", b"${id}"] {
            let message = [id, b": x"].concat();
            assert_eq!(accepts("${id}: .*", id, &message), Ok(()));
            assert_eq!(accepts("(?x) ${id} :\\ (?<word>.*)", id, &message), Ok(()));
        }
        assert!(accepts("${id}: .*", b"a.c", b"abc: x").is_err());
    }

    #[test]
    fn operators_and_flags_apply_to_the_whole_value() {
        assert_eq!(accepts("${id}{2}!?", b"ab", b"abab"), Ok(()));
        assert_eq!(accepts("(?i)${id}", "é".as_bytes(), "É".as_bytes()), Ok(()));
        assert_eq!(
            accepts("(?-u)${id}.", "é".as_bytes(), "éa".as_bytes()),
            Ok(())
        );
    }

    #[test]
    fn two_dollars_are_a_literal_brace_and_a_backslash_hides_one() {
        assert_eq!(accepts(r"$${id\}${id}", b"7", b"${id}7"), Ok(()));
        assert_eq!(accepts(r"\$${id}", b"7", b"$7"), Ok(()));
        assert_eq!(accepts("a$", b"7", b"a"), Ok(()));
    }

    #[test]
    fn the_values_count_as_states_of_the_pattern() {
        let long = vec![b'a'; 200];
        assert_eq!(accepts("${id}{20}", &long, &long.repeat(20)), Ok(()));
        let crossed = |states| {
            Err(Refusal::PatternTooLarge {
                states,
                most: 10_000,
            })
        };
        assert_eq!(accepts("${id}{100}", &long, b""), crossed(20_000));
        let huge = vec![b'a'; 1_000_000];
        assert_eq!(accepts("${id}x", &huge, b""), crossed(1_000_000));
    }

    #[test]
    fn a_refusal_shows_the_value() {
        let refusal = accepts("${id}: .*", b"a.c\n", b"x").unwrap_err();
        assert_eq!(refusal, Refusal::NoMatch(r"a\.c\\n: .*".to_owned()));
    }

    #[test]
    fn a_value_in_a_class_is_found() {
        let starts = |written| -> Vec<_> {
            let values = values_outside_groups(written).into_iter();
            values.map(|value| value.start).collect()
        };
        assert_eq!(starts("[${id}]${id}"), [1]);
        assert_eq!(starts("(?<a>${id}|b${id}?)"), [0; 0]);
        assert_eq!(starts("(?x) a # ${id}"), [9]);
    }
}
