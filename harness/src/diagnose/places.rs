//! What lies where in a stream: the place of a cut decides what it may mean.

use std::collections::BTreeSet;

use crate::framing::RegionKind;
use crate::tactic::{Offset, Script};

/// What a cut at some offset goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Nothing: a message ends there, or the stream begins.
    Edge,
    /// A header; what comes first says too little of the length.
    Header,
    /// A payload, or what lies between it and its header or its delimiter; what
    /// comes first is too little of the message, and ends in whole characters.
    Payload,
    /// A character of several bytes.
    Character,
    /// A delimiter of several bytes.
    Delimiter,
    /// Two parts of a message, of which the first ends in a delimiter.
    Joint,
}

/// The places of one script.
#[derive(Clone, Debug)]
pub(super) struct Places {
    end: Offset,
    edges: BTreeSet<Offset>,
    characters: BTreeSet<Offset>,
    /// Where each region ends, with what it is.
    regions: Vec<(Offset, RegionKind)>,
}

impl Places {
    pub(super) fn of(script: &Script) -> Self {
        let mut regions = Vec::new();
        for (index, span) in script.spans() {
            let of_message = script.messages[index].regions.iter();
            regions.extend(of_message.map(|region| {
                let end = Offset::new(span.start.get() + region.range.end);
                (end, region.kind)
            }));
        }
        let end = Offset::new(script.len());
        Self {
            end,
            edges: script.message_edges().chain([Offset::START, end]).collect(),
            characters: script.inside_characters().collect(),
            regions,
        }
    }

    /// Whether lengths stand before the messages.
    pub(super) fn have_headers(&self) -> bool {
        let header = |(_, kind): &(Offset, RegionKind)| *kind == RegionKind::Header;
        self.regions.iter().any(header)
    }

    pub(super) fn end(&self) -> Offset {
        self.end
    }

    /// Where the first message ends.
    pub(super) fn first_end(&self) -> Offset {
        let mut after_start = self.edges.iter().skip(1);
        after_start.next().copied().unwrap_or(self.end)
    }

    pub(super) fn of_offset(&self, at: Offset) -> Place {
        if self.edges.contains(&at) || at > self.end {
            return Place::Edge;
        }
        let index = self.regions.partition_point(|(end, _)| *end <= at);
        let kind = |index: usize| self.regions[index].1;
        let touches = index > 0 && self.regions[index - 1].0 == at;
        let before = if touches {
            kind(index - 1)
        } else {
            kind(index)
        };
        match (before, kind(index)) {
            _ if self.characters.contains(&at) => Place::Character,
            (RegionKind::Header, RegionKind::Header | RegionKind::Delimiter) => Place::Header,
            (RegionKind::Delimiter, RegionKind::Delimiter) => Place::Delimiter,
            (RegionKind::Delimiter, _) => Place::Joint,
            _ => Place::Payload,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn map(script: &Script) -> String {
        let places = Places::of(script);
        let letter = |at| match places.of_offset(Offset::new(at)) {
            Place::Edge => '|',
            Place::Header => 'h',
            Place::Payload => 'p',
            Place::Character => 'c',
            Place::Delimiter => 'd',
            Place::Joint => 'j',
        };
        (0..=script.len()).map(letter).collect()
    }

    #[test]
    fn every_offset_has_one_place() {
        assert_eq!(map(&sample::with_header(&["abc", "é"])), "|hhppp|hhpc|");
        assert_eq!(map(&sample::lines("\n", &["ab", "é"])), "|pp|cp|");
        assert_eq!(map(&sample::lines("\r\n", &["ab"])), "|ppd|");
        assert_eq!(map(&Script::default()), "|");
    }
}
