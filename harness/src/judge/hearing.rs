//! Follows what a peer says, message by message.

use crate::framing::{Decoded, Decoder, Framing, Malformation, StreamEnd, Truncation};
use crate::scenario::{Action, Bindings, Body, Message, Refusal, Side, Step};

/// The most bytes that are kept of what nobody asked for.
const SURPLUS_KEPT: usize = 4 << 10;

/// What a peer has said so far, held against what it is expected to say.
#[derive(Debug)]
pub struct Hearing<'s> {
    framing: &'s Framing,
    expected: Vec<Expected<'s>>,
    accepted: usize,
    decoder: Decoder,
    bindings: Bindings,
    /// How much of an expected stretch without boundaries has come.
    exact: usize,
    /// The last message that was accepted.
    latest: Vec<u8>,
    trouble: Option<Trouble>,
}

#[derive(Clone, Copy, Debug)]
struct Expected<'s> {
    step: usize,
    message: &'s Message,
}

/// The first thing that a peer said wrong. What follows it means nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// A message that is not the one expected.
    Refused {
        /// The step that expected another.
        step: usize,
        /// What is wrong with it.
        refusal: Refusal,
        /// The message.
        actual: Vec<u8>,
    },
    /// Bytes that are no message.
    Malformed {
        /// The step that expected one.
        step: usize,
        /// Why not.
        why: Malformation,
    },
    /// The stream ended inside a message.
    CutShort {
        /// The step that expected it whole.
        step: usize,
        /// Where it ended.
        at: Truncation,
    },
    /// More than was expected.
    Surplus {
        /// The first bytes of it.
        bytes: Vec<u8>,
    },
}

impl<'s> Hearing<'s> {
    /// Begins to hear `side` say its part of an exchange.
    #[must_use]
    pub fn new(exchange: &'s [Step], framing: &'s Framing, side: Side, bindings: Bindings) -> Self {
        let said = exchange
            .iter()
            .enumerate()
            .filter(|(_, step)| step.side == side);
        let expected = said.filter_map(|(step, it)| match &it.action {
            Action::Send(message) => Some(Expected { step, message }),
            _ => None,
        });
        Self {
            framing,
            expected: expected.collect(),
            accepted: 0,
            decoder: framing.decoder(),
            bindings,
            exact: 0,
            latest: Vec::new(),
            trouble: None,
        }
    }

    /// Takes what has come.
    pub fn hear(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && self.trouble.is_none() {
            match self.expected.get(self.accepted).copied() {
                None => self.trouble = Some(Trouble::Surplus { bytes: Vec::new() }),
                // An answer to what was not yet said.
                Some(expected) if !self.can_speak(expected.message) => {
                    self.trouble = Some(Trouble::Surplus { bytes: Vec::new() });
                }
                Some(expected) => match self.exact_bytes(expected.message) {
                    Some(whole) => self.hear_exact(expected, &whole, &mut bytes),
                    None => self.hear_framed(expected, &mut bytes),
                },
            }
        }
        if let Some(Trouble::Surplus { bytes: kept }) = &mut self.trouble {
            let room = SURPLUS_KEPT.saturating_sub(kept.len()).min(bytes.len());
            kept.extend_from_slice(&bytes[..room]);
        }
    }

    /// Takes the end of the peer's stream.
    pub fn end(&mut self) {
        let Some(expected) = self.expected.get(self.accepted).copied() else {
            return;
        };
        if self.trouble.is_some() {
            return;
        }
        match self.decoder.finish() {
            StreamEnd::Message(payload) => {
                let payload = payload.to_vec();
                self.accept(expected, &payload);
            }
            StreamEnd::Truncated(at) => {
                self.trouble = Some(Trouble::CutShort {
                    step: expected.step,
                    at,
                })
            }
            StreamEnd::Clean | StreamEnd::Malformed(_) => {}
        }
    }

    /// How many messages were accepted.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.accepted
    }

    /// How many bytes of a message that is not yet whole have come.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.exact + self.decoder.pending()
    }

    /// The last message that was accepted, if it belongs to `step` or a later one.
    #[must_use]
    pub fn beyond(&self, step: usize) -> Option<&[u8]> {
        let last = self.step_after(self.accepted.checked_sub(1)?)?;
        (last >= step).then_some(&self.latest)
    }

    /// The step that is waited for after so many messages.
    #[must_use]
    pub fn step_after(&self, accepted: usize) -> Option<usize> {
        self.expected.get(accepted).map(|expected| expected.step)
    }

    /// The first thing that went wrong.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// What is known by now: the fresh value, and what was captured.
    #[must_use]
    pub fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    /// Whether all that a message repeats is known by now.
    #[must_use]
    pub fn can_speak(&self, message: &Message) -> bool {
        message
            .used_variables()
            .iter()
            .all(|name| self.bindings.defines(name.as_str()))
    }

    /// Remembers what the other side said, so that its captures are known.
    pub fn overhear(&mut self, message: &Message) {
        let said = message.outgoing_payload(&self.bindings);
        let said = self.framing.canonical(&said).unwrap_or(said);
        // The suite was played on paper when it was read: this only captures.
        _ = message.accept(&said, self.framing, &mut self.bindings);
    }

    /// What must come byte for byte because nothing in the stream ends it.
    fn exact_bytes(&self, message: &Message) -> Option<Vec<u8>> {
        match (&message.body, self.framing) {
            (Body::Raw(template), _) | (Body::Text(template), Framing::Raw(_)) => {
                Some(template.fill(&self.bindings))
            }
            _ => None,
        }
    }

    fn hear_exact(&mut self, expected: Expected<'s>, whole: &[u8], bytes: &mut &[u8]) {
        let rest = &whole[self.exact..];
        let (mine, after) = bytes.split_at(rest.len().min(bytes.len()));
        if mine == &rest[..mine.len()] {
            self.exact += mine.len();
            *bytes = after;
            if self.exact == whole.len() {
                self.exact = 0;
                self.accept(expected, whole);
            }
            return;
        }
        let actual = [&whole[..self.exact], bytes].concat();
        let refusal = Refusal::Differs {
            expected: whole.to_vec(),
        };
        self.trouble = Some(Trouble::Refused {
            step: expected.step,
            refusal,
            actual,
        });
    }

    fn hear_framed(&mut self, expected: Expected<'s>, bytes: &mut &[u8]) {
        match self.decoder.decode(bytes) {
            Decoded::NeedMore => {}
            Decoded::Message(payload) => {
                let payload = payload.to_vec();
                self.accept(expected, &payload);
            }
            Decoded::Malformed(why) => {
                self.trouble = Some(Trouble::Malformed {
                    step: expected.step,
                    why,
                });
            }
        }
    }

    fn accept(&mut self, expected: Expected<'s>, payload: &[u8]) {
        match expected
            .message
            .accept(payload, self.framing, &mut self.bindings)
        {
            Ok(()) => {
                self.accepted += 1;
                self.latest.clear();
                self.latest.extend_from_slice(payload);
            }
            Err(refusal) => {
                let actual = payload.to_vec();
                self.trouble = Some(Trouble::Refused {
                    step: expected.step,
                    refusal,
                    actual,
                });
            }
        }
    }
}
