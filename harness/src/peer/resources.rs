//! What the processes of a peer hold at one moment.

use super::system;

/// What the processes of a peer hold at one moment, all of them together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Open descriptors: files, sockets and others.
    pub descriptors: usize,
    /// Threads that have not ended.
    pub threads: usize,
    /// Processes that have not ended.
    pub processes: usize,
    /// Processes that have ended and were not collected by their parent.
    pub zombies: usize,
}

impl Resources {
    /// What these processes hold, and what they started. `None` where this user may not see
    /// it.
    #[must_use]
    pub fn of(processes: &[u32]) -> Option<Self> {
        system::resources_of(processes)
    }
}

/// How many sockets on this port of this machine are in CLOSE_WAIT.
#[must_use]
pub fn close_waits(port: u16) -> usize {
    system::close_waits(port)
}
