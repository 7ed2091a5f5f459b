//! What wirecheck's side sends in one case: the script's bytes, with the values that only
//! the case knows in their places.
//!
//! A delivery counts offsets in the script, which was encoded with example values. Where a
//! real value has another length, an offset inside its message stays inside it, as near as
//! possible, and the ends of the message stay exact. A chunk may be empty then.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use wirecheck_report::notation::{shortened, text};

use crate::framing::{EncodeError, Framing};
use crate::judge::{Expectations, PlayedSide};
use crate::scenario::{Action, Bindings, Message, VariableName};
use crate::tactic::{Piece, Script};

/// How many characters of a captured value are shown.
const VALUE_SHOWN: usize = 64;

/// How many captured values are shown.
const VALUES_SHOWN: usize = 8;

/// One side's messages, encoded as they are needed.
pub(super) struct Outgoing<'s> {
    script: &'s Script,
    messages: Vec<OurMessage<'s>>,
    encoded: Vec<Vec<u8>>,
    /// The most bytes of all messages together.
    most: usize,
}

#[derive(Clone, Copy)]
struct OurMessage<'s> {
    message: &'s Message,
    framing: &'s Framing,
    /// Its place in the exchange.
    step: usize,
    /// The line of the suite.
    line: usize,
}

/// A message that the framing cannot carry with the values of this case.
///
/// A suite that was parsed can send its messages with example values. So the reason is a
/// captured value, which the exchange accepts and cannot send: neither the peer nor the
/// machine is at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Unsendable {
    /// The line of the suite.
    line: usize,
    error: EncodeError,
    /// The captured values in the message, as text.
    captured: Vec<(VariableName, String)>,
}

impl Unsendable {
    /// An automatic reply. Its values are in the log: the peer has sent them.
    pub(super) fn of_reply(line: usize, error: EncodeError) -> Self {
        Self {
            line,
            error,
            captured: Vec::new(),
        }
    }
}

impl fmt::Display for Unsendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the message of line {} cannot be sent", self.line)?;
        for (index, (name, value)) in self.captured.iter().enumerate() {
            let begin = if index == 0 {
                " with the captured"
            } else {
                ","
            };
            write!(f, "{begin} `${{{name}}}` = `{value}`")?;
        }
        write!(
            f,
            ": {}; let the suite capture only what it can send, e.g. with `matches`",
            self.error
        )
    }
}

impl<'s> Outgoing<'s> {
    pub(super) fn new(played: PlayedSide<'s>) -> Self {
        let scenario = played.scenario;
        let exchange = scenario.exchange().iter().enumerate();
        let messages = exchange.filter_map(|(at, step)| match &step.action {
            Action::Send(message) if step.side == played.side => Some(OurMessage {
                message,
                framing: scenario.framing(step.side, at),
                step: at,
                line: step.line,
            }),
            _ => None,
        });
        Self {
            script: played.script,
            messages: messages.collect(),
            encoded: Vec::new(),
            most: played.scenario.limits().stream_bytes,
        }
    }

    /// How many messages were sent, or begun.
    pub(super) fn messages_encoded(&self) -> usize {
        self.encoded.len()
    }

    /// The bytes of a chunk. What a message captures is made known to `expectations` when
    /// its first byte is encoded.
    pub(super) fn bytes(
        &mut self,
        pieces: &[Piece<'_>],
        expectations: &mut Expectations<'_>,
    ) -> Result<Vec<u8>, Unsendable> {
        let mut bytes = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Stream(range) => {
                    let range = range.start.get()..range.end.get();
                    self.append(range, expectations, &mut bytes)?;
                }
                Piece::Inserted(inserted, range) => inserted.append_to(range.clone(), &mut bytes),
            }
        }
        Ok(bytes)
    }

    fn append(
        &mut self,
        range: Range<usize>,
        expectations: &mut Expectations<'_>,
        bytes: &mut Vec<u8>,
    ) -> Result<(), Unsendable> {
        let script = self.script;
        for (index, span) in script.spans() {
            let span = span.start.get()..span.end.get();
            if span.start >= range.end {
                break;
            }
            if span.end > range.start {
                self.encode_up_to(index, expectations)?;
                let real = &self.encoded[index];
                let start = real_offset(range.start, &span, real.len());
                let end = real_offset(range.end, &span, real.len());
                bytes.extend_from_slice(&real[start..end]);
            }
        }
        Ok(())
    }

    fn encode_up_to(
        &mut self,
        index: usize,
        expectations: &mut Expectations<'_>,
    ) -> Result<(), Unsendable> {
        while self.encoded.len() <= index {
            let ours = self.messages[self.encoded.len()];
            let bindings = expectations.bindings();
            let encoded = ours.message.encode(ours.framing, bindings);
            let encoded = encoded.and_then(|encoded| self.within_limit(encoded.bytes));
            let encoded = encoded.map_err(|error| ours.unsendable(error, bindings))?;
            self.encoded.push(encoded);
            expectations.note_sent(ours.step);
        }
        Ok(())
    }
}

impl Outgoing<'_> {
    /// The message, unless all messages together are too large with it.
    fn within_limit(&self, message: Vec<u8>) -> Result<Vec<u8>, EncodeError> {
        let before: usize = self.encoded.iter().map(Vec::len).sum();
        let actual = before.saturating_add(message.len());
        if actual <= self.most {
            Ok(message)
        } else {
            let max = self.most;
            Err(EncodeError::TooLongWhenFilled { max, actual })
        }
    }
}

impl OurMessage<'_> {
    fn unsendable(&self, error: EncodeError, bindings: &Bindings) -> Unsendable {
        // A message may use a value many times.
        let names: BTreeSet<_> = self.message.used_variables().into_iter().collect();
        let names = names.into_iter().take(VALUES_SHOWN);
        let captured = names.filter(|name| name.as_str() != VariableName::UNIQUE);
        let shown = |name: VariableName| {
            let value = shortened(&text(bindings.bytes(&name)), VALUE_SHOWN);
            (name, value)
        };
        Unsendable {
            line: self.line,
            error,
            captured: captured.map(shown).collect(),
        }
    }
}

/// An offset of the stream as an offset in the message that lies at `span`. What cuts a
/// message does so in any length: a truncated one is never whole.
fn real_offset(at: usize, span: &Range<usize>, real_len: usize) -> usize {
    if at >= span.end {
        real_len
    } else {
        at.saturating_sub(span.start)
            .min(real_len.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_inside_a_message_stays_inside_it_for_any_length() {
        let span = 10..20;
        for real_len in [1, 2, 5, 10, 30] {
            let offsets: Vec<_> = (10..=20)
                .map(|at| real_offset(at, &span, real_len))
                .collect();
            assert_eq!((offsets[0], offsets[10]), (0, real_len));
            assert!(offsets.is_sorted());
            assert!(offsets[..10].iter().all(|offset| *offset < real_len));
        }
    }
}
