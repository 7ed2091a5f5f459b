//! A decimal length in a column of fixed width, then the body.
//!
//! The decoder is strict, so that each length has one spelling. The digits are at one
//! side of the column and only padding is on the other. With zeros as padding the whole
//! column is digits; with spaces the number has no leading zero.

use std::ops::Range;

use super::codec::{Codec, Machine};
use super::decimal;
use super::malformed::{LARGE, MalformedVariants};
use super::message_layout::{MessageLayout, accepted};
use super::want::Want;
use super::{
    EncodeError, Encoded, FramingError, Malformation, MalformedKind, RegionKind, Truncation,
};

/// The side of the column where the digits are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// The digits come first, then the padding.
    Left,
    /// The padding comes first, then the digits.
    Right,
}

/// What fills the rest of the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pad {
    Space,
    /// Zeros; only before the digits.
    Zero,
}

/// A decimal length in a column of fixed width, then the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsciiLength {
    width: usize,
    align: Align,
    pad: Pad,
    max: usize,
}

impl AsciiLength {
    /// Bodies of up to `max` bytes after a column of `width` characters.
    pub fn new(width: usize, align: Align, pad: Pad, max: usize) -> Result<Self, FramingError> {
        if !(1..=20).contains(&width) {
            return Err(FramingError::Width { width });
        }
        if (align, pad) == (Align::Left, Pad::Zero) {
            return Err(FramingError::ZerosOnTheRight);
        }
        Ok(Self {
            width,
            align,
            pad,
            max,
        })
    }

    /// The largest number that fits the column.
    fn largest(&self) -> u64 {
        10u64
            .checked_pow(self.width as u32)
            .map_or(u64::MAX, |past| past - 1)
    }

    /// `text` with its padding, if it fits.
    fn column(&self, text: &str) -> Option<Vec<u8>> {
        let room = self.width.checked_sub(text.len())?;
        let fill = match self.pad {
            Pad::Space => " ",
            Pad::Zero => "0",
        };
        let fill = fill.repeat(room);
        let column = match self.align {
            Align::Left => text.to_owned() + &fill,
            Align::Right => fill + text,
        };
        Some(column.into_bytes())
    }

    /// The number in a whole column.
    fn declared(&self, column: &[u8]) -> Result<u64, Malformation> {
        let is_digit = |byte: &u8| *byte != b' ';
        match (self.pad, self.align) {
            (Pad::Zero, _) => decimal::number(column, 0),
            (Pad::Space, Align::Left) => {
                let end = column.iter().rposition(is_digit).map_or(0, |last| last + 1);
                decimal::shortest_number(&column[..end], 0)
            }
            (Pad::Space, Align::Right) => {
                let start = column.iter().position(is_digit).unwrap_or(column.len());
                decimal::shortest_number(&column[start..], start)
            }
        }
    }

    fn layout(&self, so_far: &[u8]) -> Result<MessageLayout, Malformation> {
        let declared = self.declared(&so_far[..self.width])?;
        Ok(MessageLayout::new(
            self.width,
            accepted(declared, self.max)?,
        ))
    }

    /// Adds a variant with `text` in the column, if it fits.
    fn misspell(&self, variants: &mut MalformedVariants, kind: MalformedKind, text: &str) {
        if let Some(column) = self.column(text) {
            variants.replace(kind, 0..self.width, column);
        }
    }

    fn misspell_number(&self, variants: &mut MalformedVariants, number: usize) {
        let filled = match self.pad {
            Pad::Space => 0,
            Pad::Zero => self.width,
        };
        for (kind, text) in decimal::lookalikes(number, filled) {
            self.misspell(variants, kind, &text);
        }
        if number.to_string().len() == self.width {
            // The number itself leaves no space for a sign.
            let small = decimal::negative(2, filled);
            self.misspell(variants, MalformedKind::Negative, &small);
        }
        let moved = match self.align {
            Align::Left => format!(" {number}"),
            Align::Right => format!("{number} "),
        };
        if let Some(column) = self.spaced(&moved) {
            variants.replace(MalformedKind::Spaces, 0..self.width, column);
        }
        if self.pad == Pad::Space {
            self.misspell(variants, MalformedKind::LeadingZeros, &format!("0{number}"));
        }
    }

    /// `text` padded with spaces, even where zeros belong.
    fn spaced(&self, text: &str) -> Option<Vec<u8>> {
        let spaced = Self {
            pad: Pad::Space,
            ..self.clone()
        };
        spaced.column(text)
    }
}

impl Codec for AsciiLength {
    fn encode(&self, payload: &[u8]) -> Result<Encoded, EncodeError> {
        EncodeError::check_max(payload, self.max)?;
        let Some(column) = self.column(&payload.len().to_string()) else {
            return Err(EncodeError::TooLongForField {
                largest: self.largest(),
                length: payload.len() as u64,
            });
        };
        let mut message = Encoded::default();
        message.push(RegionKind::Header, &column);
        message.push(RegionKind::Payload, payload);
        Ok(message)
    }

    fn malform(&self, variants: &mut MalformedVariants) {
        let number = variants.valid().bytes.len() - self.width;
        self.misspell_number(variants, number);
        let empty = " ".repeat(self.width);
        variants.replace(MalformedKind::Empty, 0..self.width, empty);
        if usize::try_from(self.largest()).map_or(true, |largest| largest > self.max) {
            let above_all = self.largest().min(LARGE.max(self.max as u64 + 1));
            self.misspell(variants, MalformedKind::TooLarge, &above_all.to_string());
        }
        if number < self.max {
            self.misspell(variants, MalformedKind::Longer, &(number + 1).to_string());
        }
        if number > 0 {
            self.misspell(variants, MalformedKind::Shorter, &(number - 1).to_string());
        }
    }

    fn machine(&self) -> Box<dyn Machine> {
        Box::new(self.clone())
    }
}

impl Machine for AsciiLength {
    fn want(&mut self, so_far: &[u8]) -> Want {
        if so_far.len() < self.width {
            return Want::bytes(self.width - so_far.len());
        }
        self.layout(so_far).map(|layout| layout.want(so_far)).into()
    }

    fn ended(&self, so_far: &[u8]) -> Result<Range<usize>, Truncation> {
        if so_far.len() >= self.width
            && let Ok(layout) = self.layout(so_far)
        {
            return Err(layout.truncation(so_far));
        }
        Err(Truncation::Header {
            have: so_far.len(),
            of: self.width,
        })
    }

    fn longest(&self) -> usize {
        self.max.saturating_add(self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(width: usize, align: Align, pad: Pad) -> AsciiLength {
        AsciiLength::new(width, align, pad, 1000).expect("it can be used")
    }

    #[test]
    fn impossible_columns_are_rejected() {
        for width in [0, 21] {
            let refused = AsciiLength::new(width, Align::Right, Pad::Zero, 9);
            assert_eq!(refused, Err(FramingError::Width { width }));
        }
        let refused = AsciiLength::new(4, Align::Left, Pad::Zero, 9);
        assert_eq!(refused, Err(FramingError::ZerosOnTheRight));
    }

    #[test]
    fn a_length_is_aligned_and_padded() {
        let written = |framing: AsciiLength| framing.encode(b"hello").expect("it fits").bytes;
        assert_eq!(written(column(4, Align::Left, Pad::Space)), b"5   hello");
        assert_eq!(written(column(4, Align::Right, Pad::Space)), b"   5hello");
        assert_eq!(written(column(4, Align::Right, Pad::Zero)), b"0005hello");
    }

    #[test]
    fn a_column_is_digits_on_one_side_and_padding_on_the_other() {
        let left = column(4, Align::Left, Pad::Space);
        let right = column(4, Align::Right, Pad::Space);
        let zeros = column(4, Align::Right, Pad::Zero);
        assert_eq!(left.declared(b"12  "), Ok(12));
        assert_eq!(right.declared(b"  12"), Ok(12));
        assert_eq!(zeros.declared(b"0012"), Ok(12));
        let wrong = |at| Err(Malformation::NotADigit { at, byte: b' ' });
        assert_eq!(left.declared(b" 12 "), wrong(0));
        assert_eq!(right.declared(b" 12 "), wrong(3));
        assert_eq!(zeros.declared(b"  12"), wrong(0));
        assert_eq!(
            left.declared(b"    "),
            Err(Malformation::NoDigits { at: 0 })
        );
    }

    #[test]
    fn a_number_padded_with_spaces_has_no_leading_zero() {
        let right = column(4, Align::Right, Pad::Space);
        assert_eq!(
            right.declared(b" 012"),
            Err(Malformation::LeadingZero { at: 1 })
        );
        assert_eq!(right.declared(b"   0"), Ok(0));
    }

    #[test]
    fn a_number_wider_than_its_column_is_rejected() {
        let narrow = column(1, Align::Right, Pad::Zero);
        let refused = EncodeError::TooLongForField {
            largest: 9,
            length: 10,
        };
        assert_eq!(narrow.encode(&[0; 10]), Err(refused));
    }
}
