//! S01: what one client does to another.

use super::evidence::Evidence;
use super::sign::Sign;
use super::{Code, Diagnosis};
use crate::tactic::{Neighbours, Tactic, TacticFamily};

pub(super) fn rules(evidence: &Evidence) -> Vec<Diagnosis> {
    let is_it = |sign| {
        matches!(
            sign,
            Sign::NotConnected | Sign::NotRead | Sign::NoAnswer { .. } | Sign::NotPrinted { .. }
        )
    };
    let stalled = Tactic::Neighbours(Neighbours::Stalled);
    let fell = evidence.of(TacticFamily::Neighbours);
    let mut fell = fell.filter(|it| it.tactic == stalled);
    let blocked = fell.any(|it| it.says(is_it)).then(|| {
        let because = "the exchange that holds alone is not served while other clients stay silent in the middle of a message";
        Code::BlockedByNeighbour.because(because.to_owned())
    });
    blocked.into_iter().collect()
}
