//! Malformed variants of a message.
//!
//! Each is one edit of a valid message. Which there are depends on what the message has: a
//! request without a body gets a length that is wrong, and one in chunks gets wrong sizes.

use std::ops::Range;

use super::super::malformed::{LARGE, MOST_FILLER, MalformedVariants};
use super::super::{MalformedKind, RepeatedBytes, decimal};
use super::Http1;
use super::framing_fields::BodyFraming;
use super::head::{self, FieldLine, Sender, Start};
use super::parts::{BodyParts, ChunkParts, Parts};
use super::rules::{self, SizeField, Subject};

const VERSION_LENGTH: usize = "HTTP/1.1".len();
const CHUNKED: &str = "chunked";

/// Adds the malformed variants of a message.
pub(super) fn malform(http: &Http1, variants: &mut MalformedVariants) {
    let message = variants.valid().bytes.clone();
    let parts = Parts::of(&message);
    let start = head::start_line(&message[parts.start_line.clone()]);
    let start = Start::from(start.expect("the message is valid"));
    let malforming = Malforming {
        http,
        message: &message,
        parts: &parts,
        start,
    };
    malforming.lines(variants);
    malforming.limits(variants);
    malforming.versions(variants);
    malforming.hosts(variants);
    let size = match &parts.body {
        BodyParts::Chunks { chunks, .. } => {
            malforming.chunk_sizes(variants, &chunks[0]);
            malforming.codings(variants);
            if start.sender != Sender::Client {
                // No rule says what a client does with it.
                variants.leave_out(&[MalformedKind::UnknownCoding]);
            }
            SizeField::Chunk
        }
        BodyParts::Rest(BodyFraming::Length) => {
            malforming.length(variants);
            SizeField::Length
        }
        BodyParts::Rest(_) if start.sender == Sender::Client => {
            malforming.length_without_a_body(variants);
            malforming.codings_without_a_body(variants);
            SizeField::Nowhere
        }
        BodyParts::Rest(_) => SizeField::Nowhere,
    };
    let sender = start.sender;
    variants.cite(|kind| rules::rule(kind, Subject { sender, size }));
}

/// A valid message and its parts.
struct Malforming<'m> {
    http: &'m Http1,
    message: &'m [u8],
    parts: &'m Parts,
    start: Start,
}

impl Malforming<'_> {
    /// Where another field can be inserted: before the empty line.
    fn end_of_fields(&self) -> usize {
        self.parts.head - 2
    }

    fn empty_line(&self) -> Range<usize> {
        self.end_of_fields()..self.parts.head
    }

    fn field(&self, name: &str) -> Option<&FieldLine> {
        let is_named =
            |it: &&FieldLine| self.message[it.name.clone()].eq_ignore_ascii_case(name.as_bytes());
        self.parts.fields.iter().rfind(is_named)
    }

    /// Lines and fields that are malformed with any content.
    fn lines(&self, variants: &mut MalformedVariants) {
        let at = self.end_of_fields();
        let line_end = self.parts.start_line.end;
        variants.replace(MalformedKind::BareNewline, line_end..line_end + 2, "\n");
        variants.insert(MalformedKind::BareReturn, at, "X-Check: 1\r2\r\n");
        variants.insert(MalformedKind::SpaceBeforeColon, at, "X-Check : 1\r\n");
        variants.insert(MalformedKind::FoldedLine, at, "X-Check: 1\r\n 2\r\n");
        variants.insert(MalformedKind::Nul, at, "X-Check: 1\0\r\n");
    }

    /// More than the limits allow.
    fn limits(&self, variants: &mut MalformedVariants) {
        let at = self.end_of_fields();
        let Http1 {
            max_header,
            max_fields,
            ..
        } = *self.http;
        if max_header <= MOST_FILLER {
            let field = format!("X-Check: {}\r\n", "x".repeat(max_header));
            variants.insert(MalformedKind::LargeField, at, field);
        }
        let line: &[u8] = b"X-Check: 1\r\n";
        let more = max_fields.saturating_sub(self.parts.fields.len());
        let more = more.saturating_add(1);
        if more.saturating_mul(line.len()) <= MOST_FILLER {
            let lines = RepeatedBytes::new(line, more);
            variants.insert(MalformedKind::ManyFields, at, lines);
        }
        let line: &[u8] = b"X-Check: 0123456789abcdef0123456789abcdef\r\n";
        variants.never_end(at, line, max_header);
    }

    fn versions(&self, variants: &mut MalformedVariants) {
        let Range { start, end } = self.parts.start_line;
        let version = match self.start.sender {
            Sender::Client => end - VERSION_LENGTH..end,
            Sender::Server { .. } => start..start + VERSION_LENGTH,
        };
        variants.insert(MalformedKind::MalformedVersion, version.end, "x");
        if self.start.sender == Sender::Client {
            variants.replace(MalformedKind::UnknownVersion, version, "HTTP/9.9");
        }
    }

    fn hosts(&self, variants: &mut MalformedVariants) {
        let host = self.field("Host");
        let host = host.filter(|_| self.start.sender == Sender::Client);
        let Some(host) = host else { return };
        let end = host.line_end(self.message) + 2;
        variants.insert(
            MalformedKind::DuplicateHost,
            end,
            "Host: wirecheck.test\r\n",
        );
        if !self.start.is_http_1_0 {
            variants.replace(MalformedKind::MissingHost, host.name.start..end, "");
        }
    }

    fn length(&self, variants: &mut MalformedVariants) {
        let field = self.field("Content-Length");
        let value = field.expect("it shows the end of the body").value.clone();
        let number = self.message.len() - self.parts.head;
        decimal::malform(variants, value.clone(), number, self.http.max);
        // "Content-Length = 1*DIGIT" (RFC 9110, 8.6).
        variants.leave_out(&[MalformedKind::LeadingZeros]);
        let inside = format!("0 {number}");
        variants.replace(MalformedKind::Spaces, value.clone(), inside);
        let overflow = (number as u128 + (1 << 64)).to_string();
        variants.replace(MalformedKind::Overflow, value.clone(), overflow);
        let another = format!("\r\nContent-Length: {}", number + 1);
        variants.insert(MalformedKind::Duplicate, value.end, another);
        let coding = "\r\nTransfer-Encoding: chunked";
        variants.insert(MalformedKind::LengthAndChunked, value.end, coding);
    }

    /// Only lengths that are not valid: a server may answer without waiting for the body.
    fn length_without_a_body(&self, variants: &mut MalformedVariants) {
        let at = self.end_of_fields();
        let other = [
            (MalformedKind::Spaces, "0 0"),
            (MalformedKind::Empty, ""),
            (MalformedKind::Duplicate, "0\r\nContent-Length: 1"),
        ];
        let other = other.map(|(kind, text)| (kind, text.to_owned()));
        for (kind, value) in decimal::lookalikes(0, 0).into_iter().chain(other) {
            variants.insert(kind, at, format!("Content-Length: {value}\r\n"));
        }
    }

    fn chunk_sizes(&self, variants: &mut MalformedVariants, first: &ChunkParts) {
        let size = first.data.len();
        for (kind, text) in [
            (MalformedKind::Negative, format!("-{:x}", size.max(2))),
            (MalformedKind::Signed, format!("+{size:x}")),
            (MalformedKind::Underscored, format!("0_{size:x}")),
            (MalformedKind::NonAsciiDigits, format!("٠{size:x}")),
            (MalformedKind::Hex, format!("0x{size:x}")),
            (MalformedKind::Spaces, format!(" {size:x}")),
            (MalformedKind::Empty, String::new()),
            (MalformedKind::Overflow, format!("1{size:016x}")),
        ] {
            variants.replace(kind, first.size.clone(), text);
        }
        if LARGE > self.http.max as u64 {
            let large = format!("{LARGE:x}");
            variants.replace(MalformedKind::TooLarge, first.size.clone(), large);
        }
        if size > 0 {
            let end = first.data.end;
            let [longer, shorter] = [size + 1, size - 1].map(|size| format!("{size:x}"));
            variants.replace(MalformedKind::Longer, first.size.clone(), longer);
            variants.replace(MalformedKind::Shorter, first.size.clone(), shorter);
            variants.replace(MalformedKind::WrongTerminator, end..end + 2, "xx");
        }
    }

    fn codings(&self, variants: &mut MalformedVariants) {
        let field = self.field("Transfer-Encoding");
        let value = field.expect("it shows the end of the body").value.clone();
        for (kind, before, after) in codings() {
            let codings = &self.message[value.clone()];
            let codings = [before.as_bytes(), codings, after.as_bytes()].concat();
            variants.replace(kind, value.clone(), codings);
        }
        let body = match &self.parts.body {
            BodyParts::Chunks { chunks, .. } => chunks.iter().map(|it| it.data.len()).sum(),
            BodyParts::Rest(_) => 0,
        };
        let length = format!("\r\nContent-Length: {body}");
        variants.insert(MalformedKind::LengthAndChunked, value.end, length);
    }

    /// The same with a body of no bytes. HTTP/1.0 knows no codings.
    fn codings_without_a_body(&self, variants: &mut MalformedVariants) {
        if self.start.is_http_1_0 {
            return;
        }
        let body = "\r\n\r\n0\r\n\r\n";
        for (kind, before, after) in codings() {
            let field = format!("Transfer-Encoding: {before}{CHUNKED}{after}{body}");
            variants.replace(kind, self.empty_line(), field);
        }
        let both = format!("Content-Length: 0\r\nTransfer-Encoding: {CHUNKED}{body}");
        variants.replace(MalformedKind::LengthAndChunked, self.empty_line(), both);
    }
}

/// What comes before and behind `chunked`.
fn codings() -> [(MalformedKind, &'static str, &'static str); 3] {
    [
        (MalformedKind::UnknownCoding, "wirecheck, ", ""),
        (MalformedKind::ChunkedTwice, "", ", chunked"),
        (MalformedKind::ChunkedNotLast, "", ", gzip"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::{Framing, Response};

    const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    const LENGTH: &str = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
    const CHUNKS: &str = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\
                          5\r\nhello\r\n0\r\n\r\n";
    const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    /// The malformed message of a kind, without its start line, and what a reader may do.
    fn malformed(message: &str, kind: MalformedKind) -> Option<(String, Response)> {
        let family = Framing::Http1(Http1::default()).malformed(message.as_bytes());
        let member = family.into_iter().find(|it| it.kind == kind)?;
        let bytes = member.edit.apply(message.as_bytes());
        let text = String::from_utf8(bytes).expect("it is text");
        let (_, text) = text.split_once("\r\n")?;
        Some((text.to_owned(), member.response))
    }

    #[test]
    fn every_kind_cites_its_rule() {
        for message in [GET, LENGTH, CHUNKS, ANSWER] {
            let family = Framing::Http1(Http1::default()).malformed(message.as_bytes());
            assert!(family.len() > 10, "{message}");
            for member in family {
                let rule = member.rule.expect("the family is cited");
                assert!(rule.starts_with("RFC 91"), "{} {rule}", member.kind);
            }
        }
    }

    #[test]
    fn a_length_is_changed_or_inserted() {
        let hex = |message| malformed(message, MalformedKind::Hex).map(|(text, _)| text);
        let expected = "Host: x\r\nContent-Length: 0x5\r\n\r\nhello";
        assert_eq!(hex(LENGTH).as_deref(), Some(expected));
        let expected = "Host: x\r\nContent-Length: 0x0\r\n\r\n";
        assert_eq!(hex(GET).as_deref(), Some(expected));
        let expected = "Host: x\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n";
        assert_eq!(hex(CHUNKS).as_deref(), Some(expected));
        assert_eq!(malformed(GET, MalformedKind::TooLarge), None);
    }

    #[test]
    fn both_framings_may_be_read_only_as_chunks() {
        let response = |message| {
            let malformed = malformed(message, MalformedKind::LengthAndChunked);
            malformed.map(|(_, response)| response)
        };
        assert_eq!(response(LENGTH), Some(Response::Refuse));
        assert_eq!(response(CHUNKS), Some(Response::RefuseOrRead));
        assert_eq!(response(GET), Some(Response::RefuseOrRead));
    }

    #[test]
    fn an_answer_has_no_host_and_looser_rules() {
        assert_eq!(malformed(ANSWER, MalformedKind::MissingHost), None);
        let response = |message| {
            let malformed = malformed(message, MalformedKind::SpaceBeforeColon);
            malformed.map(|(_, response)| response)
        };
        assert_eq!(response(GET), Some(Response::Refuse));
        assert_eq!(response(ANSWER), Some(Response::RefuseOrRead));
        let (without, _) = malformed(GET, MalformedKind::MissingHost).expect("it has a Host");
        assert_eq!(without, "\r\n");
    }
}
