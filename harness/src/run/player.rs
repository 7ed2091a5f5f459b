//! Plays one side of an exchange over one connection, under one delivery.
//!
//! A chunk is sent when every answer that the exchange expects before it has come;
//! what the peer says meanwhile is heard at once. The play stops at the first thing
//! that goes wrong, and what was observed is left for the judge.

use std::ops::Range;
use std::time::{Duration, Instant};

use super::account::{Account, Chunk, Played};
use super::leaving::{await_gone, lingers, of_peer, unread};
use super::lookout::{Bound, Lookout, Lull};
use super::target::Target;
use super::voice::{Voice, chunks};
use crate::judge::{Closing, Due, Hearing, PeerEnd, Silence, Unread, Waited};
use crate::peer::{Heard, Mark};
use crate::scenario::{Action, Close, Permission, Side, Step, Template};
use crate::tactic::{Delivery, End, Script};
use crate::wire::diag::{Holder, Seen};
use crate::wire::link::{Farewell, Link, Read, Sent};

/// How long a peer that does not read or answer is given before it is looked at: at
/// first, and at most.
const FIRST_SLICE: Duration = Duration::from_millis(1);
const LAST_SLICE: Duration = Duration::from_millis(20);
/// How long a peer is given to close a connection on which something went wrong.
const FAREWELL: Duration = Duration::from_millis(100);
/// How long what a peer printed may be on its way through a pipe.
const PIPE_DELAY: Duration = Duration::from_millis(250);

/// What one case is played with.
pub(super) struct Part<'s> {
    pub(super) exchange: &'s [Step],
    pub(super) side: Side,
    pub(super) script: &'s Script,
    pub(super) delivery: &'s Delivery,
    pub(super) due: Due,
    pub(super) limits: &'s crate::scenario::Limits,
}

/// What is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Awaited {
    Message,
    End,
}

/// Whether the play goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Go {
    On,
    Stop,
}

pub(super) struct Player<'s, 'l, 'g> {
    part: &'l Part<'s>,
    link: Link,
    voice: Voice<'s>,
    lookout: &'l mut Lookout<'g>,
    /// The peer's output is watched from here; nobody's, if it is not ours.
    output: Option<(&'l Target, Mark)>,
    /// The step of the exchange that the play has come to.
    at: usize,
    account: Account<'s>,
}

impl<'s, 'l, 'g> Player<'s, 'l, 'g> {
    pub(super) fn new(
        part: &'l Part<'s>,
        link: Link,
        hearing: Hearing<'s>,
        voice: Voice<'s>,
        lookout: &'l mut Lookout<'g>,
        output: Option<(&'l Target, Mark)>,
    ) -> Self {
        Self {
            part,
            link,
            voice,
            lookout,
            output,
            at: 0,
            account: Account::open(hearing),
        }
    }

    /// Plays to the end, or to where something goes wrong.
    pub(super) fn play(mut self) -> Played<'s> {
        if self.deliver() == Go::On {
            match self.part.delivery.end() {
                End::Half => self.end_half(),
                End::Fin => return self.end_fin(),
                _ => return self.end_as_scripted(),
            }
        }
        self.finish()
    }

    fn deliver(&mut self) -> Go {
        let chunks = chunks(self.part.delivery, self.part.script);
        let last = chunks.len().saturating_sub(1);
        for (index, (range, opens)) in chunks.into_iter().enumerate() {
            if let Some(message) = opens
                && self.await_steps(self.step_of(message)) == Go::Stop
            {
                return Go::Stop;
            }
            let chunk = if index == last {
                Chunk::Last
            } else {
                Chunk::Inner
            };
            if self.send(range, chunk) == Go::Stop {
                return Go::Stop;
            }
            self.lookout.settle(&mut self.link);
            self.listen();
        }
        Go::On
    }

    /// The step in which our message with this number is said.
    fn step_of(&self, message: usize) -> usize {
        let ours =
            |step: &Step| step.side == self.part.side && matches!(step.action, Action::Say(_));
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
        let bound = self.lookout.allowed(self.part.limits.reply);
        let deadline = bound.deadline;
        let (begun, handed_over) = (self.link.elapsed(), self.link.tally().chunks);
        let mut slice = FIRST_SLICE;
        let mut sent = self.link.send(&bytes, deadline.min(Instant::now() + slice));
        let is_handed_over = self.link.tally().chunks > handed_over;
        if is_handed_over {
            self.account.log.said(&bytes, begun);
        }
        loop {
            self.listen();
            let stall = match sent {
                Sent::Proven => {
                    self.account.boundaries.count(chunk, 1);
                    return Go::On;
                }
                Sent::Unverified(reason) => {
                    self.account.boundaries.count(chunk, 0);
                    self.account.unverified = Some(reason);
                    return Go::On;
                }
                Sent::Ended(_) => {
                    if is_handed_over {
                        // Nothing follows that could join it.
                        self.account.boundaries.count(chunk, 1);
                    }
                    return match chunk {
                        // It may have read all of it and gone: what is due tells.
                        Chunk::Last => Go::On,
                        Chunk::Inner => self.interrupted(),
                    };
                }
                Sent::Stalled(stall) => stall,
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
            if let Sent::Stalled(stall) = &sent
                && given_up
            {
                self.account.observed.not_read = Some(unread(stall));
                return Go::Stop;
            }
        }
    }

    /// The peer ended the connection while we had more to say.
    fn interrupted(&mut self) -> Go {
        self.account.observed.interrupted = Some(self.at);
        Go::Stop
    }

    fn listen(&mut self) {
        let received = self.link.received().bytes();
        if received.len() > self.account.heard {
            self.account.hearing.hear(&received[self.account.heard..]);
            self.account.heard = received.len();
        }
    }

    /// Waits for what the peer is to say and print before `step`.
    fn await_steps(&mut self, step: usize) -> Go {
        let step = step.min(self.part.due.steps);
        while self.at < step {
            let current = &self.part.exchange[self.at];
            let go = match &current.action {
                _ if current.side == self.part.side => Go::On,
                Action::Say(_) => self.await_message(self.at, current.within),
                Action::Prints(text) => self.await_print(self.at, text),
                Action::Close(_) | Action::Exits(_) => Go::On,
            };
            if go == Go::Stop {
                return Go::Stop;
            }
            self.at += 1;
        }
        Go::On
    }

    fn await_message(&mut self, step: usize, within: Option<Duration>) -> Go {
        let has_come = |hearing: &Hearing<'_>| {
            hearing
                .step_after(hearing.accepted())
                .is_none_or(|next| next > step)
        };
        let allowed = || self.lookout.allowed(self.part.limits.reply);
        let bound = within.map_or_else(allowed, Bound::of);
        let begun = Instant::now();
        match self.await_until(Awaited::Message, bound, |player| {
            has_come(&player.account.hearing)
        }) {
            None => self.lookout.answered(begun.elapsed()),
            Some(waited) => {
                self.account.observed.silence = Some(Silence::Message(waited));
                self.account.observed.partial = self.unheard();
                self.account.observed.not_read = self.never_accepted();
            }
        }
        if has_come(&self.account.hearing) && self.account.hearing.trouble().is_none() {
            Go::On
        } else {
            Go::Stop
        }
    }

    fn never_accepted(&self) -> Option<Unread> {
        match self.link.look() {
            Ok(Seen::Socket(socket)) if socket.holder() == Holder::Queue => {
                Some(Unread::NeverAccepted)
            }
            _ => None,
        }
    }

    /// What came since the last whole message.
    fn unheard(&self) -> Vec<u8> {
        let bytes = self.link.received().bytes();
        let pending = self.account.hearing.pending().min(bytes.len());
        bytes[bytes.len() - pending..].to_vec()
    }

    /// Waits until something is so, or the peer ends or says something wrong. Says
    /// how it was known that it will not be so.
    fn await_until(
        &mut self,
        awaited: Awaited,
        bound: Bound,
        is_so: impl Fn(&Self) -> bool,
    ) -> Option<Waited> {
        let begun = Instant::now();
        let mut slice = FIRST_SLICE;
        loop {
            self.hear_out();
            if self.link.ending().is_some() {
                return None;
            }
            if is_so(self) || self.account.hearing.trouble().is_some() {
                return None;
            }
            if bound.is_over() {
                self.lookout.waited_in_vain();
                return Some(Waited::Deadline(bound.limit));
            }
            if self.lookout.is_stopped() {
                return Some(Waited::Deadline(begun.elapsed()));
            }
            let heard = self.account.heard;
            let until = bound.deadline.min(Instant::now() + slice);
            match self
                .link
                .read_until(|received| received.bytes().len() > heard, until)
            {
                Read::Enough | Read::Ended(_) => {}
                Read::Flooded => return Some(Waited::Deadline(bound.limit)),
                Read::TimedOut => {
                    match self.lookout.lull(&mut self.link, bound) {
                        Lull::Quiet(time) => return Some(Waited::Quiet(time)),
                        Lull::Busy if awaited == Awaited::End => {
                            if let Some(time) = self.lookout.spins() {
                                return Some(Waited::Spinning(time));
                            }
                        }
                        Lull::Busy | Lull::Unseen => {}
                    }
                    slice = LAST_SLICE.min(slice * 2);
                }
            }
        }
    }

    fn await_print(&mut self, step: usize, text: &Template) -> Go {
        let Some((target, since)) = self.output else {
            return Go::On;
        };
        let text = text.fill(self.account.hearing.bindings());
        let bound = self.lookout.allowed(self.part.limits.reply);
        loop {
            match target.await_output(
                &text,
                since,
                bound.deadline.min(Instant::now() + LAST_SLICE),
            ) {
                Heard::Text(_) | Heard::Overrun => return Go::On,
                Heard::Closed => break,
                Heard::NotInTime => {}
            }
            let asleep = matches!(self.lookout.lull(&mut self.link, bound), Lull::Quiet(_));
            if asleep || bound.is_over() || self.lookout.is_stopped() {
                break;
            }
        }
        if let Heard::Text(_) = target.await_output(&text, since, Instant::now() + PIPE_DELAY) {
            return Go::On;
        }
        let actual = target.printed();
        self.account.observed.silence = Some(Silence::Print {
            step,
            expected: text,
            actual,
        });
        Go::Stop
    }

    /// Every step that is left: what the peer says, then how either side closes.
    fn end_as_scripted(mut self) -> Played<'s> {
        for index in self.at..self.part.exchange.len() {
            if self.await_steps(index) == Go::Stop {
                return self.finish();
            }
            let step = &self.part.exchange[index];
            match step.action {
                Action::Close(close) if step.side == self.part.side => match close {
                    Close::Write => self.close_write(),
                    Close::Full | Close::Fin | Close::Any => return self.close(),
                    Close::Reset => return self.reset(),
                },
                Action::Close(_) if self.await_end(Permission::Allowed) == Go::Stop => {
                    return self.finish();
                }
                _ => {}
            }
        }
        if self.await_steps(self.part.exchange.len()) == Go::On && self.link.ending().is_none() {
            self.close_write();
            self.await_end(Permission::Allowed);
        }
        self.finish()
    }

    fn end_half(&mut self) {
        let own_close = self.own_close();
        if self.await_steps(own_close) == Go::Stop {
            return;
        }
        self.close_write();
        if self.await_steps(self.part.due.steps) == Go::On {
            let scripted = self.part.due.steps == self.part.exchange.len();
            self.await_end(scripted.into());
        }
    }

    fn end_fin(mut self) -> Played<'s> {
        match self.await_steps(self.part.due.steps) {
            Go::On => self.close(),
            Go::Stop => self.finish(),
        }
    }

    /// The first step in which our side ends.
    fn own_close(&self) -> usize {
        let closes =
            |step: &Step| step.side == self.part.side && matches!(step.action, Action::Close(_));
        self.part
            .exchange
            .iter()
            .position(closes)
            .unwrap_or(self.part.exchange.len())
    }

    fn close_write(&mut self) {
        self.link.close_write();
        self.account.log.fin(self.link.elapsed());
    }

    /// Waits until the peer ends the connection.
    fn await_end(&mut self, due: Permission) -> Go {
        let bound = self.lookout.allowed(self.part.limits.close);
        self.lookout.begin_to_watch_for_spinning();
        let waited = self.await_until(Awaited::End, bound, |_| false);
        self.note_end(due);
        match waited {
            Some(waited) => {
                let seen = self
                    .link
                    .look()
                    .map_or_else(|blind| blind.to_string(), |seen| lingers(&seen));
                self.account.observed.closing = Closing::StaysOpen { waited, seen };
                Go::Stop
            }
            None => {
                self.account.observed.closing = Closing::Closed;
                Go::On
            }
        }
    }

    fn note_end(&mut self, due: Permission) {
        if let Some(ending) = self.link.ending()
            && let Some(how) = of_peer(ending.how)
        {
            self.account
                .observed
                .peer_end
                .get_or_insert(PeerEnd { how, due });
        }
    }

    fn close(mut self) -> Played<'s> {
        self.note_end(Permission::Allowed);
        let at = self.link.elapsed();
        let mut remains = self.link.close();
        match remains.farewell {
            Farewell::Reset => self.account.log.reset(at),
            Farewell::Fin | Farewell::Nothing => self.account.log.fin(at),
        }
        let closing = await_gone(&mut remains, self.lookout, self.part.limits.close);
        self.account.close(remains, closing)
    }

    fn reset(mut self) -> Played<'s> {
        self.account.log.reset(self.link.elapsed());
        self.account.close(self.link.reset(), Closing::Closed)
    }

    /// Ends the play where it stands. A peer that has not ended the connection is
    /// left in peace: a reset would be one thing more that it has to cope with.
    fn finish(mut self) -> Played<'s> {
        self.lookout.settle(&mut self.link);
        self.hear_out();
        self.account.log.stop(self.link.elapsed());
        self.note_end(Permission::Forbidden);
        let closing = std::mem::take(&mut self.account.observed.closing);
        if self.link.ending().is_some() {
            return self.account.close(self.link.reset(), closing);
        }
        // What it says to a farewell is no part of the case.
        self.account.seal();
        if closing == Closing::NotAsked {
            self.say_farewell();
        }
        self.account.close(self.link.close(), closing)
    }

    /// Ends our side, and gives the peer a moment to end its own.
    fn say_farewell(&mut self) {
        self.link.close_write();
        let deadline = Instant::now() + FAREWELL;
        let Self { link, lookout, .. } = self;
        let mut ends_by = |until: Instant| link.read_to_end(until) != Read::TimedOut;
        while Instant::now() < deadline {
            // Its kernel may be slow to acknowledge our FIN: that is not waited for.
            let rests = matches!(lookout.rests(&mut ends_by), Lull::Quiet(_));
            if rests || ends_by(deadline.min(Instant::now() + FIRST_SLICE)) {
                return;
            }
        }
    }

    /// Hears what has come, and the end of it.
    fn hear_out(&mut self) {
        self.listen();
        if self.link.ending().is_some() {
            self.account.observed.partial = self.unheard();
            self.account.hearing.end();
        }
    }
}
