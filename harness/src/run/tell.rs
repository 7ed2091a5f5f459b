//! Findings in words, for the record.

use wirecheck_report::record::{self, Bytes, LabelledBytes};

use super::result::Told;
use crate::diagnose::Symptom;
use crate::judge::{Expectations, Finding, StepOwner};
use crate::scenario::{Action, Refusal, Side, Step};

/// Puts a finding into words, while the values it speaks of are known.
pub(super) fn tell(
    finding: &Finding,
    exchange: &[Step],
    us: Side,
    hearing: &Expectations<'_>,
) -> Told {
    let step = finding.step().and_then(|index| exchange.get(index));
    let who = us.other().to_string();
    let said = |bytes: &[u8]| {
        Some(LabelledBytes {
            label: who.clone(),
            bytes: Bytes::of(bytes),
        })
    };
    let printed = |bytes: &[u8]| {
        Some(LabelledBytes {
            label: format!("{who} prints"),
            bytes: Bytes::of(bytes),
        })
    };
    let due = step.and_then(|step| expected(step, hearing));
    let sign = Symptom::of(finding, due.as_deref());
    let (expected, actual) = match finding {
        Finding::WrongAnswer {
            refusal: Refusal::Differs { expected },
            actual,
            ..
        } => (said(expected), said(actual)),
        Finding::WrongAnswer { actual, .. } => (due.and_then(|due| said(&due)), said(actual)),
        Finding::NoAnswer { partial, .. } | Finding::CutShort { partial, .. } => {
            (due.and_then(|due| said(&due)), said(partial))
        }
        Finding::Surplus { actual } => (said(b""), said(actual)),
        Finding::NotPrinted {
            expected, actual, ..
        } => (printed(expected), printed(actual)),
        Finding::PrintsOther { expected, actual } => (printed(expected), printed(actual)),
        Finding::MalformedAnswer { .. }
        | Finding::EndedEarly {
            owner: StepOwner::Peer,
            ..
        } => (due.and_then(|due| said(&due)), None),
        _ => (None, None),
    };
    Told {
        kind: finding.kind(),
        sign,
        finding: record::FindingRecord {
            kind: finding.kind().as_str().to_owned(),
            what: finding.to_string(),
            expected,
            actual,
            line: step.map(|step| u32::try_from(step.line).unwrap_or(u32::MAX)),
        },
    }
}

/// What wirecheck would say in the peer's place.
fn expected(step: &Step, hearing: &Expectations<'_>) -> Option<Vec<u8>> {
    match &step.action {
        Action::Send(message) if hearing.can_fill(message) => {
            Some(message.outgoing_payload(hearing.bindings()))
        }
        _ => None,
    }
}
