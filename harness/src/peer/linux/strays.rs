//! Processes of a peer that left its group, and outlived it.

use super::brand::Brand;
use super::leash::await_all;
use super::listeners::{holder, inode_at};
use super::{all_processes, name_of};
use crate::peer::Stray;
use crate::wire::diag::Inode;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// A process that forks may be missed by one sweep.
const SWEEPS: usize = 3;
const DYING: Duration = Duration::from_secs(5);

/// A hold on a process: what is done through it can not hit another one that got
/// its number.
pub(super) fn handle(process: u32) -> Option<OwnedFd> {
    let id = Pid::from_raw(process.cast_signed())?;
    pidfd_open(id, PidfdFlags::empty()).ok()
}

/// The processes that carry the brand.
pub(super) fn branded(brand: &Brand) -> Vec<u32> {
    let mut found = all_processes();
    found.retain(|&process| brand.is_on(process));
    found
}

/// Kills whatever carries the brand.
pub(in crate::peer) fn end_branded(brand: &Brand) -> Vec<Stray> {
    let mut ended = Vec::new();
    for _ in 0..SWEEPS {
        let found = branded(brand);
        if found.is_empty() {
            break;
        }
        ended.extend(end(&found, |process| brand.is_on(process)));
    }
    ended
}

/// Kills whoever still holds the socket that the peer listened with. A new socket
/// on that port is somebody else's.
pub(super) fn end_listener(addr: SocketAddr, socket: Inode) -> Vec<Stray> {
    let holds = |process| inode_at(addr) == Some(socket) && holder(socket, &[process]).is_some();
    let mut ended = Vec::new();
    while inode_at(addr) == Some(socket) && ended.len() < 64 {
        let Some(process) = holder(socket, &all_processes()) else {
            break;
        };
        let found = end(&[process], holds);
        if found.is_empty() {
            break;
        }
        ended.extend(found);
    }
    ended
}

/// Takes hold first and makes sure then, so that no number is taken for another.
fn end(processes: &[u32], is_meant: impl Fn(u32) -> bool) -> Vec<Stray> {
    let mut handles = Vec::new();
    let mut ended = Vec::new();
    for &process in processes {
        let Some(handle) = handle(process).filter(|_| is_meant(process)) else {
            continue;
        };
        let name = name_of(process);
        if pidfd_send_signal(&handle, Signal::KILL).is_ok() {
            ended.push(Stray { process, name });
            handles.push(handle);
        }
    }
    await_all(handles.iter().collect(), Instant::now() + DYING);
    ended
}
