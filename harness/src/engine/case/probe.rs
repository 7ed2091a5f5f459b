//! What a peer answers to messages of which nobody knows the answers.
//!
//! Each message is sent when the peer has finished with the one before. So it is known which
//! message an answer belongs to, and a peer that must not get two at once does not.

use std::time::Instant;

use super::connection::{ClosedConnection as _, Connection};
use super::waits::peer_socket;
use crate::engine::peer::{NotConnected, PeerConnection, Target};
use crate::engine::wait::{Awaited, Progress, WaitFor, Waiter};
use crate::judge::ProcessEnd;
use crate::peer::ExitStatus;
use crate::scenario::Limits;
use crate::vary::answers::{Answers, PeerEnd};
use crate::vary::source::OurEnd;
use crate::wire::diag::Inode;
use crate::wire::link::{LinkOptions, ReadResult, WriteResult};

/// What is sent to a peer.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct ProbeTask<'p> {
    /// The encoded messages.
    pub(in crate::engine) messages: &'p [Vec<u8>],
    /// Whether the peer is the first to send.
    pub(in crate::engine) peer_begins: bool,
    pub(in crate::engine) end: OurEnd,
    pub(in crate::engine) limits: &'p Limits,
    /// How long the peer may take for its answers to a message.
    pub(in crate::engine) awaiting: WaitFor,
}

/// Sends the messages over a connection of their own.
pub(in crate::engine) fn probe(
    task: ProbeTask<'_>,
    target: &Target,
    waiter: &mut Waiter<'_>,
) -> Result<Answers, NotConnected> {
    let options = LinkOptions {
        keep: task.limits.reply_bytes,
        ..LinkOptions::default()
    };
    let PeerConnection { link, client, .. } =
        target.connect(&options, waiter, task.limits.reply)?;
    let answers = Probe { task, link, waiter }.play();
    let Some(client) = client else {
        return Ok(answers);
    };
    let end = client.await_exit(waiter, task.limits.close);
    Ok(match end.outcome.end {
        ProcessEnd::Exited(ExitStatus::Signal(_)) => answers.of_death(),
        _ => answers,
    })
}

struct Probe<'p, 'w, 'a, C> {
    task: ProbeTask<'p>,
    link: C,
    waiter: &'w mut Waiter<'a>,
}

impl<C: Connection> Probe<'_, '_, '_, C> {
    fn play(mut self) -> Answers {
        let ProbeTask { messages, end, .. } = self.task;
        let mut seen = 0;
        if self.task.peer_begins {
            self.await_answers();
        }
        let mut turns = vec![self.news(&mut seen)];
        for (index, message) in messages.iter().enumerate() {
            if !self.send(message) {
                return early(turns, index);
            }
            self.await_answers();
            turns.push(self.news(&mut seen));
            if self.link.received().remaining() == 0 {
                return ended(turns, PeerEnd::TooMuch);
            }
            if self.link.ending().is_some() {
                return early(turns, index + 1);
            }
        }
        match end {
            OurEnd::Full => {
                let (received, _) = self.link.close().into_received();
                Answers {
                    turns,
                    last: received.bytes()[seen..].to_vec(),
                    end: PeerEnd::NotAwaited,
                }
            }
            OurEnd::Half => {
                self.link.close_write();
                let limit = self.task.limits.close;
                let mut awaited = AwaitAnswers {
                    link: &mut self.link,
                };
                self.waiter.wait(WaitFor::Close, limit, &mut awaited);
                Answers {
                    turns,
                    last: self.news(&mut seen),
                    end: match self.link.ending() {
                        _ if self.link.received().remaining() == 0 => PeerEnd::TooMuch,
                        Some(_) => PeerEnd::AfterOurs,
                        None => PeerEnd::Never,
                    },
                }
            }
        }
    }

    /// Whether all of it was sent: not if the peer has ended, or does not read.
    fn send(&mut self, message: &[u8]) -> bool {
        let deadline = Instant::now() + self.task.limits.reply;
        self.link.write_chunk(message, deadline) == WriteResult::All
    }

    /// Waits until the peer has nothing more to do.
    fn await_answers(&mut self) {
        let limit = self.task.limits.reply;
        let mut awaited = AwaitAnswers {
            link: &mut self.link,
        };
        self.waiter.wait(self.task.awaiting, limit, &mut awaited);
    }

    /// What came since the last call.
    fn news(&self, seen: &mut usize) -> Vec<u8> {
        let bytes = self.link.received().bytes();
        let news = bytes[*seen..].to_vec();
        *seen = bytes.len();
        news
    }
}

/// The answers of a peer that ended before our side.
fn early(turns: Vec<Vec<u8>>, received: usize) -> Answers {
    ended(turns, PeerEnd::Early { received })
}

fn ended(turns: Vec<Vec<u8>>, end: PeerEnd) -> Answers {
    Answers {
        turns,
        last: Vec::new(),
        end,
    }
}

/// A wait for all that the peer sends, until it ends.
struct AwaitAnswers<'c, C> {
    link: &'c mut C,
}

impl<C: Connection> Awaited for AwaitAnswers<'_, C> {
    fn poll(&mut self, until: Instant) -> Progress {
        if self.link.ending().is_some() {
            return Progress::Happened;
        }
        match self.link.read_more(until) {
            ReadResult::Ended(_) | ReadResult::Flooded => Progress::Happened,
            ReadResult::Enough => Progress::Moved,
            ReadResult::TimedOut => Progress::Nothing,
        }
    }

    fn is_in_flight(&mut self) -> bool {
        !self.link.is_settled()
    }

    fn peer_socket(&mut self) -> Option<Inode> {
        peer_socket(self.link)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::case::scripted::ScriptedConnection;
    use crate::engine::wait::scripted::Act::{self, Close, Read, ReadToEnd, Run, Send};
    use crate::engine::wait::scripted::{World, ms};
    use crate::engine::wait::{PeerTimings, Phase};

    const KEPT: usize = 32;
    const FLOOD: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

    fn end_of(program: &[Act]) -> PeerEnd {
        let world = World::new(program);
        let messages = [b"a\n".to_vec(), b"b\n".to_vec()];
        let task = ProbeTask {
            messages: &messages,
            peer_begins: false,
            end: OurEnd::Half,
            limits: &Limits::default(),
            awaiting: WaitFor::Turn,
        };
        let link = ScriptedConnection::new(&world, 100, KEPT);
        let waiter = &mut world.waiter(Phase::Batch, PeerTimings::default());
        Probe { task, link, waiter }.play().end
    }

    #[test]
    fn a_peer_that_sends_more_than_is_kept_is_not_said_to_end_early_or_never() {
        let rest = [Run(ms(100_000))];
        for program in [
            [&[Read(2), Send(FLOOD)][..], &rest].concat(),
            [&[Read(2), Read(2), Send(FLOOD)][..], &rest].concat(),
            [&[Read(2), Read(2), ReadToEnd, Send(FLOOD)][..], &rest].concat(),
        ] {
            assert_eq!(end_of(&program), PeerEnd::TooMuch, "{program:?}");
        }
        let correct = [Read(2), Send("x"), Read(2), ReadToEnd, Close];
        assert_eq!(end_of(&correct), PeerEnd::AfterOurs);
    }
}
