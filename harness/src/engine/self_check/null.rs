//! Peers that understand nothing.

use std::time::Instant;

use super::SelfCheckError;
use super::deadlock_detector::{DeadlockDetector, byte_counts};
use super::scene::{PATIENCE, Scene};
use crate::scenario::{Action, Side, Step};
use crate::tactic::Delivery;
use crate::wire::link::{Link, ReadResult, WriteResult};

/// A peer that understands nothing. A scenario that it passes proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NullPeer {
    /// Reads, sends nothing, and closes when the other side does.
    Mute,
    /// Closes when it is connected.
    Closes,
    /// Resets the connection when it is connected.
    Resets,
    /// Sends what it receives, and closes when the other side does.
    Echoes,
    /// Sends its first message, with example values where the connection has its own, and
    /// closes its side: a client at once, a server when it receives anything.
    SendsOneMessage,
}

impl NullPeer {
    const ALL: [Self; 5] = [
        Self::Mute,
        Self::Closes,
        Self::Resets,
        Self::Echoes,
        Self::SendsOneMessage,
    ];

    /// The null peers that play a side without anything being found wrong with it.
    pub(super) fn that_pass(scene: &Scene, side: Side) -> Result<Vec<Self>, SelfCheckError> {
        let steps = scene.scenario.exchange();
        if needs_a_process(steps, side) || !tests_anything(scene, side) {
            return Ok(Vec::new());
        }
        let mut passing = Vec::new();
        for null in Self::ALL {
            if null.passes_whole(scene, side)?
                && !null.is_found_by_a_truncated_message(scene, side)?
            {
                passing.push(null);
            }
        }
        Ok(passing)
    }

    /// Whether it passes on each connection of the exchange.
    fn passes_whole(self, scene: &Scene, side: Side) -> Result<bool, SelfCheckError> {
        for connection in std::iter::once(scene).chain(&scene.others) {
            let whole = connection.whole(side.other());
            if !self.can_play(connection, side) || !self.passes(connection, side, &whole)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn can_play(self, scene: &Scene, side: Side) -> bool {
        self != Self::SendsOneMessage || !scene.script(side).messages.is_empty()
    }

    /// Where the expected answers are those of the baseline, any answer is right to the whole
    /// message. So it must be seen that the peer waits for the whole message.
    fn is_found_by_a_truncated_message(
        self,
        scene: &Scene,
        side: Side,
    ) -> Result<bool, SelfCheckError> {
        if !learns_from_baseline(scene, side) {
            return Ok(false);
        }
        let first_byte = "1 half".parse().expect("a delivery");
        Ok(!self.passes(scene, side, &first_byte)?)
    }

    fn passes(
        self,
        scene: &Scene,
        side: Side,
        delivery: &Delivery,
    ) -> Result<bool, SelfCheckError> {
        let (its, ours) = scene.connect()?.seen_from(side);
        let (its_detector, our_detector) = DeadlockDetector::pair();
        let judging = side.other();
        let seen = std::thread::scope(|scope| {
            match self {
                // Done before the other side begins: nothing depends on who is faster.
                Self::Closes => drop(its.close()),
                Self::Resets => drop(its.reset()),
                Self::Mute | Self::Echoes | Self::SendsOneMessage => {
                    scope.spawn(|| self.play(scene, side, its, its_detector));
                }
            }
            scene.play(judging, delivery, ours, our_detector)
        });
        Ok(seen.finding.is_none())
    }

    /// Receives and reacts until the other side ends.
    fn play(self, scene: &Scene, side: Side, mut link: Link, detector: DeadlockDetector) {
        let deadline = Instant::now() + PATIENCE;
        let mut known = 0;
        if self == Self::SendsOneMessage && side == Side::Client {
            send_and_close(&mut link, scene, side);
        }
        loop {
            detector.wait_for_input(byte_counts(&link));
            match link.read_until(|received| received.bytes().len() > known, deadline) {
                ReadResult::Enough => {}
                ReadResult::Ended(_) | ReadResult::TimedOut | ReadResult::Flooded => break,
            }
            let new = link.received().bytes()[known..].to_vec();
            known += new.len();
            match self {
                Self::Echoes if link.write_chunk(&new, deadline) != WriteResult::All => break,
                Self::SendsOneMessage => send_and_close(&mut link, scene, side),
                _ => {}
            }
        }
        drop(link.close());
    }
}

/// Sends the first message of a side and closes its direction, unless it has. The other
/// direction is still read: a reset could destroy the message on its way.
fn send_and_close(link: &mut Link, scene: &Scene, side: Side) {
    let first = &scene.script(side).messages[0].bytes;
    // After the close it cannot be sent again.
    let _ = link.write_chunk(first, Instant::now() + PATIENCE);
    link.close_write();
}

/// Whether a side must print something or exit: a null peer has no process.
fn needs_a_process(steps: &[Step], side: Side) -> bool {
    steps.iter().any(|step| {
        step.side == side && matches!(step.action, Action::Prints(_) | Action::Exits(_))
    })
}

/// Whether a side is expected to answer as it did in the baseline.
fn learns_from_baseline(scene: &Scene, side: Side) -> bool {
    scene
        .scenario
        .exchange()
        .iter()
        .any(|step| match &step.action {
            Action::Send(message) => step.side == side && message.learns_from_baseline(),
            _ => false,
        })
}

/// Whether a null peer in place of a side shows anything about the scenario. It does for
/// the side under test. The scenario is not about another side that only closes.
fn tests_anything(scene: &Scene, side: Side) -> bool {
    let sends = |step: &Step| step.side == side && matches!(step.action, Action::Send(_));
    side == scene.under_test() || scene.scenario.exchange().iter().any(sends)
}
