//! What a conversation waits for.

use std::time::Instant;

use super::connection::Connection;
use super::replies::Replies;
use super::transcript::Transcript;
use crate::engine::peer::OutputWatch;
use crate::engine::wait::{Awaited, ByteCounts, Clock, Progress, WaitEnd};
use crate::judge::{Overtaken, SilenceProof};
use crate::peer::OutputWait;
use crate::wire::diag::{Holder, Inode, SocketInfo, SocketLookup};
use crate::wire::link::{ReadResult, SendResult, Stall};

/// How it was known that nothing more comes; `None` if it came.
pub(super) fn silence_proof(end: WaitEnd, is_flooded: bool) -> Option<SilenceProof> {
    match end {
        WaitEnd::Happened if is_flooded => Some(SilenceProof::ReplyLimit),
        WaitEnd::Happened => None,
        WaitEnd::Idle(time) => Some(SilenceProof::Idle(time)),
        WaitEnd::Spinning(time) => Some(SilenceProof::Spinning(time)),
        WaitEnd::TimedOut(time) | WaitEnd::Stopped(time) => Some(SilenceProof::TimeLimit(time)),
    }
}

/// What is waited for on the connection. A peer that ends it, or sends something wrong,
/// ends the wait too.
#[derive(Clone, Copy)]
pub(super) enum Until {
    Message {
        step: usize,
    },
    End,
    /// A message in whose place the answer to a later one came.
    Overtaken,
    /// Nothing: only the peer's idleness is waited for.
    Never,
}

/// A wait for what comes over the connection.
pub(super) struct AwaitPeer<'c, 's, C> {
    pub(super) link: &'c mut C,
    pub(super) transcript: &'c mut Transcript<'s>,
    pub(super) replies: &'c mut Replies,
    pub(super) clock: &'c dyn Clock,
    pub(super) until: Until,
    /// Whether the peer sent more than is kept.
    pub(super) is_flooded: bool,
}

impl<C: Connection> AwaitPeer<'_, '_, C> {
    /// Checks what has come, and replies. Returns whether anything came or was sent.
    fn receive(&mut self) -> bool {
        let now = self.clock.now();
        self.replies.receive(self.link, self.transcript, now)
    }

    fn has_happened(&self) -> bool {
        if self.link.ending().is_some() || self.transcript.unsendable.is_some() {
            return true;
        }
        let expectations = &self.transcript.expectations;
        match self.until {
            Until::Message { step } => {
                expectations.has_come(step) || expectations.mismatch().is_some()
            }
            Until::End => expectations.mismatch().is_some(),
            Until::Overtaken => expectations.overtaken() != Some(Overtaken::Missing),
            Until::Never => false,
        }
    }
}

impl<C: Connection> Awaited for AwaitPeer<'_, '_, C> {
    fn poll(&mut self, until: Instant) -> Progress {
        let mut moved = self.receive();
        if self.has_happened() {
            return Progress::Happened;
        }
        match self.link.read_more(until) {
            ReadResult::Flooded => {
                self.is_flooded = true;
                return Progress::Happened;
            }
            ReadResult::Enough | ReadResult::Ended(_) | ReadResult::TimedOut => {}
        }
        moved |= self.receive();
        match (self.has_happened(), moved) {
            (true, _) => Progress::Happened,
            (false, true) => Progress::Moved,
            (false, false) => Progress::Nothing,
        }
    }

    fn is_in_flight(&mut self) -> bool {
        is_in_flight(self.link, self.transcript, self.clock)
    }

    fn peer_socket(&mut self) -> Option<Inode> {
        peer_socket(self.link)
    }

    fn byte_counts(&self) -> Option<ByteCounts> {
        Some(ByteCounts {
            sent: self.link.written(),
            received: self.link.received().bytes().len() as u64,
        })
    }
}

/// Whether something is on its way, or the peer has not read an automatic reply.
fn is_in_flight(
    link: &mut impl Connection,
    transcript: &mut Transcript<'_>,
    clock: &dyn Clock,
) -> bool {
    if !link.is_settled() {
        return true;
    }
    transcript.has_unread_reply && matches!(link.prove(clock.now()), SendResult::Stalled(_))
}

/// The inode of the peer's end.
pub(super) fn peer_socket(link: &impl Connection) -> Option<Inode> {
    match link.look() {
        Ok(SocketLookup::Socket(peer)) => peer.inode,
        _ => None,
    }
}

/// A wait for a text on the peer's standard output.
pub(super) struct AwaitOutput<'c, 's, C> {
    pub(super) output: OutputWatch<'c>,
    pub(super) text: &'c [u8],
    pub(super) result: OutputWait,
    pub(super) link: &'c mut C,
    pub(super) transcript: &'c mut Transcript<'s>,
    pub(super) replies: &'c mut Replies,
    pub(super) clock: &'c dyn Clock,
}

impl<C: Connection> AwaitOutput<'_, '_, C> {
    /// A peer may wait for a reply before it prints.
    fn receive(&mut self) -> bool {
        let now = self.clock.now();
        self.replies.receive(self.link, self.transcript, now)
    }
}

impl<C: Connection> Awaited for AwaitOutput<'_, '_, C> {
    fn poll(&mut self, until: Instant) -> Progress {
        let has_come = self.receive();
        self.result = self.output.wait_for(self.text, until);
        if !matches!(self.result, OutputWait::TimedOut) {
            return Progress::Happened;
        }
        // A peer that cannot send does not print either.
        match self.link.read_more(until) {
            ReadResult::Enough => {
                self.receive();
                Progress::Moved
            }
            _ if has_come => Progress::Moved,
            ReadResult::Ended(_) | ReadResult::TimedOut | ReadResult::Flooded => Progress::Nothing,
        }
    }

    fn is_in_flight(&mut self) -> bool {
        is_in_flight(self.link, self.transcript, self.clock)
    }

    fn peer_socket(&mut self) -> Option<Inode> {
        peer_socket(self.link)
    }
}

/// What the peer has to do with a chunk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ChunkGoal {
    /// To have accepted the connection, and the whole chunk in its kernel.
    Held,
    Read,
}

/// A wait for the peer to read a chunk.
pub(super) struct AwaitRead<'c, 's, C> {
    pub(super) link: &'c mut C,
    pub(super) transcript: &'c mut Transcript<'s>,
    pub(super) bytes: &'c [u8],
    pub(super) sent: SendResult,
    pub(super) goal: ChunkGoal,
}

impl<C> AwaitRead<'_, '_, C> {
    fn has_happened(&self) -> bool {
        match &self.sent {
            SendResult::Stalled(stall) => self.goal == ChunkGoal::Held && is_held(stall),
            SendResult::Proven | SendResult::Unverified(_) | SendResult::Ended(_) => true,
        }
    }
}

fn is_held(stall: &Stall) -> bool {
    let is_queued = |it: &SocketInfo| it.holder() == Holder::Queue;
    stall.unwritten == 0 && !stall.peer.as_ref().is_some_and(is_queued)
}

impl<C: Connection> Awaited for AwaitRead<'_, '_, C> {
    fn poll(&mut self, until: Instant) -> Progress {
        if self.has_happened() {
            return Progress::Happened;
        }
        if let SendResult::Stalled(stall) = &self.sent {
            self.sent = match stall.unwritten {
                0 => self.link.prove(until),
                left => self
                    .link
                    .send(&self.bytes[self.bytes.len() - left..], until),
            };
        }
        let moved = self.transcript.receive(self.link.received());
        match (self.has_happened(), moved) {
            (true, _) => Progress::Happened,
            (false, true) => Progress::Moved,
            (false, false) => Progress::Nothing,
        }
    }

    fn is_in_flight(&mut self) -> bool {
        !self.link.is_settled()
    }

    fn peer_socket(&mut self) -> Option<Inode> {
        peer_socket(self.link)
    }
}

/// A wait for the peer to accept a connection.
pub(super) struct AwaitAccept<'c, C> {
    pub(super) link: &'c mut C,
}

impl<C: Connection> Awaited for AwaitAccept<'_, C> {
    fn poll(&mut self, until: Instant) -> Progress {
        let is_queued = |it: &mut C| matches!(it.look(), Ok(SocketLookup::Socket(socket)) if socket.holder() == Holder::Queue);
        if !is_queued(self.link) {
            return Progress::Happened;
        }
        match self.link.read_more(until) {
            ReadResult::Enough => Progress::Moved,
            ReadResult::Ended(_) | ReadResult::Flooded => Progress::Happened,
            ReadResult::TimedOut => Progress::Nothing,
        }
    }
}

/// A wait for the peer's answer to our FIN. Its kernel may be slow to acknowledge it: that
/// is not waited for.
pub(super) struct AwaitOurEnd<'c, C> {
    pub(super) link: &'c mut C,
}

impl<C: Connection> Awaited for AwaitOurEnd<'_, C> {
    fn poll(&mut self, until: Instant) -> Progress {
        match self.link.read_more(until) {
            ReadResult::Ended(_) | ReadResult::Flooded => Progress::Happened,
            ReadResult::Enough => Progress::Moved,
            ReadResult::TimedOut => Progress::Nothing,
        }
    }
}

/// A wait for whatever the peer does with a connection that it has not served.
pub(super) struct AwaitReaction<'c, C> {
    /// Whether it has not even read what was sent.
    pub(super) is_unread: bool,
    pub(super) link: &'c mut C,
    pub(super) clock: &'c dyn Clock,
}

impl<C: Connection> Awaited for AwaitReaction<'_, C> {
    fn poll(&mut self, until: Instant) -> Progress {
        if self.is_unread && self.link.prove(self.clock.now()) == SendResult::Proven {
            return Progress::Happened;
        }
        match self.link.read_more(until) {
            ReadResult::Enough | ReadResult::Ended(_) | ReadResult::Flooded => Progress::Happened,
            ReadResult::TimedOut => Progress::Nothing,
        }
    }

    fn is_in_flight(&mut self) -> bool {
        !self.link.is_settled()
    }
}
