//! A message written in hex of which some bytes are not fixed.

use super::refusal::Refusal;
use super::template::{Bindings, BoundValue, Overflow, VariableName};

/// Bytes, some of which may have any value.
#[derive(Clone, Debug, Default)]
pub struct BytePattern {
    parts: Vec<BytePart>,
    end: PatternEnd,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BytePart {
    Byte(u8),
    AnyByte,
    /// The value of a variable.
    Value(VariableName),
    /// This many bytes, which become a variable.
    Captured(VariableName, usize),
}

/// What may follow the last part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum PatternEnd {
    #[default]
    Nothing,
    /// Any number of bytes, also none.
    AnyBytes,
}

impl BytePattern {
    pub(super) fn new(parts: Vec<BytePart>, end: PatternEnd) -> Self {
        Self { parts, end }
    }

    pub(super) fn parts(&self) -> &[BytePart] {
        &self.parts
    }

    /// Whether it accepts one message only, with given values.
    pub(super) fn is_fixed(&self) -> bool {
        let is_fixed = |part: &BytePart| matches!(part, BytePart::Byte(_) | BytePart::Value(_));
        self.end == PatternEnd::Nothing && self.parts.iter().all(is_fixed)
    }

    /// Whether it accepts every message.
    #[must_use]
    pub fn accepts_everything(&self) -> bool {
        self.end == PatternEnd::AnyBytes && self.parts.is_empty()
    }

    /// The variables that it defines.
    pub(super) fn names(&self) -> impl Iterator<Item = &VariableName> {
        self.parts.iter().filter_map(|part| match part {
            BytePart::Captured(name, _) => Some(name),
            _ => None,
        })
    }

    /// The variables whose values it has.
    pub(crate) fn used_variables(&self) -> impl Iterator<Item = &VariableName> {
        self.parts.iter().filter_map(|part| match part {
            BytePart::Value(name) => Some(name),
            _ => None,
        })
    }

    /// The number of bytes that it accepts; `None` if it accepts any number after its last part.
    #[must_use]
    pub fn len(&self, bindings: &Bindings) -> Option<usize> {
        (self.end == PatternEnd::Nothing).then(|| self.least_len(bindings))
    }

    /// The number of bytes of its parts.
    pub(super) fn least_len(&self, bindings: &Bindings) -> usize {
        let lengths = self.parts.iter().map(|part| part.len(bindings));
        lengths.fold(0, usize::saturating_add)
    }

    /// Whether its parts are within the limit with these values.
    pub(super) fn check_size(&self, bindings: &Bindings) -> Result<(), Overflow> {
        bindings.check_size(self.least_len(bindings))
    }

    pub(super) fn accept(&self, payload: &[u8], bindings: &mut Bindings) -> Result<(), Refusal> {
        self.accept_beginning(payload, bindings)?;
        let least = self.least_len(bindings);
        if payload.len() < least || self.end == PatternEnd::Nothing && payload.len() > least {
            return Err(Refusal::OtherLength {
                expected: least,
                actual: payload.len(),
                more_is_allowed: self.end == PatternEnd::AnyBytes,
            });
        }
        let mut at = 0;
        for part in &self.parts {
            let len = part.len(bindings);
            if let BytePart::Captured(name, _) = part {
                let value = payload[at..at + len].to_vec();
                bindings.bind(name.clone(), BoundValue::Bytes(value));
            }
            at += len;
        }
        Ok(())
    }

    /// Whether a message may begin with these bytes.
    pub fn accept_beginning(&self, beginning: &[u8], bindings: &Bindings) -> Result<(), Refusal> {
        let mut at = 0;
        for part in &self.parts {
            let left = beginning.get(at..).unwrap_or_default();
            let byte;
            let wanted = match part {
                BytePart::Byte(it) => {
                    byte = [*it];
                    &byte[..]
                }
                BytePart::Value(name) => bindings.bytes(name),
                BytePart::AnyByte | BytePart::Captured(..) => &[],
            };
            let pairs = left.iter().zip(wanted).enumerate();
            if let Some((index, (actual, expected))) = pairs.into_iter().find(|(_, (a, b))| a != b)
            {
                return Err(Refusal::ByteDiffers {
                    at: at + index,
                    expected: *expected,
                    actual: *actual,
                });
            }
            at += part.len(bindings);
        }
        Ok(())
    }

    /// The pattern for people, with the values of its variables.
    #[must_use]
    pub fn shown(&self, bindings: &Bindings) -> String {
        let parts = self.parts.iter().map(|part| match part {
            BytePart::Byte(byte) => format!("{byte:02x}"),
            BytePart::AnyByte => "??".to_owned(),
            BytePart::Value(name) => hex::encode(bindings.bytes(name)),
            BytePart::Captured(name, len) => format!("{{{name}:{len}}}"),
        });
        let mut shown: Vec<_> = parts.collect();
        if self.end == PatternEnd::AnyBytes {
            shown.push("..".to_owned());
        }
        shown.join(" ")
    }
}

impl BytePart {
    fn len(&self, bindings: &Bindings) -> usize {
        match self {
            Self::Byte(_) | Self::AnyByte => 1,
            Self::Value(name) => bindings.bytes(name).len(),
            Self::Captured(_, len) => *len,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> VariableName {
        VariableName::new(name)
    }

    /// `01 ?? {id:2} ${unique}` and the end.
    fn pattern(end: PatternEnd) -> BytePattern {
        let parts = vec![
            BytePart::Byte(1),
            BytePart::AnyByte,
            BytePart::Captured(name("id"), 2),
            BytePart::Value(name("unique")),
        ];
        BytePattern::new(parts, end)
    }

    fn accepted(end: PatternEnd, payload: &[u8]) -> Result<Vec<u8>, String> {
        let mut bindings = Bindings::fresh("abcdefgh");
        let accepted = pattern(end).accept(payload, &mut bindings);
        accepted.map_err(|refusal| refusal.to_string())?;
        Ok(bindings.bytes(&name("id")).to_vec())
    }

    #[test]
    fn fixed_bytes_and_values_are_compared_and_others_captured() {
        let id = Ok(vec![3, 4]);
        assert_eq!(
            accepted(PatternEnd::Nothing, b"\x01\x02\x03\x04abcdefgh"),
            id
        );
        assert_eq!(
            accepted(PatternEnd::AnyBytes, b"\x01\x02\x03\x04abcdefgh"),
            id
        );
        assert_eq!(
            accepted(PatternEnd::AnyBytes, b"\x01\x02\x03\x04abcdefgh, more"),
            id
        );
    }

    #[test]
    fn a_refusal_says_at_which_byte() {
        let refusal = |end, payload: &[u8]| accepted(end, payload).unwrap_err();
        let nothing = PatternEnd::Nothing;
        assert_eq!(refusal(nothing, b"\x02"), "byte 0 is 0x02, expected 0x01");
        assert_eq!(
            refusal(nothing, b"\x01\x02\x03\x04abX"),
            "byte 6 is 0x58, expected 0x63"
        );
        assert_eq!(refusal(nothing, b"\x01\x02"), "2 bytes, expected 12");
        assert_eq!(
            refusal(nothing, b"\x01\x02\x03\x04abcdefgh!"),
            "13 bytes, expected 12"
        );
        assert_eq!(
            refusal(PatternEnd::AnyBytes, b""),
            "0 bytes, expected at least 12"
        );
    }

    #[test]
    fn a_pattern_with_an_open_end_has_no_length() {
        let bindings = Bindings::example();
        assert_eq!(pattern(PatternEnd::Nothing).len(&bindings), Some(12));
        assert_eq!(pattern(PatternEnd::AnyBytes).len(&bindings), None);
    }
}
