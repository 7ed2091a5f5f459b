//! What was expected and what came, as people see it: a pattern as the pattern, JSON at
//! the pointer that differs, and of long bytes the part that differs.

use wirecheck_report::record::{Bytes, LabelledBytes, ValueForm};

use crate::judge::{Finding, StepOwner};
use crate::scenario::{Bindings, Body, Message, Refusal, Side};

/// What a finding is shown with.
pub(super) struct Shown<'a> {
    pub(super) peer: Side,
    /// The message that the peer should have sent, if its values are known.
    pub(super) message: Option<&'a Message>,
    pub(super) bindings: &'a Bindings,
}

type Values = (Option<LabelledBytes>, Option<LabelledBytes>);

impl Shown<'_> {
    /// What was expected and what came, as far as the finding is about either.
    pub(super) fn values(&self, finding: &Finding) -> Values {
        let sent = |bytes: &[u8]| exact(self.peer.to_string(), bytes);
        match finding {
            Finding::WrongAnswer {
                refusal, actual, ..
            } => self.wrong_answer(refusal, actual),
            Finding::NoAnswer { partial, .. } | Finding::CutShort { partial, .. } => {
                (self.expected(), Some(sent(partial)))
            }
            Finding::Surplus { actual } => (Some(sent(b"")), Some(sent(actual))),
            Finding::NotPrinted {
                expected, actual, ..
            }
            | Finding::PrintsOther { expected, actual } => {
                let printed = |bytes: &[u8]| exact(format!("{} prints", self.peer), bytes);
                around_difference(printed(expected), printed(actual), expected, actual)
            }
            Finding::AcceptsMalformed { actual, .. } => (None, Some(sent(actual))),
            Finding::PrintsTruncated { actual, .. } | Finding::PrintsMalformed { actual, .. } => {
                (None, Some(exact(format!("{} prints", self.peer), actual)))
            }
            Finding::MalformedAnswer { .. }
            | Finding::EndedEarly {
                owner: StepOwner::Peer,
                ..
            } => (self.expected(), None),
            _ => (None, None),
        }
    }

    fn wrong_answer(&self, refusal: &Refusal, actual: &[u8]) -> Values {
        let sent = |bytes: &[u8]| exact(self.peer.to_string(), bytes);
        match refusal {
            Refusal::Differs { expected } => {
                around_difference(sent(expected), sent(actual), expected, actual)
            }
            Refusal::JsonDiffers {
                pointer,
                expected,
                actual,
            } => {
                let at = |value: &str| exact(format!("{} {pointer}", self.peer), value.as_bytes());
                let is_there = |value: &&String| *value != Refusal::NOTHING;
                let found = [expected, actual].map(|it| Some(it).filter(is_there));
                let [expected, actual] = found.map(|value| value.map(|value| at(value)));
                (expected, actual)
            }
            Refusal::WrongPart {
                part,
                expected,
                actual,
            } => {
                let value = |text: &str| exact(format!("{} {part}", self.peer), text.as_bytes());
                (Some(value(expected)), actual.as_deref().map(value))
            }
            Refusal::WrongBody { refusal, body } => {
                let (expected, actual) = self.wrong_answer(refusal, body);
                let of_body = |it: LabelledBytes| LabelledBytes {
                    label: format!("{} body", self.peer),
                    ..it
                };
                let is_known = matches!(
                    **refusal,
                    Refusal::Differs { .. } | Refusal::JsonDiffers { .. }
                );
                (
                    expected.filter(|_| is_known).map(of_body),
                    actual.map(of_body),
                )
            }
            _ => (self.expected(), Some(sent(actual))),
        }
    }

    /// What the message accepts.
    fn expected(&self) -> Option<LabelledBytes> {
        let peer = self.peer;
        let filled = |body: &Body| match body {
            Body::OneOf(all) => {
                let all: Vec<_> = all.iter().map(|it| it.fill(self.bindings)).collect();
                pattern(format!("{peer}, one of"), &all.join(&b" | "[..]))
            }
            Body::Matches { pattern: it, .. } | Body::RawMatches { pattern: it, .. } => {
                let filled = it.shown(self.bindings);
                pattern(format!("{peer} matches"), filled.as_bytes())
            }
            Body::Bytes { pattern: it, .. } => {
                let filled = it.shown(self.bindings);
                pattern(format!("{peer} hex"), filled.as_bytes())
            }
            Body::JsonSubset { value, .. } => {
                let value = value.fill(self.bindings).to_string();
                pattern(format!("{peer} contains"), value.as_bytes())
            }
            Body::Http(it) => pattern(format!("{peer} http"), it.shown(self.bindings).as_bytes()),
            Body::Any { .. } => pattern(peer.to_string(), b"any message"),
            Body::Text(_) | Body::Json(_) | Body::Raw(_) => {
                let message = self.message.map(|it| it.outgoing_payload(self.bindings));
                exact(peer.to_string(), &message.unwrap_or_default())
            }
        };
        self.message.map(|message| filled(&message.body))
    }
}

fn exact(label: String, bytes: &[u8]) -> LabelledBytes {
    LabelledBytes {
        label,
        form: ValueForm::Exact,
        bytes: Bytes::of(bytes),
    }
}

fn pattern(label: String, bytes: &[u8]) -> LabelledBytes {
    LabelledBytes {
        form: ValueForm::Pattern,
        ..exact(label, bytes)
    }
}

/// Keeps of both the bytes around the first difference.
fn around_difference(
    expected: LabelledBytes,
    actual: LabelledBytes,
    whole_expected: &[u8],
    whole_actual: &[u8],
) -> Values {
    let pairs = whole_expected.iter().zip(whole_actual);
    let at = pairs.take_while(|(one, other)| one == other).count();
    let around = |shown: LabelledBytes, whole: &[u8]| LabelledBytes {
        bytes: Bytes::around(whole, at),
        ..shown
    };
    (
        Some(around(expected, whole_expected)),
        Some(around(actual, whole_actual)),
    )
}
