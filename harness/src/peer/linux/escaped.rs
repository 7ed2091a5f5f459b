//! Processes of a peer that left its group and are still there when it is stopped.

use super::handle::{self, KILL_TIMEOUT};
use super::listeners::{holder, inode_at};
use super::tag::PeerTag;
use super::{all_processes, name_of};
use crate::peer::EscapedProcess;
use crate::wire::diag::Inode;
use rustix::process::{Signal, pidfd_send_signal};
use std::net::SocketAddr;
use std::time::Instant;

/// A process that forks can be missed by one sweep.
const SWEEPS: usize = 3;

pub(super) fn tagged_processes(tag: &PeerTag) -> Vec<u32> {
    let mut found = all_processes();
    found.retain(|&process| tag.is_on(process));
    found
}

/// Kills every process that has the tag.
pub(in crate::peer) fn kill_tagged(tag: &PeerTag) -> Vec<EscapedProcess> {
    let mut killed = Vec::new();
    for _ in 0..SWEEPS {
        let found = tagged_processes(tag);
        if found.is_empty() {
            break;
        }
        killed.extend(kill_if(&found, |process| tag.is_on(process)));
    }
    killed
}

/// Kills every process that still holds the socket on which the peer listened. A new socket
/// on that port belongs to another program.
pub(super) fn kill_listeners(addr: SocketAddr, socket: Inode) -> Vec<EscapedProcess> {
    const MOST: usize = 64;
    let holds = |process| inode_at(addr) == Some(socket) && holder(socket, &[process]).is_some();
    let mut killed = Vec::new();
    while inode_at(addr) == Some(socket) && killed.len() < MOST {
        let Some(process) = holder(socket, &all_processes()) else {
            break;
        };
        let found = kill_if(&[process], holds);
        if found.is_empty() {
            break;
        }
        killed.extend(found);
    }
    killed
}

/// Opens the handle before it checks: an id that was reused in between fails the check.
fn kill_if(processes: &[u32], is_meant: impl Fn(u32) -> bool) -> Vec<EscapedProcess> {
    let mut handles = Vec::new();
    let mut killed = Vec::new();
    for &process in processes {
        let Some(handle) = handle::open(process).filter(|_| is_meant(process)) else {
            continue;
        };
        let name = name_of(process);
        if pidfd_send_signal(&handle, Signal::KILL).is_ok() {
            killed.push(EscapedProcess { process, name });
            handles.push(handle);
        }
    }
    handle::await_exits(handles.iter().collect(), Instant::now() + KILL_TIMEOUT);
    killed
}
