//! What becomes of the peer's end of a connection when ours is over.

use std::time::{Duration, Instant};

use super::lookout::{Lookout, Lull};
use crate::judge::{CloseCheck, PeerClose, SilenceProof, UnreadState};
use crate::wire::diag::{Holder, SocketLookup, TcpState};
use crate::wire::link::{self, ClosedLink, Stall};

/// How long one look is from the next where the peer does not sleep, or cannot be seen.
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);
/// How often a peer is looked at before it is given time.
const QUICK_LOOKS: u32 = 64;

/// Waits until the peer has let go of a connection that we have left.
pub(super) fn await_gone(
    remains: &mut ClosedLink,
    lookout: &mut Lookout<'_>,
    limit: Duration,
) -> CloseCheck {
    let bound = lookout.allowed(limit);
    lookout.begin_to_watch_for_spinning();
    let mut patience = 0;
    loop {
        let Ok(seen) = remains.look() else {
            return CloseCheck::NotChecked;
        };
        if !holds(&seen) {
            lookout.ended();
            return CloseCheck::Closed;
        }
        patience += 1;
        if patience < QUICK_LOOKS {
            std::thread::yield_now();
            continue;
        }
        let socket = match &seen {
            SocketLookup::Socket(socket) => socket.inode,
            SocketLookup::Listening(_) | SocketLookup::Nothing => None,
        };
        let lull = lookout.lull_over(socket, bound, &mut |until| {
            std::thread::sleep(until.saturating_duration_since(Instant::now()));
            !remains
                .look()
                .is_ok_and(|seen| holds(&seen) && has_our_fin(&seen))
        });
        let waited = match lull {
            Lull::Quiet(time) => SilenceProof::Idle(time),
            Lull::Busy | Lull::Unseen if bound.is_over() => {
                lookout.waited_in_vain();
                SilenceProof::TimeLimit(bound.limit)
            }
            _ if lookout.is_stopped() => return CloseCheck::NotChecked,
            Lull::Busy => match lookout.spins(bound) {
                Some(time) => SilenceProof::Spinning(time),
                None => {
                    // A peer that runs needs the processor more than we do.
                    std::thread::sleep(BETWEEN_LOOKS);
                    continue;
                }
            },
            Lull::Unseen => {
                std::thread::sleep(BETWEEN_LOOKS);
                continue;
            }
        };
        return CloseCheck::StaysOpen {
            proof: waited,
            seen: lingers(&seen),
        };
    }
}

/// Whether the peer's process still has its end of the connection.
fn holds(seen: &SocketLookup) -> bool {
    match seen {
        SocketLookup::Socket(socket) => {
            matches!(socket.state, TcpState::Established | TcpState::CloseWait)
                && socket.holder() != Holder::Kernel
        }
        SocketLookup::Listening(_) | SocketLookup::Nothing => false,
    }
}

/// Whether our FIN has arrived: until then the peer has nothing to close for.
fn has_our_fin(seen: &SocketLookup) -> bool {
    !matches!(seen, SocketLookup::Socket(socket) if socket.state == TcpState::Established)
}

pub(super) fn lingers(seen: &SocketLookup) -> String {
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

pub(super) fn unread(stall: &Stall) -> UnreadState {
    match &stall.peer {
        Some(peer) if peer.holder() == Holder::Queue => UnreadState::NeverAccepted,
        Some(peer) => UnreadState::Bytes(peer.unread),
        None => UnreadState::Gone,
    }
}

pub(super) fn of_peer(end: link::ConnectionEnd) -> Option<PeerClose> {
    match end {
        link::ConnectionEnd::Eof => Some(PeerClose::Fin),
        link::ConnectionEnd::Reset => Some(PeerClose::Reset),
        link::ConnectionEnd::Broken { .. } => Some(PeerClose::Broken),
        link::ConnectionEnd::Ours => None,
    }
}
