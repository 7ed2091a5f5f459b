//! Plays one side of an exchange over one connection, under one delivery.
//!
//! A chunk is sent when every answer that the exchange expects before it has come;
//! what the peer says meanwhile is heard at once. The play stops at the first thing
//! that goes wrong, and what was observed is left for the judge.

mod deliver;
mod ending;

use deliver::Held;

use std::time::{Duration, Instant};

use crate::judge::{Expectations, ExpectedSteps, MissingOutput, SilenceProof, UnreadState};
use crate::peer::{OutputMark, OutputWait};
use crate::run::account::{Account, Played};
use crate::run::lookout::{Bound, Lookout, Lull};
use crate::run::target::Target;
use crate::run::voice::Voice;
use crate::scenario::{Action, Side, Step, Template};
use crate::tactic::{Delivery, DeliveryEnd, Script};
use crate::wire::diag::{Holder, SocketLookup};
use crate::wire::link::{Link, ReadResult};

/// How long a peer that does not read or answer is given before it is looked at: at
/// first, and at most.
const FIRST_SLICE: Duration = Duration::from_millis(1);
const LAST_SLICE: Duration = Duration::from_millis(20);
/// How long what a peer printed may be on its way through a pipe.
const PIPE_DELAY: Duration = Duration::from_millis(250);

/// What one case is played with.
pub(super) struct Part<'s> {
    pub(super) exchange: &'s [Step],
    pub(super) side: Side,
    pub(super) script: &'s Script,
    pub(super) delivery: &'s Delivery,
    pub(super) due: ExpectedSteps,
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
    output: Option<(&'l Target, OutputMark)>,
    /// The step of the exchange that the play has come to.
    at: usize,
    /// What lies unread although more has followed.
    held: Option<Held>,
    account: Account<'s>,
}

impl<'s, 'l, 'g> Player<'s, 'l, 'g> {
    pub(super) fn new(
        part: &'l Part<'s>,
        link: Link,
        hearing: Expectations<'s>,
        voice: Voice<'s>,
        lookout: &'l mut Lookout<'g>,
        output: Option<(&'l Target, OutputMark)>,
    ) -> Self {
        Self {
            part,
            link,
            voice,
            lookout,
            output,
            at: 0,
            held: None,
            account: Account::open(hearing),
        }
    }

    /// Plays to the end, or to where something goes wrong.
    pub(super) fn play(mut self) -> Played<'s> {
        if self.deliver() == Go::On {
            match self.part.delivery.end() {
                DeliveryEnd::Half => self.end_half(),
                DeliveryEnd::Fin => return self.end_fin(),
                _ => return self.end_as_scripted(),
            }
        }
        self.finish()
    }

    fn listen(&mut self) {
        let received = self.link.received().bytes();
        if received.len() > self.account.heard {
            self.account
                .hearing
                .receive(&received[self.account.heard..]);
            self.account.heard = received.len();
        }
    }

    /// Waits for what the peer is to say and print before `step`.
    fn await_steps(&mut self, step: usize) -> Go {
        let step = step.min(self.part.due.end);
        while self.at < step {
            let current = &self.part.exchange[self.at];
            let go = match &current.action {
                _ if current.side == self.part.side => Go::On,
                Action::Send(_) => self.await_message(self.at, current.within),
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
        let has_come = |hearing: &Expectations<'_>| {
            hearing
                .step_expected_after(hearing.accepted())
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
                self.account.observed.missing_output = Some(MissingOutput::Message(waited));
                self.account.observed.partial = self.unheard();
                let held = self.held.as_ref().map(|held| held.unread);
                self.account.observed.not_read = self.never_accepted().or(held);
            }
        }
        if has_come(&self.account.hearing) && self.account.hearing.mismatch().is_none() {
            Go::On
        } else {
            Go::Stop
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
    ) -> Option<SilenceProof> {
        let begun = Instant::now();
        let mut slice = FIRST_SLICE;
        loop {
            self.hear_out();
            if self.link.ending().is_some() {
                return None;
            }
            if is_so(self) || self.account.hearing.mismatch().is_some() {
                return None;
            }
            if bound.is_over() {
                self.lookout.waited_in_vain();
                return Some(SilenceProof::TimeLimit(bound.limit));
            }
            if self.lookout.is_stopped() {
                return Some(SilenceProof::TimeLimit(begun.elapsed()));
            }
            let heard = self.account.heard;
            let until = bound.deadline.min(Instant::now() + slice);
            match self
                .link
                .read_until(|received| received.bytes().len() > heard, until)
            {
                ReadResult::Enough | ReadResult::Ended(_) => {}
                ReadResult::Flooded => return Some(SilenceProof::ReplyLimit),
                ReadResult::TimedOut => {
                    match self.lookout.lull(&mut self.link, bound) {
                        Lull::Quiet(time) => return Some(SilenceProof::Idle(time)),
                        Lull::Busy if awaited == Awaited::End => {
                            if let Some(time) = self.lookout.spins(bound) {
                                return Some(SilenceProof::Spinning(time));
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
                OutputWait::Found(_) | OutputWait::Overrun => return Go::On,
                OutputWait::Closed => break,
                OutputWait::TimedOut => {}
            }
            let asleep = matches!(self.lookout.lull(&mut self.link, bound), Lull::Quiet(_));
            if asleep || bound.is_over() || self.lookout.is_stopped() {
                break;
            }
        }
        if let OutputWait::Found(_) = target.await_output(&text, since, Instant::now() + PIPE_DELAY)
        {
            return Go::On;
        }
        let actual = target.printed();
        self.account.observed.missing_output = Some(MissingOutput::Print {
            step,
            expected: text,
            actual,
        });
        Go::Stop
    }
}
