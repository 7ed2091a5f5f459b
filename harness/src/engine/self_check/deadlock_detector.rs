//! Whether two sides that wirecheck plays wait for each other.
//!
//! Whether a program under test will send more shows only when it has been idle for a
//! while. Where wirecheck plays both sides, each side notes how much it has sent and
//! received whenever it has nothing more to do until it receives more. If each has
//! received all that the other sent, neither will go on, however slow the machine is.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::engine::wait::{ByteCounts, Partner};
use crate::wire::link::Link;

/// How long the side that finds a deadlock waits for the other to find it too.
const AGREEMENT: Duration = Duration::from_secs(2);

/// One side's view of the two.
#[derive(Debug)]
pub(super) struct DeadlockDetector {
    shared: Arc<SharedSides>,
    mine: usize,
}

#[derive(Debug, Default)]
struct SharedSides {
    sides: Mutex<Sides>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Sides {
    /// How far each side had come when it last began to wait. One that goes on has
    /// received more by then, so that an old note is never taken for a new one. A side
    /// that has sent its FIN has one byte more than the other can receive, so that it is
    /// never part of a deadlock: the other receives an end and stops waiting.
    waiting: [Option<ByteCounts>; 2],
    /// Which side knows that nothing more will come.
    knows: [bool; 2],
}

impl DeadlockDetector {
    /// One for each of two sides.
    pub(super) fn pair() -> (Self, Self) {
        let shared = Arc::new(SharedSides::default());
        let other = Self {
            shared: Arc::clone(&shared),
            mine: 1,
        };
        (Self { shared, mine: 0 }, other)
    }

    /// Notes that this side does nothing more until it receives more, and does not ask
    /// whether the other does.
    pub(super) fn wait_for_input(&self, counts: ByteCounts) {
        let mut sides = self.shared.lock();
        sides.waiting[self.mine] = Some(counts);
        sides.knows[self.mine] = true;
    }
}

impl Partner for DeadlockDetector {
    /// Both sides learn of a deadlock before either acts on it: what each waits for is then
    /// seen from both sides.
    fn is_deadlocked(&self, counts: ByteCounts) -> bool {
        let theirs = 1 - self.mine;
        let mut sides = self.shared.lock();
        sides.waiting[self.mine] = Some(counts);
        if !sides.is_deadlock() {
            return false;
        }
        sides.knows[self.mine] = true;
        self.shared.changed.notify_all();
        let waited = self
            .shared
            .changed
            .wait_timeout_while(sides, AGREEMENT, |sides| !sides.knows[theirs]);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        true
    }
}

impl SharedSides {
    fn lock(&self) -> MutexGuard<'_, Sides> {
        self.sides.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sides {
    /// Whether both wait and nothing is on its way between them.
    fn is_deadlock(&self) -> bool {
        match self.waiting {
            [Some(one), Some(other)] => one.sent == other.received && one.received == other.sent,
            _ => false,
        }
    }
}

/// How much one side has sent and received over a connection.
pub(super) fn byte_counts(link: &Link) -> ByteCounts {
    ByteCounts {
        sent: link.written(),
        received: link.received().bytes().len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(sent: u64, received: u64) -> ByteCounts {
        ByteCounts { sent, received }
    }

    #[test]
    fn bytes_on_their_way_are_no_deadlock() {
        let (mine, theirs) = DeadlockDetector::pair();
        theirs.wait_for_input(counts(0, 0));
        assert!(!mine.is_deadlocked(counts(1, 0)));
        theirs.wait_for_input(counts(0, 1));
        assert!(mine.is_deadlocked(counts(1, 0)));
    }

    #[test]
    fn a_fin_is_no_deadlock_received_or_not() {
        let (mine, theirs) = DeadlockDetector::pair();
        let with_fin = counts(1, 0);
        theirs.wait_for_input(counts(0, 0));
        assert!(!mine.is_deadlocked(with_fin));
        // The other side counts bytes only: a FIN is none.
        theirs.wait_for_input(counts(0, 0));
        assert!(!mine.is_deadlocked(with_fin));
    }

    #[test]
    fn both_learn_of_a_deadlock_before_either_acts() {
        let (mine, theirs) = DeadlockDetector::pair();
        assert!(!theirs.is_deadlocked(counts(0, 0)));
        std::thread::scope(|scope| {
            let first = scope.spawn(|| mine.is_deadlocked(counts(0, 0)));
            while !mine.shared.lock().knows[0] {
                std::thread::yield_now();
            }
            assert!(!first.is_finished());
            assert!(theirs.is_deadlocked(counts(0, 0)));
            assert!(first.join().expect("it does not panic"));
        });
    }
}
