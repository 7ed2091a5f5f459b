//! Reading slowly. Before each step the peer sends as much as it can: a step is read when the
//! peer is blocked in its send, or has nothing more to send. So each run reads in the same
//! order, however fast the machine is.

use std::time::{Duration, Instant};

use super::connection::Connection;
use super::conversation::Conversation;
use crate::engine::wait::{Awaited, Clock, Progress, WaitFor};
use crate::tactic::Reading;
use crate::wire::diag::SocketLookup;
use crate::wire::link::ReadResult;

/// How many bytes are read before the peer gets time again. Its send queue has room for more
/// when a third of it is free.
const STEP: usize = 64 << 10;
/// What may be on its way between two sockets, in bytes: it is in no queue.
const IN_FLIGHT: usize = 8 << 10;
/// How long bytes that the peer has sent may take to arrive through a small window. The
/// kernel asks for a larger one after 200 ms.
const ARRIVES_WITHIN: Duration = Duration::from_secs(1);
/// How long the queue of a peer whose processes cannot be seen stays as it is.
const UNCHANGED: Duration = Duration::from_millis(20);
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);

impl<C: Connection> Conversation<'_, '_, '_, C> {
    /// Where the delivery reads slowly: reads what the peer sends in `step`, and notes whether
    /// the peer had to wait for that.
    pub(super) fn read_slowly(&mut self, step: usize) {
        if self.assignment.delivery.reading() != Reading::Slow {
            return;
        }
        let mut sent_at_once = None;
        let deadline = self.waiter.clock().now() + self.assignment.limits().reply;
        loop {
            let queued = self.await_full_queue();
            let sent = queued.map(|queued| self.received_len() + queued);
            let at_once = *sent_at_once.get_or_insert(sent);
            let written = self.link.written();
            let goes_on = self.read_step(step);
            if self.link.written() > written {
                if self.waiter.clock().now() >= deadline {
                    return;
                }
                // The peer may have waited for the reply, and not for space in the buffers.
                sent_at_once = None;
                continue;
            }
            let needed_room = |sent| self.received_len() > sent + IN_FLIGHT;
            self.transcript.was_held_back |= at_once.is_some_and(needed_room);
            if !goes_on {
                return;
            }
        }
    }

    /// Waits until the peer sends no more. Returns how much is in its queue, where that can be
    /// seen.
    fn await_full_queue(&mut self) -> Option<usize> {
        let clock = self.waiter.clock();
        let mut awaited = AwaitFullQueue {
            gives_up_after: (!self.waiter.sees_processes()).then_some(UNCHANGED),
            queued: queued(&self.link),
            since: clock.now(),
            link: &self.link,
            clock,
        };
        self.waiter.wait_briefly(WaitFor::Settled, &mut awaited);
        queued(&self.link)
    }

    /// Reads a part of what the peer has sent. Returns whether there may be more.
    fn read_step(&mut self, step: usize) -> bool {
        let start = self.received_len();
        let clock = self.waiter.clock();
        let mut deadline = clock.now() + ARRIVES_WITHIN;
        while self.received_len() < start + STEP && !self.waiter.is_stopped() {
            let soon = clock.now() + BETWEEN_LOOKS;
            match self.link.read_more(soon) {
                ReadResult::Enough => deadline = clock.now() + ARRIVES_WITHIN,
                ReadResult::Ended(_) | ReadResult::Flooded => return false,
                ReadResult::TimedOut if queued(&self.link).is_none_or(|it| it == 0) => break,
                ReadResult::TimedOut if clock.now() >= deadline => return false,
                ReadResult::TimedOut => {}
            }
            self.receive();
            let expectations = &self.transcript.expectations;
            if expectations.has_come(step) || expectations.mismatch().is_some() {
                return false;
            }
        }
        self.received_len() > start
    }

    fn received_len(&self) -> usize {
        self.link.received().bytes().len()
    }
}

/// How many bytes the peer has sent that have not arrived.
fn queued(link: &impl Connection) -> Option<usize> {
    match link.look() {
        Ok(SocketLookup::Socket(peer)) => Some(peer.unacknowledged as usize),
        _ => None,
    }
}

/// A wait until the peer sends no more although nothing is read.
struct AwaitFullQueue<'c, C> {
    link: &'c C,
    queued: Option<usize>,
    since: Instant,
    /// For a peer whose processes cannot be seen.
    gives_up_after: Option<Duration>,
    clock: &'c dyn Clock,
}

impl<C: Connection> Awaited for AwaitFullQueue<'_, C> {
    fn poll(&mut self, until: Instant) -> Progress {
        loop {
            let now = self.clock.now();
            let queued = queued(self.link);
            if queued != self.queued {
                self.queued = queued;
                self.since = now;
                return Progress::Moved;
            }
            let unchanged = now - self.since;
            if self.gives_up_after.is_some_and(|most| unchanged >= most) {
                return Progress::Happened;
            }
            if now >= until {
                return Progress::Nothing;
            }
            self.clock.sleep_until(until.min(now + BETWEEN_LOOKS));
        }
    }
}
