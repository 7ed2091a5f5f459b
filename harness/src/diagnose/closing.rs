//! C01–C11: how a peer handles the end of a connection, and whether it survives it.

use wirecheck_report::notation::counted;

use super::cut_map::CutLocation;
use super::cut_place::lone_cuts;
use super::evidence::{CaseFailure, DefectEvidence, ExchangeEnd};
use super::symptom::Symptom;
use super::wording::offsets;
use super::{DefectCode, Diagnosis, header};
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
    let spin = eof_spin(evidence);
    // Who does not notice the end keeps the connection and its thread: that is the same flaw.
    let leaks = match (&ignored, &spin) {
        (None, None) => measured_leak(evidence).or_else(|| leaks(evidence)),
        _ => None,
    };
    let found = [
        ignored,
        spin,
        dies_on_eof(evidence),
        dies_on_reset(evidence),
        stops_serving(evidence),
        partial_as_message(evidence),
        leaks,
        loses_answers_at_eof(evidence),
        dies_on_input(evidence),
        never_closes(evidence),
    ];
    found.into_iter().flatten().collect()
}

/// The peer does not close, even where no message was truncated.
fn ignored_eof(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let at = kept_open(evidence, |at| is_edge(evidence, at));
    let after_whole = evidence
        .failures_of(TacticFamily::Whole)
        .find(|case| stays_open(case) && evidence.exchange_ends_with(ExchangeEnd::Fin));
    let (case, when) = match (after_whole, at.first()) {
        (Some(case), _) => (case, "a whole exchange and a FIN".to_owned()),
        (None, Some((_, case))) => {
            let at = ascending(at.iter().map(|(at, _)| *at));
            let when = format!("a FIN between messages (offset {})", offsets(&at));
            (*case, when)
        }
        (None, None) => return None,
    };
    let because = format!("after {when} {}", keeps_open(case));
    Some(DefectCode::IgnoredEof.because(because))
}

/// "the peer is idle and does not close the connection", as far as that is known.
fn keeps_open(case: &CaseFailure) -> &'static str {
    if case.shows(|it| it == Symptom::StaysOpenIdle) {
        "the peer is idle and does not close the connection"
    } else if case.shows(|it| it == Symptom::StaysOpenSpinning) {
        "the peer keeps a processor busy and does not close the connection"
    } else {
        "the peer does not close the connection within the limit"
    }
}

/// Where the peer closes first, no FIN reaches it.
fn eof_spin(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let spins = |it| {
        matches!(
            it,
            Symptom::StaysOpenSpinning | Symptom::Spins | Symptom::StillRunningSpinning
        )
    };
    let is_ended = |case: &CaseFailure| {
        !(case.is_complete() && evidence.exchange_ends_with(ExchangeEnd::ByPeer))
    };
    let cases = evidence.failures();
    // After a malformed header it need not be the end of the stream.
    let cases = cases.filter(|case| case.tactic.family() != TacticFamily::Header);
    let cases = cases.filter(|case| case.shows(spins) && is_ended(case));
    let first = cases.min_by_key(|case| &case.tactic)?;
    let tactic = &first.tactic;
    let what = if RESETS.contains(&tactic.family()) {
        "the connection is reset, and the peer keeps a processor busy afterwards"
    } else if first.shows(|it| it == Symptom::Spins) {
        "the connection ends, and the peer keeps a processor busy afterwards"
    } else {
        "the stream ends, and the peer keeps a processor busy instead of closing"
    };
    Some(DefectCode::EofSpin.because(format!("under the tactic `{tactic}` {what}")))
}

/// The exchange asks the peer to close, and it does not.
fn never_closes(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let is_open = |case: &&CaseFailure| {
        case.is_complete() && case.shows(|it| it.stays_open() || it == Symptom::StaysOpenSpinning)
    };
    let case = evidence
        .failures()
        .filter(is_open)
        .min_by_key(|case| &case.tactic)
        .filter(|_| evidence.exchange_ends_with(ExchangeEnd::ByPeer))?;
    let when = match case.tactic {
        Tactic::Whole => String::new(),
        ref tactic => format!("under the tactic `{tactic}`, "),
    };
    let because = format!(
        "{when}where the exchange asks the peer to close, {}",
        keeps_open(case)
    );
    Some(DefectCode::NeverCloses.because(because))
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

/// Whether the process dies, or exits with a failure, after a whole exchange that ends in
/// this way.
fn whole_crashes(evidence: &DefectEvidence, end: ExchangeEnd) -> bool {
    let only_fails = |case: &CaseFailure| case.symptoms == [Symptom::FailedExit];
    let mut baselines = evidence.failures_of(TacticFamily::Whole);
    evidence.exchange_ends_with(end) && baselines.any(|case| crashed(case) || only_fails(case))
}

fn crashed(case: &CaseFailure) -> bool {
    case.death().is_some_and(|how| !how.is_success()) && !case.is_misread()
}

/// The process ends in the middle of an exchange, or after one that ends well if it is
/// not cut. A program that serves one case may exit with any code.
fn dies_on_input(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let cases: Vec<_> = evidence
        .failures()
        .filter(|case| died_of_input(evidence, case))
        .collect();
    let first = cases.iter().min_by_key(|case| &case.tactic)?;
    let how = first.death()?;
    let deliveries = match (&first.tactic, cases.len()) {
        (Tactic::Whole, _) => "in the baseline".to_owned(),
        (tactic, 1) => format!("under the tactic `{tactic}`"),
        (tactic, count) => format!("in {count} deliveries (the first is {tactic})"),
    };
    let when = if first.is_misread() {
        "in the middle of the exchange"
    } else {
        "after the exchange; uncut, the exchange does not end it"
    };
    let because = format!("{deliveries} the process ends with {how} {when}");
    Some(DefectCode::DiesOnInput.because(because))
}

fn died_of_input(evidence: &DefectEvidence, case: &CaseFailure) -> bool {
    let Some(how) = case.death() else {
        return false;
    };
    let in_the_middle = case.is_misread();
    let not_by_the_end = !how.is_success() && evidence.has_passed(&Tactic::Whole);
    case.is_complete() && (in_the_middle || not_by_the_end)
}

/// The early ends at which the process died, except where it may have died of the
/// bytes before the end.
fn ends_that_crash(evidence: &DefectEvidence, families: &[TacticFamily]) -> Vec<Offset> {
    let ends = evidence.failed_ends(families);
    let ends = ends.filter(|(at, case)| crashed(case) && !evidence.may_die_before(*at));
    ascending(ends.map(|(at, _)| at))
}

/// The next connection is not served, or the process ended.
fn stops_serving(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let failures = || {
        let failures = evidence.failures();
        failures.filter(|case| case.tactic.family() != TacticFamily::Header)
    };
    // A process that died serves nobody: its death is the defect.
    let unserved =
        |case: &&CaseFailure| case.shows(|it| it == Symptom::NextNotServed) && !evidence.has_died();
    let exited = |case: &&CaseFailure| {
        case.death().is_some_and(|how| how.is_success()) && !died_of_input(evidence, case)
    };
    let after_churn = |case: &&CaseFailure| {
        case.tactic == Tactic::Churn && case.shows(Symptom::is_not_served) && !evidence.has_died()
    };
    let because = if let Some(connection) = failures().find_map(CaseFailure::first_not_served) {
        let connection = connection.saturating_sub(1);
        format!(
            "a fresh peer serves {}, whatever is sent, and not the next one",
            counted(connection, "connection")
        )
    } else if let Some(case) = failures().find(unserved) {
        format!(
            "after a case of the tactic `{}` the next connection is not served",
            case.tactic
        )
    } else if failures().any(|case| after_churn(&case)) {
        "after a thousand connections that were opened and dropped, the exchange is not served; before it is"
            .to_owned()
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

/// The end of the stream makes the peer act on a message that is not whole, where a cut
/// without an end passes; or it gets an answer between messages, where nothing is left to
/// answer.
fn partial_as_message(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let ends = [&FINS[..], &[TacticFamily::Rst]].concat();
    let at = |families, symptom| {
        let shows = |(_, case): &(Offset, &CaseFailure)| case.shows(|it| it == symptom);
        let ends = evidence.failed_ends(families).filter(shows);
        let at = ascending(ends.map(|(at, _)| at)).into_iter();
        at.partition::<Vec<_>, _>(|at| is_edge(evidence, *at))
    };
    let without_failed_cuts = |inside: Vec<Offset>| -> Option<Vec<Offset>> {
        let cut_passes = |at: &Offset| evidence.has_passed(&Tactic::Cut(*at));
        let inside: Vec<_> = inside.into_iter().filter(cut_passes).collect();
        (!inside.is_empty()).then_some(inside)
    };
    let (between, answered) = at(&FINS, Symptom::Surplus);
    // A program that prints what one recv returns does so with and without an end.
    let is_misread = |case: &CaseFailure| case.cut().is_some() && case.is_misread();
    let reads_whole_messages = !evidence.failures().any(is_misread);
    let printed = |symptom| {
        let (_, inside) = at(&ends, symptom);
        without_failed_cuts(inside).filter(|_| reads_whole_messages)
    };
    let because = if let Some(at) = without_failed_cuts(answered) {
        format!(
            "a FIN inside a message (offset {}) gets an extra answer; a cut there without a FIN passes",
            offsets(&at)
        )
    } else if let Some(at) = printed(Symptom::PrintsTruncated) {
        format!(
            "the stream ends inside a message (offset {}), and the program prints what came as if it were whole; a cut there without an end passes",
            offsets(&at)
        )
    } else if !between.is_empty() {
        format!(
            "a FIN between messages (offset {}) gets an extra answer",
            offsets(&between)
        )
    } else if let Some(at) = printed(Symptom::ExitsAsWhole) {
        format!(
            "the stream ends inside a message (offset {}), and the program exits as after a whole exchange",
            offsets(&at)
        )
    } else {
        let names = header::accepts_part(evidence).filter(|_| reads_whole_messages)?;
        format!(
            "a header declares more than is sent ({names}), and at the FIN the message is taken for a whole one"
        )
    };
    Some(DefectCode::PartialAsMessage.because(because))
}

/// What the peer holds grew with each connection.
fn measured_leak(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let leaks = |case: &CaseFailure| case.shows(|it| it == Symptom::Leaks);
    evidence.failures().any(leaks).then(|| {
        let because = "what the peer holds grows with the number of connections, one after the \
                       other, and it does not give it back";
        DefectCode::Leaks.because(because.to_owned())
    })
}

/// The peer closes after a FIN between messages, but not after one inside a message.
fn leaks(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let kept = kept_open(evidence, |at| !is_edge(evidence, at));
    let (_, first) = kept.first()?;
    let cut_map = &evidence.cut_map;
    let edges = [Offset::START, cut_map.first_message_end(), cut_map.end()];
    let closed = edges.into_iter().find(|at| {
        evidence.has_passed(&Tactic::Fin(*at)) || evidence.has_passed(&Tactic::Half(*at))
    })?;
    let at = ascending(kept.iter().map(|(at, _)| *at));
    let because = format!(
        "after a FIN inside a message (offset {}) {}; after a FIN at offset {closed} it closes",
        offsets(&at),
        keeps_open(first)
    );
    Some(DefectCode::Leaks.because(because))
}

/// A reset where the exchange expects a FIN, or before the exchange is complete.
///
/// An early reset counts only for a process that should keep running and does: when a
/// process exits, the kernel decides whether late bytes meet a FIN or a reset. How many
/// deliveries are reset depends on timing, so only the first is named.
///
/// The kernel resets a connection that is closed with unread bytes, whatever the reason
/// for the close is. So this is named only where no other rule explains the failures,
/// and every failure is a reset: where an answer is also missing without one, or one cut
/// of many fails, the peer misreads something.
pub(super) fn reset_instead_of_fin(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let ended = |it| matches!(it, Symptom::Died { .. } | Symptom::NextNotServed);
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
    let is_reset = |case: &CaseFailure| case.shows(|it| at_close(it) || early(it));
    let misreads = |case: &CaseFailure| case.is_misread() && !is_reset(case);
    if evidence.failures().any(misreads) || !lone_cuts(evidence).is_empty() {
        return None;
    }
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
        case.shows(|it| it.missing_step().is_some())
            && case.death().is_none_or(|how| how.is_success())
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

fn stays_open(case: &CaseFailure) -> bool {
    case.shows(Symptom::stays_open)
}

/// The early FINs after which the peer did not close.
fn kept_open(
    evidence: &DefectEvidence,
    is_there: impl Fn(Offset) -> bool,
) -> Vec<(Offset, &CaseFailure)> {
    let ends = evidence.failed_ends(&FINS);
    ends.filter(|(at, case)| stays_open(case) && is_there(*at))
        .collect()
}

fn ascending(offsets: impl Iterator<Item = Offset>) -> Vec<Offset> {
    let mut offsets: Vec<_> = offsets.collect();
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}
