//! Where the parts of a whole message are, and its regions.

use std::ops::Range;

use memchr::memchr;

use super::super::{Encoded, RegionKind};
use super::AnsweredRequest;
use super::chunk::ChunkLine;
use super::framing_fields::{BodyFraming, FramingFields};
use super::head::{self, FieldLine, Start, StartLine};

/// The parts of a message that a reader has accepted, as offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// Without its line end, as all lines.
    pub(super) start_line: Range<usize>,
    pub(super) fields: Vec<FieldLine>,
    /// The length of the head, with the blank line.
    pub(super) head: usize,
    pub(super) body: BodyParts,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BodyParts {
    /// All bytes behind the head.
    Rest(BodyFraming),
    Chunks {
        /// The last one is empty.
        chunks: Vec<ChunkParts>,
        trailers: Vec<FieldLine>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChunkParts {
    /// The digits of its size.
    pub(super) size: Range<usize>,
    /// The digits and the extensions.
    pub(super) line: Range<usize>,
    pub(super) data: Range<usize>,
}

const VALID: &str = "the message was accepted by a reader";

impl Parts {
    /// The parts of a valid message.
    pub(super) fn of(message: &[u8]) -> Self {
        let mut lines = Lines { message, at: 0 };
        let start_line = lines.next_line();
        let fields = lines.fields();
        let head = lines.at;
        let start = head::start_line(&message[start_line.clone()]).expect(VALID);
        Self {
            body: body(message, start, &fields, head),
            start_line,
            fields,
            head,
        }
    }

    pub(super) fn framing(&self) -> BodyFraming {
        match self.body {
            BodyParts::Rest(framing) => framing,
            BodyParts::Chunks { .. } => BodyFraming::Chunked,
        }
    }

    /// The message with its regions. The end of the last line of a head, of the last chunk or
    /// of the trailers is one delimiter with the empty line behind it.
    pub(super) fn with_regions(&self, message: &[u8]) -> Encoded {
        let mut regions = Regions {
            message,
            encoded: Encoded::default(),
        };
        regions.push_to(RegionKind::StartLine, self.start_line.end);
        for field in &self.fields {
            regions.push_to(RegionKind::Delimiter, field.name.start);
            regions.push_to(RegionKind::FieldName, field.value.start);
            regions.push_to(RegionKind::FieldValue, field.line_end(message));
        }
        regions.push_to(RegionKind::Delimiter, self.head);
        if let BodyParts::Chunks { chunks, trailers } = &self.body {
            for chunk in chunks {
                regions.push_to(RegionKind::Delimiter, chunk.line.start);
                regions.push_to(RegionKind::ChunkSize, chunk.line.end);
                if !chunk.data.is_empty() {
                    regions.push_to(RegionKind::Delimiter, chunk.data.start);
                    regions.push_to(RegionKind::Payload, chunk.data.end);
                }
            }
            for trailer in trailers {
                regions.push_to(RegionKind::Delimiter, trailer.name.start);
                regions.push_to(RegionKind::Trailer, trailer.line_end(message));
            }
            regions.push_to(RegionKind::Delimiter, message.len());
        }
        regions.push_to(RegionKind::Payload, message.len());
        regions.encoded
    }
}

/// How the body of a valid message is framed. An answer to HEAD may declare a body, and has
/// none.
fn body(message: &[u8], start: StartLine<'_>, fields: &[FieldLine], head: usize) -> BodyParts {
    let mut framing = FramingFields::default();
    for field in fields {
        let value = &message[field.value.clone()];
        let name = &message[field.name.clone()];
        framing.take(name, (value, 0), 0).expect(VALID);
    }
    let declared = framing.declared();
    let is_empty = head == message.len();
    let framing = framing.body(Start::from(start), AnsweredRequest::Other, head);
    match framing.expect(VALID) {
        BodyFraming::Chunked if is_empty => BodyParts::Rest(BodyFraming::None),
        BodyFraming::Length if is_empty && declared > 0 => BodyParts::Rest(BodyFraming::None),
        BodyFraming::Chunked => chunks(message, head),
        other => BodyParts::Rest(other),
    }
}

fn chunks(message: &[u8], at: usize) -> BodyParts {
    let mut lines = Lines { message, at };
    let mut chunks = Vec::new();
    loop {
        let line = lines.next_line();
        let parsed = ChunkLine::parse(&message[line.clone()], line.start, usize::MAX);
        let parsed = parsed.expect(VALID);
        let size = usize::try_from(parsed.size).expect(VALID);
        let data = lines.at..lines.at + size;
        chunks.push(ChunkParts {
            size: line.start..line.start + parsed.digits,
            line,
            data: data.clone(),
        });
        if size == 0 {
            let trailers = lines.fields();
            return BodyParts::Chunks { chunks, trailers };
        }
        lines.at = data.end + "\r\n".len();
    }
}

impl FieldLine {
    /// The end of its line, behind any blanks.
    pub(super) fn line_end(&self, message: &[u8]) -> usize {
        let rest = &message[self.value.end..];
        self.value.end + memchr(b'\r', rest).expect(VALID)
    }
}

/// Takes lines from a valid message.
struct Lines<'m> {
    message: &'m [u8],
    at: usize,
}

impl Lines<'_> {
    fn next_line(&mut self) -> Range<usize> {
        let start = self.at;
        let length = memchr(b'\n', &self.message[start..]).expect(VALID);
        self.at = start + length + 1;
        start..start + length - 1
    }

    /// The fields up to the empty line, which is taken too.
    fn fields(&mut self) -> Vec<FieldLine> {
        let mut fields = Vec::new();
        loop {
            let line = self.next_line();
            if line.is_empty() {
                return fields;
            }
            let start = line.start;
            fields.push(head::field(&self.message[line], start).expect(VALID));
        }
    }
}

/// The regions of a message, from its start to its end.
struct Regions<'m> {
    message: &'m [u8],
    encoded: Encoded,
}

impl Regions<'_> {
    /// Adds the bytes up to this offset.
    fn push_to(&mut self, kind: RegionKind, end: usize) {
        let start = self.encoded.bytes.len();
        self.encoded.push(kind, &self.message[start..end]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regions(message: &str) -> Vec<(RegionKind, String)> {
        let bytes = message.as_bytes();
        let encoded = Parts::of(bytes).with_regions(bytes);
        assert_eq!(encoded.bytes, bytes);
        let regions = encoded.regions.into_iter();
        regions
            .map(|region| (region.kind, message[region.range].to_owned()))
            .collect()
    }

    #[test]
    fn a_message_has_named_regions() {
        let found = regions("POST / HTTP/1.1\r\nHost: x \r\nA:\r\nContent-Length: 5\r\n\r\nhello");
        let expected = [
            (RegionKind::StartLine, "POST / HTTP/1.1"),
            (RegionKind::Delimiter, "\r\n"),
            (RegionKind::FieldName, "Host: "),
            (RegionKind::FieldValue, "x "),
            (RegionKind::Delimiter, "\r\n"),
            (RegionKind::FieldName, "A:"),
            (RegionKind::Delimiter, "\r\n"),
            (RegionKind::FieldName, "Content-Length: "),
            (RegionKind::FieldValue, "5"),
            (RegionKind::Delimiter, "\r\n\r\n"),
            (RegionKind::Payload, "hello"),
        ];
        let expected = expected.map(|(kind, text)| (kind, text.to_owned()));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_body_in_chunks_has_a_region_for_each_part() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let found = regions(&format!("{head}3;a=b\r\nabc\r\n0\r\nT: 1\r\n\r\n"));
        let expected = [
            (RegionKind::Delimiter, "\r\n\r\n"),
            (RegionKind::ChunkSize, "3;a=b"),
            (RegionKind::Delimiter, "\r\n"),
            (RegionKind::Payload, "abc"),
            (RegionKind::Delimiter, "\r\n"),
            (RegionKind::ChunkSize, "0"),
            (RegionKind::Delimiter, "\r\n"),
            (RegionKind::Trailer, "T: 1"),
            (RegionKind::Delimiter, "\r\n\r\n"),
        ];
        let expected = expected.map(|(kind, text)| (kind, text.to_owned()));
        assert_eq!(found[4..], expected);
        let found = regions(&format!("{head}0\r\n\r\n"));
        let last = (RegionKind::Delimiter, "\r\n\r\n".to_owned());
        assert_eq!(found.last(), Some(&last));
    }
}
