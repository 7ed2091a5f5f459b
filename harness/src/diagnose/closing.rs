//! C01–C09: how a peer handles the end of a connection.

use super::cut_map::CutLocation;
use super::evidence::{CaseFailure, DefectEvidence, ExchangeEnd};
use super::symptom::Symptom;
use super::wording::offsets;
use super::{DefectCode, Diagnosis};
use crate::judge::PeerClose;
use crate::tactic::{Offset, Tactic, TacticFamily};

/// The tactics that end the stream with a FIN.
const FINS: [TacticFamily; 3] = [
    TacticFamily::Fin,
    TacticFamily::Half,
    TacticFamily::FinAtOnce,
];
/// The tactics that reset it.
const RESETS: [TacticFamily; 2] = [TacticFamily::Rst, TacticFamily::RstAtAccept];

pub(super) fn rules(evidence: &DefectEvidence) -> Vec<Diagnosis> {
    let ignored = ignored_eof(evidence);
    let leaks = match ignored {
        Some(_) => None,
        None => leaks(evidence),
    };
    let found = [
        ignored,
        eof_spin(evidence),
        dies_on_eof(evidence),
        dies_on_reset(evidence),
        stops_serving(evidence),
        partial_as_message(evidence),
        leaks,
        reset_instead_of_fin(evidence),
        loses_answers_at_eof(evidence),
    ];
    found.into_iter().flatten().collect()
}

/// The peer is idle and does not close, even where no message was truncated.
fn ignored_eof(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let at = idle_after_fin(evidence, |at| is_edge(evidence, at));
    let when = if evidence
        .failures_of(TacticFamily::Whole)
        .any(stays_open_idle)
    {
        "a whole exchange".to_owned()
    } else if at.is_empty() {
        return None;
    } else {
        format!("a FIN between messages (offset {})", offsets(&at))
    };
    let because = format!("after {when} the peer is idle and does not close the connection");
    Some(DefectCode::IgnoredEof.because(because))
}

fn eof_spin(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let spins = |case: &&CaseFailure| case.shows(|it| it == Symptom::StaysOpenSpinning);
    let tactics = evidence.failures().filter(spins).map(|case| &case.tactic);
    let first = tactics.min()?;
    let because = format!(
        "under the tactic `{first}` the stream ends, and the peer keeps a processor busy instead of closing"
    );
    Some(DefectCode::EofSpin.because(because))
}

/// The process dies where a stream ends, and the answers before that are correct.
fn dies_on_eof(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let at = ends_that_crash(evidence, &FINS);
    let when = if whole_crashes(evidence, ExchangeEnd::Fin) {
        "after a whole exchange".to_owned()
    } else if at.is_empty() {
        return None;
    } else {
        format!("at offset {}", offsets(&at))
    };
    let because = format!(
        "the process dies when the stream ends {when}; no answer before that is wrong or missing"
    );
    Some(DefectCode::DiesOnEof.because(because))
}

fn dies_on_reset(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let at = ends_that_crash(evidence, &RESETS);
    let when = if whole_crashes(evidence, ExchangeEnd::Reset) {
        "after a whole exchange".to_owned()
    } else if !at.is_empty() {
        format!("at offset {}", offsets(&at))
    } else if evidence.failures_of(TacticFamily::RstAtAccept).any(crashed) {
        "before it is accepted".to_owned()
    } else {
        return None;
    };
    let because = format!("the process dies when a connection is reset {when}");
    Some(DefectCode::DiesOnReset.because(because))
}

/// Whether the process dies after a whole exchange that ends in this way.
fn whole_crashes(evidence: &DefectEvidence, end: ExchangeEnd) -> bool {
    evidence.exchange_ends_with(end) && evidence.failures_of(TacticFamily::Whole).any(crashed)
}

fn crashed(case: &CaseFailure) -> bool {
    case.shows(|it| it == Symptom::Crashed) && !case.is_misread()
}

/// The early ends at which the process died, except where it may have died of the
/// bytes before the end.
fn ends_that_crash(evidence: &DefectEvidence, families: &[TacticFamily]) -> Vec<Offset> {
    let ends = evidence.failed_ends(families);
    let ends = ends.filter(|(at, case)| crashed(case) && !evidence.may_misread_before(*at));
    ascending(ends.map(|(at, _)| at))
}

/// The next connection is not served, or the process ended.
fn stops_serving(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let failures = || {
        let failures = evidence.failures();
        failures.filter(|case| case.tactic.family() != TacticFamily::Header)
    };
    let unserved = |case: &&CaseFailure| case.shows(|it| it == Symptom::NextNotServed);
    let exited = |case: &&CaseFailure| case.shows(|it| it == Symptom::ExitedCleanly);
    let because = if let Some(case) = failures().find(unserved) {
        format!(
            "after a case of the tactic `{}` the next connection is not served",
            case.tactic
        )
    } else if whole_crashes(evidence, ExchangeEnd::ByPeer) {
        "the process dies after a whole exchange, which it closes itself".to_owned()
    } else {
        let tactic = &failures().find(exited)?.tactic;
        format!(
            "under the tactic `{tactic}` the process ends with exit code 0; it serves no other connection"
        )
    };
    Some(DefectCode::StopsServing.because(because))
}

/// A FIN gets an extra answer: inside a message where a cut without a FIN passes, or
/// between messages, where nothing is left to answer.
fn partial_as_message(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let answered = |(_, case): &(Offset, &CaseFailure)| case.shows(|it| it == Symptom::Surplus);
    let ends = evidence.failed_ends(&[TacticFamily::Fin, TacticFamily::Half]);
    let at = ascending(ends.filter(answered).map(|(at, _)| at));
    let (between, inside): (Vec<_>, Vec<_>) = at.into_iter().partition(|at| is_edge(evidence, *at));
    let cut_passes = |at: &Offset| evidence.has_passed(&Tactic::Cut(*at));
    let inside: Vec<_> = inside.into_iter().filter(cut_passes).collect();
    let because = if !inside.is_empty() {
        format!(
            "a FIN inside a message (offset {}) gets an extra answer; a cut there without a FIN passes",
            offsets(&inside)
        )
    } else if !between.is_empty() {
        format!(
            "a FIN between messages (offset {}) gets an extra answer",
            offsets(&between)
        )
    } else {
        return None;
    };
    Some(DefectCode::PartialAsMessage.because(because))
}

/// The peer closes after a FIN between messages, but not after one inside a message.
fn leaks(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let kept = idle_after_fin(evidence, |at| !is_edge(evidence, at));
    let cut_map = &evidence.cut_map;
    let edges = [Offset::START, cut_map.first_message_end(), cut_map.end()];
    let closed = edges.into_iter().find(|at| {
        evidence.has_passed(&Tactic::Fin(*at)) || evidence.has_passed(&Tactic::Half(*at))
    })?;
    (!kept.is_empty()).then(|| {
        let because = format!(
            "after a FIN inside a message (offset {}) the peer is idle and does not close the connection; after a FIN at offset {closed} it closes",
            offsets(&kept)
        );
        DefectCode::Leaks.because(because)
    })
}

/// A reset where the exchange expects a FIN, or before the exchange is complete.
///
/// An early reset counts only for a process that should keep running and does: when a
/// process exits, the kernel decides whether late bytes meet a FIN or a reset. How many
/// deliveries are reset depends on timing, so only the first is named.
fn reset_instead_of_fin(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let ended = |it| {
        matches!(
            it,
            Symptom::Crashed | Symptom::ExitedCleanly | Symptom::NextNotServed
        )
    };
    let keeps_running =
        evidence.should_keep_running() && !evidence.failures().any(|case| case.shows(ended));
    let how = PeerClose::Reset;
    let at_close = |it| it == Symptom::WrongClose { how };
    let early = |it| {
        matches!(
            it,
            Symptom::EndedEarly {
                how: PeerClose::Reset,
                ..
            }
        )
    };
    let resets = evidence
        .failures()
        .filter(|case| case.shows(at_close) || keeps_running && case.shows(early));
    let first = resets.min_by_key(|case| &case.tactic)?;
    let tactic = &first.tactic;
    let when = if first.shows(at_close) {
        "where the exchange expects a FIN"
    } else {
        "before the exchange is complete"
    };
    let because = format!("under the tactic `{tactic}` the peer resets the connection {when}");
    Some(DefectCode::ResetInsteadOfFin.because(because))
}

/// Answers to whole messages are missing only because the stream ended.
fn loses_answers_at_eof(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let missing = |case: &CaseFailure| {
        case.shows(|it| it.missing_step().is_some()) && !case.shows(|it| it == Symptom::Crashed)
    };
    let joined_failed = evidence.has_failed(&Tactic::Joined);
    let first_message_end = evidence.cut_map.first_message_end();
    let ends = evidence
        .failed_ends(&[TacticFamily::Half, TacticFamily::FinAtOnce])
        .filter(|(at, case)| {
            missing(case)
                && (*at == first_message_end || !joined_failed)
                && !evidence.may_misread_before(*at)
        });
    let at = ascending(ends.map(|(at, _)| at));
    (!at.is_empty()).then(|| {
        let because = format!(
            "whole messages before a FIN (offset {}) are not answered; in the baseline they are",
            offsets(&at)
        );
        DefectCode::LosesAnswersAtEof.because(because)
    })
}

fn is_edge(evidence: &DefectEvidence, at: Offset) -> bool {
    evidence.cut_map.location(at) == CutLocation::Edge
}

fn stays_open_idle(case: &CaseFailure) -> bool {
    case.shows(|it| it == Symptom::StaysOpenIdle)
}

/// The early FINs after which the peer was idle and did not close.
fn idle_after_fin(evidence: &DefectEvidence, is_there: impl Fn(Offset) -> bool) -> Vec<Offset> {
    let ends = evidence.failed_ends(&FINS);
    let ends = ends.filter(|(at, case)| stays_open_idle(case) && is_there(*at));
    ascending(ends.map(|(at, _)| at))
}

fn ascending(offsets: impl Iterator<Item = Offset>) -> Vec<Offset> {
    let mut offsets: Vec<_> = offsets.collect();
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}
