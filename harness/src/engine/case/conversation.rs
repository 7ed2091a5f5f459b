//! Plays one side of an exchange over one connection, under one delivery.
//!
//! A chunk is sent when every answer that the exchange expects before it has come. What
//! the peer sends meanwhile is checked at once. The conversation stops at the first thing
//! that goes wrong and leaves a [`Transcript`] for the judge.
//!
//! [`Conversation::play`] reads as the course of a case: deliver (`deliver`), then end as
//! the delivery or the exchange says (`close`). Every wait for the peer is a call of
//! [`Waiter::wait`].

use std::time::Duration;

use super::companions::PlayOthers;
use super::connection::Connection;
use super::event_log::Opening;
use super::hold::EarlyAnswers;
use super::memory::MemoryWatch;
use super::neighbours::StoppedConnection;
use super::outgoing::Outgoing;
use super::replies::Replies;
use super::transcript::Transcript;
use super::waits::{AwaitOutput, AwaitPeer, Until, silence_proof};
use crate::engine::peer::OutputWatch;
use crate::engine::wait::{WaitFor, Waiter};
use crate::judge::{Expectations, ExpectedSteps, MissingOutput, PlayedSide, UnreadState};
use crate::peer::OutputWait;
use crate::scenario::{Action, Bindings, Limits, Obligation, Step, Template};
use crate::tactic::{Delivery, DeliveryEnd};
use crate::wire::diag::{Holder, SocketLookup};

/// What wirecheck's side has to do in one case, and what it may expect.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Assignment<'s> {
    pub(in crate::engine) played: PlayedSide<'s>,
    pub(in crate::engine) delivery: &'s Delivery,
    pub(in crate::engine) expected: ExpectedSteps<'s>,
}

impl<'s> Assignment<'s> {
    pub(super) fn exchange(&self) -> &'s [Step] {
        self.played.scenario.exchange()
    }

    pub(super) fn limits(&self) -> &'s Limits {
        self.played.scenario.limits()
    }

    /// Whether a step is wirecheck's.
    pub(super) fn is_ours(&self, step: &Step) -> bool {
        step.side == self.played.side
    }

    /// What the peer is expected to send, with these values known at first.
    pub(in crate::engine) fn expectations(&self, bindings: Bindings) -> Expectations<'s> {
        self.played.expectations(bindings)
    }
}

/// Chunks that the peer left unread although more followed.
pub(super) struct UnreadChunks {
    pub(super) state: UnreadState,
    pub(super) count: usize,
}

/// Whether the conversation goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Continue,
    Stop,
}

pub(in crate::engine) struct Conversation<'s, 'w, 'p, C> {
    pub(super) assignment: &'w Assignment<'s>,
    pub(super) link: C,
    pub(super) outgoing: Outgoing<'s>,
    pub(super) replies: Replies,
    pub(super) waiter: &'w mut Waiter<'p>,
    /// The output of a peer that wirecheck started, where a step is about it.
    output: Option<OutputWatch<'w>>,
    /// The step of the exchange that has been reached.
    pub(super) step: usize,
    /// What the peer left unread although more has followed.
    pub(super) unread: Option<UnreadChunks>,
    pub(super) has_sent_fin: bool,
    pub(super) early_answers: EarlyAnswers,
    /// Another connection that has stopped, where that may keep the peer from this one.
    pub(super) beside: Option<&'w mut StoppedConnection<C>>,
    /// The other connections of the exchange, if there are any.
    others: Option<&'w mut dyn PlayOthers>,
    pub(super) memory: Option<MemoryWatch>,
    pub(super) transcript: Transcript<'s>,
}

impl<'s, 'w, 'p, C: Connection> Conversation<'s, 'w, 'p, C> {
    pub(in crate::engine) fn new(
        assignment: &'w Assignment<'s>,
        link: C,
        expectations: Expectations<'s>,
        waiter: &'w mut Waiter<'p>,
    ) -> Self {
        Self {
            outgoing: Outgoing::new(assignment.played),
            replies: Replies::default(),
            assignment,
            link,
            waiter,
            output: None,
            step: 0,
            unread: None,
            has_sent_fin: false,
            early_answers: EarlyAnswers::Awaited,
            beside: None,
            others: None,
            memory: None,
            transcript: Transcript::new(expectations),
        }
    }

    /// Closes another connection if this one is not served while that one has stopped.
    pub(in crate::engine) fn beside(self, beside: Option<&'w mut StoppedConnection<C>>) -> Self {
        Self { beside, ..self }
    }

    /// Plays the other connections of the exchange too.
    pub(super) fn with_others(self, others: &'w mut dyn PlayOthers) -> Self {
        let others = Some(others);
        Self { others, ..self }
    }

    /// Says which connection it is, and when it was opened.
    pub(super) fn opened(mut self, opening: Opening) -> Self {
        self.transcript.log.set_opening(opening);
        self
    }

    /// Waits also for what the peer prints.
    pub(in crate::engine) fn watching(self, output: Option<OutputWatch<'w>>) -> Self {
        Self { output, ..self }
    }

    /// Seeks early answers in this way.
    pub(super) fn seeking(self, early_answers: EarlyAnswers) -> Self {
        Self {
            early_answers,
            ..self
        }
    }

    /// Plays to the end, or to where something goes wrong.
    pub(in crate::engine) fn play(mut self) -> Transcript<'s> {
        self.watch_memory();
        let delivered = self.deliver();
        self.note_memory();
        match delivered {
            Next::Continue => self.end(),
            Next::Stop => self.finish(),
        }
    }

    /// Ends as the delivery or the exchange says.
    pub(super) fn end(mut self) -> Transcript<'s> {
        match self.assignment.delivery.end() {
            DeliveryEnd::Half => {
                self.end_half();
                self.note_memory();
                self.finish()
            }
            DeliveryEnd::Hold => {
                self.end_hold();
                self.finish()
            }
            DeliveryEnd::FinAtOnce => {
                self.end_at_once();
                self.finish()
            }
            DeliveryEnd::Fin => self.end_fin(),
            DeliveryEnd::Reset => self.end_reset(),
            DeliveryEnd::AsScripted | DeliveryEnd::ResetBeforeAccept => self.end_as_scripted(),
        }
    }

    /// Sends what the delivery has, and leaves the connection open.
    pub(in crate::engine) fn stop_after_delivery(mut self) -> C {
        self.deliver();
        self.link
    }

    /// Checks what has come, and sends the replies to it. Says whether anything came or was
    /// sent.
    pub(super) fn receive(&mut self) -> bool {
        let now = self.waiter.clock().now();
        self.replies
            .receive(&mut self.link, &mut self.transcript, now)
    }

    /// Checks what has come, and the end of it.
    pub(super) fn receive_all(&mut self) {
        self.receive();
        if self.link.ending().is_some() {
            self.transcript.observations.partial = self.partial();
            self.transcript.expectations.end_of_stream();
        }
    }

    fn partial(&self) -> Vec<u8> {
        self.transcript.partial(self.link.received())
    }

    /// Waits for what the peer must send and print before `step`.
    pub(super) fn await_steps(&mut self, step: usize) -> Next {
        let assignment = self.assignment;
        let step = step.min(assignment.expected.end);
        while self.step < step {
            if self.play_others_before(self.step) == Next::Stop {
                return Next::Stop;
            }
            let current = &assignment.exchange()[self.step];
            let next = match &current.action {
                _ if assignment.is_ours(current) => Next::Continue,
                Action::Send(_) if current.obligation != Obligation::Required => Next::Continue,
                Action::Send(_) => self.await_message(current.within),
                Action::Prints(text) => self.await_output(text),
                Action::Close(_) | Action::Exits(_) => Next::Continue,
            };
            if next == Next::Stop {
                return Next::Stop;
            }
            self.step += 1;
        }
        self.play_others_before(step)
    }

    /// Plays what the other connections of the exchange do before a step.
    fn play_others_before(&mut self, step: usize) -> Next {
        let place = self.assignment.played.scenario.place(step);
        match &mut self.others {
            Some(others) => others.play_before(place, &mut self.transcript.expectations),
            None => Next::Continue,
        }
    }

    /// Waits for the message of the current step.
    fn await_message(&mut self, within: Option<Duration>) -> Next {
        let step = self.step;
        self.read_slowly(step);
        let limit = self.assignment.limits().reply;
        let (waiter, mut awaited) = self.awaiting(Until::Message { step });
        let end = match within {
            Some(within) => waiter.wait_within(within, &mut awaited),
            None => waiter.wait(WaitFor::Answer, limit, &mut awaited),
        };
        let flooded = awaited.is_flooded;
        self.receive_all();
        if let Some(proof) = silence_proof(end, flooded) {
            let unread = self.unread.as_ref().map(|unread| unread.state);
            let not_read = self.never_accepted().or(unread);
            let partial = self.partial();
            let observations = &mut self.transcript.observations;
            observations.missing_output = Some(MissingOutput::Message(proof));
            observations.not_read = not_read;
            observations.partial = partial;
        }
        let expectations = &self.transcript.expectations;
        if expectations.has_come(step) && expectations.mismatch().is_none() {
            Next::Continue
        } else {
            Next::Stop
        }
    }

    fn never_accepted(&self) -> Option<UnreadState> {
        match self.link.look() {
            Ok(SocketLookup::Socket(socket)) if socket.holder() == Holder::Queue => {
                Some(UnreadState::NeverAccepted)
            }
            _ => None,
        }
    }

    /// The waiter, and what it waits for on the connection.
    pub(super) fn awaiting(&mut self, until: Until) -> (&mut Waiter<'p>, AwaitPeer<'_, 's, C>) {
        let awaited = AwaitPeer {
            link: &mut self.link,
            transcript: &mut self.transcript,
            replies: &mut self.replies,
            clock: self.waiter.clock(),
            until,
            is_flooded: false,
        };
        (self.waiter, awaited)
    }

    fn await_output(&mut self, text: &Template) -> Next {
        let Some(output) = self.output else {
            return Next::Continue;
        };
        let text = text.fill(self.transcript.expectations.bindings());
        let mut awaited = AwaitOutput {
            output,
            text: &text,
            result: OutputWait::TimedOut,
            link: &mut self.link,
            transcript: &mut self.transcript,
            replies: &mut self.replies,
            clock: self.waiter.clock(),
        };
        let limit = self.assignment.limits().reply;
        self.waiter.wait(WaitFor::Output, limit, &mut awaited);
        match awaited.result {
            OutputWait::Found(_) => return Next::Continue,
            OutputWait::Overrun => {
                self.transcript.output_overran = true;
                return Next::Continue;
            }
            OutputWait::TimedOut | OutputWait::Closed => {}
        }
        // The text may have been in the pipe when the wait ended.
        let actual = output.printed();
        if let OutputWait::Found(_) = output.wait_for(&text, self.waiter.clock().now()) {
            return Next::Continue;
        }
        self.transcript.observations.missing_output = Some(MissingOutput::Print {
            step: self.step,
            expected: text,
            actual,
        });
        Next::Stop
    }
}
