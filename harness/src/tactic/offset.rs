//! A place in a side's stream.

use std::fmt;

/// An offset in all that one side sends, counted in bytes from the first.
///
/// An offset in a single message is a plain `usize`; the two are not mixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset(usize);

impl Offset {
    /// Before the first byte.
    pub const START: Self = Self(0);

    /// The place after the first `bytes` bytes.
    #[must_use]
    pub const fn new(bytes: usize) -> Self {
        Self(bytes)
    }

    /// How many bytes lie before it.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0
    }

    /// The place `bytes` later, or the last one there can be.
    pub(super) const fn plus(self, bytes: usize) -> Self {
        Self(self.0.saturating_add(bytes))
    }

    /// The place `bytes` earlier, or the start.
    pub(super) const fn minus(self, bytes: usize) -> Self {
        Self(self.0.saturating_sub(bytes))
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads a number as this room prints it: decimal digits, no sign, no leading
/// zero, so that what was printed is the only way to write it.
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
    fn an_offset_never_leaves_the_numbers() {
        assert_eq!(Offset::START.minus(1), Offset::START);
        assert_eq!(Offset::new(usize::MAX).plus(1).get(), usize::MAX);
    }
}
