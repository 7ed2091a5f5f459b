//! The bytes that one side sends.

use std::ops::Range;

use super::Offset;
use crate::framing::Region;

/// All that one side sends in an exchange, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    pub messages: Vec<OutMessage>,
}

/// An outgoing message of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutMessage {
    /// The encoded message.
    pub bytes: Vec<u8>,
    /// In order, covering all bytes without gaps.
    pub regions: Vec<Region>,
    /// The number of the side's turn, from 0. Between two messages of one turn the other side
    /// does nothing.
    pub turn: usize,
    /// Its place in the exchange, from 0.
    pub step: usize,
    /// The number of its section, from 0: the framing changes between two of them.
    pub section: usize,
    /// `None` for `raw` bytes, which bypass the framing.
    pub payload: Option<Vec<u8>>,
}

impl Script {
    /// The length of the side's stream, in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.messages
            .iter()
            .map(|message| message.bytes.len())
            .sum()
    }

    /// Whether the side sends no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.iter().all(|message| message.bytes.is_empty())
    }

    /// All messages, one after the other.
    #[must_use]
    pub fn stream(&self) -> Vec<u8> {
        let mut stream = Vec::with_capacity(self.len());
        for message in &self.messages {
            stream.extend_from_slice(&message.bytes);
        }
        stream
    }

    /// The index and the range of each message that has bytes.
    pub fn spans(&self) -> impl Iterator<Item = (usize, Range<Offset>)> + Clone + '_ {
        self.messages
            .iter()
            .enumerate()
            .scan(0, |end, (index, message)| {
                let start = *end;
                *end += message.bytes.len();
                Some((index, Offset::new(start)..Offset::new(*end)))
            })
            .filter(|(_, span)| !span.is_empty())
    }

    /// The start of each message except the first. `whole` cuts there.
    pub fn message_edges(&self) -> impl Iterator<Item = Offset> + Clone + '_ {
        self.spans().map(|(_, span)| span.start).skip(1)
    }

    /// Where a region starts or ends, ascending, both ends of the stream included.
    pub fn region_edges(&self) -> impl Iterator<Item = Offset> + Clone + '_ {
        let starts = self.spans().flat_map(|(index, span)| {
            let inner = self.messages[index].inner_edges();
            std::iter::once(span.start).chain(inner.map(move |edge| span.start.plus(edge)))
        });
        starts.chain(std::iter::once(Offset::new(self.len())))
    }

    /// Every offset inside a multi-byte UTF-8 character.
    pub fn inside_characters(&self) -> impl Iterator<Item = Offset> + Clone + '_ {
        self.spans().flat_map(|(index, span)| {
            let inner = self.messages[index].inside_characters();
            inner.map(move |inside| span.start.plus(inside))
        })
    }
}

impl OutMessage {
    /// The edges between its regions, from the start of the message.
    fn inner_edges(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        let len = self.bytes.len();
        let starts = self.regions.iter().map(|region| region.range.start);
        starts.filter(move |&edge| 0 < edge && edge < len)
    }

    /// The offsets inside its multi-byte characters; none in invalid UTF-8.
    fn inside_characters(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        let mut start = 0;
        let valid = self.bytes.utf8_chunks().map(move |chunk| {
            let at = start;
            start += chunk.valid().len() + chunk.invalid().len();
            (at, chunk.valid())
        });
        valid.flat_map(|(at, text)| {
            text.char_indices()
                .flat_map(move |(index, c)| (1..c.len_utf8()).map(move |byte| at + index + byte))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn numbers(offsets: impl Iterator<Item = Offset>) -> Vec<usize> {
        offsets.map(Offset::get).collect()
    }

    #[test]
    fn edges_are_counted_in_the_whole_stream() {
        let script = sample::script(&[("2", "ab", 0), ("3", "cde", 0), ("1", "f", 1)]);
        assert_eq!(script.stream(), b"2ab3cde1f");
        assert_eq!(numbers(script.message_edges()), [3, 7]);
        assert_eq!(numbers(script.region_edges()), [0, 1, 3, 4, 7, 8, 9]);
    }

    #[test]
    fn a_message_without_bytes_has_no_edge() {
        let script = sample::script(&[("", "ab", 0), ("", "", 0), ("", "c", 0)]);
        assert_eq!(numbers(script.message_edges()), [2]);
        let spans: Vec<_> = script.spans().map(|(index, _)| index).collect();
        assert_eq!(spans, [0, 2]);
    }

    #[test]
    fn characters_are_found_beside_invalid_utf8() {
        let mut script = sample::script(&[("h", "é", 0), ("", "a€", 0)]);
        script.messages[1].bytes.insert(0, 0xff);
        assert_eq!(numbers(script.inside_characters()), [2, 6, 7]);
    }

    #[test]
    fn a_side_that_sends_nothing_has_one_region_edge() {
        let script = Script::default();
        assert!(script.is_empty());
        assert_eq!(numbers(script.region_edges()), [0]);
        assert_eq!(numbers(script.message_edges()), [] as [usize; 0]);
    }
}
