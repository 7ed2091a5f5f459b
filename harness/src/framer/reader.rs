//! Functions that read messages from `impl Read`.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::sync::Arc;

use super::chunked_reader::Progress;
use super::panics::catch;
use super::{ChunkedReader, Message, Observation, Outcome, Segmentation, Subject};

/// A function that reads a stream to its end. See [`reader`].
#[derive(Clone, Debug)]
pub struct Reader<F, M, E> {
    read: F,
    result: PhantomData<fn() -> Result<M, E>>,
}

/// Makes a framer of a function that reads from `impl Read`. The function reads the stream to
/// its end, and pushes each message as soon as it has it, both on the thread that calls it.
///
/// ```
/// use std::io::{self, BufRead, BufReader};
/// use wirecheck::framer::{assert_invariant, reader};
///
/// let lines = reader(|stream, messages| {
///     for line in BufReader::new(stream).lines() {
///         messages.push(line?);
///     }
///     Ok::<(), io::Error>(())
/// });
/// assert_invariant(lines, b"GET a\r\nGET b\r\n");
/// ```
///
/// This one takes what the first read returns for the whole header. It fails at `cut@1`:
///
/// ```should_panic
/// use std::io::{self, Read};
/// use wirecheck::framer::{assert_invariant, reader};
///
/// let naive = reader(|mut stream, messages| {
///     let mut header = [0; 2];
///     while stream.read(&mut header)? > 0 {
///         let mut body = vec![0; usize::from(u16::from_be_bytes(header))];
///         stream.read_exact(&mut body)?;
///         messages.push(body);
///     }
///     Ok::<(), io::Error>(())
/// });
/// assert_invariant(naive, b"\0\x02hi\0\x05hello");
/// ```
///
/// Where the stream stays open, the function is left by unwinding at the read that would
/// wait forever: it sees no error that a socket would not show.
pub fn reader<F, M, E>(read: F) -> Reader<F, M, E>
where
    F: Fn(ChunkedReader, &mut Messages<M>) -> Result<(), E>,
    M: Message,
    E: Debug,
{
    Reader {
        read,
        result: PhantomData,
    }
}

impl<F, M, E> Subject for Reader<F, M, E>
where
    F: Fn(ChunkedReader, &mut Messages<M>) -> Result<(), E>,
    M: Message,
    E: Debug,
{
    type Message = M;

    fn receive(&self, input: &[u8], segmentation: &Segmentation) -> Observation<M> {
        let stream = ChunkedReader::new(input, segmentation);
        let mut messages = Messages::of(&stream);
        let progress = stream.progress();
        let outcome = catch(|| {
            let result = (self.read)(stream, &mut messages);
            Outcome::of(result, progress.received())
        });
        messages.observed(outcome)
    }
}

/// Takes the messages that a function reads.
#[derive(Debug)]
pub struct Messages<M> {
    messages: Vec<M>,
    received: Vec<Option<usize>>,
    progress: Arc<Progress>,
}

impl<M: Message> Messages<M> {
    pub(super) fn of(stream: &ChunkedReader) -> Self {
        Self {
            messages: Vec::new(),
            received: Vec::new(),
            progress: stream.progress(),
        }
    }

    /// Takes a message that was read.
    ///
    /// # Panics
    ///
    /// If there are far more messages than bytes: the function would never end.
    pub fn push(&mut self, message: M) {
        self.messages.push(message);
        self.received.push(self.progress.received());
        self.progress.count_message();
    }

    pub(super) fn observed(self, outcome: Outcome) -> Observation<M> {
        Observation {
            messages: self.messages,
            received: self.received,
            outcome,
        }
    }
}
