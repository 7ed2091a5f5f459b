//! S01 and F09: one client keeps the peer from serving another, or receives its answers.

use super::evidence::{CaseFailure, DefectEvidence};
use super::symptom::Symptom;
use super::{DefectCode, Diagnosis};
use crate::tactic::TacticFamily;

pub(super) fn rules(evidence: &DefectEvidence) -> Vec<Diagnosis> {
    [blocked(evidence), crossed(evidence)]
        .into_iter()
        .flatten()
        .collect()
}

/// The exchange is not served beside a connection that has stopped, or beside other cases.
fn blocked(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let is_blocked = |case: &&CaseFailure| case.shows(|it| it == Symptom::BlockedByOthers);
    let mut blocked = evidence.failures().filter(is_blocked);
    let first = blocked.next()?;
    let is_beside_stopped = |case: &CaseFailure| case.tactic.family() == TacticFamily::Neighbours;
    let because = if is_beside_stopped(first) || blocked.any(is_beside_stopped) {
        "while another client stops in the middle of a message, the exchange is not served; without it, it is"
    } else {
        "beside other connections the exchange is not served; without it, it is"
    };
    Some(DefectCode::BlockedByNeighbour.because(because.to_owned()))
}

/// Cases that were played at the same time show it; where a tactic has the other connection,
/// that is a rule of the framing.
fn crossed(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let mut others = evidence
        .failures()
        .filter(|case| case.tactic.family() != TacticFamily::Neighbours);
    let is_crossed = others.any(|case| case.shows(|it| it == Symptom::CrossTalk));
    is_crossed.then(|| {
        let because = "beside other connections the peer sends what it received on another one";
        DefectCode::CrossTalk.because(because.to_owned())
    })
}
