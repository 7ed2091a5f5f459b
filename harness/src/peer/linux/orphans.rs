//! Processes of a peer that lost every other trace of it: they left its group, cleared their
//! environment, and their parent has ended.
//!
//! Where wirecheck is the whole program, it becomes a child subreaper ([`adopt_orphans`]): the
//! kernel then makes such a process a child of wirecheck. A child that wirecheck neither had
//! before nor started itself is an orphan of a peer. A program that uses wirecheck as a library
//! may start processes of its own, which look the same: there nothing is adopted.

use super::escaped::Sweep;
use super::group::from_waitid;
use crate::peer::ExitStatus;
use crate::peer::process::while_nothing_forks;
use crate::wire::proc::{ProcessDir, children_of, descendants_of};
use rustix::process::{Pid, WaitId, WaitIdOptions, getpid, set_child_subreaper, waitid};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Ended orphans are collected each time that so many connections were made.
const CONNECTIONS_PER_REAP: u32 = 128;
/// How many exits of orphans are remembered.
const MOST_ENDED: usize = 4096;
/// How often the orphans are looked for: each one that is killed may leave others.
const SWEEPS: usize = 16;

static CHILDREN: Mutex<Children> = Mutex::new(Children {
    own: BTreeSet::new(),
    peers: BTreeSet::new(),
    ended: BTreeMap::new(),
    are_adopted: false,
});

/// The children of this process that are no orphans.
struct Children {
    /// Those that it had before, and the guardian.
    own: BTreeSet<u32>,
    /// The leaders of peers that are not collected yet.
    peers: BTreeSet<u32>,
    /// How orphans exited that were collected.
    ended: BTreeMap<u32, ExitStatus>,
    are_adopted: bool,
}

/// Makes this process the parent of what peers leave behind, from now on. For a program that
/// starts processes only through wirecheck: every other child is taken for a peer's.
///
/// # Errors
///
/// When the system refuses.
pub fn adopt_orphans() -> io::Result<()> {
    while_nothing_forks(|| {
        let mut children = lock();
        if children.are_adopted {
            return Ok(());
        }
        set_child_subreaper(Some(getpid()))?;
        let before = children_of(std::process::id());
        children.own.extend(before);
        children.are_adopted = true;
        Ok(())
    })
}

/// Registers a child that is no peer. Must be called before anything else can fork.
pub(super) fn add_own(process: u32) {
    lock().own.insert(process);
}

/// Registers the leader of a peer. Must be called before anything else can fork.
pub(super) fn add_peer(leader: u32) {
    lock().peers.insert(leader);
}

/// The leader of a peer is about to be collected.
pub(super) fn remove_peer(leader: u32) {
    lock().peers.remove(&leader);
}

/// Ends what peers left behind, unless one still runs: the orphans may be its own.
pub(in crate::peer) fn kill_orphans() -> Sweep {
    let mut sweep = Sweep::default();
    for _ in 0..SWEEPS {
        let found = while_nothing_forks(|| {
            let children = lock();
            if children.peers.is_empty() {
                children.orphans()
            } else {
                Vec::new()
            }
        });
        let found = sweep.without_survivors(found);
        if found.is_empty() {
            break;
        }
        sweep.kill_if(&found, is_our_child);
        reap_orphans();
    }
    sweep
}

/// Collects orphans that have ended, now and then. Called for each connection: a server may
/// leave a process for each.
pub(in crate::peer) fn count_connection() {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    if COUNT
        .fetch_add(1, Ordering::Relaxed)
        .is_multiple_of(CONNECTIONS_PER_REAP)
    {
        reap_orphans();
    }
}

/// Collects orphans that have ended.
pub(in crate::peer) fn reap_orphans() {
    while_nothing_forks(|| {
        // Locked until all are collected: a collected id may become another child's.
        let mut children = lock();
        if children.ended.len() > MOST_ENDED {
            children.ended.clear();
        }
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
        for orphan in children.orphans() {
            let id = Pid::from_raw(orphan.cast_signed());
            let ended = id.and_then(|id| waitid(WaitId::Pid(id), options).ok()?);
            if let Some(status) = ended {
                children.ended.insert(orphan, from_waitid(&status));
            }
        }
    });
}

/// How an orphan exited, if this process has adopted it.
pub(super) fn exit_status(orphan: u32) -> Option<ExitStatus> {
    reap_orphans();
    lock().ended.get(&orphan).copied()
}

/// The orphans, and what they started.
pub(super) fn with_descendants() -> Vec<u32> {
    let mut found = while_nothing_forks(|| lock().orphans());
    if found.is_empty() {
        return found;
    }
    found.extend(descendants_of(&found));
    found
}

impl Children {
    fn orphans(&self) -> Vec<u32> {
        if !self.are_adopted {
            return Vec::new();
        }
        let mut found = children_of(std::process::id());
        found.retain(|id| !self.own.contains(id) && !self.peers.contains(id));
        found
    }
}

fn is_our_child(process: u32) -> bool {
    ProcessDir::new(process).parent() == Some(std::process::id())
}

fn lock() -> MutexGuard<'static, Children> {
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}
