//! A message of an exchange: what wirecheck sends, and what it accepts from the peer.

use std::borrow::Cow;

use regex::bytes::Regex;
use serde_json::Value;

use super::byte_pattern::BytePattern;
use super::http::HttpPattern;
use super::json_match::{self, JsonMatch};
use super::pattern::MessagePattern;
use super::prefix_search::PrefixEnd;
use super::refusal::Refusal;
use super::template::{Bindings, BoundValue, JsonTemplate, Overflow, Template, VariableName};
use crate::framing::{EncodeError, Encoded, Framing};

#[derive(Clone, Debug)]
pub struct Message {
    pub body: Body,
    /// The parts that later steps use.
    pub captures: Vec<Capture>,
    /// What the peer may send before it, any number of times: a whole message that matches.
    pub skips: Option<Regex>,
}

#[derive(Clone, Debug)]
pub enum Body {
    /// A payload, byte for byte.
    Text(Template),
    /// A payload that is JSON; compared as JSON.
    Json(JsonTemplate),
    /// Bytes that bypass the framing.
    Raw(Template),
    /// A payload that matches a regular expression from its first byte to its last.
    Matches {
        pattern: MessagePattern,
        /// What wirecheck sends.
        example: Template,
    },
    /// Bytes that bypass the framing: the shortest beginning of the stream that a regular
    /// expression matches as a whole.
    RawMatches {
        pattern: MessagePattern,
        /// What wirecheck sends.
        example: Template,
    },
    /// A payload of which some bytes are not fixed.
    Bytes {
        pattern: BytePattern,
        /// What wirecheck sends.
        example: Template,
    },
    /// JSON that contains a value.
    JsonSubset {
        value: JsonTemplate,
        /// What wirecheck sends.
        example: JsonTemplate,
    },
    /// Any one message.
    Any {
        /// What wirecheck sends.
        example: Template,
    },
    /// One of several; wirecheck sends the first. Never empty.
    OneOf(Vec<Template>),
    /// A message of HTTP/1.1.
    Http(Box<HttpPattern>),
}

/// A part of a message that becomes a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    pub name: VariableName,
    pub what: Captured,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Captured {
    Whole,
    /// The part at a JSON pointer.
    Pointer(String),
}

impl Message {
    /// The bytes that wirecheck sends for this message.
    pub fn encode(&self, framing: &Framing, bindings: &Bindings) -> Result<Encoded, EncodeError> {
        let payload = self.checked_payload(bindings)?;
        match self.body {
            Body::Raw(_) | Body::RawMatches { .. } => Ok(Encoded::raw(&payload)),
            _ => framing.encode(&payload),
        }
    }

    /// The payload that wirecheck sends for this message, unless it is too large.
    pub fn checked_payload(&self, bindings: &Bindings) -> Result<Vec<u8>, EncodeError> {
        match self.body.check_outgoing_size(bindings) {
            Ok(()) => Ok(self.outgoing_payload(bindings)),
            Err(Overflow { size, most }) => Err(EncodeError::TooLongWhenFilled {
                max: most,
                actual: size,
            }),
        }
    }

    /// The payload that wirecheck sends for this message. Cut off where it is too large.
    #[must_use]
    pub fn outgoing_payload(&self, bindings: &Bindings) -> Vec<u8> {
        self.body.outgoing_payload(bindings)
    }

    /// Whether the peer may send other messages before it.
    #[must_use]
    pub fn may_come_later(&self) -> bool {
        self.skips.is_some() || self.http_answer().is_some()
    }

    /// Whether the peer may send this payload before the message.
    #[must_use]
    pub fn may_follow(&self, payload: &[u8]) -> bool {
        let is_skipped = self.skips.as_ref().is_some_and(|it| it.is_match(payload));
        is_skipped || self.http_answer().is_some_and(|it| it.may_follow(payload))
    }

    fn http_answer(&self) -> Option<&HttpPattern> {
        match &self.body {
            Body::Http(pattern) if pattern.is_answer() => Some(pattern),
            _ => None,
        }
    }

    /// Whether a part of it must be as it is in the baseline.
    #[must_use]
    pub fn learns_from_baseline(&self) -> bool {
        match &self.body {
            Body::Http(pattern) => pattern.learns_from_baseline(),
            _ => false,
        }
    }

    /// What a reader gets for what wirecheck sends. Raw bytes stay as they are.
    #[must_use]
    pub fn outgoing_as_read(&self, framing: &Framing, bindings: &Bindings) -> Vec<u8> {
        let sent = self.outgoing_payload(bindings);
        if self.is_framed() {
            framing.canonical(&sent).unwrap_or(sent)
        } else {
            sent
        }
    }

    /// Whether the framing encodes it; `raw` bytes bypass the framing.
    #[must_use]
    pub fn is_framed(&self) -> bool {
        !matches!(self.body, Body::Raw(_) | Body::RawMatches { .. })
    }

    /// The variables that it defines.
    #[must_use]
    pub fn captured_variables(&self) -> Vec<VariableName> {
        let own = self.captures.iter().map(|capture| capture.name.clone());
        own.chain(self.body.captured_variables()).collect()
    }

    /// The variables that must be defined before it is sent or accepted.
    #[must_use]
    pub fn used_variables(&self) -> Vec<VariableName> {
        self.body.used_variables()
    }

    /// Whether all of what is sent is this message, where only an expression shows its end.
    pub(super) fn check_end(&self, sent: &[u8], bindings: &Bindings) -> Result<(), Refusal> {
        let Body::RawMatches { pattern, .. } = &self.body else {
            return Ok(());
        };
        match pattern.prefix_search(bindings)?.push(sent) {
            PrefixEnd::After(at) if at < sent.len() => Err(Refusal::EndsBefore {
                at,
                len: sent.len(),
            }),
            PrefixEnd::After(_) => Ok(()),
            PrefixEnd::NeedMore | PrefixEnd::NoMatch => {
                Err(Refusal::NoMatch(pattern.shown(bindings)))
            }
        }
    }

    /// Compares a payload with this message, and stores the captures in `bindings`.
    pub fn accept(
        &self,
        payload: &[u8],
        framing: &Framing,
        bindings: &mut Bindings,
    ) -> Result<(), Refusal> {
        let content = match &self.body {
            Body::Http(pattern) => Cow::Owned(pattern.accept(payload, bindings)?),
            body => {
                body.accept(payload, framing, bindings)?;
                Cow::Borrowed(payload)
            }
        };
        self.captures
            .iter()
            .try_for_each(|capture| capture.keep(&content, bindings))
    }
}

impl Body {
    pub(super) fn check_outgoing_size(&self, bindings: &Bindings) -> Result<(), Overflow> {
        match self {
            Self::Text(template) | Self::Raw(template) => template.check_size(bindings),
            Self::Matches { example, .. }
            | Self::RawMatches { example, .. }
            | Self::Bytes { example, .. }
            | Self::Any { example } => example.check_size(bindings),
            Self::Json(json) | Self::JsonSubset { example: json, .. } => json.check_size(bindings),
            Self::OneOf(all) => all.first().map_or(Ok(()), |it| it.check_size(bindings)),
            Self::Http(pattern) => pattern.check_size(bindings),
        }
    }

    fn check_expected_size(&self, bindings: &Bindings) -> Result<(), Overflow> {
        match self {
            Self::Text(template) | Self::Raw(template) => template.check_size(bindings),
            Self::Json(json) | Self::JsonSubset { value: json, .. } => json.check_size(bindings),
            Self::OneOf(all) => all.iter().try_for_each(|it| it.check_size(bindings)),
            Self::Bytes { pattern, .. } => pattern.check_size(bindings),
            Self::Http(pattern) => pattern.check_size(bindings),
            Self::Matches { .. } | Self::RawMatches { .. } | Self::Any { .. } => Ok(()),
        }
    }

    pub(super) fn outgoing_payload(&self, bindings: &Bindings) -> Vec<u8> {
        match self {
            Self::Text(template) | Self::Raw(template) => template.fill(bindings),
            Self::Matches { example, .. }
            | Self::RawMatches { example, .. }
            | Self::Bytes { example, .. }
            | Self::Any { example } => example.fill(bindings),
            Self::Json(json) | Self::JsonSubset { example: json, .. } => {
                json.fill(bindings).to_string().into_bytes()
            }
            Self::OneOf(all) => all.first().expect("a choice has a member").fill(bindings),
            Self::Http(pattern) => pattern.outgoing(bindings),
        }
    }

    pub(super) fn captured_variables(&self) -> Vec<VariableName> {
        match self {
            Self::Matches { pattern, .. } | Self::RawMatches { pattern, .. } => {
                pattern.names().map(VariableName::new).collect()
            }
            Self::Bytes { pattern, .. } => pattern.names().cloned().collect(),
            Self::Http(pattern) => pattern.captured_variables(),
            _ => Vec::new(),
        }
    }

    pub(super) fn used_variables(&self) -> Vec<VariableName> {
        match self {
            Self::Text(template) | Self::Raw(template) => template.names().cloned().collect(),
            Self::Matches { pattern, example } | Self::RawMatches { pattern, example } => {
                let names = pattern.used_variables().chain(example.names());
                names.cloned().collect()
            }
            Self::Bytes { pattern, example } => {
                let names = pattern.used_variables().chain(example.names());
                names.cloned().collect()
            }
            Self::Any { example } => example.names().cloned().collect(),
            Self::Json(json) => json.names(),
            Self::JsonSubset { value, example } => [value.names(), example.names()].concat(),
            Self::OneOf(all) => all.iter().flat_map(Template::names).cloned().collect(),
            Self::Http(pattern) => pattern.used_variables(),
        }
    }

    /// Compares a payload, and stores what it captures in `bindings`.
    pub(super) fn accept(
        &self,
        payload: &[u8],
        framing: &Framing,
        bindings: &mut Bindings,
    ) -> Result<(), Refusal> {
        self.check_expected_size(bindings)
            .map_err(|Overflow { size, most }| Refusal::TooLarge {
                what: "with the captured values the expected message has",
                size,
                most,
            })?;
        match self {
            Self::Text(template) => {
                accept_bytes(payload, received(framing, &template.fill(bindings)))
            }
            Self::Raw(template) => accept_bytes(payload, template.fill(bindings)),
            Self::Json(json) => accept_json(payload, &json.fill(bindings), JsonMatch::Equal),
            Self::JsonSubset { value, .. } => {
                accept_json(payload, &value.fill(bindings), JsonMatch::Subset)
            }
            Self::Matches { pattern, .. } | Self::RawMatches { pattern, .. } => {
                pattern.accept(payload, bindings)
            }
            Self::Bytes { pattern, .. } => pattern.accept(payload, bindings),
            Self::Any { .. } => Ok(()),
            Self::OneOf(all) => {
                let is_it =
                    |template: &Template| received(framing, &template.fill(bindings)) == payload;
                if all.iter().any(is_it) {
                    Ok(())
                } else {
                    Err(Refusal::NoneOf(all.len()))
                }
            }
            Self::Http(pattern) => pattern.accept(payload, bindings).map(drop),
        }
    }
}

/// What a reader gets for `payload`; empty where it gets no message.
fn received(framing: &Framing, payload: &[u8]) -> Vec<u8> {
    framing.canonical(payload).unwrap_or_default()
}

fn accept_bytes(payload: &[u8], expected: Vec<u8>) -> Result<(), Refusal> {
    if payload == expected {
        Ok(())
    } else {
        Err(Refusal::Differs { expected })
    }
}

fn accept_json(payload: &[u8], expected: &Value, extent: JsonMatch) -> Result<(), Refusal> {
    json_match::compare(&json(payload)?, expected, extent)
}

fn json(payload: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(payload).map_err(|error| Refusal::NotJson(error.to_string()))
}

impl Capture {
    fn keep(&self, payload: &[u8], bindings: &mut Bindings) -> Result<(), Refusal> {
        let value = match &self.what {
            Captured::Whole => BoundValue::Bytes(payload.to_vec()),
            Captured::Pointer(pointer) => {
                let found = json(payload)?.pointer(pointer).cloned();
                BoundValue::Json(found.ok_or_else(|| Refusal::NothingToCapture(pointer.clone()))?)
            }
        };
        bindings.bind(self.name.clone(), value);
        Ok(())
    }
}
