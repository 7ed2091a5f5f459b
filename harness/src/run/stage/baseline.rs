//! The case that comes first: all as it stands, alone and patiently.

use std::time::Duration;

use wirecheck_report::record::Verdict;

use super::Stage;
use crate::judge::Finding;
use crate::run::case::{Attempt, Ground, Numbered};
use crate::run::event::Event;
use crate::run::gate::Gate;
use crate::run::halt::Halt;
use crate::run::lookout::{Lookout, Manner};
use crate::run::result::{CaseResult, Results};
use crate::run::session::Failure;
use crate::run::verdict::short_of;
use crate::tactic::Tactic;

impl Stage<'_> {
    /// Plays the baseline alone, patiently, and again on a fresh peer if it fails.
    pub(super) fn play_baseline(
        &mut self,
        ground: &Ground<'_>,
        baseline: &Numbered,
        results: &mut Results,
    ) -> Result<bool, Halt> {
        if self.target.ended().is_some() {
            self.renew()?;
        }
        let manner = match self.is_mute {
            false => Manner::Careful,
            true => Manner::Patient,
        };
        let result = self.play_carefully(ground, baseline, Attempt(0), manner)?;
        if result.outcome.held() {
            self.learn_program(ground, baseline, &result)?;
            results.add(result, Verdict::Pass);
            (self.on)(Event::Held);
            return Ok(true);
        }
        self.renew()?;
        let replay = self.play_carefully(ground, baseline, Attempt(1), Manner::CarefulAgain)?;
        if replay.outcome.held() {
            // What came before had broken the peer, or the machine was too busy.
            self.learn_program(ground, baseline, &replay)?;
            results.add(replay, Verdict::Pass);
            (self.on)(Event::Held);
            return Ok(true);
        }
        if let Some(why) = replay.outcome.unreachable()
            && !self.target.is_ours()
        {
            let first = self.record.suites.is_empty() && result.outcome.unreachable().is_some();
            let gone = if first {
                Failure::NotReached
            } else {
                Failure::Lost
            };
            return Err(Halt::Failed(gone(why.to_owned())));
        }
        if replay.outcome.is_silence() {
            self.note_silence(ground, replay.took);
        }
        (self.on)(Event::Fell(&ground.selected.id(Tactic::Whole)));
        results.add(replay, short_of(ground.selected.scenario.level()));
        self.renew()?;
        Ok(false)
    }

    /// Tells once how a peer is given more time.
    fn note_silence(&mut self, ground: &Ground<'_>, took: Duration) {
        let was_mute = std::mem::replace(&mut self.is_mute, true);
        let allowed = ground.selected.scenario.limits().reply;
        // Otherwise it was seen to wait for nobody but us, or waited for to the end.
        if !was_mute && took >= allowed / 10 && took < allowed {
            self.record.notes.push(format!(
                "silence: a peer that sleeps, and has set no alarm, is not waited for \
                 through all of `limits.reply` ({allowed:?}) but for a fifth of it; raise it \
                 for one that may need longer"
            ));
        }
    }

    /// Where a program is started for each case, a second baseline shows what of its
    /// output varies.
    fn learn_program(
        &mut self,
        ground: &Ground<'_>,
        baseline: &Numbered,
        held: &CaseResult,
    ) -> Result<(), Halt> {
        if self.target.is_new_each_time() {
            let second = self.play_carefully(ground, baseline, Attempt(5), Manner::Careful)?;
            ground.learn_program(held);
            ground.learn_program(&second);
        }
        Ok(())
    }

    fn play_carefully(
        &mut self,
        ground: &Ground<'_>,
        numbered: &Numbered,
        attempt: Attempt,
        manner: Manner,
    ) -> Result<CaseResult, Halt> {
        let gate = Gate::until(self.stop);
        let mut lookout = Lookout::new(self.target.watch(), &gate, self.pace, manner);
        let mut result = ground.play(numbered, attempt, &self.target, &mut lookout);
        if result.outcome.held() {
            lookout.learn_rest();
        }
        self.pace.learn(lookout.pace);
        if let Some(how) = self.target.rest() {
            result.last_words = self.target.last_output();
            result
                .outcome
                .put_first(ground.tell(&Finding::Died { how }));
        }
        match self.is_stopped() {
            true => Err(Halt::Stopped),
            false => Ok(result),
        }
    }
}
