//! The output of one process, shared between the thread that reads the pipes and those that
//! ask for it.

use super::retained::{RetainedOutput, SearchResult};
use super::{Output, OutputMark, OutputWait};
use crate::peer::system::OutputDrain;
use std::io;
use std::process::{ChildStderr, ChildStdout};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

#[derive(Debug)]
pub(in crate::peer) struct OutputCapture {
    shared: Arc<SharedOutput>,
    drain: Option<OutputDrain>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::peer) enum OutputStream {
    Stdout,
    Stderr,
}

/// Where the thread that reads the pipes puts what it reads.
#[derive(Debug)]
pub(in crate::peer) struct SharedOutput {
    streams: Mutex<RetainedStreams>,
    changed: Condvar,
}

#[derive(Debug)]
struct RetainedStreams {
    stdout: RetainedOutput,
    stderr: RetainedOutput,
    stdout_state: StdoutState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StdoutState {
    Open,
    Closed,
}

impl OutputCapture {
    /// Reads both pipes from now on, and keeps `keep` bytes of the beginning and of the end.
    pub(in crate::peer) fn start(
        stdout: ChildStdout,
        stderr: ChildStderr,
        keep: usize,
    ) -> io::Result<Self> {
        let shared = Arc::new(SharedOutput::new(keep));
        let drain = Some(OutputDrain::start(stdout, stderr, Arc::clone(&shared))?);
        Ok(Self { shared, drain })
    }

    /// Reads what the pipes still contain and closes them.
    pub(in crate::peer) fn finish(&mut self) {
        if let Some(drain) = self.drain.take() {
            drain.finish();
        }
        self.shared.close(OutputStream::Stdout);
    }

    pub(in crate::peer) fn output(&self) -> Output {
        let streams = self.shared.lock();
        Output {
            stdout: streams.stdout.copy(),
            stderr: streams.stderr.copy(),
        }
    }

    pub(in crate::peer) fn mark(&self) -> OutputMark {
        self.shared.lock().stdout.end()
    }

    /// Waits until `text` is in the standard output, after `since`.
    pub(in crate::peer) fn await_output(
        &self,
        text: &[u8],
        mut since: OutputMark,
        deadline: Instant,
    ) -> OutputWait {
        let mut streams = self.shared.lock();
        loop {
            match streams.stdout.find(text, since) {
                SearchResult::Found(end) => return OutputWait::Found(end),
                SearchResult::Overrun => return OutputWait::Overrun,
                SearchResult::NotYet(resume) => since = resume,
            }
            if streams.stdout_state == StdoutState::Closed {
                return OutputWait::Closed;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return OutputWait::TimedOut;
            }
            let notified = self.shared.changed.wait_timeout(streams, left);
            streams = notified.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for OutputCapture {
    fn drop(&mut self) {
        self.finish();
    }
}

impl SharedOutput {
    fn new(keep: usize) -> Self {
        let streams = RetainedStreams {
            stdout: RetainedOutput::new(keep),
            stderr: RetainedOutput::new(keep),
            stdout_state: StdoutState::Open,
        };
        Self {
            streams: Mutex::new(streams),
            changed: Condvar::new(),
        }
    }

    pub(in crate::peer) fn push(&self, stream: OutputStream, bytes: &[u8]) {
        let mut streams = self.lock();
        match stream {
            OutputStream::Stdout => streams.stdout.push(bytes),
            OutputStream::Stderr => streams.stderr.push(bytes),
        }
        drop(streams);
        self.changed.notify_all();
    }

    pub(in crate::peer) fn close(&self, stream: OutputStream) {
        if stream == OutputStream::Stdout {
            self.lock().stdout_state = StdoutState::Closed;
            self.changed.notify_all();
        }
    }

    /// A thread that panicked leaves the streams consistent: under the lock bytes are only
    /// appended.
    fn lock(&self) -> MutexGuard<'_, RetainedStreams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
