//! Handing bytes to the network, without waiting for the peer to read them.

use super::evidence::Sight;
use super::outq::is_acknowledged;
use super::poll::{Readiness, is_broken, wait};
use super::read::how_it_broke;
use super::{End, Ending, Link, Writing};
use crate::wire::diag::{Holder, Seen};
use std::io::{self, Write as _};
use std::time::Instant;

/// What came of writing a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Posted {
    /// All of it is on its way.
    All,
    /// The deadline came while the peer took nothing.
    Stalled {
        /// How many bytes of the chunk were not written.
        unwritten: usize,
    },
    /// The connection ended, before or while it was written.
    Ended(End),
}

impl Link {
    /// Writes a chunk, reading meanwhile what the peer says.
    ///
    /// Two chunks posted one after the other may meet in one `recv` of the peer;
    /// [`Link::send`] keeps them apart.
    pub fn post(&mut self, chunk: &[u8], deadline: Instant) -> Posted {
        if let Some(end) = self.closed_to_us() {
            return Posted::Ended(end);
        }
        self.tally.chunks += 1;
        self.written.unproven = true;
        let mut rest = chunk;
        loop {
            match (&self.stream).write(rest) {
                Ok(len) => {
                    self.wrote(len);
                    rest = &rest[len..];
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if Instant::now() >= deadline {
                        return Posted::Stalled {
                            unwritten: rest.len(),
                        };
                    }
                    self.wait_for_room(deadline);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Posted::Ended(self.broke(&error)),
            }
            if rest.is_empty() {
                return Posted::All;
            }
        }
    }

    /// Why there is no use in writing.
    ///
    /// A peer that sent its FIN may still read. If the kernel says that nobody
    /// holds its socket any more, a write could only provoke a reset.
    fn closed_to_us(&mut self) -> Option<End> {
        if self.writing == Writing::Shut {
            return Some(End::Ours);
        }
        match self.ending {
            Some(Ending { how: End::Eof, .. }) => self.peer_is_gone().then_some(End::Eof),
            Some(Ending { how, .. }) => Some(how),
            None => None,
        }
    }

    /// Whether the peer's kernel answers what was written with a reset: it came when
    /// nobody was there any more to read it.
    ///
    /// A peer that closes in this moment has its kernel busy. Until that is through, what
    /// was written is neither refused nor acknowledged.
    #[must_use]
    pub fn came_too_late(&self, deadline: Instant) -> bool {
        let is_undecided = || !is_acknowledged(&self.stream) && !is_broken(&self.stream);
        while cfg!(target_os = "linux") && is_undecided() && Instant::now() < deadline {
            std::thread::yield_now();
        }
        is_broken(&self.stream)
    }

    fn peer_is_gone(&mut self) -> bool {
        let (Sight::Hoped(query) | Sight::Clear(query)) = &mut self.sight else {
            return false;
        };
        match query.look() {
            Ok(Seen::Socket(sighting)) => {
                self.sight.confirm();
                sighting.holder() == Holder::Kernel
            }
            Ok(Seen::Listening(_) | Seen::Nothing) => matches!(self.sight, Sight::Clear(_)),
            Err(_) => false,
        }
    }

    fn wrote(&mut self, len: usize) {
        self.written.total += len as u64;
        self.written.arrived = false;
        self.written.last = Instant::now();
        self.written.heard = self.received.total();
    }

    fn wait_for_room(&mut self, deadline: Instant) {
        let readiness = if self.is_listening() {
            Readiness::Either
        } else {
            Readiness::Writable
        };
        wait(&self.stream, readiness, deadline);
        self.absorb();
    }

    /// Keeps what came before the break, then the break.
    ///
    /// EPIPE says that we write into an ended connection; how it ended is for the
    /// read side to tell. A reset is told once only: once a write was told, the read
    /// side shows an end of stream that never was.
    pub(super) fn broke(&mut self, error: &io::Error) -> End {
        let before = self.ending;
        self.drain();
        if error.kind() != io::ErrorKind::BrokenPipe {
            self.ending = before;
            self.end(how_it_broke(error));
        }
        self.end(End::Reset);
        self.ending.map_or(End::Reset, |ending| ending.how)
    }
}
