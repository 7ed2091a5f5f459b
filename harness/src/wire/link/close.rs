//! Closing a connection from our side.

use super::{ConnectionEnd, DeliveryCount, Link, ObservedEnd, Received, SendSide};
use crate::wire::diag::{Query, QueryError, SocketLookup};
use socket2::SockRef;
use std::net::Shutdown;
use std::time::Duration;

/// A link that we have closed: what was received and delivered.
#[derive(Clone, Debug)]
pub struct ClosedLink {
    /// All that was read from the peer.
    pub received: Received,
    /// How the peer had ended the connection. `None` if we were first.
    pub ending: Option<ObservedEnd>,
    /// What was delivered.
    pub delivery_count: DeliveryCount,
    /// What our close sent.
    pub close_signal: CloseSignal,
    query: Query,
}

/// What a close sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseSignal {
    /// A FIN, now or earlier.
    Fin,
    /// A reset: requested, or because bytes of the peer were left unread.
    Reset,
    /// Nothing: the connection had already ended.
    Nothing,
}

impl ClosedLink {
    /// Looks at the peer's end of the connection, which may stay open after ours.
    ///
    /// # Errors
    ///
    /// When the kernel does not answer.
    pub fn look(&mut self) -> Result<SocketLookup, QueryError> {
        self.query.look()
    }
}

impl Link {
    /// Sends our FIN and continues to read. [`Link::prove`] then waits until the peer has
    /// read it.
    pub fn close_write(&mut self) {
        if self.send_side == SendSide::Shut {
            return;
        }
        self.send_side = SendSide::Shut;
        if self.stream.shutdown(Shutdown::Write).is_ok() {
            self.written.total += 1;
            self.written.arrived = false;
        } else {
            self.drain_all();
        }
    }

    /// Closes both directions, after reading what has arrived: with unread bytes the kernel
    /// would send a reset instead of a FIN.
    #[must_use = "it has the last bytes that the peer sent"]
    pub fn close(mut self) -> ClosedLink {
        self.drain_all();
        // Only a peer that sent more than is kept has bytes left to read.
        let unread =
            self.received.remaining() == 0 && matches!(self.stream.peek(&mut [0]), Ok(1..));
        let signal = if unread {
            CloseSignal::Reset
        } else {
            CloseSignal::Fin
        };
        self.into_closed(signal)
    }

    /// Resets the connection, after reading what has arrived. The port is free at once.
    #[must_use = "it has the last bytes that the peer sent"]
    pub fn reset(mut self) -> ClosedLink {
        self.drain_all();
        // The option is refused only on a socket that the peer has reset already.
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        self.into_closed(CloseSignal::Reset)
    }

    fn into_closed(self, signal: CloseSignal) -> ClosedLink {
        let has_ended = matches!(
            self.ending,
            Some(ObservedEnd {
                how: ConnectionEnd::Reset | ConnectionEnd::Broken { .. },
                ..
            })
        );
        ClosedLink {
            received: self.received,
            ending: self.ending,
            delivery_count: self.delivery_count,
            close_signal: if has_ended {
                CloseSignal::Nothing
            } else {
                signal
            },
            query: Query::connection(self.peer, self.ours),
        }
    }
}
