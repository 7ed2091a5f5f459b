//! Sending a chunk and knowing that the peer has read it.

use super::outq::is_acknowledged;
use super::poll::{Backoff, BackoffStep, Readiness, wait};
use super::proof::{KernelView, UnverifiedReason};
use super::{ConnectionEnd, Link, ReadResult, WriteResult};
use crate::wire::diag::{Counters, Holder, SocketInfo, SocketLookup, TcpState};
use std::time::Instant;

/// The result of sending a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum SendResult {
    /// The peer has read all that was written: the kernel shows it.
    Proven,
    /// All was written, and after a pause the peer has probably read it.
    Unverified(UnverifiedReason),
    /// The deadline came, and the peer has not read all.
    Stalled(Stall),
    /// The connection ended, and it was not seen that the peer read all.
    Ended(ConnectionEnd),
}

/// What a peer that does not read has left unread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stall {
    /// Bytes of the chunk that could not be written.
    pub unwritten: usize,
    /// The peer's socket at the deadline: how many bytes are unread, and whether it was
    /// accepted. `None` if it was closed.
    pub peer: Option<SocketInfo>,
}

/// What one look shows about the bytes that were written.
enum ReadProgress {
    Read,
    /// They may have been read: the next look shows it.
    Arrived,
    Unread(Option<SocketInfo>),
    Ended(ConnectionEnd),
    Unknown(UnverifiedReason),
}

impl Link {
    /// Writes a chunk and waits until the peer has read it.
    ///
    /// The peer may have answered or closed when this returns [`SendResult::Proven`]: see
    /// [`Link::received`] and [`Link::ending`].
    pub fn send(&mut self, chunk: &[u8], deadline: Instant) -> SendResult {
        match self.write_chunk(chunk, deadline) {
            WriteResult::All => self.prove(deadline),
            WriteResult::Stalled { unwritten } => SendResult::Stalled(Stall {
                unwritten,
                peer: self.peer_socket(),
            }),
            WriteResult::Ended(end) => SendResult::Ended(end),
        }
    }

    /// Waits until the peer has read all that was written, and after [`Link::close_write`] the
    /// end of the stream too. Looks at least once, even after the deadline.
    ///
    /// The proof has two steps, in this order: every byte has arrived at the peer's kernel,
    /// and then, in a *later* look, none is unread (`idiag_rqueue`). One look that shows both
    /// is not enough: the kernel counts the unread bytes first and the received ones
    /// (`tcpi_bytes_received`) last. A byte that waited for the socket's lock in between is
    /// only in the second number. That merged one or two chunks in a million. So arrival is
    /// taken from an earlier look, or from the peer's acknowledgement, which costs less and
    /// usually comes with the read.
    ///
    /// The `recv` that returned the bytes is over, too: to count the received ones the kernel
    /// takes the socket's lock, which a `recv` holds until it returns.
    pub fn prove(&mut self, deadline: Instant) -> SendResult {
        let mut backoff = Backoff::default();
        loop {
            match self.read_progress() {
                ReadProgress::Read => return self.proven(),
                ReadProgress::Ended(end) => return SendResult::Ended(end),
                ReadProgress::Unknown(reason) => return self.pause(reason, deadline),
                ReadProgress::Arrived => {}
                ReadProgress::Unread(peer) if Instant::now() >= deadline => {
                    return SendResult::Stalled(Stall { unwritten: 0, peer });
                }
                ReadProgress::Unread(_) => self.wait_for_step(backoff.next(), deadline),
            }
        }
    }

    /// Whether no byte is on its way, in either direction. On a busy machine a segment on
    /// loopback can take many milliseconds. A peer that sleeps meanwhile may still answer.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        match self.look() {
            Ok(SocketLookup::Socket(peer)) => {
                // Bytes that no process reads are acknowledged late.
                let have_arrived = |it: Counters| it.received >= self.written.total;
                peer.state != TcpState::SynReceived
                    && peer.unacknowledged == 0
                    && (peer.counters.is_some_and(have_arrived) || is_acknowledged(&self.stream))
            }
            _ => is_acknowledged(&self.stream),
        }
    }

    fn proven(&mut self) -> SendResult {
        if std::mem::take(&mut self.written.unproven) {
            self.delivery_count.proven += 1;
        }
        SendResult::Proven
    }

    fn read_progress(&mut self) -> ReadProgress {
        if !self.written.arrived {
            self.written.arrived = is_acknowledged(&self.stream);
        }
        let query = match &mut self.view {
            KernelView::Unconfirmed(query) | KernelView::Confirmed(query) => query,
            KernelView::Unavailable(reason) => return ReadProgress::Unknown(reason.clone()),
        };
        match query.look() {
            Ok(SocketLookup::Socket(socket)) => self.progress_of_socket(socket),
            Ok(SocketLookup::Listening(_) | SocketLookup::Nothing) => {
                self.progress_without_socket()
            }
            Err(error) => ReadProgress::Unknown(error.into()),
        }
    }

    fn progress_of_socket(&mut self, peer: SocketInfo) -> ReadProgress {
        self.view.confirm();
        self.read_if_sent(&peer);
        let Some(counters) = peer.counters else {
            return match peer.state {
                TcpState::Established | TcpState::CloseWait => {
                    ReadProgress::Unknown(UnverifiedReason::NoCounters)
                }
                _ => self.progress_without_read(peer),
            };
        };
        let had_arrived = self.written.arrived;
        let has_arrived = counters.received >= self.written.total;
        self.written.arrived = has_arrived;
        match (had_arrived, has_arrived, peer.unread) {
            (true, true, 0) => ReadProgress::Read,
            (false, true, 0) => ReadProgress::Arrived,
            _ => self.progress_without_read(peer),
        }
    }

    /// A peer that sent its FIN and still holds its socket may read later.
    fn progress_without_read(&self, peer: SocketInfo) -> ReadProgress {
        match self.ending.map(|ending| ending.how) {
            Some(ConnectionEnd::Eof) if peer.holder() != Holder::Kernel => {
                ReadProgress::Unread(Some(peer))
            }
            Some(how) => ReadProgress::Ended(how),
            None => ReadProgress::Unread(Some(peer)),
        }
    }

    /// Reads only if the peer's own counter shows that it sent something. Most chunks are not
    /// answered, so this saves a system call per chunk.
    fn read_if_sent(&mut self, peer: &SocketInfo) {
        let has_sent = match peer.counters.and_then(|counters| counters.sent) {
            Some(sent) => sent > self.received.total(),
            None => true,
        };
        let is_open = matches!(peer.state, TcpState::Established | TcpState::CloseWait);
        if has_sent || !is_open {
            self.drain();
        }
    }

    /// A socket that was never seen may be in another network namespace. One that was seen is
    /// closed. One that was closed before the first look has sent a reset, which may arrive
    /// during the pause that follows.
    fn progress_without_socket(&mut self) -> ReadProgress {
        self.drain();
        match (self.ending, &self.view) {
            (Some(ending), _) => ReadProgress::Ended(ending.how),
            (None, KernelView::Confirmed(_)) => ReadProgress::Unread(None),
            (None, _) => ReadProgress::Unknown(UnverifiedReason::NotVisible),
        }
    }

    fn wait_for_step(&mut self, step: BackoffStep, deadline: Instant) {
        match step {
            BackoffStep::Yield => std::thread::yield_now(),
            BackoffStep::Wait(time) if self.can_read() => {
                let until = deadline.min(Instant::now() + time);
                wait(&self.stream, Readiness::Readable, until);
            }
            BackoffStep::Wait(time) => std::thread::sleep(time),
        }
    }

    /// Pauses now, and instead of every later look.
    fn pause(&mut self, reason: UnverifiedReason, deadline: Instant) -> SendResult {
        self.view = KernelView::Unavailable(reason.clone());
        let until = deadline.min(Instant::now() + self.pacer.gap());
        if let ReadResult::Ended(end @ (ConnectionEnd::Reset | ConnectionEnd::Broken { .. })) =
            self.read_to_end(until)
        {
            return SendResult::Ended(end);
        }
        // A peer that sent its FIN, or more than is kept, may still read.
        std::thread::sleep(until.saturating_duration_since(Instant::now()));
        SendResult::Unverified(reason)
    }

    fn peer_socket(&self) -> Option<SocketInfo> {
        match self.look() {
            Ok(SocketLookup::Socket(socket)) => Some(socket),
            _ => None,
        }
    }
}
