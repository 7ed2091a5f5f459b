//! Framers that take a chunk and return the messages that are complete.

use std::convert::Infallible;
use std::fmt::Debug;

use super::observation::assert_ends;
use super::panics::catch;
use super::{End, Message, Observation, Outcome, Segmentation, Subject};

/// A framer that takes the chunks of one stream, one after the other.
///
/// A closure `FnMut(&[u8]) -> Vec<M>` or `FnMut(&[u8]) -> Result<Vec<M>, E>` is one.
///
/// ```
/// use wirecheck::framer::{Framer, assert_invariant};
///
/// /// A length of one byte, then the body.
/// #[derive(Default)]
/// struct Short(Vec<u8>);
///
/// impl Framer for Short {
///     type Message = Vec<u8>;
///     type Error = &'static str;
///
///     fn push(&mut self, chunk: &[u8], messages: &mut Vec<Vec<u8>>) -> Result<(), Self::Error> {
///         self.0.extend_from_slice(chunk);
///         while let Some(&len) = self.0.first() {
///             let end = 1 + usize::from(len);
///             let Some(body) = self.0.get(1..end) else { break };
///             messages.push(body.to_vec());
///             self.0.drain(..end);
///         }
///         Ok(())
///     }
///
///     fn finish(&mut self, _messages: &mut Vec<Vec<u8>>) -> Result<(), Self::Error> {
///         if self.0.is_empty() { Ok(()) } else { Err("the stream ends inside a message") }
///     }
/// }
///
/// assert_invariant(Short::default, b"\x02hi\x00\x05hello");
/// ```
pub trait Framer {
    /// What it yields.
    type Message: Message;
    /// Why it cannot read on.
    type Error: Debug;

    /// Takes the next chunk, and adds the messages that are complete now. Not called again
    /// after an error. A call that never returns hangs the test.
    fn push(&mut self, chunk: &[u8], messages: &mut Vec<Self::Message>) -> Result<(), Self::Error>;

    /// The stream ends. Adds the messages that its end completes.
    fn finish(&mut self, _messages: &mut Vec<Self::Message>) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// What a closure that is a [`Framer`] returns: `Vec<M>` or `Result<Vec<M>, E>`.
pub trait ChunkResult {
    /// What the framer yields.
    type Message: Message;
    /// Why it cannot read on.
    type Error: Debug;

    /// The messages, or the error.
    fn into_result(self) -> Result<Vec<Self::Message>, Self::Error>;
}

impl<M: Message> ChunkResult for Vec<M> {
    type Message = M;
    type Error = Infallible;

    fn into_result(self) -> Result<Self, Infallible> {
        Ok(self)
    }
}

impl<M: Message, E: Debug> ChunkResult for Result<Vec<M>, E> {
    type Message = M;
    type Error = E;

    fn into_result(self) -> Self {
        self
    }
}

impl<F, R> Framer for F
where
    F: FnMut(&[u8]) -> R,
    R: ChunkResult,
{
    type Message = R::Message;
    type Error = R::Error;

    fn push(&mut self, chunk: &[u8], messages: &mut Vec<R::Message>) -> Result<(), R::Error> {
        let mut complete = self(chunk).into_result()?;
        if messages.is_empty() {
            // The first ones are not copied.
            *messages = complete;
        } else {
            messages.append(&mut complete);
        }
        Ok(())
    }
}

impl<N, F> Subject for N
where
    N: Fn() -> F,
    F: Framer,
{
    type Message = F::Message;

    fn receive(&self, input: &[u8], segmentation: &Segmentation) -> Observation<F::Message> {
        let mut messages = Vec::new();
        let mut received = Vec::new();
        let outcome = catch(|| {
            let mut framer = self();
            let log = (&mut messages, &mut received);
            match push_all(&mut framer, input, segmentation, log) {
                Err(error) => Outcome::of(Err(error), Some(segmentation.len())),
                Ok(()) if segmentation.end() == End::Open => Outcome::Done,
                Ok(()) => Outcome::of(framer.finish(&mut messages), None),
            }
        });
        // Those that came with the error or with the end of the stream.
        received.resize(messages.len(), None);
        Observation {
            messages,
            received,
            outcome,
        }
    }
}

fn push_all<F: Framer>(
    framer: &mut F,
    input: &[u8],
    segmentation: &Segmentation,
    (messages, received): (&mut Vec<F::Message>, &mut Vec<Option<usize>>),
) -> Result<(), F::Error> {
    let mut start = 0;
    for end in segmentation.ends() {
        let result = framer.push(&input[start..end], messages);
        received.resize(messages.len(), Some(end));
        assert_ends(messages.len(), end);
        result?;
        start = end;
    }
    Ok(())
}
