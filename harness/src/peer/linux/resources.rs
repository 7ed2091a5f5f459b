//! What the processes of a peer hold: descriptors, threads, children, memory.

use super::orphans;
use crate::peer::{Memory, Resources};
use crate::wire::proc::{ProcessDir, descendants_of, sockets_in_close_wait};
use std::collections::BTreeSet;

/// What these processes, their descendants and adopted orphans hold.
pub(in crate::peer) fn resources_of(processes: &[u32]) -> Option<Resources> {
    let mut all: BTreeSet<u32> = processes.iter().copied().collect();
    all.extend(descendants_of(processes));
    orphans::reap_orphans();
    all.extend(orphans::with_descendants());
    let mut sum = Resources::default();
    for dir in all.into_iter().map(ProcessDir::new) {
        match dir.is_zombie() {
            Some(true) => sum.zombies += 1,
            Some(false) => {
                sum.processes += 1;
                sum.threads += dir.threads().count();
                sum.descriptors += dir.descriptors().ok()?.len();
                if let Some((in_use, reserved)) = dir.memory() {
                    sum.memory.add(Memory { in_use, reserved });
                }
            }
            // It has ended meanwhile.
            None => {}
        }
    }
    Some(sum)
}

pub(in crate::peer) fn close_waits(port: u16) -> usize {
    sockets_in_close_wait(port)
}
