//! Ending a connection from our side.

use super::{End, Ending, Link, Received, Tally, Writing};
use crate::wire::diag::{Blind, Query, Seen};
use socket2::SockRef;
use std::net::Shutdown;
use std::time::Duration;

/// What is left of a link that we ended.
#[derive(Clone, Debug)]
pub struct Remains {
    /// All that the peer said before.
    pub received: Received,
    /// How the peer had ended, if it had.
    pub ending: Option<Ending>,
    /// What was delivered.
    pub tally: Tally,
    /// What our closing put on the wire.
    pub farewell: Farewell,
    query: Query,
}

/// What our closing put on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Farewell {
    /// A FIN, now or earlier.
    Fin,
    /// A reset: meant, or because the peer's words lay unread.
    Reset,
    /// Nothing: the connection was over.
    Nothing,
}

impl Remains {
    /// Looks at the peer's end: does it stay although we are gone.
    ///
    /// # Errors
    ///
    /// When the kernel does not show it to us.
    pub fn look(&mut self) -> Result<Seen, Blind> {
        self.query.look()
    }
}

impl Link {
    /// Sends our FIN and goes on reading. [`Link::prove`] then waits until the
    /// peer has read it.
    pub fn close_write(&mut self) {
        if self.writing == Writing::Shut {
            return;
        }
        self.writing = Writing::Shut;
        if self.stream.shutdown(Shutdown::Write).is_ok() {
            self.written.total += 1;
            self.written.arrived = false;
        } else {
            self.drain();
        }
    }

    /// Closes both ways, after reading what has come: with unread bytes the kernel
    /// would send a reset for a FIN.
    #[must_use = "the peer's last words are in it"]
    pub fn close(mut self) -> Remains {
        self.drain();
        // Only a peer that said more than is kept has bytes left to read.
        let unread = self.received.room() == 0 && matches!(self.stream.peek(&mut [0]), Ok(1..));
        self.remains(if unread {
            Farewell::Reset
        } else {
            Farewell::Fin
        })
    }

    /// Resets the connection, after reading what has come. No port stays busy.
    #[must_use = "the peer's last words are in it"]
    pub fn reset(mut self) -> Remains {
        self.drain();
        // The option is refused only on a socket that the peer has reset already.
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        self.remains(Farewell::Reset)
    }

    fn remains(self, farewell: Farewell) -> Remains {
        let over = matches!(
            self.ending,
            Some(Ending {
                how: End::Reset | End::Broken { .. },
                ..
            })
        );
        Remains {
            received: self.received,
            ending: self.ending,
            tally: self.tally,
            farewell: if over { Farewell::Nothing } else { farewell },
            query: Query::connection(self.peer, self.ours),
        }
    }
}
