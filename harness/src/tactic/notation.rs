//! How a delivery is written: `@0..10=2d31 12,1x20 half`.

use std::fmt::{self, Write as _};
use std::num::NonZeroU16;
use std::str::FromStr;

use super::Offset;
use super::delivery::{Delivery, DeliveryEnd, EditError, OtherConnections, Reading, StreamEdit};
use super::lengths::{ChunkRun, LengthError, Lengths};
use super::offset::number;

/// The longest notation that is read, in bytes.
const LONGEST: usize = 4 << 20;

const ENDS: [(&str, DeliveryEnd); 6] = [
    ("half", DeliveryEnd::Half),
    ("fin", DeliveryEnd::Fin),
    ("fin+", DeliveryEnd::FinAtOnce),
    ("rst", DeliveryEnd::Reset),
    ("rst@accept", DeliveryEnd::ResetBeforeAccept),
    ("hold", DeliveryEnd::Hold),
];

/// The notation: one line that says everything and parses back.
///
/// - `10,22`: ten bytes, then twenty-two; `3,1x4,25`: the middle four one by
///   one; `0`: none.
/// - A word for the end, unless it is as scripted: `half`, `fin`, `fin+`, `rst`,
///   `rst@accept`, `hold`.
/// - `slow`, if the answers are read so; then the other_connections, if there is any:
///   `stalled`, `interleaved`, `churn=1000`.
/// - In front, what is changed in the stream: `@0..10=2d31` puts the bytes `-1`
///   in place of the first ten.
impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(edit) = self.edit() {
            write_edit(f, edit)?;
            f.write_char(' ')?;
        }
        write_lengths(f, &self.lengths)?;
        if let Some((word, _)) = ENDS.iter().find(|(_, end)| *end == self.end) {
            write!(f, " {word}")?;
        }
        if self.reading == Reading::Slow {
            f.write_str(" slow")?;
        }
        match self.other_connections {
            OtherConnections::Alone => Ok(()),
            OtherConnections::Stalled => f.write_str(" stalled"),
            OtherConnections::Interleaved => f.write_str(" interleaved"),
            OtherConnections::Churned(times) => write!(f, " churn={times}"),
        }
    }
}

fn write_edit(f: &mut fmt::Formatter<'_>, edit: &StreamEdit) -> fmt::Result {
    let range = edit.range();
    write!(f, "@{}..{}=", range.start, range.end)?;
    edit.replacement()
        .iter()
        .try_for_each(|byte| write!(f, "{byte:02x}"))
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

/// Why a text is no delivery, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at {at} of the delivery: {problem}")]
pub struct NotationError {
    /// How many bytes of the text come before what is wrong.
    pub at: usize,
    /// What is wrong there.
    pub problem: NotationProblem,
}

/// What can be wrong with a delivery that was written down.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotationProblem {
    /// It is longer than any that wirecheck writes.
    #[error("it is longer than {LONGEST} bytes")]
    TooLong,
    /// There are no chunk lengths.
    #[error("the chunk lengths are missing: write `10,22`, `1x32`, or `0` for no bytes")]
    NoLengths,
    /// A chunk is not a length, or a length and a count.
    #[error("`{0}` is not a chunk: write a length (`10`), or a length and a count (`1x32`)")]
    Chunk(String),
    /// The chunks are numbers, but can't be sent.
    #[error(transparent)]
    Length(LengthError),
    /// The edit can't be read.
    #[error("`{0}` is not an edit: write offsets and bytes in hex, as in `@0..10=2d31`")]
    Edit(String),
    /// The edit can be read but not made.
    #[error(transparent)]
    ImpossibleEdit(EditError),
    /// A word that is none of the notation's.
    #[error(
        "`{0}` says nothing here: known are half, fin, fin+, rst, rst@accept, hold, slow, \
         stalled, interleaved, and churn=N with N from 1 to 65535"
    )]
    Word(String),
    /// Two words say what can be said once.
    #[error("`{0}` comes too late: how it ends, how it is read and who is there is each said once")]
    Twice(String),
    /// Several chunks before the peer accepts.
    #[error("what is sent before the peer accepts is one chunk: write their sum")]
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
            delivery.say(word).map_err(|problem| problem.at(at))?;
        }
        Ok(delivery)
    }
}

impl Delivery {
    /// Takes in one of the words after the lengths.
    fn say(&mut self, word: &str) -> Result<(), NotationProblem> {
        let twice = || NotationProblem::Twice(shown(word));
        if let Some((_, end)) = ENDS.iter().find(|(name, _)| *name == word) {
            if *end == DeliveryEnd::ResetBeforeAccept && self.chunk_count() > 1 {
                return Err(NotationProblem::ChunksBeforeAccept);
            }
            once(&mut self.end, *end).ok_or_else(twice)
        } else if word == "slow" {
            once(&mut self.reading, Reading::Slow).ok_or_else(twice)
        } else {
            let other_connections = parse_other_connections(word)?;
            once(&mut self.other_connections, other_connections).ok_or_else(twice)
        }
    }
}

/// Says what has not been said yet.
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
        Some((range, parse_hex(bytes)?))
    };
    let (range, bytes) = parts().ok_or_else(|| NotationProblem::Edit(shown(word)))?;
    StreamEdit::new(range, bytes).map_err(NotationProblem::ImpossibleEdit)
}

fn parse_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok();
    let bytes = pairs.iter().map(byte).collect();
    rest.is_empty().then_some(bytes).flatten()
}

/// As much of a wrong word as an error should repeat.
fn shown(word: &str) -> String {
    const SHOWN: usize = 40;
    match word.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &word[..end]),
        None => word.to_owned(),
    }
}

/// The words of a text and where each begins.
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
            "32 slow",
            "32 stalled",
            "1x32 interleaved",
            "32 churn=1000",
            "@0..10=2d31 12,20",
            "@3..3=20 12 half slow stalled",
            "@3..5= 12 half",
        ] {
            let delivery: Delivery = text.parse().expect(text);
            assert_eq!(delivery.to_string(), text);
        }
    }

    #[test]
    fn there_is_one_spelling_but_more_are_read() {
        let read = |text: &str| text.parse::<Delivery>().expect("a delivery").to_string();
        assert_eq!(read("  3,3,3  slow   fin "), "3x3 fin slow");
        assert_eq!(read("@0..1=AB 2 half"), "@0..1=ab 2 half");
    }

    #[test]
    fn an_error_says_where_and_how_to_mend_it() {
        let says = |text: &str| {
            let error = text.parse::<Delivery>().expect_err("no delivery");
            error.to_string()
        };
        assert!(says("").starts_with("at 0 of the delivery: the chunk lengths are missing"));
        assert!(says("3,x4").starts_with("at 2 of the delivery: `x4` is not a chunk: write"));
        assert!(says("3,0,4").ends_with("a chunk has at least one byte"));
        assert!(says("@4..2=00 3").contains("from the lower offset to the higher"));
        assert!(says("@4..5=0 3").starts_with("at 0 of the delivery: `@4..5=0` is not an edit"));
        assert!(says("@4..5=00").starts_with("at 8 of the delivery: the chunk lengths"));
        assert!(says("5 finn").starts_with("at 2 of the delivery: `finn` says nothing here"));
        assert!(says("5 fin half").starts_with("at 6 of the delivery: `half` comes too late"));
        assert!(says("5 churn=0").contains("N from 1 to 65535"));
        assert!(says("2,3 rst@accept").ends_with("write their sum"));
    }

    #[test]
    fn numbers_out_of_bounds_are_refused_not_wrapped() {
        for text in ["99999999999999999999", "9x18446744073709551615", "1x0"] {
            text.parse::<Delivery>().expect_err(text);
        }
    }
}
