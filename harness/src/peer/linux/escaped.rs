//! Processes of a peer that left its group and are still there when it is stopped.

use super::handle::{self, KILL_TIMEOUT};
use super::listeners::{holder, inode_at};
use super::tag::PeerTag;
use super::{all_processes, name_of};
use crate::peer::EscapedProcess;
use crate::wire::diag::Inode;
use crate::wire::proc::{ProcessDir, descendants_of};
use rustix::process::{Signal, pidfd_send_signal};
use std::net::SocketAddr;
use std::time::Instant;

/// A process that forks can be missed by one sweep.
const SWEEPS: usize = 3;

/// What became of the processes that had left the group.
#[derive(Debug, Default)]
pub(in crate::peer) struct Sweep {
    pub(in crate::peer) killed: Vec<EscapedProcess>,
    /// Those that still run, although they were killed or because that is not allowed.
    pub(in crate::peer) survivors: Vec<EscapedProcess>,
}

impl Sweep {
    pub(in crate::peer) fn merge(&mut self, other: Self) {
        self.killed.extend(other.killed);
        for survivor in other.survivors {
            if !self.survivors.contains(&survivor) {
                self.survivors.push(survivor);
            }
        }
    }

    pub(super) fn without_survivors(&self, mut processes: Vec<u32>) -> Vec<u32> {
        processes.retain(|id| !self.survivors.iter().any(|it| it.process == *id));
        processes
    }

    /// Kills those that run. Opens the handle before it checks: an id that was reused in
    /// between fails the check.
    pub(super) fn kill_if(&mut self, processes: &[u32], is_meant: impl Fn(u32) -> bool) {
        let mut killed = Vec::new();
        for &process in processes {
            let Some(handle) = handle::open(process).filter(|_| is_meant(process)) else {
                continue;
            };
            if handle::has_exited(&handle) {
                continue;
            }
            let name = name_of(process);
            let escaped = EscapedProcess { process, name };
            if pidfd_send_signal(&handle, Signal::KILL).is_ok() {
                killed.push((handle, escaped));
            } else {
                self.survivors.push(escaped);
            }
        }
        let handles = killed.iter().map(|(handle, _)| handle).collect();
        handle::await_exits(handles, Instant::now() + KILL_TIMEOUT);
        for (handle, escaped) in killed {
            if handle::has_exited(&handle) {
                self.killed.push(escaped);
            } else {
                self.survivors.push(escaped);
            }
        }
    }
}

pub(super) fn tagged_processes(tag: &PeerTag) -> Vec<u32> {
    let mut found = all_processes();
    found.retain(|&process| tag.is_on(process));
    found
}

/// Kills every process that has the tag.
pub(in crate::peer) fn kill_tagged(tag: &PeerTag) -> Sweep {
    let mut sweep = Sweep::default();
    for _ in 0..SWEEPS {
        let found = sweep.without_survivors(tagged_processes(tag));
        if found.is_empty() {
            break;
        }
        sweep.kill_if(&found, |process| tag.is_on(process));
    }
    sweep
}

/// Kills every process that still holds the socket on which the peer listened. A new socket
/// on that port belongs to another program.
pub(super) fn kill_listeners(addr: SocketAddr, socket: Inode) -> Sweep {
    let holds = |process| inode_at(addr) == Some(socket) && holder(socket, &[process]).is_some();
    let mut sweep = Sweep::default();
    while inode_at(addr) == Some(socket) {
        let processes = sweep.without_survivors(all_processes());
        let Some(process) = holder(socket, &processes) else {
            break;
        };
        let killed = sweep.killed.len();
        sweep.kill_if(&[process], holds);
        if sweep.killed.len() == killed {
            break;
        }
    }
    sweep
}

/// The processes that a process started, and those that these started, as long as the parents
/// live. They are remembered with the time of their start, which tells them from others with
/// the same id.
#[derive(Debug)]
pub(in crate::peer) struct Descendants(Vec<(u32, u64)>);

impl Descendants {
    pub(in crate::peer) fn of(process: u32) -> Self {
        let found = descendants_of(&[process]).into_iter();
        let with_start = |id: u32| Some((id, ProcessDir::new(id).start_time()?));
        Self(found.filter_map(with_start).collect())
    }

    /// Kills those that still run.
    pub(in crate::peer) fn kill(&self) -> Sweep {
        let is_meant = |process: u32| {
            let started = ProcessDir::new(process).start_time();
            started.is_some_and(|started| self.0.contains(&(process, started)))
        };
        let mut sweep = Sweep::default();
        let ids: Vec<u32> = self.0.iter().map(|(id, _)| *id).collect();
        sweep.kill_if(&ids, is_meant);
        sweep
    }
}
