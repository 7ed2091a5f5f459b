//! Sending, chunk by chunk.

use std::ops::Range;
use std::time::Duration;

use super::after_close::unread_state;
use super::connection::Connection;
use super::conversation::{Conversation, Next, UnreadChunks};
use super::replies::Place;
use super::transcript::{Proof, Transcript};
use super::waits::{AwaitRead, ChunkGoal, Until};
use crate::engine::wait::{More, Phase, WaitEnd, WaitFor};
use crate::judge::{EarlyAnswer, UnreadState, must_be_whole_when_answered};
use crate::scenario::{Action, Step};
use crate::tactic::{Delivery, DeliveryEnd, Offset, Piece, Script};
use crate::wire::diag::SocketLookup;
use crate::wire::link::{self, SendResult, Stall, UnverifiedReason, WriteResult};

/// How long a peer has to read a chunk before it is waited for: in a batch, and alone.
const READS_AT_ONCE: Duration = Duration::from_millis(1);
const READS_AT_ONCE_ALONE: Duration = Duration::from_micros(200);

/// A message of which a part was sent.
#[derive(Clone, Copy)]
struct PartSent {
    message: usize,
    /// How many bytes of it are missing.
    missing: usize,
}

/// A chunk of a delivery.
pub(super) struct NextChunk<'d> {
    pieces: Vec<Piece<'d>>,
    /// The message whose first byte is the chunk's first.
    opens: Option<usize>,
    /// The same of the chunk that follows.
    next_opens: Option<usize>,
    /// The message inside which it ends.
    ends_inside: Option<PartSent>,
    /// Where it ends in the delivered bytes.
    end: Offset,
    /// Whether the peer is left waiting before it.
    follows_pause: bool,
    more: More,
}

impl NextChunk<'_> {
    /// Whether it ends in bytes that are no part of any message.
    fn is_inserted(&self) -> bool {
        let is_inserted = |piece: &Piece<'_>| matches!(piece, Piece::Inserted(..));
        self.pieces.last().is_some_and(is_inserted)
    }
}

impl<'s, C: Connection> Conversation<'s, '_, '_, C> {
    pub(super) fn deliver(&mut self) -> Next {
        let assignment = self.assignment;
        for chunk in chunks(assignment.delivery, assignment.played.script) {
            if self.deliver_chunk(&chunk) == Next::Stop {
                return Next::Stop;
            }
            if chunk.more == More::Follows && chunk.is_inserted() && self.has_shown_its_limit() {
                break;
            }
        }
        Next::Continue
    }

    pub(super) fn deliver_chunk(&mut self, chunk: &NextChunk<'_>) -> Next {
        if let Some(message) = chunk.opens {
            let step = self.step_of(message);
            if self.await_steps(step) == Next::Stop {
                return Next::Stop;
            }
            self.note_early_answers(step);
        }
        if chunk.follows_pause && self.pause() == Next::Stop {
            return Next::Stop;
        }
        if self.await_replies_read() == Next::Stop {
            return Next::Stop;
        }
        self.replies.stand(Place::InsideMessage);
        if self.send(chunk) == Next::Stop {
            return Next::Stop;
        }
        self.replies.stand(self.place_behind(chunk));
        if self.unread.is_none() && !self.has_sent_fin {
            self.settle_after(chunk);
        }
        self.receive();
        Next::Continue
    }

    /// Behind a change that a delivery makes nobody knows where a message ends.
    fn place_behind(&self, chunk: &NextChunk<'_>) -> Place {
        let edit = self.assignment.delivery.edit();
        let is_changed = edit.is_some_and(|edit| chunk.end > edit.range().start);
        if is_changed || part_sent(self.assignment.played.script, chunk.end).is_some() {
            Place::InsideMessage
        } else {
            Place::BetweenMessages
        }
    }

    /// The same, and waits for the answer to a message that ends with the chunk: a peer that
    /// sends a long one may serve nobody else before it is read.
    fn deliver_chunk_and_read(&mut self, chunk: &NextChunk<'_>) -> Next {
        if self.deliver_chunk(chunk) == Next::Stop {
            return Next::Stop;
        }
        match chunk.ends_inside {
            Some(_) => Next::Continue,
            None => self.await_steps(self.next_step_of_ours()),
        }
    }

    /// The step of our next message, or the first in which a side closes.
    fn next_step_of_ours(&self) -> usize {
        let assignment = self.assignment;
        let exchange = assignment.exchange();
        let sent = self.outgoing.messages_encoded();
        let close = exchange
            .iter()
            .position(|step| matches!(step.action, Action::Close(_)));
        self.step_of(sent).min(close.unwrap_or(exchange.len()))
    }

    /// Leaves the peer waiting inside a message, and sees whether it gives up: it ends the
    /// connection, or sends something that the exchange does not expect.
    fn pause(&mut self) -> Next {
        let (waiter, mut awaited) = self.awaiting(Until::End);
        waiter.pause(&mut awaited);
        self.receive_all();
        let pause = self.assignment.delivery.pause();
        let part = pause.and_then(|at| part_sent(self.assignment.played.script, at));
        let step = part.map(|part| self.step_of(part.message));
        if let Some(step) = step
            && must_be_whole_when_answered(&self.assignment.played, step)
        {
            self.note_early_answer(step);
        }
        if self.link.ending().is_some() || self.transcript.expectations.mismatch().is_some() {
            self.given_up()
        } else {
            Next::Continue
        }
    }

    /// The peer did not wait for the rest of a message.
    fn given_up(&mut self) -> Next {
        self.transcript.gave_up = true;
        Next::Stop
    }

    /// Sends all bytes and a reset, while the peer is suspended and accepts nothing.
    pub(in crate::engine) fn reset_before_accept(mut self) -> Transcript<'s> {
        let assignment = self.assignment;
        for chunk in chunks(assignment.delivery, assignment.played.script) {
            let expectations = &mut self.transcript.expectations;
            match self.outgoing.bytes(&chunk.pieces, expectations) {
                Ok(bytes) => self.write_at_once(&bytes),
                Err(unsendable) => self.transcript.unsendable = Some(unsendable),
            }
        }
        self.reset()
    }

    /// Writes as much as the buffers take.
    fn write_at_once(&mut self, bytes: &[u8]) {
        let begun = self.link.elapsed();
        let unwritten = match self.link.write_chunk(bytes, self.waiter.clock().now()) {
            WriteResult::All => 0,
            WriteResult::Stalled { unwritten } => unwritten,
            WriteResult::Ended(_) => return,
        };
        let written = &bytes[..bytes.len() - unwritten];
        self.transcript.log.sent(written, begun);
    }

    /// Waits, where that may show an answer to a part of a message.
    fn settle_after(&mut self, chunk: &NextChunk<'_>) {
        let part = chunk.ends_inside;
        // A peer that takes a part for the whole does so there, if anywhere. To wait at each
        // offset would take too long.
        let lacks_last_byte = part.is_some_and(|part| part.missing == 1);
        let is_whole = self.assignment.delivery.end() == DeliveryEnd::AsScripted;
        let step = part.map(|part| self.step_of(part.message));
        let step = step.filter(|it| must_be_whole_when_answered(&self.assignment.played, *it));
        match (self.waiter.phase(), step) {
            (Phase::Batch, Some(_)) if lacks_last_byte && is_whole => self.await_settled(),
            (Phase::Batch, _) => return,
            _ => self.settle(),
        }
        self.receive();
        if let Some(step) = step {
            self.note_early_answer(step);
        }
    }

    /// Sees whether the answer to our message in `step`, of which only a part was sent, has
    /// come.
    pub(super) fn note_early_answer(&mut self, step: usize) {
        let expectations = &self.transcript.expectations;
        if let Some(answer) = expectations
            .furthest_answer()
            .filter(|answer| *answer > step)
        {
            let observations = &mut self.transcript.observations;
            observations.early_answer.get_or_insert(EarlyAnswer {
                message: step,
                answer,
            });
        }
    }

    /// Waits, where a failure is about to be reported, until the peer has done all that a
    /// chunk makes it do. What happens then has one order in every run.
    pub(super) fn settle(&mut self) {
        if matches!(
            self.waiter.phase(),
            Phase::BaselineRetry | Phase::Confirmation
        ) {
            self.await_settled();
        }
    }

    pub(super) fn await_settled(&mut self) {
        if self.waiter.sees_processes() {
            let (waiter, mut awaited) = self.awaiting(Until::Never);
            waiter.wait_briefly(WaitFor::Settled, &mut awaited);
        }
    }

    /// Sees, in a baseline, whether the peer has already sent what comes after a step of
    /// ours.
    fn note_early_answers(&mut self, step: usize) {
        if !self.waiter.phase().is_baseline() {
            return;
        }
        self.await_settled();
        self.receive();
        let last = self.transcript.expectations.furthest_answer();
        if last.is_some_and(|answer| answer > step) {
            self.transcript.observations.not_waited_for.push(step);
        }
    }

    /// Whether a chunk begins with the message of a step.
    pub(super) fn begins_at(&self, chunk: &NextChunk<'_>, step: usize) -> bool {
        chunk
            .opens
            .is_some_and(|message| self.step_of(message) == step)
    }

    /// The step in which our message with this number is sent.
    fn step_of(&self, message: usize) -> usize {
        let assignment = self.assignment;
        let is_ours =
            |step: &Step| assignment.is_ours(step) && matches!(step.action, Action::Send(_));
        let mut ours = assignment
            .exchange()
            .iter()
            .enumerate()
            .filter(|(_, step)| is_ours(step));
        ours.nth(message)
            .map_or_else(|| assignment.exchange().len(), |(index, _)| index)
    }

    fn send(&mut self, chunk: &NextChunk<'_>) -> Next {
        let expectations = &mut self.transcript.expectations;
        let bytes = match self.outgoing.bytes(&chunk.pieces, expectations) {
            Ok(bytes) => bytes,
            Err(unsendable) => {
                self.transcript.unsendable = Some(unsendable);
                return Next::Stop;
            }
        };
        if bytes.is_empty() {
            // A value is shorter than the one that the delivery was made for.
            return Next::Continue;
        }
        if self.unread.is_some() && self.link.prove(self.waiter.clock().now()) == SendResult::Proven
        {
            self.mark_late_read_unverified();
        }
        match (chunk.more, self.assignment.delivery.end()) {
            (More::Nothing, DeliveryEnd::FinAtOnce) => self.send_with_fin(&bytes),
            (More::Follows, _) if self.unread.is_some() => self.send_after_unread(&bytes),
            _ => self.send_and_await_read(&bytes, chunk),
        }
    }

    /// Sends the last chunk and our FIN together.
    fn send_with_fin(&mut self, bytes: &[u8]) -> Next {
        let limit = self.assignment.limits().reply;
        let begun = self.link.elapsed();
        match self
            .link
            .write_last(bytes, self.waiter.clock().now() + limit)
        {
            WriteResult::All => {
                self.transcript.log.sent(bytes, begun);
                self.has_sent_fin = true;
                self.replies.stand(Place::AfterEnd);
                self.transcript.log.sent_fin(self.link.elapsed());
                Next::Continue
            }
            WriteResult::Ended(_) => self.interrupted(),
            WriteResult::Stalled { unwritten } => {
                let peer = match self.link.look() {
                    Ok(SocketLookup::Socket(peer)) => Some(peer),
                    _ => None,
                };
                let state = unread_state(&Stall { unwritten, peer });
                self.transcript.observations.not_read = Some(state);
                Next::Stop
            }
        }
    }

    /// Sends a chunk and waits until the peer has read it.
    fn send_and_await_read(&mut self, bytes: &[u8], chunk: &NextChunk<'_>) -> Next {
        let more = chunk.more;
        let (begun, handed_over) = (self.link.elapsed(), self.link.chunks_sent());
        let at_once = match self.waiter.phase() {
            Phase::Batch => READS_AT_ONCE,
            _ => READS_AT_ONCE_ALONE,
        };
        let soon = self.waiter.clock().now() + at_once;
        let sent = self.link.send(bytes, soon);
        let is_handed_over = self.link.chunks_sent() > handed_over;
        if is_handed_over {
            self.transcript.log.sent(bytes, begun);
        }
        self.receive();
        let what = WaitFor::Read {
            more: if self.is_cut_off() {
                More::Follows
            } else {
                more
            },
        };
        let limit = self.assignment.limits().reply;
        let mut awaited = AwaitRead {
            link: &mut self.link,
            transcript: &mut self.transcript,
            bytes,
            sent,
            goal: ChunkGoal::Held,
        };
        let is_stalled = matches!(awaited.sent, SendResult::Stalled(_));
        let mut end = WaitEnd::Happened;
        if is_stalled && self.waiter.timings().reads_late {
            // The short time that such a peer gets is for reading what it holds.
            let more = More::Nothing;
            end = self
                .waiter
                .wait(WaitFor::Read { more }, limit, &mut awaited);
        }
        if is_stalled && end == WaitEnd::Happened {
            awaited.goal = ChunkGoal::Read;
            end = self.waiter.wait(what, limit, &mut awaited);
        }
        match awaited.sent {
            SendResult::Proven => {
                self.mark_late_read_unverified();
                self.transcript.boundaries.count(more, Proof::Given);
                Next::Continue
            }
            SendResult::Unverified(reason) => {
                self.transcript.boundaries.count(more, Proof::Missing);
                self.transcript.unverified = Some(reason);
                Next::Continue
            }
            SendResult::Ended(_) if !is_handed_over && chunk.follows_pause => self.given_up(),
            SendResult::Ended(_) if !is_handed_over => self.interrupted(),
            SendResult::Ended(end) => self.ended_while_sending(end, chunk),
            SendResult::Stalled(stall) => self.left_unread(&stall, more, end),
        }
    }

    /// The peer ended the connection while a chunk was on its way.
    fn ended_while_sending(&mut self, end: link::ConnectionEnd, chunk: &NextChunk<'_>) -> Next {
        let more = chunk.more;
        // Nothing follows that could join the chunk.
        self.transcript.boundaries.count(more, Proof::Given);
        let deadline = self.waiter.clock().now() + self.assignment.limits().reply;
        let came_too_late = || end == link::ConnectionEnd::Eof && self.link.came_too_late(deadline);
        if chunk.follows_pause && came_too_late() {
            return self.given_up();
        }
        // It may have read everything and gone: the judge sees whether its answers came.
        if more == More::Nothing && !came_too_late() {
            return Next::Continue;
        }
        if end == link::ConnectionEnd::Eof
            && let Some(message) = chunk.next_opens
        {
            // It has read this message. The next one is what it leaves unread.
            self.step = self.step_of(message);
        }
        self.interrupted()
    }

    /// The peer leaves a chunk unread. It may only look at it (MSG_PEEK, SO_RCVLOWAT) and
    /// wait for more. Then what follows, or the end, shows whether it reads.
    fn left_unread(&mut self, stall: &Stall, more: More, end: WaitEnd) -> Next {
        let is_known = self.waiter.timings().reads_late || self.waiter.phase().is_alone();
        let had_its_time = is_known || matches!(end, WaitEnd::TimedOut(_));
        let state = match self.link.received().remaining() {
            0 => UnreadState::ReplyLimit,
            _ => unread_state(stall),
        };
        let may_be_waiting = had_its_time
            && stall.unwritten == 0
            && matches!(state, UnreadState::Bytes(_))
            && !self.waiter.is_stopped();
        match more {
            More::Follows if may_be_waiting => {
                self.unread = Some(UnreadChunks { state, count: 1 });
                Next::Continue
            }
            More::Nothing if may_be_waiting && self.is_cut_off() => Next::Continue,
            More::Follows | More::Nothing => {
                self.transcript.observations.not_read = Some(state);
                Next::Stop
            }
        }
    }

    /// Whether the stream ends where the exchange does not.
    fn is_cut_off(&self) -> bool {
        matches!(
            self.assignment.delivery.end(),
            DeliveryEnd::Half | DeliveryEnd::Fin | DeliveryEnd::Reset | DeliveryEnd::Hold
        )
    }

    /// Sends a chunk after one that was left unread.
    fn send_after_unread(&mut self, bytes: &[u8]) -> Next {
        let limit = self
            .waiter
            .limit(WaitFor::Answer, self.assignment.limits().reply);
        let begun = self.link.elapsed();
        match (
            self.link
                .write_chunk(bytes, self.waiter.clock().now() + limit),
            &mut self.unread,
        ) {
            (WriteResult::All, Some(unread)) => {
                unread.count += 1;
                self.transcript.log.sent(bytes, begun);
                Next::Continue
            }
            (WriteResult::Ended(_), _) => self.interrupted(),
            (WriteResult::All | WriteResult::Stalled { .. }, unread) => {
                self.transcript.observations.not_read = unread.as_ref().map(|unread| unread.state);
                Next::Stop
            }
        }
    }

    /// What was left unread has been read with what followed. These boundaries were not
    /// kept, and that is not the peer's fault.
    fn mark_late_read_unverified(&mut self) {
        if let Some(unread) = self.unread.take() {
            for _ in 0..unread.count {
                self.transcript
                    .boundaries
                    .count(More::Follows, Proof::Missing);
            }
            self.transcript.unverified = Some(UnverifiedReason::LeftUnread);
            self.waiter.learn_late_read();
        }
    }

    /// The peer ended the connection while we had more to send.
    fn interrupted(&mut self) -> Next {
        self.transcript.observations.interrupted = Some(self.step);
        Next::Stop
    }
}

/// Two conversations that were played at the same time.
pub(super) struct Interleaved<'s> {
    pub(super) transcripts: [Transcript<'s>; 2],
    /// The one in which something went wrong first; the other was stopped where it stood.
    pub(super) wrong: Option<usize>,
}

/// Plays two conversations with one delivery, a chunk of one after a chunk of the other.
pub(super) fn play_interleaved<'s, C: Connection>(
    mut pair: [Conversation<'s, '_, '_, C>; 2],
) -> Interleaved<'s> {
    let assignment = pair[0].assignment;
    for chunk in chunks(assignment.delivery, assignment.played.script) {
        for index in 0..pair.len() {
            if pair[index].deliver_chunk_and_read(&chunk) == Next::Stop {
                return Interleaved {
                    transcripts: pair.map(Conversation::finish),
                    wrong: Some(index),
                };
            }
        }
    }
    Interleaved {
        transcripts: pair.map(Conversation::end),
        wrong: None,
    }
}

/// The message inside which an offset of the script lies.
fn part_sent(script: &Script, end: Offset) -> Option<PartSent> {
    part_of(script.spans(), end)
}

fn part_of(
    mut spans: impl Iterator<Item = (usize, Range<Offset>)>,
    end: Offset,
) -> Option<PartSent> {
    let (message, span) = spans.find(|(_, span)| span.start < end && end < span.end)?;
    Some(PartSent {
        message,
        missing: span.end.get() - end.get(),
    })
}

/// The chunks of a delivery, and which message each begins, if it begins one.
pub(super) fn chunks<'d>(
    delivery: &'d Delivery,
    script: &Script,
) -> impl Iterator<Item = NextChunk<'d>> + use<'d> {
    let openings: Vec<(usize, Offset)> = delivery.openings(script).collect();
    let spans: Vec<_> = script
        .spans()
        .filter(|_| delivery.edit().is_none())
        .collect();
    let part_sent = move |end| part_of(spans.iter().cloned(), end);
    let mut openings = openings.into_iter().peekable();
    let mut chunks = delivery.chunk_pieces(script.len()).peekable();
    std::iter::from_fn(move || {
        let chunk = chunks.next()?;
        let next = chunks.peek().map(|next| next.offset);
        let mut opens = None;
        while let Some((message, at)) =
            openings.next_if(|(_, at)| next.is_none_or(|next| *at < next))
        {
            if at == chunk.offset {
                opens = Some(message);
            }
        }
        let end = next.unwrap_or_else(|| delivery.delivered());
        Some(NextChunk {
            ends_inside: part_sent(end),
            end,
            pieces: chunk.pieces,
            opens,
            follows_pause: delivery.pause() == Some(chunk.offset),
            next_opens: openings
                .peek()
                .filter(|(_, at)| Some(*at) == next)
                .map(|(message, _)| *message),
            more: match next {
                Some(_) => More::Follows,
                None => More::Nothing,
            },
        })
    })
}
