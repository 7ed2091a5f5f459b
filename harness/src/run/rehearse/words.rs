//! What was found in playing, as diagnostics at the places of the suite.

use std::ops::Range;

use super::null::Null;
use super::scene::Scene;
use super::self_play::Mutual;
use crate::judge::{Ended, Finding};
use crate::scenario::{Action, Diagnostic, Side, Step};
use crate::tactic::Tactic;

/// What two players found wrong with each other, if they did.
pub(super) fn contradiction(
    scene: &Scene<'_>,
    tactic: &Tactic,
    mutual: &Mutual,
) -> Option<Diagnostic> {
    let by = |side| Some((side, mutual.by(side).finding.as_ref()?));
    let mut found: Vec<_> = [Side::Client, Side::Server]
        .map(by)
        .into_iter()
        .flatten()
        .collect();
    // Whoever finds a fault leaves; that the other finds the same is its echo.
    found.sort_by_key(|(_, finding)| is_aftermath(finding));
    let standstill = found.iter().all(|(_, finding)| is_vain_wait(finding));
    let places = found.iter().map(|(side, finding)| {
        let span = place(scene, *side, finding);
        (span, label(*side, finding))
    });
    let mut places = places.collect::<Vec<_>>().into_iter();
    let (span, label) = places.next()?;
    let id = &scene.scenario.id;
    let message = match standstill {
        true => format!("the two sides of `{id}` wait for each other"),
        false => format!("`{id}` contradicts itself"),
    };
    let cause = match standstill {
        true => {
            "a message that the framing does not end is whole only when its side closes, and one that it passes over never arrives"
        }
        false => "no peer that keeps to the exchange could pass",
    };
    let help = format!("wirecheck played both sides, `{tactic}` delivered: {cause}");
    let diagnostic = Diagnostic::new(message, span, label).help(help);
    Some(places.fold(diagnostic, |diagnostic, (span, label)| {
        diagnostic.related(span, label)
    }))
}

/// What follows when the other side has left.
fn is_aftermath(finding: &Finding) -> bool {
    matches!(
        finding,
        Finding::EndedEarly { .. }
            | Finding::CutShort { .. }
            | Finding::WrongClose {
                how: Ended::Reset,
                ..
            }
    )
}

fn is_vain_wait(finding: &Finding) -> bool {
    matches!(
        finding,
        Finding::NoAnswer { .. } | Finding::StaysOpen { .. }
    )
}

/// The step that a side's finding is about; the scenario's name, if it is none.
fn place(scene: &Scene<'_>, side: Side, finding: &Finding) -> Range<usize> {
    let steps = &scene.scenario.exchange;
    let awaited_close = || {
        let closes = |step: &&Step| step.side != side && matches!(step.action, Action::Close(_));
        steps.iter().find(closes)
    };
    let step = match finding {
        Finding::StaysOpen { .. } => awaited_close(),
        finding => finding.step().and_then(|index| steps.get(index)),
    };
    step.map_or_else(|| scene.scenario.span.clone(), |step| step.span.clone())
}

fn label(side: Side, finding: &Finding) -> String {
    let other = side.other();
    match finding {
        Finding::NoAnswer { partial, .. } if partial.is_empty() => {
            format!("the {side} waits for this")
        }
        Finding::NoAnswer { partial, .. } => {
            let count = partial.len();
            format!("the {side} waits for the rest of this, after {count} bytes")
        }
        Finding::StaysOpen { .. } => format!("the {side} waits for the {other} to close"),
        Finding::EndedEarly { how, .. } => {
            format!("the {side} waited for this when the {other} {how}")
        }
        Finding::WrongAnswer { refusal, .. } => {
            format!("the {side} hears another message: {refusal}")
        }
        Finding::MalformedAnswer { why, .. } => {
            format!("what the {side} hears here is no message: {why}")
        }
        Finding::CutShort { at, .. } => format!("the {side} hears only a part of this: {at}"),
        Finding::WrongClose { how, .. } => format!("the {side} sees that the {other} {how}"),
        Finding::Surplus { .. } => format!("the {side} hears more than is due"),
        other => format!("the {side} finds: {other}"),
    }
}

/// A reset that nobody sees.
pub(super) fn unseen_reset(scene: &Scene<'_>, index: usize) -> Diagnostic {
    let steps = &scene.scenario.exchange;
    let step = &steps[index];
    let (side, viewer) = (step.side, step.side.other());
    let diagnostic = Diagnostic::new(
        format!("nobody sees how the {side} of `{}` ends", scene.scenario.id),
        step.span.clone(),
        format!("the {viewer} cannot see this reset"),
    );
    let closes = |step: &&Step| matches!(step.action, Action::Close(_));
    let diagnostic = match steps[..index].iter().find(closes) {
        Some(earlier) if earlier.side == side => {
            diagnostic.related(earlier.span.clone(), "its stream has ended here")
        }
        Some(earlier) => {
            diagnostic.related(earlier.span.clone(), format!("the {viewer} has left here"))
        }
        None => diagnostic,
    };
    diagnostic.help("ask for it where it can be seen: before anybody closes")
}

/// A scenario that null peers pass.
pub(super) fn proves_nothing(scene: &Scene<'_>, side: Side, nulls: &[Null]) -> Diagnostic {
    let id = &scene.scenario.id;
    let each: Vec<_> = nulls.iter().map(|null| does(*null, side)).collect();
    let label = format!("passed by a {side} that {}", each.join(", by one that "));
    let span = scene.scenario.span.clone();
    match side {
        Side::Server => Diagnostic::new(format!("`{id}` proves nothing"), span, label).help(
            "let the server say what only one that has read all can say, e.g. with `${unique}`",
        ),
        Side::Client => Diagnostic::new(format!("`{id}` proves nothing of a client"), span, label)
            .help("let the client print what it heard, e.g. `{ client.prints = '…' }`")
            .as_note(),
    }
}

fn does(null: Null, side: Side) -> String {
    match null {
        Null::Mute => format!("says nothing and closes when the {} does", side.other()),
        Null::Closes => "closes at once".to_owned(),
        Null::Resets => "resets at once".to_owned(),
        Null::Echoes => "echoes".to_owned(),
        Null::SaysOneMessage => match side {
            Side::Client => "says its first message and hangs up".to_owned(),
            Side::Server => "gives its first answer to anything and hangs up".to_owned(),
        },
    }
}
