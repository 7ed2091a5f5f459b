//! What the peer's processes do: asleep or not, processor time, descriptors,
//! memory.
//!
//! A [`Watch`] is set on a process or a process group and looks as often as one
//! likes. Two looks that are alike, with every thread asleep, show that nothing
//! ran between them ([`Look::is_quiet_since`]): a peer that has read everything
//! and is quiet will not answer any more, unless a timer wakes it; whether one is set is
//! told by [`Watch::alarms`]. Often it can be seen that nothing at all will wake it but
//! its partner ([`Watch::waits_only_for`]).
//!
//! Where the system does not show another process, every question is answered by
//! [`Unseen`].

#[cfg(target_os = "linux")]
mod alarm;
#[cfg(target_os = "linux")]
mod linux;
mod look;
#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(target_os = "linux")]
mod procfs;
#[cfg(target_os = "linux")]
mod waiting;

#[cfg(target_os = "linux")]
pub use linux::{Watch, owner_of, was_born_with};
pub use look::{Holdings, Look, ThreadLook, ThreadState};
#[cfg(not(target_os = "linux"))]
pub use other::{Watch, owner_of};

/// Which processes to watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// One process, by its id.
    Process(u32),
    /// All processes of a group, by the id of its leader.
    Group(u32),
}

/// Why the peer's processes cannot be seen. Never the peer's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unseen {
    /// Only Linux shows them.
    #[error("this system does not show what other processes do")]
    NotThisSystem,
    /// `/proc` is not there, or not ours to read.
    #[error("/proc cannot be read: {0}")]
    NoProc(std::io::ErrorKind),
}
