//! A message of HTTP/1.1 as a suite describes it: what wirecheck sends, and what it accepts.
//!
//! What the description does not name may be anything: other fields, the reason, how the end of
//! the body is shown. `write` makes the message that wirecheck sends; `accept` compares one that
//! the peer sent.

mod accept;
#[cfg(test)]
mod tests;
mod write;

use super::message::Body;
use super::pattern::MessagePattern;
use super::template::{Bindings, Overflow, Template, VariableName};
use crate::framing::BodyFraming;

/// A request or an answer.
#[derive(Clone, Debug)]
pub struct HttpPattern {
    pub(super) start: StartPattern,
    /// In the order in which they are sent.
    pub(super) fields: Vec<FieldPattern>,
    /// `None` if any body is accepted; none is sent then.
    pub(super) body: Option<HttpBody>,
    /// How the end of the body must be shown, if that matters.
    pub(super) framing: Option<BodyFraming>,
}

#[derive(Clone, Debug)]
pub(super) enum StartPattern {
    Request {
        method: String,
        /// `None` if any is accepted; `/` is sent then.
        target: Option<ValuePattern>,
    },
    Answer {
        status: StatusPattern,
    },
}

/// Which status codes are accepted.
#[derive(Clone, Debug)]
pub(super) enum StatusPattern {
    /// One in these ranges, both ends included; the first code of the first is sent. Never empty.
    Ranges(Vec<(u16, u16)>),
    /// That of the baseline, as this variable.
    Same(VariableName),
}

#[derive(Clone, Debug)]
pub(super) struct FieldPattern {
    pub(super) name: String,
    pub(super) rule: FieldRule,
}

#[derive(Clone, Debug)]
pub(super) enum FieldRule {
    Absent,
    /// The values of all fields of this name, in their order. One alone may also be the list of
    /// them, with commas. Never empty.
    Values(Vec<ValuePattern>),
}

#[derive(Clone, Debug)]
pub(super) enum ValuePattern {
    Text(Template),
    Matches {
        pattern: MessagePattern,
        /// What wirecheck sends.
        example: Template,
    },
}

#[derive(Clone, Debug)]
pub(super) enum HttpBody {
    /// As a whole.
    Whole(Box<Body>),
    /// These chunks are sent; their contents together are accepted, however they are framed.
    Chunks(Vec<Template>),
    /// That of the baseline, as this variable.
    Same(VariableName),
}

impl ValuePattern {
    fn example(&self) -> &Template {
        match self {
            Self::Text(example) | Self::Matches { example, .. } => example,
        }
    }

    fn used_variables(&self) -> Vec<VariableName> {
        let pattern = match self {
            Self::Text(_) => None,
            Self::Matches { pattern, .. } => Some(pattern.used_variables()),
        };
        let names = pattern.into_iter().flatten().chain(self.example().names());
        names.cloned().collect()
    }
}

impl HttpPattern {
    /// Whether it accepts answers of several kinds: an answer to a truncated request cannot be
    /// told from them.
    #[must_use]
    pub fn accepts_any_status(&self) -> bool {
        match &self.start {
            StartPattern::Request { .. } => false,
            StartPattern::Answer { status } => match status {
                StatusPattern::Ranges(ranges) => ranges.iter().any(|(first, last)| {
                    // 400 is what a truncated request gets.
                    (*first..=*last).contains(&400)
                }),
                StatusPattern::Same(_) => true,
            },
        }
    }

    pub(super) fn is_answer(&self) -> bool {
        matches!(self.start, StartPattern::Answer { .. })
    }

    pub(super) fn learns_from_baseline(&self) -> bool {
        self.start.learns_from_baseline() || matches!(self.body, Some(HttpBody::Same(_)))
    }

    /// All descriptions of values in it.
    fn values(&self) -> impl Iterator<Item = &ValuePattern> {
        let target = match &self.start {
            StartPattern::Request { target, .. } => target.as_ref(),
            StartPattern::Answer { .. } => None,
        };
        let fields = self.fields.iter().flat_map(|field| match &field.rule {
            FieldRule::Absent => &[][..],
            FieldRule::Values(values) => values,
        });
        target.into_iter().chain(fields)
    }

    /// The variables that must be defined before it is sent or accepted.
    pub(crate) fn used_variables(&self) -> Vec<VariableName> {
        let mut names: Vec<_> = self
            .values()
            .flat_map(ValuePattern::used_variables)
            .collect();
        match &self.body {
            Some(HttpBody::Whole(body)) => names.extend(body.used_variables()),
            Some(HttpBody::Chunks(chunks)) => {
                names.extend(chunks.iter().flat_map(Template::names).cloned());
            }
            Some(HttpBody::Same(_)) | None => {}
        }
        names
    }

    /// The variables that it defines.
    pub(super) fn captured_variables(&self) -> Vec<VariableName> {
        let groups = self.values().flat_map(|value| match value {
            ValuePattern::Text(_) => Vec::new(),
            ValuePattern::Matches { pattern, .. } => pattern.names().collect(),
        });
        let mut names: Vec<_> = groups.map(VariableName::new).collect();
        if let Some(HttpBody::Whole(body)) = &self.body {
            names.extend(body.captured_variables());
        }
        names
    }

    pub(super) fn check_size(&self, bindings: &Bindings) -> Result<(), Overflow> {
        let mut sizes = self.values().map(|it| it.example().check_size(bindings));
        sizes.find(Result::is_err).unwrap_or(Ok(()))?;
        match &self.body {
            Some(HttpBody::Whole(body)) => body.check_outgoing_size(bindings),
            Some(HttpBody::Chunks(chunks)) => {
                Template::joined(chunks.iter().cloned()).check_size(bindings)
            }
            Some(HttpBody::Same(_)) | None => Ok(()),
        }
    }

    /// The description for people, with the values of variables.
    #[must_use]
    pub fn shown(&self, bindings: &Bindings) -> String {
        let start = match &self.start {
            StartPattern::Request { method, .. } => method.clone(),
            StartPattern::Answer { status } => format!("status {}", status.shown(bindings)),
        };
        let fields = self.fields.iter().map(|field| field.name.as_str());
        let fields: Vec<_> = fields.collect();
        let fields = match fields.as_slice() {
            [] => String::new(),
            some => format!(", {}", some.join(", ")),
        };
        let body = if self.body.is_some() { ", body" } else { "" };
        format!("{start}{fields}{body}")
    }
}

impl StartPattern {
    fn learns_from_baseline(&self) -> bool {
        match self {
            Self::Request { .. } => false,
            Self::Answer { status } => matches!(status, StatusPattern::Same(_)),
        }
    }
}

impl StatusPattern {
    fn shown(&self, bindings: &Bindings) -> String {
        match self {
            Self::Ranges(ranges) => {
                let ranges = ranges.iter().map(|(first, last)| match (first, last) {
                    (first, last) if first == last => first.to_string(),
                    (100, 599..) => "any".to_owned(),
                    (first, _) => format!("{}xx", first / 100),
                });
                let ranges: Vec<_> = ranges.collect();
                ranges.join(" or ")
            }
            Self::Same(name) if bindings.defines(name.as_str()) => {
                let status = String::from_utf8_lossy(bindings.bytes(name));
                format!("{status}, as in the baseline")
            }
            Self::Same(_) => "any".to_owned(),
        }
    }
}
