//! A process under test and its output: what servers and clients have in common.

use super::output::OutputCapture;
use super::system::{PeerTag, ProcessGroup};
use super::{ExitStatus, StopCause};
use std::io;
use std::process::{Command, Stdio};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

/// How many bytes of the beginning and of the end of each stream are kept by default.
pub(super) const KEEP: usize = 64 << 10;

/// A process that was started, leads its own group and whose output is read.
#[derive(Debug)]
pub(super) struct PeerProcess {
    // Dropped first: it is stopped before its pipes are closed.
    pub(super) group: ProcessGroup,
    pub(super) capture: OutputCapture,
    pub(super) tag: PeerTag,
}

impl PeerProcess {
    pub(super) fn start(mut command: Command, keep: usize) -> io::Result<Self> {
        let tag = PeerTag::new();
        tag.add_to(&mut command);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut group = ProcessGroup::start(&mut command)?;
        let leader = group.leader();
        let stdout = leader.stdout.take().expect("stdout is a pipe");
        let stderr = leader.stderr.take().expect("stderr is a pipe");
        let capture = OutputCapture::start(stdout, stderr, keep)?;
        Ok(Self {
            group,
            capture,
            tag,
        })
    }

    /// Stops the group and reads the last of its output.
    pub(super) fn stop(&mut self, grace: Duration) -> (ExitStatus, StopCause) {
        let outcome = self.group.stop(grace);
        self.capture.finish();
        outcome
    }
}

/// Between fork and exec a child has a copy of every descriptor. Several threads may start
/// processes at once, but not while a thread uses descriptors that must not be copied.
static FORKING: RwLock<()> = RwLock::new(());

/// Runs `spawn`, which starts a process.
pub(super) fn forking<T>(spawn: impl FnOnce() -> T) -> T {
    let _shared = FORKING.read().unwrap_or_else(PoisonError::into_inner);
    spawn()
}

/// Runs `act`, which uses descriptors that no child may inherit.
pub(super) fn while_nothing_forks<T>(act: impl FnOnce() -> T) -> T {
    let _exclusive = FORKING.write().unwrap_or_else(PoisonError::into_inner);
    act()
}
