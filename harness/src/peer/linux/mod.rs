//! Linux: process groups, pidfds and `/proc`. It polls only where the kernel has no event.
//!
//! This module knows how the system does it; the files above it know what a peer is.
//! `other.rs` has the same names for other systems.

mod drain;
mod escaped;
mod group;
mod guardian;
mod handle;
mod listeners;
mod orphans;
mod readiness;
mod resources;
mod tag;

pub(super) use drain::OutputDrain;
pub(super) use escaped::{Descendants, kill_tagged};
pub(super) use group::ProcessGroup;
pub(super) use listeners::any_listener;
pub use orphans::adopt_orphans;
pub(super) use orphans::{count_connection, kill_orphans};
pub(super) use readiness::{NotReady, ReadyServer, await_listener};
pub(super) use resources::{close_waits, resources_of};
pub(super) use tag::PeerTag;

use crate::wire::proc::{self, ProcessDir};
use rustix::process::{Pid, getpgid};

/// The group that a process belongs to.
pub(super) fn group_of(process: u32) -> Option<u32> {
    let id = Pid::from_raw(process.cast_signed())?;
    let group = getpgid(Some(id)).ok()?;
    Some(group.as_raw_pid().cast_unsigned())
}

/// The name that the kernel knows a process by.
pub(super) fn name_of(process: u32) -> String {
    ProcessDir::new(process).name()
}

fn all_processes() -> Vec<u32> {
    proc::all_processes().unwrap_or_default()
}
