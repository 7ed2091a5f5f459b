//! S01 and F09: one client keeps the peer from serving another, or receives its answers.

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
    let by_others = evidence
        .failures()
        .any(|case| case.shows(|it| it == Symptom::BlockedByOthers));
    let crossed = evidence
        .failures()
        .any(|case| case.shows(|it| it == Symptom::CrossTalk));
    let by_others = by_others.then(|| {
        let because = "beside other connections the exchange is not served; alone it is";
        DefectCode::BlockedByNeighbour.because(because.to_owned())
    });
    let crossed = crossed.then(|| {
        let because = "beside other connections the peer sends what it received on another one";
        DefectCode::CrossTalk.because(because.to_owned())
    });
    let diagnosis = blocked.then(|| {
        let because = "while other clients stop in the middle of a message, the exchange is not served; alone it is";
        DefectCode::BlockedByNeighbour.because(because.to_owned())
    });
    let found = diagnosis.or(by_others).into_iter();
    found.chain(crossed).collect()
}
