//! Deliveries as text: `@0..10=2d31 12,1x20 half`.

use std::fmt::{self, Write as _};
use std::num::NonZeroU16;
use std::str::FromStr;

use super::delivery::{Delivery, DeliveryEnd, EditError, OtherConnections, Reading, StreamEdit};
use super::lengths::{ChunkRun, LengthError, Lengths};
use super::offset::number;
use super::{ContentVariation, Offset};
use crate::framing::RepeatedBytes;

/// The longest text that is parsed, in bytes.
const LONGEST: usize = 4 << 20;

const ENDS: [(&str, DeliveryEnd); 6] = [
    ("half", DeliveryEnd::Half),
    ("fin", DeliveryEnd::Fin),
    ("fin+", DeliveryEnd::FinAtOnce),
    ("rst", DeliveryEnd::Reset),
    ("rst@accept", DeliveryEnd::ResetBeforeAccept),
    ("hold", DeliveryEnd::Hold),
];

/// The notation: one line that parses back to the same delivery.
///
/// - The edit, if there is one: `@0..10=2d31` replaces the first ten bytes by `-1`;
///   `@0..10=78*99` replaces them by 99 times `x`.
/// - The chunk lengths: `10,22` is ten bytes, then twenty-two. `3,1x4,25` sends the four
///   bytes in the middle one by one. `0` sends nothing.
/// - The end, unless it is as scripted: `half`, `fin`, `fin+`, `rst`, `rst@accept`,
///   `hold`.
/// - `pause@12`, if the peer is left waiting behind the chunk that ends there.
/// - `slow`, if the answers are read slowly.
/// - The other connections, if any: `stalled`, `interleaved`, `churn=1000`.
/// - `content=lf`, if a variation of the messages is sent.
impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(edit) = self.edit() {
            write_edit(f, edit)?;
            f.write_char(' ')?;
        }
        write_lengths(f, &self.lengths)?;
        if let Some(at) = self.pause {
            write!(f, " pause@{at}")?;
        }
        if let Some((word, _)) = ENDS.iter().find(|(_, end)| *end == self.end) {
            write!(f, " {word}")?;
        }
        if self.reading == Reading::Slow {
            f.write_str(" slow")?;
        }
        match self.other_connections {
            OtherConnections::Alone => {}
            OtherConnections::Stalled => f.write_str(" stalled")?,
            OtherConnections::Interleaved => f.write_str(" interleaved")?,
            OtherConnections::Churned(times) => write!(f, " churn={times}")?,
        }
        match self.content {
            None => Ok(()),
            Some(variation) => write!(f, " content={variation}"),
        }
    }
}

fn write_edit(f: &mut fmt::Formatter<'_>, edit: &StreamEdit) -> fmt::Result {
    let range = edit.range();
    let replacement = edit.replacement();
    let bytes = hex::encode(replacement.unit());
    write!(f, "@{}..{}={bytes}", range.start, range.end)?;
    match replacement.times() {
        1 => Ok(()),
        times => write!(f, "*{times}"),
    }
}

fn write_lengths(f: &mut fmt::Formatter<'_>, lengths: &Lengths) -> fmt::Result {
    if lengths.runs().is_empty() {
        return f.write_char('0');
    }
    for (index, ChunkRun { length, times }) in lengths.runs().iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        match times {
            1 => write!(f, "{comma}{length}")?,
            _ => write!(f, "{comma}{length}x{times}")?,
        }
    }
    Ok(())
}

/// Why a text is not a delivery, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at byte {at} of the delivery: {problem}")]
pub struct NotationError {
    /// The byte of the text where the error is.
    pub at: usize,
    pub problem: NotationProblem,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotationProblem {
    #[error("the delivery is longer than {LONGEST} bytes")]
    TooLong,
    #[error("the chunk lengths are missing: write `10,22`, `1x32`, or `0` for no bytes")]
    NoLengths,
    #[error("`{0}` is not a chunk: write a length (`10`), or a length and a count (`1x32`)")]
    Chunk(String),
    #[error(transparent)]
    Length(LengthError),
    #[error("`{0}` is not an edit: write offsets and bytes in hex, e.g. `@0..10=2d31`")]
    Edit(String),
    #[error(transparent)]
    ImpossibleEdit(EditError),
    #[error(
        "unknown word `{0}`: use half, fin, fin+, rst, rst@accept, hold, slow, stalled, \
         interleaved, pause@N with N an offset, churn=N with N from 1 to 65535, or \
         content=NAME with the name of a variation"
    )]
    Word(String),
    #[error("`{0}` repeats or contradicts an earlier word: remove one of them")]
    Repeated(String),
    #[error("no chunk ends at the offset of `{0}`: split the chunk there")]
    PauseInsideChunk(String),
    #[error("`rst@accept` sends one chunk: write the sum of the lengths")]
    ChunksBeforeAccept,
}

impl NotationProblem {
    fn at(self, at: usize) -> NotationError {
        NotationError { at, problem: self }
    }
}

impl FromStr for Delivery {
    type Err = NotationError;

    fn from_str(text: &str) -> Result<Self, NotationError> {
        if text.len() > LONGEST {
            return Err(NotationProblem::TooLong.at(LONGEST));
        }
        let mut words = Words { text, at: 0 };
        let (mut at, mut word) = words.expect_lengths()?;
        let mut edit = None;
        if word.starts_with('@') {
            edit = Some(parse_edit(word).map_err(|problem| problem.at(at))?);
            (at, word) = words.expect_lengths()?;
        }
        let lengths = parse_lengths(at, word)?;
        let mut delivery = Self {
            edit,
            ..Self::of(lengths)
        };
        for (at, word) in words {
            delivery
                .apply_word(word)
                .map_err(|problem| problem.at(at))?;
        }
        Ok(delivery)
    }
}

impl Delivery {
    /// Applies one of the words after the lengths.
    fn apply_word(&mut self, word: &str) -> Result<(), NotationProblem> {
        let repeated = || NotationProblem::Repeated(shown(word));
        if let Some((_, end)) = ENDS.iter().find(|(name, _)| *name == word) {
            if *end == DeliveryEnd::ResetBeforeAccept && self.chunk_count() > 1 {
                return Err(NotationProblem::ChunksBeforeAccept);
            }
            once(&mut self.end, *end).ok_or_else(repeated)
        } else if let Some(at) = word.strip_prefix("pause@").and_then(number) {
            let at = Offset::new(at);
            if !self.has_edge(at) {
                return Err(NotationProblem::PauseInsideChunk(shown(word)));
            }
            once(&mut self.pause, Some(at)).ok_or_else(repeated)
        } else if word == "slow" {
            once(&mut self.reading, Reading::Slow).ok_or_else(repeated)
        } else if let Some(name) = word.strip_prefix("content=") {
            let variation = ContentVariation::named(name);
            let variation = variation.ok_or_else(|| NotationProblem::Word(shown(word)))?;
            once(&mut self.content, Some(variation)).ok_or_else(repeated)
        } else {
            let other_connections = parse_other_connections(word)?;
            once(&mut self.other_connections, other_connections).ok_or_else(repeated)
        }
    }
}

/// Sets a value that is still the default.
fn once<T: Default + PartialEq>(place: &mut T, value: T) -> Option<()> {
    (*place == T::default()).then(|| *place = value)
}

fn parse_other_connections(word: &str) -> Result<OtherConnections, NotationProblem> {
    let churned = |times| {
        let times = u16::try_from(number(times)?).ok()?;
        NonZeroU16::new(times).map(OtherConnections::Churned)
    };
    match word {
        "stalled" => Some(OtherConnections::Stalled),
        "interleaved" => Some(OtherConnections::Interleaved),
        _ => word.strip_prefix("churn=").and_then(churned),
    }
    .ok_or_else(|| NotationProblem::Word(shown(word)))
}

fn parse_lengths(at: usize, text: &str) -> Result<Lengths, NotationError> {
    let mut lengths = Lengths::default();
    if text == "0" {
        return Ok(lengths);
    }
    let mut at = at;
    for run in text.split(',') {
        let (length, times) = parse_run(run).map_err(|problem| problem.at(at))?;
        lengths
            .try_add(length, times)
            .map_err(|error| NotationProblem::Length(error).at(at))?;
        at += run.len() + 1;
    }
    Ok(lengths)
}

fn parse_run(text: &str) -> Result<(usize, usize), NotationProblem> {
    let (length, times) = text.split_once('x').unwrap_or((text, "1"));
    number(length)
        .zip(number(times))
        .ok_or_else(|| NotationProblem::Chunk(shown(text)))
}

fn parse_edit(word: &str) -> Result<StreamEdit, NotationProblem> {
    let parts = || {
        let (range, bytes) = word.strip_prefix('@')?.split_once('=')?;
        let (start, end) = range.split_once("..")?;
        let range = Offset::new(number(start)?)..Offset::new(number(end)?);
        let (bytes, times) = bytes.split_once('*').unwrap_or((bytes, "1"));
        let bytes = RepeatedBytes::new(hex::decode(bytes).ok()?, number(times)?);
        Some((range, bytes))
    };
    let (range, bytes) = parts().ok_or_else(|| NotationProblem::Edit(shown(word)))?;
    StreamEdit::new(range, bytes).map_err(NotationProblem::ImpossibleEdit)
}

/// The start of a wrong word, for an error.
fn shown(word: &str) -> String {
    const SHOWN: usize = 40;
    match word.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &word[..end]),
        None => word.to_owned(),
    }
}

/// The words of a text with their offsets.
struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Words<'a> {
    fn expect_lengths(&mut self) -> Result<(usize, &'a str), NotationError> {
        let end = self.text.len();
        self.next()
            .ok_or_else(|| NotationProblem::NoLengths.at(end))
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.text[self.at..];
        let start = rest.find(|c: char| c != ' ')?;
        let word = rest[start..].split(' ').next()?;
        let at = self.at + start;
        self.at = at + word.len();
        Some((at, word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_prints_as_it_was_written() {
        for text in [
            "0",
            "0 fin",
            "10,22",
            "1x32",
            "3,1x4,25",
            "5 fin+",
            "5 half",
            "5 rst",
            "32 rst@accept",
            "5 hold",
            "5,27 pause@5",
            "5x2 pause@5 half slow",
            "32 slow",
            "32 stalled",
            "1x32 interleaved",
            "32 churn=1000",
            "32 content=wide",
            "@0..10=2d31 12,20",
            "@3..3=20 12 half slow stalled",
            "@3..5= 12 half",
        ] {
            let delivery: Delivery = text.parse().expect(text);
            assert_eq!(delivery.to_string(), text);
        }
    }

    #[test]
    fn other_spellings_are_accepted_and_printed_as_one() {
        let read = |text: &str| {
            text.parse::<Delivery>()
                .expect("a valid delivery")
                .to_string()
        };
        assert_eq!(read("  3,3,3  slow   fin "), "3x3 fin slow");
        assert_eq!(read("@0..1=AB 2 half"), "@0..1=ab 2 half");
    }

    #[test]
    fn an_error_says_where_it_is_and_how_to_fix_it() {
        let message = |text: &str| {
            let error = text.parse::<Delivery>().expect_err("an invalid delivery");
            error.to_string()
        };
        assert!(
            message("").starts_with("at byte 0 of the delivery: the chunk lengths are missing")
        );
        assert!(
            message("3,x4").starts_with("at byte 2 of the delivery: `x4` is not a chunk: write")
        );
        assert!(message("3,0,4").ends_with("a chunk needs at least one byte"));
        assert!(message("@4..2=00 3").contains("ends before it starts"));
        assert!(
            message("@4..5=0 3").starts_with("at byte 0 of the delivery: `@4..5=0` is not an edit")
        );
        assert!(message("@4..5=00").starts_with("at byte 8 of the delivery: the chunk lengths"));
        assert!(message("5 finn").starts_with("at byte 2 of the delivery: unknown word `finn`"));
        assert!(
            message("5 fin half")
                .starts_with("at byte 6 of the delivery: `half` repeats or contradicts")
        );
        assert!(message("2,3 pause@4").ends_with("`pause@4`: split the chunk there"));
        assert!(message("5 pause@5").contains("no chunk ends"));
        assert!(message("5 churn=0").contains("N from 1 to 65535"));
        assert!(message("5 content=").starts_with("at byte 2 of the delivery: unknown word"));
        assert!(message("2,3 rst@accept").ends_with("write the sum of the lengths"));
    }

    #[test]
    fn numbers_out_of_bounds_are_refused_not_wrapped() {
        for text in ["99999999999999999999", "9x18446744073709551615", "1x0"] {
            text.parse::<Delivery>().expect_err(text);
        }
    }
}
