//! One process under test with its output: what servers and clients have in
//! common.

use super::output::Capture;
use super::system::{Brand, Leash};
use super::{Ended, Manner};
use std::io;
use std::process::{Command, Stdio};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

/// Bytes kept of the beginning and of the end of each stream, if nothing else is
/// asked for.
pub(super) const KEEP: usize = 64 << 10;

/// A process that was started, leads its own group and is drained.
#[derive(Debug)]
pub(super) struct Process {
    // Ended before its output is let go of.
    pub(super) leash: Leash,
    pub(super) capture: Capture,
    pub(super) brand: Brand,
}

impl Process {
    pub(super) fn start(mut command: Command, keep: usize) -> io::Result<Self> {
        let brand = Brand::new();
        brand.put_on(&mut command);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut leash = Leash::start(&mut command)?;
        let child = leash.child();
        let stdout = child.stdout.take().expect("a pipe was asked for");
        let stderr = child.stderr.take().expect("a pipe was asked for");
        let capture = Capture::start(stdout, stderr, keep)?;
        Ok(Self {
            leash,
            capture,
            brand,
        })
    }

    /// Ends the group and takes the last of its output.
    pub(super) fn stop(&mut self, grace: Duration) -> (Ended, Manner) {
        let end = self.leash.stop(grace);
        self.capture.finish();
        end
    }
}

/// Between fork and exec a child has a copy of every descriptor. Spawns may run
/// side by side, but not beside a thread whose descriptors must not be copied.
static FORKING: RwLock<()> = RwLock::new(());

/// Starts a process.
pub(super) fn forking<T>(spawn: impl FnOnce() -> T) -> T {
    let _shared = FORKING.read().unwrap_or_else(PoisonError::into_inner);
    spawn()
}

/// Does something with descriptors that no child of ours must see.
pub(super) fn while_nothing_forks<T>(act: impl FnOnce() -> T) -> T {
    let _alone = FORKING.write().unwrap_or_else(PoisonError::into_inner);
    act()
}
