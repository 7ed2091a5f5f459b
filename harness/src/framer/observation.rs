//! What a framer made of a stream.

use std::any::Any;
use std::fmt::Debug;

/// What a framer yields. Every type that can be compared and printed is one. A message must be
/// equal to itself: not a `f32` that may be NaN.
pub trait Message: PartialEq + Debug + 'static {
    /// The bytes, if that is what the message is. They are shown as text.
    #[doc(hidden)]
    fn as_bytes(&self) -> Option<&[u8]>;
}

impl<T: PartialEq + Debug + 'static> Message for T {
    fn as_bytes(&self) -> Option<&[u8]> {
        let any: &dyn Any = self;
        let vec = any.downcast_ref::<Vec<u8>>().map(Vec::as_slice);
        vec.or_else(|| any.downcast_ref::<Box<[u8]>>().map(|it| &**it))
    }
}

/// How the reading of a stream ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All bytes were read, and no error was reported.
    Done,
    /// The framer reported this error about a chunk. Errors are not compared with each other.
    Failed(String),
    /// The framer reported this error when the stream ended.
    FailedAtEnd(String),
    /// The framer panicked, or an adapter stopped it because it would never have ended.
    Panicked(String),
    /// The process that has the framer died or did not answer.
    Crashed(String),
}

impl Outcome {
    /// What a framer returned that has received this much; `None` means the end of the stream.
    pub(super) fn of<E: Debug>(result: Result<(), E>, received: Option<usize>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(error) if received.is_none() => Self::FailedAtEnd(format!("{error:?}")),
            Err(error) => Self::Failed(format!("{error:?}")),
        }
    }

    /// The error that the framer reported.
    pub(crate) fn error(&self) -> Option<&str> {
        match self {
            Self::Failed(error) | Self::FailedAtEnd(error) => Some(error),
            Self::Done | Self::Panicked(_) | Self::Crashed(_) => None,
        }
    }

    /// Whether no stream may have it.
    pub(super) fn is_defect(&self) -> bool {
        matches!(self, Self::Panicked(_) | Self::Crashed(_))
    }
}

/// The messages of a stream, when they came, and how the reading ended.
#[derive(Clone, Debug)]
pub struct Observation<M> {
    /// In the order in which they were yielded.
    pub messages: Vec<M>,
    /// For each message how many bytes the framer had received by then, ascending. `None` if it
    /// came at the end of the stream.
    pub received: Vec<Option<usize>>,
    /// How the reading ended.
    pub outcome: Outcome,
}

impl<M: Message> Observation<M> {
    /// How many messages came before any byte after `offset` was received.
    pub(super) fn count_at(&self, offset: usize) -> usize {
        let is_early = |at: &Option<usize>| at.is_some_and(|at| at <= offset);
        self.received.partition_point(is_early)
    }

    /// How many messages came of the first `offset` bytes. `None` if the framer did not get to
    /// their end, because of an error.
    pub(super) fn visible_at(&self, offset: usize) -> Option<usize> {
        match self.outcome {
            Outcome::Done | Outcome::FailedAtEnd(_) => Some(self.count_at(offset)),
            Outcome::Failed(_) | Outcome::Panicked(_) | Outcome::Crashed(_) => None,
        }
    }

    /// Whether both mean the same to a caller.
    ///
    /// A framer that returns a list or an error has no message of the chunk with the error: of
    /// two streams with such an error one may have fewer messages.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let (one, two) = (&self.messages, &other.messages);
        match (&self.outcome, &other.outcome) {
            (Outcome::Done, Outcome::Done) => one == two,
            (Outcome::FailedAtEnd(_), Outcome::FailedAtEnd(_)) => one == two,
            (first, second) if first.error().is_some() && second.error().is_some() => {
                one.starts_with(two) || two.starts_with(one)
            }
            _ => false,
        }
    }
}

/// Stops a framer that has yielded more messages than any protocol packs into `len` bytes:
/// it would never end.
pub(super) fn assert_ends(messages: usize, len: usize) {
    let most = 64 * (len + 1);
    assert!(
        messages <= most,
        "{messages} messages from {len} bytes: it yields messages without taking bytes"
    );
}
