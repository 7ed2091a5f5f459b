//! What the peer's processes do: whether they are idle, and their processor time.
//!
//! In comes a process or a process group ([`WatchTarget`]); out go [`Look`]s at its threads.
//! This module does not know what a peer is or what it was sent.
//!
//! Two looks that are equal, with every thread asleep, show that nothing ran between them
//! ([`Look::is_idle_since`]). A peer that has read everything and is idle does not answer
//! any more, unless a timer wakes it ([`Watch::timers`]). Often it can be seen that only
//! the other end of its connection can wake it ([`Watch::waits_only_for`]).
//!
//! Where the system does not show other processes, every method returns [`WatchError`].

#[cfg(target_os = "linux")]
mod accepting;
#[cfg(target_os = "linux")]
mod blocked;
#[cfg(target_os = "linux")]
mod linux;
mod look;
mod memory;
#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(target_os = "linux")]
mod timer;

#[cfg(target_os = "linux")]
pub use accepting::waits_for_connections;
#[cfg(target_os = "linux")]
pub use linux::{Watch, owner_of};
pub use look::{Look, ThreadLook};
pub use memory::PeakMemory;
#[cfg(not(target_os = "linux"))]
pub use other::{Watch, owner_of};

pub use super::thread_state::ThreadState;

/// Which processes to watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchTarget {
    /// One process, by its id.
    Process(u32),
    /// All processes of a group, by the id of its leader.
    Group(u32),
}

/// Why the peer's processes cannot be seen. Never the peer's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WatchError {
    /// Only Linux shows them.
    #[error("this system does not show what other processes do")]
    Unsupported,
    /// `/proc` is not mounted, or this user may not read it.
    #[error("cannot read /proc: {0}")]
    Unreadable(std::io::ErrorKind),
}
