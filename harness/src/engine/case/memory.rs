//! How much memory the peer gets for a malformed message.

use super::connection::Connection;
use super::conversation::Conversation;
use crate::engine::wait::PeerTime;
use crate::judge::{MemoryGrowth, MemoryLimit};
use crate::wire::watch::PeakMemory;

/// The peer's memory before the case, where its growth is judged.
pub(super) struct MemoryWatch {
    before: PeakMemory,
    since: PeerTime,
    /// How many bytes the peer is known to have read.
    read: u64,
}

impl<C: Connection> Conversation<'_, '_, '_, C> {
    /// Notes how much memory the peer has, where its growth is judged.
    pub(super) fn watch_memory(&mut self) {
        if self.assignment.expected.memory.is_none() {
            return;
        }
        if let Some(before) = self.waiter.peak_memory() {
            self.memory = Some(MemoryWatch {
                before,
                since: self.waiter.peer_time(),
                read: 0,
            });
        }
    }

    /// Sees by how much the peer's memory has grown. A process that was started for the
    /// connection is gone after it, and the kernel's count is not exact.
    pub(super) fn note_memory(&mut self) {
        if self.memory.is_none() {
            return;
        }
        self.await_settled();
        let (Some(memory), Some(now)) = (&mut self.memory, self.waiter.peak_memory()) else {
            return;
        };
        memory.read = self.link.written();
        let known = &mut self.transcript.observations.memory_growth;
        let grown = known.map_or(0, |known| known.grown);
        *known = Some(MemoryGrowth {
            grown: grown.max(now.growth_since(&memory.before)),
            read: memory.read,
        });
    }

    /// Whether the peer, which has read a part of a message without an end, shows that it does
    /// not keep all of it, or takes so long that no more is sent.
    pub(super) fn has_shown_its_limit(&mut self) -> bool {
        if self.assignment.expected.memory != Some(MemoryLimit::Endless) {
            return false;
        }
        let Some(memory) = &self.memory else {
            return true;
        };
        let is_slow = self.waiter.time_since(&memory.since) >= self.assignment.limits().reply;
        self.note_memory();
        let growth = self.transcript.observations.memory_growth;
        is_slow || growth.is_none_or(|growth| !growth.keeps_pace())
    }
}
