//! What is printed, shared between the thread that drains the pipes and those
//! that ask.

use super::kept::{Kept, Search};
use super::{Heard, Mark, Output};
use crate::peer::system::Pump;
use std::io;
use std::process::{ChildStderr, ChildStdout};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The output of one process, as long as it is of interest.
#[derive(Debug)]
pub(in crate::peer) struct Capture {
    shared: Arc<Shared>,
    pump: Option<Pump>,
}

/// One of the two streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::peer) enum Which {
    Stdout,
    Stderr,
}

/// Where the draining thread puts what it reads.
#[derive(Debug)]
pub(in crate::peer) struct Shared {
    streams: Mutex<Streams>,
    changed: Condvar,
}

#[derive(Debug)]
struct Streams {
    stdout: Kept,
    stderr: Kept,
    stdout_is: Stdout,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stdout {
    Open,
    Closed,
}

impl Capture {
    /// Drains both pipes from now on, and keeps so many bytes of each end.
    pub(in crate::peer) fn start(
        stdout: ChildStdout,
        stderr: ChildStderr,
        keep: usize,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared::new(keep));
        let pump = Some(Pump::start(stdout, stderr, Arc::clone(&shared))?);
        Ok(Self { shared, pump })
    }

    /// Takes what the pipes still hold and lets go of them.
    pub(in crate::peer) fn finish(&mut self) {
        if let Some(pump) = self.pump.take() {
            pump.finish();
        }
        self.shared.close(Which::Stdout);
    }

    pub(in crate::peer) fn output(&self) -> Output {
        let streams = self.shared.lock();
        Output {
            stdout: streams.stdout.copy(),
            stderr: streams.stderr.copy(),
        }
    }

    pub(in crate::peer) fn mark(&self) -> Mark {
        self.shared.lock().stdout.end()
    }

    /// Waits until `text` stands in the standard output, after `since`.
    pub(in crate::peer) fn await_output(
        &self,
        text: &[u8],
        mut since: Mark,
        deadline: Instant,
    ) -> Heard {
        let mut streams = self.shared.lock();
        loop {
            match streams.stdout.find(text, since) {
                Search::Found(end) => return Heard::Text(end),
                Search::Overrun => return Heard::Overrun,
                Search::NotYet(resume) => since = resume,
            }
            if streams.stdout_is == Stdout::Closed {
                return Heard::Closed;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Heard::NotInTime;
            }
            let woken = self.shared.changed.wait_timeout(streams, left);
            streams = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Shared {
    fn new(keep: usize) -> Self {
        let streams = Streams {
            stdout: Kept::new(keep),
            stderr: Kept::new(keep),
            stdout_is: Stdout::Open,
        };
        Self {
            streams: Mutex::new(streams),
            changed: Condvar::new(),
        }
    }

    pub(in crate::peer) fn push(&self, which: Which, bytes: &[u8]) {
        let mut streams = self.lock();
        match which {
            Which::Stdout => streams.stdout.push(bytes),
            Which::Stderr => streams.stderr.push(bytes),
        }
        drop(streams);
        self.changed.notify_all();
    }

    pub(in crate::peer) fn close(&self, which: Which) {
        if which == Which::Stdout {
            self.lock().stdout_is = Stdout::Closed;
            self.changed.notify_all();
        }
    }

    /// What a thread that panicked left behind is still whole: bytes are appended,
    /// nothing else happens under the lock.
    fn lock(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
