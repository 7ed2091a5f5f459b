//! Lets several cases run at once, and pauses them while one of them looks at the peer.
//!
//! Whether a peer is idle can be seen only while no case talks to it. A case that waits
//! for an answer asks the others to pause: no new case begins, and when every other case
//! has ended or asks for a pause itself, the peer is looked at.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Counts the cases that run, and those of them that wait for the others to pause.
#[derive(Debug, Default)]
pub(in crate::engine) struct CaseGate {
    counts: Mutex<GateCounts>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct GateCounts {
    running: usize,
    pausing: usize,
}

impl CaseGate {
    /// Begins a case, once nobody asks for a pause.
    pub(in crate::engine) fn begin_case(&self) -> RunningCase<'_> {
        self.begin();
        RunningCase(self)
    }

    fn begin(&self) {
        let mut counts = self.lock();
        while counts.pausing > 0 {
            counts = self.wait(counts);
        }
        counts.running += 1;
    }

    /// Waits until every other case has ended or waits here too.
    pub(super) fn pause_others(&self) -> OthersPaused<'_> {
        let mut counts = self.lock();
        counts.pausing += 1;
        self.changed.notify_all();
        while counts.pausing < counts.running {
            counts = self.wait(counts);
        }
        OthersPaused(self)
    }

    /// Lets the other cases look at the peer as if this one had ended, until the guard is
    /// dropped. That waits until nobody looks.
    pub(super) fn step_aside(&self) -> SteppedAside<'_> {
        self.change(|counts| counts.running -= 1);
        SteppedAside(self)
    }

    /// Only a case that asked for a pause, or one that such a case keeps from beginning,
    /// waits for a change. Without any the system call that wakes them is spared.
    fn change(&self, change: impl FnOnce(&mut GateCounts)) {
        let mut counts = self.lock();
        let is_awaited = counts.pausing > 0;
        change(&mut counts);
        drop(counts);
        if is_awaited {
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, GateCounts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'g>(&self, counts: MutexGuard<'g, GateCounts>) -> MutexGuard<'g, GateCounts> {
        self.changed
            .wait(counts)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A case runs while this lives.
pub(in crate::engine) struct RunningCase<'g>(&'g CaseGate);

impl Drop for RunningCase<'_> {
    fn drop(&mut self) {
        self.0.change(|counts| counts.running -= 1);
    }
}

/// The other cases are paused while this lives.
pub(super) struct OthersPaused<'g>(&'g CaseGate);

impl Drop for OthersPaused<'_> {
    fn drop(&mut self) {
        self.0.change(|counts| counts.pausing -= 1);
    }
}

/// The case that stepped aside does not count while this lives.
pub(super) struct SteppedAside<'g>(&'g CaseGate);

impl Drop for SteppedAside<'_> {
    fn drop(&mut self) {
        self.0.begin();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn a_pause_begins_when_the_others_have_ended() {
        let gate = CaseGate::default();
        let has_ended = AtomicBool::new(false);
        let mine = gate.begin_case();
        let other = gate.begin_case();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let _paused = gate.pause_others();
                assert!(has_ended.load(Ordering::SeqCst));
            });
            has_ended.store(true, Ordering::SeqCst);
            drop(other);
        });
        drop(mine);
    }

    #[test]
    fn a_case_that_stepped_aside_keeps_no_other_from_looking() {
        let gate = CaseGate::default();
        let _mine = gate.begin_case();
        let other = gate.begin_case();
        let aside = gate.step_aside();
        drop(gate.pause_others());
        drop(aside);
        drop(other);
        assert_eq!(gate.lock().running, 1);
    }

    #[test]
    fn cases_that_all_wait_do_not_wait_for_each_other() {
        let gate = CaseGate::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let _running = gate.begin_case();
                    drop(gate.pause_others());
                });
            }
        });
    }
}
