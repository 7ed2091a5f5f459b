//! H01, H03, H04: how a peer handles a malformed header. H02 and H05 are about the
//! peer's memory, which no symptom shows: no rule names them.

use super::evidence::{CaseFailure, DefectEvidence};
use super::symptom::Symptom;
use super::{DefectCode, Diagnosis};
use crate::tactic::{Tactic, TacticFamily};

/// Headers with a valid form and a false length: no reader can detect them.
const WELL_FORMED: [&str; 3] = ["longer", "shorter", "too-large"];

pub(super) fn rules(evidence: &DefectEvidence) -> Vec<Diagnosis> {
    let answered = |case: &CaseFailure| {
        case.shows(|it| it == Symptom::Surplus)
            && name(case).is_some_and(|name| !WELL_FORMED.contains(&name))
    };
    let died = |case: &CaseFailure| case.death().is_some();
    let closes_in_baseline = !evidence.has_failed(&Tactic::Whole);
    let hangs = |case: &CaseFailure| {
        let is_open = |it: Symptom| it.stays_open() || it == Symptom::StaysOpenSpinning;
        case.shows(is_open) && closes_in_baseline
    };
    let found = [
        names(evidence, answered).map(|names| {
            let because = format!("a message with a malformed header ({names}) gets an answer");
            DefectCode::AcceptsBadLength.because(because)
        }),
        names(evidence, died).map(|names| {
            let because = format!("the process ends after a malformed header ({names})");
            DefectCode::DiesOnBadHeader.because(because)
        }),
        names(evidence, hangs).map(|names| {
            let because = format!(
                "after a malformed header ({names}) the peer does not close the connection; in the baseline it closes"
            );
            DefectCode::HangsOnBadHeader.because(because)
        }),
    ];
    found.into_iter().flatten().collect()
}

/// The names of the malformed headers that failed in this way: `hex, negative`.
fn names(evidence: &DefectEvidence, failed: impl Fn(&CaseFailure) -> bool) -> Option<String> {
    let cases = evidence.failures_of(TacticFamily::Header);
    let mut names: Vec<_> = cases.filter(|case| failed(case)).filter_map(name).collect();
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then(|| names.join(", "))
}

fn name(case: &CaseFailure) -> Option<&str> {
    match &case.tactic {
        Tactic::Header(malformed) => Some(malformed.name.as_str()),
        _ => None,
    }
}
