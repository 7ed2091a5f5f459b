//! H01–H05: how a peer handles a malformed header.

use super::cut_map::CutLocation;
use super::evidence::{CaseFailure, DefectEvidence};
use super::symptom::Symptom;
use super::{DefectCode, Diagnosis};
use crate::tactic::{Tactic, TacticFamily};

/// Headers that declare more than is sent. A reader that answers has taken the end of the
/// stream for the end of the message.
const DECLARE_MORE: [&str; 3] = ["longer", "too-large", "endless"];
/// One that a reader without signs takes for a large length.
const NEGATIVE: &str = "negative";

pub(super) fn rules(evidence: &DefectEvidence) -> Vec<Diagnosis> {
    let found = [
        accepts_bad_length(evidence),
        dies_on_bad_header(evidence),
        hangs_on_bad_header(evidence),
        grows(evidence, Symptom::MemoryForLength).map(|names| {
            let because =
                format!("its memory grows for the length that a header declares ({names})");
            DefectCode::UnboundedLength.because(because)
        }),
        grows(evidence, Symptom::MemoryForEndless).map(|names| {
            let because =
                format!("its memory grows with the bytes of a message that never ends ({names})");
            DefectCode::UnboundedBuffer.because(because)
        }),
    ];
    found.into_iter().flatten().collect()
}

fn accepts_bad_length(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let takes_end_for_body = accepts_part(evidence).is_some();
    let is_part = |case: &CaseFailure| {
        DECLARE_MORE.contains(&name(case)) || takes_end_for_body && name(case) == NEGATIVE
    };
    let accepted =
        |case: &CaseFailure| case.shows(|it| it == Symptom::AcceptsMalformed) && !is_part(case);
    names(evidence, accepted).map(|names| {
        let because =
            format!("a message with a malformed header ({names}) is taken for a valid one");
        DefectCode::AcceptsBadLength.because(because)
    })
}

/// The headers that declare more than is sent and were accepted at the end of the stream.
pub(super) fn accepts_part(evidence: &DefectEvidence) -> Option<String> {
    let is_accepted = |it| {
        matches!(
            it,
            Symptom::Surplus | Symptom::PrintsTruncated | Symptom::AcceptsMalformed
        )
    };
    names(evidence, |case| {
        DECLARE_MORE.contains(&name(case)) && case.shows(is_accepted)
    })
}

/// A process that dies of any end inside a message may have died of the end here too.
fn dies_on_bad_header(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let ends = [
        TacticFamily::Fin,
        TacticFamily::Half,
        TacticFamily::FinAtOnce,
    ];
    let is_inside = |at| evidence.cut_map.location(at) != CutLocation::Edge;
    let mut ends = evidence.failed_ends(&ends);
    if ends.any(|(at, case)| is_inside(at) && case.death().is_some()) {
        return None;
    }
    names(evidence, |case| case.death().is_some()).map(|names| {
        let because = format!("the process ends after a malformed header ({names})");
        DefectCode::DiesOnBadHeader.because(because)
    })
}

/// A peer that hangs after other tactics has another defect.
fn hangs_on_bad_header(evidence: &DefectEvidence) -> Option<Diagnosis> {
    // To get memory takes time.
    let grows = |it| matches!(it, Symptom::MemoryForLength | Symptom::MemoryForEndless);
    let hangs =
        |case: &CaseFailure| case.shows(is_hanging) && case.death().is_none() && !case.shows(grows);
    let elsewhere = evidence
        .failures()
        .any(|case| case.tactic.family() != TacticFamily::Header && hangs(case));
    if elsewhere {
        return None;
    }
    let spins = |it| {
        matches!(
            it,
            Symptom::StaysOpenSpinning | Symptom::StillRunningSpinning
        )
    };
    let what = if names(evidence, |case| case.shows(spins)).is_some() {
        "keeps a processor busy"
    } else if names(evidence, |case| {
        case.shows(|it| it == Symptom::NextNotServed)
    })
    .is_some()
    {
        "does not serve the next connection"
    } else {
        "does not close the connection"
    };
    names(evidence, hangs).map(|names| {
        let because = format!("after a malformed header ({names}) and a FIN the peer {what}");
        DefectCode::HangsOnBadHeader.because(because)
    })
}

fn is_hanging(symptom: Symptom) -> bool {
    symptom.stays_open()
        || matches!(
            symptom,
            Symptom::StaysOpenSpinning
                | Symptom::StillRunningSpinning
                | Symptom::NotRead
                | Symptom::NextNotServed
        )
}

fn grows(evidence: &DefectEvidence, symptom: Symptom) -> Option<String> {
    names(evidence, |case| case.shows(|it| it == symptom))
}

/// The names of the malformed headers that failed in this way: `hex, negative`.
fn names(evidence: &DefectEvidence, failed: impl Fn(&CaseFailure) -> bool) -> Option<String> {
    let cases = evidence.failures_of(TacticFamily::Header);
    let mut names: Vec<_> = cases.filter(|case| failed(case)).map(name).collect();
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then(|| names.join(", "))
}

fn name(case: &CaseFailure) -> &str {
    match &case.tactic {
        Tactic::Header(malformed) => malformed.name.as_str(),
        _ => "",
    }
}
