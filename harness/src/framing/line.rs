//! Text lines.

use std::ops::Range;

use memchr::{memchr, memmem};

use super::codec::{Codec, Machine};
use super::malformed::MalformedVariants;
use super::want::{Want, Whole};
use super::{
    DEFAULT_MAX, EncodeError, Encoded, Malformation, MalformedKind, RegionKind, Truncation,
};

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnding {
    /// `\n`
    Lf,
    /// `\r\n`; a lone `\n` is part of the line.
    CrLf,
    /// Written as `\n`; read as `\n` or `\r\n`.
    Either,
}

/// Which ASCII white space of a line is not part of its text: space, tab, line feed, form
/// feed, carriage return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strip {
    /// The line is not changed.
    Nothing,
    /// The white space after the text.
    End,
    /// The white space on both sides.
    Both,
}

/// What a line without text means, after stripping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blank {
    /// It is a message like any other.
    Message,
    /// It is ignored.
    Skipped,
}

/// Text lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How a line ends.
    pub ending: LineEnding,
    pub strip: Strip,
    pub blank: Blank,
    /// The longest line, without its ending.
    pub max: usize,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            ending: LineEnding::Lf,
            strip: Strip::Nothing,
            blank: Blank::Message,
            max: DEFAULT_MAX,
        }
    }
}

impl LineEnding {
    fn written(self) -> &'static [u8] {
        match self {
            Self::Lf | Self::Either => b"\n",
            Self::CrLf => b"\r\n",
        }
    }

    fn shown(self) -> &'static str {
        match self {
            Self::Lf | Self::Either => "\\n",
            Self::CrLf => "\\r\\n",
        }
    }

    fn find(self, text: &[u8]) -> Option<usize> {
        match self {
            Self::Lf | Self::Either => memchr(b'\n', text),
            Self::CrLf => memmem::find(text, b"\r\n"),
        }
    }

    /// The line's bytes without its ending, if it has ended.
    fn cut(self, line: &[u8]) -> Option<&[u8]> {
        match self {
            Self::Lf => line.strip_suffix(b"\n"),
            Self::CrLf => line.strip_suffix(b"\r\n"),
            Self::Either => {
                let line = line.strip_suffix(b"\n")?;
                Some(line.strip_suffix(b"\r").unwrap_or(line))
            }
        }
    }
}

impl Line {
    /// The range of the text in `line`, which has no ending.
    fn text(&self, line: &[u8]) -> Range<usize> {
        let start = match self.strip {
            Strip::Both => line.len() - line.trim_ascii_start().len(),
            Strip::Nothing | Strip::End => 0,
        };
        let end = match self.strip {
            Strip::Both | Strip::End => line.trim_ascii_end().len(),
            Strip::Nothing => line.len(),
        };
        start..end.max(start)
    }

    fn whole(&self, line: &[u8]) -> Whole {
        let text = self.text(line);
        match self.blank {
            Blank::Skipped if text.is_empty() => Whole::Nothing,
            Blank::Skipped | Blank::Message => Whole::Payload(text),
        }
    }

    /// Whether a line of `max` bytes and this byte may still end with one more byte.
    fn may_end_after(&self, last: Option<&u8>) -> bool {
        self.ending != LineEnding::Lf && last == Some(&b'\r')
    }
}

impl Codec for Line {
    fn encode(&self, payload: &[u8]) -> Result<Encoded, EncodeError> {
        if let Some(at) = self.ending.find(payload) {
            let ending = self.ending.shown();
            return Err(EncodeError::ContainsEnding { ending, at });
        }
        EncodeError::check_max(payload, self.max)?;
        let mut message = Encoded::default();
        message.push(RegionKind::Payload, payload);
        message.push(RegionKind::Delimiter, self.ending.written());
        Ok(message)
    }

    fn canonical(&self, payload: &[u8]) -> Option<Vec<u8>> {
        let bytes = self.encode(payload).ok()?.bytes;
        let line = self.ending.cut(&bytes)?;
        match self.whole(line) {
            Whole::Payload(text) => Some(line[text].to_vec()),
            Whole::AllBut(_) | Whole::Assembled | Whole::Nothing => None,
        }
    }

    fn malform(&self, variants: &mut MalformedVariants) {
        let end = variants.valid().bytes.len() - self.ending.written().len();
        variants.overfill(end, b'x', self.max);
        variants.allow(&[MalformedKind::TooLarge]);
        variants.never_end(end, b"x", self.max);
    }

    fn machine(&self) -> Box<dyn Machine> {
        Box::new(self.clone())
    }
}

impl Machine for Line {
    fn want(&mut self, so_far: &[u8]) -> Want {
        if let Some(line) = self.ending.cut(so_far) {
            return Want::Whole(self.whole(line));
        }
        let longest = self.max.saturating_add(1);
        if so_far.len() < longest {
            return Want::through(b'\n', longest - so_far.len());
        }
        if so_far.len() == longest && self.may_end_after(so_far.last()) {
            return Want::bytes(1);
        }
        Want::Malformed(Malformation::NoEnding { max: self.max })
    }

    fn ended(&self, so_far: &[u8]) -> Result<Range<usize>, Truncation> {
        Err(Truncation::Unended {
            have: so_far.len(),
            mark: "line ending",
        })
    }

    fn longest(&self) -> usize {
        self.max.saturating_add(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::{Decoded, Framing};

    fn lines(line: Line, stream: &[u8]) -> Vec<Vec<u8>> {
        let mut decoder = Framing::Line(line).decoder();
        let mut rest = stream;
        let mut lines = Vec::new();
        while let Decoded::Message(text) = decoder.decode(&mut rest) {
            lines.push(text.to_vec());
        }
        lines
    }

    fn ending_with(ending: LineEnding) -> Line {
        Line {
            ending,
            ..Line::default()
        }
    }

    #[test]
    fn each_ending_ends_its_own_lines() {
        let stream = b"a\r\nb\nc\r\n";
        assert_eq!(
            lines(ending_with(LineEnding::Lf), stream),
            [&b"a\r"[..], b"b", b"c\r"]
        );
        assert_eq!(
            lines(ending_with(LineEnding::CrLf), stream),
            [&b"a"[..], b"b\nc"]
        );
        assert_eq!(
            lines(ending_with(LineEnding::Either), stream),
            [b"a", b"b", b"c"]
        );
    }

    #[test]
    fn blank_lines_are_skipped_if_asked_for() {
        let line = Line {
            strip: Strip::Both,
            blank: Blank::Skipped,
            ..Line::default()
        };
        assert_eq!(lines(line, b"\n  a \n \t\nb\n"), [b"a", b"b"]);
    }

    #[test]
    fn the_longest_line_fits_and_one_byte_more_does_not() {
        for ending in [LineEnding::Lf, LineEnding::CrLf, LineEnding::Either] {
            let line = Line {
                max: 3,
                ..ending_with(ending)
            };
            assert_eq!(
                lines(line.clone(), b"abc\r\n").len(),
                usize::from(ending != LineEnding::Lf)
            );
            assert_eq!(lines(line.clone(), b"abcd\r\n"), Vec::<Vec<u8>>::new());
            let written = line.encode(b"abc").expect("it is within max");
            assert_eq!(lines(line, &written.bytes), [b"abc"]);
        }
    }

    #[test]
    fn a_payload_of_two_lines_is_rejected_with_its_offset() {
        let error = ending_with(LineEnding::CrLf).encode(b"a\nb\r\nc");
        assert_eq!(error.expect_err("it has an ending").offset(), Some(3));
        assert!(ending_with(LineEnding::CrLf).encode(b"a\nb").is_ok());
    }
}
