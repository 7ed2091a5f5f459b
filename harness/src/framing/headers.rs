//! A block of header lines with `Content-Length`, a blank line, the body.
//!
//! There must be exactly one Content-Length (a repeated equal one is an error too); other
//! headers are ignored. Names are case-insensitive. The value is digits as in HTTP
//! ("1*DIGIT", RFC 9110, 8.6), so leading zeros are allowed. Lines end with `\r\n`, and
//! there is no other `\r`.

use std::ops::Range;

use memchr::memchr;

use super::codec::{Codec, Machine};
use super::decimal;
use super::http1::is_token;
use super::malformed::MalformedVariants;
use super::message_layout::{MessageLayout, accepted};
use super::want::Want;
use super::{
    DEFAULT_MAX, EncodeError, Encoded, Malformation, MalformedKind, RegionKind, Truncation,
};

/// A block of header lines with `Content-Length`, a blank line, the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headers {
    /// The longest header block, including its blank line.
    pub max_header: usize,
    /// The longest body.
    pub max: usize,
}

impl Default for Headers {
    fn default() -> Self {
        Self {
            max_header: 8192,
            max: DEFAULT_MAX,
        }
    }
}

const NAME: &str = "Content-Length";
const BEFORE_NUMBER: usize = NAME.len() + ": ".len();
const BLANK_LINE: &[u8] = b"\r\n\r\n";

impl Codec for Headers {
    fn encode(&self, payload: &[u8]) -> Result<Encoded, EncodeError> {
        EncodeError::check_max(payload, self.max)?;
        let mut message = Encoded::default();
        let header = format!("{NAME}: {}", payload.len());
        message.push(RegionKind::Header, header.as_bytes());
        message.push(RegionKind::Delimiter, BLANK_LINE);
        let (max, actual) = (self.max_header, message.bytes.len());
        if actual > max {
            return Err(EncodeError::HeaderTooLong { max, actual });
        }
        message.push(RegionKind::Payload, payload);
        Ok(message)
    }

    fn malform(&self, variants: &mut MalformedVariants) {
        let right = variants.valid();
        let end = right.regions[0].range.end;
        let number = right.bytes.len() - end - BLANK_LINE.len();
        decimal::malform(variants, BEFORE_NUMBER..end, number, self.longest_body());
        variants.insert(MalformedKind::Spaces, NAME.len(), " ");
        variants.replace(MalformedKind::Missing, 0..end, "Content-Type: text/plain");
        let another = format!("\r\n{NAME}: {}", number + 1);
        variants.insert(MalformedKind::Duplicate, end, another);
        variants.replace(MalformedKind::WrongTerminator, end..end + 2, "\n");
        let line: &[u8] = b"X-Filler: 0123456789abcdef0123456789abcdef\r\n";
        variants.never_end(end + 2, line, self.max_header);
        // "Content-Length = 1*DIGIT" (RFC 9110, 8.6), and an invalid one is "an
        // unrecoverable error" (RFC 9112, 6.3). Leading zeros are digits.
        variants.forbid(&[MalformedKind::Signed]);
    }

    fn machine(&self) -> Box<dyn Machine> {
        Box::new(HeaderBlock {
            limits: self.clone(),
            line: 0,
            length: None,
            layout: None,
        })
    }
}

impl Headers {
    /// The longest body whose length fits in the header block.
    fn longest_body(&self) -> usize {
        let digits = self
            .max_header
            .saturating_sub(BEFORE_NUMBER + BLANK_LINE.len());
        let digits = u32::try_from(digits).unwrap_or(u32::MAX);
        10_usize
            .saturating_pow(digits)
            .saturating_sub(1)
            .min(self.max)
    }
}

/// The state of one message.
#[derive(Debug)]
struct HeaderBlock {
    limits: Headers,
    /// The offset of the current line.
    line: usize,
    /// The value of Content-Length.
    length: Option<usize>,
    /// Known after the end of the block.
    layout: Option<MessageLayout>,
}

impl HeaderBlock {
    fn next(&mut self, so_far: &[u8]) -> Result<Want, Malformation> {
        if let Some(layout) = self.layout {
            return Ok(layout.want(so_far));
        }
        if so_far.len() > self.line {
            match self.take_line(so_far)? {
                [] => return self.end(so_far),
                line => self.header(line)?,
            }
            self.line = so_far.len();
        }
        match self.header_bound() - so_far.len() {
            0 => Err(self.too_long()),
            left => Ok(Want::through(b'\n', left)),
        }
    }

    /// The line that has just ended, without its ending.
    fn take_line<'a>(&self, so_far: &'a [u8]) -> Result<&'a [u8], Malformation> {
        let line = so_far[self.line..].strip_suffix(b"\n");
        let line = line.ok_or_else(|| self.too_long())?;
        let at = self.line + line.len();
        let line = line.strip_suffix(b"\r");
        let line = line.ok_or(Malformation::BareNewline { at })?;
        match memchr(b'\r', line) {
            Some(index) => Err(Malformation::BareReturn {
                at: self.line + index,
            }),
            None => Ok(line),
        }
    }

    fn header(&mut self, line: &[u8]) -> Result<(), Malformation> {
        let at = self.line;
        let colon = memchr(b':', line).ok_or(Malformation::NotAHeader { at })?;
        let name = &line[..colon];
        if !is_token(name) {
            return Err(Malformation::NotAHeader { at });
        }
        if !name.eq_ignore_ascii_case(NAME.as_bytes()) {
            return Ok(());
        }
        if self.length.is_some() {
            return Err(Malformation::DuplicateLength { at });
        }
        let value = &line[colon + 1..];
        let blanks = value.len() - trim_start(value).len();
        let declared = decimal::number(trim(value), at + colon + 1 + blanks)?;
        self.length = Some(accepted(declared, self.limits.max)?);
        Ok(())
    }

    fn end(&mut self, so_far: &[u8]) -> Result<Want, Malformation> {
        let at = so_far.len();
        let length = self.length.ok_or(Malformation::MissingLength { at })?;
        let layout = MessageLayout::new(at, length);
        self.layout = Some(layout);
        Ok(layout.want(so_far))
    }

    fn header_bound(&self) -> usize {
        self.limits.max_header.max(1)
    }

    fn too_long(&self) -> Malformation {
        Malformation::HeaderTooLong {
            max: self.limits.max_header,
        }
    }
}

impl Machine for HeaderBlock {
    fn want(&mut self, so_far: &[u8]) -> Want {
        self.next(so_far).into()
    }

    fn ended(&self, so_far: &[u8]) -> Result<Range<usize>, Truncation> {
        let have = so_far.len();
        let in_header = Truncation::OpenHeader { have };
        Err(self
            .layout
            .map_or(in_header, |layout| layout.truncation(so_far)))
    }

    fn longest(&self) -> usize {
        self.header_bound().saturating_add(self.limits.max)
    }

    fn reset(&mut self) {
        self.line = 0;
        self.length = None;
        self.layout = None;
    }
}

/// Removes spaces and tabs on both sides.
fn trim(value: &[u8]) -> &[u8] {
    let value = trim_start(value);
    let end = value.iter().rposition(|byte| !is_blank(byte));
    &value[..end.map_or(0, |last| last + 1)]
}

fn trim_start(value: &[u8]) -> &[u8] {
    let start = value.iter().position(|byte| !is_blank(byte));
    &value[start.unwrap_or(value.len())..]
}

fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::{Decoded, Framing};

    fn read(stream: &[u8]) -> Result<Vec<u8>, Option<Malformation>> {
        let mut decoder = Framing::Headers(Headers::default()).decoder();
        let mut rest = stream;
        match decoder.decode(&mut rest) {
            Decoded::Message(body) => Ok(body.to_vec()),
            Decoded::Malformed(why) => Err(Some(why)),
            Decoded::NeedMore => Err(None),
        }
    }

    fn refused(why: Malformation) -> Result<Vec<u8>, Option<Malformation>> {
        Err(Some(why))
    }

    #[test]
    fn the_length_is_found_among_other_headers_in_any_case() {
        let stream = b"Host: x\r\ncontent-LENGTH:\t05 \r\nAccept:\r\n\r\nhello";
        assert_eq!(read(stream), Ok(b"hello".to_vec()));
    }

    #[test]
    fn exactly_one_length_is_required() {
        let missing = Malformation::MissingLength { at: 11 };
        assert_eq!(read(b"Host: x\r\n\r\n"), refused(missing));
        let twice = b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na";
        let duplicate = Malformation::DuplicateLength { at: 19 };
        assert_eq!(read(twice), refused(duplicate));
    }

    #[test]
    fn lines_that_are_not_headers_are_rejected() {
        let not_a_header = refused(Malformation::NotAHeader { at: 0 });
        for line in [
            "hello\r\n",
            ": 5\r\n",
            "Content-Length : 5\r\n",
            " a: b\r\n",
        ] {
            assert_eq!(read(line.as_bytes()), not_a_header, "{line:?}");
        }
        let bare = refused(Malformation::BareNewline { at: 4 });
        assert_eq!(read(b"a: b\n"), bare);
        let bare = refused(Malformation::BareReturn { at: 3 });
        assert_eq!(read(b"a: \rb\r\n"), bare);
    }

    #[test]
    fn a_value_that_is_not_a_number_is_rejected_at_its_offset() {
        let why = Malformation::NotADigit { at: 17, byte: b'x' };
        assert_eq!(read(b"Content-Length: 5x\r\n\r\n"), refused(why));
        let why = Malformation::NoDigits { at: 16 };
        assert_eq!(read(b"Content-Length: \r\n\r\n"), refused(why));
    }

    #[test]
    fn a_block_without_an_end_is_rejected_at_its_limit() {
        let limits = Headers {
            max_header: 16,
            max: 10,
        };
        let mut decoder = Framing::Headers(limits).decoder();
        let stream = b"a: b\r\n".repeat(3);
        let mut rest = &stream[..];
        let why = Malformation::HeaderTooLong { max: 16 };
        assert_eq!(decoder.decode(&mut rest), Decoded::Malformed(why));
        assert_eq!(stream.len() - rest.len(), 16);
    }
}
