//! Numbers in a TOML tree.

use toml::Spanned;
use toml::de::DeValue;

/// A value and where it stands in the file.
pub(super) type Node<'a> = Spanned<DeValue<'a>>;

/// `None` for another type, and for an integer that does not fit in 64 bits.
pub(super) fn integer(value: &DeValue<'_>) -> Option<i64> {
    let digits = value.as_integer()?;
    i64::from_str_radix(digits.as_str(), digits.radix()).ok()
}

/// `None` for another type, and for a number that is not finite.
pub(super) fn float(value: &DeValue<'_>) -> Option<f64> {
    let number: f64 = value.as_float()?.as_str().parse().ok()?;
    number.is_finite().then_some(number)
}
