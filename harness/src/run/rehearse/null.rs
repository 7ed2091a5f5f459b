//! Peers that understand nothing.

use std::time::Instant;

use super::Unplayable;
use super::scene::{PATIENCE, Scene};
use crate::run::standstill::Seat;
use crate::scenario::{Action, Side, Step};
use crate::wire::link::{Link, ReadResult, WriteResult};

/// A peer that understands nothing. A scenario that it passes proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Null {
    /// Reads, says nothing, and closes when the other side does.
    Mute,
    /// Closes when it is connected.
    Closes,
    /// Resets the connection when it is connected.
    Resets,
    /// Says what it hears, and closes when the other side does.
    Echoes,
    /// Says its first message, with example values where the connection has its
    /// own, and closes its side: a client at once, a server when it hears anything.
    SaysOneMessage,
}

impl Null {
    const ALL: [Self; 5] = [
        Self::Mute,
        Self::Closes,
        Self::Resets,
        Self::Echoes,
        Self::SaysOneMessage,
    ];

    /// The null peers that play a side without anything being found wrong with it.
    pub(super) fn that_pass(scene: &Scene<'_>, side: Side) -> Result<Vec<Self>, Unplayable> {
        let steps = scene.scenario.exchange();
        if wants_a_process(steps, side) || !asks_anything_of(scene, side) {
            return Ok(Vec::new());
        }
        let mut passing = Vec::new();
        for null in Self::ALL {
            if null.can_play(scene, side) && null.passes(scene, side)? {
                passing.push(null);
            }
        }
        Ok(passing)
    }

    fn can_play(self, scene: &Scene<'_>, side: Side) -> bool {
        self != Self::SaysOneMessage || !scene.script(side).messages.is_empty()
    }

    fn passes(self, scene: &Scene<'_>, side: Side) -> Result<bool, Unplayable> {
        let (its, ours) = scene.connect()?.seen_from(side);
        let (its_seat, our_seat) = Seat::pair();
        let judging = side.other();
        let seen = std::thread::scope(|scope| {
            match self {
                // Done before the other side begins: nothing depends on who is faster.
                Self::Closes => drop(its.close()),
                Self::Resets => drop(its.reset()),
                Self::Mute | Self::Echoes | Self::SaysOneMessage => {
                    scope.spawn(|| self.live(scene, side, its, its_seat));
                }
            }
            scene.play(judging, &scene.whole(judging), ours, our_seat)
        });
        Ok(seen.finding.is_none())
    }

    /// Hears and reacts until the other side ends.
    fn live(self, scene: &Scene<'_>, side: Side, mut link: Link, seat: Seat) {
        let deadline = Instant::now() + PATIENCE;
        let mut heard = 0;
        if self == Self::SaysOneMessage && side == Side::Client {
            say_and_end(&mut link, scene, side);
        }
        loop {
            seat.rest(&link);
            match link.read_until(|received| received.bytes().len() > heard, deadline) {
                ReadResult::Enough => {}
                ReadResult::Ended(_) | ReadResult::TimedOut | ReadResult::Flooded => break,
            }
            let news = link.received().bytes()[heard..].to_vec();
            heard += news.len();
            match self {
                Self::Echoes if link.write_chunk(&news, deadline) != WriteResult::All => break,
                Self::SaysOneMessage => say_and_end(&mut link, scene, side),
                _ => {}
            }
        }
        drop(link.close());
    }
}

/// Says the first message of a side and closes its direction, unless it has. The
/// other direction is read on: a reset could destroy the message on its way.
fn say_and_end(link: &mut Link, scene: &Scene<'_>, side: Side) {
    let first = &scene.script(side).messages[0].bytes;
    // After the close it cannot be said again.
    let _ = link.write_chunk(first, Instant::now() + PATIENCE);
    link.close_write();
}

/// Whether a side is to print something or to exit: a null peer has no process.
fn wants_a_process(steps: &[Step], side: Side) -> bool {
    steps.iter().any(|step| {
        step.side == side && matches!(step.action, Action::Prints(_) | Action::Exits(_))
    })
}

/// Whether a null peer in place of a side tells anything of the scenario. It does
/// for the side under test; another that is to do nothing but close is not meant.
fn asks_anything_of(scene: &Scene<'_>, side: Side) -> bool {
    let says = |step: &Step| step.side == side && matches!(step.action, Action::Send(_));
    side == scene.under_test() || scene.scenario.exchange().iter().any(says)
}
