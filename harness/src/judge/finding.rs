//! Claims that fell short.

use std::fmt;
use std::time::Duration;

use wirecheck_report::notation::counted;

use crate::framing::{Malformation, Truncation};
use crate::peer;
use crate::scenario::Refusal;

/// A checked claim that fell short, with what was seen instead. Steps are indices
/// into the exchange.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// There was no connection to be had.
    NotConnected {
        /// A sentence that says who was called.
        why: String,
    },
    /// The peer, a client, did not connect.
    NotCalled {
        /// In words.
        why: String,
    },
    /// The peer did not read what was sent.
    NotRead {
        /// What its socket showed.
        why: Unread,
    },
    /// The peer said nothing where an answer was due.
    NoAnswer {
        /// The step that was due.
        step: usize,
        /// How long it was waited for.
        waited: Waited,
        /// Bytes of the answer that had come.
        partial: Vec<u8>,
    },
    /// The peer said something else.
    WrongAnswer {
        /// The step that was due.
        step: usize,
        /// What is wrong with what came.
        refusal: Refusal,
        /// What came.
        actual: Vec<u8>,
    },
    /// The peer's answer is no message in the framing.
    MalformedAnswer {
        /// The step that was due.
        step: usize,
        /// Why not.
        why: Malformation,
    },
    /// The peer's stream ended inside an answer.
    CutShort {
        /// The step that was due.
        step: usize,
        /// Where it ended.
        at: Truncation,
        /// What had come of it.
        partial: Vec<u8>,
    },
    /// The peer said more than was due.
    Surplus {
        /// The first bytes of it.
        actual: Vec<u8>,
    },
    /// The peer ended the connection before the exchange was over.
    EndedEarly {
        /// The step that was due.
        step: usize,
        /// Whose step it was.
        turn: Turn,
        /// How it ended.
        how: Ended,
    },
    /// The peer did not print what was due.
    NotPrinted {
        /// The step that was due.
        step: usize,
        /// What should have been printed.
        expected: Vec<u8>,
        /// What was printed.
        actual: Vec<u8>,
    },
    /// The connection was over and the peer did not close its side.
    StaysOpen {
        /// How long it was waited for.
        waited: Waited,
        /// What its socket shows, in words.
        seen: String,
    },
    /// The peer closed in another way than the exchange asks for.
    WrongClose {
        /// The step that asks.
        step: usize,
        /// How it closed.
        how: Ended,
    },
    /// The peer's process ended.
    Died {
        /// How.
        how: peer::Ended,
    },
    /// The peer's program printed something else than it does when all comes whole.
    PrintsOther {
        /// What it prints then.
        expected: Vec<u8>,
        /// What it printed.
        actual: Vec<u8>,
    },
    /// The peer's program ended in another way than it should.
    WrongExit {
        /// The step that asks; without one it is how it ends when all comes whole.
        step: Option<usize>,
        /// How it should have ended.
        expected: peer::Ended,
        /// How it ended.
        actual: peer::Ended,
    },
    /// The connection was over and the peer's program did not end.
    RunsOn {
        /// How long it was waited for.
        waited: Waited,
    },
    /// The peer connected again while it was served.
    ConnectsAgain {
        /// How often.
        times: usize,
    },
    /// The next connection was not served.
    NextNotServed {
        /// What became of it, in words.
        why: String,
    },
}

/// Whose turn it was to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The peer's: an answer was due.
    Peers,
    /// Ours: there was more to be said to it.
    Ours,
}

/// How a peer ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With a FIN.
    Closed,
    /// With a reset.
    Reset,
    /// In another way: the system says it is broken.
    Broke,
}

/// What the socket of a peer shows that does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// Nobody has accepted the connection.
    NeverAccepted,
    /// So many bytes lie unread.
    Bytes(u32),
    /// The socket is gone.
    Gone,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverAccepted => f.write_str("it never accepted the connection"),
            Self::Bytes(count) => match count {
                1 => f.write_str("1 byte lies unread in its socket"),
                _ => write!(f, "{count} bytes lie unread in its socket"),
            },
            Self::Gone => f.write_str("its socket is gone"),
        }
    }
}

/// How it was known that nothing would come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// The peer had read everything and slept.
    Quiet(Duration),
    /// The peer ran without rest and did nothing that could be seen.
    Spinning(Duration),
    /// The time allowed for it was over.
    Deadline(Duration),
    /// The peer had said as much as is kept.
    Flooded,
}

/// What a finding is about: the word by which records group them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// [`Finding::NotConnected`]
    NotConnected,
    /// [`Finding::NotCalled`]
    NotCalled,
    /// [`Finding::NotRead`] of a connection that was never accepted.
    NotAccepted,
    /// [`Finding::NotRead`]
    NotRead,
    /// [`Finding::NoAnswer`]
    NoAnswer,
    /// [`Finding::WrongAnswer`]
    WrongAnswer,
    /// [`Finding::MalformedAnswer`]
    MalformedAnswer,
    /// [`Finding::CutShort`]
    CutShort,
    /// [`Finding::Surplus`]
    Surplus,
    /// [`Finding::EndedEarly`]
    EndedEarly,
    /// [`Finding::NotPrinted`]
    NotPrinted,
    /// [`Finding::StaysOpen`]
    StaysOpen,
    /// [`Finding::WrongClose`]
    WrongClose,
    /// [`Finding::Died`]
    Died,
    /// [`Finding::PrintsOther`]
    PrintsOther,
    /// [`Finding::WrongExit`]
    WrongExit,
    /// [`Finding::RunsOn`]
    RunsOn,
    /// [`Finding::ConnectsAgain`]
    ConnectsAgain,
    /// [`Finding::NextNotServed`]
    NextNotServed,
}

impl Kind {
    /// The word in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotConnected => "not-connected",
            Self::NotCalled => "not-called",
            Self::NotAccepted => "not-accepted",
            Self::NotRead => "not-read",
            Self::NoAnswer => "no-answer",
            Self::WrongAnswer => "wrong-answer",
            Self::MalformedAnswer => "malformed-answer",
            Self::CutShort => "cut-short",
            Self::Surplus => "surplus",
            Self::EndedEarly => "ended-early",
            Self::NotPrinted => "not-printed",
            Self::StaysOpen => "stays-open",
            Self::WrongClose => "wrong-close",
            Self::Died => "died",
            Self::PrintsOther => "prints-other",
            Self::WrongExit => "wrong-exit",
            Self::RunsOn => "runs-on",
            Self::ConnectsAgain => "connects-again",
            Self::NextNotServed => "next-not-served",
        }
    }
}

impl Kind {
    /// Whether it says that something did not come: a claim that patience may
    /// refute.
    #[must_use]
    pub const fn is_silence(self) -> bool {
        matches!(
            self,
            Self::NotCalled
                | Self::NotAccepted
                | Self::NotRead
                | Self::NoAnswer
                | Self::NotPrinted
                | Self::StaysOpen
                | Self::RunsOn
        )
    }
}

impl Finding {
    /// What it is about.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::NotConnected { .. } => Kind::NotConnected,
            Self::NotCalled { .. } => Kind::NotCalled,
            Self::NotRead {
                why: Unread::NeverAccepted,
            } => Kind::NotAccepted,
            Self::NotRead { .. } => Kind::NotRead,
            Self::NoAnswer { .. } => Kind::NoAnswer,
            Self::WrongAnswer { .. } => Kind::WrongAnswer,
            Self::MalformedAnswer { .. } => Kind::MalformedAnswer,
            Self::CutShort { .. } => Kind::CutShort,
            Self::Surplus { .. } => Kind::Surplus,
            Self::EndedEarly { .. } => Kind::EndedEarly,
            Self::NotPrinted { .. } => Kind::NotPrinted,
            Self::StaysOpen { .. } => Kind::StaysOpen,
            Self::WrongClose { .. } => Kind::WrongClose,
            Self::Died { .. } => Kind::Died,
            Self::PrintsOther { .. } => Kind::PrintsOther,
            Self::WrongExit { .. } => Kind::WrongExit,
            Self::RunsOn { .. } => Kind::RunsOn,
            Self::ConnectsAgain { .. } => Kind::ConnectsAgain,
            Self::NextNotServed { .. } => Kind::NextNotServed,
        }
    }

    /// The step of the exchange that asks for it.
    #[must_use]
    pub fn step(&self) -> Option<usize> {
        match self {
            Self::NoAnswer { step, .. }
            | Self::WrongAnswer { step, .. }
            | Self::MalformedAnswer { step, .. }
            | Self::CutShort { step, .. }
            | Self::EndedEarly { step, .. }
            | Self::NotPrinted { step, .. }
            | Self::WrongClose { step, .. } => Some(*step),
            Self::WrongExit { step, .. } => *step,
            _ => None,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCalled { why } => write!(f, "it never connected: {why}"),
            Self::NotConnected { why } => f.write_str(why),
            Self::NotRead { why } => write!(f, "the peer did not read: {why}"),
            Self::NoAnswer {
                waited, partial, ..
            } if partial.is_empty() => write!(f, "no answer {waited}"),
            Self::NoAnswer {
                waited, partial, ..
            } => {
                let came = counted(partial.len() as u64, "byte");
                match waited {
                    Waited::Flooded => write!(
                        f,
                        "no whole answer in the {came} that are kept (`limits.reply_bytes`)"
                    ),
                    _ => write!(f, "the answer stops after {came} {waited}"),
                }
            }
            Self::WrongAnswer { refusal, .. } => write!(f, "another answer: {refusal}"),
            Self::MalformedAnswer { why, .. } => write!(f, "an answer that is none: {why}"),
            Self::CutShort { at, .. } => write!(f, "an answer cut short: {at}"),
            Self::Surplus { .. } => f.write_str("the peer said more than was due"),
            Self::EndedEarly { turn, how, .. } => match turn {
                Turn::Peers => write!(f, "the peer {how} before it answered"),
                Turn::Ours => write!(f, "the peer {how} before it had heard all"),
            },
            Self::NotPrinted { .. } => f.write_str("the peer did not print what was due"),
            Self::StaysOpen { waited, seen } => {
                write!(f, "the peer did not close {waited}: {seen}")
            }
            Self::WrongClose { how, .. } => {
                write!(f, "the peer {}, which the exchange does not allow", how)
            }
            Self::Died { how } => write!(f, "the peer's process ended: {how}"),
            Self::PrintsOther { .. } => {
                f.write_str("the peer prints something else than when all comes whole")
            }
            Self::WrongExit {
                step: Some(_),
                expected,
                actual,
            } => write!(f, "the peer ended with {actual}, where {expected} was due"),
            Self::WrongExit {
                expected, actual, ..
            } => write!(
                f,
                "the peer ended with {actual}; when all comes whole it ends with {expected}"
            ),
            Self::RunsOn { waited } => write!(
                f,
                "the connection is over and the peer did not end {waited}"
            ),
            Self::ConnectsAgain { times: 1 } => f.write_str("the peer connected once more"),
            Self::ConnectsAgain { times } => write!(f, "the peer connected {times} times more"),
            Self::NextNotServed { why } => write!(f, "the next connection was not served: {why}"),
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "closed",
            Self::Reset => "reset the connection",
            Self::Broke => "broke the connection",
        })
    }
}

impl fmt::Display for Waited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quiet(_) => f.write_str("(it has read everything and sleeps)"),
            Self::Spinning(_) => f.write_str("(it runs without rest)"),
            Self::Deadline(time) => write!(f, "within {time:?}"),
            Self::Flooded => f.write_str("within the bytes that are kept (`limits.reply_bytes`)"),
        }
    }
}
