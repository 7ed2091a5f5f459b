//! Compares a message of the peer with a description.

use super::{
    FieldPattern, FieldRule, HttpBody, HttpPattern, StartPattern, StatusPattern, ValuePattern,
};
use crate::framing::{BodyFraming, Framing, HttpMessage, Raw, StartLine, is_interim};
use crate::scenario::refusal::Refusal;
use crate::scenario::template::{Bindings, BoundValue, VariableName};

/// A body has no framing of its own.
static WHOLE: Framing = Framing::Raw(Raw { max: usize::MAX });

impl HttpPattern {
    /// Compares a whole message, and returns its body.
    pub(in crate::scenario) fn accept(
        &self,
        payload: &[u8],
        bindings: &mut Bindings,
    ) -> Result<Vec<u8>, Refusal> {
        let message = HttpMessage::parse(payload);
        let message = message.map_err(|why| Refusal::NotHttp(why.to_string()))?;
        self.accept_start(&message.start, bindings)?;
        for field in &self.fields {
            field.accept(&message, bindings)?;
        }
        if let Some(expected) = self.framing {
            accept_framing(expected, message.framing)?;
        }
        match &self.body {
            None => {}
            Some(body) => body.accept(&message.body, bindings)?,
        }
        Ok(message.body.into_owned())
    }

    /// Whether an answer is interim, so that this one may still come.
    pub(in crate::scenario) fn may_follow(&self, payload: &[u8]) -> bool {
        let answer = HttpMessage::parse(payload);
        answer.is_ok_and(|it| match it.start {
            StartLine::Answer { status, .. } => is_interim(status),
            StartLine::Request { .. } => false,
        })
    }

    fn accept_start(&self, start: &StartLine<'_>, bindings: &mut Bindings) -> Result<(), Refusal> {
        match (&self.start, start) {
            (
                StartPattern::Request {
                    method: expected,
                    target: wanted,
                },
                StartLine::Request { method, target, .. },
            ) => {
                is_equal("method", expected.as_bytes(), method)?;
                match wanted {
                    Some(wanted) => wanted.accept("target", target, bindings),
                    None => Ok(()),
                }
            }
            (StartPattern::Answer { status: expected }, StartLine::Answer { status, .. }) => {
                expected.accept(*status, bindings)
            }
            (StartPattern::Request { .. }, StartLine::Answer { .. }) => {
                Err(wrong("message", "a request", "an answer"))
            }
            (StartPattern::Answer { .. }, StartLine::Request { .. }) => {
                Err(wrong("message", "an answer", "a request"))
            }
        }
    }
}

impl StatusPattern {
    fn accept(&self, status: u16, bindings: &mut Bindings) -> Result<(), Refusal> {
        let is_accepted = match self {
            Self::Ranges(ranges) => ranges.iter().any(|(a, b)| (*a..=*b).contains(&status)),
            Self::Same(name) => {
                is_final(status) && is_same(name, status.to_string().as_bytes(), bindings)
            }
        };
        if is_accepted {
            return Ok(());
        }
        Err(wrong("status", &self.shown(bindings), &status.to_string()))
    }
}

impl FieldPattern {
    fn accept(&self, message: &HttpMessage<'_>, bindings: &mut Bindings) -> Result<(), Refusal> {
        let fields = message.fields.iter();
        let same_name = fields.filter(|it| it.name.eq_ignore_ascii_case(self.name.as_bytes()));
        let values: Vec<_> = same_name.map(|it| it.value).collect();
        let part = format!("field {}", self.name);
        match (&self.rule, values.as_slice()) {
            (FieldRule::Absent, []) => Ok(()),
            (FieldRule::Absent, [value, ..]) => {
                Err(wrong(&part, "missing", &String::from_utf8_lossy(value)))
            }
            (FieldRule::Values(_), []) => Err(Refusal::WrongPart {
                part,
                expected: self.shown(bindings),
                actual: None,
            }),
            (FieldRule::Values(expected), actual) if expected.len() == actual.len() => {
                let mut pairs = expected.iter().zip(actual);
                pairs.try_for_each(|(expected, actual)| expected.accept(&part, actual, bindings))
            }
            (FieldRule::Values(expected), actual) => {
                let joined = actual.join(&b", "[..]);
                match expected.as_slice() {
                    [expected] => expected.accept(&part, &joined, bindings),
                    _ => {
                        let shown = self.shown(bindings);
                        is_equal(&part, shown.as_bytes(), &joined)
                    }
                }
            }
        }
    }

    fn shown(&self, bindings: &Bindings) -> String {
        let values = match &self.rule {
            FieldRule::Absent => &[][..],
            FieldRule::Values(values) => values,
        };
        let values: Vec<_> = values.iter().map(|it| it.shown(bindings)).collect();
        values.join(", ")
    }
}

impl ValuePattern {
    fn accept(&self, part: &str, actual: &[u8], bindings: &mut Bindings) -> Result<(), Refusal> {
        match self {
            Self::Text(expected) => is_equal(part, &expected.fill(bindings), actual),
            Self::Matches { pattern, .. } => match pattern.accept(actual, bindings) {
                Err(Refusal::NoMatch(pattern)) => {
                    Err(wrong(part, &pattern, &String::from_utf8_lossy(actual)))
                }
                other => other,
            },
        }
    }

    fn shown(&self, bindings: &Bindings) -> String {
        match self {
            Self::Text(text) => String::from_utf8_lossy(&text.fill(bindings)).into_owned(),
            Self::Matches { pattern, .. } => pattern.shown(bindings),
        }
    }
}

impl HttpBody {
    fn accept(&self, actual: &[u8], bindings: &mut Bindings) -> Result<(), Refusal> {
        let differs = |expected: &[u8]| {
            Err(Refusal::Differs {
                expected: expected.to_vec(),
            })
        };
        let result = match self {
            Self::Whole(body) => body.accept(actual, &WHOLE, bindings),
            Self::Chunks(chunks) => {
                let chunks: Vec<_> = chunks.iter().map(|it| it.fill(bindings)).collect();
                let whole = chunks.concat();
                if whole == actual {
                    Ok(())
                } else {
                    differs(&whole)
                }
            }
            Self::Same(name) if is_same(name, actual, bindings) => Ok(()),
            Self::Same(name) => differs(bindings.bytes(name)),
        };
        result.map_err(|refusal| Refusal::WrongBody {
            refusal: Box::new(refusal),
            body: actual.to_vec(),
        })
    }
}

/// Whether no other answer to the same request follows. 101 ends HTTP on the connection.
fn is_final(status: u16) -> bool {
    status == 101 || status >= 200
}

/// Whether it is the value of the baseline. In the baseline any value is.
fn is_same(name: &VariableName, value: &[u8], bindings: &mut Bindings) -> bool {
    if bindings.defines(name.as_str()) {
        return bindings.bytes(name) == value;
    }
    bindings.bind(name.clone(), BoundValue::Bytes(value.to_vec()));
    true
}

fn accept_framing(expected: BodyFraming, actual: BodyFraming) -> Result<(), Refusal> {
    if expected == actual {
        return Ok(());
    }
    let shown = |it| match it {
        BodyFraming::None => "none",
        BodyFraming::Length => "Content-Length",
        BodyFraming::Chunked => "chunked",
        BodyFraming::UntilClose => "until the close",
    };
    Err(wrong("framing of the body", shown(expected), shown(actual)))
}

fn is_equal(part: &str, expected: &[u8], actual: &[u8]) -> Result<(), Refusal> {
    if expected == actual {
        return Ok(());
    }
    let [expected, actual] = [expected, actual].map(String::from_utf8_lossy);
    Err(wrong(part, &expected, &actual))
}

fn wrong(part: &str, expected: &str, actual: &str) -> Refusal {
    Refusal::WrongPart {
        part: part.to_owned(),
        expected: expected.to_owned(),
        actual: Some(actual.to_owned()),
    }
}
