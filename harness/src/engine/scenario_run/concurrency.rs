//! How many cases run at once.

use std::num::NonZeroUsize;

use wirecheck_report::record::Concurrency;

use super::ScenarioRun;
use crate::engine::case::CaseResult;
use crate::engine::settings::StopReason;
use crate::engine::wait::Phase;
use crate::scenario::Permission;
use crate::wire::link::Link;

impl ScenarioRun<'_, '_, '_> {
    /// How many cases run at once. A peer that does not serve the baseline while another
    /// connection is open serves one client at a time.
    pub(super) fn learn_jobs(&mut self) -> Result<NonZeroUsize, StopReason> {
        let wanted = self.engine.settings.jobs.0;
        let concurrent = self.context.planned.scenario.adversary().concurrent;
        if wanted == NonZeroUsize::MIN || concurrent == Permission::Forbidden {
            return Ok(NonZeroUsize::MIN);
        }
        let engine = &*self.engine;
        let known = engine.concurrency.or_else(|| engine.peer.concurrency());
        let concurrency = match known {
            Some(known) => known,
            None => self.try_two_at_once()?,
        };
        self.engine.concurrency = Some(concurrency);
        self.engine.record.peer.concurrency = concurrency;
        Ok(self.engine.jobs_for(concurrency))
    }

    fn try_two_at_once(&mut self) -> Result<Concurrency, StopReason> {
        let mut result = self.play_beside_idle_connection(Phase::Batch)?;
        if result.outcome.is_silence() && !self.engine.is_stopped() {
            // The machine may be busy: the answer gets all the time that the suite allows.
            result = self.play_beside_idle_connection(Phase::Confirmation)?;
        }
        if self.engine.is_stopped() {
            return Err(StopReason::Interrupted);
        }
        if result.outcome.has_passed() {
            return Ok(Concurrency::Several);
        }
        // A connection that came and went may have been too much for it.
        self.engine.restart_peer()?;
        self.engine.note("the peer serves one client at a time");
        Ok(Concurrency::One)
    }

    fn play_beside_idle_connection(&mut self, phase: Phase) -> Result<CaseResult, StopReason> {
        let baseline = self.baseline_case();
        let case = self.another_attempt(&baseline);
        self.engine.connections += 2;
        let engine = &self.engine;
        let neighbour = engine.peer.connect_idly(self.context.limits().reply);
        let mut player = engine.lone_player(phase);
        let result = player.play(&self.context, &case);
        drop(player);
        drop(neighbour.map(Link::close));
        if self.ended_when_idle().is_some() {
            // It died of a connection that closes and sends nothing, as `fin@0` shows. Later, the
            // next case would be blamed for it.
            self.engine.restart_peer()?;
        }
        Ok(result)
    }
}
