//! From what was observed in one case to findings.

use super::due::Due;
use super::finding::{Ended, Finding, Turn, Unread, Waited};
use super::hearing::{Hearing, Trouble};
use crate::scenario::{Action, Close, Permission, Side, Step};

/// What was observed in one case, beside what the peer said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// Why there was no connection.
    pub not_connected: Option<String>,
    /// What the peer left unread.
    pub not_read: Option<Unread>,
    /// What was waited for in vain.
    pub silence: Option<Silence>,
    /// The bytes of an answer that had come when the wait was given up.
    pub partial: Vec<u8>,
    /// The step that the exchange had come to when the peer ended the connection
    /// although there was more to be said to it.
    pub interrupted: Option<usize>,
    /// Our steps before which the peer had said what comes after them: that was no
    /// answer to them.
    pub not_waited_for: Vec<usize>,
    /// How the peer ended the connection, if it did.
    pub peer_end: Option<PeerEnd>,
    /// What became of the peer's side of the connection in the end.
    pub closing: Closing,
}

/// What was waited for in vain.
#[derive(Clone, Debug, PartialEq)]
pub enum Silence {
    /// A message.
    Message(Waited),
    /// A text that the peer should have printed.
    Print {
        /// The step.
        step: usize,
        /// The text.
        expected: Vec<u8>,
        /// What was printed.
        actual: Vec<u8>,
    },
}

/// How the peer ended the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerEnd {
    /// How.
    pub how: Ended,
    /// Whether the exchange had come to the place where it may.
    pub due: Permission,
}

/// What became of the peer's side of the connection.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Closing {
    /// It was not looked at: something else had gone wrong before.
    #[default]
    NotAsked,
    /// It was closed.
    Closed,
    /// It stayed.
    StaysOpen {
        /// How long it was waited for.
        waited: Waited,
        /// What its socket shows, in words.
        seen: String,
    },
}

/// Holds what was observed against what was due. The answers come first: where
/// they fell short, how the connection ended proves nothing more.
#[must_use]
pub fn judge(
    exchange: &[Step],
    side: Side,
    due: Due,
    hearing: &Hearing<'_>,
    observed: &Observed,
) -> Vec<Finding> {
    if let Some(why) = &observed.not_connected {
        return vec![Finding::NotConnected { why: why.clone() }];
    }
    let may_leave = may_leave(exchange, side);
    match answers(due, hearing, observed, may_leave) {
        Some(finding) => vec![finding],
        None => closing(exchange, side, due, observed).into_iter().collect(),
    }
}

/// Whether the peer may close on what is still said to it: where the exchange asks for
/// a close in order it may not, for its kernel would take back its answers.
fn may_leave(exchange: &[Step], side: Side) -> bool {
    let closes = |step: &Step| matches!(step.action, Action::Close(Close::Any | Close::Reset));
    exchange
        .iter()
        .any(|step| step.side != side && closes(step))
}

fn answers(
    due: Due,
    hearing: &Hearing<'_>,
    observed: &Observed,
    may_leave: bool,
) -> Option<Finding> {
    if let Some(trouble) = hearing.trouble() {
        return of_trouble(trouble, due, &observed.partial);
    }
    if let Some(actual) = hearing.beyond(due.steps)
        && due.more == Permission::Forbidden
    {
        return Some(Finding::Surplus {
            actual: actual.to_vec(),
        });
    }
    let awaited = hearing
        .step_after(hearing.accepted())
        .filter(|step| *step < due.steps);
    match (&observed.silence, awaited) {
        (
            Some(Silence::Print {
                step,
                expected,
                actual,
            }),
            _,
        ) => Some(Finding::NotPrinted {
            step: *step,
            expected: expected.clone(),
            actual: actual.clone(),
        }),
        (_, Some(step)) if observed.peer_end.is_some() => Some(Finding::EndedEarly {
            step,
            turn: Turn::Peers,
            how: observed.peer_end?.how,
        }),
        (_, None) if observed.interrupted.is_some() && !may_leave => Some(Finding::EndedEarly {
            step: observed.interrupted?,
            turn: Turn::Ours,
            how: observed.peer_end?.how,
        }),
        (_, None) if observed.not_read.is_none() => None,
        (_, _) if observed.not_read.is_some() => Some(Finding::NotRead {
            why: observed.not_read?,
        }),
        (Some(Silence::Message(waited)), Some(step)) => Some(Finding::NoAnswer {
            step,
            waited: *waited,
            partial: observed.partial.clone(),
        }),
        _ => None,
    }
}

/// What goes beyond the last step that is due, or is no answer to anything whole,
/// is wrong unless the protocol lets a truncated message be answered.
fn of_trouble(trouble: &Trouble, due: Due, partial: &[u8]) -> Option<Finding> {
    let (step, finding) = match trouble {
        Trouble::Surplus { bytes } => (
            usize::MAX,
            Finding::Surplus {
                actual: bytes.clone(),
            },
        ),
        Trouble::Refused {
            step,
            refusal,
            actual,
        } => {
            let (refusal, actual) = (refusal.clone(), actual.clone());
            (
                *step,
                Finding::WrongAnswer {
                    step: *step,
                    refusal,
                    actual,
                },
            )
        }
        Trouble::Malformed { step, why } => (
            *step,
            Finding::MalformedAnswer {
                step: *step,
                why: *why,
            },
        ),
        Trouble::CutShort { step, at } => (
            *step,
            Finding::CutShort {
                step: *step,
                at: *at,
                partial: partial.to_vec(),
            },
        ),
    };
    match finding {
        _ if step >= due.steps && due.more == Permission::Allowed => None,
        Finding::WrongAnswer { actual, .. }
        | Finding::CutShort {
            partial: actual, ..
        } if step >= due.steps => Some(Finding::Surplus { actual }),
        finding => Some(finding),
    }
}

fn closing(exchange: &[Step], side: Side, due: Due, observed: &Observed) -> Option<Finding> {
    if let Closing::StaysOpen { waited, seen } = &observed.closing {
        return Some(Finding::StaysOpen {
            waited: *waited,
            seen: seen.clone(),
        });
    }
    let (step, close) = exchange
        .iter()
        .enumerate()
        .take(due.steps)
        .find_map(|(index, step)| match step.action {
            Action::Close(close) if step.side != side => Some((index, close)),
            _ => None,
        })?;
    let how = observed
        .peer_end
        .filter(|end| end.due == Permission::Allowed)?
        .how;
    let as_asked = match close {
        Close::Any => true,
        Close::Reset => how == Ended::Reset,
        Close::Write | Close::Full | Close::Fin => how == Ended::Closed,
    };
    (!as_asked).then_some(Finding::WrongClose { step, how })
}
