//! What variations start from: the messages of one side in a scenario.

use std::sync::Arc;

use super::answers::{AnswerMessages, Answers};
use crate::framing::Framing;
use crate::scenario::{Action, Bindings, Close, IgnoredMessage, Scenario, Side, Suite};
use crate::tactic::{Content, Script};

/// By how much the peer's memory may grow for a variation, in bytes, if the suite does not say it.
/// That is thousands of times what is sent.
const MOST_MEMORY: u64 = 256 << 20;

/// One side of an exchange.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// It has this scenario alone.
    pub(crate) suite: Arc<Suite>,
    pub(crate) side: Side,
    pub(crate) messages: Vec<Content>,
    /// Whether the peer is the first to send.
    pub(crate) peer_begins: bool,
    pub(crate) end: OurEnd,
    /// Whether the peer sends bytes that are not in the framing.
    pub(super) has_raw_answers: bool,
    /// Whether a message has the value of `${unique}`.
    pub(crate) has_unique: bool,
}

/// How our side ends an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OurEnd {
    /// It closes its direction, and reads until the peer ends.
    Half,
    /// It closes the connection.
    Full,
}

impl Source {
    /// `None` for a scenario in which the side sends nothing, which has several connections, or in
    /// which the framing changes: nobody knows whether it does so after other messages. `None` if
    /// the peer may ask for automatic replies: a variation is first sent without an exchange.
    pub(crate) fn of(suite: &Suite, scenario: usize, side: Side) -> Option<Self> {
        let scenario = suite.scenarios().get(scenario)?;
        if scenario.connection().is_some() {
            return None;
        }
        scenario.only_framing(side)?;
        if scenario.replies_to(side.other()) {
            return None;
        }
        let script = Script::of(scenario, side);
        let messages = Content::of(&script);
        if messages.is_empty() {
            return None;
        }
        let sends = |it: &Action| matches!(it, Action::Send(_));
        let first = scenario.exchange().iter().find(|it| sends(&it.action))?;
        let ours = scenario.exchange().iter().filter(|it| it.side == side);
        let closes_fully = ours
            .filter_map(|it| match it.action {
                Action::Close(close) => Some(close),
                _ => None,
            })
            .any(|close| close == Close::Full);
        Some(Self {
            side,
            messages,
            peer_begins: first.side != side,
            end: if closes_fully {
                OurEnd::Full
            } else {
                OurEnd::Half
            },
            has_raw_answers: has_raw_answers(scenario, side.other()),
            has_unique: suite.text().contains("${unique}"),
            suite: Arc::new(suite.clone().with_scenario(scenario.clone())),
        })
    }

    /// The framing of our messages.
    pub(crate) fn framing(&self) -> &Framing {
        self.framing_of(self.side)
    }

    /// The framing of the peer's messages.
    pub(crate) fn framing_of_peer(&self) -> &Framing {
        self.framing_of(self.side.other())
    }

    fn framing_of(&self, side: Side) -> &Framing {
        let only = self.suite.scenarios()[0].only_framing(side);
        only.expect("a scenario that changes the framing is no source")
    }

    /// By how much the peer's memory may grow for a variation, in bytes.
    pub(crate) fn most_memory(&self) -> u64 {
        let limits = self.suite.scenarios()[0].limits();
        limits.memory_bytes.unwrap_or(MOST_MEMORY)
    }

    /// The bytes of a message with this value of `${unique}`; `None` if the framing cannot
    /// carry it.
    pub(crate) fn encode(&self, message: &Content, unique: &str) -> Option<Vec<u8>> {
        match message {
            Content::Framed(payload) => {
                let payload = self.with_unique(payload, unique);
                Some(self.framing().encode(&payload).ok()?.bytes)
            }
            Content::Raw(bytes) => Some(self.with_unique(bytes, unique)),
        }
    }

    /// Whether a message has bytes that the framing can carry.
    pub(crate) fn can_send(&self, message: &Content) -> bool {
        match message {
            Content::Framed(payload) => {
                let encoded = self.framing().encode(payload);
                encoded.is_ok_and(|it| !it.bytes.is_empty())
            }
            Content::Raw(bytes) => !bytes.is_empty(),
        }
    }

    /// The framing of what the peer sends after these messages.
    pub(crate) fn framing_after(&self, messages: &[Content]) -> Framing {
        let framing = self.framing_of_peer().clone();
        match self.side {
            Side::Client => framing.answering(messages.iter().map(Content::bytes)),
            Side::Server => framing,
        }
    }

    /// What the peer answered to these messages, as messages.
    pub(crate) fn read(&self, answers: &Answers, messages: &[Content]) -> AnswerMessages {
        if self.has_raw_answers {
            answers.as_they_came()
        } else {
            let mut read = answers.messages(&self.framing_after(messages));
            for turn in &mut read.turns {
                turn.retain(|payload| !self.is_ignored(payload));
            }
            read
        }
    }

    /// Whether the suite passes a message of the peer over.
    fn is_ignored(&self, payload: &[u8]) -> bool {
        let ignored = self.suite.scenarios()[0].ignored();
        let (peer, bindings) = (self.side.other(), Bindings::example());
        IgnoredMessage::is_any_of(ignored, peer, payload, self.framing_of_peer(), &bindings)
    }

    /// Whether something came before our end that is no message. After it a peer may write what
    /// it likes, and close.
    pub(crate) fn cannot_read(&self, answers: &Answers, messages: &[Content]) -> bool {
        let unframed = self.read(answers, messages).unframed;
        unframed.is_some_and(|(at, _)| at < answers.turns.len() && !answers.ended_early())
    }

    fn with_unique(&self, bytes: &[u8], unique: &str) -> Vec<u8> {
        let example = example_of_unique();
        if self.has_unique {
            replaced(bytes, &example, unique.as_bytes())
        } else {
            bytes.to_vec()
        }
    }

    /// What the peer sent, with the example in the place of a value of `${unique}`.
    pub(crate) fn without_unique(&self, bytes: &[u8], unique: &str) -> Vec<u8> {
        if self.has_unique {
            replaced(bytes, unique.as_bytes(), &example_of_unique())
        } else {
            bytes.to_vec()
        }
    }
}

fn has_raw_answers(scenario: &Scenario, peer: Side) -> bool {
    let mut theirs = scenario.exchange().iter().filter(|it| it.side == peer);
    matches!(scenario.only_framing(peer), Some(Framing::Raw(_)))
        || theirs.any(|it| match &it.action {
            Action::Send(message) => !message.is_framed(),
            _ => false,
        })
}

/// The value that stands for `${unique}` where cases are planned.
pub(super) fn example_of_unique() -> Vec<u8> {
    Bindings::example().unique().to_vec()
}

/// The bytes with each occurrence of `from` replaced.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(from) {
            result.extend_from_slice(to);
            rest = after;
        } else {
            result.push(rest[0]);
            rest = &rest[1..];
        }
    }
    result
}
