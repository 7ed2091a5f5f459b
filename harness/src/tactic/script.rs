//! What one side says, as bytes.

use std::ops::Range;

use super::Offset;
use crate::framing::Region;

/// All that one side says in an exchange, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The side's messages.
    pub messages: Vec<OutMessage>,
}

/// One message of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutMessage {
    /// The bytes that go over the wire.
    pub bytes: Vec<u8>,
    /// What each stretch of them is for: in order, touching, covering all.
    pub regions: Vec<Region>,
    /// Which of the side's turns this message belongs to, from 0. Messages of
    /// one turn follow each other with nothing expected from the other side
    /// between them.
    pub turn: usize,
    /// The payload, if the suite's framing made the bytes; none for `raw` ones.
    pub payload: Option<Vec<u8>>,
}

impl Script {
    /// How many bytes the side's whole stream has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.messages
            .iter()
            .map(|message| message.bytes.len())
            .sum()
    }

    /// Whether the side only listens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.iter().all(|message| message.bytes.is_empty())
    }

    /// The side's whole stream: its messages, one after the other.
    #[must_use]
    pub fn stream(&self) -> Vec<u8> {
        let mut stream = Vec::with_capacity(self.len());
        for message in &self.messages {
            stream.extend_from_slice(&message.bytes);
        }
        stream
    }

    /// Each message that has bytes: its index, and where it lies in the stream.
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

    /// Where a message begins, the first excepted: the edges that `whole` keeps.
    pub fn message_edges(&self) -> impl Iterator<Item = Offset> + Clone + '_ {
        self.spans().map(|(_, span)| span.start).skip(1)
    }

    /// Where a region begins or ends, ascending, the stream's two ends included.
    pub fn region_edges(&self) -> impl Iterator<Item = Offset> + Clone + '_ {
        let starts = self.spans().flat_map(|(index, span)| {
            let inner = self.messages[index].inner_edges();
            std::iter::once(span.start).chain(inner.map(move |edge| span.start.plus(edge)))
        });
        starts.chain(std::iter::once(Offset::new(self.len())))
    }

    /// Every offset inside a UTF-8 character of several bytes.
    pub fn inside_characters(&self) -> impl Iterator<Item = Offset> + Clone + '_ {
        self.spans().flat_map(|(index, span)| {
            let inner = self.messages[index].inside_characters();
            inner.map(move |inside| span.start.plus(inside))
        })
    }
}

impl OutMessage {
    /// Where its regions touch, counted from the message's first byte.
    fn inner_edges(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        let len = self.bytes.len();
        let starts = self.regions.iter().map(|region| region.range.start);
        starts.filter(move |&edge| 0 < edge && edge < len)
    }

    /// The offsets inside its characters of several bytes. Bytes that are no
    /// UTF-8 have none.
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
    fn characters_are_found_between_bytes_that_are_none() {
        let mut script = sample::script(&[("h", "é", 0), ("", "a€", 0)]);
        script.messages[1].bytes.insert(0, 0xff);
        assert_eq!(numbers(script.inside_characters()), [2, 6, 7]);
    }

    #[test]
    fn a_side_that_only_listens_has_two_ends_and_nothing_between() {
        let script = Script::default();
        assert!(script.is_empty());
        assert_eq!(numbers(script.region_edges()), [0]);
        assert_eq!(numbers(script.message_edges()), [] as [usize; 0]);
    }
}
