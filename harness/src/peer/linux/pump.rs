//! The thread that drains a peer's pipes.
//!
//! One thread waits for both. It reads as fast as the peer writes and keeps what
//! [`Shared`] wants kept, so a peer that floods costs a copy and no memory. When
//! it is told to finish it takes what the pipes hold at that moment and leaves,
//! even if a stray still has them open.

use crate::peer::output::{Shared, Which};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, ioctl_fionbio, read};
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::OwnedFd;
use std::process::{ChildStderr, ChildStdout};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

/// One read; also what a pipe holds unless somebody changes it.
const AT_ONCE: usize = 64 << 10;
/// The most that any pipe holds when nobody is privileged.
const PIPE_MAX: usize = 1 << 20;

/// The draining thread.
#[derive(Debug)]
pub(in crate::peer) struct Pump {
    thread: JoinHandle<()>,
    /// Closed to say that it is enough.
    enough: PipeWriter,
}

impl Pump {
    pub(in crate::peer) fn start(
        stdout: ChildStdout,
        stderr: ChildStderr,
        shared: Arc<Shared>,
    ) -> io::Result<Self> {
        let (told, enough) = std::io::pipe()?;
        let sources = vec![
            Source::new(stdout.into(), Which::Stdout)?,
            Source::new(stderr.into(), Which::Stderr)?,
        ];
        let builder = Builder::new()
            .name("peer output".into())
            .stack_size(64 << 10);
        let thread = builder.spawn(move || drain(sources, &told, &shared))?;
        Ok(Self { thread, enough })
    }

    pub(in crate::peer) fn finish(self) {
        drop(self.enough);
        let _ = self.thread.join();
    }
}

struct Source {
    pipe: OwnedFd,
    which: Which,
}

/// What one read came to.
#[derive(PartialEq, Eq)]
enum Took {
    Some(usize),
    NothingNow,
    Closed,
}

impl Source {
    /// Our end alone does not block: the peer's end is another description.
    fn new(pipe: OwnedFd, which: Which) -> io::Result<Self> {
        ioctl_fionbio(&pipe, true)?;
        Ok(Self { pipe, which })
    }

    fn take(&self, buffer: &mut [u8], shared: &Shared) -> Took {
        match read(&self.pipe, &mut *buffer) {
            Ok(0) => Took::Closed,
            Ok(len) => {
                shared.push(self.which, &buffer[..len]);
                Took::Some(len)
            }
            Err(Errno::AGAIN | Errno::INTR) => Took::NothingNow,
            Err(_) => Took::Closed,
        }
    }

    fn take_the_rest(&self, buffer: &mut [u8], shared: &Shared) {
        let mut taken = 0;
        while taken < PIPE_MAX {
            match self.take(buffer, shared) {
                Took::Some(len) => taken += len,
                Took::NothingNow | Took::Closed => break,
            }
        }
    }
}

fn drain(mut sources: Vec<Source>, told: &PipeReader, shared: &Shared) {
    let mut buffer = vec![0; AT_ONCE];
    while !sources.is_empty() && !is_enough(&sources, told) {
        sources.retain(|source| {
            let took = source.take(&mut buffer, shared);
            if took == Took::Closed {
                shared.close(source.which);
            }
            took != Took::Closed
        });
    }
    for source in &sources {
        source.take_the_rest(&mut buffer, shared);
    }
}

/// Waits for something to read, or for the word that it is enough.
fn is_enough(sources: &[Source], told: &PipeReader) -> bool {
    let mut asked = vec![PollFd::new(told, PollFlags::IN)];
    asked.extend(
        sources
            .iter()
            .map(|source| PollFd::new(&source.pipe, PollFlags::IN)),
    );
    let _ = poll(&mut asked, None);
    !asked[0].revents().is_empty()
}
