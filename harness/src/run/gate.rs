//! Lets several cases run at once, and one of them look at a peer that is left in
//! peace.
//!
//! Whether a peer is quiet can be seen only while nobody else talks to it. A case
//! that waits in vain asks for a hush: no case begins any more, and when every
//! other case has ended or asks for a hush itself, the peer is looked at.
//!
//! The gate also knows when the user wants to end: whoever waits looks here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Counts the cases that run and those that wait for silence.
#[derive(Debug, Default)]
pub(super) struct Gate<'s> {
    state: Mutex<State>,
    changed: Condvar,
    stop: Option<&'s AtomicBool>,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    hushed: usize,
}

impl<'s> Gate<'s> {
    /// A gate for a run that ends when `stop` becomes true.
    pub(super) fn until(stop: &'s AtomicBool) -> Self {
        Self {
            stop: Some(stop),
            ..Self::default()
        }
    }

    /// Whether the user wants to end.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }

    /// Begins a case, once nobody asks for a hush.
    pub(super) fn enter(&self) -> Passage<'_, 's> {
        let mut state = self.lock();
        while state.hushed > 0 {
            state = self.wait(state);
        }
        state.running += 1;
        Passage(self)
    }

    /// Waits until every case that runs has ended or waits here too.
    pub(super) fn hush(&self) -> Hush<'_, 's> {
        let mut state = self.lock();
        state.hushed += 1;
        self.changed.notify_all();
        while state.hushed < state.running {
            state = self.wait(state);
        }
        Hush(self)
    }

    /// Whoever waits is one of the hushed, or waits for them: without any there is
    /// nobody to wake, and to wake nobody is a system call too.
    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        let may_be_waited_for = state.hushed > 0;
        change(&mut state);
        drop(state);
        if may_be_waited_for {
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'g>(&self, state: MutexGuard<'g, State>) -> MutexGuard<'g, State> {
        self.changed
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A case that runs.
pub(super) struct Passage<'g, 's>(&'g Gate<'s>);

impl Drop for Passage<'_, '_> {
    fn drop(&mut self) {
        self.0.change(|state| state.running -= 1);
    }
}

/// Silence, while it is held.
pub(super) struct Hush<'g, 's>(&'g Gate<'s>);

impl Drop for Hush<'_, '_> {
    fn drop(&mut self) {
        self.0.change(|state| state.hushed -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hush_comes_when_the_others_have_ended() {
        let gate = Gate::default();
        let ended = AtomicBool::new(false);
        let mine = gate.enter();
        let other = gate.enter();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let _hush = gate.hush();
                assert!(ended.load(Ordering::SeqCst));
            });
            ended.store(true, Ordering::SeqCst);
            drop(other);
        });
        drop(mine);
    }

    #[test]
    fn cases_that_all_wait_do_not_wait_for_each_other() {
        let gate = Gate::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let _passage = gate.enter();
                    drop(gate.hush());
                });
            }
        });
    }
}
