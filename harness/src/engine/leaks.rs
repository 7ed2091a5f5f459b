//! Whether a peer keeps something of each connection.
//!
//! What a peer holds is counted when it is idle: after the first baseline of a life, and after
//! each batch. Growth is only a suspicion: a pool or a cache grows too. It is a leak if it goes
//! on in the same proportion through hundreds of connections of one kind, one after the other.
//! This module compares counts; `scenario_run/leaks.rs` plays the connections, and
//! `scenario_run/memory_leaks.rs` those that show whether memory is kept.

use std::fmt;

use crate::peer::Resources;

/// How much growth is suspicious in any number of connections.
const SUSPICIOUS: usize = 8;

/// How much more memory is suspicious, in bytes.
pub(super) const SUSPICIOUS_MEMORY: u64 = 32 << 20;

/// What is suspected of the peer of a run.
#[derive(Debug, Default)]
pub(super) struct LeakWatch {
    /// What the peer held at first, and how often it had been started again by then.
    first: Option<(u32, Resources)>,
    suspected: Option<Growth>,
    /// The most that a peer was found to hold for other reasons, such as a pool.
    explained: Growth,
    /// A leak is reported once in a run.
    is_reported: bool,
    /// By how much the memory grew that is suspicious, in bytes.
    suspected_memory: Option<u64>,
    /// The most growth of the memory that turned out to be no leak.
    explained_memory: u64,
}

impl LeakWatch {
    /// Whether it is not known what the peer of this life held at first.
    pub(super) fn needs_first(&self, life: u32) -> bool {
        !self.is_reported && self.first.is_none_or(|(of, _)| of != life)
    }

    pub(super) fn set_first(&mut self, life: u32, held: Resources) {
        self.first = Some((life, held));
    }

    /// The growth after this many cases, if it is suspicious.
    pub(super) fn suspicion(&self, life: u32, held: Resources, cases: usize) -> Option<Growth> {
        let (_, first) = self.first.filter(|(of, _)| *of == life)?;
        let growth = Growth::between(&first, &held);
        let most = growth.largest();
        let is_suspicious = growth.is_much() || (most > 0 && most * 2 >= cases);
        (is_suspicious && !growth.is_explained_by(self.explained)).then_some(growth)
    }

    pub(super) fn suspect(&mut self, growth: Growth) {
        self.suspected = Some(growth);
    }

    /// What is suspected, once. The caller confirms it.
    pub(super) fn take_suspicion(&mut self) -> Option<Growth> {
        if self.suspected.is_some() {
            self.first = None;
        }
        self.suspected.take().filter(|_| !self.is_reported)
    }

    /// Suspects the peer if it has much more memory in use than at first, and much more than
    /// was explained before.
    pub(super) fn suspect_memory(&mut self, life: u32, held: Resources) {
        let first = self.first.filter(|(of, _)| *of == life);
        let growth = first.map(|(_, first)| held.memory.growth_since(first.memory).in_use);
        let least = SUSPICIOUS_MEMORY.max(2 * self.explained_memory);
        if growth.is_some_and(|growth| growth >= least) {
            self.suspected_memory = growth;
        }
    }

    /// The growth of the memory that is suspicious, once. The caller confirms it.
    pub(super) fn take_memory_suspicion(&mut self) -> Option<u64> {
        if self.suspected_memory.is_some() {
            self.first = None;
        }
        let suspected = self.suspected_memory.take();
        suspected.filter(|_| !self.is_reported)
    }

    /// Growth of the memory by this many bytes is no leak.
    pub(super) fn explain_memory(&mut self, growth: u64) {
        self.explained_memory = self.explained_memory.max(growth);
    }

    /// So much growth is no leak.
    pub(super) fn explain(&mut self, growth: Growth) {
        self.explained = self.explained.max(growth);
    }

    pub(super) fn set_reported(&mut self) {
        self.is_reported = true;
    }
}

/// How much more a peer holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Growth {
    descriptors: usize,
    threads: usize,
    processes: usize,
    zombies: usize,
}

impl Growth {
    pub(super) fn between(before: &Resources, after: &Resources) -> Self {
        Self {
            descriptors: after.descriptors.saturating_sub(before.descriptors),
            threads: after.threads.saturating_sub(before.threads),
            processes: after.processes.saturating_sub(before.processes),
            zombies: after.zombies.saturating_sub(before.zombies),
        }
    }

    /// What grows by at least one for every two connections. The rest is zero.
    pub(super) fn in_proportion_to(self, connections: usize) -> Self {
        let kept = |count: usize| if count * 2 >= connections { count } else { 0 };
        Self {
            descriptors: kept(self.descriptors),
            threads: kept(self.threads),
            processes: kept(self.processes),
            zombies: kept(self.zombies),
        }
    }

    /// Whether growth that was no leak, or little more, explains this.
    pub(super) fn is_explained_by(self, other: Self) -> bool {
        let is_explained = |count: usize, by: usize| by > 0 && count < by + SUSPICIOUS;
        let explains = |count, by| count == 0 || is_explained(count, by);
        explains(self.descriptors, other.descriptors)
            && explains(self.threads, other.threads)
            && explains(self.processes, other.processes)
            && explains(self.zombies, other.zombies)
            && !self.is_none()
    }

    fn max(self, other: Self) -> Self {
        Self {
            descriptors: self.descriptors.max(other.descriptors),
            threads: self.threads.max(other.threads),
            processes: self.processes.max(other.processes),
            zombies: self.zombies.max(other.zombies),
        }
    }

    /// Whether it is suspicious after any number of connections.
    pub(super) fn is_much(self) -> bool {
        self.largest() >= SUSPICIOUS
    }

    pub(super) fn is_of_zombies(self) -> bool {
        self.zombies > 0
    }

    pub(super) fn is_none(self) -> bool {
        self.largest() == 0
    }

    fn largest(self) -> usize {
        let counts = [self.descriptors, self.threads, self.processes, self.zombies];
        counts.into_iter().max().unwrap_or_default()
    }
}

/// Processes have threads and descriptors of their own: these are not named too.
impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_processes = [
            (self.processes, "process", "processes"),
            (self.zombies, "zombie process", "zombie processes"),
        ];
        let of_one = [
            (self.descriptors, "descriptor", "descriptors"),
            (self.threads, "thread", "threads"),
        ];
        let named = if self.processes > 0 {
            &of_processes[..]
        } else {
            &of_one[..]
        };
        let zombies = of_processes[1..].iter().filter(|_| self.processes == 0);
        let shown = named.iter().chain(zombies).filter(|(count, ..)| *count > 0);
        for (index, (count, one, many)) in shown.enumerate() {
            let before = if index == 0 { "" } else { " and " };
            let noun = if *count == 1 { one } else { many };
            write!(f, "{before}{count} {noun}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peer::Memory;

    fn held(descriptors: usize, threads: usize) -> Resources {
        Resources {
            descriptors,
            threads,
            processes: 1,
            ..Resources::default()
        }
    }

    #[test]
    fn little_growth_is_suspicious_only_after_few_cases() {
        let suspects = |growth: usize, cases: usize| {
            let mut watch = LeakWatch::default();
            watch.set_first(0, held(5, 1));
            watch.suspicion(0, held(5 + growth, 1), cases).is_some()
        };
        assert!(suspects(1, 2) && suspects(4, 8) && suspects(8, 1000));
        assert!(!suspects(0, 0) && !suspects(4, 9) && !suspects(7, 1000));
    }

    #[test]
    fn another_life_of_the_peer_is_not_compared() {
        let mut watch = LeakWatch::default();
        watch.set_first(0, held(5, 1));
        assert!(!watch.needs_first(0) && watch.needs_first(1));
        assert_eq!(watch.suspicion(1, held(500, 1), 10), None);
    }

    #[test]
    fn what_a_pool_explains_is_not_suspected_again() {
        let mut watch = LeakWatch::default();
        watch.explain(Growth::between(&held(5, 1), &held(5, 65)));
        let suspects = |watch: &mut LeakWatch, held: Resources| {
            watch.set_first(
                0,
                Resources {
                    descriptors: 5,
                    threads: 1,
                    ..held
                },
            );
            watch.suspicion(0, held, 1000).is_some()
        };
        assert!(!suspects(&mut watch, held(5, 60)));
        assert!(!suspects(&mut watch, held(5, 70)));
        assert!(suspects(&mut watch, held(5, 80)));
        assert!(suspects(&mut watch, held(20, 60)));
    }

    #[test]
    fn memory_is_suspected_again_if_it_grows_much_more() {
        let with_memory = |mebibytes: u64| Resources {
            memory: Memory {
                in_use: mebibytes << 20,
                reserved: 0,
            },
            ..held(5, 1)
        };
        let mut watch = LeakWatch::default();
        let mut suspects = |life, mebibytes| {
            watch.set_first(0, with_memory(10));
            watch.suspect_memory(life, with_memory(mebibytes));
            let suspected = watch.take_memory_suspicion();
            suspected
                .inspect(|growth| watch.explain_memory(*growth))
                .is_some()
        };
        assert!(!suspects(0, 41), "little");
        assert!(!suspects(1, 99), "another life");
        assert!(suspects(0, 42));
        assert!(!suspects(0, 73));
        assert!(suspects(0, 74));
    }

    #[test]
    fn only_what_grows_with_the_connections_is_named() {
        let growth = Growth::between(&held(5, 1), &held(69, 20)).in_proportion_to(64);
        assert_eq!(growth.to_string(), "64 descriptors");
        assert!(growth.in_proportion_to(129).is_none());
        let growth = Growth::between(&held(5, 1), &held(6, 2));
        assert_eq!(growth.to_string(), "1 descriptor and 1 thread");
    }

    #[test]
    fn the_threads_of_processes_are_not_named() {
        let before = held(5, 1);
        let after = Resources {
            descriptors: 305,
            threads: 101,
            processes: 101,
            zombies: 30,
            ..Resources::default()
        };
        let growth = Growth::between(&before, &after);
        assert_eq!(growth.to_string(), "100 processes and 30 zombie processes");
        let zombies = Resources {
            zombies: 30,
            ..before
        };
        let growth = Growth::between(&before, &zombies);
        assert_eq!(growth.to_string(), "30 zombie processes");
    }
}
