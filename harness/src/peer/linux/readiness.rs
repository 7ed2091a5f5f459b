//! When a server is ready, and which of its processes is the server.
//!
//! It is ready when the kernel shows a listening socket on its address, and a thread of one of
//! the peer's processes that waits for connections. Nothing connects to find out. That process
//! is the server: the one that was started may put it into the background and exit.

use super::all_processes;
use super::escaped::{Sweep, kill_listeners, tagged_processes};
use super::group::ProcessGroup;
use super::handle;
use super::listeners::{addresses_of, holder, inode_at};
use super::orphans;
use super::tag::PeerTag;
use crate::peer::ExitStatus;
use crate::wire::diag::Inode;
use crate::wire::watch::{WatchTarget, waits_for_connections};
use rustix::process::{Signal, pidfd_send_signal};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// The kernel has no event for a new listener, so it is asked again after each pause. The
/// exit of the process interrupts a pause.
const PAUSES: [Duration; 3] = [
    Duration::from_micros(200),
    Duration::from_micros(500),
    Duration::from_millis(2),
];
/// The pause after the process that was started has exited: its exit interrupts no more.
const PAUSE_IN_BACKGROUND: Duration = Duration::from_millis(5);
/// How often each pause but the last is repeated.
const LOOKS_PER_PAUSE: usize = 32;

/// A server that nobody is seen to accept connections for is ready when its socket has
/// listened this long: it may look for connections now and then.
const STEADY: Duration = Duration::from_millis(500);

/// A server that listens.
#[derive(Debug)]
pub(in crate::peer) struct ReadyServer {
    /// The process that waits for connections, if this user may see it.
    process: Option<ServingProcess>,
    socket: Inode,
}

#[derive(Debug)]
struct ServingProcess {
    id: u32,
    handle: OwnedFd,
}

/// Why a server is not ready.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::peer) enum NotReady {
    Exited(ExitStatus),
    /// It exited with success and left this process in the background, which does not listen.
    Daemonized(u32),
    /// It listens only on these other addresses, or on none.
    TimedOut(Vec<SocketAddr>),
    /// This process, which does not belong to the peer, listens there.
    Taken(u32),
}

impl ReadyServer {
    fn new(process: Option<u32>, socket: Inode) -> Self {
        let with_handle = |id| {
            Some(ServingProcess {
                id,
                handle: handle::open(id)?,
            })
        };
        Self {
            process: process.and_then(with_handle),
            socket,
        }
    }

    /// The group, or the process that serves if it is in another group.
    pub(in crate::peer) fn watch_target(&self, group: u32) -> WatchTarget {
        match self.in_background(group) {
            Some(process) => WatchTarget::Process(process.id),
            None => WatchTarget::Group(group),
        }
    }

    /// How the server exited, where the leader of its group exited with this status. A leader
    /// that put the server into the background has done its work.
    pub(in crate::peer) fn exit_status(
        &self,
        leader: u32,
        status: ExitStatus,
        addr: SocketAddr,
    ) -> Option<ExitStatus> {
        let process = self.process.as_ref().filter(|it| it.id != leader);
        let Some(process) = process.filter(|_| status.is_success()) else {
            return Some(status);
        };
        if !handle::has_exited(&process.handle) || inode_at(addr).is_some() {
            return None;
        }
        Some(orphans::exit_status(process.id).unwrap_or(ExitStatus::Unknown))
    }

    /// Asks a server in the background to exit. Its group receives no signal.
    pub(in crate::peer) fn terminate(&self, group: u32, grace: Duration) {
        if let Some(process) = self.in_background(group).filter(|_| !grace.is_zero()) {
            let _ = pidfd_send_signal(&process.handle, Signal::TERM);
            handle::await_exits(vec![&process.handle], Instant::now() + grace);
        }
    }

    /// Kills every process that still holds the socket on which the peer listened.
    pub(in crate::peer) fn kill_listeners(&self, addr: SocketAddr) -> Sweep {
        kill_listeners(addr, self.socket)
    }

    fn in_background(&self, group: u32) -> Option<&ServingProcess> {
        let process = self.process.as_ref();
        process.filter(|it| super::group_of(it.id) != Some(group))
    }
}

/// Waits until the peer accepts connections on `addr`.
pub(in crate::peer) fn await_listener(
    group: &ProcessGroup,
    tag: &PeerTag,
    addr: SocketAddr,
    deadline: Instant,
) -> Result<ReadyServer, NotReady> {
    let mut listening: Option<(Inode, Instant)> = None;
    for look in 0_usize.. {
        let now = Instant::now();
        listening = inode_at(addr).map(|socket| match listening {
            Some((same, since)) if same == socket => (same, since),
            _ => (socket, now),
        });
        if let Some((socket, since)) = listening {
            let is_steady = now >= deadline.min(since + STEADY);
            match holder_of(socket, group, tag) {
                Holder::Accepts(process) => return Ok(ReadyServer::new(Some(process), socket)),
                Holder::Keeps(process) if is_steady => {
                    return Ok(ReadyServer::new(process, socket));
                }
                Holder::Keeps(_) => {}
                Holder::Foreign(process) => return Err(NotReady::Taken(process)),
            }
        }
        if now >= deadline {
            break;
        }
        let pause = PAUSES[(look / LOOKS_PER_PAUSE).min(PAUSES.len() - 1)];
        if let Some(status) = group.wait(deadline.min(now + pause)) {
            if listening.is_none() && (!status.is_success() || background(tag).is_empty()) {
                return Err(NotReady::Exited(status));
            }
            std::thread::sleep(PAUSE_IN_BACKGROUND);
        }
    }
    Err(explain_timeout(group, tag))
}

/// Who holds a listening socket.
enum Holder {
    /// This process of the peer, which waits for connections.
    Accepts(u32),
    /// This process of the peer, which is not seen to wait for connections. None: one that
    /// this user may not see. It counts as the peer's: the port was free before the peer was
    /// started.
    Keeps(Option<u32>),
    /// This process, which is not the peer's.
    Foreign(u32),
}

fn holder_of(socket: Inode, group: &ProcessGroup, tag: &PeerTag) -> Holder {
    let in_group = holders(socket, &group.members());
    if let Some(process) = accepting(socket, &in_group) {
        return Holder::Accepts(process);
    }
    let in_background = holders(socket, &background(tag));
    if let Some(process) = accepting(socket, &in_background) {
        return Holder::Accepts(process);
    }
    if let Some(&process) = in_group.iter().chain(&in_background).next() {
        return Holder::Keeps(Some(process));
    }
    let is_ours = |process: &u32| {
        super::group_of(*process) == Some(group.id()) || background(tag).contains(process)
    };
    match holder(socket, &all_processes()) {
        // It may have begun to hold it a moment ago.
        Some(other) if !is_ours(&other) => Holder::Foreign(other),
        process => Holder::Keeps(process),
    }
}

fn holders(socket: Inode, processes: &[u32]) -> Vec<u32> {
    let holds = |process: &u32| holder(socket, &[*process]).is_some();
    processes.iter().copied().filter(holds).collect()
}

fn accepting(socket: Inode, processes: &[u32]) -> Option<u32> {
    let mut processes = processes.iter().copied();
    processes.find(|&process| waits_for_connections(process, socket))
}

/// The processes of the peer that may have left its group.
fn background(tag: &PeerTag) -> Vec<u32> {
    let mut found = tagged_processes(tag);
    found.extend(orphans::with_descendants());
    found
}

fn explain_timeout(group: &ProcessGroup, tag: &PeerTag) -> NotReady {
    let in_background = background(tag);
    let mut processes = group.members();
    processes.extend(&in_background);
    let elsewhere = addresses_of(&processes);
    match (group.exit_status(), in_background.first()) {
        (Some(_), Some(&process)) if elsewhere.is_empty() => NotReady::Daemonized(process),
        _ => NotReady::TimedOut(elsewhere),
    }
}
