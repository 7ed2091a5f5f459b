//! How the connection ends.

use std::time::{Duration, Instant};

use super::{Awaited, FIRST_SLICE, Go, Player};
use crate::judge::{CloseCheck, ObservedClose};
use crate::run::account::Played;
use crate::run::leaving::{await_gone, lingers, of_peer};
use crate::run::lookout::Lull;
use crate::scenario::{Action, Close, Permission, Step};
use crate::wire::link::{CloseSignal, ReadResult};

/// How long a peer is given to close a connection on which something went wrong.
const FAREWELL: Duration = Duration::from_millis(100);

impl<'s> Player<'s, '_, '_> {
    /// Every step that is left: what the peer says, then how either side closes.
    pub(super) fn end_as_scripted(mut self) -> Played<'s> {
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

    pub(super) fn end_half(&mut self) {
        let own_close = self.own_close();
        if self.await_steps(own_close) == Go::Stop {
            return;
        }
        self.close_write();
        if self.await_steps(self.part.due.end) == Go::On {
            let scripted = self.part.due.end == self.part.exchange.len();
            self.await_end(scripted.into());
        }
    }

    pub(super) fn end_fin(mut self) -> Played<'s> {
        match self.await_steps(self.part.due.end) {
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
                self.account.observed.close_check = CloseCheck::StaysOpen {
                    proof: waited,
                    seen,
                };
                Go::Stop
            }
            None => {
                self.lookout.ended();
                self.account.observed.close_check = CloseCheck::Closed;
                Go::On
            }
        }
    }

    pub(super) fn note_end(&mut self, due: Permission) {
        if let Some(ending) = self.link.ending()
            && let Some(how) = of_peer(ending.how)
        {
            self.account
                .observed
                .peer_close
                .get_or_insert(ObservedClose { how, allowed: due });
        }
    }

    fn close(mut self) -> Played<'s> {
        self.note_end(Permission::Allowed);
        let at = self.link.elapsed();
        let mut remains = self.link.close();
        match remains.close_signal {
            CloseSignal::Reset => self.account.log.reset(at),
            CloseSignal::Fin | CloseSignal::Nothing => self.account.log.fin(at),
        }
        let closing = await_gone(&mut remains, self.lookout, self.part.limits.close);
        self.account.close(remains, closing)
    }

    fn reset(mut self) -> Played<'s> {
        self.account.log.reset(self.link.elapsed());
        self.account.close(self.link.reset(), CloseCheck::Closed)
    }

    /// Ends the play where it stands. A peer that has not ended the connection is
    /// left in peace: a reset would be one thing more that it has to cope with.
    pub(super) fn finish(mut self) -> Played<'s> {
        self.lookout.settle(&mut self.link);
        self.hear_out();
        self.account.log.stop(self.link.elapsed());
        self.note_end(Permission::Forbidden);
        let closing = std::mem::take(&mut self.account.observed.close_check);
        if self.link.ending().is_some() {
            return self.account.close(self.link.reset(), closing);
        }
        // What it says to a farewell is no part of the case.
        self.account.seal();
        if closing == CloseCheck::NotChecked {
            self.say_farewell();
        }
        self.account.close(self.link.close(), closing)
    }

    /// Ends our side, and gives the peer a moment to end its own.
    fn say_farewell(&mut self) {
        self.link.close_write();
        let deadline = Instant::now() + FAREWELL;
        let Self { link, lookout, .. } = self;
        let mut ends_by = |until: Instant| link.read_to_end(until) != ReadResult::TimedOut;
        while Instant::now() < deadline {
            // Its kernel may be slow to acknowledge our FIN: that is not waited for.
            let rests = matches!(lookout.rests(&mut ends_by), Lull::Quiet(_));
            if rests || ends_by(deadline.min(Instant::now() + FIRST_SLICE)) {
                return;
            }
        }
    }

    /// Hears what has come, and the end of it.
    pub(super) fn hear_out(&mut self) {
        self.listen();
        if self.link.ending().is_some() {
            self.account.observed.partial = self.unheard();
            self.account.hearing.end_of_stream();
        }
    }
}
