//! Which messages a peer may send next.
//!
//! At each point of an exchange the peer may send one of a set of messages: the next one that
//! is required, the optional ones before it, and all that are left of its group if the order
//! of a group does not matter. A message that comes closes those of earlier groups. One that may
//! come several times stays open until it has come as often as it may.

use crate::scenario::{Action, Message, Obligation, Side, Step};

/// The messages of the peer, in the order of the exchange.
#[derive(Clone, Debug)]
pub(super) struct OpenMessages<'s> {
    messages: Vec<ExpectedMessage<'s>>,
    /// How many at the front are no longer open.
    closed: usize,
    /// How many have come.
    came: usize,
    /// The step of the answer that came last.
    last: Option<usize>,
    /// The last step in which an answer came.
    furthest_answer: Option<usize>,
    /// The last step in which a required message came.
    furthest: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct ExpectedMessage<'s> {
    /// Its place among the messages of the peer.
    pub(super) index: usize,
    /// Its place in the exchange.
    pub(super) step: usize,
    pub(super) message: &'s Message,
    pub(super) obligation: Obligation,
    group: Group,
    /// How often it may still come.
    left: usize,
    state: MessageState,
}

/// Messages of one group come in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Alone { step: usize },
    Unordered(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MessageState {
    Open,
    HasCome,
    /// It was optional, and a later one has come. It may have come before, but not as often as
    /// it may.
    LeftOut,
}

impl<'s> OpenMessages<'s> {
    pub(super) fn new(exchange: &'s [Step], peer: Side) -> Self {
        let steps = exchange.iter().enumerate();
        let sent = steps.filter_map(|(step, it)| match &it.action {
            Action::Send(message) if it.side == peer => Some((step, it, message)),
            _ => None,
        });
        let messages = sent.enumerate();
        let messages = messages.map(|(index, (step, it, message))| ExpectedMessage {
            index,
            step,
            message,
            obligation: it.obligation,
            group: it.unordered.map_or(Group::Alone { step }, Group::Unordered),
            left: it.most,
            state: MessageState::Open,
        });
        Self {
            messages: messages.collect(),
            closed: 0,
            came: 0,
            last: None,
            furthest_answer: None,
            furthest: None,
        }
    }

    /// The messages that may come next, in the order of the exchange.
    pub(super) fn next(&self) -> Vec<ExpectedMessage<'s>> {
        let mut next = Vec::new();
        let mut required_group = None;
        for message in self.open() {
            if required_group.is_some_and(|group| group != message.group) {
                break;
            }
            if message.obligation == Obligation::Required {
                required_group = Some(message.group);
            }
            next.push(*message);
        }
        next
    }

    /// The first message that has to come.
    pub(super) fn required(&self) -> Option<ExpectedMessage<'s>> {
        let mut open = self.open();
        let is_required = |it: &&ExpectedMessage<'_>| it.obligation == Obligation::Required;
        open.find(is_required).copied()
    }

    /// Those behind the group of a message.
    pub(super) fn after(&self, step: usize) -> impl Iterator<Item = &ExpectedMessage<'s>> {
        let group = self.at(step).map(|it| it.group);
        let behind = self.messages.iter();
        behind.filter(move |it| it.step > step && Some(it.group) != group)
    }

    pub(super) fn at(&self, step: usize) -> Option<&ExpectedMessage<'s>> {
        let found = self.messages.binary_search_by_key(&step, |it| it.step);
        found.ok().map(|index| &self.messages[index])
    }

    /// Whether nothing has to come any more in this step.
    pub(super) fn is_done(&self, step: usize) -> bool {
        self.at(step).is_none_or(|it| {
            it.obligation != Obligation::Required || it.state != MessageState::Open
        })
    }

    /// Takes a message that is one of the next.
    pub(super) fn take(&mut self, taken: ExpectedMessage<'s>) {
        let before = &mut self.messages[self.closed..taken.index];
        let left_out = before.iter_mut().filter(|it| it.group != taken.group);
        for message in left_out.filter(|it| it.state == MessageState::Open) {
            message.state = MessageState::LeftOut;
        }
        let message = &mut self.messages[taken.index];
        message.left -= 1;
        if message.left == 0 {
            message.state = MessageState::HasCome;
        }
        let behind = self.messages[self.closed..].iter();
        self.closed += behind
            .take_while(|it| it.state != MessageState::Open)
            .count();
        self.came += 1;
        let step = Some(taken.step);
        match taken.obligation {
            Obligation::Optional => return,
            Obligation::Repeated => {}
            Obligation::Required => self.furthest = self.furthest.max(step),
        }
        self.last = step;
        self.furthest_answer = self.furthest_answer.max(step);
    }

    /// How many have come.
    pub(super) fn count(&self) -> usize {
        self.came
    }

    /// The step of the answer that came last. That an optional message came proves nothing about
    /// what the peer has read.
    pub(super) fn last_step(&self) -> Option<usize> {
        self.last
    }

    /// The last step in which an answer came, required or not.
    pub(super) fn furthest_answer(&self) -> Option<usize> {
        self.furthest_answer
    }

    /// The last step in which a required message came.
    pub(super) fn furthest_step(&self) -> Option<usize> {
        self.furthest
    }

    fn open(&self) -> impl Iterator<Item = &ExpectedMessage<'s>> {
        let messages = self.messages[self.closed..].iter();
        messages.filter(|it| it.state == MessageState::Open)
    }
}
