//! Bytes that are written once and sent many times.

use std::borrow::Cow;
use std::ops::Range;

/// Some bytes, repeated. A line of many megabytes takes one byte of memory so.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RepeatedBytes {
    unit: Vec<u8>,
    times: usize,
}

impl RepeatedBytes {
    /// `unit`, this many times.
    pub fn new(unit: impl Into<Vec<u8>>, times: usize) -> Self {
        let unit = unit.into();
        if unit.is_empty() || times == 0 {
            return Self::from(Vec::new());
        }
        Self { unit, times }
    }

    /// The number of all bytes together.
    pub fn len(&self) -> usize {
        self.unit.len().saturating_mul(self.times)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes that are repeated.
    pub fn unit(&self) -> &[u8] {
        &self.unit
    }

    /// How often they are repeated.
    pub fn times(&self) -> usize {
        self.times
    }

    /// The bytes in a range of all of them.
    pub(crate) fn slice(&self, range: Range<usize>) -> Cow<'_, [u8]> {
        if self.times == 1 {
            return Cow::Borrowed(&self.unit[range]);
        }
        let mut bytes = Vec::new();
        self.append_to(range, &mut bytes);
        Cow::Owned(bytes)
    }

    /// Appends the bytes in a range of all of them.
    pub(crate) fn append_to(&self, range: Range<usize>, bytes: &mut Vec<u8>) {
        let end = bytes.len() + range.len();
        if let [byte] = self.unit[..] {
            bytes.resize(end, byte);
            return;
        }
        let first = range.start % self.unit.len().max(1);
        bytes.reserve(range.len());
        bytes.extend(self.unit.iter().skip(first).take(range.len()));
        while bytes.len() < end {
            let left = self.unit.len().min(end - bytes.len());
            bytes.extend_from_slice(&self.unit[..left]);
        }
    }

    /// All bytes, written out.
    pub fn to_vec(&self) -> Vec<u8> {
        self.unit.repeat(self.times)
    }
}

impl From<Vec<u8>> for RepeatedBytes {
    fn from(unit: Vec<u8>) -> Self {
        Self { unit, times: 1 }
    }
}

impl From<&[u8]> for RepeatedBytes {
    fn from(unit: &[u8]) -> Self {
        Self::new(unit, 1)
    }
}

impl From<&str> for RepeatedBytes {
    fn from(unit: &str) -> Self {
        Self::new(unit, 1)
    }
}

impl From<String> for RepeatedBytes {
    fn from(unit: String) -> Self {
        Self::new(unit, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_the_same_part_of_the_bytes_written_out() {
        for (unit, times) in [("ab", 4), ("x", 8), ("abcdefgh", 1)] {
            let repeated = RepeatedBytes::new(unit, times);
            let whole = repeated.to_vec();
            for start in 0..=8 {
                for end in start..=8 {
                    let part = repeated.slice(start..end);
                    assert_eq!(part, &whole[start..end], "{unit} {start}..{end}");
                }
            }
        }
    }

    #[test]
    fn nothing_is_the_same_however_often_it_is_repeated() {
        let nothing = RepeatedBytes::from("");
        assert_eq!(RepeatedBytes::new("", 7), nothing);
        assert_eq!(RepeatedBytes::new("ab", 0), nothing);
        assert!(nothing.is_empty());
    }
}
