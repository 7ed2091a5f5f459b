//! What a conversation has seen, while it goes on and when it is over.

use std::collections::BTreeSet;
use std::time::Duration;

use super::connection::ClosedConnection;
use super::event_log::EventLog;
use super::outgoing::Unsendable;
use crate::engine::wait::More;
use crate::judge::{CloseCheck, Expectations, Observations};
use crate::wire::link::{Received, UnverifiedReason};

/// What happened in one case: the input of the judge, and the evidence for people.
pub(in crate::engine) struct Transcript<'s> {
    /// What the peer sent, checked against the exchange as it came.
    pub(in crate::engine) expectations: Expectations<'s>,
    pub(in crate::engine) observations: Observations,
    pub(in crate::engine) boundaries: Boundaries,
    /// The message that could not be sent, and with it the rest of the exchange.
    pub(in crate::engine) unsendable: Option<Unsendable>,
    /// Whether an expected text may have been printed in the part of the output that was not
    /// kept.
    pub(in crate::engine) output_overran: bool,
    /// Whether the peer gave up in a pause inside a message. The rest was not sent.
    pub(in crate::engine) gave_up: bool,
    /// Whether anything came in the moment that the peer has to end its side.
    pub(in crate::engine) answers_end: bool,
    /// Whether the kernel has not shown that the peer read the last automatic reply.
    pub(in crate::engine) has_unread_reply: bool,
    /// Whether the peer had to wait until a slow reader had read.
    pub(in crate::engine) was_held_back: bool,
    /// Why not all boundaries are proven.
    pub(in crate::engine) unverified: Option<UnverifiedReason>,
    /// How long the peer had not served this connection when another one was closed and it
    /// went on.
    pub(in crate::engine) blocked_for: Option<Duration>,
    pub(in crate::engine) log: EventLog,
    /// How much of what came has been checked.
    checked: usize,
}

impl<'s> Transcript<'s> {
    pub(super) fn new(expectations: Expectations<'s>) -> Self {
        Self {
            expectations,
            observations: Observations::default(),
            boundaries: Boundaries::default(),
            unsendable: None,
            output_overran: false,
            gave_up: false,
            answers_end: false,
            has_unread_reply: false,
            was_held_back: false,
            unverified: None,
            blocked_for: None,
            log: EventLog::default(),
            checked: 0,
        }
    }

    /// Checks what has come since the last call, and says whether anything has.
    pub(super) fn receive(&mut self, received: &Received) -> bool {
        let new = received.bytes().get(self.checked..).unwrap_or_default();
        self.checked += new.len();
        self.expectations.receive(new);
        !new.is_empty()
    }

    /// What came since the last whole message.
    pub(super) fn partial(&self, received: &Received) -> Vec<u8> {
        let bytes = received.bytes();
        let pending = self.expectations.pending().min(bytes.len());
        bytes[bytes.len() - pending..].to_vec()
    }

    /// Ignores all further input.
    pub(super) fn stop_receiving(&mut self) {
        self.checked = usize::MAX;
    }

    /// What the peer sends without waiting for a message is no answer to it.
    pub(super) fn forget_early_answers(&mut self, unawaited_steps: &BTreeSet<usize>) {
        let early = &mut self.observations.early_answer;
        *early = early.filter(|it| !unawaited_steps.contains(&it.message));
    }

    /// Ends the transcript with the bytes that a closed connection had received.
    pub(super) fn end(mut self, closed: impl ClosedConnection, closing: CloseCheck) -> Self {
        let (received, ending) = closed.into_received();
        if self.checked < usize::MAX {
            self.receive(&received);
        }
        self.observations.close_check = closing;
        self.log.receive(received, ending);
        self
    }
}

/// The boundaries between chunks. The last chunk has none: nothing follows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct Boundaries {
    pub(in crate::engine) sent: u64,
    /// Those at which the kernel showed that the peer had read all that came before.
    pub(in crate::engine) proven: u64,
}

impl Boundaries {
    /// Counts the boundary behind a chunk.
    pub(super) fn count(&mut self, more: More, proof: Proof) {
        if more == More::Follows {
            self.sent += 1;
            self.proven += u64::from(proof == Proof::Given);
        }
    }

    pub(in crate::engine) fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.proven += other.proven;
    }
}

/// Whether the kernel showed that a chunk was read before the next one left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    Given,
    Missing,
}
