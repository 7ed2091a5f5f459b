//! Decimal lengths: strict parsing, and malformed spellings.
//!
//! Strict means only ASCII digits: no sign, no space, no underscore, no digit of another
//! script. Each framing decides about leading zeros.

use std::ops::Range;

use super::malformed::{LARGE, MalformedVariants};
use super::{Malformation, MalformedKind};

/// Parses digits at offset `at` of the message. A number that is too large becomes
/// `u64::MAX`.
pub(super) fn number(digits: &[u8], at: usize) -> Result<u64, Malformation> {
    if digits.is_empty() {
        return Err(Malformation::NoDigits { at });
    }
    let mut number = 0u64;
    for (index, &byte) in digits.iter().enumerate() {
        if !byte.is_ascii_digit() {
            let at = at + index;
            return Err(Malformation::NotADigit { at, byte });
        }
        let digit = u64::from(byte - b'0');
        number = number.saturating_mul(10).saturating_add(digit);
    }
    Ok(number)
}

/// The same, but a leading zero is an error.
pub(super) fn shortest_number(digits: &[u8], at: usize) -> Result<u64, Malformation> {
    let number = number(digits, at)?;
    if digits.len() > 1 && digits[0] == b'0' {
        return Err(Malformation::LeadingZero { at });
    }
    Ok(number)
}

/// The number of digits of `max`.
pub(super) fn digits_of(max: usize) -> usize {
    max.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// Spellings of `number` that only a lenient reader accepts, padded with zeros to `width`
/// bytes.
pub(super) fn lookalikes(number: usize, width: usize) -> [(MalformedKind, String); 5] {
    let short = width.saturating_sub(1);
    [
        (MalformedKind::Negative, negative(number, width)),
        (MalformedKind::Signed, format!("+{number:0>short$}")),
        (
            MalformedKind::Underscored,
            before_last(number, short.max(2), "_"),
        ),
        (MalformedKind::NonAsciiDigits, arabic_last(number, short)),
        (
            MalformedKind::Hex,
            format!("0x{1:0>0$x}", width.saturating_sub(2), number),
        ),
    ]
}

/// `number` after a minus sign, padded with zeros to `width` bytes. The result is -2 or
/// less, because -1 has a meaning in some protocols.
pub(super) fn negative(number: usize, width: usize) -> String {
    format!("-{1:0>0$}", width.saturating_sub(1), number.max(2))
}

/// Adds the malformed variants of a decimal `number` without leading zeros in `range`. It
/// is the length of a body of up to `max`.
pub(super) fn malform(
    variants: &mut MalformedVariants,
    range: Range<usize>,
    number: usize,
    max: usize,
) {
    for (kind, text) in lookalikes(number, 0) {
        variants.replace(kind, range.clone(), text);
    }
    variants.replace(
        MalformedKind::LeadingZeros,
        range.clone(),
        format!("0{number}"),
    );
    variants.replace(MalformedKind::Empty, range.clone(), "");
    if LARGE > max as u64 {
        variants.replace(MalformedKind::TooLarge, range.clone(), LARGE.to_string());
    }
    if number < max {
        variants.replace(
            MalformedKind::Longer,
            range.clone(),
            (number + 1).to_string(),
        );
    }
    if number > 0 {
        variants.replace(MalformedKind::Shorter, range, (number - 1).to_string());
    }
}

fn before_last(number: usize, width: usize, inserted: &str) -> String {
    let mut digits = format!("{number:0>width$}");
    digits.insert_str(digits.len() - 1, inserted);
    digits
}

/// The number with an Arabic-Indic digit at its end: two bytes in UTF-8.
fn arabic_last(number: usize, width: usize) -> String {
    const ARABIC: [char; 10] = ['٠', '١', '٢', '٣', '٤', '٥', '٦', '٧', '٨', '٩'];
    let mut digits = format!("{number:0>width$}");
    digits.pop();
    digits.push(ARABIC[number % 10]);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ascii_digits_are_a_number() {
        assert_eq!(number(b"0042", 0), Ok(42));
        assert_eq!(number(b"", 7), Err(Malformation::NoDigits { at: 7 }));
        for (text, at) in [("+5", 0), ("5 ", 1), ("1_0", 1), ("0x5", 1), ("٥", 0)] {
            let byte = text.as_bytes()[at];
            let expected = Err(Malformation::NotADigit { at, byte });
            assert_eq!(number(text.as_bytes(), 0), expected, "{text}");
        }
    }

    #[test]
    fn a_number_beyond_64_bits_becomes_the_largest() {
        assert_eq!(number(b"18446744073709551615", 0), Ok(u64::MAX));
        assert_eq!(number(b"99999999999999999999", 0), Ok(u64::MAX));
    }

    #[test]
    fn the_shortest_form_has_no_leading_zero() {
        assert_eq!(shortest_number(b"0", 0), Ok(0));
        assert_eq!(
            shortest_number(b"05", 2),
            Err(Malformation::LeadingZero { at: 2 })
        );
    }

    #[test]
    fn the_digits_of_a_limit_are_counted() {
        let known = [0, 9, 10, 99, 100].map(digits_of);
        assert_eq!(known, [1, 1, 2, 2, 3]);
    }

    #[test]
    fn lookalikes_fill_the_width_they_are_given() {
        let free = lookalikes(12, 0).map(|(_, text)| text);
        assert_eq!(free, ["-12", "+12", "1_2", "1٢", "0xc"]);
        let wide = lookalikes(5, 6).map(|(_, text)| text);
        assert_eq!(wide, ["-00005", "+00005", "0000_5", "0000٥", "0x0005"]);
    }
}
