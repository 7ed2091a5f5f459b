//! `/proc`: what Linux shows of processes, threads and listening sockets, as types.
//!
//! In come process ids; out go the contents of the files, parsed. This module knows the
//! names and the formats of the files. It does not know which processes belong to a peer or
//! what their state means for a case.
//!
//! A process may end between two reads. Then the answer is `None` or an empty list, never
//! an error. An error means that wirecheck is not allowed to read.
//!
//! [`ProcReader`] parses the files that are read thousands of times per second while a case
//! waits. For these the `procfs` crate takes 1.3 to 1.5 times as long, because it allocates
//! for each field. It parses the files that are read once per server or per run.

mod process;
mod reader;

pub(crate) use process::{ProcessDir, ThreadDir};
pub(crate) use reader::{BlockedCall, ProcReader};

use crate::wire::diag::Inode;
use procfs::net::TcpState;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

/// The ids of all processes, in order.
pub(crate) fn all_processes() -> io::Result<Vec<u32>> {
    ids(Path::new("/proc"))
}

/// The processes whose parent is this one, zombies included.
pub(crate) fn children_of(process: u32) -> Vec<u32> {
    parents()
        .into_iter()
        .filter(|(_, parent)| *parent == process)
        .map(|(id, _)| id)
        .collect()
}

/// The children of these processes, their children, and so on. Without the processes.
pub(crate) fn descendants_of(processes: &[u32]) -> Vec<u32> {
    let parents = parents();
    let mut found = processes.to_vec();
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        let children = parents.iter().filter(|(_, its)| *its == parent);
        found.extend(children.map(|(id, _)| *id));
        next += 1;
    }
    found.split_off(processes.len())
}

/// Every process with its parent.
fn parents() -> Vec<(u32, u32)> {
    let mut reader = ProcReader::default();
    let mut with_parent = |id| Some((id, reader.stat(ProcessDir::new(id))?.parent));
    all_processes()
        .unwrap_or_default()
        .into_iter()
        .filter_map(&mut with_parent)
        .collect()
}

/// How many TCP sockets on this local port wait to be closed although the other end has
/// closed.
pub(crate) fn sockets_in_close_wait(port: u16) -> usize {
    let tables = [procfs::net::tcp(), procfs::net::tcp6()];
    let entries = tables.into_iter().flatten().flatten();
    let at_port = entries.filter(|entry| entry.local_address.port() == port);
    at_port
        .filter(|entry| entry.state == TcpState::CloseWait)
        .count()
}

/// Every TCP socket of this network namespace that listens. IPv4-mapped addresses are
/// written as IPv4.
pub(crate) fn listening_sockets() -> Vec<(SocketAddr, Inode)> {
    let tables = [procfs::net::tcp(), procfs::net::tcp6()];
    let entries = tables.into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.state == TcpState::Listen)
        .filter_map(|entry| {
            let addr = entry.local_address;
            let inode = Inode::new(u32::try_from(entry.inode).ok()?)?;
            Some((
                SocketAddr::new(addr.ip().to_canonical(), addr.port()),
                inode,
            ))
        })
        .collect()
}

/// The numbers among the names in a directory, in order.
fn ids(dir: &Path) -> io::Result<Vec<u32>> {
    let names = std::fs::read_dir(dir)?.filter_map(|entry| Some(entry.ok()?.file_name()));
    let mut ids: Vec<u32> = names
        .filter_map(|name| name.to_str()?.parse().ok())
        .collect();
    ids.sort_unstable();
    Ok(ids)
}
