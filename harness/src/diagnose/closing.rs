//! C01–C09: how a peer takes the end of a connection.

use super::evidence::{Ending, Evidence, Fallen};
use super::places::Place;
use super::sign::Sign;
use super::words::offsets;
use super::{Code, Diagnosis};
use crate::judge::Ended;
use crate::tactic::{Offset, Tactic, TacticFamily};

/// The tactics that end the stream with a FIN.
const FINS: [TacticFamily; 3] = [
    TacticFamily::Fin,
    TacticFamily::Half,
    TacticFamily::FinAtOnce,
];
/// Those that reset it.
const RESETS: [TacticFamily; 2] = [TacticFamily::Rst, TacticFamily::RstAtAccept];

pub(super) fn rules(evidence: &Evidence) -> Vec<Diagnosis> {
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

/// Even where nothing was cut off, the peer sleeps on and keeps its side.
fn ignored_eof(evidence: &Evidence) -> Option<Diagnosis> {
    let asleep = |it: &Fallen| it.says(|sign| sign == Sign::StaysOpenAsleep);
    let at: Vec<_> = ends(evidence, asleep, |at| {
        evidence.places.of_offset(at) == Place::Edge
    });
    let baseline = evidence.of(TacticFamily::Whole).any(asleep);
    let when = match at.as_slice() {
        _ if baseline => "after a whole exchange".to_owned(),
        [] => return None,
        at => format!("where messages end (offset {})", offsets(at)),
    };
    let because = format!("the stream ends {when}; the peer sleeps and does not close");
    Some(Code::IgnoredEof.because(because))
}

/// The stream is over and the peer runs without rest.
fn eof_spin(evidence: &Evidence) -> Option<Diagnosis> {
    let spinning = |it: &&Fallen| it.says(|sign| sign == Sign::StaysOpenSpinning);
    let first = evidence
        .fallen()
        .filter(spinning)
        .map(|it| &it.tactic)
        .min()?;
    let because =
        format!("after {first} the stream is over; the peer goes on, and runs without rest");
    Some(Code::EofSpin.because(because))
}

/// The process crashes when a stream ends that it had read well so far.
fn dies_on_eof(evidence: &Evidence) -> Option<Diagnosis> {
    let at = ends_that_crash(evidence, &FINS);
    let when = match at.as_slice() {
        _ if whole_crashes(evidence, Ending::Fin) => "after a whole exchange".to_owned(),
        [] => return None,
        at => format!("at offset {}", offsets(at)),
    };
    let because = format!(
        "the process crashes when the stream ends {when}; its answers up to there are right"
    );
    Some(Code::DiesOnEof.because(because))
}

fn dies_on_reset(evidence: &Evidence) -> Option<Diagnosis> {
    let at = ends_that_crash(evidence, &RESETS);
    let at_accept = evidence.of(TacticFamily::RstAtAccept).any(crashed);
    let when = match at.as_slice() {
        _ if whole_crashes(evidence, Ending::Reset) => "after a whole exchange".to_owned(),
        [] if !at_accept => return None,
        [] => "before it is accepted".to_owned(),
        at => format!("at offset {}", offsets(at)),
    };
    let because = format!("the process crashes when a connection is reset {when}");
    Some(Code::DiesOnReset.because(because))
}

/// Whether the process crashes when a whole exchange ends so.
fn whole_crashes(evidence: &Evidence, ending: Ending) -> bool {
    evidence.ends(ending) && evidence.of(TacticFamily::Whole).any(crashed)
}

fn crashed(it: &Fallen) -> bool {
    it.says(|sign| sign == Sign::Crashed) && !it.is_misread()
}

/// The early ends at which the process crashed, unless it was the bytes before
/// the end that were too much for it.
fn ends_that_crash(evidence: &Evidence, families: &[TacticFamily]) -> Vec<Offset> {
    let at = evidence.ended_early(families).filter(|(_, it)| crashed(it));
    ascending(
        at.map(|(at, _)| at)
            .filter(|at| !evidence.is_fragile_at(*at)),
    )
}

/// The next connection is not served; or the process ended as if it were done.
fn stops_serving(evidence: &Evidence) -> Option<Diagnosis> {
    let not_headers = || {
        let fallen = evidence.fallen();
        fallen.filter(|it| it.tactic.family() != TacticFamily::Header)
    };
    let unserved = |it: &&Fallen| it.says(|sign| sign == Sign::NextNotServed);
    let exited = |it: &&Fallen| it.says(|sign| sign == Sign::Exited);
    let what = if let Some(it) = not_headers().find(unserved) {
        format!(
            "after {} the peer runs on and the next connection is not served",
            it.tactic
        )
    } else if whole_crashes(evidence, Ending::ByPeer) {
        "the process crashes once it has closed a whole exchange".to_owned()
    } else {
        let it = not_headers().find(exited)?;
        format!(
            "after {} the process ends with exit code 0, as if one connection were all",
            it.tactic
        )
    };
    Some(Code::StopsServing.because(what))
}

/// The end of the stream is answered where the same bytes without an end are not:
/// inside a message whose cut the peer sits out, or where nothing is left to
/// answer.
fn partial_as_message(evidence: &Evidence) -> Option<Diagnosis> {
    let surplus = |it: &Fallen| it.says(|sign| sign == Sign::Surplus);
    let fins = [TacticFamily::Fin, TacticFamily::Half];
    let at = evidence.ended_early(&fins).filter(|(_, it)| surplus(it));
    let at = ascending(at.map(|(at, _)| at));
    let (empty, rest): (Vec<_>, Vec<_>) = at
        .into_iter()
        .partition(|at| evidence.places.of_offset(*at) == Place::Edge);
    let cut_held = |at: &Offset| evidence.has_held(&Tactic::Cut(*at));
    let partial: Vec<_> = rest.into_iter().filter(cut_held).collect();
    let because = match (partial.as_slice(), empty.as_slice()) {
        ([], []) => return None,
        ([], empty) => format!(
            "the end of the stream is answered although no message was begun (offset {})",
            offsets(empty)
        ),
        (partial, _) => format!(
            "what the stream's end cuts off at {} is answered; cut there without an end it is waited for",
            offsets(partial)
        ),
    };
    Some(Code::PartialAsMessage.because(because))
}

/// A stream that ends between messages is let go, one that ends elsewhere is kept.
fn leaks(evidence: &Evidence) -> Option<Diagnosis> {
    let asleep = |it: &Fallen| it.says(|sign| sign == Sign::StaysOpenAsleep);
    let is_edge = |at: Offset| evidence.places.of_offset(at) == Place::Edge;
    let kept = ends(evidence, asleep, |at| !is_edge(at));
    let let_go = [
        Offset::START,
        evidence.places.first_end(),
        evidence.places.end(),
    ]
    .into_iter()
    .any(|at| evidence.has_held(&Tactic::Fin(at)) || evidence.has_held(&Tactic::Half(at)));
    (let_go && !kept.is_empty()).then(|| {
        let because = format!(
            "a connection that ends at {} is kept for ever, by a peer that sleeps; one that ends between messages is closed",
            offsets(&kept)
        );
        Code::Leaks.because(because)
    })
}

/// A reset where the exchange asks for a FIN; or in place of an answer, by a process
/// that lives on. One that ends with its connection leaves what is still to come to
/// the kernel: whether that meets a FIN or a reset is no doing of its own. How many
/// deliveries meet one is a matter of moments: only the first is told.
fn reset_instead_of_fin(evidence: &Evidence) -> Option<Diagnosis> {
    let dies = |sign| matches!(sign, Sign::Crashed | Sign::Exited | Sign::NextNotServed);
    let lives = evidence.lives_on() && !evidence.fallen().any(|it| it.says(dies));
    let at_last = |sign| sign == Sign::WrongClose { how: Ended::Reset };
    let early = |sign| match sign {
        Sign::EndedEarly { how, .. } => lives && how == Ended::Reset,
        _ => false,
    };
    let resets = evidence
        .fallen()
        .filter(|it| it.says(at_last) || it.says(early));
    let first = resets.min_by_key(|it| &it.tactic)?;
    let what = match first.says(at_last) {
        true => "where the exchange asks for a FIN",
        false => "and lives on",
    };
    let tactic = &first.tactic;
    let because = format!("in {tactic} the peer ends the connection with a reset, {what}");
    Some(Code::ResetInsteadOfFin.because(because))
}

/// Answers to whole messages are missing only because the stream ended.
fn loses_answers_at_eof(evidence: &Evidence) -> Option<Diagnosis> {
    let missing = |it: &Fallen| {
        it.says(|sign| sign.missing().is_some()) && !it.says(|sign| sign == Sign::Crashed)
    };
    let joins_well = !evidence.has_fallen(&Tactic::Joined);
    let first_end = evidence.places.first_end();
    let at = evidence
        .ended_early(&[TacticFamily::Half, TacticFamily::FinAtOnce])
        .filter(|(_, it)| missing(it))
        .filter(|(at, _)| *at == first_end || joins_well)
        .map(|(at, _)| at)
        .filter(|at| !evidence.is_fragile_at(*at));
    let at = ascending(at);
    (!at.is_empty()).then(|| {
        let because = format!(
            "messages that were whole before the stream ended (offset {}) are not answered; without the end they are",
            offsets(&at)
        );
        Code::LosesAnswersAtEof.because(because)
    })
}

/// The ends with a FIN at which a case fell so.
fn ends(
    evidence: &Evidence,
    fell: impl Fn(&Fallen) -> bool,
    is_there: impl Fn(Offset) -> bool,
) -> Vec<Offset> {
    let at = evidence.ended_early(&FINS).filter(|(_, it)| fell(it));
    ascending(at.map(|(at, _)| at).filter(|at| is_there(*at)))
}

/// In order, none twice.
fn ascending(offsets: impl Iterator<Item = Offset>) -> Vec<Offset> {
    let mut offsets: Vec<_> = offsets.collect();
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}
