//! What a self check found, as diagnostics at places in the suite.

use std::ops::Range;

use wirecheck_report::notation::counted;

use super::null::NullPeer;
use super::scene::{Mutual, Scene};
use crate::judge::{Finding, PeerClose, SilenceProof, StepOwner};
use crate::scenario::{Action, Diagnostic, Side, Step};
use crate::tactic::Tactic;

/// A side and what it found wrong with the other.
type Found<'m> = (Side, &'m Finding);

/// What the two sides found wrong with each other.
pub(super) fn contradiction(scene: &Scene, tactic: &Tactic, mutual: &Mutual) -> Option<Diagnostic> {
    let by = |side| Some((side, mutual.by(side).finding.as_ref()?));
    let both = [Side::Client, Side::Server].map(by);
    let mut found: Vec<Found<'_>> = both.into_iter().flatten().collect();
    // A side that finds a fault closes at once. Whether the other sees that, or only a
    // silence, is a matter of chance.
    if found.iter().any(|(_, finding)| !is_aftermath(finding)) {
        found.retain(|(_, finding)| !is_aftermath(finding));
    }
    let (side, first) = *found.first()?;
    let diagnostic = Diagnostic::new(
        headline(scene, &found),
        place(scene, side, first),
        label(scene, side, first),
    );
    let cause = cause(&found);
    let help = format!("wirecheck played both sides, `{tactic}` delivered: {cause}");
    let others = found[1..].iter();
    Some(
        others.fold(diagnostic.help(help), |diagnostic, (side, finding)| {
            diagnostic.related(place(scene, *side, finding), label(scene, *side, finding))
        }),
    )
}

fn headline(scene: &Scene, found: &[Found<'_>]) -> String {
    let id = scene.scenario.id();
    if found.iter().all(|(_, finding)| is_deadlock(finding)) {
        format!("the two sides of `{id}` wait for each other")
    } else {
        format!("`{id}` contradicts itself")
    }
}

fn cause(found: &[Found<'_>]) -> &'static str {
    let is_begun = |(_, finding): &Found<'_>| matches!(finding, Finding::NoAnswer { partial, .. } if !partial.is_empty());
    if !found.iter().all(|(_, finding)| is_deadlock(finding)) {
        "no peer that follows the exchange could pass"
    } else if found.iter().any(is_begun) {
        "a message without a boundary ends only when its side closes"
    } else {
        "no bytes are on their way to either side"
    }
}

/// What a side sees when the other has closed at a fault.
fn is_aftermath(finding: &Finding) -> bool {
    use Finding::{CutShort, EndedEarly, WrongClose};
    match finding {
        EndedEarly { .. } | CutShort { .. } => true,
        WrongClose { how, .. } => *how == PeerClose::Reset,
        _ => false,
    }
}

fn is_deadlock(finding: &Finding) -> bool {
    let (Finding::NoAnswer { proof, .. } | Finding::StaysOpen { proof, .. }) = finding else {
        return false;
    };
    matches!(proof, SilenceProof::Idle(_))
}

/// The step that a side's finding is about; the scenario's id if it is about none.
fn place(scene: &Scene, side: Side, finding: &Finding) -> Range<usize> {
    let steps = scene.scenario.exchange();
    let awaited_close = || {
        let closes = |step: &&Step| step.side != side && matches!(step.action, Action::Close(_));
        steps.iter().find(closes)
    };
    let step = match finding {
        Finding::StaysOpen { .. } => awaited_close(),
        finding => finding.step().and_then(|index| steps.get(index)),
    };
    step.map_or_else(|| scene.scenario.span(), |step| step.span.clone())
}

fn label(scene: &Scene, side: Side, finding: &Finding) -> String {
    let other = side.other();
    match finding {
        Finding::NoAnswer {
            proof: SilenceProof::ReplyLimit,
            ..
        } => {
            let kept = scene.scenario.limits().reply_bytes;
            format!("the {side} keeps no more than {kept} bytes of answers (`limits.reply_bytes`)")
        }
        Finding::NoAnswer { partial, .. } if partial.is_empty() => {
            format!("the {side} waits for this")
        }
        Finding::NoAnswer { partial, .. } => {
            let came = counted(partial.len() as u64, "byte");
            format!("the {side} waits for the rest of this, after {came}")
        }
        Finding::StaysOpen { .. } => format!("the {side} waits for the {other} to close"),
        Finding::EndedEarly { owner, how, .. } => match owner {
            StepOwner::Peer => format!("the {side} waited for this when the {other} {how}"),
            StepOwner::Wirecheck => format!("the {side} had to send this when the {other} {how}"),
        },
        Finding::WrongAnswer { refusal, .. } => {
            format!("the {side} receives another message: {refusal}")
        }
        Finding::MalformedAnswer { why, .. } => {
            format!("the {side} receives a malformed message: {why}")
        }
        Finding::CutShort { at, .. } => format!("the {side} receives only a part of this: {at}"),
        Finding::WrongClose { how, .. } => format!("the {side} sees that the {other} {how}"),
        Finding::Surplus { .. } => format!("the {side} receives an unexpected extra message"),
        other => format!("the {side} finds: {other}"),
    }
}

/// A reset that the other side cannot see.
pub(super) fn unseen_reset(scene: &Scene, index: usize) -> Diagnostic {
    let steps = scene.scenario.exchange();
    let step = &steps[index];
    let (side, viewer) = (step.side, step.side.other());
    let diagnostic = Diagnostic::new(
        format!(
            "the reset of the {side} of `{}` cannot be seen",
            scene.scenario.id()
        ),
        step.span.clone(),
        format!("the {viewer} cannot see this reset"),
    );
    let closes = |step: &&Step| matches!(step.action, Action::Close(_));
    let diagnostic = match steps[..index].iter().find(closes) {
        Some(earlier) if earlier.side == side => {
            diagnostic.related(earlier.span.clone(), "its stream ends here")
        }
        Some(earlier) => {
            diagnostic.related(earlier.span.clone(), format!("the {viewer} closes here"))
        }
        None => diagnostic,
    };
    diagnostic.help("move the reset before the first close")
}

/// A value that the side under test has not received.
pub(super) fn sends_unknown_value(scene: &Scene, step: &Step) -> Diagnostic {
    let (side, other) = (step.side, step.side.other());
    let id = scene.scenario.id();
    Diagnostic::new(
        format!("the {side} of `{id}` sends a value that it cannot know"),
        step.span.clone(),
        format!("the {other} has not sent `${{unique}}` before"),
    )
    .help(format!(
        "let the {other} send it first, or expect a pattern: `matches`"
    ))
}

/// A scenario that null peers pass: an error where they play the side under test.
pub(super) fn proves_nothing(scene: &Scene, side: Side, nulls: &[NullPeer]) -> Diagnostic {
    let id = scene.scenario.id();
    let each: Vec<_> = nulls.iter().map(|null| does(*null, side)).collect();
    let label = format!("passed by a {side} that {}", each.join(", by one that "));
    let span = scene.scenario.span();
    let help = match side {
        Side::Server => "let the answer depend on the whole request, e.g. with `${unique}`",
        Side::Client => "let the client print what it received, e.g. `{ client.prints = '…' }`",
    };
    if side == scene.under_test() {
        Diagnostic::new(format!("`{id}` proves nothing"), span, label).help(help)
    } else {
        let about = format!("`{id}` proves nothing about a {side}");
        Diagnostic::new(about, span, label).help(help).as_note()
    }
}

fn does(null: NullPeer, side: Side) -> String {
    match null {
        NullPeer::Mute => format!("sends nothing and closes when the {} does", side.other()),
        NullPeer::Closes => "closes at once".to_owned(),
        NullPeer::Resets => "resets at once".to_owned(),
        NullPeer::Echoes => "echoes".to_owned(),
        NullPeer::SendsOneMessage => match side {
            Side::Client => "sends its first message and closes".to_owned(),
            Side::Server => "sends its first answer to any input and closes".to_owned(),
        },
    }
}
