//! Messages that a side may send at any time, and that prove nothing. Some ask for a reply.

use std::ops::Range;

use super::exchange::Side;
use super::message::Message;
use super::template::Bindings;
use crate::framing::Framing;

/// A message that is passed over wherever it comes.
#[derive(Clone, Debug)]
pub struct IgnoredMessage {
    /// Who sends it.
    pub side: Side,
    pub message: Message,
    /// What the other side sends then, outside of the exchange.
    pub reply: Option<AutomaticReply>,
}

/// What a side sends when it gets a message that it passes over.
#[derive(Clone, Debug)]
pub struct AutomaticReply {
    /// It may have the values that the message captures.
    pub message: Message,
    /// The line of the file, from 1.
    pub line: usize,
    /// The bytes of the file that hold it.
    pub span: Range<usize>,
    pub(super) needs: FramingNeed,
}

/// Which framing a message can have that is passed over, and its reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FramingNeed {
    Any,
    /// One of the two is written as a message of WebSocket.
    WebSocket,
}

impl IgnoredMessage {
    /// The first message of the list that a payload of `side` is, and the values with what it
    /// captures.
    #[must_use]
    pub fn find<'i>(
        ignored: &'i [Self],
        side: Side,
        payload: &[u8],
        framing: &Framing,
        bindings: &Bindings,
    ) -> Option<(&'i Self, Bindings)> {
        ignored.iter().filter(|it| it.side == side).find_map(|it| {
            let mut values = bindings.clone();
            let accepted = it.message.accept(payload, framing, &mut values);
            accepted.is_ok().then_some((it, values))
        })
    }

    /// Whether a payload of `side` is one of the messages.
    #[must_use]
    pub fn is_any_of(
        ignored: &[Self],
        side: Side,
        payload: &[u8],
        framing: &Framing,
        bindings: &Bindings,
    ) -> bool {
        Self::find(ignored, side, payload, framing, bindings).is_some()
    }

    /// The key of the suite that has it.
    pub(super) fn key(&self) -> &'static str {
        match self.reply {
            Some(_) => "replies",
            None => "ignore",
        }
    }
}
