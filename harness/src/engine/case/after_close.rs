//! What becomes of the peer's end of a connection when ours is closed.

use std::time::{Duration, Instant};

use super::connection::ClosedConnection;
use super::waits::silence_proof;
use crate::engine::wait::{Awaited, Clock, Progress, WaitEnd, WaitFor, Waiter};
use crate::judge::{CloseCheck, PeerClose, UnreadState};
use crate::wire::diag::{Holder, Inode, QueryError, SocketLookup, TcpState};
use crate::wire::link::{self, Stall};

/// Looks that only yield the processor. A peer that reads its end at once closes within
/// them.
const QUICK_LOOKS: u32 = 64;
/// The time between later looks. A peer that runs needs the processor more than we do.
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);

/// Waits until the peer has closed a connection that we have closed.
pub(super) fn await_peer_close(
    closed: &mut impl ClosedConnection,
    waiter: &mut Waiter<'_>,
    limit: Duration,
) -> CloseCheck {
    for _ in 0..QUICK_LOOKS {
        match closed.look() {
            Err(_) => return CloseCheck::NotChecked,
            Ok(seen) if !is_open(&seen) => return CloseCheck::Closed,
            Ok(_) => std::thread::yield_now(),
        }
    }
    let mut awaited = AwaitPeerClose {
        seen: closed.look(),
        closed,
        clock: waiter.clock(),
    };
    let end = waiter.wait(WaitFor::Close, limit, &mut awaited);
    let Ok(seen) = awaited.seen else {
        return CloseCheck::NotChecked;
    };
    match (end, silence_proof(end, false)) {
        (WaitEnd::Stopped(_), _) => CloseCheck::NotChecked,
        (_, None) => CloseCheck::Closed,
        (_, Some(proof)) => CloseCheck::StaysOpen {
            proof,
            seen: describe_socket(&seen),
        },
    }
}

struct AwaitPeerClose<'c, C> {
    closed: &'c mut C,
    /// The last look.
    seen: Result<SocketLookup, QueryError>,
    clock: &'c dyn Clock,
}

impl<C: ClosedConnection> Awaited for AwaitPeerClose<'_, C> {
    fn poll(&mut self, until: Instant) -> Progress {
        loop {
            self.seen = self.closed.look();
            if !self.seen.as_ref().is_ok_and(is_open) {
                return Progress::Happened;
            }
            let now = self.clock.now();
            if now >= until {
                return Progress::Nothing;
            }
            self.clock.sleep_until(until.min(now + BETWEEN_LOOKS));
        }
    }

    /// Until our FIN has arrived the peer has no reason to close.
    fn is_in_flight(&mut self) -> bool {
        matches!(&self.seen, Ok(SocketLookup::Socket(socket)) if socket.state == TcpState::Established)
    }

    fn peer_socket(&mut self) -> Option<Inode> {
        match &self.seen {
            Ok(SocketLookup::Socket(socket)) => socket.inode,
            _ => None,
        }
    }
}

/// Whether the peer's process has not closed its end.
fn is_open(seen: &SocketLookup) -> bool {
    match seen {
        SocketLookup::Socket(socket) => {
            matches!(socket.state, TcpState::Established | TcpState::CloseWait)
                && socket.holder() != Holder::Kernel
        }
        SocketLookup::Listening(_) | SocketLookup::Nothing => false,
    }
}

/// What the socket of a peer shows that does not close.
pub(super) fn describe_socket(seen: &SocketLookup) -> String {
    match seen {
        SocketLookup::Socket(socket) if socket.holder() == Holder::Queue => {
            "the connection was never accepted".to_owned()
        }
        SocketLookup::Socket(socket)
            if socket.state == TcpState::CloseWait && socket.unread > 0 =>
        {
            "its socket is in CLOSE_WAIT and it has not read to the end".to_owned()
        }
        SocketLookup::Socket(socket) if socket.state == TcpState::CloseWait => {
            "it has read the end, and its socket stays in CLOSE_WAIT".to_owned()
        }
        SocketLookup::Socket(socket) => format!("its socket is {:?}", socket.state),
        SocketLookup::Listening(_) | SocketLookup::Nothing => "its socket is gone".to_owned(),
    }
}

/// What the socket of a peer shows that does not read.
pub(super) fn unread_state(stall: &Stall) -> UnreadState {
    match &stall.peer {
        Some(peer) if peer.holder() == Holder::Queue => UnreadState::NeverAccepted,
        Some(peer) => UnreadState::Bytes(peer.unread),
        None => UnreadState::Gone,
    }
}

/// How the peer ended the connection, if it was the peer.
pub(super) fn peer_close(end: link::ConnectionEnd) -> Option<PeerClose> {
    match end {
        link::ConnectionEnd::Eof => Some(PeerClose::Fin),
        link::ConnectionEnd::Reset => Some(PeerClose::Reset),
        link::ConnectionEnd::Broken { .. } => Some(PeerClose::Broken),
        link::ConnectionEnd::Ours => None,
    }
}
