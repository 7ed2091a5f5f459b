//! Messages in hex: `00 ff`, and patterns such as `00 ?? {id:2} ${name} ..`.

use std::collections::BTreeSet;
use std::ops::Range;

use super::fields::Node;
use super::source::{Literal, SuiteSource};
use crate::scenario::byte_pattern::{BytePart, BytePattern, PatternEnd};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::message::Body;
use crate::scenario::parameter::ParameterValues;
use crate::scenario::payload::{self, Notation, TokenKind};
use crate::scenario::template::{Template, VariableName};

/// What is wrong with an example that has bytes of any value.
pub(super) const EXAMPLE_IS_PATTERN: &str = "an example that is a pattern";

/// The body of a message in hex.
pub(super) fn body(
    value: &Node<'_>,
    example: Option<&Node<'_>>,
    known: &dyn Fn(&str) -> bool,
    source: &mut SuiteSource<'_>,
) -> Option<Body> {
    let pattern = pattern(value, known, source);
    let filled = example.and_then(|example| fixed(example, known, source));
    let pattern = pattern?;
    let fault = match (pattern.is_fixed(), example) {
        (true, None) => return Some(Body::Text(template(&pattern))),
        (true, Some(example)) => {
            let label = "the message itself is sent";
            Diagnostic::new("an example without a pattern", example.span(), label)
                .help("remove it, or write `??` for the bytes that may have any value")
        }
        (false, Some(_)) => {
            return Some(Body::Bytes {
                pattern,
                example: filled?,
            });
        }
        (false, None) => {
            let label = "wirecheck must know what to send";
            Diagnostic::new("a pattern without an example", value.span(), label)
                .help("write a message that matches, in hex, as `example` beside `hex`")
        }
    };
    source.faults.push(fault);
    None
}

/// What a message in hex accepts, without what is sent.
pub(super) fn accepted(
    value: &Node<'_>,
    known: &dyn Fn(&str) -> bool,
    source: &mut SuiteSource<'_>,
) -> Option<Body> {
    let pattern = pattern(value, known, source)?;
    Some(Body::Bytes {
        pattern,
        example: Template::default(),
    })
}

/// A message without bytes that may have any value.
pub(super) fn fixed(
    node: &Node<'_>,
    known: &dyn Fn(&str) -> bool,
    source: &mut SuiteSource<'_>,
) -> Option<Template> {
    let pattern = pattern(node, known, source)?;
    if pattern.is_fixed() {
        return Some(template(&pattern));
    }
    let fault = Diagnostic::new(EXAMPLE_IS_PATTERN, node.span(), "not one message");
    source
        .faults
        .push(fault.help("write each byte of a message that wirecheck can send"));
    None
}

fn template(pattern: &BytePattern) -> Template {
    let mut template = Template::default();
    for part in pattern.parts() {
        match part {
            BytePart::Byte(byte) => template.push_bytes(&[*byte]),
            BytePart::Value(name) => template.push_value(name.clone()),
            BytePart::AnyByte | BytePart::Captured(..) => {}
        }
    }
    template
}

fn pattern(
    node: &Node<'_>,
    known: &dyn Fn(&str) -> bool,
    source: &mut SuiteSource<'_>,
) -> Option<BytePattern> {
    let literal = source.literal(node)?;
    let span = literal.span(&(0..literal.text.len()));
    source.use_parameters(literal.text, Notation::Values, span);
    let mut parts = Vec::new();
    let mut end = PatternEnd::Nothing;
    let mut captured = BTreeSet::new();
    let mut at = 0;
    while let Some((range, token)) = next_token(literal.text, at) {
        at = range.end;
        let fault = match token {
            _ if end == PatternEnd::AnyBytes => Some(HexFault::AfterTheRest.at(&range, &literal)),
            Ok(HexToken::Rest) => {
                end = PatternEnd::AnyBytes;
                None
            }
            Ok(HexToken::Part(part)) => {
                let fault = misused_name(&part, known, &mut captured, literal.span(&range));
                push_part(part, &mut parts, &source.parameters);
                fault
            }
            Err(fault) => Some(fault.at(&range, &literal)),
        };
        if let Some(fault) = fault {
            source.faults.push(fault);
            return None;
        }
    }
    Some(BytePattern::new(parts, end))
}

/// Adds a part; a parameter as the bytes of its value.
fn push_part(part: BytePart, parts: &mut Vec<BytePart>, parameters: &ParameterValues) {
    let value = match &part {
        BytePart::Value(name) => parameters.get(name.as_str()),
        _ => None,
    };
    match value {
        Some(value) => parts.extend(value.iter().map(|byte| BytePart::Byte(*byte))),
        None => parts.push(part),
    }
}

fn misused_name(
    part: &BytePart,
    known: &dyn Fn(&str) -> bool,
    captured: &mut BTreeSet<VariableName>,
    span: Range<usize>,
) -> Option<Diagnostic> {
    match part {
        BytePart::Value(name) if !known(name.as_str()) => {
            Some(super::source::undefined(name.as_str(), span))
        }
        BytePart::Captured(name, _) if !captured.insert(name.clone()) => {
            let fault = Diagnostic::new(
                format!("the name `{name}` is taken"),
                span,
                "already captured",
            );
            Some(fault.help("choose another name"))
        }
        _ => None,
    }
}

enum HexToken {
    Part(BytePart),
    /// `..`
    Rest,
}

#[derive(Clone, Copy)]
enum HexFault {
    NoDigit,
    /// The last character is no hex digit.
    NoSecondDigit,
    HalfAByte,
    HalfAnAnyByte,
    NoCapture,
    AfterTheRest,
    Variable(payload::Fault),
}

impl HexFault {
    fn at(self, range: &Range<usize>, literal: &Literal<'_>) -> Diagnostic {
        let span = literal.span(range);
        let invalid = |span, label: &str| Diagnostic::new("invalid hex", span, label);
        match self {
            Self::NoDigit => invalid(span, "not a hex digit"),
            Self::NoSecondDigit => {
                let last = literal.text[range.clone()].chars().next_back();
                let len = last.map_or(1, char::len_utf8);
                invalid(span.end - len..span.end, "not a hex digit")
            }
            Self::HalfAByte => Diagnostic::new("odd number of hex digits", span, "half a byte")
                .help("write two hex digits for each byte, e.g. `0d`"),
            Self::HalfAnAnyByte => {
                invalid(span, "half a byte").help("write `??` for a byte of any value")
            }
            Self::NoCapture => invalid(span, "needs a name, `:` and a number of bytes from 1")
                .help("write e.g. `{id:2}` for two bytes that become `${id}`"),
            Self::AfterTheRest => invalid(span, "nothing can follow `..`")
                .help("`..` is the rest of the message: write it last"),
            Self::Variable(fault) => {
                Diagnostic::new(fault.message(), span, fault.label()).help(fault.help())
            }
        }
    }
}

/// The next token from an offset, and its range.
fn next_token(text: &str, from: usize) -> Option<(Range<usize>, Result<HexToken, HexFault>)> {
    let rest = text[from..].trim_start_matches(|c: char| c.is_ascii_whitespace());
    let start = text.len() - rest.len();
    let first = rest.chars().next()?;
    let part = |part| Ok(HexToken::Part(part));
    let (len, token) = if rest.starts_with("..") {
        (2, Ok(HexToken::Rest))
    } else if rest.starts_with("??") {
        (2, part(BytePart::AnyByte))
    } else if first == '?' {
        (1, Err(HexFault::HalfAnAnyByte))
    } else if rest.starts_with("${") {
        variable(rest)
    } else if first == '{' {
        capture(rest)
    } else {
        byte(rest, first)
    };
    Some((start..start + len, token))
}

fn variable(rest: &str) -> (usize, Result<HexToken, HexFault>) {
    let token = payload::tokens(rest, Notation::Values).next();
    let token = token.expect("there is text");
    let kind = match token.kind {
        TokenKind::Value(name) => Ok(HexToken::Part(BytePart::Value(VariableName::new(name)))),
        TokenKind::Fault(fault) => Err(HexFault::Variable(fault)),
        _ => Err(HexFault::NoDigit),
    };
    (token.range.len(), kind)
}

/// `{name:2}`
fn capture(rest: &str) -> (usize, Result<HexToken, HexFault>) {
    let Some(end) = rest.find('}') else {
        return (rest.len(), Err(HexFault::NoCapture));
    };
    let inner = rest[1..end].split_once(':');
    let captured = inner.and_then(|(name, len)| {
        let len: usize = len.trim().parse::<u32>().ok()?.try_into().ok()?;
        let is_name = payload::is_name(name.trim());
        (is_name && len > 0).then(|| BytePart::Captured(VariableName::new(name.trim()), len))
    });
    let token = captured.map(HexToken::Part).ok_or(HexFault::NoCapture);
    (end + 1, token)
}

/// Two digits; white space may be between them.
fn byte(rest: &str, first: char) -> (usize, Result<HexToken, HexFault>) {
    let Some(high) = first.to_digit(16) else {
        return (first.len_utf8(), Err(HexFault::NoDigit));
    };
    let mut after = rest.char_indices().skip(1);
    match after.find(|(_, c)| !c.is_ascii_whitespace()) {
        Some((at, low)) if low.is_ascii_hexdigit() => {
            let low = low.to_digit(16).expect("it is a hex digit");
            let value = u8::try_from(high * 16 + low).expect("two hex digits are a byte");
            (at + 1, Ok(HexToken::Part(BytePart::Byte(value))))
        }
        Some((at, other)) if !"?{$.".contains(other) => {
            (at + other.len_utf8(), Err(HexFault::NoSecondDigit))
        }
        _ => (1, Err(HexFault::HalfAByte)),
    }
}
