//! How one output differs from another.

/// Whether `part` is `whole` without one stretch of bytes.
#[must_use]
pub fn lacks_one_stretch(part: &[u8], whole: &[u8]) -> bool {
    let pairs = whole.iter().zip(part);
    let same_start = pairs.take_while(|(one, other)| one == other).count();
    let pairs = whole.iter().rev().zip(part.iter().rev());
    let same_end = pairs.take_while(|(one, other)| one == other).count();
    part.len() < whole.len() && same_start + same_end >= part.len()
}
