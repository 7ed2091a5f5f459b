//! An exchange: what each side sends and does, in order.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use super::message::Message;
use super::template::Template;

/// One end of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The end that connects.
    Client,
    /// The end that listens.
    Server,
}

impl Side {
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Client => "client",
            Self::Server => "server",
        })
    }
}

#[derive(Clone, Debug)]
pub struct Step {
    pub side: Side,
    pub action: Action,
    pub obligation: Obligation,
    /// Messages with the same number are sent in any order.
    pub unordered: Option<usize>,
    /// How often its message may come. More than once only if it is the optional last one of
    /// `many`.
    pub most: usize,
    /// Its own time limit; `None` means `limits.reply`.
    pub within: Option<Duration>,
    /// The line of the file, from 1.
    pub line: usize,
    /// The bytes of the file that hold the action.
    pub span: Range<usize>,
}

/// Whether a side has to perform a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Obligation {
    #[default]
    Required,
    Optional,
    /// One of `many`: it need not come. If it comes it is an answer, so that the side has read
    /// what comes before.
    Repeated,
}

#[derive(Clone, Debug)]
pub enum Action {
    Send(Message),
    Close(Close),
    /// The side's process prints a text.
    Prints(Template),
    /// The side's process ends with an exit code.
    Exits(u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// A FIN; the side still reads.
    Write,
    /// A FIN; the side no longer reads.
    Full,
    /// An RST: data in flight is lost.
    Reset,
    /// A FIN; the side may still read or not.
    Fin,
    /// A FIN or an RST.
    Any,
}

impl Close {
    /// Whether the side may still read after it.
    #[must_use]
    pub fn still_reads(self) -> bool {
        self == Self::Write
    }
}
