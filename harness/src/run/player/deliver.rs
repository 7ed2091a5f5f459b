//! What we say, chunk by chunk.

use std::ops::Range;
use std::time::Instant;

use super::{FIRST_SLICE, Go, LAST_SLICE, Player};
use crate::judge::UnreadState;
use crate::run::account::Chunk;
use crate::run::leaving::unread;
use crate::run::lookout::Lull;
use crate::run::voice::chunks;
use crate::scenario::{Action, Step};
use crate::tactic::DeliveryEnd;
use crate::wire::link::{self, SendResult, Stall, UnverifiedReason, WriteResult};

/// Chunks that the peer left unread although more followed.
pub(super) struct Held {
    pub(super) unread: UnreadState,
    chunks: usize,
}

impl Player<'_, '_, '_> {
    pub(super) fn deliver(&mut self) -> Go {
        let chunks = chunks(self.part.delivery, self.part.script);
        let last = chunks.len().saturating_sub(1);
        for (index, (range, opens)) in chunks.into_iter().enumerate() {
            if let Some(message) = opens {
                let step = self.step_of(message);
                if self.await_steps(step) == Go::Stop {
                    return Go::Stop;
                }
                self.look_ahead(step);
            }
            let chunk = if index == last {
                Chunk::Last
            } else {
                Chunk::Inner
            };
            if self.send(range, chunk) == Go::Stop {
                return Go::Stop;
            }
            if self.held.is_none() {
                self.lookout.settle(&mut self.link);
            }
            self.listen();
        }
        Go::On
    }

    /// Sees, in a baseline, whether the peer has said already what comes after a step of
    /// ours.
    fn look_ahead(&mut self, step: usize) {
        if !self.lookout.is_careful() {
            return;
        }
        self.lookout.await_settled(&mut self.link);
        self.listen();
        let answers = |it: &Step| it.side != self.part.side && matches!(it.action, Action::Send(_));
        let mut after = self.part.exchange.iter().skip(step);
        let hearing = &self.account.hearing;
        let is_ahead = match hearing.step_expected_after(hearing.accepted()) {
            Some(next) => after.take(next.saturating_sub(step)).any(answers),
            None => after.any(answers),
        };
        if is_ahead {
            self.account.observed.not_waited_for.push(step);
        }
    }

    /// The step in which our message with this number is said.
    fn step_of(&self, message: usize) -> usize {
        let ours =
            |step: &Step| step.side == self.part.side && matches!(step.action, Action::Send(_));
        let mut said = self
            .part
            .exchange
            .iter()
            .enumerate()
            .filter(|(_, step)| ours(step));
        said.nth(message)
            .map_or(self.part.exchange.len(), |(index, _)| index)
    }

    fn send(&mut self, range: Range<usize>, chunk: Chunk) -> Go {
        let bytes = self.voice.bytes(range, &mut self.account.hearing);
        if bytes.is_empty() {
            // A value is shorter than the one that the delivery was made for.
            return Go::On;
        }
        if self.held.is_some() && self.link.prove(Instant::now()) == SendResult::Proven {
            self.read_after_all();
        }
        if chunk == Chunk::Inner && self.held.is_some() {
            return self.send_along(&bytes);
        }
        let limit = self.part.limits.reply;
        let bound = if chunk == Chunk::Inner || self.is_cut_off() {
            self.lookout.allowed_to_read(limit)
        } else {
            self.lookout.allowed(limit)
        };
        let deadline = bound.deadline;
        let (begun, handed_over) = (self.link.elapsed(), self.link.delivery_count().chunks);
        let mut slice = FIRST_SLICE;
        let mut sent = self.link.send(&bytes, deadline.min(Instant::now() + slice));
        let is_handed_over = self.link.delivery_count().chunks > handed_over;
        if is_handed_over {
            self.account.log.said(&bytes, begun);
        }
        loop {
            self.listen();
            let stall = match sent {
                SendResult::Proven => {
                    self.read_after_all();
                    self.account.boundaries.count(chunk, 1);
                    return Go::On;
                }
                SendResult::Unverified(reason) => {
                    self.account.boundaries.count(chunk, 0);
                    self.account.unverified = Some(reason);
                    return Go::On;
                }
                SendResult::Ended(end) => {
                    if is_handed_over {
                        // Nothing follows that could join it.
                        self.account.boundaries.count(chunk, 1);
                    }
                    let came_too_late =
                        || end == link::ConnectionEnd::Eof && self.link.came_too_late(deadline);
                    return match chunk {
                        // It may have read all of it and gone: what is due tells.
                        Chunk::Last if is_handed_over && !came_too_late() => Go::On,
                        Chunk::Last | Chunk::Inner => self.interrupted(),
                    };
                }
                SendResult::Stalled(stall) => stall,
            };
            let lull = self.lookout.lull_over_unread(&mut self.link, bound);
            let asleep = matches!(lull, Lull::Quiet(_));
            let now = Instant::now();
            let given_up = asleep || now >= deadline || self.lookout.is_stopped();
            let until = if given_up {
                now
            } else {
                slice = LAST_SLICE.min(slice * 2);
                deadline.min(now + slice)
            };
            sent = match stall.unwritten {
                0 => self.link.prove(until),
                left => self.link.send(&bytes[bytes.len() - left..], until),
            };
            // It may have read, and gone back to sleep, while it was looked at.
            if let SendResult::Stalled(stall) = &sent
                && given_up
            {
                let had_its_time = bound.is_over() || self.lookout.may_read_late();
                return self.left_unread(stall, chunk, had_its_time);
            }
        }
    }

    /// The peer leaves a chunk unread. It may only look at it (MSG_PEEK, SO_RCVLOWAT) and
    /// wait for more: where more is to follow, or the end, that tells.
    fn left_unread(&mut self, stall: &Stall, chunk: Chunk, had_its_time: bool) -> Go {
        let unread = unread(stall);
        let may_be_seen = had_its_time
            && stall.unwritten == 0
            && matches!(unread, UnreadState::Bytes(_))
            && !self.lookout.is_stopped();
        match chunk {
            Chunk::Inner if may_be_seen => {
                self.held = Some(Held { unread, chunks: 1 });
                Go::On
            }
            Chunk::Last if may_be_seen && self.is_cut_off() => Go::On,
            Chunk::Inner | Chunk::Last => {
                self.account.observed.not_read = Some(unread);
                Go::Stop
            }
        }
    }

    /// Whether the stream ends where the exchange does not.
    fn is_cut_off(&self) -> bool {
        matches!(
            self.part.delivery.end(),
            DeliveryEnd::Half | DeliveryEnd::Fin
        )
    }

    /// Sends what follows on a chunk that was left unread.
    fn send_along(&mut self, bytes: &[u8]) -> Go {
        let bound = self.lookout.allowed(self.part.limits.reply);
        let begun = self.link.elapsed();
        match (self.link.write_chunk(bytes, bound.deadline), &mut self.held) {
            (WriteResult::All, Some(held)) => {
                held.chunks += 1;
                self.account.log.said(bytes, begun);
                Go::On
            }
            (WriteResult::Ended(_), _) => self.interrupted(),
            (WriteResult::All | WriteResult::Stalled { .. }, held) => {
                self.account.observed.not_read = held.as_ref().map(|held| held.unread);
                Go::Stop
            }
        }
    }

    /// What was left unread has been read with what followed: these boundaries were not
    /// kept, and that is not the peer's fault.
    fn read_after_all(&mut self) {
        if let Some(held) = self.held.take() {
            for _ in 0..held.chunks {
                self.account.boundaries.count(Chunk::Inner, 0);
            }
            self.account.unverified = Some(UnverifiedReason::LeftUnread);
            self.lookout.read_late();
        }
    }

    /// The peer ended the connection while we had more to say.
    fn interrupted(&mut self) -> Go {
        self.account.observed.interrupted = Some(self.at);
        Go::Stop
    }
}
