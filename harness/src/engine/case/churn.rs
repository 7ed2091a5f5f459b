//! Many connections that are opened and dropped before a case.
//!
//! They are closed or reset, before a message and in the middle of one, in turn. A connection
//! is made only if the peer's accept queue has room: what the kernel drops there it sends again
//! after a second, and that second would not be the peer's.

use std::num::NonZeroU16;
use std::time::{Duration, Instant};

use super::outgoing::Outgoing;
use super::result::{CaseResult, Unjudged};
use super::{CasePlay, options};
use crate::engine::wait::{Awaited, Clock, Progress, WaitFor, Waiter};
use crate::scenario::Action;
use crate::tactic::{Offset, Piece, StopPoint};
use crate::wire::diag::{Query, SocketLookup};
use crate::wire::link::Link;

/// How long all of them may take together.
const TIME_LIMIT: Duration = Duration::from_secs(30);
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);

/// What came of the connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Churned {
    All,
    /// The peer takes no more.
    Refused,
    TooSlow,
}

impl CasePlay<'_, '_> {
    /// Plays the exchange after this many connections that were dropped.
    pub(super) fn after_churn(
        &self,
        waiter: &mut Waiter<'_>,
        connections: NonZeroU16,
    ) -> CaseResult {
        let churned = self.churn(waiter, connections);
        waiter.wait_until_idle();
        let result = self.exchange(waiter, None);
        match churned {
            Churned::TooSlow if result.outcome.has_passed() => CaseResult {
                unjudged: Some(Unjudged::Churn),
                ..result
            },
            _ => result,
        }
    }

    fn churn(&self, waiter: &mut Waiter<'_>, connections: NonZeroU16) -> Churned {
        let begun = waiter.clock().now();
        let points = self.drop_points();
        for (index, point) in (0..connections.get()).zip(points.iter().cycle()) {
            if waiter.clock().now() - begun > TIME_LIMIT {
                return Churned::TooSlow;
            }
            self.await_room(waiter);
            let limit = self.context.limits().reply;
            let Ok(connection) = self.connect(&options(self.context), waiter) else {
                return Churned::Refused;
            };
            let mut link = connection.link;
            let bytes = self.first_bytes(*point);
            if !bytes.is_empty() {
                // A peer that does not read is dropped all the same.
                _ = link.write_chunk(&bytes, waiter.clock().now() + limit);
            }
            drop_link(link, usize::from(index) / points.len());
        }
        Churned::All
    }

    /// After how many bytes connections are dropped. Where the peer speaks first they send
    /// nothing.
    fn drop_points(&self) -> Vec<Offset> {
        let context = self.context;
        let mut steps = context.planned.scenario.exchange().iter();
        let first = steps.find(|it| matches!(it.action, Action::Send(_)));
        let speaks_first = first.is_some_and(|it| it.side == context.side);
        let stops = context.script.stop_points().into_iter();
        let stops = stops
            .filter(|_| speaks_first)
            .map(|StopPoint { at, .. }| at);
        std::iter::once(Offset::START).chain(stops).collect()
    }

    /// The beginning of the first message, with a value of `${unique}` of its own.
    fn first_bytes(&self, end: Offset) -> Vec<u8> {
        let context = self.context;
        let assignment = context.assignment(&self.case.case.delivery);
        let unique = context.next_unique(self.case);
        let mut expectations = assignment.expectations(context.bindings(&unique));
        let part = [Piece::Stream(Offset::START..end)];
        let bytes = Outgoing::new(assignment.played).bytes(&part, &mut expectations);
        bytes.unwrap_or_default()
    }

    /// Waits until the peer has accepted enough for another connection.
    fn await_room(&self, waiter: &mut Waiter<'_>) {
        let mut awaited = AwaitRoom {
            listener: Query::listener(self.target.addr()),
            last: None,
            clock: waiter.clock(),
        };
        if !awaited.has_room() {
            let limit = self.context.limits().reply;
            waiter.wait(WaitFor::Answer, limit, &mut awaited);
        }
    }
}

/// A close, or a reset.
fn drop_link(link: Link, turn: usize) {
    if turn.is_multiple_of(2) {
        _ = link.close();
    } else {
        _ = link.reset();
    }
}

/// A wait for room in the accept queue of a server. Where the queue cannot be seen, there is.
struct AwaitRoom<'c> {
    listener: Query,
    /// How many connections waited at the last look.
    last: Option<u32>,
    clock: &'c dyn Clock,
}

impl AwaitRoom<'_> {
    fn has_room(&mut self) -> bool {
        match self.listener.look() {
            Ok(SocketLookup::Listening(backlog)) => {
                self.last = Some(backlog.waiting);
                backlog.waiting < backlog.limit.max(1)
            }
            _ => true,
        }
    }
}

impl Awaited for AwaitRoom<'_> {
    fn poll(&mut self, until: Instant) -> Progress {
        loop {
            let before = self.last;
            if self.has_room() {
                return Progress::Happened;
            }
            if self.last != before {
                return Progress::Moved;
            }
            let now = self.clock.now();
            if now >= until {
                return Progress::Nothing;
            }
            self.clock.sleep_until(until.min(now + BETWEEN_LOOKS));
        }
    }
}
