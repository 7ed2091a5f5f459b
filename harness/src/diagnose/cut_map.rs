//! What a cut at each offset of a stream goes through: that decides what a failure
//! may mean.

use std::collections::BTreeSet;

use memchr::memmem;

use crate::framing::{Region, RegionKind, RegionRole};
use crate::tactic::{Offset, OutMessage, Script};

/// What a cut goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CutLocation {
    /// Nothing: a message ends there, or the stream begins.
    Edge,
    /// A header: the part before the cut does not give the length.
    Header,
    /// A payload, or the border between it and its header or delimiter. The part
    /// before the cut ends in whole characters.
    Payload,
    /// A character of several bytes.
    Character,
    /// A delimiter of several bytes, or a line ending (`\r\n`) in a header or in bytes
    /// that no framing encodes.
    Delimiter,
    /// The border behind a delimiter inside a message.
    AfterDelimiter,
}

/// The locations of one script.
#[derive(Clone, Debug)]
pub(super) struct CutMap {
    end: Offset,
    edges: BTreeSet<Offset>,
    characters: BTreeSet<Offset>,
    line_endings: BTreeSet<Offset>,
    /// The end of each region, ascending.
    regions: Vec<(Offset, RegionKind)>,
}

impl CutMap {
    pub(super) fn of(script: &Script) -> Self {
        let mut regions = Vec::new();
        let mut line_endings = BTreeSet::new();
        for (index, span) in script.spans() {
            let inside = inside_line_endings(&script.messages[index]);
            line_endings.extend(inside.map(|at| Offset::new(span.start.get() + at)));
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
            line_endings,
            regions,
        }
    }

    pub(super) fn has_headers(&self) -> bool {
        let header = |(_, kind): &(Offset, RegionKind)| kind.role() == RegionRole::Header;
        self.regions.iter().any(header)
    }

    pub(super) fn end(&self) -> Offset {
        self.end
    }

    pub(super) fn first_message_end(&self) -> Offset {
        let mut after_start = self.edges.iter().skip(1);
        after_start.next().copied().unwrap_or(self.end)
    }

    pub(super) fn location(&self, at: Offset) -> CutLocation {
        if self.edges.contains(&at) || at > self.end {
            return CutLocation::Edge;
        }
        let index = self.regions.partition_point(|(end, _)| *end <= at);
        let kind = |index: usize| self.regions[index].1;
        let touches = index > 0 && self.regions[index - 1].0 == at;
        let before = if touches {
            kind(index - 1)
        } else {
            kind(index)
        };
        match (before.role(), kind(index).role()) {
            _ if self.characters.contains(&at) => CutLocation::Character,
            _ if self.line_endings.contains(&at) => CutLocation::Delimiter,
            (RegionRole::Header, RegionRole::Header | RegionRole::Delimiter) => CutLocation::Header,
            (RegionRole::Delimiter, RegionRole::Delimiter) => CutLocation::Delimiter,
            // Between two lines of one header.
            (RegionRole::Delimiter, _) if continues_header(kind(index)) => CutLocation::Header,
            (RegionRole::Delimiter, _) => CutLocation::AfterDelimiter,
            _ => CutLocation::Payload,
        }
    }
}

/// Whether a region of this kind is always behind another part of the same header.
fn continues_header(kind: RegionKind) -> bool {
    matches!(kind, RegionKind::FieldName | RegionKind::Trailer)
}

/// The endings of lines in the text protocols; an empty line ends a header there.
const LINE_ENDINGS: [&[u8]; 2] = [b"\r\n", b"\r\n\r\n"];

/// The offsets in a message that divide a line ending. Where the framing has its own
/// delimiters, or gives the length of a payload, the payload is opaque.
fn inside_line_endings(message: &OutMessage) -> impl Iterator<Item = usize> {
    let kind = |region: &Region| region.kind;
    let is_opaque = message
        .regions
        .iter()
        .any(|region| kind(region) != RegionKind::Payload);
    let searched = message
        .regions
        .iter()
        .filter(move |region| match region.kind.role() {
            RegionRole::Header => true,
            RegionRole::Payload => !is_opaque,
            RegionRole::Delimiter => false,
        });
    searched.flat_map(|region| {
        let bytes = &message.bytes[region.range.clone()];
        LINE_ENDINGS.into_iter().flat_map(move |ending| {
            let found = memmem::find_iter(bytes, ending);
            found.flat_map(move |at| {
                let start = region.range.start + at;
                start + 1..start + ending.len()
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn map(script: &Script) -> String {
        let cut_map = CutMap::of(script);
        let letter = |at| match cut_map.location(Offset::new(at)) {
            CutLocation::Edge => '|',
            CutLocation::Header => 'h',
            CutLocation::Payload => 'p',
            CutLocation::Character => 'c',
            CutLocation::Delimiter => 'd',
            CutLocation::AfterDelimiter => 'j',
        };
        (0..=script.len()).map(letter).collect()
    }

    #[test]
    fn every_offset_has_one_location() {
        assert_eq!(map(&sample::with_header(&["abc", "é"])), "|hhppp|hhpc|");
        assert_eq!(map(&sample::lines("\n", &["ab", "é"])), "|pp|cp|");
        assert_eq!(map(&sample::lines("\r\n", &["ab"])), "|ppd|");
        assert_eq!(map(&Script::default()), "|");
    }

    #[test]
    fn the_lines_of_an_http_head_are_one_header() {
        let get = "GET / HTTP/1.0\r\na:b\r\n\r\n";
        assert_eq!(map(&sample::http(&[get])), "|hhhhhhhhhhhhhhdhhhhddd|");
        let chunked = "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n";
        let body = "2\r\nab\r\n0\r\nT:\r\n\r\n";
        let map = map(&sample::http(&[&[chunked, body].concat()]));
        assert_eq!(map[chunked.len()..], *"jhdjppdjhdhhhddd|");
    }

    #[test]
    fn line_endings_are_found_in_bytes_that_no_framing_encodes() {
        assert_eq!(
            map(&sample::raw(&["GET\r\na: b\r\n\r\nxy"])),
            "|pppdpppppdddpp|"
        );
        assert_eq!(map(&sample::lines("\n", &["a\r\nb"])), "|pppp|");
    }
}
