//! When a server is ready: the kernel shows a listening socket on its address, and
//! one of its own processes holds it. Nobody connects to find out.

use super::brand::Brand;
use super::leash::Leash;
use super::listeners::{self, holder, inode_at};
use super::{all_processes, strays};
use crate::peer::{Ended, Stray};
use crate::wire::diag::Inode;
use crate::wire::watch::{Target, Watch};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// The kernel has no event for a new listener, so it is asked now and then; the
/// end of the process interrupts the pause.
const PAUSES: [Duration; 3] = [
    Duration::from_micros(200),
    Duration::from_micros(500),
    Duration::from_millis(2),
];
/// So many looks with each pause but the last.
const LOOKS: usize = 32;

/// A server that listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::peer) struct Ready {
    /// The process that holds the socket, if it is ours to see.
    process: Option<u32>,
    socket: Inode,
}

/// Why a server is not ready.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::peer) enum NotReady {
    Died(Ended),
    /// It left a process in the background and returned.
    WentAway(u32),
    /// It listens on none of its addresses, or on these.
    TimedOut(Vec<SocketAddr>),
    /// This process, which is not the peer's, listens there.
    Taken(u32),
}

impl Ready {
    /// What to watch: the group, or the process that listens if it is in another.
    pub(in crate::peer) fn target(&self, group: u32) -> Target {
        match self.process {
            Some(process) if super::group_of(process) != Some(group) => Target::Process(process),
            _ => Target::Group(group),
        }
    }

    /// Ends whoever still holds the socket that the peer listened with.
    pub(in crate::peer) fn end_listener(&self, addr: SocketAddr) -> Vec<Stray> {
        strays::end_listener(addr, self.socket)
    }
}

/// Waits until the peer listens on `addr`.
pub(in crate::peer) fn await_listener(
    leash: &Leash,
    brand: &Brand,
    addr: SocketAddr,
    deadline: Instant,
) -> Result<Ready, NotReady> {
    for look in 0_usize.. {
        if let Some(socket) = inode_at(addr) {
            return whose(socket, leash, brand);
        }
        let pause = PAUSES[(look / LOOKS).min(PAUSES.len() - 1)];
        if let Some(ended) = leash.wait(deadline.min(Instant::now() + pause)) {
            return Err(gone(ended, brand));
        }
        if Instant::now() >= deadline {
            break;
        }
    }
    Err(NotReady::TimedOut(listeners::of(&family(leash, brand))))
}

/// A socket whose holder we may not see is taken for the peer's: the port was free
/// before the peer was started.
fn whose(socket: Inode, leash: &Leash, brand: &Brand) -> Result<Ready, NotReady> {
    let ready = |process| Ready { process, socket };
    if let Some(process) = holder(socket, &members(leash)) {
        return Ok(ready(Some(process)));
    }
    match holder(socket, &all_processes()) {
        Some(stranger) if !brand.is_on(stranger) => Err(NotReady::Taken(stranger)),
        other => Ok(ready(other)),
    }
}

fn gone(ended: Ended, brand: &Brand) -> NotReady {
    let left = strays::branded(brand);
    match left.first() {
        Some(&process) if ended.is_success() => NotReady::WentAway(process),
        _ => NotReady::Died(ended),
    }
}

/// The processes of the peer, wherever they went.
fn family(leash: &Leash, brand: &Brand) -> Vec<u32> {
    let mut family = members(leash);
    family.extend(strays::branded(brand));
    family
}

fn members(leash: &Leash) -> Vec<u32> {
    let Ok(mut watch) = Watch::new(Target::Group(leash.id())) else {
        return Vec::new();
    };
    watch.processes().unwrap_or_default().to_vec()
}
