//! F01–F09: how a peer takes bytes for messages.

use std::collections::{BTreeSet, HashSet};
use std::mem::{Discriminant, discriminant};

use super::evidence::{Evidence, Fallen};
use super::places::Place;
use super::sign::{Sign, Slip};
use super::words::{contrast, deliveries, fails};
use super::{Code, Diagnosis};
use crate::judge::Ended;
use crate::tactic::{Neighbours, Tactic, TacticFamily};

/// The tactics that send every message whole and leave the end to the exchange:
/// what is answered beyond what is due is not the answer to an early end.
const COMPLETE: [TacticFamily; 7] = [
    TacticFamily::Bytes,
    TacticFamily::Cut,
    TacticFamily::Cuts,
    TacticFamily::Joined,
    TacticFamily::JoinedCut,
    TacticFamily::Random,
    TacticFamily::AllCuts,
];

pub(super) fn rules(evidence: &Evidence) -> Vec<Diagnosis> {
    let per_recv = reply_per_recv(evidence);
    let (short_body, lost_tail) = match per_recv {
        Some(_) => (None, None),
        None => (short_body_read(evidence), lost_tail(evidence)),
    };
    let found = [
        short_header_read(evidence),
        short_body,
        lost_tail,
        split_delimiter(evidence),
        split_character(evidence),
        length_in_characters(evidence),
        per_recv,
        short_send(evidence),
        cross_talk(evidence),
    ];
    found.into_iter().flatten().collect()
}

/// Most cuts inside a header fail. What the body does is said beside it: a cut
/// in the body, which leaves the header whole, can't be explained by this.
fn short_header_read(evidence: &Evidence) -> Option<Diagnosis> {
    let header = evidence.cuts(Place::Header);
    header.fell_one_in(2).then(|| {
        let body = contrast(&evidence.cuts(Place::Payload), "inside a payload");
        let fails = fails("cut", &header.fell, "inside a header");
        Code::ShortHeaderRead.because(format!("{fails}; {body}"))
    })
}

/// Cuts between the characters of a payload fail: many of them, or with an answer
/// that was made of a part of the message.
fn short_body_read(evidence: &Evidence) -> Option<Diagnosis> {
    let body = evidence.cuts(Place::Payload);
    let answered = evidence.fallen_cuts(Place::Payload);
    let answered = answered.filter(|it| took_a_part(it)).count();
    if answered == 0 && !body.fell_one_in(3) {
        return None;
    }
    let fails = fails("cut", &body.fell, "inside a payload");
    let how = match answered {
        0 => String::new(),
        1 => " (one with an answer that leaves a part out)".to_owned(),
        all => format!(" ({all} with answers that leave a part out)"),
    };
    let other = match evidence.places.have_headers() {
        true => contrast(&evidence.cuts(Place::Header), "inside a header"),
        false => "no answer comes beyond those that are due".to_owned(),
    };
    Some(Code::ShortBodyRead.because(format!("{fails}{how}; {other}")))
}

/// Whether a part was taken for the message. A program that died had said what it
/// could by then, and took it for nothing.
fn took_a_part(it: &Fallen) -> bool {
    let died = |sign| matches!(sign, Sign::EndsOtherwise | Sign::Crashed);
    it.says(Sign::is_shortened) && !it.says(died)
}

/// Messages that come joined lose the answers after the first, and that is not
/// because each segment has one answer.
fn lost_tail(evidence: &Evidence) -> Option<Diagnosis> {
    let first = evidence.first_answer()?;
    let later = |it: &Fallen| it.says(|sign| sign.missing().is_some_and(|step| step > first));
    if evidence.of(TacticFamily::Joined).any(later) {
        let cuts = contrast(&evidence.cuts(Place::Payload), "inside a payload");
        let because = format!(
            "of messages that come in one segment the first is answered and a later one is not; {cuts}"
        );
        return Some(Code::LostTail.because(because));
    }
    let wrong_later = |sign: Sign| match sign {
        Sign::WrongAnswer { step, .. } => sign.is_shortened() && step > first,
        _ => false,
    };
    let mut halves: Vec<_> = evidence
        .of(TacticFamily::JoinedCut)
        .filter(|it| later(it) || it.says(wrong_later))
        .filter_map(|it| match it.tactic {
            Tactic::JoinedCut(at) if evidence.has_held(&Tactic::Cut(at)) => Some(at),
            _ => None,
        })
        .collect();
    halves.sort_unstable();
    (!halves.is_empty()).then(|| {
        let fails = fails("cut", &halves, "with a whole message in the same segment");
        Code::LostTail.because(format!("{fails}; without one each of these cuts holds"))
    })
}

/// Cuts inside the delimiter fail, and no others.
fn split_delimiter(evidence: &Evidence) -> Option<Diagnosis> {
    let delimiter = evidence.cuts(Place::Delimiter);
    let payload = evidence.cuts(Place::Payload);
    let header = evidence.cuts(Place::Header);
    let only = payload.all_held() && header.fell.is_empty();
    (only && delimiter.fell_one_in(2)).then(|| {
        let fails = fails("cut", &delimiter.fell, "inside a delimiter");
        let payload = contrast(&payload, "inside a payload");
        Code::SplitDelimiter.because(format!("{fails}; {payload}"))
    })
}

/// Cuts inside characters fail where those between them hold, or fail in a way of
/// their own.
fn split_character(evidence: &Evidence) -> Option<Diagnosis> {
    let inside = evidence.cuts(Place::Character);
    if !inside.fell_one_in(2) {
        return None;
    }
    let between = evidence.cuts(Place::Payload);
    let garbled = |place| {
        let mut cuts = evidence.fallen_cuts(place);
        cuts.any(|it| it.says(|sign| sign.slip() == Some(Slip::Garbled)))
    };
    let other = match () {
        () if between.all_held() => contrast(&between, "between characters"),
        () if between.fell.is_empty() => return None,
        () if garbled(Place::Character) && !garbled(Place::Payload) => {
            "the answers have replacement characters, as after no other cut".to_owned()
        }
        () if ways(evidence, Place::Character).is_disjoint(&ways(evidence, Place::Payload)) => {
            "those between characters fail in another way".to_owned()
        }
        () => return None,
    };
    let fails = fails("cut", &inside.fell, "inside characters of several bytes");
    Some(Code::SplitCharacter.because(format!("{fails}; {other}")))
}

/// The ways in which cuts at one kind of place are misread: for each, its signs
/// without their steps.
fn ways(evidence: &Evidence, place: Place) -> HashSet<Vec<Discriminant<Sign>>> {
    let way = |it: &Fallen| {
        let misreadings = it.signs.iter().filter(|sign| sign.is_misreading());
        misreadings.map(way_of).collect()
    };
    evidence.fallen_cuts(place).map(way).collect()
}

/// A wrong text is one way, whether or not what the exchange asks for stands in it.
fn way_of(sign: &Sign) -> Discriminant<Sign> {
    match sign {
        Sign::NotPrinted { slip, .. } => discriminant(&Sign::PrintsOther { slip: *slip }),
        other => discriminant(other),
    }
}

/// The baseline's answer ends where a length in characters ends it.
fn length_in_characters(evidence: &Evidence) -> Option<Diagnosis> {
    let is_it = |sign: Sign| sign.slip() == Some(Slip::CountedInCharacters);
    let mut baseline = evidence.of(TacticFamily::Whole);
    baseline.any(|it| it.says(is_it)).then(|| {
        let because =
            "an uncut answer is short by just as many bytes as it has more bytes than characters";
        Code::LengthInCharacters.because(because.to_owned())
    })
}

/// More is answered than is due although every message was sent once, and no
/// header was there to be misread: more answers, or several that run together.
fn reply_per_recv(evidence: &Evidence) -> Option<Diagnosis> {
    if evidence.places.have_headers() {
        return None;
    }
    let is_more = |sign: Sign| sign.slip() == Some(Slip::PutIn) || sign == Sign::Surplus;
    let surplus = evidence
        .fallen()
        .filter(|it| COMPLETE.contains(&it.tactic.family()))
        .filter(|it| it.says(is_more));
    let surplus: BTreeSet<_> = surplus.map(|it| &it.tactic).collect();
    let first = surplus.first()?;
    let cuts = contrast(&evidence.cuts(Place::Payload), "inside a message");
    let because = format!(
        "in {} (as {first}) more answers come than there are messages; {cuts}",
        deliveries(surplus.len()),
    );
    Some(Code::ReplyPerRecv.because(because))
}

/// A reader that takes its time does not get all of an answer.
fn short_send(evidence: &Evidence) -> Option<Diagnosis> {
    let is_it = |sign: Sign| match sign {
        Sign::EndedEarly { how, .. } => how == Ended::Closed,
        Sign::NoAnswer { .. } | Sign::BrokenAnswer { .. } => true,
        _ => sign.is_shortened(),
    };
    let mut slow = evidence.of(TacticFamily::SlowRead);
    slow.any(|it| it.says(is_it)).then(|| {
        let because = "a slow reader does not get all of an answer that a fast one gets whole";
        Code::ShortSend.because(because.to_owned())
    })
}

/// Two connections that speak in turns get other answers than each alone.
fn cross_talk(evidence: &Evidence) -> Option<Diagnosis> {
    let interleaved = Tactic::Neighbours(Neighbours::Interleaved);
    let is_it = |sign| {
        matches!(
            sign,
            Sign::WrongAnswer { .. } | Sign::BrokenAnswer { .. } | Sign::Surplus
        )
    };
    let fell = evidence.of(TacticFamily::Neighbours);
    let mut fell = fell.filter(|it| it.tactic == interleaved);
    (evidence.has_held(&Tactic::Bytes) && fell.any(|it| it.says(is_it))).then(|| {
        let because = "two connections that send byte by byte in turns get wrong answers; one that does so alone gets the right ones";
        Code::CrossTalk.because(because.to_owned())
    })
}
