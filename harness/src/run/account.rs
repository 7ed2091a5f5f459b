//! What is known of a play while it goes on, and what came of it.

use super::log::Log;
use crate::judge::{CloseCheck, Expectations, Observations};
use crate::wire::link::{ClosedLink, UnverifiedReason};

/// What came of a play.
pub(super) struct Played<'s> {
    pub(super) hearing: Expectations<'s>,
    pub(super) observed: Observations,
    pub(super) boundaries: Boundaries,
    pub(super) unverified: Option<UnverifiedReason>,
    pub(super) log: Log,
}

/// What is known of a play by now.
pub(super) struct Account<'s> {
    pub(super) hearing: Expectations<'s>,
    /// How much of what came has been heard.
    pub(super) heard: usize,
    pub(super) observed: Observations,
    pub(super) boundaries: Boundaries,
    pub(super) unverified: Option<UnverifiedReason>,
    pub(super) log: Log,
}

impl<'s> Account<'s> {
    pub(super) fn open(hearing: Expectations<'s>) -> Self {
        Self {
            hearing,
            heard: 0,
            observed: Observations::default(),
            boundaries: Boundaries::default(),
            unverified: None,
            log: Log::default(),
        }
    }

    /// Says that nothing is heard any more.
    pub(super) fn seal(&mut self) {
        self.heard = usize::MAX;
    }

    /// Closes the account of a link that was left.
    pub(super) fn close(mut self, remains: ClosedLink, closing: CloseCheck) -> Played<'s> {
        let received = remains.received.bytes();
        self.hearing
            .receive(received.get(self.heard..).unwrap_or_default());
        self.observed.close_check = closing;
        self.log.received(remains.received, remains.ending);
        Played {
            hearing: self.hearing,
            observed: self.observed,
            boundaries: self.boundaries,
            unverified: self.unverified,
            log: self.log,
        }
    }
}

/// The boundaries between chunks that were to be kept. The last chunk has none:
/// nothing follows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Boundaries {
    pub(super) kept: u64,
    pub(super) proven: u64,
}

impl Boundaries {
    pub(super) fn count(&mut self, chunk: Chunk, proven: u64) {
        if chunk == Chunk::Inner {
            self.kept += 1;
            self.proven += proven;
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.kept += other.kept;
        self.proven += other.proven;
    }
}

/// Whether another chunk follows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunk {
    Inner,
    Last,
}
