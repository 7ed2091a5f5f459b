//! S01: one client keeps the peer from serving another.

use super::evidence::DefectEvidence;
use super::symptom::Symptom;
use super::{DefectCode, Diagnosis};
use crate::tactic::{Neighbours, Tactic, TacticFamily};

pub(super) fn rules(evidence: &DefectEvidence) -> Vec<Diagnosis> {
    let not_served = |it| {
        matches!(
            it,
            Symptom::NotConnected
                | Symptom::NotRead
                | Symptom::NoAnswer { .. }
                | Symptom::NotPrinted { .. }
        )
    };
    let stalled = Tactic::Neighbours(Neighbours::Stalled);
    let blocked = evidence
        .failures_of(TacticFamily::Neighbours)
        .any(|case| case.tactic == stalled && case.shows(not_served));
    let diagnosis = blocked.then(|| {
        let because = "while other clients stop in the middle of a message, the exchange is not served; alone it is";
        DefectCode::BlockedByNeighbour.because(because.to_owned())
    });
    diagnosis.into_iter().collect()
}
