//! How the engine waits for the peer.
//!
//! All waits go through [`Waiter`], and there through one loop. Only a connection to a server
//! has a deadline of its own ([`Link::connect`](crate::wire::link::Link::connect)), and the
//! kernel's answer to a byte that was sent while the peer closed.
//!
//! [`Waiter::wait`] ends as soon as what is waited for has happened, and otherwise as soon
//! as it is clear that it will not: the peer is idle, spins, or the limit is over. How long
//! each of these takes is a [`WaitPolicy`], computed before the wait begins from the phase,
//! the suite's limit and what is known of the peer ([`PeerTimings`]).
//!
//! A peer is idle if it has read everything, nothing is on its way to it, and none of its
//! threads has run since the last look. To see that, no other case may talk to it: a wait
//! in a batch asks the [`CaseGate`] to pause the others.
//!
//! What is waited for is an [`Awaited`], what is seen of the peer's processes comes from
//! [`Processes`], and time from a [`Clock`]: tests script all three.

mod gate;
mod policy;
#[cfg(test)]
pub(in crate::engine) mod scripted;
#[cfg(test)]
mod tests;
mod waiter;

pub(in crate::engine) use gate::CaseGate;
#[cfg(test)]
pub(in crate::engine) use policy::WaitKinds;
pub(in crate::engine) use policy::{More, PeerTimings, Phase, WaitFor};
pub(in crate::engine) use waiter::{PeerTime, Waiter};

use std::time::{Duration, Instant};

use crate::wire::diag::Inode;
use crate::wire::watch::{Look, PeakMemory, Watch};

/// The time, and sleep.
pub(in crate::engine) trait Clock {
    fn now(&self) -> Instant;
    fn sleep_until(&self, time: Instant);
}

/// The machine's own clock.
pub(in crate::engine) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, time: Instant) {
        std::thread::sleep(time.saturating_duration_since(Instant::now()));
    }
}

/// What the kernel shows of the peer's processes.
pub(in crate::engine) trait Processes {
    /// Whether a thread runs now. Cheap, and true more often than of an idle peer.
    fn is_awake(&mut self) -> bool;
    /// Looks at every thread; `None` where they cannot be seen.
    fn look(&mut self) -> Option<Look>;
    /// Looks at the threads of the processes that the last look found.
    fn look_again(&mut self) -> Look;
    /// How many timers are set.
    fn timers(&mut self) -> Option<usize>;
    /// The most memory that each process ever had in use.
    fn peak_memory(&mut self) -> Option<PeakMemory> {
        None
    }
    /// The longest time, up to `most`, after which a thread gives up waiting.
    fn longest_timeout(&mut self, most: Duration) -> Option<Duration>;
    /// Whether only bytes on this socket, or a new connection, will wake the peer.
    fn waits_only_for(&mut self, socket: Inode) -> bool;
}

impl Processes for Watch {
    fn is_awake(&mut self) -> bool {
        self.is_awake()
    }

    fn look(&mut self) -> Option<Look> {
        self.look().ok()
    }

    fn look_again(&mut self) -> Look {
        self.look_again()
    }

    fn timers(&mut self) -> Option<usize> {
        self.timers().ok()
    }

    fn peak_memory(&mut self) -> Option<PeakMemory> {
        self.peak_memory().ok()
    }

    fn longest_timeout(&mut self, most: Duration) -> Option<Duration> {
        self.longest_timeout(most)
    }

    fn waits_only_for(&mut self, socket: Inode) -> bool {
        self.waits_only_for(socket)
    }
}

/// The other side of a connection, where wirecheck plays it too.
pub(in crate::engine) trait Partner {
    /// Whether both sides wait for each other, given how much this one has sent and
    /// received.
    fn is_deadlocked(&self, counts: ByteCounts) -> bool;
}

/// What a wait is for.
pub(in crate::engine) trait Awaited {
    /// Looks whether it has happened, and waits for it until `until` at most. Looks at
    /// least once, and returns early when anything happens.
    fn poll(&mut self, until: Instant) -> Progress;

    /// Whether something is on its way to the peer or from it. An idle peer has not seen
    /// it yet.
    fn is_in_flight(&mut self) -> bool {
        false
    }

    /// The peer's end of the connection, through which this side can wake it.
    fn peer_socket(&mut self) -> Option<Inode> {
        None
    }

    /// What this side sent and received, for a partner that compares it with its own.
    fn byte_counts(&self) -> Option<ByteCounts> {
        None
    }
}

/// What came of one look at what is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Progress {
    Happened,
    /// Something else came from the peer.
    Moved,
    Nothing,
}

/// How much one side has sent and received. A FIN counts as one byte sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) struct ByteCounts {
    pub(in crate::engine) sent: u64,
    pub(in crate::engine) received: u64,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum WaitEnd {
    Happened,
    /// The peer was idle for this long.
    Idle(Duration),
    /// The peer ran without pause for this long.
    Spinning(Duration),
    /// The limit was over.
    TimedOut(Duration),
    /// The user wants to end, after this long: the wait proves nothing.
    Stopped(Duration),
}
