//! How long is waited, and what is known of how long a peer takes.

use std::time::{Duration, Instant};

use crate::wire::diag::Inode;

/// How long one look at a process that comes to rest is from the next.
pub(super) const A_MOMENT: Duration = Duration::from_micros(100);

/// How patiently a case is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) enum Manner {
    /// With what the baseline has taught.
    Brisk,
    /// Alone, and with more time than that: confirmations.
    Patient,
    /// As if nothing were known: the baseline.
    Careful,
    /// The same, after it fell.
    CarefulAgain,
}

/// What is known of a peer's pace.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::run) struct Pace {
    /// The longest sleep after which it still answered.
    pub(super) longest_sleep: Duration,
    /// The longest time that an answer took.
    pub(super) slowest_answer: Duration,
    /// The longest time that an end took.
    pub(super) slowest_end: Duration,
    /// Whether a silence of it was once waited out.
    pub(super) was_heard_out: bool,
    /// Whether it once ran without rest for all the time that was allowed.
    pub(super) was_spun_out: bool,
    /// Whether it was seen to wait for more before it read what had come.
    pub(super) reads_late: bool,
    /// How many alarms the peer has set while it rests.
    pub(super) alarms_at_rest: usize,
    /// How often all the time that was allowed went by.
    pub(super) in_vain: u32,
}

impl Pace {
    pub(in crate::run) fn learn(&mut self, other: Self) {
        self.longest_sleep = self.longest_sleep.max(other.longest_sleep);
        self.slowest_answer = self.slowest_answer.max(other.slowest_answer);
        self.slowest_end = self.slowest_end.max(other.slowest_end);
        self.was_heard_out |= other.was_heard_out;
        self.was_spun_out |= other.was_spun_out;
        self.reads_late |= other.reads_late;
        self.alarms_at_rest = self.alarms_at_rest.max(other.alarms_at_rest);
        self.in_vain = self.in_vain.max(other.in_vain);
    }

    /// Whether this peer sleeps longer before it answers than was known to `earlier`, or
    /// reads later.
    pub(in crate::run) fn is_slower_than(self, earlier: Self) -> bool {
        self.longest_sleep > earlier.longest_sleep || self.reads_late && !earlier.reads_late
    }
}

/// How long something is waited for at most.
#[derive(Clone, Copy, Debug)]
pub(in crate::run) struct Bound {
    /// The time that is allowed.
    pub(in crate::run) limit: Duration,
    /// When it is over.
    pub(in crate::run) deadline: Instant,
}

impl Bound {
    /// So long from now on.
    pub(in crate::run) fn of(limit: Duration) -> Self {
        Self {
            limit,
            deadline: Instant::now() + limit,
        }
    }

    pub(in crate::run) fn is_over(self) -> bool {
        Instant::now() >= self.deadline
    }
}

/// What one wait came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::run) enum Lull {
    /// Something happened, or is about to.
    Busy,
    /// The peer slept so long.
    Quiet(Duration),
    /// The peer's processes cannot be seen.
    Unseen,
}

/// What becomes of a sleeper that has set an alarm.
#[derive(Clone, Copy, Debug)]
pub(super) enum Alarms {
    /// Nothing else than of any other.
    Ignored,
    /// It is given until then, where its alarm may mean something.
    IfWorthIt(Instant),
    /// It is given until then.
    Awaited(Instant),
}

/// What a sleep is to be like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sleep {
    pub(super) time: Duration,
    pub(super) between_looks: Duration,
    pub(super) alarms: Alarms,
    /// A shorter one is enough of a peer that waits for nothing but what comes over this
    /// socket of its.
    pub(super) only_for: Option<Inode>,
}

impl Sleep {
    /// One that is no more than a rest.
    pub(super) fn short(time: Duration) -> Self {
        Self {
            time,
            between_looks: A_MOMENT,
            alarms: Alarms::Ignored,
            only_for: None,
        }
    }
}
