//! When a server is ready: the kernel shows a listening socket on its address, and one of
//! the peer's processes holds it. Nothing connects to find out.

use super::all_processes;
use super::escaped::{Sweep, kill_listeners, tagged_processes};
use super::group::ProcessGroup;
use super::listeners::{addresses_of, holder, inode_at};
use super::tag::PeerTag;
use crate::peer::ExitStatus;
use crate::wire::diag::Inode;
use crate::wire::watch::WatchTarget;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// The kernel has no event for a new listener, so it is asked again after each pause. The
/// exit of the process interrupts a pause.
const PAUSES: [Duration; 3] = [
    Duration::from_micros(200),
    Duration::from_micros(500),
    Duration::from_millis(2),
];
/// How often each pause but the last is repeated.
const LOOKS_PER_PAUSE: usize = 32;

/// A server that listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::peer) struct ReadyServer {
    /// The process that holds the socket, if this user may see it.
    process: Option<u32>,
    socket: Inode,
}

/// Why a server is not ready.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::peer) enum NotReady {
    Exited(ExitStatus),
    /// It exited with success and left this process in the background.
    Daemonized(u32),
    /// It listens only on these other addresses, or on none.
    TimedOut(Vec<SocketAddr>),
    /// This process, which does not belong to the peer, listens there.
    Taken(u32),
}

impl ReadyServer {
    /// The group, or the process that listens if it is in another group.
    pub(in crate::peer) fn watch_target(&self, group: u32) -> WatchTarget {
        match self.process {
            Some(process) if super::group_of(process) != Some(group) => {
                WatchTarget::Process(process)
            }
            _ => WatchTarget::Group(group),
        }
    }

    /// Kills every process that still holds the socket on which the peer listened.
    pub(in crate::peer) fn kill_listeners(&self, addr: SocketAddr) -> Sweep {
        kill_listeners(addr, self.socket)
    }
}

/// Waits until the peer listens on `addr`.
pub(in crate::peer) fn await_listener(
    group: &ProcessGroup,
    tag: &PeerTag,
    addr: SocketAddr,
    deadline: Instant,
) -> Result<ReadyServer, NotReady> {
    for look in 0_usize.. {
        if let Some(socket) = inode_at(addr) {
            return identify(socket, group, tag);
        }
        let pause = PAUSES[(look / LOOKS_PER_PAUSE).min(PAUSES.len() - 1)];
        if let Some(status) = group.wait(deadline.min(Instant::now() + pause)) {
            return Err(explain_exit(status, tag));
        }
        if Instant::now() >= deadline {
            break;
        }
    }
    let mut processes = group.members();
    processes.extend(tagged_processes(tag));
    Err(NotReady::TimedOut(addresses_of(&processes)))
}

/// A socket whose holder this user may not see counts as the peer's: the port was free
/// before the peer was started.
fn identify(socket: Inode, group: &ProcessGroup, tag: &PeerTag) -> Result<ReadyServer, NotReady> {
    let ready = |process| ReadyServer { process, socket };
    if let Some(process) = holder(socket, &group.members()) {
        return Ok(ready(Some(process)));
    }
    match holder(socket, &all_processes()) {
        Some(other) if !tag.is_on(other) => Err(NotReady::Taken(other)),
        process => Ok(ready(process)),
    }
}

fn explain_exit(status: ExitStatus, tag: &PeerTag) -> NotReady {
    match tagged_processes(tag).first() {
        Some(&process) if status.is_success() => NotReady::Daemonized(process),
        _ => NotReady::Exited(status),
    }
}
