//! After all other phases: whether the peer keeps something of each connection.
//!
//! The counts are taken beside the other phases. If they rouse a suspicion, the cases of one
//! tactic after the other are played alone on a fresh peer, again and again, and what the peer
//! holds is counted between.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::ScenarioRun;
use crate::engine::case::{CaseResult, NumberedCase};
use crate::engine::leaks::Growth;
use crate::engine::settings::StopReason;
use crate::engine::state::Engine;
use crate::engine::wait::Phase;
use crate::judge::Finding;
use crate::peer::Resources;
use crate::tactic::TacticFamily;

/// Connections before the first count: what is made once is there then.
const WARM_UP: usize = 4;
/// How many connections are made between two counts. A pool that is smaller than all of them
/// stops growing in one of these rounds.
const ROUNDS: [usize; 4] = [16, 16, 64, 256];
/// After this many connections a peer that fails may have no descriptors left, and zombies are
/// enough: no pool is made of them.
const ENOUGH: usize = 96;
/// A peer that needs longer is not judged: after fewer connections a pool looks like a leak.
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// The limit where the peer holds only little more.
const SHORT_LIMIT: Duration = Duration::from_secs(5);
const TOO_SLOW: &str = "leaks: what the peer holds grew; it is too slow to find out within 60 s \
                        whether it grows with each connection";
/// How many cases are tried for one that leaks by itself.
const MOST_TRIED: usize = 32;
/// How long a process that ends by itself may take after a batch.
const TIME_TO_SETTLE: Duration = Duration::from_millis(200);
/// The time between two looks whether the peer gives back what it holds.
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// Where the baseline leaks too.
pub(super) const ALSO_WHOLE: &str = "also of whole exchanges";
/// How often a case that leaks is played in a replay: enough to raise the suspicion.
const REPETITIONS: u64 = 24;

pub(super) type PassedCases = BTreeMap<TacticFamily, Vec<NumberedCase>>;

/// What came of connections that were made one after the other.
enum Measured {
    Leak(Leak),
    /// The peer holds so much more, and no more with further connections.
    NoLeak(Growth),
    /// The peer is gone or too slow, or what it holds cannot be seen.
    Nothing,
}

/// How many cases were played.
pub(super) enum Played {
    All,
    /// The peer ended, or refuses connections.
    Gone,
    TooSlow,
}

/// What a peer keeps of the connections of one tactic.
struct Leak {
    growth: Growth,
    connections: usize,
}

impl ScenarioRun<'_, '_, '_> {
    /// Counts what the peer holds before the first batch, once in its life.
    pub(super) fn count_before_batches(&mut self) {
        let life = self.engine.record.restarts;
        if self.engine.leaks.needs_first(life)
            && let Some(held) = self.resources_when_idle()
        {
            self.engine.leaks.set_first(life, held);
        }
    }

    /// Counts what it holds after a batch.
    pub(super) fn count_after_batch(&mut self) {
        let life = self.engine.record.restarts;
        if self.engine.leaks.needs_first(life) {
            return;
        }
        self.wait_until_idle();
        let families = self.results.families();
        let cases: u64 = families.iter().map(|it| it.cases - it.skipped).sum();
        let cases = usize::try_from(cases).unwrap_or(usize::MAX);
        let mut last = None;
        let suspicion = self.count_until(TIME_TO_SETTLE, |engine, held| {
            last = Some(held);
            engine.leaks.suspicion(life, held, cases)
        });
        if let Some(held) = last {
            self.engine.leaks.suspect_memory(life, held);
        }
        if let Some(growth) = suspicion {
            self.engine.leaks.suspect(growth);
        }
    }

    /// Finds the tactics after which the peer keeps something, if it is suspected to.
    pub(super) fn find_leaks(&mut self) -> Result<(), StopReason> {
        let Some(suspected) = self.engine.leaks.take_suspicion() else {
            return Ok(());
        };
        let limit = if suspected.is_much() {
            TIME_LIMIT
        } else {
            SHORT_LIMIT
        };
        self.engine.restart_peer()?;
        let baseline = self.baseline_case();
        let others = self.passed_cases();
        match self.measure(std::slice::from_ref(&baseline), limit)? {
            Measured::Leak(leak) => {
                if let Some(blamed) = blamed_for_all(&others) {
                    self.report_leak(blamed, &leak, ALSO_WHOLE)?;
                }
            }
            Measured::NoLeak(growth) if suspected.is_explained_by(growth) => {
                self.engine.leaks.explain(growth);
            }
            Measured::NoLeak(_) => self.find_leaking_tactics(&others, limit)?,
            Measured::Nothing => {}
        }
        self.engine.restart_peer()
    }

    fn find_leaking_tactics(
        &mut self,
        passed: &PassedCases,
        limit: Duration,
    ) -> Result<(), StopReason> {
        for (family, cases) in passed {
            match self.measure(cases, limit)? {
                Measured::Leak(leak) => {
                    let blamed = self.leaking_case(cases)?;
                    self.report_leak(&blamed, &leak, &format!("under {family}"))?;
                }
                Measured::NoLeak(growth) => self.engine.leaks.explain(growth),
                Measured::Nothing => {}
            }
        }
        Ok(())
    }

    /// The cases that passed, of tactics of which none failed.
    pub(super) fn passed_cases(&self) -> PassedCases {
        let failures = self.results.failures.iter();
        let failed: Vec<_> = failures.map(|it| it.result.tactic.family()).collect();
        let mut passed = PassedCases::new();
        for numbered in NumberedCase::all_of(self.context.planned.plan).skip(1) {
            let tactic = &numbered.case.tactic;
            let family = tactic.family();
            let passes = self.results.passed.contains(tactic) && !failed.contains(&family);
            if passes && !tactic.may_fill_memory() {
                passed.entry(family).or_default().push(numbered);
            }
        }
        passed
    }

    /// Plays these cases again and again, until what the peer holds does not grow with them.
    fn measure(&mut self, cases: &[NumberedCase], limit: Duration) -> Result<Measured, StopReason> {
        let deadline = Instant::now() + limit;
        let mut cases = cases.iter().cycle();
        let first = self.resources_when_idle();
        self.play_many(&mut cases, WARM_UP, deadline)?;
        let warm = self.resources_when_idle();
        let (Some(first), Some(warm)) = (first, warm) else {
            return Ok(Measured::Nothing);
        };
        let (mut before, mut connections) = (warm, 0);
        for round in ROUNDS {
            match self.play_many(&mut cases, round, deadline)? {
                Played::All => {}
                // It may have no descriptors left.
                Played::Gone if connections >= ENOUGH => break,
                Played::Gone => return Ok(Measured::Nothing),
                Played::TooSlow => {
                    if limit == TIME_LIMIT {
                        self.engine.note(TOO_SLOW);
                    }
                    return Ok(Measured::Nothing);
                }
            }
            let Some(now) = self.resources_when_idle() else {
                return Ok(Measured::Nothing);
            };
            let growth = Growth::between(&before, &now).in_proportion_to(round);
            if growth.is_none() {
                return Ok(Measured::NoLeak(Growth::between(&first, &now)));
            }
            connections += round;
            before = now;
            if growth.is_of_zombies() && connections >= ENOUGH {
                break;
            }
        }
        let growth = self.growth_that_stays(&warm, connections);
        if growth.is_none() {
            return Ok(Measured::NoLeak(Growth::between(&first, &before)));
        }
        Ok(Measured::Leak(Leak {
            growth,
            connections,
        }))
    }

    /// The first case after which the peer keeps something, of a tactic that leaks.
    fn leaking_case(&mut self, cases: &[NumberedCase]) -> Result<NumberedCase, StopReason> {
        const TIMES: usize = 2;
        let deadline = Instant::now() + SHORT_LIMIT;
        for case in cases.iter().take(MOST_TRIED) {
            let before = self.resources_when_idle();
            self.play_many(&mut std::iter::repeat(case), TIMES, deadline)?;
            if let (Some(before), Some(after)) = (before, self.resources_when_idle())
                && !Growth::between(&before, &after)
                    .in_proportion_to(TIMES)
                    .is_none()
            {
                return Ok(case.clone());
            }
        }
        Ok(cases[0].clone())
    }

    /// Plays this many cases, until the peer is gone or the time is over. A case that fails
    /// now is a connection too.
    pub(super) fn play_many<'c>(
        &mut self,
        cases: &mut impl Iterator<Item = &'c NumberedCase>,
        count: usize,
        deadline: Instant,
    ) -> Result<Played, StopReason> {
        let cases = cases.take(count).map(|case| self.another_attempt(case));
        let cases: Vec<NumberedCase> = cases.collect();
        // One player for all: a new one looks at every process of the machine.
        let mut player = self.engine.lone_player(Phase::Confirmation);
        for case in &cases {
            if Instant::now() >= deadline {
                return Ok(Played::TooSlow);
            }
            let result = player.play(&self.context, case);
            if self.engine.is_stopped() {
                return Err(StopReason::Interrupted);
            }
            if result.outcome.unreachable().is_some() || self.engine.peer.ended().is_some() {
                return Ok(Played::Gone);
            }
        }
        Ok(Played::All)
    }

    fn play_again(&mut self, case: &NumberedCase) -> Result<CaseResult, StopReason> {
        let case = self.another_attempt(case);
        self.play_alone(&case, Phase::Confirmation)
    }

    /// What the peer does not give back within the time for an answer.
    fn growth_that_stays(&self, first: &Resources, connections: usize) -> Growth {
        let growth = self.count_until(self.context.limits().reply, |_, held| {
            let growth = Growth::between(first, &held).in_proportion_to(connections);
            (!growth.is_none()).then_some(growth)
        });
        growth.unwrap_or_default()
    }

    /// Looks at what the peer holds, until nothing is left of what is found there. Only a peer
    /// that has a timer may still give something back: it is looked at until the limit.
    fn count_until(
        &self,
        limit: Duration,
        mut find: impl FnMut(&Engine<'_>, Resources) -> Option<Growth>,
    ) -> Option<Growth> {
        let deadline = Instant::now() + limit;
        loop {
            let found = find(self.engine, self.engine.peer.resources()?)?;
            let is_over = Instant::now() >= deadline || self.engine.is_stopped();
            if is_over || !self.engine.peer.has_timers() {
                return Some(found);
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
    }

    pub(super) fn resources_when_idle(&self) -> Option<Resources> {
        self.wait_until_idle();
        self.engine.peer.resources()
    }

    /// Counts the leak as a failure of this case, which passed. Its evidence is that of one
    /// more play.
    fn report_leak(
        &mut self,
        blamed: &NumberedCase,
        leak: &Leak,
        when: &str,
    ) -> Result<(), StopReason> {
        let sockets = match self.engine.peer.close_waits() {
            0 => String::new(),
            1 => "; 1 socket is in CLOSE_WAIT".to_owned(),
            count => format!("; {count} sockets are in CLOSE_WAIT"),
        };
        let Leak {
            growth,
            connections,
        } = leak;
        let what = format!("{growth} after {connections} connections, {when}{sockets}");
        self.report_kept(blamed, what, Some(REPETITIONS))
    }

    /// Counts what the peer keeps as a failure of this case, which passed. `repetitions` is how
    /// often the case must be played until it shows, if that is known.
    pub(super) fn report_kept(
        &mut self,
        blamed: &NumberedCase,
        what: String,
        repetitions: Option<u64>,
    ) -> Result<(), StopReason> {
        self.engine.leaks.set_reported();
        let mut result = self.play_again(blamed)?;
        if !result.outcome.has_passed() {
            self.engine.note(format!("leaks: {what}"));
            return Ok(());
        }
        self.results
            .take_back(result.tactic.family(), result.unjudged);
        result.repetitions = repetitions;
        self.put_finding_first(&mut result, &Finding::Leaks { what });
        self.results.add(result, self.failure_verdict());
        Ok(())
    }
}

/// The case to blame for what the baseline does too: the baseline passed, and a scenario is not
/// failed at its baseline for this.
pub(super) fn blamed_for_all(passed: &PassedCases) -> Option<&NumberedCase> {
    let cuts = passed.get(&TacticFamily::Cut);
    cuts.or_else(|| passed.values().next())?.first()
}
