//! How far a delivery obliges the peer to answer: every message that arrives whole
//! gets its answer; one that is truncated or malformed gets none, or an error.

use super::expectations::Expectations;
use super::http::{self, length_of_head};
use super::malformed::{MalformedDelivery, MemoryLimit};
use crate::framing::{Framing, RegionKind, Response};
use crate::scenario::{
    Action, Bindings, Body, Message, Obligation, Permission, Scenario, Side, Step, TruncationReply,
};
use crate::tactic::{Delivery, DeliveryEnd, OtherConnections, OutMessage, Script};

/// The part of an exchange that the peer must perform under a delivery.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedSteps<'s> {
    /// The first step that is no longer expected: an index into the exchange.
    pub end: usize,
    /// Which answers the peer may send beyond that.
    pub extra_answers: ExtraAnswers<'s>,
    /// The message that the peer must not take for a valid one.
    pub damaged: Option<DamagedMessage>,
    /// Whether the peer may close before it has read all that is sent.
    pub early_close: Permission,
    /// Whether the peer may leave what follows an answer that announces a close.
    pub announced_close: Permission,
    /// How much memory it may get, where that is judged.
    pub memory: Option<MemoryLimit>,
}

/// Which answers a peer may send beyond the expected steps.
#[derive(Clone, Copy, Debug)]
pub enum ExtraAnswers<'s> {
    /// None.
    Forbidden,
    /// A reply to a damaged message, or to the end of the stream before one that the peer
    /// still awaits.
    ToDamaged {
        /// Which replies the suite allows.
        allowed: &'s TruncationReply,
        /// What is wrong with the message.
        damage: Damage,
    },
    /// Any but the answer to all bytes of the message in this step: its header declares
    /// fewer.
    ToShortened {
        /// The step that sends the message.
        step: usize,
    },
    /// Any: an answer to the damaged message cannot be told from others.
    NotJudged(TruncationDoubt),
    /// Any.
    Allowed,
}

/// A message that no peer may take for a valid one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DamagedMessage {
    /// The step that sends it.
    pub step: usize,
    /// What is wrong with it.
    pub damage: Damage,
    /// Whether the framing shows where it ends. For `raw` bytes only the peer knows.
    pub is_framed: bool,
}

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The stream ends inside it.
    Truncated {
        /// How many bytes of its payload are not delivered.
        missing: usize,
    },
    /// Its header is malformed.
    MalformedHeader {
        /// The length of its payload.
        payload: usize,
        /// The sentence of a specification that requires a reader to refuse it.
        rule: Option<&'static str>,
        /// Who must notice it.
        noticed: Noticed,
    },
}

/// Which readers must notice that a message is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noticed {
    /// Every one.
    Always,
    /// One that reads the body. A server of HTTP may leave that unread.
    WithBody,
}

impl Damage {
    pub(super) fn is_of_header(self) -> bool {
        matches!(self, Self::MalformedHeader { .. })
    }

    fn is_noticed_with_body(self) -> bool {
        matches!(
            self,
            Self::MalformedHeader {
                noticed: Noticed::WithBody,
                ..
            }
        )
    }

    /// The sentence of a specification that requires a reader to refuse the message.
    pub(super) fn rule(self) -> Option<&'static str> {
        match self {
            Self::Truncated { .. } => None,
            Self::MalformedHeader { rule, .. } => rule,
        }
    }

    /// Whether a reader that takes the message for a valid one may have read so many bytes
    /// less than its payload has.
    pub(super) fn may_lack(self, bytes: usize) -> bool {
        match self {
            Self::Truncated { missing } => bytes == missing,
            // A lenient reader may see any length in a malformed one.
            Self::MalformedHeader { payload, .. } => (1..=payload).contains(&bytes),
        }
    }
}

/// Why it cannot be judged what a peer makes of a damaged message.
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
    /// A server of HTTP may answer as soon as it has the head of a request.
    HasHead,
}

/// The side of a scenario that wirecheck plays, with the bytes it sends.
#[derive(Clone, Copy, Debug)]
pub struct PlayedSide<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// wirecheck's side, not the peer's.
    pub side: Side,
    /// The messages of that side, encoded.
    pub script: &'a Script,
}

impl<'a> PlayedSide<'a> {
    /// What the peer sends, with these values known at first.
    #[must_use]
    pub fn expectations(&self, bindings: Bindings) -> Expectations<'a> {
        Expectations::new(self.scenario, self.side.other(), bindings)
    }
}

/// What the peer must do when `played` is delivered in this way.
#[must_use]
pub fn expected_steps<'a>(played: &PlayedSide<'a>, delivery: &Delivery) -> ExpectedSteps<'a> {
    if let Some(malformed) = MalformedDelivery::of(played, delivery) {
        return after_malformed(played, &malformed);
    }
    let incomplete = first_incomplete(played, delivery);
    let extra_answers = match &incomplete {
        _ if closes_fully(delivery) => ExtraAnswers::Allowed,
        Some(incomplete) => {
            incomplete.extra_answers(played, &played.scenario.adversary().truncation)
        }
        None if own_close_is_missing(played, delivery) => ExtraAnswers::Allowed,
        None => ExtraAnswers::Forbidden,
    };
    let end = match &incomplete {
        _ if delivery.end() == DeliveryEnd::ResetBeforeAccept => 0,
        Some(incomplete) => incomplete.step,
        None => end_of_readable(played.scenario.exchange(), played.side, delivery),
    };
    let is_begun = incomplete.as_ref().is_some_and(|it| it.delivered > 0);
    if let Some(question) = question_at_end(played, delivery, end).filter(|_| !is_begun) {
        return ExpectedSteps {
            end: question,
            extra_answers: ExtraAnswers::Allowed,
            damaged: None,
            early_close: Permission::Forbidden,
            announced_close: Permission::Forbidden,
            memory: None,
        };
    }
    ExpectedSteps {
        end,
        extra_answers,
        damaged: incomplete.and_then(|it| it.truncated(played)),
        early_close: http::early_close(played),
        announced_close: http::announced_close(played, delivery),
        memory: memory_of_exchange(played, delivery),
    }
}

/// How much memory the peer may get for an uncut exchange that nothing disturbs. Its memory is
/// counted in few cases, because that takes time.
fn memory_of_exchange(played: &PlayedSide<'_>, delivery: &Delivery) -> Option<MemoryLimit> {
    let is_uncut = delivery.chunk_count() <= played.script.messages.len();
    let is_undisturbed = delivery.end() == DeliveryEnd::AsScripted
        && delivery.other_connections() == OtherConnections::Alone;
    let most = played.scenario.limits().memory_bytes?;
    (is_uncut && is_undisturbed).then_some(MemoryLimit::Exchange(most))
}

/// What the peer must do when a message comes with a malformed header, and then the end of
/// the stream.
fn after_malformed<'a>(
    played: &PlayedSide<'a>,
    malformed: &MalformedDelivery,
) -> ExpectedSteps<'a> {
    let sent = sent_messages(played).nth(malformed.message);
    let sent = sent.expect("a malformed header is one of a message of the script");
    let (extra_answers, damaged) = match malformed.response {
        Response::Refuse => {
            let rule = &played.scenario.adversary().malformed;
            let sent = SentMessage {
                malformed: Some(malformed.damage),
                ..sent
            };
            (sent.extra_answers(played, rule), Some(sent.damaged(played)))
        }
        // The form is a matter of taste.
        Response::RefuseOrRead => (ExtraAnswers::Allowed, None),
        // So far it is valid: the end of the stream truncates it.
        Response::Wait => {
            let rule = &played.scenario.adversary().truncation;
            (sent.extra_answers(played, rule), sent.truncated(played))
        }
        Response::ReadOther => (sent.answers_to_shortened(played), None),
    };
    ExpectedSteps {
        end: sent.step,
        extra_answers,
        damaged,
        early_close: Permission::Allowed,
        announced_close: Permission::Allowed,
        memory: malformed.memory,
    }
}

/// The messages of ours whose truncation cannot be judged by the replies to it: their
/// steps, and why.
pub fn unjudged_truncations<'a>(
    played: &PlayedSide<'a>,
) -> impl Iterator<Item = (usize, TruncationDoubt)> + use<'a> {
    let played = *played;
    let rule = &played.scenario.adversary().truncation;
    sent_messages(&played).filter_map(move |sent| match sent.extra_answers(&played, rule) {
        ExtraAnswers::NotJudged(doubt) => Some((sent.step, doubt)),
        _ => None,
    })
}

/// Whether an answer to our message in `step` must wait for the whole of it, and can be
/// told from other answers.
#[must_use]
pub fn must_be_whole_when_answered(played: &PlayedSide<'_>, step: usize) -> bool {
    let rule = &played.scenario.adversary().truncation;
    let sent = sent_messages(played).find(|it| it.step == step);
    sent.is_some_and(|it| {
        length_of_head(played, it.encoded).is_none()
            && matches!(
                it.extra_answers(played, rule),
                ExtraAnswers::ToDamaged { .. }
            )
    })
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
        self.extra_answers = match (self.extra_answers, self.damaged) {
            (ExtraAnswers::ToDamaged { .. }, Some(_)) => {
                ExtraAnswers::NotJudged(TruncationDoubt::NotAwaited)
            }
            (unjudged @ ExtraAnswers::NotJudged(_), _) => unjudged,
            _ => ExtraAnswers::Allowed,
        };
    }

    /// Allows an answer to a request whose malformed body the peer need not have read.
    pub fn allow_unread_body(&mut self) {
        if let ExtraAnswers::ToDamaged { damage, .. } = self.extra_answers
            && damage.is_noticed_with_body()
        {
            self.extra_answers = ExtraAnswers::NotJudged(TruncationDoubt::HasHead);
        }
    }
}

/// A message of ours that is not delivered as it should be.
pub(super) struct SentMessage<'a> {
    pub(super) step: usize,
    message: &'a Message,
    pub(super) encoded: &'a OutMessage,
    /// How many of its bytes are delivered.
    delivered: usize,
    /// What is wrong with it, if its header is malformed.
    malformed: Option<Damage>,
}

/// Our messages, as if all of them were delivered.
pub(super) fn sent_messages<'a>(
    played: &PlayedSide<'a>,
) -> impl Iterator<Item = SentMessage<'a>> + use<'a> {
    let all = messages(played.scenario.exchange(), played.side).zip(&played.script.messages);
    all.map(|((step, message), encoded)| SentMessage {
        step,
        message,
        encoded,
        delivered: encoded.bytes.len(),
        malformed: None,
    })
}

fn first_incomplete<'a>(played: &PlayedSide<'a>, delivery: &Delivery) -> Option<SentMessage<'a>> {
    let mut left = delivery.delivered().get();
    sent_messages(played).find_map(|sent| {
        let delivered = left.min(sent.delivered);
        left -= delivered;
        (delivered < sent.delivered).then_some(SentMessage { delivered, ..sent })
    })
}

impl<'a> SentMessage<'a> {
    /// `None` if the stream ends before it, or where truncation need not be judged.
    fn truncated(&self, played: &PlayedSide<'_>) -> Option<DamagedMessage> {
        let is_framed = self.is_framed(played);
        let is_judged =
            is_framed || !matches!(played.scenario.adversary().truncation, TruncationReply::Any);
        (self.delivered > 0 && is_judged).then(|| self.damaged(played))
    }

    fn damage(&self) -> Damage {
        if let Some(damage) = self.malformed {
            return damage;
        }
        let payload = self.encoded.regions.iter();
        let payload = payload.filter(|region| region.kind == RegionKind::Payload);
        let missing = payload.map(|region| {
            let missing = region.range.start.max(self.delivered)..region.range.end;
            missing.len()
        });
        Damage::Truncated {
            missing: missing.sum(),
        }
    }

    fn damaged(&self, played: &PlayedSide<'_>) -> DamagedMessage {
        DamagedMessage {
            step: self.step,
            damage: self.damage(),
            is_framed: self.is_framed(played),
        }
    }

    fn is_framed(&self, played: &PlayedSide<'_>) -> bool {
        let framing = played.scenario.framing(played.side, self.step);
        self.message.is_framed() && !matches!(framing, Framing::Raw(_))
    }

    /// Which answers may come where this message is not whole, or not valid, and a reply to
    /// it must follow a rule.
    fn extra_answers(
        &self,
        played: &PlayedSide<'a>,
        allowed: &'a TruncationReply,
    ) -> ExtraAnswers<'a> {
        let steps = played.scenario.exchange();
        let answered_later = follows_unanswered(steps, played.side, self.step);
        if matches!(allowed, TruncationReply::Any) || answered_later && self.delivered == 0 {
            ExtraAnswers::Allowed
        } else if self.delivered > 0 && !self.is_framed(played) {
            ExtraAnswers::NotJudged(TruncationDoubt::Raw)
        } else if answered_later {
            ExtraAnswers::NotJudged(TruncationDoubt::AnsweredLater)
        } else if self.is_request_with_whole_head(played) {
            ExtraAnswers::NotJudged(TruncationDoubt::HasHead)
        } else if matches!(allowed, TruncationReply::Error) && self.gets_any_answer(played) {
            ExtraAnswers::NotJudged(TruncationDoubt::AnyAnswer)
        } else {
            ExtraAnswers::ToDamaged {
                allowed,
                damage: self.damage(),
            }
        }
    }

    /// Whether a server of HTTP may answer it although its body is not whole: many do not read
    /// the body before, or at all.
    fn is_request_with_whole_head(&self, played: &PlayedSide<'_>) -> bool {
        let has_valid_header = self.malformed.is_none();
        let head = length_of_head(played, self.encoded);
        has_valid_header && head.is_some_and(|head| head <= self.delivered)
    }

    /// Which answers may come if its header declares less than its payload has.
    fn answers_to_shortened(&self, played: &PlayedSide<'a>) -> ExtraAnswers<'a> {
        match self.extra_answers(played, &played.scenario.adversary().malformed) {
            ExtraAnswers::ToDamaged { .. } => ExtraAnswers::ToShortened { step: self.step },
            _ => ExtraAnswers::Allowed,
        }
    }

    fn gets_any_answer(&self, played: &PlayedSide<'_>) -> bool {
        let steps = &played.scenario.exchange()[self.step..];
        first_answers(steps, played.side.other()).any(|answer| match &answer.body {
            Body::Any { .. } => true,
            Body::Bytes { pattern, .. } => pattern.accepts_everything(),
            Body::Http(pattern) => pattern.accepts_any_status(),
            _ => false,
        })
    }
}

/// After a full close it is a matter of timing whether late answers are sent.
fn closes_fully(delivery: &Delivery) -> bool {
    matches!(
        delivery.end(),
        DeliveryEnd::Fin | DeliveryEnd::Reset | DeliveryEnd::ResetBeforeAccept
    )
}

/// The step in which a client asks its next question, although the end of the server's
/// stream came with the last message before: nothing can answer it, so it need not.
fn question_at_end(played: &PlayedSide<'_>, delivery: &Delivery, end: usize) -> Option<usize> {
    if played.side == Side::Client || delivery.end() != DeliveryEnd::FinAtOnce {
        return None;
    }
    let steps = &played.scenario.exchange()[..end];
    let ours = messages(steps, played.side).last();
    let after = ours.map_or(0, |(step, _)| step + 1);
    let question = messages(&steps[after..], played.side.other()).next();
    question.map(|(index, _)| after + index)
}

/// Whether the message before this one is answered only after this one: that answer
/// may come although this message is truncated.
fn follows_unanswered(steps: &[Step], side: Side, step: usize) -> bool {
    let mut previous = steps[..step].iter().rev();
    let previous = previous.find(|step| is_sure_to_be_sent(step, side));
    previous.is_some_and(|previous| previous.side == side)
}

/// Whether a step sends a message, also if the other side of `ours` leaves out what it may.
pub(super) fn is_sure_to_be_sent(step: &Step, ours: Side) -> bool {
    let is_required = step.side == ours || step.obligation == Obligation::Required;
    is_required && matches!(step.action, Action::Send(_))
}

/// The messages of one side of which any may be its first.
fn first_answers(steps: &[Step], side: Side) -> impl Iterator<Item = &Message> {
    let is_group = |step: &Step, group| group == Some(step.unordered);
    let mut required_group = None;
    let theirs = steps.iter().filter(move |step| step.side == side);
    let first = theirs.take_while(move |step| {
        let may_be_first =
            required_group.is_none() || step.unordered.is_some() && is_group(step, required_group);
        if matches!(step.action, Action::Send(_)) && step.obligation == Obligation::Required {
            required_group.get_or_insert(step.unordered);
        }
        may_be_first
    });
    first.filter_map(|step| match &step.action {
        Action::Send(message) => Some(message),
        _ => None,
    })
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
    let performs_its_close = matches!(
        delivery.end(),
        DeliveryEnd::AsScripted | DeliveryEnd::Half | DeliveryEnd::FinAtOnce
    );
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
