//! Writing bytes, without waiting until the peer reads them.

use super::outq::is_acknowledged;
use super::poll::{Readiness, is_broken, wait};
use super::proof::KernelView;
use super::read::end_of_error;
use super::{ConnectionEnd, Link, SendSide};
use crate::wire::diag::{Holder, SocketLookup};
use std::io::{self, Write as _};
use std::net::TcpStream;
use std::time::Instant;

/// The result of writing a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum WriteResult {
    /// All of it was written.
    All,
    /// The deadline came while the peer did not read and all buffers were full.
    Stalled {
        /// How many bytes of the chunk were not written.
        unwritten: usize,
    },
    /// The connection ended, before or while it was written.
    Ended(ConnectionEnd),
}

impl Link {
    /// Writes a chunk, and reads meanwhile what the peer sends.
    ///
    /// One `recv` of the peer may return two chunks that were written one after the other;
    /// [`Link::send`] keeps them apart.
    pub fn write_chunk(&mut self, chunk: &[u8], deadline: Instant) -> WriteResult {
        if let Some(end) = self.reason_not_to_write() {
            return WriteResult::Ended(end);
        }
        self.delivery_count.chunks += 1;
        self.written.unproven = true;
        let mut rest = chunk;
        loop {
            match (&self.stream).write(rest) {
                Ok(len) => {
                    self.record_write(len);
                    rest = &rest[len..];
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if Instant::now() >= deadline {
                        return WriteResult::Stalled {
                            unwritten: rest.len(),
                        };
                    }
                    self.await_writable(deadline);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return WriteResult::Ended(self.record_error(&error)),
            }
            if rest.is_empty() {
                return WriteResult::All;
            }
        }
    }

    /// Writes a chunk and ends our side, so that the FIN arrives with the last byte of the
    /// chunk: a peer that has read the chunk finds the end at its next look. Elsewhere than on
    /// Linux the FIN only follows at once.
    pub fn write_last(&mut self, chunk: &[u8], deadline: Instant) -> WriteResult {
        keep_incomplete_segment(&self.stream);
        let written = self.write_chunk(chunk, deadline);
        if written == WriteResult::All {
            self.close_write();
        }
        written
    }

    /// A peer that sent its FIN may still read. If the kernel shows that no process holds its
    /// socket any more, a write would only cause a reset.
    fn reason_not_to_write(&mut self) -> Option<ConnectionEnd> {
        if self.send_side == SendSide::Shut {
            return Some(ConnectionEnd::Ours);
        }
        match self.ending?.how {
            ConnectionEnd::Eof if !self.peer_has_closed() => None,
            how => Some(how),
        }
    }

    /// Whether the peer's kernel answered what was written with a reset, because no process
    /// was left to read it.
    ///
    /// While the peer closes, what was written is neither refused nor acknowledged. Then this
    /// waits, until the deadline.
    #[must_use]
    pub fn came_too_late(&self, deadline: Instant) -> bool {
        let is_undecided = || !is_acknowledged(&self.stream) && !is_broken(&self.stream);
        while cfg!(target_os = "linux") && is_undecided() && Instant::now() < deadline {
            std::thread::yield_now();
        }
        is_broken(&self.stream)
    }

    fn peer_has_closed(&mut self) -> bool {
        let (KernelView::Unconfirmed(query) | KernelView::Confirmed(query)) = &mut self.view else {
            return false;
        };
        match query.look() {
            Ok(SocketLookup::Socket(socket)) => {
                self.view.confirm();
                socket.holder() == Holder::Kernel
            }
            Ok(SocketLookup::Listening(_) | SocketLookup::Nothing) => {
                matches!(self.view, KernelView::Confirmed(_))
            }
            Err(_) => false,
        }
    }

    fn record_write(&mut self, len: usize) {
        self.written.total += len as u64;
        self.written.arrived = false;
        self.written.last = Instant::now();
        self.written.received_before = self.received.total();
    }

    fn await_writable(&mut self, deadline: Instant) {
        let readiness = if self.can_read() {
            Readiness::Either
        } else {
            Readiness::Writable
        };
        wait(&self.stream, readiness, deadline);
        self.drain();
    }

    /// Records what arrived before the error, then the end.
    ///
    /// EPIPE means that the connection had already ended; a read shows how. The kernel reports
    /// a reset only once: if a write received it, a read shows an end of stream that was never
    /// sent.
    pub(super) fn record_error(&mut self, error: &io::Error) -> ConnectionEnd {
        let before = self.ending;
        self.drain_all();
        if error.kind() != io::ErrorKind::BrokenPipe {
            self.ending = before;
            self.record_end(end_of_error(error));
        }
        self.record_end(ConnectionEnd::Reset);
        self.ending
            .map_or(ConnectionEnd::Reset, |ending| ending.how)
    }
}

/// Keeps the last segment until more is written, at most 200 ms, or until the FIN, which
/// leaves with it.
#[cfg(target_os = "linux")]
fn keep_incomplete_segment(stream: &TcpStream) {
    // It is refused only on a socket that the peer has reset.
    let _ = rustix::net::sockopt::set_tcp_cork(stream, true);
}

#[cfg(not(target_os = "linux"))]
fn keep_incomplete_segment(_: &TcpStream) {}
