//! Knowing that the peer has read.

use super::evidence::{Reason, Sight};
use super::outq::is_acknowledged;
use super::poll::{Patience, Readiness, Turn, wait};
use super::{End, Ending, Link, Posted, Read};
use crate::wire::diag::{Counters, Holder, Seen, Sighting, TcpState};
use std::time::Instant;

/// What came of delivering a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Sent {
    /// The peer has read all that was written: the kernel says so.
    Proven,
    /// All was written and a pause was kept; that the peer has read it is likely.
    Unverified(Reason),
    /// The deadline came, and the peer has not read all.
    Stalled(Stall),
    /// The connection ended before the peer was seen to read all.
    Ended(End),
}

/// How far a peer got that does not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stall {
    /// Bytes of the chunk that could not even be written.
    pub unwritten: usize,
    /// The peer's socket at the deadline: what lies unread in it, and whether it
    /// was accepted at all. None if it is gone.
    pub peer: Option<Sighting>,
}

/// What one look says about the bytes written.
enum Weighed {
    Read,
    /// It may well have been read: the next look tells.
    Arrived,
    Unread(Option<Sighting>),
    Ended(End),
    Unknown(Reason),
}

impl Link {
    /// Delivers a chunk exactly: writes it and waits until the peer has read it.
    ///
    /// The peer may have said something, or have sent its FIN, when this returns
    /// [`Sent::Proven`]: see [`Link::received`] and [`Link::ending`].
    pub fn send(&mut self, chunk: &[u8], deadline: Instant) -> Sent {
        match self.post(chunk, deadline) {
            Posted::All => self.prove(deadline),
            Posted::Stalled { unwritten } => Sent::Stalled(Stall {
                unwritten,
                peer: self.peer_socket(),
            }),
            Posted::Ended(end) => Sent::Ended(end),
        }
    }

    /// Waits until the peer has read all that was written, and after
    /// [`Link::close_write`] the end of the stream too. Looks at least once,
    /// whatever the deadline.
    ///
    /// The proof has two steps, in this order: every byte has arrived at the peer's
    /// kernel, and then, in a *later* look, none lies unread (`idiag_rqueue`). One
    /// look that shows both is not enough: the kernel counts the unread bytes first
    /// and the received ones (`tcpi_bytes_received`) last, and a byte that waited
    /// for the socket's lock in between is in the second number only. That merged
    /// one or two chunks in a million. So arrival is taken from an earlier look, or
    /// from the peer's acknowledgement, which costs less and mostly comes with the
    /// read.
    ///
    /// The `recv` that took the bytes is over, too: to count the received ones the
    /// kernel takes the socket's lock, which a `recv` holds until it returns.
    pub fn prove(&mut self, deadline: Instant) -> Sent {
        let mut patience = Patience::default();
        loop {
            match self.weigh() {
                Weighed::Read => return self.proven(),
                Weighed::Ended(end) => return Sent::Ended(end),
                Weighed::Unknown(reason) => return self.pause(reason, deadline),
                Weighed::Arrived => {}
                Weighed::Unread(peer) if Instant::now() >= deadline => {
                    return Sent::Stalled(Stall { unwritten: 0, peer });
                }
                Weighed::Unread(_) => self.await_turn(patience.next(), deadline),
            }
        }
    }

    /// Whether nothing is on its way, in either direction. Where the kernel is busy,
    /// a segment on loopback can take many milliseconds: a peer that sleeps
    /// meanwhile has nothing to answer yet.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        match self.look() {
            Ok(Seen::Socket(peer)) => {
                // A kernel takes its time to acknowledge what nobody reads.
                let has_come = |it: Counters| it.received >= self.written.total;
                peer.state != TcpState::SynReceived
                    && peer.unacknowledged == 0
                    && (peer.counters.is_some_and(has_come) || is_acknowledged(&self.stream))
            }
            _ => is_acknowledged(&self.stream),
        }
    }

    fn proven(&mut self) -> Sent {
        if std::mem::take(&mut self.written.unproven) {
            self.tally.proven += 1;
        }
        Sent::Proven
    }

    fn weigh(&mut self) -> Weighed {
        if !self.written.arrived {
            self.written.arrived = is_acknowledged(&self.stream);
        }
        let query = match &mut self.sight {
            Sight::Hoped(query) | Sight::Clear(query) => query,
            Sight::None(reason) => return Weighed::Unknown(reason.clone()),
        };
        match query.look() {
            Ok(Seen::Socket(sighting)) => self.weigh_sighting(sighting),
            Ok(Seen::Listening(_) | Seen::Nothing) => self.weigh_absence(),
            Err(blind) => Weighed::Unknown(blind.into()),
        }
    }

    fn weigh_sighting(&mut self, peer: Sighting) -> Weighed {
        self.sight.confirm();
        self.hear(&peer);
        let Some(counters) = peer.counters else {
            return match peer.state {
                TcpState::Established | TcpState::CloseWait => Weighed::Unknown(Reason::NoCounters),
                _ => self.weigh_ending(peer),
            };
        };
        let had_arrived = self.written.arrived;
        let has_arrived = counters.received >= self.written.total;
        self.written.arrived = has_arrived;
        match (had_arrived, has_arrived, peer.unread) {
            (true, true, 0) => Weighed::Read,
            (false, true, 0) => Weighed::Arrived,
            _ => self.weigh_ending(peer),
        }
    }

    /// A peer that sent its FIN and still holds its socket may yet read.
    fn weigh_ending(&self, peer: Sighting) -> Weighed {
        match self.ending {
            Some(Ending { how: End::Eof, .. }) if peer.holder() != Holder::Kernel => {
                Weighed::Unread(Some(peer))
            }
            Some(Ending { how, .. }) => Weighed::Ended(how),
            None => Weighed::Unread(Some(peer)),
        }
    }

    /// Reads only when the peer's own counter says that there is something: most
    /// chunks are not answered, and a read in vain is a system call a chunk.
    fn hear(&mut self, peer: &Sighting) {
        let spoke = match peer.counters.and_then(|counters| counters.sent) {
            Some(sent) => sent > self.received.total(),
            None => true,
        };
        let open = matches!(peer.state, TcpState::Established | TcpState::CloseWait);
        if spoke || !open {
            self.absorb();
        }
    }

    /// A socket that was never seen may be out of sight; one that was seen is gone.
    /// One that was gone before the first look has sent a reset: if that is still on
    /// its way, the pause that follows sees it come.
    fn weigh_absence(&mut self) -> Weighed {
        match self.sight {
            Sight::Clear(_) => self.absorb(),
            Sight::Hoped(_) | Sight::None(_) => self.drain(),
        }
        match (self.ending, &self.sight) {
            (Some(ending), _) => Weighed::Ended(ending.how),
            (None, Sight::Clear(_)) => Weighed::Unread(None),
            (None, _) => Weighed::Unknown(Reason::Hidden),
        }
    }

    fn await_turn(&mut self, turn: Turn, deadline: Instant) {
        match turn {
            Turn::Yield => std::thread::yield_now(),
            Turn::Wait(time) if self.is_listening() => {
                let until = deadline.min(Instant::now() + time);
                wait(&self.stream, Readiness::Readable, until);
            }
            Turn::Wait(time) => std::thread::sleep(time),
        }
    }

    /// Pauses instead of looking, from now on.
    fn pause(&mut self, reason: Reason, deadline: Instant) -> Sent {
        self.sight = Sight::None(reason.clone());
        let until = deadline.min(Instant::now() + self.pacer.gap());
        if let Read::Ended(end @ (End::Reset | End::Broken { .. })) = self.read_to_end(until) {
            return Sent::Ended(end);
        }
        // A peer that sent its FIN, or more than we keep, may still read.
        std::thread::sleep(until.saturating_duration_since(Instant::now()));
        Sent::Unverified(reason)
    }

    fn peer_socket(&self) -> Option<Sighting> {
        match self.look() {
            Ok(Seen::Socket(sighting)) => Some(sighting),
            _ => None,
        }
    }
}
