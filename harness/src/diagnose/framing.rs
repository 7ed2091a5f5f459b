//! F01–F13: how a peer finds the messages in a stream.

use std::collections::{BTreeSet, HashSet};
use std::mem::{Discriminant, discriminant};

use super::cut_map::CutLocation;
use super::evidence::{CaseFailure, CutTally, DefectEvidence};
use super::output_difference::OutputDifference;
use super::symptom::Symptom;
use super::wording::{contrast, failed_cuts, offsets};
use super::{DefectCode, Diagnosis};
use crate::judge::PeerClose;
use crate::tactic::{Neighbours, Offset, Tactic, TacticFamily};

pub(super) fn rules(evidence: &DefectEvidence) -> Vec<Diagnosis> {
    let per_recv = reply_per_recv(evidence);
    let short_body = match per_recv {
        Some(_) => None,
        None => short_body_read(evidence),
    };
    let is_one_flaw = per_recv.is_some() || short_body.is_some() && reads_messages(evidence);
    let (short_header, lost_tail) = if is_one_flaw {
        (None, None)
    } else {
        (short_header_read(evidence), lost_tail(evidence))
    };
    // Who takes each read for a message answers a part of it, too.
    let early_answer = match (&per_recv, &short_body) {
        (None, None) => early_answer(evidence),
        _ => None,
    };
    let found = [
        short_header,
        short_body,
        lost_tail,
        split_delimiter(evidence),
        split_character(evidence),
        length_in_characters(evidence),
        per_recv,
        short_send(evidence),
        cross_talk(evidence),
        early_answer,
        withheld_answer(evidence),
        lost_answer(evidence),
        lost_place(evidence),
    ];
    found.into_iter().flatten().collect()
}

/// Whether the peer takes each read for a message: then cuts and joins fail for that one
/// reason. One that reads a header and then a body passes a cut between the two.
fn reads_messages(evidence: &DefectEvidence) -> bool {
    let header = evidence.cuts(CutLocation::Header);
    let payload = evidence.cuts(CutLocation::Payload);
    !evidence.cut_map.has_headers()
        || header.passed + payload.passed == 0 && !header.failed.is_empty()
}

/// Half of the cuts inside the header or more fail, or no cut fails elsewhere. Cuts in
/// the body leave the header whole: if they fail too, that is another defect. Where there is no
/// body, most cuts inside the header pass.
fn short_header_read(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let header = evidence.cuts(CutLocation::Header);
    let payload = evidence.cuts(CutLocation::Payload);
    let has_payload = !payload.is_empty();
    let others_pass = if has_payload {
        payload.all_passed()
    } else {
        header.passed > header.failed.len()
    };
    let is_only_there = others_pass && evidence.fails_only_in(CutLocation::Header);
    let is_short = header.failed_one_in(2) || !header.failed.is_empty() && is_only_there;
    is_short.then(|| {
        let cuts = failed_cuts(&header.failed, "inside the header");
        let other = match header.passed {
            passed if !has_payload && passed > 1 => format!("the other {passed} cuts there pass"),
            _ => payload_contrast(evidence),
        };
        DefectCode::ShortHeaderRead.because(format!("{cuts}; {other}"))
    })
}

/// Cuts between the characters of a payload fail: a third of them or more, a stretch of
/// adjacent ones, or any with an answer to a part of the message. A stretch is what one
/// read is expected to return: the body, or a chunk of it. An extra answer alone is no
/// short read, unless a header was misread.
fn short_body_read(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let payload = evidence.cuts(CutLocation::Payload);
    let is_only_extra = |case: &CaseFailure| !case.shows(|it| it.is_misreading() && !is_extra(it));
    let mut failed = evidence.failed_cuts(CutLocation::Payload);
    if !evidence.cut_map.has_headers() && failed.all(is_only_extra) {
        return None;
    }
    let failed = evidence.failed_cuts(CutLocation::Payload);
    let partial = failed.filter(|case| answers_a_part(case)).count();
    if partial == 0 && !payload.failed_one_in(3) && !payload.has_failed_stretch() {
        return None;
    }
    let cuts = failed_cuts(&payload.failed, "inside the payload");
    let detail = match partial {
        0 => String::new(),
        _ => format!(" ({partial} with a part of the output missing)"),
    };
    let other = if evidence.cut_map.has_headers() {
        contrast(&evidence.cuts(CutLocation::Header), "inside the header")
    } else if evidence
        .failures()
        .any(|case| case.is_complete() && case.shows(is_extra))
    {
        "some parts get an answer of their own".to_owned()
    } else if evidence
        .failed_cuts(CutLocation::Payload)
        .any(|case| case.shows(|it| matches!(it, Symptom::WrongAnswer { .. })))
    {
        "a part of a message gets a wrong answer".to_owned()
    } else {
        "a part of a message gets no answer of its own".to_owned()
    };
    Some(DefectCode::ShortBodyRead.because(format!("{cuts}{detail}; {other}")))
}

/// Whether a part was taken for the whole message. The output of a program that failed
/// stops early for another reason.
fn answers_a_part(case: &CaseFailure) -> bool {
    let failed = |it| {
        matches!(
            it,
            Symptom::FailedExit | Symptom::OtherExit | Symptom::Died { .. }
        )
    };
    case.shows(Symptom::lacks_a_part) && !case.shows(failed)
}

/// Messages in one segment lose answers. Without extra answers after cuts that is not
/// one answer per segment.
fn lost_tail(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let first = evidence.first_answer()?;
    let is_later = |step: Option<usize>| step.is_some_and(|step| step > first);
    let missing = |case: &CaseFailure| case.shows(|it| is_later(it.missing_step()));
    if let Some(lost) = lost_when_joined(evidence, first) {
        let (tally, place) = compared(evidence);
        let other = contrast(&tally, place);
        let because = format!("of several messages in one segment {lost}; {other}");
        return Some(DefectCode::LostTail.because(because));
    }
    let shortened = |case: &CaseFailure| {
        case.shows(|it| match it {
            Symptom::WrongAnswer { step, .. } => it.lacks_a_part() && step > first,
            _ => false,
        })
    };
    let mut cuts: Vec<_> = evidence
        .failures_of(TacticFamily::JoinedCut)
        .filter(|case| missing(case) || shortened(case))
        .filter_map(|case| match case.tactic {
            Tactic::JoinedCut(at) if evidence.has_passed(&Tactic::Cut(at)) => Some(at),
            _ => None,
        })
        .collect();
    cuts.sort_unstable();
    (!cuts.is_empty()).then(|| {
        let cuts = failed_cuts(&cuts, "behind a whole message in the same segment");
        DefectCode::LostTail.because(format!("{cuts}; without that message they pass"))
    })
}

/// Which answers are missing when all messages come in one segment.
fn lost_when_joined(evidence: &DefectEvidence, first: usize) -> Option<&'static str> {
    let joined = |is_lost: &dyn Fn(Symptom) -> bool| {
        let mut cases = evidence.failures_of(TacticFamily::Joined);
        cases.any(|case| case.shows(is_lost))
    };
    let is_later = |it: Symptom| it.missing_step().is_some_and(|step| step > first);
    let is_first = |it: Symptom| matches!(it, Symptom::NoAnswer { step } if step == first);
    if joined(&is_later) {
        Some("the first is answered and a later one is not")
    } else if joined(&is_first) {
        Some("none is answered")
    } else {
        None
    }
}

/// Cuts inside a delimiter fail, and no others. Not every delimiter need be one that the
/// peer looks for: of the line endings of a text, only the last may be.
fn split_delimiter(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let delimiter = evidence.cuts(CutLocation::Delimiter);
    let (others, place) = compared(evidence);
    let others_pass = others.all_passed() && evidence.fails_only_in(CutLocation::Delimiter);
    (others_pass && !delimiter.failed.is_empty()).then(|| {
        let cuts = failed_cuts(&delimiter.failed, "inside the delimiter");
        let other = contrast(&others, place);
        DefectCode::SplitDelimiter.because(format!("{cuts}; {other}"))
    })
}

/// Cuts inside characters fail where those between characters pass or fail in another
/// way.
fn split_character(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let inside = evidence.cuts(CutLocation::Character);
    if !inside.failed_one_in(2) {
        return None;
    }
    let between = evidence.cuts(CutLocation::Payload);
    let other = if between.all_passed() {
        contrast(&between, "between characters")
    } else if between.failed.is_empty() {
        return None;
    } else if is_garbled(evidence, CutLocation::Character)
        && !is_garbled(evidence, CutLocation::Payload)
    {
        "only their answers contain replacement characters (U+FFFD)".to_owned()
    } else if fails_differently(evidence, CutLocation::Character, CutLocation::Payload) {
        "cuts between characters fail in another way".to_owned()
    } else {
        return None;
    };
    let cuts = failed_cuts(&inside.failed, "inside characters of several bytes");
    Some(DefectCode::SplitCharacter.because(format!("{cuts}; {other}")))
}

fn is_garbled(evidence: &DefectEvidence, location: CutLocation) -> bool {
    let garbled = |it: Symptom| it.difference() == Some(OutputDifference::Garbled);
    let mut cuts = evidence.failed_cuts(location);
    cuts.any(|case| case.shows(garbled))
}

fn fails_differently(evidence: &DefectEvidence, one: CutLocation, other: CutLocation) -> bool {
    failure_modes(evidence, one).is_disjoint(&failure_modes(evidence, other))
}

/// The ways in which cuts at one kind of location fail: for each case its misreadings
/// without their steps.
fn failure_modes(
    evidence: &DefectEvidence,
    location: CutLocation,
) -> HashSet<Vec<Discriminant<Symptom>>> {
    let mode = |case: &CaseFailure| {
        let misreadings = case.symptoms.iter().filter(|it| it.is_misreading());
        misreadings.map(failure_mode).collect()
    };
    evidence.failed_cuts(location).map(mode).collect()
}

/// A wrong printed text is one mode, whether a step expects it or the baseline.
fn failure_mode(symptom: &Symptom) -> Discriminant<Symptom> {
    match *symptom {
        Symptom::NotPrinted { difference, .. } => {
            discriminant(&Symptom::PrintsOther { difference })
        }
        ref other => discriminant(other),
    }
}

/// The baseline's answer ends where a length in characters ends it.
fn length_in_characters(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let counted = |it: Symptom| it.difference() == Some(OutputDifference::CountedInCharacters);
    let mut baseline = evidence.failures_of(TacticFamily::Whole);
    baseline.any(|case| case.shows(counted)).then(|| {
        let because =
            "the uncut answer ends after as many bytes as the expected answer has characters";
        DefectCode::LengthInCharacters.because(because.to_owned())
    })
}

/// The peer sends more than the expected answers although every message was sent once,
/// and no cut inside a payload passes. Where there are headers, a misread one could be
/// the cause. A reader that takes a part for a whole message and rejects it answers a part
/// with an error: that is F02.
fn reply_per_recv(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let payload = evidence.cuts(CutLocation::Payload);
    let answered = evidence.failed_cuts(CutLocation::Payload);
    let answered = answered
        .filter(|case| case.shows(|it| is_extra(it) || it.lacks_a_part()))
        .count();
    let is_per_recv = payload.failed.len() >= 2 * payload.passed
        && answered * 2 > payload.failed.len()
        && !evidence.has_passed(&Tactic::Bytes);
    let was_judged = !payload.failed.is_empty() || payload.passed > 0;
    if evidence.cut_map.has_headers() || was_judged && !is_per_recv {
        return None;
    }
    let extra: BTreeSet<_> = evidence
        .failures()
        .filter(|case| case.is_complete() && case.shows(is_extra))
        .map(|case| &case.tactic)
        .filter(|tactic| **tactic != Tactic::Whole)
        .collect();
    let first = extra.first()?;
    let deliveries = match extra.len() {
        1 => format!("in {first}"),
        count => format!("in {count} deliveries (the first is {first})"),
    };
    let cuts = payload_contrast(evidence);
    let because = format!("{deliveries} the peer sends more than the expected answers; {cuts}");
    Some(DefectCode::ReplyPerRecv.because(because))
}

fn is_extra(symptom: Symptom) -> bool {
    symptom == Symptom::Surplus || symptom.difference() == Some(OutputDifference::PartAdded)
}

/// An answer is incomplete only where wirecheck reads slowly.
fn short_send(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let incomplete = |it: Symptom| match it {
        Symptom::EndedEarly { how, .. } => how == PeerClose::Fin,
        Symptom::NoAnswer { .. } | Symptom::BrokenAnswer { .. } => true,
        _ => it.lacks_a_part(),
    };
    let mut slow = evidence.failures_of(TacticFamily::SlowRead);
    slow.any(|case| case.shows(incomplete)).then(|| {
        let because = "a slow reader does not get the whole answer; in the baseline it is whole";
        DefectCode::ShortSend.because(because.to_owned())
    })
}

/// Two connections that are open at the same time get other answers than one alone, or the
/// answers of one come in another order than its messages.
fn cross_talk(evidence: &DefectEvidence) -> Option<Diagnosis> {
    if let Some(because) = mixed_connections(evidence) {
        return Some(DefectCode::CrossTalk.because(because.to_owned()));
    }
    let tactic = first_with(evidence, OutputDifference::OutOfOrder)?;
    let because = format!(
        "under the tactic `{tactic}` a later answer comes before an earlier one; in the baseline they come in order"
    );
    Some(DefectCode::CrossTalk.because(because))
}

/// How two connections that are open at the same time change each other's answers. A missing
/// answer may also mean that one waits for the other: then it comes when that one is closed.
fn mixed_connections(evidence: &DefectEvidence) -> Option<&'static str> {
    let is_blocked = |case: &CaseFailure| case.shows(|it| it == Symptom::BlockedByOthers);
    let blocks = evidence.failures().any(is_blocked);
    let passes_alone = |case: &CaseFailure| {
        evidence.has_passed(&Tactic::Bytes)
            || case.shows(|it| matches!(it, Symptom::Interference | Symptom::CrossTalk))
    };
    let interleaved = Tactic::Neighbours(Neighbours::Interleaved);
    let is_mixed = |case: &CaseFailure| {
        case.shows(|it| match it {
            Symptom::WrongAnswer { .. }
            | Symptom::BrokenAnswer { .. }
            | Symptom::Surplus
            | Symptom::CrossTalk => true,
            Symptom::NoAnswer { .. } => case.tactic != interleaved && !blocks,
            _ => false,
        })
    };
    let mixed = evidence
        .failures_of(TacticFamily::Neighbours)
        .filter(|case| is_mixed(case) && passes_alone(case));
    let tactics: BTreeSet<_> = mixed.map(|case| &case.tactic).collect();
    if tactics.contains(&interleaved) {
        Some(
            "two connections that alternate byte by byte get wrong answers; one alone gets the correct answers",
        )
    } else if tactics.is_empty() {
        None
    } else {
        Some(
            "while another connection has stopped inside a message, the answers are wrong or missing; alone they are correct",
        )
    }
}

/// A later answer comes in the place of an earlier one, which never comes. Where one
/// comes too late, another may have come after the case was over.
fn lost_answer(evidence: &DefectEvidence) -> Option<Diagnosis> {
    if first_with(evidence, OutputDifference::OutOfOrder).is_some() {
        return None;
    }
    let tactic = first_with(evidence, OutputDifference::LaterAnswer)?;
    let because = format!(
        "under the tactic `{tactic}` a later message is answered and an earlier one is not; in the baseline both are"
    );
    Some(DefectCode::LostAnswer.because(because))
}

/// The first tactic that sends everything, and under which an answer differs in this way.
fn first_with(evidence: &DefectEvidence, difference: OutputDifference) -> Option<&Tactic> {
    let differs = |case: &&CaseFailure| {
        case.is_complete()
            && case.tactic != Tactic::Whole
            && case.shows(|it| it.difference() == Some(difference))
    };
    let tactics = evidence.failures().filter(differs).map(|case| &case.tactic);
    tactics.min()
}

/// An answer comes before its message is whole, and is right: the part that has come was
/// taken for the whole.
fn early_answer(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let early: Vec<_> = evidence
        .failures()
        .filter(|case| case.shows(|it| it == Symptom::EarlyAnswer))
        .collect();
    let at = early.iter().filter_map(|case| case.tactic.offset());
    let at: BTreeSet<_> = at.collect();
    let explained: Vec<_> = at
        .iter()
        .copied()
        .filter(|at| !evidence.may_misread_before(*at))
        .collect();
    let place = if !explained.is_empty() {
        format!("at offset {}", offsets(&explained))
    } else if at.is_empty() {
        let first = early.iter().map(|case| &case.tactic).min()?;
        format!("under the tactic `{first}`")
    } else {
        return None;
    };
    let because = format!("{place} the answer to a message comes before the whole of it is sent");
    Some(DefectCode::EarlyAnswer.because(because))
}

/// While the connection stays open a whole message is not answered. As soon as the bytes
/// after it come, it is.
fn withheld_answer(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let is_missing = |it| matches!(it, Symptom::NoAnswer { .. });
    let is_answered_later = |at: &Offset| {
        let at_once = evidence.has_passed(&Tactic::Joined);
        (at_once || evidence.has_passed(&Tactic::JoinedCut(*at)))
            && !evidence.has_failed(&Tactic::JoinedCut(*at))
            && !evidence.may_misread_before(*at)
            && !evidence.misreads_pieces_before(*at)
    };
    let held = evidence.failures_of(TacticFamily::Hold);
    let held = held.filter(|case| case.shows(is_missing));
    let at: BTreeSet<_> = held.filter_map(|case| case.tactic.offset()).collect();
    let at: Vec<_> = at.into_iter().filter(is_answered_later).collect();
    (!at.is_empty()).then(|| {
        let because = format!(
            "while nothing follows the first bytes (up to offset {}) an answer does not come; \
             with the bytes that follow it comes",
            offsets(&at)
        );
        DefectCode::WithheldAnswer.because(because)
    })
}

/// A pause inside a message fails where the same cut without a pause passes.
fn lost_place(evidence: &DefectEvidence) -> Option<Diagnosis> {
    let paused = evidence.failures_of(TacticFamily::Pause);
    let is_lost = |case: &&CaseFailure| {
        case.is_misread() || case.shows(Symptom::stays_open) || case.death().is_some()
    };
    let paused = paused.filter(is_lost);
    let at: BTreeSet<_> = paused.filter_map(|case| case.tactic.offset()).collect();
    let passes_without = |at: &Offset| evidence.has_passed(&Tactic::Cut(*at));
    let at: Vec<_> = at.into_iter().filter(passes_without).collect();
    (!at.is_empty()).then(|| {
        let because = format!(
            "a pause inside a message (offset {}) fails; the same cut without a pause passes",
            offsets(&at)
        );
        DefectCode::LostPlace.because(because)
    })
}

/// The cuts that others are compared with, and where they are: inside payloads, or inside
/// headers where no message has a payload, as a GET of HTTP.
fn compared(evidence: &DefectEvidence) -> (CutTally, &'static str) {
    let payload = evidence.cuts(CutLocation::Payload);
    if evidence.cut_map.has_headers() && payload.is_empty() {
        return (evidence.cuts(CutLocation::Header), "inside the header");
    }
    (payload, "inside the payload")
}

fn payload_contrast(evidence: &DefectEvidence) -> String {
    contrast(&evidence.cuts(CutLocation::Payload), "inside the payload")
}
