//! The output of one process, shared between the thread that reads the pipes and those that
//! ask for it.

use super::retained::{RetainedOutput, SearchResult};
use super::{Output, OutputMark, OutputPosition, OutputWait};
use crate::peer::system::OutputDrain;
use std::io;
use std::process::{ChildStderr, ChildStdout};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// In case of a fault of ours. The thread takes what a pipe contains in microseconds.
#[cfg(target_os = "linux")]
const CATCHES_UP_WITHIN: Duration = Duration::from_secs(5);

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
    /// How often the thread has caught up with the pipes.
    #[cfg(target_os = "linux")]
    drains: u64,
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

    /// All that the process has written by now.
    pub(in crate::peer) fn output(&self) -> Output {
        if let Some(drain) = &self.drain {
            drain.catch_up(&self.shared);
        }
        let streams = self.shared.lock();
        Output {
            stdout: streams.stdout.copy(),
            stderr: streams.stderr.copy(),
        }
    }

    pub(in crate::peer) fn mark(&self) -> OutputMark {
        self.shared.lock().stdout.end()
    }

    /// How much of what the process has written was read from the pipes by now.
    pub(in crate::peer) fn position(&self) -> OutputPosition {
        let streams = self.shared.lock();
        OutputPosition {
            stdout: streams.stdout.end(),
            stderr: streams.stderr.end(),
        }
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
            #[cfg(target_os = "linux")]
            drains: 0,
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

    #[cfg(target_os = "linux")]
    pub(in crate::peer) fn count_drains(&self, count: u64) {
        let mut streams = self.lock();
        streams.drains = streams.drains.saturating_add(count);
        drop(streams);
        self.changed.notify_all();
    }

    /// Waits until the thread has caught up this many times.
    #[cfg(target_os = "linux")]
    pub(in crate::peer) fn await_drained(&self, number: u64) {
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), CATCHES_UP_WITHIN, |streams| {
                streams.drains < number
            });
        drop(waited.unwrap_or_else(PoisonError::into_inner));
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn what_a_process_wrote_before_it_was_seen_to_end_is_in_its_output() {
        for number in 0..50 {
            let mut child = Command::new("sh")
                .args([
                    "-c",
                    &format!("echo out {number}; echo err {number} >&2; read line"),
                ])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("there is a shell");
            let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
            let (stdout, stderr) = stdout.zip(stderr).expect("both were asked for");
            let capture = OutputCapture::start(stdout, stderr, 1024).expect("there are threads");
            drop(child.stdin.take());
            child.wait().expect("it ends with its input");
            let output = capture.output();
            assert_eq!(
                *output.stdout.bytes(),
                *format!("out {number}\n").as_bytes()
            );
            assert_eq!(
                *output.stderr.bytes(),
                *format!("err {number}\n").as_bytes()
            );
        }
    }
}
