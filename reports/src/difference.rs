//! Where an actual value first differs from the expected one.

use crate::notation::{Glyph, counted, glyphs, grouped};
use crate::record::{Bytes, FindingRecord, LabelledBytes, ValueForm};

/// The first difference in the bytes that were kept.
pub(crate) struct FirstDifference {
    /// The number of glyphs before it, the same in both values.
    pub(crate) glyph: usize,
    /// `differs at byte 17`, `ends after 2 bytes`, `5 extra bytes`.
    pub(crate) text: String,
}

impl FirstDifference {
    /// `None` if the values are equal as far as they were kept, or the expected one is a
    /// pattern.
    pub(crate) fn between(expected: &LabelledBytes, actual: &LabelledBytes) -> Option<Self> {
        if expected.form == ValueForm::Pattern {
            return None;
        }
        let (expected, actual) = (&expected.bytes, &actual.bytes);
        let (one, other) = (glyphs(&expected.kept()), glyphs(&actual.kept()));
        let glyph = first_difference(&one, &other)?;
        let at = expected.from + bytes_in(&one[..glyph]);
        let text = describe(expected, actual, at);
        Some(Self { glyph, text })
    }
}

/// The lengths of values that are equal as far as they were kept: `3 bytes instead of 4`.
pub(crate) fn lengths(finding: &FindingRecord) -> Option<String> {
    let (expected, actual) = (finding.expected.as_ref()?, finding.actual.as_ref()?);
    if expected.form == ValueForm::Pattern {
        return None;
    }
    let (expected, actual) = (expected.bytes.len, actual.bytes.len);
    (expected != actual).then(|| {
        let actual = counted(actual, "byte");
        format!("{actual} instead of {}", grouped(expected))
    })
}

pub(crate) fn bytes_in(glyphs: &[Glyph]) -> u64 {
    glyphs.iter().map(|glyph| glyph.bytes.len() as u64).sum()
}

fn first_difference(one: &[Glyph], other: &[Glyph]) -> Option<usize> {
    let both = one.iter().zip(other);
    let within = both.clone().position(|(one, other)| one != other);
    let shorter = one.len().min(other.len());
    let length = (one.len() != other.len()).then_some(shorter);
    within.or(length)
}

fn describe(expected: &Bytes, actual: &Bytes, at: u64) -> String {
    if at == actual.len {
        return format!("ends after {}", counted(at, "byte"));
    }
    if at == expected.len {
        return counted(actual.len.saturating_sub(at), "extra byte");
    }
    format!("differs at byte {}", grouped(at))
}
