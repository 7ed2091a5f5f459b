//! What wirecheck's side says in one case: the script's bytes, with the values
//! that only the case knows in their places.
//!
//! Deliveries speak of offsets in the script, which was made with example values.
//! Where a real value has another length, a place inside its message stays inside it,
//! as near as may be, and the message's ends are kept exactly. Chunks may be empty then.

use std::ops::Range;

use crate::framing::Framing;
use crate::judge::Expectations;
use crate::scenario::{Action, Message, Scenario, Side};
use crate::tactic::{Delivery, Script};

/// One side's messages, encoded as they are needed.
pub(super) struct Voice<'s> {
    script: &'s Script,
    framing: &'s Framing,
    messages: Vec<&'s Message>,
    encoded: Vec<Vec<u8>>,
}

impl<'s> Voice<'s> {
    pub(super) fn new(
        scenario: &'s Scenario,
        framing: &'s Framing,
        side: Side,
        script: &'s Script,
    ) -> Self {
        let said = scenario.exchange().iter().filter(|step| step.side == side);
        let messages = said.filter_map(|step| match &step.action {
            Action::Send(message) => Some(message),
            _ => None,
        });
        Self {
            script,
            framing,
            messages: messages.collect(),
            encoded: Vec::new(),
        }
    }

    /// The bytes that stand at `range` of the script's stream. What the messages
    /// capture is made known to `hearing` as they begin.
    pub(super) fn bytes(&mut self, range: Range<usize>, hearing: &mut Expectations<'_>) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(range.len());
        for (index, span) in self.script.spans() {
            let span = span.start.get()..span.end.get();
            if span.start >= range.end {
                break;
            }
            if span.end > range.start {
                self.encode_up_to(index, hearing);
                let real = &self.encoded[index];
                let place = |at: usize| real_place(at, &span, real.len());
                bytes.extend_from_slice(&real[place(range.start)..place(range.end)]);
            }
        }
        bytes
    }

    fn encode_up_to(&mut self, index: usize, hearing: &mut Expectations<'_>) {
        while self.encoded.len() <= index {
            let message = self.messages[self.encoded.len()];
            let encoded = message.encode(self.framing, hearing.bindings());
            let example = &self.script.messages[self.encoded.len()].bytes;
            // A captured value may be one that the framing cannot carry.
            self.encoded
                .push(encoded.map_or_else(|_| example.clone(), |encoded| encoded.bytes));
            hearing.note_sent(message);
        }
    }
}

/// A place of the stream as a place in a message that lies at `span`. What cuts a
/// message does so in any length: a truncated one is never whole.
fn real_place(at: usize, span: &Range<usize>, real_len: usize) -> usize {
    if at >= span.end {
        real_len
    } else {
        at.saturating_sub(span.start)
            .min(real_len.saturating_sub(1))
    }
}

/// The places of a delivery's chunks in the script's stream, and for each the
/// message that it begins, if it begins one.
pub(super) fn chunks(delivery: &Delivery, script: &Script) -> Vec<(Range<usize>, Option<usize>)> {
    let mut openings = delivery.openings(script).peekable();
    let mut end = 0;
    let mut chunks = Vec::with_capacity(delivery.chunk_count());
    for length in delivery.lengths() {
        let start = end;
        end += length;
        let mut opens = None;
        while let Some((message, at)) = openings.next_if(|(_, at)| at.get() < end) {
            if at.get() == start {
                opens = Some(message);
            }
        }
        chunks.push((start..end, opens));
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_inside_a_message_is_inside_it_whatever_its_length() {
        let span = 10..20;
        for real_len in [1, 2, 5, 10, 30] {
            let places: Vec<_> = (10..=20)
                .map(|at| real_place(at, &span, real_len))
                .collect();
            assert_eq!((places[0], places[10]), (0, real_len));
            assert!(places.is_sorted());
            assert!(places[..10].iter().all(|place| *place < real_len));
        }
    }
}
