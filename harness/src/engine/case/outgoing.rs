//! What wirecheck's side sends in one case: the script's bytes, with the values that only
//! the case knows in their places.
//!
//! A delivery counts offsets in the script, which was encoded with example values. Where a
//! real value has another length, an offset inside its message stays inside it, as near as
//! possible, and the ends of the message stay exact. A chunk may be empty then.

use std::ops::Range;

use crate::framing::Framing;
use crate::judge::{Expectations, PlayedSide};
use crate::scenario::{Action, Message};
use crate::tactic::{Piece, Script};

/// One side's messages, encoded as they are needed.
pub(super) struct Outgoing<'s> {
    script: &'s Script,
    framing: &'s Framing,
    messages: Vec<&'s Message>,
    encoded: Vec<Vec<u8>>,
}

impl<'s> Outgoing<'s> {
    pub(super) fn new(played: PlayedSide<'s>) -> Self {
        let exchange = played.scenario.exchange().iter();
        let messages = exchange.filter_map(|step| match &step.action {
            Action::Send(message) if step.side == played.side => Some(message),
            _ => None,
        });
        Self {
            script: played.script,
            framing: played.framing,
            messages: messages.collect(),
            encoded: Vec::new(),
        }
    }

    /// The bytes of a chunk. What a message captures is made known to `expectations` when
    /// its first byte is encoded.
    pub(super) fn bytes(
        &mut self,
        pieces: &[Piece<'_>],
        expectations: &mut Expectations<'_>,
    ) -> Vec<u8> {
        let mut bytes = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Stream(range) => {
                    let range = range.start.get()..range.end.get();
                    self.append(range, expectations, &mut bytes);
                }
                Piece::Inserted(inserted) => bytes.extend_from_slice(inserted),
            }
        }
        bytes
    }

    fn append(
        &mut self,
        range: Range<usize>,
        expectations: &mut Expectations<'_>,
        bytes: &mut Vec<u8>,
    ) {
        let script = self.script;
        for (index, span) in script.spans() {
            let span = span.start.get()..span.end.get();
            if span.start >= range.end {
                break;
            }
            if span.end > range.start {
                self.encode_up_to(index, expectations);
                let real = &self.encoded[index];
                let start = real_offset(range.start, &span, real.len());
                let end = real_offset(range.end, &span, real.len());
                bytes.extend_from_slice(&real[start..end]);
            }
        }
    }

    fn encode_up_to(&mut self, index: usize, expectations: &mut Expectations<'_>) {
        while self.encoded.len() <= index {
            let message = self.messages[self.encoded.len()];
            let encoded = message.encode(self.framing, expectations.bindings());
            let example = &self.script.messages[self.encoded.len()].bytes;
            // A captured value may be one that the framing cannot carry.
            self.encoded
                .push(encoded.map_or_else(|_| example.clone(), |encoded| encoded.bytes));
            expectations.note_sent(message);
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
