//! An exchange: who says and does what, in order.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use super::message::Message;
use super::template::Template;

/// One of the two who talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The one who connects.
    Client,
    /// The one who listens.
    Server,
}

impl Side {
    /// The one on the far end.
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

/// One step of an exchange.
#[derive(Clone, Debug)]
pub struct Step {
    /// Who speaks.
    pub side: Side,
    /// What is said or done.
    pub action: Action,
    /// How long it may take, if not as long as any answer.
    pub within: Option<Duration>,
    /// The line of the suite on which it is written, from 1.
    pub line: usize,
    /// The bytes of the suite's text that say or do it.
    pub span: Range<usize>,
}

/// What a side says or does.
#[derive(Clone, Debug)]
pub enum Action {
    /// A message.
    Send(Message),
    /// The side ends, wholly or in part.
    Close(Close),
    /// The side's process prints a text.
    Prints(Template),
    /// The side's process ends with a code.
    Exits(u8),
}

/// How a side ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// It says no more but still listens: a FIN.
    Write,
    /// It neither says nor hears any more: a FIN.
    Full,
    /// It ends at once and throws away what is under way: an RST.
    Reset,
    /// A FIN, of whichever kind.
    Fin,
    /// A FIN or an RST.
    Any,
}

impl Close {
    /// Whether the side can still hear the other after it.
    #[must_use]
    pub fn still_reads(self) -> bool {
        self == Self::Write
    }
}
