//! The message that wirecheck sends for a description.

use super::{FieldRule, HttpBody, HttpPattern, StartPattern, StatusPattern};
use crate::framing::{BodyFraming, BodyToSend, Field, write_answer, write_request};
use crate::scenario::template::Bindings;

/// The status that is sent where any is accepted.
const USUAL_STATUS: u16 = 200;

/// The host that a request names where the description does not.
const HOST: (&[u8], &[u8]) = (b"Host", b"wirecheck");

impl HttpPattern {
    /// The whole message, with these values of variables.
    pub(in crate::scenario) fn outgoing(&self, bindings: &Bindings) -> Vec<u8> {
        let own: Vec<(&[u8], Vec<u8>)> = self.own_fields(bindings);
        let mut fields: Vec<_> = own
            .iter()
            .map(|(name, value)| Field { name, value })
            .collect();
        let (name, value) = HOST;
        let is_request = matches!(self.start, StartPattern::Request { .. });
        if is_request && !self.names_field(name) {
            fields.insert(0, Field { name, value });
        }
        let chunks = self.outgoing_body(bindings);
        let chunks: Vec<_> = chunks.iter().map(Vec::as_slice).collect();
        let whole = chunks.concat();
        let body = match self.outgoing_framing() {
            BodyFraming::None => BodyToSend::None,
            BodyFraming::Length => BodyToSend::Length(&whole),
            BodyFraming::Chunked => BodyToSend::Chunked(&chunks),
            BodyFraming::UntilClose => BodyToSend::None,
        };
        let mut message = match &self.start {
            StartPattern::Request { method, target } => {
                let target = target.as_ref().map(|it| it.example().fill(bindings));
                let target = target.unwrap_or_else(|| b"/".to_vec());
                write_request(method.as_bytes(), &target, &fields, body)
            }
            StartPattern::Answer { status } => write_answer(status.example(), None, &fields, body),
        };
        if self.outgoing_framing() == BodyFraming::UntilClose {
            message.extend_from_slice(&whole);
        }
        message
    }

    fn own_fields(&self, bindings: &Bindings) -> Vec<(&[u8], Vec<u8>)> {
        let values = self.fields.iter().flat_map(|field| {
            let values = match &field.rule {
                FieldRule::Absent => &[][..],
                FieldRule::Values(values) => values,
            };
            values
                .iter()
                .map(|it| (field.name.as_bytes(), it.example().fill(bindings)))
        });
        values.collect()
    }

    fn names_field(&self, name: &[u8]) -> bool {
        let mut fields = self.fields.iter();
        fields.any(|it| it.name.as_bytes().eq_ignore_ascii_case(name))
    }

    /// The content of each chunk; of a body that is not chunked there is one.
    fn outgoing_body(&self, bindings: &Bindings) -> Vec<Vec<u8>> {
        match &self.body {
            Some(HttpBody::Whole(body)) => vec![body.outgoing_payload(bindings)],
            Some(HttpBody::Chunks(chunks)) => chunks.iter().map(|it| it.fill(bindings)).collect(),
            Some(HttpBody::Same(_)) | None => Vec::new(),
        }
    }

    fn outgoing_framing(&self) -> BodyFraming {
        if let Some(framing) = self.framing {
            return framing;
        }
        match (&self.body, &self.start) {
            (Some(HttpBody::Chunks(_)), _) => BodyFraming::Chunked,
            (Some(_), _) => BodyFraming::Length,
            (None, StartPattern::Answer { status }) if may_have_body(status.example()) => {
                BodyFraming::Length
            }
            (None, _) => BodyFraming::None,
        }
    }
}

impl StatusPattern {
    /// The status that is sent.
    fn example(&self) -> u16 {
        match self {
            Self::Ranges(ranges) if ranges.iter().any(|it| contains(it, USUAL_STATUS)) => {
                USUAL_STATUS
            }
            Self::Ranges(ranges) => ranges.first().map_or(USUAL_STATUS, |it| it.0),
            Self::Same(_) => USUAL_STATUS,
        }
    }
}

fn contains((first, last): &(u16, u16), status: u16) -> bool {
    (*first..=*last).contains(&status)
}

/// "1xx, 204 and 304 responses do not include content" (RFC 9110, 6.4.1).
fn may_have_body(status: u16) -> bool {
    !matches!(status, 100..=199 | 204 | 304)
}
