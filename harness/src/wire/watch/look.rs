//! What one look at the peer's processes shows.

use std::time::Duration;

/// The threads of the watched processes at one moment.
///
/// No threads: the processes are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Every thread of every process, in the order of their ids.
    pub threads: Vec<ThreadLook>,
}

/// One thread at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadLook {
    /// Its process.
    pub process: u32,
    /// Its own id.
    pub thread: u32,
    /// What it does.
    pub state: ThreadState,
    /// How long it has run since it was started. To the nanosecond where the
    /// kernel tells; in steps of a clock tick otherwise.
    pub ran: Duration,
}

/// What a thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadState {
    /// Runs or is ready to.
    Running,
    /// Waits for something to happen.
    Asleep,
    /// Waits for a disk, or for another thing that no signal interrupts.
    Blocked,
    /// Was stopped.
    Stopped,
    /// Is over and not yet collected.
    Dead,
}

impl ThreadState {
    /// The state that `/proc` writes with this letter.
    #[must_use]
    pub fn from_letter(letter: u8) -> Self {
        match letter {
            b'S' | b'I' => Self::Asleep,
            b'D' => Self::Blocked,
            b'T' | b't' => Self::Stopped,
            b'Z' | b'X' | b'x' => Self::Dead,
            _ => Self::Running,
        }
    }

    /// Whether a thread in this state does nothing until it is woken.
    #[must_use]
    pub fn is_at_rest(self) -> bool {
        matches!(self, Self::Asleep | Self::Dead)
    }
}

/// What the watched processes hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Processes that are alive.
    pub processes: usize,
    /// Their open descriptors.
    pub descriptors: usize,
    /// Their memory that is resident, in bytes.
    pub resident: u64,
}

impl Look {
    /// Whether every thread sleeps and none has run since the earlier look.
    ///
    /// A thread that came or went in between did run.
    #[must_use]
    pub fn is_quiet_since(&self, earlier: &Self) -> bool {
        self == earlier && self.threads.iter().all(|thread| thread.state.is_at_rest())
    }

    /// Whether the processes are gone, or only wait to be collected.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.threads
            .iter()
            .all(|thread| thread.state == ThreadState::Dead)
    }

    /// How long all threads together have run. What ended threads ran is not in it.
    #[must_use]
    pub fn ran(&self) -> Duration {
        self.threads.iter().map(|thread| thread.ran).sum()
    }

    /// How long threads ran between an earlier look and this one: those that both
    /// looks show, and those that are new.
    #[must_use]
    pub fn ran_since(&self, earlier: &Self) -> Duration {
        self.threads
            .iter()
            .map(|thread| thread.ran.saturating_sub(earlier.ran_of(thread)))
            .sum()
    }

    fn ran_of(&self, thread: &ThreadLook) -> Duration {
        let same =
            |known: &&ThreadLook| known.thread == thread.thread && known.process == thread.process;
        self.threads
            .iter()
            .find(same)
            .map_or(Duration::ZERO, |known| known.ran)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(threads: &[(u32, u8, u64)]) -> Look {
        let threads = threads.iter().map(|&(thread, letter, ran)| ThreadLook {
            process: 1,
            thread,
            state: ThreadState::from_letter(letter),
            ran: Duration::from_nanos(ran),
        });
        Look {
            threads: threads.collect(),
        }
    }

    #[test]
    fn two_equal_looks_at_sleepers_are_quiet() {
        let earlier = look(&[(1, b'S', 10), (2, b'S', 20)]);
        assert!(earlier.clone().is_quiet_since(&earlier));
    }

    #[test]
    fn a_thread_that_ran_or_is_about_to_is_not_quiet() {
        let earlier = look(&[(1, b'S', 10)]);
        assert!(!look(&[(1, b'S', 11)]).is_quiet_since(&earlier));
        let ready = look(&[(1, b'R', 10)]);
        assert!(!ready.clone().is_quiet_since(&ready));
    }

    #[test]
    fn a_new_thread_is_not_quiet() {
        let earlier = look(&[(1, b'S', 10)]);
        assert!(!look(&[(1, b'S', 10), (2, b'S', 0)]).is_quiet_since(&earlier));
    }

    #[test]
    fn time_run_counts_new_threads_and_forgets_ended_ones() {
        let earlier = look(&[(1, b'S', 10), (2, b'S', 500)]);
        let later = look(&[(1, b'R', 15), (3, b'R', 7)]);
        assert_eq!(later.ran_since(&earlier), Duration::from_nanos(12));
    }

    #[test]
    fn only_the_dead_and_the_absent_are_over() {
        assert!(look(&[]).is_over());
        assert!(look(&[(1, b'Z', 3)]).is_over());
        assert!(!look(&[(1, b'T', 3)]).is_over());
    }
}
