//! Two sides in one process, and whether they wait for each other.
//!
//! Whether a program under test will say something more shows only in its sleep,
//! and that takes time to see. Where wirecheck plays both sides, they sit at one
//! table: whoever has nothing more to say until it hears something puts down how
//! much it has said and heard by then. If each has heard all that the other said,
//! neither will ever move again, however slow the machine is.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::lookout::Lull;
use crate::wire::link::Link;

/// How long the side that finds a standstill waits for the other to find it too.
const AGREEMENT: Duration = Duration::from_secs(2);

/// One side's place at the table.
#[derive(Debug)]
pub(super) struct Seat {
    table: Arc<Table>,
    mine: usize,
}

#[derive(Debug, Default)]
struct Table {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// How far each side had come when it last began to wait. A side that moves on
    /// has heard more by then, so that what stands here is never mistaken for now.
    rests: [Option<Rest>; 2],
    /// Who knows that nothing more will come.
    knows: [bool; 2],
}

/// How far a side has come.
#[derive(Clone, Copy, Debug)]
struct Rest {
    /// Bytes, and one for a FIN. Nobody hears that one and goes on waiting, so that
    /// a side that has ended its stream is never part of a standstill.
    said: u64,
    /// Bytes.
    heard: u64,
}

impl Seat {
    /// Two places at one table.
    pub(super) fn pair() -> (Self, Self) {
        let table = Arc::new(Table::default());
        let other = Arc::clone(&table);
        (
            Self { table, mine: 0 },
            Self {
                table: other,
                mine: 1,
            },
        )
    }

    /// Says that this side does nothing more until it hears more, and does not ask
    /// whether the other does.
    pub(super) fn rest(&self, link: &Link) {
        let mut state = self.table.lock();
        state.rests[self.mine] = Some(Rest::of(link));
        state.knows[self.mine] = true;
    }

    /// Says the same, and whether the other side rests too. Both learn of it before
    /// either acts on it: what each waits for is then seen from both sides.
    pub(super) fn lull(&self, link: &Link) -> Lull {
        let theirs = 1 - self.mine;
        let mut state = self.table.lock();
        state.rests[self.mine] = Some(Rest::of(link));
        if !state.is_standstill() {
            return Lull::Busy;
        }
        state.knows[self.mine] = true;
        self.table.changed.notify_all();
        let waited = self
            .table
            .changed
            .wait_timeout_while(state, AGREEMENT, |state| !state.knows[theirs]);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        Lull::Quiet(Duration::ZERO)
    }
}

impl Table {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether both rest and nothing is under way between them.
    fn is_standstill(&self) -> bool {
        match self.rests {
            [Some(one), Some(other)] => one.said == other.heard && one.heard == other.said,
            _ => false,
        }
    }
}

impl Rest {
    fn of(link: &Link) -> Self {
        Self {
            said: link.written(),
            heard: link.received().bytes().len() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::link::{ConnectionEnd, LinkOptions, Listener, ReadResult, WriteResult};
    use std::time::Instant;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(30)
    }

    fn pair() -> (Link, Link) {
        let anywhere = "127.0.0.1:0".parse().expect("an address");
        let listener = Listener::bind(anywhere, LinkOptions::default()).expect("a port is free");
        let one =
            Link::connect(listener.addr(), &LinkOptions::default(), soon()).expect("it listens");
        (one, listener.accept(soon()).expect("somebody connected"))
    }

    #[test]
    fn what_is_under_way_is_no_standstill() {
        let ((mut one, mut other), (mine, theirs)) = (pair(), Seat::pair());
        theirs.rest(&other);
        assert_eq!(one.write_chunk(b"a", soon()), WriteResult::All);
        assert_eq!(mine.lull(&one), Lull::Busy);
        assert_eq!(
            other.read_until(|got| !got.bytes().is_empty(), soon()),
            ReadResult::Enough
        );
        assert_eq!(mine.lull(&one), Lull::Busy);
        theirs.rest(&other);
        assert_eq!(mine.lull(&one), Lull::Quiet(Duration::ZERO));
    }

    #[test]
    fn whoever_has_ended_makes_the_other_move_seen_or_not() {
        let ((mut one, mut other), (mine, theirs)) = (pair(), Seat::pair());
        one.close_write();
        theirs.rest(&other);
        assert_eq!(mine.lull(&one), Lull::Busy);
        assert_eq!(
            other.read_to_end(soon()),
            ReadResult::Ended(ConnectionEnd::Eof)
        );
        theirs.rest(&other);
        assert_eq!(mine.lull(&one), Lull::Busy);
    }

    #[test]
    fn both_learn_of_a_standstill_before_either_acts() {
        let ((one, other), (mine, theirs)) = (pair(), Seat::pair());
        assert_eq!(theirs.lull(&other), Lull::Busy);
        std::thread::scope(|scope| {
            let first = scope.spawn(|| mine.lull(&one));
            while !mine.table.lock().knows[0] {
                std::thread::yield_now();
            }
            assert!(!first.is_finished());
            assert_eq!(theirs.lull(&other), Lull::Quiet(Duration::ZERO));
            assert_eq!(
                first.join().expect("it does not panic"),
                Lull::Quiet(Duration::ZERO)
            );
        });
    }
}
