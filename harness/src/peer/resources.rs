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
    /// Memory of the processes that have not ended.
    pub memory: Memory,
}

/// The memory of processes, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Anonymous memory in RAM. Garbage that is not collected yet counts too.
    pub in_use: u64,
    /// The size of the address space.
    pub reserved: u64,
}

impl Memory {
    /// By how much each of them grew.
    #[must_use]
    pub fn growth_since(self, earlier: Self) -> Self {
        Self {
            in_use: self.in_use.saturating_sub(earlier.in_use),
            reserved: self.reserved.saturating_sub(earlier.reserved),
        }
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
