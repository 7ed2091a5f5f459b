//! The thread that reads a peer's output pipes.
//!
//! One thread waits for both pipes. It reads as fast as the peer writes, and keeps what
//! [`SharedOutput`] keeps, so a peer that floods costs a copy and no memory. When it is asked
//! to catch up it takes what the pipes contain at that moment, and says so. When it is asked
//! to finish it does the same and ends, even if an escaped process still has them open.

use crate::peer::output::{OutputStream, SharedOutput};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, ioctl_fionbio, read};
use std::io::{self, PipeReader, PipeWriter, Write as _};
use std::os::fd::OwnedFd;
use std::process::{ChildStderr, ChildStdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{Builder, JoinHandle};

/// The size of one read, and the capacity of a pipe unless a program changes it.
const READ_SIZE: usize = 64 << 10;
/// The largest capacity of a pipe without privileges.
const PIPE_MAX: usize = 1 << 20;

/// Dropped without [`OutputDrain::finish`], the thread ends too.
#[derive(Debug)]
pub(in crate::peer) struct OutputDrain {
    thread: JoinHandle<()>,
    /// A byte asks the thread to catch up. Closed, it asks the thread to finish.
    requests: PipeWriter,
    requested: AtomicU64,
}

impl OutputDrain {
    pub(in crate::peer) fn start(
        stdout: ChildStdout,
        stderr: ChildStderr,
        shared: Arc<SharedOutput>,
    ) -> io::Result<Self> {
        let (incoming, requests) = std::io::pipe()?;
        let pipes = vec![
            OutputPipe::new(stdout.into(), OutputStream::Stdout)?,
            OutputPipe::new(stderr.into(), OutputStream::Stderr)?,
        ];
        let builder = Builder::new()
            .name("peer output".into())
            .stack_size(64 << 10);
        let thread = builder.spawn(move || drain(pipes, &incoming, &shared))?;
        Ok(Self {
            thread,
            requests,
            requested: AtomicU64::new(0),
        })
    }

    /// Waits until all that the pipes contain now is in `shared`.
    pub(in crate::peer) fn catch_up(&self, shared: &SharedOutput) {
        let number = self.requested.fetch_add(1, Ordering::Relaxed) + 1;
        // A thread that has ended reads no request: it has caught up for good.
        let _ = (&self.requests).write(&[0]);
        shared.await_drained(number);
    }

    pub(in crate::peer) fn finish(self) {
        drop(self.requests);
        let _ = self.thread.join();
    }
}

struct OutputPipe {
    descriptor: OwnedFd,
    stream: OutputStream,
}

#[derive(PartialEq, Eq)]
enum PipeRead {
    Bytes(usize),
    Nothing,
    Closed,
}

impl OutputPipe {
    /// Makes our end non-blocking. The peer's end is not changed.
    fn new(descriptor: OwnedFd, stream: OutputStream) -> io::Result<Self> {
        ioctl_fionbio(&descriptor, true)?;
        Ok(Self { descriptor, stream })
    }

    fn take(&self, buffer: &mut [u8], shared: &SharedOutput) -> PipeRead {
        match read(&self.descriptor, &mut *buffer) {
            Ok(0) => PipeRead::Closed,
            Ok(len) => {
                shared.push(self.stream, &buffer[..len]);
                PipeRead::Bytes(len)
            }
            Err(Errno::AGAIN | Errno::INTR) => PipeRead::Nothing,
            Err(_) => PipeRead::Closed,
        }
    }

    fn take_the_rest(&self, buffer: &mut [u8], shared: &SharedOutput) {
        let mut taken = 0;
        while taken < PIPE_MAX {
            match self.take(buffer, shared) {
                PipeRead::Bytes(len) => taken += len,
                PipeRead::Nothing | PipeRead::Closed => break,
            }
        }
    }
}

fn drain(mut pipes: Vec<OutputPipe>, requests: &PipeReader, shared: &SharedOutput) {
    let mut buffer = vec![0; READ_SIZE];
    while !pipes.is_empty() {
        match await_input(&pipes, requests) {
            Input::Output => {}
            Input::CatchUp(count) => {
                for pipe in &pipes {
                    pipe.take_the_rest(&mut buffer, shared);
                }
                shared.count_drains(count);
            }
            Input::Finish => break,
        }
        pipes.retain(|pipe| {
            let read = pipe.take(&mut buffer, shared);
            if read == PipeRead::Closed {
                shared.close(pipe.stream);
            }
            read != PipeRead::Closed
        });
    }
    for pipe in &pipes {
        pipe.take_the_rest(&mut buffer, shared);
    }
    shared.count_drains(u64::MAX);
}

/// Why the thread wakes.
enum Input {
    /// A pipe is readable.
    Output,
    /// It is asked to catch up, this many times.
    CatchUp(u64),
    Finish,
}

fn await_input(pipes: &[OutputPipe], requests: &PipeReader) -> Input {
    let mut polled = vec![PollFd::new(requests, PollFlags::IN)];
    polled.extend(
        pipes
            .iter()
            .map(|pipe| PollFd::new(&pipe.descriptor, PollFlags::IN)),
    );
    let _ = poll(&mut polled, None);
    if polled[0].revents().is_empty() {
        return Input::Output;
    }
    let mut bytes = [0; 64];
    match read(requests, &mut bytes) {
        Ok(count @ 1..) => Input::CatchUp(count as u64),
        Err(Errno::INTR) => Input::Output,
        Ok(_) | Err(_) => Input::Finish,
    }
}
