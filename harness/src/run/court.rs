//! Where what fell short is played again: alone, patiently, and on a fresh peer.

use std::sync::atomic::{AtomicBool, Ordering};

use wirecheck_report::record::Verdict;

use super::case::{Attempt, Ground, Numbered};
use super::gate::Gate;
use super::halt::Halt;
use super::lookout::{Lookout, Manner, Pace};
use super::result::{CaseResult, Results};
use super::target::Target;

/// Judges what fell short, against one peer.
pub(super) struct Court<'c, 's> {
    pub(super) ground: &'s Ground<'s>,
    pub(super) baseline: &'c Numbered,
    pub(super) target: &'c mut Target,
    /// What is known of the peer's pace; it learns from what is played again.
    pub(super) pace: &'c mut Pace,
    pub(super) stop: &'c AtomicBool,
    pub(super) results: &'c mut Results,
    pub(super) restarts: &'c mut u32,
    pub(super) notes: &'c mut Vec<String>,
}

impl Court<'_, '_> {
    pub(super) fn replay(
        &mut self,
        numbered: &Numbered,
        attempt: Attempt,
    ) -> Result<CaseResult, Halt> {
        let gate = Gate::until(self.stop);
        let mut lookout = Lookout::new(self.target.watch(), &gate, *self.pace, Manner::Patient);
        let result = self
            .ground
            .play(numbered, attempt, self.target, &mut lookout);
        self.pace.learn(lookout.pace);
        match self.stop.load(Ordering::Relaxed) {
            true => Err(Halt::Stopped),
            false => Ok(result),
        }
    }

    pub(super) fn renew(&mut self) -> Result<(), Halt> {
        *self.restarts += self.target.renew()?;
        Ok(())
    }

    pub(super) fn short_of(&self) -> Verdict {
        super::verdict::short_of(self.ground.selected.scenario.level())
    }
}
