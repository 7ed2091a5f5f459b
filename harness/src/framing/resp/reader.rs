//! Reads RESP values, one after the other.
//!
//! Open arrays are a stack of counts, bounded by the framing's depth. So nesting in the
//! input is not recursion in the program.

use std::ops::Range;

use memchr::memchr;

use super::super::codec::Machine;
use super::super::decoder::reserve_within;
use super::super::want::{Want, Whole};
use super::super::{Malformation, Truncation};
use super::Resp;
use super::value::{SHORTEST_VALUE, Type, ValueShape};

#[derive(Debug)]
pub(super) struct ValueReader {
    limits: Resp,
    /// The offset of the current element.
    start: usize,
    state: ReaderState,
    /// The number of missing values of each open array, the outermost first.
    open: Vec<u64>,
}

#[derive(Clone, Copy, Debug)]
enum ReaderState {
    /// Before an element's type byte.
    Type,
    /// On its first line.
    Line(Type),
    /// In the bytes of a bulk string, or in its line end.
    Bulk { length: usize },
}

impl ValueReader {
    pub(super) fn new(limits: Resp) -> Self {
        Self {
            limits,
            start: 0,
            state: ReaderState::Type,
            open: Vec::new(),
        }
    }

    fn next(&mut self, so_far: &[u8]) -> Result<Want, Malformation> {
        match self.state {
            ReaderState::Type if so_far.len() == self.start => self.want_within(so_far, 1),
            ReaderState::Type => self.type_byte(so_far),
            ReaderState::Line(kind) => self.line(so_far, kind),
            ReaderState::Bulk { .. } => self.bulk_end(so_far),
        }
    }

    fn type_byte(&mut self, so_far: &[u8]) -> Result<Want, Malformation> {
        let (at, byte) = (self.start, so_far[self.start]);
        let kind = Type::of(byte).ok_or(Malformation::UnknownType { at, byte })?;
        self.state = ReaderState::Line(kind);
        match self.remaining(so_far) {
            0 => Err(self.too_long()),
            left => Ok(Want::through(b'\n', longest_line(kind).min(left))),
        }
    }

    fn line(&mut self, so_far: &[u8], kind: Type) -> Result<Want, Malformation> {
        let at = self.start + 1;
        let text = self.text(&so_far[at..], kind)?;
        match kind.shape {
            ValueShape::Line => {
                kind.check(text, at)?;
                self.close(so_far)
            }
            ValueShape::Bulk => match kind.declared(text, at)? {
                Some(length) => self.bulk(so_far, length),
                None => self.close(so_far),
            },
            ValueShape::List { per } => match kind.declared(text, at)? {
                Some(count) => self.list(so_far, count.saturating_mul(per)),
                None => self.close(so_far),
            },
        }
    }

    /// The text of the line that has just ended, without its ending.
    fn text<'a>(&self, line: &'a [u8], kind: Type) -> Result<&'a [u8], Malformation> {
        let at = self.start + 1;
        let Some(text) = line.strip_suffix(b"\n") else {
            return Err(self.unended(line, kind));
        };
        let end = at + text.len();
        let text = text.strip_suffix(b"\r");
        let text = text.ok_or(Malformation::BareNewline { at: end })?;
        match memchr(b'\r', text) {
            Some(index) => Err(Malformation::BareReturn { at: at + index }),
            None => Ok(text),
        }
    }

    /// Why a line without an end is malformed.
    fn unended(&self, line: &[u8], kind: Type) -> Malformation {
        if line.len() < longest_line(kind) {
            return self.too_long();
        }
        let at = self.start + 1;
        let max = self.limits.max;
        let in_digits = kind.declared(line, at).err();
        in_digits.unwrap_or(Malformation::TooManyDigits { at, max })
    }

    fn bulk(&mut self, so_far: &[u8], declared: u64) -> Result<Want, Malformation> {
        let max = self.limits.max;
        let length = usize::try_from(declared).ok();
        let length = length.filter(|length| *length <= self.remaining(so_far).saturating_sub(2));
        let length = length.ok_or(Malformation::DeclaredTooLong { declared, max })?;
        self.state = ReaderState::Bulk { length };
        self.want_within(so_far, length + 2)
    }

    fn bulk_end(&mut self, so_far: &[u8]) -> Result<Want, Malformation> {
        for (back, expected) in [(2, b'\r'), (1, b'\n')] {
            let at = so_far.len() - back;
            let byte = so_far[at];
            if byte != expected {
                return Err(Malformation::WrongTerminator { at, byte, expected });
            }
        }
        self.close(so_far)
    }

    fn list(&mut self, so_far: &[u8], count: u64) -> Result<Want, Malformation> {
        let (at, max) = (self.start, self.limits.max);
        if self.open.len() >= self.limits.max_depth {
            let max = self.limits.max_depth;
            return Err(Malformation::TooDeep { at, max });
        }
        if count > (self.remaining(so_far) / SHORTEST_VALUE) as u64 {
            let declared = count;
            return Err(Malformation::DeclaredTooMany { declared, max });
        }
        if count == 0 {
            return self.close(so_far);
        }
        let most = self.most_open();
        reserve_within(&mut self.open, 1, most);
        self.open.push(count);
        self.begin(so_far)
    }

    /// Ends an element, and each array whose last value it is.
    fn close(&mut self, so_far: &[u8]) -> Result<Want, Malformation> {
        while let Some(left) = self.open.last_mut() {
            *left -= 1;
            if *left > 0 {
                return self.begin(so_far);
            }
            self.open.pop();
        }
        Ok(Want::Whole(Whole::Payload(0..so_far.len())))
    }

    fn begin(&mut self, so_far: &[u8]) -> Result<Want, Malformation> {
        self.start = so_far.len();
        self.state = ReaderState::Type;
        self.want_within(so_far, 1)
    }

    fn want_within(&self, so_far: &[u8], count: usize) -> Result<Want, Malformation> {
        if count > self.remaining(so_far).max(1) {
            return Err(self.too_long());
        }
        Ok(Want::bytes(count))
    }

    fn remaining(&self, so_far: &[u8]) -> usize {
        self.limits.max.saturating_sub(so_far.len())
    }

    fn too_long(&self) -> Malformation {
        Malformation::TooLong {
            max: self.limits.max,
        }
    }

    /// The offset of the current bulk string's bytes.
    fn bulk_start(&self, so_far: &[u8]) -> usize {
        let line = memchr(b'\n', &so_far[self.start..]);
        line.map_or(so_far.len(), |end| self.start + end + 1)
    }

    /// The most arrays that can be open: each has a header of a few bytes.
    fn most_open(&self) -> usize {
        self.limits
            .max_depth
            .min(self.limits.max / SHORTEST_VALUE + 1)
    }
}

/// The most bytes between a type byte and the end of its line.
fn longest_line(kind: Type) -> usize {
    const DIGITS_AND_ENDING: usize = 20 + 2;
    match kind.shape {
        ValueShape::Line => usize::MAX,
        ValueShape::Bulk | ValueShape::List { .. } => DIGITS_AND_ENDING,
    }
}

impl Machine for ValueReader {
    fn want(&mut self, so_far: &[u8]) -> Want {
        self.next(so_far).into()
    }

    fn ended(&self, so_far: &[u8]) -> Result<Range<usize>, Truncation> {
        Err(match self.state {
            ReaderState::Bulk { length } => {
                let body = so_far.len() - self.bulk_start(so_far);
                match length.checked_sub(body) {
                    Some(0) | None => Truncation::AfterBody { body: length },
                    Some(_) => Truncation::Body {
                        have: body,
                        of: length,
                    },
                }
            }
            ReaderState::Type | ReaderState::Line(_) => Truncation::Unended {
                have: so_far.len(),
                mark: "last \\r\\n",
            },
        })
    }

    fn longest(&self) -> usize {
        self.limits.max.max(1)
    }

    fn state_bytes(&self) -> usize {
        self.open.capacity() * size_of::<u64>()
    }

    fn max_state_bytes(&self) -> usize {
        self.most_open().saturating_mul(size_of::<u64>())
    }

    fn reset(&mut self) {
        self.start = 0;
        self.state = ReaderState::Type;
        self.open.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::{Decoded, Framing};

    fn refusal(limits: Resp, stream: &[u8]) -> Malformation {
        let mut decoder = Framing::Resp(limits).decoder();
        let mut rest = stream;
        match decoder.decode(&mut rest) {
            Decoded::Malformed(why) => why,
            other => panic!("{} was read as {other:?}", stream.escape_ascii()),
        }
    }

    #[test]
    fn values_of_every_type_are_read_unchanged() {
        let streams: [&[u8]; 8] = [
            b"+OK\r\n",
            b"$-1\r\n",
            b"*-1\r\n",
            b"*0\r\n",
            b"*2\r\n*1\r\n:1\r\n$0\r\n\r\n",
            b"%1\r\n+a\r\n#t\r\n",
            b">2\r\n_\r\n,1.5\r\n",
            b"~1\r\n=7\r\ntxt:abc\r\n",
        ];
        for stream in streams {
            let mut decoder = Framing::Resp(Resp::default()).decoder();
            let mut rest = stream;
            assert_eq!(decoder.decode(&mut rest), Decoded::Message(stream));
        }
    }

    #[test]
    fn a_malformed_value_is_rejected_at_its_offset() {
        let refused = |stream: &[u8]| refusal(Resp::default(), stream);
        let byte = b'P';
        assert_eq!(
            refused(b"PING\r\n"),
            Malformation::UnknownType { at: 0, byte }
        );
        assert_eq!(refused(b"+O\nK\r\n"), Malformation::BareNewline { at: 2 });
        assert_eq!(refused(b"$05\r\n"), Malformation::LeadingZero { at: 1 });
        let why = Malformation::WrongTerminator {
            at: 5,
            byte: b'b',
            expected: b'\r',
        };
        assert_eq!(refused(b"$1\r\nabc"), why);
        let endless = b"$00000000000000000000000000";
        assert_eq!(refused(endless), Malformation::LeadingZero { at: 1 });
    }

    #[test]
    fn nesting_is_bounded() {
        let limits = Resp {
            max_depth: 2,
            ..Resp::default()
        };
        let why = Malformation::TooDeep { at: 8, max: 2 };
        assert_eq!(refusal(limits, b"*1\r\n*1\r\n*1\r\n"), why);
    }

    #[test]
    fn an_impossible_count_is_rejected_at_once() {
        let limits = Resp {
            max: 64,
            ..Resp::default()
        };
        let why = Malformation::DeclaredTooMany {
            declared: 22,
            max: 64,
        };
        assert_eq!(refusal(limits.clone(), b"%11\r\n"), why);
        let why = Malformation::DeclaredTooLong {
            declared: 60,
            max: 64,
        };
        assert_eq!(refusal(limits, b"$60\r\n"), why);
    }
}
