//! How far a delivery obliges the peer to answer: every message that arrives whole
//! gets its answer, a truncated one gets none, or an error.

use crate::framing::{Framing, RegionKind};
use crate::scenario::{Action, Body, Message, Scenario, Side, Step, TruncationReply};
use crate::tactic::{Delivery, DeliveryEnd, OutMessage, Script};

/// The part of an exchange that the peer must perform under a delivery.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedSteps<'s> {
    /// The first step that is no longer expected: an index into the exchange.
    pub end: usize,
    /// Which answers the peer may send beyond that.
    pub extra_answers: ExtraAnswers<'s>,
    /// The message inside which the stream ends.
    pub truncated: Option<TruncatedMessage>,
}

/// Which answers a peer may send beyond the expected steps.
#[derive(Clone, Copy, Debug)]
pub enum ExtraAnswers<'s> {
    /// None.
    Forbidden,
    /// A reply to the end of the stream inside a message, or before one that the peer
    /// still awaits.
    ToTruncated {
        allowed: &'s TruncationReply,
        /// How many bytes of the payload of that message are not delivered.
        missing: usize,
    },
    /// Any: an answer to the truncated message cannot be told from others.
    NotJudged(TruncationDoubt),
    /// Any.
    Allowed,
}

/// A message inside which the stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TruncatedMessage {
    /// The step that sends it.
    pub step: usize,
    /// Whether the framing shows where it ends. For `raw` bytes only the peer knows.
    pub is_framed: bool,
}

/// Why truncation cannot be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TruncationDoubt {
    /// The bytes are `raw`: only the peer knows where a message ends.
    Raw,
    /// The exchange accepts any answer to the whole message, so an error too.
    AnyAnswer,
    /// The message before it is answered only after it.
    AnsweredLater,
    /// The peer sends its next message without waiting for this one.
    NotAwaited,
}

/// The side of a scenario that wirecheck plays, with the bytes it sends.
#[derive(Clone, Copy, Debug)]
pub struct PlayedSide<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The framing of the scenario's suite.
    pub framing: &'a Framing,
    /// wirecheck's side, not the peer's.
    pub side: Side,
    /// The messages of that side, encoded.
    pub script: &'a Script,
}

/// What the peer must do when `played` is delivered in this way.
#[must_use]
pub fn expected_steps<'a>(played: &PlayedSide<'a>, delivery: &Delivery) -> ExpectedSteps<'a> {
    let incomplete = first_incomplete(played, delivery);
    let extra_answers = match &incomplete {
        _ if closes_fully(delivery) => ExtraAnswers::Allowed,
        Some(incomplete) => incomplete.extra_answers(played),
        None if own_close_is_missing(played, delivery) => ExtraAnswers::Allowed,
        None => ExtraAnswers::Forbidden,
    };
    ExpectedSteps {
        end: match &incomplete {
            Some(incomplete) => incomplete.step,
            None => end_of_readable(played.scenario.exchange(), played.side, delivery),
        },
        extra_answers,
        truncated: incomplete.and_then(|it| it.truncated(played)),
    }
}

/// The messages of ours whose truncation cannot be judged by the replies to it: their
/// steps, and why.
pub fn unjudged_truncations<'a>(
    played: &PlayedSide<'a>,
) -> impl Iterator<Item = (usize, TruncationDoubt)> + use<'a> {
    let played = *played;
    let all = messages(played.scenario.exchange(), played.side).zip(&played.script.messages);
    all.filter_map(move |((step, message), encoded)| {
        let incomplete = IncompleteMessage {
            step,
            message,
            encoded,
            delivered: 1,
        };
        match incomplete.extra_answers(&played) {
            ExtraAnswers::NotJudged(doubt) => Some((step, doubt)),
            _ => None,
        }
    })
}

/// Whether an answer to our message in `step` must wait for the whole of it, and can be
/// told from other answers.
#[must_use]
pub fn must_be_whole_when_answered(played: &PlayedSide<'_>, step: usize) -> bool {
    let all = messages(played.scenario.exchange(), played.side).zip(&played.script.messages);
    let mut all = all.map(|((step, message), encoded)| IncompleteMessage {
        step,
        message,
        encoded,
        delivered: 1,
    });
    all.find(|it| it.step == step)
        .is_some_and(|it| matches!(it.extra_answers(played), ExtraAnswers::ToTruncated { .. }))
}

impl ExpectedSteps<'_> {
    /// Expects all steps before `end`, too: the peer has performed them before, after the
    /// same bytes.
    #[must_use]
    pub fn up_to(self, end: usize) -> Self {
        Self {
            end: self.end.max(end),
            ..self
        }
    }

    /// Allows all extra answers: the peer sends them without waiting for the message at
    /// which the stream ends.
    pub fn allow_unawaited(&mut self) {
        self.extra_answers = match (self.extra_answers, self.truncated) {
            (ExtraAnswers::ToTruncated { .. }, Some(_)) => {
                ExtraAnswers::NotJudged(TruncationDoubt::NotAwaited)
            }
            (unjudged @ ExtraAnswers::NotJudged(_), _) => unjudged,
            _ => ExtraAnswers::Allowed,
        };
    }
}

/// The first message of ours that is not delivered as a whole.
struct IncompleteMessage<'a> {
    step: usize,
    message: &'a Message,
    encoded: &'a OutMessage,
    /// How many of its bytes are delivered.
    delivered: usize,
}

fn first_incomplete<'a>(
    played: &PlayedSide<'a>,
    delivery: &Delivery,
) -> Option<IncompleteMessage<'a>> {
    let mut left = delivery.delivered().get();
    let encoded = played.script.messages.iter();
    let mut both = messages(played.scenario.exchange(), played.side).zip(encoded);
    both.find_map(|((step, message), encoded)| {
        let delivered = left.min(encoded.bytes.len());
        left -= delivered;
        (delivered < encoded.bytes.len()).then_some(IncompleteMessage {
            step,
            message,
            encoded,
            delivered,
        })
    })
}

impl<'a> IncompleteMessage<'a> {
    /// `None` if the stream ends before it, or where truncation need not be judged.
    fn truncated(&self, played: &PlayedSide<'_>) -> Option<TruncatedMessage> {
        let is_framed = self.is_framed(played);
        let is_judged =
            is_framed || !matches!(played.scenario.adversary().truncation, TruncationReply::Any);
        (self.delivered > 0 && is_judged).then_some(TruncatedMessage {
            step: self.step,
            is_framed,
        })
    }

    /// How many bytes of the payload are not delivered.
    fn missing(&self) -> usize {
        let payload = self.encoded.regions.iter();
        let payload = payload.filter(|region| region.kind == RegionKind::Payload);
        let missing = payload.map(|region| {
            let missing = region.range.start.max(self.delivered)..region.range.end;
            missing.len()
        });
        missing.sum()
    }

    fn is_framed(&self, played: &PlayedSide<'_>) -> bool {
        self.message.is_framed() && !matches!(played.framing, Framing::Raw(_))
    }

    /// Which answers may come where the stream ends before this message is whole.
    fn extra_answers(&self, played: &PlayedSide<'a>) -> ExtraAnswers<'a> {
        let steps = played.scenario.exchange();
        let allowed = &played.scenario.adversary().truncation;
        let answered_later = follows_unanswered(steps, played.side, self.step);
        if matches!(allowed, TruncationReply::Any) || answered_later && self.delivered == 0 {
            ExtraAnswers::Allowed
        } else if self.delivered > 0 && !self.is_framed(played) {
            ExtraAnswers::NotJudged(TruncationDoubt::Raw)
        } else if answered_later {
            ExtraAnswers::NotJudged(TruncationDoubt::AnsweredLater)
        } else if matches!(allowed, TruncationReply::Error) && self.gets_any_answer(played) {
            ExtraAnswers::NotJudged(TruncationDoubt::AnyAnswer)
        } else {
            ExtraAnswers::ToTruncated {
                allowed,
                missing: self.missing(),
            }
        }
    }

    fn gets_any_answer(&self, played: &PlayedSide<'_>) -> bool {
        let steps = &played.scenario.exchange()[self.step..];
        let answer = messages(steps, played.side.other()).next();
        answer.is_some_and(|(_, answer)| matches!(answer.body, Body::Any { .. }))
    }
}

/// After a full close it is a matter of timing whether late answers are sent.
fn closes_fully(delivery: &Delivery) -> bool {
    matches!(
        delivery.end(),
        DeliveryEnd::Fin | DeliveryEnd::FinAtOnce | DeliveryEnd::Reset
    )
}

/// Whether the message before this one is answered only after this one: that answer
/// may come although this message is truncated.
fn follows_unanswered(steps: &[Step], side: Side, step: usize) -> bool {
    let previous = steps[..step]
        .iter()
        .rev()
        .find(|step| matches!(step.action, Action::Send(_)));
    previous.is_some_and(|previous| previous.side == side)
}

/// The messages of one side, with their steps.
fn messages(steps: &[Step], side: Side) -> impl Iterator<Item = (usize, &Message)> {
    let steps = steps.iter().enumerate();
    steps.filter_map(move |(index, step)| match &step.action {
        Action::Send(message) if step.side == side => Some((index, message)),
        _ => None,
    })
}

/// A side that closes fully at its last byte reads only what comes before its own close in
/// the exchange. One that never closes gets no more than that, either.
fn end_of_readable(steps: &[Step], side: Side, delivery: &Delivery) -> usize {
    let performs_its_close = matches!(delivery.end(), DeliveryEnd::AsScripted | DeliveryEnd::Half);
    match own_close(steps, side) {
        Some(close) if !performs_its_close => close,
        _ => steps.len(),
    }
}

/// Whether our side closes in the exchange, and does not in this delivery. The peer may have
/// waited for it, or not.
fn own_close_is_missing(played: &PlayedSide<'_>, delivery: &Delivery) -> bool {
    delivery.end() == DeliveryEnd::Hold
        && own_close(played.scenario.exchange(), played.side).is_some()
}

fn own_close(steps: &[Step], side: Side) -> Option<usize> {
    steps
        .iter()
        .position(|step| step.side == side && matches!(step.action, Action::Close(_)))
}
