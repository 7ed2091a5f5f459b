//! Functions that read messages from `impl AsyncRead`.

use std::fmt::Debug;
use std::future::poll_fn;
use std::io;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::runtime::{Builder, Runtime};

use super::chunked_reader::{Next, Progress};
use super::panics::catch;
use super::{ChunkedReader, Message, Messages, Observation, Outcome, Segmentation, Subject};

/// How many rounds of the runtime without a new message there are before each chunk: time for
/// a message to go from the task that reads to the one that yields it, through some others.
const MOST_ROUNDS: u32 = 16;

/// An async function that reads a stream to its end. See [`async_reader`].
#[derive(Debug)]
pub struct AsyncReader<F, M, E> {
    read: F,
    result: PhantomData<fn() -> Result<M, E>>,
}

/// Makes a framer of an async function that reads from `impl AsyncRead`. The function reads the
/// stream to its end, and pushes each message as soon as it has it. It may start tasks. What
/// it does on other threads or after a time is not waited for.
///
/// It runs on a current-thread runtime of its own: call it from a `#[test]`, not from a
/// `#[tokio::test]`.
///
/// ```
/// use std::io;
/// use tokio::io::{AsyncBufReadExt, BufReader};
/// use wirecheck::framer::{assert_invariant, async_reader};
///
/// let lines = async_reader(async |stream, messages| {
///     let mut lines = BufReader::new(stream).lines();
///     while let Some(line) = lines.next_line().await? {
///         messages.push(line);
///     }
///     Ok::<(), io::Error>(())
/// });
/// assert_invariant(lines, b"GET a\r\nGET b\r\n");
/// ```
pub fn async_reader<F, M, E>(read: F) -> AsyncReader<F, M, E>
where
    F: AsyncFn(AsyncChunkedReader, &mut Messages<M>) -> Result<(), E>,
    M: Message,
    E: Debug,
{
    AsyncReader {
        read,
        result: PhantomData,
    }
}

impl<F, M, E> Subject for AsyncReader<F, M, E>
where
    F: AsyncFn(AsyncChunkedReader, &mut Messages<M>) -> Result<(), E>,
    M: Message,
    E: Debug,
{
    type Message = M;

    fn receive(&self, input: &[u8], segmentation: &Segmentation) -> Observation<M> {
        let stream = AsyncChunkedReader::new(input, segmentation);
        let progress = stream.chunks.progress();
        let starved = Arc::clone(&stream.starved);
        let mut messages = Messages::of(&stream.chunks);
        // Tasks that the function has left behind end with their runtime.
        let runtime = runtime();
        let outcome = catch(|| {
            runtime.block_on(async {
                let mut read = pin!((self.read)(stream, &mut messages));
                let mut rounds = Rounds::default();
                poll_fn(|context| {
                    if let Poll::Ready(result) = read.as_mut().poll(context) {
                        return Poll::Ready(Outcome::of(result, progress.received()));
                    }
                    if !starved.is_set(context) {
                        return Poll::Pending;
                    }
                    if rounds.are_over(&progress) {
                        return Poll::Ready(Outcome::Done);
                    }
                    context.waker().wake_by_ref();
                    Poll::Pending
                })
                .await
            })
        });
        runtime.shutdown_background();
        messages.observed(outcome)
    }
}

/// Polls the function itself after each step of a task that it has started.
fn runtime() -> Runtime {
    let mut builder = Builder::new_current_thread();
    let runtime = builder.event_interval(1).enable_all().build();
    runtime.expect("the system allows a runtime")
}

/// Rounds of the runtime without a new message.
#[derive(Debug, Default)]
struct Rounds {
    count: u32,
    messages: usize,
}

impl Rounds {
    fn are_over(&mut self, progress: &Progress) -> bool {
        let messages = progress.messages();
        if messages > self.messages {
            (self.messages, self.count) = (messages, 0);
        }
        self.count += 1;
        self.count > MOST_ROUNDS
    }
}

/// The stream that a function given to [`async_reader`] reads. It is suspended before each
/// chunk, as it is on a socket where each chunk arrives after the one before it was read.
#[derive(Debug)]
pub struct AsyncChunkedReader {
    chunks: ChunkedReader,
    /// How often it was suspended before the current chunk.
    rounds: Rounds,
    starved: Arc<Starved>,
}

/// Whether a read waits for bytes that never come.
#[derive(Debug, Default)]
struct Starved {
    flag: AtomicBool,
    /// The task to wake when it is so. The read may run in another one.
    waker: Mutex<Option<Waker>>,
}

impl Starved {
    /// Wakes this task when it becomes so.
    fn is_set(&self, context: &Context<'_>) -> bool {
        *self.waker() = Some(context.waker().clone());
        self.flag.load(Ordering::Relaxed)
    }

    fn set(&self) {
        self.flag.store(true, Ordering::Relaxed);
        if let Some(waker) = self.waker().take() {
            waker.wake();
        }
    }

    fn waker(&self) -> MutexGuard<'_, Option<Waker>> {
        self.waker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsyncChunkedReader {
    fn new(input: &[u8], segmentation: &Segmentation) -> Self {
        Self {
            chunks: ChunkedReader::new(input, segmentation),
            rounds: Rounds::default(),
            starved: Arc::default(),
        }
    }
}

impl AsyncRead for AsyncChunkedReader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let most = buffer.remaining();
        if most == 0 {
            return Poll::Ready(Ok(()));
        }
        let progress = self.chunks.progress();
        if !self.rounds.are_over(&progress) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let chunks = self.chunks.chunks_left();
        match self.chunks.next(most, |bytes| buffer.put_slice(bytes)) {
            Next::Bytes(_) => {
                if self.chunks.chunks_left() < chunks {
                    self.rounds = Rounds::default();
                }
                Poll::Ready(Ok(()))
            }
            Next::Nothing => {
                self.starved.set();
                Poll::Pending
            }
        }
    }
}
