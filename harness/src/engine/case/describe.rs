//! Findings, described for the record.

use wirecheck_report::record::{self, Bytes, LabelledBytes};

use crate::diagnose::Symptom;
use crate::judge::{Expectations, Finding, FindingKind, StepOwner};
use crate::scenario::{Refusal, Side, Step};

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
    let due = finding
        .step()
        .and_then(|step| expectations.expected_payload(step));
    let (expected, actual) = shown(finding, due.as_deref(), us.other());
    ReportedFinding {
        kind: finding.kind(),
        symptom: Symptom::of(finding, due.as_deref()),
        finding: record::FindingRecord {
            kind: finding.kind().as_str().to_owned(),
            what: finding.to_string(),
            expected,
            actual,
            line: step.map(|step| u32::try_from(step.line).unwrap_or(u32::MAX)),
        },
    }
}

/// What was expected and what came, as far as the finding is about either.
fn shown(
    finding: &Finding,
    due: Option<&[u8]>,
    peer: Side,
) -> (Option<LabelledBytes>, Option<LabelledBytes>) {
    let show = |label: String, bytes: &[u8]| {
        Some(LabelledBytes {
            label,
            bytes: Bytes::of(bytes),
        })
    };
    let sent = |bytes: &[u8]| show(peer.to_string(), bytes);
    let printed = |bytes: &[u8]| show(format!("{peer} prints"), bytes);
    match finding {
        Finding::WrongAnswer {
            refusal: Refusal::Differs { expected },
            actual,
            ..
        } => (sent(expected), sent(actual)),
        Finding::WrongAnswer { actual, .. } => (due.and_then(sent), sent(actual)),
        Finding::NoAnswer { partial, .. } | Finding::CutShort { partial, .. } => {
            (due.and_then(sent), sent(partial))
        }
        Finding::Surplus { actual } => (sent(b""), sent(actual)),
        Finding::NotPrinted {
            expected, actual, ..
        }
        | Finding::PrintsOther { expected, actual } => (printed(expected), printed(actual)),
        Finding::MalformedAnswer { .. }
        | Finding::EndedEarly {
            owner: StepOwner::Peer,
            ..
        } => (due.and_then(sent), None),
        _ => (None, None),
    }
}
