//! After all other phases: whether the peer keeps memory of each connection.
//!
//! Memory grows for other reasons too: a cache fills, and a runtime lets garbage wait. So it is
//! a leak only if it goes on growing at the same rate up to a size at which a runtime has
//! collected its garbage, and if it is far more than what was sent: a database keeps that. The
//! connections are those of one tactic after the other, alone, on a fresh peer.

use std::time::{Duration, Instant};

use super::ScenarioRun;
use super::leaks::Played;
use crate::engine::case::NumberedCase;
use crate::engine::leaks::SUSPICIOUS_MEMORY;
use crate::engine::settings::StopReason;
use crate::peer::Memory;
use crate::tactic::TacticFamily;

/// After this many connections a peer has set up what it sets up once.
const WARM_UP: usize = 16;
/// How many connections there are in the first round. Each further round has twice as many.
const FIRST_ROUND: usize = 64;
/// A peer that keeps this much is not waiting for its garbage collector: Node.js has collected at
/// 40 MiB, and a JVM reserves its heap when it starts ([`Memory::growth_since`]).
const ENOUGH: u64 = 256 << 20;
/// A peer that keeps less of a connection, in bytes, would need too many of them.
const LITTLE: u64 = 4 << 10;
/// How many times what was sent a peer may keep: it may be its task to store it.
const STORED: u64 = 4;
/// The time for the connections of all tactics.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Growth by this much that then stops explains why the peer was suspected.
const EXPLAINS: u64 = SUSPICIOUS_MEMORY / 2;

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

impl ScenarioRun<'_, '_, '_> {
    /// Finds a tactic of which the peer keeps memory, if it is suspected to.
    pub(super) fn find_memory_leak(&mut self) -> Result<(), StopReason> {
        if !self.engine.leaks.take_memory_suspicion() {
            return Ok(());
        }
        let deadline = Instant::now() + TIME_LIMIT;
        let mut tactics = self.passed_cases();
        let baseline = vec![self.baseline_case()];
        // The baseline passed, and a scenario is not failed at its baseline for this.
        let blamed = tactics.get(&TacticFamily::Cut);
        let blamed = blamed
            .or_else(|| tactics.values().next())
            .map(|it| it[0].clone());
        let Some(blamed) = blamed else { return Ok(()) };
        self.engine.restart_peer()?;
        match self.measure_memory(&baseline, deadline)? {
            Measured::Leak(leak) => {
                self.report_memory(&blamed, &leak, "also of whole exchanges")?;
                return self.engine.restart_peer();
            }
            Measured::NoLeak(EXPLAINS..) => return self.engine.restart_peer(),
            Measured::NoLeak(_) | Measured::Nothing => {}
        }
        while let Some((family, cases)) = tactics.pop_first() {
            self.engine.restart_peer()?;
            if let Measured::Leak(leak) = self.measure_memory(&cases, deadline)? {
                self.report_memory(&cases[0], &leak, &format!("under {family}"))?;
                break;
            }
        }
        self.engine.restart_peer()
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
        let (mut round, mut connections) = (WARM_UP, 0);
        // At first, and before the last round.
        let (mut first, mut last) = (None, Memory::default());
        loop {
            let played = self.play_many(&mut cases, round, deadline)?;
            let held = self.resources_when_idle().map(|it| it.memory);
            let (Played::All, Some(held)) = (played, held) else {
                return Ok(Measured::Nothing);
            };
            let Some(first) = first else {
                (first, last, round) = (Some(held), held, FIRST_ROUND);
                continue;
            };
            let (grown, grew_before) = (held.growth_since(first), last.growth_since(first));
            let grew = held.growth_since(last);
            let is_little = grew < least * round as u64;
            if is_little || !goes_on(grew_before, connections, grew, round) {
                return Ok(Measured::NoLeak(grown));
            }
            connections += round;
            if grown >= ENOUGH {
                return Ok(Measured::Leak(MemoryLeak { grown, connections }));
            }
            (last, round) = (held, round * 2);
        }
    }

    fn report_memory(
        &mut self,
        blamed: &NumberedCase,
        leak: &MemoryLeak,
        when: &str,
    ) -> Result<(), StopReason> {
        let MemoryLeak { grown, connections } = *leak;
        let each = grown / connections as u64;
        let what = format!(
            "{} MiB of memory after {connections} connections ({} KiB of each), {when}",
            grown >> 20,
            each >> 10
        );
        // Enough to rouse the suspicion again.
        let plays = (64 << 20) / each;
        self.report_kept(blamed, what, Some(plays))
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
