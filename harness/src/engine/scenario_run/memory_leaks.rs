//! After all other phases: whether the peer keeps memory of each connection.
//!
//! Memory grows for other reasons too: a cache fills, a database stores what it is sent, and a
//! runtime lets garbage wait. So it is a leak only if the peer keeps far more than it was sent,
//! and grows at the same rate, round by round, up to a size at which garbage is collected. A
//! runtime that reserves its heap at once, such as a JVM, may fill it with garbage first: its
//! address space must grow too.
//!
//! The connections are those of one tactic after the other, alone, on a fresh peer.

use std::time::{Duration, Instant};

use super::ScenarioRun;
use super::leaks::{ALSO_WHOLE, PassedCases, Played, blamed_for_all};
use crate::engine::case::NumberedCase;
use crate::engine::leaks::SUSPICIOUS_MEMORY;
use crate::engine::settings::StopReason;
use crate::peer::Memory;
use crate::tactic::TacticFamily;

/// After this many connections a peer has set up what it sets up once.
const WARM_UP: usize = 16;
/// How many connections there are in the first round. Each further round has twice as many.
const FIRST_ROUND: usize = 64;
/// Node.js collects its garbage at 40 MiB.
const ENOUGH: u64 = 256 << 20;
/// A peer that keeps less of a connection, in bytes, would need too many of them.
const LITTLE: u64 = 4 << 10;
/// How many times what it was sent a peer may keep.
const STORED: u64 = 4;
/// The time for whole exchanges. Only a peer that goes on growing needs it.
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// The time for all other tactics.
const SHORT_LIMIT: Duration = Duration::from_secs(10);
/// How many cases of a tactic are tried for one that leaks by itself, and how often each.
const MOST_TRIED: usize = 8;
const PLAYS_OF_ONE: usize = 16;

/// What came of connections that were made one after the other.
enum Measured {
    Leak(MemoryLeak),
    /// It grew by this many bytes, and no more with further connections.
    NoLeak(u64),
    /// The peer is gone or too slow, or its memory cannot be seen.
    Nothing,
}

/// What a peer keeps.
struct MemoryLeak {
    grown: u64,
    connections: usize,
}

impl MemoryLeak {
    /// Bytes of each connection.
    fn each(&self) -> u64 {
        (self.grown / self.connections as u64).max(1)
    }
}

impl ScenarioRun<'_, '_, '_> {
    /// Finds a tactic of which the peer keeps memory, if it is suspected to.
    pub(super) fn find_memory_leak(&mut self) -> Result<(), StopReason> {
        let Some(suspected) = self.engine.leaks.take_memory_suspicion() else {
            return Ok(());
        };
        let mut tactics = self.passed_cases();
        // These open other connections.
        tactics.remove(&TacticFamily::Churn);
        tactics.remove(&TacticFamily::Neighbours);
        let found = self.measure_tactics(suspected, tactics);
        self.engine.restart_peer()?;
        found
    }

    fn measure_tactics(
        &mut self,
        suspected: u64,
        mut tactics: PassedCases,
    ) -> Result<(), StopReason> {
        let Some(blamed) = blamed_for_all(&tactics).cloned() else {
            return Ok(());
        };
        self.engine.restart_peer()?;
        let baseline = [self.baseline_case()];
        match self.measure_memory(&baseline, Instant::now() + TIME_LIMIT)? {
            Measured::Leak(leak) => {
                let repetitions = Some((2 * SUSPICIOUS_MEMORY).div_ceil(leak.each()));
                return self.report_memory(&blamed, &leak, ALSO_WHOLE, repetitions);
            }
            Measured::NoLeak(growth) => {
                self.engine.leaks.explain_memory(growth);
                if growth >= SUSPICIOUS_MEMORY / 2 {
                    return Ok(());
                }
            }
            Measured::Nothing => {}
        }
        let deadline = Instant::now() + SHORT_LIMIT;
        while let Some((family, cases)) = tactics.pop_first() {
            if Instant::now() >= deadline {
                self.note_slow();
                return Ok(());
            }
            self.engine.restart_peer()?;
            if let Measured::Leak(leak) = self.measure_memory(&cases, deadline)? {
                let (blamed, each) = self.case_that_keeps(&cases)?;
                let repetitions = each.map(|each| (2 * SUSPICIOUS_MEMORY).div_ceil(each.max(1)));
                let when = format!("under {family}");
                return self.report_memory(&blamed, &leak, &when, repetitions);
            }
        }
        self.engine.leaks.explain_memory(suspected);
        Ok(())
    }

    /// Plays these cases again and again until the peer has grown so far that it is a leak, or
    /// stops growing.
    fn measure_memory(
        &mut self,
        cases: &[NumberedCase],
        deadline: Instant,
    ) -> Result<Measured, StopReason> {
        let least = LITTLE + STORED * self.context.script.len() as u64;
        let mut cases = cases.iter().cycle();
        self.play_many(&mut cases, WARM_UP, deadline)?;
        let Some(first) = self.memory_when_idle() else {
            return Ok(Measured::Nothing);
        };
        let (mut last, mut round, mut connections) = (first, FIRST_ROUND, 0);
        loop {
            match self.play_many(&mut cases, round, deadline)? {
                Played::All => {}
                Played::Gone => return Ok(Measured::Nothing),
                Played::TooSlow => {
                    self.note_slow();
                    return Ok(Measured::Nothing);
                }
            }
            let Some(held) = self.memory_when_idle() else {
                return Ok(Measured::Nothing);
            };
            let growth = held.growth_since(first);
            let before = last.growth_since(first).in_use;
            let grew = held.growth_since(last).in_use;
            let is_little = grew < least * round as u64;
            if is_little || !goes_on(before, connections, grew, round) {
                return Ok(Measured::NoLeak(growth.in_use));
            }
            let is_compared = connections > 0;
            connections += round;
            if is_compared && growth.in_use >= ENOUGH {
                return Ok(if growth.reserved >= ENOUGH / 2 {
                    let grown = growth.in_use;
                    Measured::Leak(MemoryLeak { grown, connections })
                } else {
                    Measured::NoLeak(growth.in_use)
                });
            }
            (last, round) = (held, round * 2);
        }
    }

    /// The first case that makes the peer grow by itself, and by how much each time; the first
    /// one of all if none does.
    fn case_that_keeps(
        &mut self,
        cases: &[NumberedCase],
    ) -> Result<(NumberedCase, Option<u64>), StopReason> {
        let least = LITTLE * PLAYS_OF_ONE as u64;
        let deadline = Instant::now() + SHORT_LIMIT;
        for case in cases.iter().take(MOST_TRIED) {
            let before = self.memory_when_idle();
            self.play_many(&mut std::iter::repeat(case), PLAYS_OF_ONE, deadline)?;
            if let (Some(before), Some(after)) = (before, self.memory_when_idle()) {
                let grew = after.growth_since(before).in_use;
                if grew >= least {
                    return Ok((case.clone(), Some(grew / PLAYS_OF_ONE as u64)));
                }
            }
        }
        Ok((cases[0].clone(), None))
    }

    fn memory_when_idle(&self) -> Option<Memory> {
        self.resources_when_idle().map(|it| it.memory)
    }

    fn note_slow(&mut self) {
        self.engine.note(
            "leaks: the memory of the peer grew; it is too slow to find out whether it grows with \
             each connection",
        );
    }

    fn report_memory(
        &mut self,
        blamed: &NumberedCase,
        leak: &MemoryLeak,
        when: &str,
        repetitions: Option<u64>,
    ) -> Result<(), StopReason> {
        let what = format!(
            "{} MiB of memory after {} connections ({} KiB of each), {when}",
            leak.grown >> 20,
            leak.connections,
            leak.each() >> 10
        );
        self.report_kept(blamed, what, repetitions)
    }
}

/// Whether a round grew in proportion to those before it, of which there may be none.
fn goes_on(grew_before: u64, connections: usize, grew: u64, round: usize) -> bool {
    let expected = match connections {
        0 => 0,
        _ => grew_before / connections as u64 * round as u64,
    };
    grew >= expected / 4 * 3
}

#[cfg(test)]
mod tests {
    use super::goes_on;

    const MIB: u64 = 1 << 20;

    #[test]
    fn growth_goes_on_at_three_quarters_of_its_rate() {
        assert!(goes_on(0, 0, 64 * MIB, 64));
        assert!(goes_on(64 * MIB, 64, 128 * MIB, 128));
        assert!(goes_on(64 * MIB, 64, 96 * MIB, 128));
        assert!(!goes_on(64 * MIB, 64, 95 * MIB, 128));
    }
}
