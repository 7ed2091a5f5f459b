//! Waiting for a socket, and between two looks at the peer.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// What to wait for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Readiness {
    /// Bytes, a FIN or a reset.
    Readable,
    /// Room to write.
    Writable,
    /// Either of them.
    Either,
}

/// Waits until the socket is ready or the deadline has come. Returns whether it is ready. May
/// return early, so the caller must check.
pub(super) fn wait(socket: &impl AsFd, readiness: Readiness, deadline: Instant) -> bool {
    let flags = match readiness {
        Readiness::Readable => PollFlags::IN,
        Readiness::Writable => PollFlags::OUT,
        Readiness::Either => PollFlags::IN | PollFlags::OUT,
    };
    let left = deadline.saturating_duration_since(Instant::now());
    // The kernel refuses times that are too long. An interruption is an early return.
    let Ok(timeout) = Timespec::try_from(left.min(Duration::from_secs(3600))) else {
        return false;
    };
    let mut fds = [PollFd::new(socket, flags)];
    matches!(poll(&mut fds, Some(&timeout)), Ok(1..))
}

/// Whether a connection of which we have closed no side is closed on both: it was reset.
pub(super) fn is_broken(socket: &impl AsFd) -> bool {
    let mut fds = [PollFd::new(socket, PollFlags::empty())];
    let polled = poll(&mut fds, Some(&Timespec::default()));
    polled.is_ok() && fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR)
}

/// How long to wait between two looks at the peer.
///
/// A fast peer reads while we yield once. To spin without a yield would take the processor
/// from it. For a slow peer we do not occupy a processor.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    looks: u32,
}

impl Backoff {
    /// How many looks are followed only by a yield.
    const YIELDS: u32 = 64;
    const SHORTEST: Duration = Duration::from_micros(20);
    const LONGEST: Duration = Duration::from_millis(1);

    /// What to do before the next look.
    pub(super) fn next(&mut self) -> BackoffStep {
        self.looks = self.looks.saturating_add(1);
        match self.looks.checked_sub(Self::YIELDS) {
            None | Some(0) => BackoffStep::Yield,
            Some(late) => BackoffStep::Wait((Self::SHORTEST * late.min(1000)).min(Self::LONGEST)),
        }
    }
}

/// What to do between two looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BackoffStep {
    /// Let another thread run.
    Yield,
    /// Wait for the socket, at most this long.
    Wait(Duration),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_yields_first_and_then_waits_longer_each_time() {
        let mut backoff = Backoff::default();
        for _ in 0..Backoff::YIELDS {
            assert_eq!(backoff.next(), BackoffStep::Yield);
        }
        assert_eq!(backoff.next(), BackoffStep::Wait(Backoff::SHORTEST));
        assert_eq!(backoff.next(), BackoffStep::Wait(Backoff::SHORTEST * 2));
        let late = (0..1000).map(|_| backoff.next()).last();
        assert_eq!(late, Some(BackoffStep::Wait(Backoff::LONGEST)));
    }
}
