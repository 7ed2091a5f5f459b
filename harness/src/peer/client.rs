//! A client under test: one process per case.

use super::error::StartError;
use super::output::{Output, OutputMark, OutputPosition, OutputWait};
use super::process::{KEEP, PeerProcess};
use super::{CommandLine, ExitStatus};
use crate::wire::watch::{Watch, WatchError, WatchTarget};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// The result of waiting for a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitResult {
    /// It exited.
    Exited(ExitStatus),
    /// It still runs at the deadline.
    Running,
}

/// A client that wirecheck started. Dropped, it is killed with its group. What left the
/// group is left to the guardian: to look for it would cost more than the client itself.
#[derive(Debug)]
pub struct Client {
    process: PeerProcess,
}

impl Client {
    /// Starts a client that should connect to `addr`.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start(command: &CommandLine, addr: SocketAddr) -> Result<Self, StartError> {
        Self::start_keeping(command, addr, KEEP)
    }

    /// Starts a client, and keeps `keep` bytes of the beginning, and as many of the end, of
    /// its standard output and of its standard error.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start_keeping(
        command: &CommandLine,
        addr: SocketAddr,
        keep: usize,
    ) -> Result<Self, StartError> {
        let process = PeerProcess::start(command.at(addr), keep)
            .map_err(|error| StartError::spawn(command, error))?;
        Ok(Self { process })
    }

    /// The id of the process, and of its group.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.group.id()
    }

    /// Waits until it exits. Then [`output`](Self::output) has everything that it printed.
    pub fn wait(&mut self, deadline: Instant) -> WaitResult {
        match self.process.group.wait(deadline) {
            Some(status) => {
                self.process.capture.finish();
                WaitResult::Exited(status)
            }
            None => WaitResult::Running,
        }
    }

    /// How it exited, if it has. One system call.
    #[must_use]
    pub fn exit_status(&self) -> Option<ExitStatus> {
        self.process.group.exit_status()
    }

    /// A watch on its process group.
    ///
    /// # Errors
    ///
    /// When this system does not show other processes.
    pub fn watch(&self) -> Result<Watch, WatchError> {
        let watch = Watch::new(WatchTarget::Group(self.id()))?;
        Ok(watch.with_related(self.process.tag.entry()))
    }

    /// What it has printed so far.
    #[must_use]
    pub fn output(&self) -> Output {
        self.process.capture.output()
    }

    /// The last lines that it printed: see [`Output::last_output`].
    #[must_use]
    pub fn last_output(&self) -> String {
        self.output().last_output()
    }

    /// How much it has printed by now, to both streams.
    #[must_use]
    pub fn output_position(&self) -> OutputPosition {
        self.process.capture.position()
    }

    /// The end of what it has printed to its standard output.
    #[must_use]
    pub fn mark(&self) -> OutputMark {
        self.process.capture.mark()
    }

    /// Waits until it prints `text` to its standard output, after `since`.
    #[must_use]
    pub fn await_output(&self, text: &[u8], since: OutputMark, deadline: Instant) -> OutputWait {
        self.process.capture.await_output(text, since, deadline)
    }

    /// Stops it: with SIGTERM first, unless the grace is zero, then SIGKILL.
    pub fn stop(&mut self, grace: Duration) -> ExitStatus {
        self.process.stop(grace).0
    }
}
