//! Waiting: for a socket, or for a turn to look again.

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

/// Waits until the socket is ready or the deadline has come. May return early:
/// the caller looks for itself. Says whether the socket is ready.
pub(super) fn wait(socket: &impl AsFd, readiness: Readiness, deadline: Instant) -> bool {
    let flags = match readiness {
        Readiness::Readable => PollFlags::IN,
        Readiness::Writable => PollFlags::OUT,
        Readiness::Either => PollFlags::IN | PollFlags::OUT,
    };
    let left = deadline.saturating_duration_since(Instant::now());
    // Too long a time is refused; an interruption is one of the early returns.
    let Ok(timeout) = Timespec::try_from(left.min(Duration::from_secs(3600))) else {
        return false;
    };
    let mut fds = [PollFd::new(socket, flags)];
    matches!(poll(&mut fds, Some(&timeout)), Ok(1..))
}

/// Whether a connection of which we have shut no side is over on both: that is what a
/// reset does.
pub(super) fn is_broken(socket: &impl AsFd) -> bool {
    let mut fds = [PollFd::new(socket, PollFlags::empty())];
    let polled = poll(&mut fds, Some(&Timespec::default()));
    polled.is_ok() && fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR)
}

/// How long to wait between two looks at the peer.
///
/// A peer that reads at once does so within one yielded turn; spinning without
/// yielding would keep it from the processor. One that takes its time is not
/// worth a processor of ours.
#[derive(Debug, Default)]
pub(super) struct Patience {
    looks: u32,
}

impl Patience {
    /// Looks that only yield.
    const YIELDS: u32 = 64;
    const SHORTEST: Duration = Duration::from_micros(20);
    const LONGEST: Duration = Duration::from_millis(1);

    /// What to do before the next look.
    pub(super) fn next(&mut self) -> Turn {
        self.looks = self.looks.saturating_add(1);
        match self.looks.checked_sub(Self::YIELDS) {
            None | Some(0) => Turn::Yield,
            Some(late) => Turn::Wait((Self::SHORTEST * late.min(1000)).min(Self::LONGEST)),
        }
    }
}

/// A turn between two looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Let another thread run.
    Yield,
    /// Wait for the socket, for so long at most.
    Wait(Duration),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_yields_first_and_then_waits_longer_and_longer() {
        let mut patience = Patience::default();
        for _ in 0..Patience::YIELDS {
            assert_eq!(patience.next(), Turn::Yield);
        }
        assert_eq!(patience.next(), Turn::Wait(Patience::SHORTEST));
        assert_eq!(patience.next(), Turn::Wait(Patience::SHORTEST * 2));
        let late = (0..1000).map(|_| patience.next()).last();
        assert_eq!(late, Some(Turn::Wait(Patience::LONGEST)));
    }
}
