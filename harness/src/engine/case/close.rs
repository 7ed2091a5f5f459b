//! How a conversation ends the connection.

use super::after_close::{await_peer_close, describe_socket, peer_close};
use super::connection::{ClosedConnection as _, Connection};
use super::conversation::{Conversation, Next};
use super::hold::EarlyAnswers;
use super::replies::Place;
use super::transcript::Transcript;
use super::waits::{AwaitAccept, AwaitOurEnd, AwaitReaction, Until, silence_proof};
use crate::engine::wait::{Phase, WaitEnd, WaitFor};
use crate::judge::{
    CloseCheck, MissingOutput, ObservedClose, Overtaken, PeerClose, must_be_whole_when_answered,
};
use crate::scenario::{Action, Close, Permission, Step};
use crate::wire::link::CloseSignal;

/// What has to follow a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepEnd {
    GoesOn,
    /// Something went wrong.
    Stops,
    /// Our side closes.
    Closes,
    Resets,
}

impl From<Next> for StepEnd {
    fn from(next: Next) -> Self {
        match next {
            Next::Continue => Self::GoesOn,
            Next::Stop => Self::Stops,
        }
    }
}

impl<'s, C: Connection> Conversation<'s, '_, '_, C> {
    /// Plays the steps that are left: what the peer sends, then how each side closes.
    pub(super) fn end_as_scripted(mut self) -> Transcript<'s> {
        let assignment = self.assignment;
        for index in self.step..assignment.exchange().len() {
            if self.await_steps(index) == Next::Stop {
                return self.finish();
            }
            match self.end_step(index) {
                StepEnd::GoesOn => {}
                StepEnd::Stops => return self.finish(),
                StepEnd::Closes => return self.close(),
                StepEnd::Resets => return self.reset(),
            }
        }
        if self.await_steps(assignment.exchange().len()) == Next::Stop {
            return self.finish();
        }
        if self.link.ending().is_none() {
            self.close_write();
            self.await_peer_end(Permission::Allowed);
            return self.finish();
        }
        match self.peer_close() {
            Some(PeerClose::Fin) => self.close(),
            _ => self.finish(),
        }
    }

    /// Plays a step in which a side closes.
    pub(super) fn end_step(&mut self, index: usize) -> StepEnd {
        let step = &self.assignment.exchange()[index];
        match step.action {
            Action::Close(close) if self.assignment.is_ours(step) => match close {
                Close::Write => {
                    self.close_write();
                    StepEnd::GoesOn
                }
                Close::Full | Close::Fin | Close::Any => StepEnd::Closes,
                Close::Reset => StepEnd::Resets,
            },
            Action::Close(_) => self.await_peer_end(Permission::Allowed).into(),
            _ => StepEnd::GoesOn,
        }
    }

    /// Closes the sending direction where the delivery ends, and awaits what is still
    /// expected.
    pub(super) fn end_half(&mut self) {
        let own_close = self.own_close();
        if self.await_steps(own_close) == Next::Stop {
            return;
        }
        self.close_write();
        self.await_expected_and_end();
    }

    /// Awaits what is still expected after a FIN that was sent with the last chunk.
    pub(super) fn end_at_once(&mut self) {
        if !self.has_sent_fin {
            // The last message is shorter than the one that the delivery was made for.
            self.close_write();
        }
        self.await_expected_and_end();
    }

    /// Awaits what is still expected after our FIN, and how the peer ends its side.
    fn await_expected_and_end(&mut self) {
        let expected = self.assignment.expected.end;
        if self.await_steps(expected) == Next::Continue {
            let is_whole = expected == self.assignment.exchange().len();
            self.await_peer_end(is_whole.into());
        }
    }

    /// Keeps the connection open where the delivery ends: what is whole must be answered
    /// without more bytes, and what is not must not be answered yet.
    pub(super) fn end_hold(&mut self) {
        let expected = self.assignment.expected;
        if self.await_steps(expected.end) == Next::Stop {
            return;
        }
        if self.early_answers == EarlyAnswers::Awaited || !self.waiter.has_others() {
            self.await_settled();
        }
        self.receive_all();
        if let Some(part) = expected.damaged
            && must_be_whole_when_answered(&self.assignment.played, part.step)
        {
            self.note_early_answer(part.step);
        }
    }

    /// Closes the connection where the delivery ends.
    pub(super) fn end_fin(mut self) -> Transcript<'s> {
        match self.await_steps(self.assignment.expected.end) {
            Next::Continue => self.close(),
            Next::Stop => self.finish(),
        }
    }

    /// Resets the connection where the delivery ends.
    pub(super) fn end_reset(mut self) -> Transcript<'s> {
        match self.await_steps(self.assignment.expected.end) {
            Next::Continue => {
                self.await_accept();
                self.reset()
            }
            Next::Stop => self.finish(),
        }
    }

    /// Gives the peer a moment to accept a connection on which nothing was sent. What it does
    /// with one that is reset before, `rst@accept` shows in every run, and this by chance.
    fn await_accept(&mut self) {
        if self.link.written() == 0 {
            let link = &mut self.link;
            self.waiter
                .wait_briefly(WaitFor::Accept, &mut AwaitAccept { link });
        }
    }

    /// The first step in which our side ends.
    fn own_close(&self) -> usize {
        let assignment = self.assignment;
        let closes =
            |step: &Step| assignment.is_ours(step) && matches!(step.action, Action::Close(_));
        assignment
            .exchange()
            .iter()
            .position(closes)
            .unwrap_or_else(|| assignment.exchange().len())
    }

    fn close_write(&mut self) {
        self.link.close_write();
        self.has_sent_fin = true;
        self.replies.stand(Place::AfterEnd);
        self.transcript.log.sent_fin(self.link.elapsed());
    }

    /// Waits until the peer ends the connection.
    fn await_peer_end(&mut self, permission: Permission) -> Next {
        let limit = self.assignment.limits().close;
        let (waiter, mut awaited) = self.awaiting(Until::End);
        let end = waiter.wait(WaitFor::Close, limit, &mut awaited);
        let proof = silence_proof(end, awaited.is_flooded);
        self.receive_all();
        self.note_peer_end(permission);
        let Some(proof) = proof else {
            self.transcript.observations.close_check = CloseCheck::Closed;
            return Next::Continue;
        };
        let seen = match self.link.look() {
            Ok(seen) => describe_socket(&seen),
            Err(blind) => blind.to_string(),
        };
        self.transcript.observations.close_check = CloseCheck::StaysOpen { proof, seen };
        Next::Stop
    }

    /// How the peer has ended its side of the connection.
    fn peer_close(&self) -> Option<PeerClose> {
        peer_close(self.link.ending()?.how)
    }

    fn note_peer_end(&mut self, allowed: Permission) {
        if let Some(how) = self.peer_close() {
            let observations = &mut self.transcript.observations;
            observations
                .peer_close
                .get_or_insert(ObservedClose { how, allowed });
        }
    }

    pub(super) fn close(mut self) -> Transcript<'s> {
        self.note_peer_end(Permission::Allowed);
        let at = self.link.elapsed();
        let mut closed = self.link.close();
        match closed.close_signal() {
            CloseSignal::Reset => self.transcript.log.sent_reset(at),
            CloseSignal::Fin | CloseSignal::Nothing if self.has_sent_fin => {}
            CloseSignal::Fin | CloseSignal::Nothing => self.transcript.log.sent_fin(at),
        }
        let limit = self.assignment.limits().close;
        let closing = await_peer_close(&mut closed, self.waiter, limit);
        self.transcript.end(closed, closing)
    }

    pub(super) fn reset(mut self) -> Transcript<'s> {
        self.transcript.log.sent_reset(self.link.elapsed());
        let mut closed = self.link.reset();
        // When it has arrived, the kernel shows no socket, even if the process keeps it.
        let limit = self.assignment.limits().close;
        await_peer_close(&mut closed, self.waiter, limit);
        self.transcript.end(closed, CloseCheck::Closed)
    }

    /// Ends the conversation where it stands. A peer that has not reset the connection gets
    /// no reset: that would be one thing more to cope with.
    pub(super) fn finish(mut self) -> Transcript<'s> {
        let missing = &self.transcript.observations.missing_output;
        // An answer that comes after its time is missing all the same.
        if !matches!(missing, Some(MissingOutput::Message(_))) {
            self.settle();
            self.receive_all();
            self.await_overtaken();
        }
        self.transcript.log.end_case(self.link.elapsed());
        self.note_peer_end(Permission::Forbidden);
        let closing = std::mem::take(&mut self.transcript.observations.close_check);
        match self.peer_close() {
            None => {}
            Some(PeerClose::Fin) => return self.transcript.end(self.link.close(), closing),
            Some(PeerClose::Reset | PeerClose::Broken) => {
                return self.transcript.end(self.link.reset(), closing);
            }
        }
        // What it sends from here on is no part of the case.
        self.transcript.stop_receiving();
        self.close_stopped_connection();
        if closing == CloseCheck::NotChecked {
            self.end_our_side();
        }
        self.transcript.end(self.link.close(), closing)
    }

    /// Waits for a message in whose place the answer to a later one came: it may be lost, or
    /// only late.
    fn await_overtaken(&mut self) {
        let is_missing = self.transcript.expectations.overtaken() == Some(Overtaken::Missing);
        if is_missing && self.waiter.phase() == Phase::Confirmation {
            let limit = self.assignment.limits().reply;
            let (waiter, mut awaited) = self.awaiting(Until::Overtaken);
            waiter.wait(WaitFor::Answer, limit, &mut awaited);
            self.receive_all();
        }
    }

    /// Closes a connection that has stopped, and sees whether the peer goes on with this one.
    fn close_stopped_connection(&mut self) {
        let Some(stopped) = self.beside.as_deref_mut() else {
            return;
        };
        let waited = self.link.elapsed();
        stopped.close();
        let mut awaited = AwaitReaction {
            is_unread: self.transcript.observations.not_read.is_some(),
            link: &mut self.link,
            clock: self.waiter.clock(),
        };
        let limit = self.assignment.limits().reply;
        if self.waiter.wait(WaitFor::Answer, limit, &mut awaited) == WaitEnd::Happened {
            self.transcript.blocked_for = Some(waited);
        }
    }

    /// Ends our side, and gives the peer a moment to end its own.
    fn end_our_side(&mut self) {
        let known = self.link.received().bytes().len();
        self.link.close_write();
        let link = &mut self.link;
        self.waiter
            .wait_briefly(WaitFor::OurEnd, &mut AwaitOurEnd { link });
        self.transcript.answers_end = self.link.received().bytes().len() > known;
    }
}
