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
    /// Their memory.
    pub memory: Memory,
}

/// The memory of processes, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// What is in use and no file's. What a process will collect as garbage counts too.
    pub in_use: u64,
    /// All that they have reserved.
    pub reserved: u64,
}

impl Memory {
    /// By how much it grew. A runtime that reserves its heap when it starts, such as a JVM,
    /// fills it with garbage before it collects any: that is no growth.
    #[must_use]
    pub fn growth_since(self, earlier: Self) -> u64 {
        let in_use = self.in_use.saturating_sub(earlier.in_use);
        in_use.min(self.reserved.saturating_sub(earlier.reserved))
    }

    pub(super) fn add(&mut self, other: Self) {
        self.in_use += other.in_use;
        self.reserved += other.reserved;
    }
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
