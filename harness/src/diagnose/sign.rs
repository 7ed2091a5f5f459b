//! What a finding says to a diagnostician: small enough to be kept for each of
//! thousands of cases, while the bytes it was made from are not.

use crate::judge::{Ended, Finding, Waited};
use crate::scenario::Refusal;

/// A finding without its bytes and its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// There was no connection to be had.
    NotConnected,
    /// What was sent was not read.
    NotRead,
    /// An answer is missing.
    NoAnswer {
        /// The step that was due.
        step: usize,
    },
    /// An answer is another.
    WrongAnswer {
        /// The step that was due.
        step: usize,
        /// What it has of the right one.
        slip: Slip,
    },
    /// An answer is no message, or the stream ends inside it.
    BrokenAnswer {
        /// The step that was due.
        step: usize,
    },
    /// More was said than was due.
    Surplus,
    /// The peer ended the connection although an answer was due.
    EndedEarly {
        /// The step that was due.
        step: usize,
        /// How it ended.
        how: Ended,
    },
    /// A text was not printed.
    NotPrinted {
        /// The step that was due.
        step: usize,
        /// What was printed instead has of it.
        slip: Slip,
    },
    /// The connection was over and the peer, asleep, kept its side.
    StaysOpenAsleep,
    /// The same, and the peer ran without rest.
    StaysOpenSpinning,
    /// The same, and what the peer did meanwhile is not known.
    StaysOpen,
    /// The peer closed in another way than the exchange asks for.
    WrongClose {
        /// How it closed.
        how: Ended,
    },
    /// The peer's process crashed.
    Crashed,
    /// The peer's process ended as one that is done.
    Exited,
    /// Something else was printed than when all comes whole.
    PrintsOther {
        /// What it has of the right text.
        slip: Slip,
    },
    /// The peer's program ended in another way than when all comes whole.
    EndsOtherwise,
    /// The connection was over, and the peer's program slept on or was busy.
    RunsOn,
    /// The peer connected again while it was served.
    ConnectsAgain,
    /// The next connection was not served.
    NextNotServed,
}

/// What a wrong answer has of the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    /// It is the right one's beginning: as many bytes as that has characters.
    CountedInCharacters,
    /// It is the right one with one stretch left out.
    LeftOut,
    /// It is the right one with one stretch put in, as where two answers that nothing
    /// ends run together.
    PutIn,
    /// It has replacement characters, which the right one has not.
    Garbled,
    /// Nothing that could be named, or the right one is not known.
    Other,
}

impl Sign {
    /// What a finding says. `due` is what would have been right, if it is known.
    #[must_use]
    pub fn of(finding: &Finding, due: Option<&[u8]>) -> Self {
        match finding {
            Finding::NotConnected { .. } | Finding::NotCalled { .. } => Self::NotConnected,
            Finding::NotRead { .. } => Self::NotRead,
            Finding::NoAnswer { step, .. } => Self::NoAnswer { step: *step },
            Finding::WrongAnswer {
                step,
                refusal,
                actual,
            } => Self::WrongAnswer {
                step: *step,
                slip: match (refusal, due) {
                    (Refusal::Differs { expected }, _) => Slip::between(expected, actual),
                    (_, Some(due)) => Slip::between(due, actual),
                    (_, None) => Slip::Other,
                },
            },
            Finding::MalformedAnswer { step, .. } | Finding::CutShort { step, .. } => {
                Self::BrokenAnswer { step: *step }
            }
            Finding::Surplus { .. } => Self::Surplus,
            Finding::EndedEarly { step, how, .. } => Self::EndedEarly {
                step: *step,
                how: *how,
            },
            Finding::NotPrinted {
                step,
                expected,
                actual,
            } => Self::NotPrinted {
                step: *step,
                slip: Slip::between(expected, as_many_lines(expected, actual)),
            },
            Finding::StaysOpen { waited, .. } => match waited {
                Waited::Quiet(_) => Self::StaysOpenAsleep,
                Waited::Spinning(_) => Self::StaysOpenSpinning,
                Waited::Deadline(_) | Waited::Flooded => Self::StaysOpen,
            },
            Finding::WrongClose { how, .. } => Self::WrongClose { how: *how },
            Finding::Died { how } if how.is_success() => Self::Exited,
            Finding::Died { .. } => Self::Crashed,
            Finding::PrintsOther { expected, actual } => Self::PrintsOther {
                slip: Slip::between(expected, actual),
            },
            Finding::WrongExit {
                step: Some(_),
                actual,
                ..
            } if !actual.is_success() => Self::Crashed,
            Finding::WrongExit { .. } => Self::EndsOtherwise,
            Finding::RunsOn {
                waited: Waited::Spinning(_),
            } => Self::StaysOpenSpinning,
            Finding::RunsOn { .. } => Self::RunsOn,
            Finding::ConnectsAgain { .. } => Self::ConnectsAgain,
            Finding::NextNotServed { .. } => Self::NextNotServed,
        }
    }

    /// Whether the peer made of the bytes something else than they say: it
    /// answered wrongly, not at all, or stopped listening.
    #[must_use]
    pub(super) const fn is_misreading(self) -> bool {
        match self {
            Self::NotRead
            | Self::NoAnswer { .. }
            | Self::WrongAnswer { .. }
            | Self::BrokenAnswer { .. }
            | Self::Surplus
            | Self::EndedEarly { .. }
            | Self::NotPrinted { .. }
            | Self::PrintsOther { .. }
            | Self::EndsOtherwise => true,
            Self::NotConnected
            | Self::StaysOpenAsleep
            | Self::StaysOpenSpinning
            | Self::StaysOpen
            | Self::WrongClose { .. }
            | Self::Crashed
            | Self::Exited
            | Self::RunsOn
            | Self::ConnectsAgain
            | Self::NextNotServed => false,
        }
    }

    /// What a wrong answer, or a text that is printed, has of the right one.
    pub(super) const fn slip(self) -> Option<Slip> {
        match self {
            Self::WrongAnswer { slip, .. }
            | Self::NotPrinted { slip, .. }
            | Self::PrintsOther { slip } => Some(slip),
            _ => None,
        }
    }

    /// Whether an answer was made of a part of what was asked.
    pub(super) const fn is_shortened(self) -> bool {
        matches!(self.slip(), Some(Slip::LeftOut | Slip::CountedInCharacters))
    }

    /// The step whose answer did not come, if that is what it says.
    pub(super) const fn missing(self) -> Option<usize> {
        match self {
            Self::NoAnswer { step }
            | Self::NotPrinted { step, .. }
            | Self::EndedEarly { step, .. } => Some(step),
            _ => None,
        }
    }
}

impl Slip {
    /// What `actual` has of `expected`.
    fn between(expected: &[u8], actual: &[u8]) -> Self {
        match () {
            () if is_counted_in_characters(expected, actual) => Self::CountedInCharacters,
            () if is_shortened(expected, actual) => Self::LeftOut,
            () if is_shortened(actual, expected) => Self::PutIn,
            () if is_garbled(actual) && !is_garbled(expected) => Self::Garbled,
            () => Self::Other,
        }
    }
}

/// What stands in `actual` where `expected` was to stand.
fn as_many_lines<'a>(expected: &[u8], actual: &'a [u8]) -> &'a [u8] {
    let lines = expected.split(|&byte| byte == b'\n').count();
    let ends = actual
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'\n');
    let end = ends.map(|(at, _)| at).nth(lines - 1);
    &actual[..end.unwrap_or(actual.len())]
}

/// Whether `actual` ends where a reader is led by a length that counts the
/// characters of `expected`, or its UTF-16 units.
fn is_counted_in_characters(expected: &[u8], actual: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(expected) else {
        return false;
    };
    let counts = [text.chars().count(), text.encode_utf16().count()];
    actual.len() < expected.len() && expected.starts_with(actual) && counts.contains(&actual.len())
}

/// Whether `actual` is `expected` without one stretch of it.
fn is_shortened(expected: &[u8], actual: &[u8]) -> bool {
    let pairs = expected.iter().zip(actual);
    let first = pairs.take_while(|(one, other)| one == other).count();
    let pairs = expected.iter().rev().zip(actual.iter().rev());
    let last = pairs.take_while(|(one, other)| one == other).count();
    actual.len() < expected.len() && first + last >= actual.len()
}

fn is_garbled(text: &[u8]) -> bool {
    memchr::memmem::find(text, "\u{fffd}".as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peer::Ended;

    fn slip(expected: &str, actual: impl AsRef<[u8]>) -> Slip {
        Slip::between(expected.as_bytes(), actual.as_ref())
    }

    #[test]
    fn a_length_in_characters_is_told_from_other_short_answers() {
        assert_eq!(slip("città!", "città"), Slip::CountedInCharacters);
        assert_eq!(slip("città", b"citt\xc3"), Slip::CountedInCharacters);
        assert_eq!(slip("città!", b"citt\xc3"), Slip::LeftOut);
        assert_eq!(slip("a🦀b", "a🦀b".split_at(5).0), Slip::LeftOut);
        assert_eq!(slip("🦀bc", "🦀"), Slip::CountedInCharacters);
        assert_eq!(slip("citta", "citt"), Slip::LeftOut);
    }

    #[test]
    fn a_stretch_may_be_left_out_anywhere() {
        assert_eq!(slip("Hello, world!", "Hello, wor!"), Slip::LeftOut);
        assert_eq!(slip("echo: one", "echo: "), Slip::LeftOut);
        assert_eq!(slip("one two", "two"), Slip::LeftOut);
        assert_eq!(slip("one", "two"), Slip::Other);
        assert_eq!(slip("one", "one one"), Slip::PutIn);
        assert_eq!(slip("said: hello", "said: hsaid: ello"), Slip::PutIn);
        assert_eq!(slip("one", "one"), Slip::Other);
    }

    #[test]
    fn a_replacement_character_that_nobody_sent_is_garbling() {
        assert_eq!(slip("日本", "\u{fffd}\u{fffd}本"), Slip::Garbled);
        assert_eq!(slip("\u{fffd}x", "\u{fffd}y"), Slip::Other);
    }

    #[test]
    fn a_process_that_ended_well_is_told_from_one_that_crashed() {
        let died = |how| Sign::of(&Finding::Died { how }, None);
        assert_eq!(died(Ended::Code(0)), Sign::Exited);
        assert_eq!(died(Ended::Code(1)), Sign::Crashed);
        assert_eq!(died(Ended::Signal(11)), Sign::Crashed);
        assert_eq!(died(Ended::Unknown), Sign::Crashed);
    }
}
