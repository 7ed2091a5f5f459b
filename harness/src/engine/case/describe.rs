//! Findings, described for the record.

use wirecheck_report::record;

use super::shown::Shown;
use crate::diagnose::{OutputDifference, Symptom};
use crate::judge::{Expectations, Finding, FindingKind};
use crate::scenario::{Action, Body, Message, Side, Step};

/// A finding, described while its values are known.
#[derive(Clone, Debug)]
pub(in crate::engine) struct ReportedFinding {
    pub(in crate::engine) kind: FindingKind,
    /// What it means for a diagnosis.
    pub(in crate::engine) symptom: Symptom,
    pub(in crate::engine) finding: record::FindingRecord,
}

/// Describes a finding about the side that faces `us`.
pub(in crate::engine) fn describe(
    finding: &Finding,
    exchange: &[Step],
    us: Side,
    expectations: &Expectations<'_>,
) -> ReportedFinding {
    let step = finding.step().and_then(|index| exchange.get(index));
    let message = step.and_then(|step| match &step.action {
        Action::Send(message) if expectations.can_fill(message) => Some(message),
        _ => None,
    });
    let due = finding.step().and_then(|step| expectations.payload(step));
    let symptom = match Symptom::of(finding, due.as_deref()) {
        Symptom::WrongAnswer { step, difference } => Symptom::WrongAnswer {
            step,
            difference: misplaced(finding, exchange, us, expectations).unwrap_or(difference),
        },
        symptom => symptom,
    };
    let shown = Shown {
        peer: us.other(),
        message,
        bindings: expectations.bindings(),
    };
    let (expected, actual) = shown.values(finding);
    ReportedFinding {
        kind: finding.kind(),
        symptom,
        finding: record::FindingRecord {
            kind: finding.kind().as_str().to_owned(),
            what: finding.to_string(),
            died: symptom.death().map(|how| how.brief()),
            expected,
            actual,
            line: step.map(|step| u32::try_from(step.line).unwrap_or(u32::MAX)),
        },
    }
}

/// How the answer to a later message came in the place of this one, if it did.
fn misplaced(
    finding: &Finding,
    exchange: &[Step],
    us: Side,
    expectations: &Expectations<'_>,
) -> Option<OutputDifference> {
    let Finding::WrongAnswer { step, actual, .. } = finding else {
        return None;
    };
    let is_accepted = |message: &Message, payload: &[u8]| {
        expectations.can_fill(message) && expectations.would_accept(message, payload)
    };
    let mut later = exchange.iter().skip(step + 1).filter(|it| it.side != us);
    let is_later = later.any(|it| match &it.action {
        Action::Send(message) => is_distinct(message) && is_accepted(message, actual),
        _ => false,
    });
    let Action::Send(expected) = &exchange.get(*step)?.action else {
        return None;
    };
    let after = expectations.messages_after_refused();
    let comes_after = after.iter().any(|payload| is_accepted(expected, payload));
    is_later.then_some(if comes_after {
        OutputDifference::OutOfOrder
    } else {
        OutputDifference::LaterAnswer
    })
}

/// Whether a message accepts few payloads: what matches is then no chance.
fn is_distinct(message: &Message) -> bool {
    match message.body {
        Body::Text(_) | Body::Json(_) | Body::Raw(_) | Body::JsonSubset { .. } => true,
        Body::Matches { .. } | Body::Any { .. } | Body::OneOf(_) => false,
    }
}
