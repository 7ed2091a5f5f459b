//! A connection to the peer of a [`World`]: no socket, and no time but the world's.

use std::time::{Duration, Instant};

use super::connection::{ClosedConnection, Connection};
use crate::engine::wait::Clock as _;
use crate::engine::wait::scripted::World;
use crate::wire::diag::{QueryError, SocketInfo, SocketLookup};
use crate::wire::link::{
    CloseSignal, ConnectionEnd, ObservedEnd, ReadResult, Received, SendResult, Stall, WriteResult,
};

/// How long a call takes that sends or receives, so that events have an order.
pub(super) const CALL: Duration = Duration::from_micros(1);

/// Bytes arrive at once, and the peer's kernel shows everything.
pub(super) struct ScriptedConnection<'w> {
    world: &'w World,
    /// How many bytes the peer's kernel keeps unread.
    window: usize,
    received: Received,
    /// How many of the bytes that arrived were read, kept or not.
    read: usize,
    ending: Option<ObservedEnd>,
    chunks: u64,
    written: u64,
    is_shut: bool,
}

pub(super) struct ScriptedClosed<'w> {
    world: &'w World,
    signal: CloseSignal,
    received: Received,
    ending: Option<ObservedEnd>,
}

impl<'w> ScriptedConnection<'w> {
    /// Keeps `keep` bytes of what the peer sends.
    pub(super) fn new(world: &'w World, window: usize, keep: usize) -> Self {
        Self {
            world,
            window,
            received: Received::with_limit(keep),
            read: 0,
            ending: None,
            chunks: 0,
            written: 0,
            is_shut: false,
        }
    }

    fn drain(&mut self) {
        let arrived = self.world.arrived();
        let new = &arrived.as_bytes()[self.read..];
        let kept = &new[..new.len().min(self.received.remaining())];
        if !kept.is_empty() {
            self.received.push(kept, self.world.elapsed());
            self.read += kept.len();
            self.spend_call();
        }
        if self.read == arrived.len() {
            self.ending = self.ending.or_else(|| self.world.ending());
        }
    }

    fn spend_call(&self) {
        self.world.sleep_until(self.world.now() + CALL);
    }

    fn peer(&self) -> Option<SocketInfo> {
        match self.world.peer_socket() {
            SocketLookup::Socket(socket) => Some(socket),
            SocketLookup::Listening(_) | SocketLookup::Nothing => None,
        }
    }

    fn into_closed(mut self, signal: CloseSignal) -> ScriptedClosed<'w> {
        self.spend_call();
        self.drain();
        self.world.deliver_end();
        ScriptedClosed {
            world: self.world,
            signal,
            received: self.received,
            ending: self.ending,
        }
    }
}

impl<'w> Connection for ScriptedConnection<'w> {
    type Closed = ScriptedClosed<'w>;

    fn send(&mut self, chunk: &[u8], deadline: Instant) -> SendResult {
        match self.write_chunk(chunk, deadline) {
            WriteResult::All => self.prove(deadline),
            WriteResult::Stalled { unwritten } => SendResult::Stalled(Stall {
                unwritten,
                peer: self.peer(),
            }),
            WriteResult::Ended(how) => SendResult::Ended(how),
        }
    }

    fn write_chunk(&mut self, chunk: &[u8], deadline: Instant) -> WriteResult {
        let mut unwritten = chunk;
        if let Some(ending) = self.ending {
            return WriteResult::Ended(ending.how);
        }
        assert!(!self.is_shut, "nothing is sent after the end");
        self.spend_call();
        self.chunks += 1;
        loop {
            let Some(peer) = self.peer() else {
                self.drain();
                let reset = ConnectionEnd::Reset;
                return WriteResult::Ended(self.ending.map_or(reset, |ending| ending.how));
            };
            let free = self.window - peer.unread as usize;
            let (part, left) = unwritten.split_at(free.min(unwritten.len()));
            self.written += part.len() as u64;
            self.world.deliver(part);
            unwritten = left;
            if left.is_empty() {
                return WriteResult::All;
            }
            if free == 0 && self.world.now() >= deadline {
                return WriteResult::Stalled {
                    unwritten: left.len(),
                };
            }
            if free == 0 {
                self.world.advance(deadline);
            }
        }
    }

    fn write_last(&mut self, chunk: &[u8], _: Instant) -> WriteResult {
        if let Some(ending) = self.ending {
            return WriteResult::Ended(ending.how);
        }
        self.spend_call();
        self.chunks += 1;
        self.is_shut = true;
        self.written += chunk.len() as u64 + 1;
        self.world.deliver_last(chunk);
        WriteResult::All
    }

    fn prove(&mut self, deadline: Instant) -> SendResult {
        loop {
            self.drain();
            if let Some(ending) = self.ending {
                return SendResult::Ended(ending.how);
            }
            let peer = self.peer();
            if peer.as_ref().is_some_and(|peer| peer.unread == 0) {
                return SendResult::Proven;
            }
            if self.world.now() >= deadline {
                return SendResult::Stalled(Stall { unwritten: 0, peer });
            }
            self.world.advance(deadline);
        }
    }

    fn read_more(&mut self, deadline: Instant) -> ReadResult {
        let known = self.received.bytes().len();
        loop {
            self.drain();
            if self.received.bytes().len() > known {
                return ReadResult::Enough;
            }
            if let Some(ending) = self.ending {
                return ReadResult::Ended(ending.how);
            }
            if self.received.remaining() == 0 {
                return ReadResult::Flooded;
            }
            if self.world.now() >= deadline {
                return ReadResult::TimedOut;
            }
            self.world.advance(deadline);
        }
    }

    fn received(&self) -> &Received {
        &self.received
    }

    fn ending(&self) -> Option<ObservedEnd> {
        self.ending
    }

    fn elapsed(&self) -> Duration {
        self.world.elapsed()
    }

    fn chunks_sent(&self) -> u64 {
        self.chunks
    }

    fn written(&self) -> u64 {
        self.written
    }

    fn look(&self) -> Result<SocketLookup, QueryError> {
        Ok(self.world.peer_socket())
    }

    fn is_settled(&self) -> bool {
        !self.world.is_in_flight()
    }

    fn came_too_late(&self, _: Instant) -> bool {
        let ending = self.world.ending();
        ending.is_some_and(|ending| ending.how == ConnectionEnd::Reset)
    }

    fn close_write(&mut self) {
        if !self.is_shut {
            self.spend_call();
            self.is_shut = true;
            self.written += 1;
            self.world.deliver_end();
        }
    }

    fn close(self) -> ScriptedClosed<'w> {
        self.into_closed(CloseSignal::Fin)
    }

    fn reset(self) -> ScriptedClosed<'w> {
        self.world.deliver_reset();
        self.into_closed(CloseSignal::Reset)
    }
}

impl ClosedConnection for ScriptedClosed<'_> {
    fn look(&mut self) -> Result<SocketLookup, QueryError> {
        Ok(self.world.peer_socket())
    }

    fn close_signal(&self) -> CloseSignal {
        self.signal
    }

    fn into_received(self) -> (Received, Option<ObservedEnd>) {
        (self.received, self.ending)
    }
}
