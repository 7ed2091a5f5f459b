//! Handles on processes (pidfds). What is done through one cannot reach another process
//! that was given the same id later.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// How long a killed process may take to end.
pub(super) const KILL_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) fn open(process: u32) -> Option<OwnedFd> {
    let id = Pid::from_raw(process.cast_signed())?;
    pidfd_open(id, PidfdFlags::empty()).ok()
}

pub(super) fn has_exited(handle: &OwnedFd) -> bool {
    let at_once = Timespec::default();
    poll(&mut [PollFd::new(handle, PollFlags::IN)], Some(&at_once)) == Ok(1)
}

/// Waits until all these processes have exited, or the deadline has come.
pub(super) fn await_exits(mut waiting: Vec<&OwnedFd>, deadline: Instant) {
    while !waiting.is_empty() {
        let left = deadline.saturating_duration_since(Instant::now());
        // The kernel refuses times that are too long.
        let Ok(timeout) = Timespec::try_from(left.min(Duration::from_secs(3600))) else {
            return;
        };
        let mut polled: Vec<PollFd<'_>> = waiting
            .iter()
            .map(|handle| PollFd::new(*handle, PollFlags::IN))
            .collect();
        let _ = poll(&mut polled, Some(&timeout));
        let mut exited = polled.iter().map(|fd| !fd.revents().is_empty());
        waiting.retain(|_| !exited.next().unwrap_or(false));
        if left.is_zero() {
            return;
        }
    }
}
