//! What one look at the peer's processes shows.

use crate::wire::thread_state::ThreadState;
use std::time::Duration;

/// The threads of the watched processes at one moment.
///
/// No threads means that the processes have ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Every thread of every process, in the order of their ids.
    pub threads: Vec<ThreadLook>,
}

/// One thread at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadLook {
    /// The id of its process.
    pub process: u32,
    /// Its own id.
    pub thread: u32,
    /// What it did at that moment.
    pub state: ThreadState,
    /// Processor time since it was started: to the nanosecond where the kernel counts so,
    /// otherwise in clock ticks.
    pub cpu_time: Duration,
    /// The time that it was ready to run and had no processor: the machine's fault, not its
    /// own. Zero where the kernel does not count it.
    pub starved: Duration,
}

impl Look {
    /// Whether every thread sleeps and none has run since the earlier look. A thread that
    /// started or ended in between did run.
    #[must_use]
    pub fn is_idle_since(&self, earlier: &Self) -> bool {
        self == earlier && self.threads.iter().all(|thread| thread.state.is_idle())
    }

    /// Whether the processes have ended, though their parents may not have collected them.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.threads
            .iter()
            .all(|thread| thread.state == ThreadState::Dead)
    }

    /// The processor time of all threads together, without that of ended ones.
    #[must_use]
    pub fn cpu_time(&self) -> Duration {
        self.threads.iter().map(|thread| thread.cpu_time).sum()
    }

    /// The processor time between an earlier look and this one, of the threads that this
    /// one shows.
    #[must_use]
    pub fn cpu_time_since(&self, earlier: &Self) -> Duration {
        self.growth_since(earlier, |thread| thread.cpu_time).sum()
    }

    /// How long, since an earlier look, the thread that waited longest for a processor did
    /// so.
    #[must_use]
    pub fn starved_since(&self, earlier: &Self) -> Duration {
        let growth = self.growth_since(earlier, |thread| thread.starved);
        growth.max().unwrap_or_default()
    }

    /// How much a time of each thread has grown. That of a new thread began with zero.
    fn growth_since(
        &self,
        earlier: &Self,
        time: impl Fn(&ThreadLook) -> Duration,
    ) -> impl Iterator<Item = Duration> {
        self.threads.iter().map(move |thread| {
            let before = earlier.thread(thread).map_or(Duration::ZERO, &time);
            time(thread).saturating_sub(before)
        })
    }

    /// The same thread in this look.
    fn thread(&self, wanted: &ThreadLook) -> Option<&ThreadLook> {
        let mut threads = self.threads.iter();
        threads.find(|it| (it.process, it.thread) == (wanted.process, wanted.thread))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(threads: &[(u32, u8, u64)]) -> Look {
        let threads = threads
            .iter()
            .map(|&(thread, letter, cpu_time)| ThreadLook {
                process: 1,
                thread,
                state: ThreadState::from_letter(letter),
                cpu_time: Duration::from_nanos(cpu_time),
                starved: Duration::from_nanos(cpu_time * 2),
            });
        Look {
            threads: threads.collect(),
        }
    }

    #[test]
    fn two_equal_looks_at_sleeping_threads_are_idle() {
        let earlier = look(&[(1, b'S', 10), (2, b'S', 20)]);
        assert!(earlier.clone().is_idle_since(&earlier));
    }

    #[test]
    fn a_thread_that_ran_or_is_ready_to_run_is_not_idle() {
        let earlier = look(&[(1, b'S', 10)]);
        assert!(!look(&[(1, b'S', 11)]).is_idle_since(&earlier));
        let ready = look(&[(1, b'R', 10)]);
        assert!(!ready.clone().is_idle_since(&ready));
    }

    #[test]
    fn a_new_thread_is_not_idle() {
        let earlier = look(&[(1, b'S', 10)]);
        assert!(!look(&[(1, b'S', 10), (2, b'S', 0)]).is_idle_since(&earlier));
    }

    #[test]
    fn processor_time_includes_new_threads_and_excludes_ended_ones() {
        let earlier = look(&[(1, b'S', 10), (2, b'S', 500)]);
        let later = look(&[(1, b'R', 15), (3, b'R', 7)]);
        assert_eq!(later.cpu_time_since(&earlier), Duration::from_nanos(12));
    }

    #[test]
    fn the_thread_that_waited_longest_for_a_processor_counts() {
        let earlier = look(&[(1, b'S', 10), (2, b'S', 500)]);
        let later = look(&[(1, b'R', 15), (2, b'R', 503), (3, b'R', 2)]);
        assert_eq!(later.starved_since(&earlier), Duration::from_nanos(10));
    }

    #[test]
    fn only_dead_or_missing_threads_have_ended() {
        assert!(look(&[]).has_ended());
        assert!(look(&[(1, b'Z', 3)]).has_ended());
        assert!(!look(&[(1, b'T', 3)]).has_ended());
    }
}
