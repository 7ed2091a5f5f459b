//! Offsets in a side's stream.

use std::fmt;

/// An offset in the stream that one side sends, in bytes. An offset in a single message
/// is a plain `usize`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset(usize);

impl Offset {
    /// Before the first byte.
    pub const START: Self = Self(0);

    #[must_use]
    pub const fn new(bytes: usize) -> Self {
        Self(bytes)
    }

    #[must_use]
    pub const fn get(self) -> usize {
        self.0
    }

    /// Saturates at the largest offset.
    pub(super) const fn plus(self, bytes: usize) -> Self {
        Self(self.0.saturating_add(bytes))
    }

    /// Saturates at the start.
    pub(super) const fn minus(self, bytes: usize) -> Self {
        Self(self.0.saturating_sub(bytes))
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Parses a number in its only spelling: decimal digits without a sign and without
/// leading zeros.
pub(super) fn number(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = digits && (text == "0" || !text.starts_with('0'));
    canonical.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(number("0"), Some(0));
        assert_eq!(number("42"), Some(42));
        for wrong in ["", "042", "+4", "-4", "4 ", "٤", "99999999999999999999999"] {
            assert_eq!(number(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn an_offset_saturates() {
        assert_eq!(Offset::START.minus(1), Offset::START);
        assert_eq!(Offset::new(usize::MAX).plus(1).get(), usize::MAX);
    }
}
