//! Automatic replies: what our side sends because the peer asked for it outside of the exchange.
//!
//! A reply is no part of the stream that a delivery cuts. It is sent whole, as soon as our stream
//! stands between two messages. The next chunk waits until the peer has read it, so that one `recv`
//! returns one of them. After our end, and inside a message that the delivery does not complete, no
//! reply can be sent. Then some findings may be its consequence, and they are not judged.

use std::time::Instant;

use super::after_close::unread_state;
use super::connection::Connection;
use super::conversation::{Assignment, Conversation, Next};
use super::outgoing::Unsendable;
use super::transcript::Transcript;
use super::waits::{AwaitRead, ChunkGoal};
use crate::engine::wait::{More, WaitFor};
use crate::judge::{Finding, FindingKind, PeerClose};
use crate::scenario::TruncationReply;
use crate::tactic::DeliveryEnd;
use crate::wire::link::{SendResult, WriteResult};

/// Whether our stream has a place for a reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    #[default]
    BetweenMessages,
    /// A message is incomplete, or malformed: a reply would become a part of it.
    InsideMessage,
    /// Our side or the peer has ended.
    AfterEnd,
}

/// The replies of one connection.
#[derive(Debug, Default)]
pub(super) struct Replies {
    place: Place,
    /// The rest of a reply of which the buffers took a part.
    unwritten: Vec<u8>,
}

impl Replies {
    pub(super) fn stand(&mut self, place: Place) {
        if self.place != Place::AfterEnd {
            self.place = place;
        }
    }

    /// Checks what has come, and sends the replies to it where there is a place for them. Says
    /// whether anything came or was sent. It does not wait: `now` is the time of the call.
    pub(super) fn receive(
        &mut self,
        link: &mut impl Connection,
        transcript: &mut Transcript<'_>,
        now: Instant,
    ) -> bool {
        if transcript.has_unread_reply && link.prove(now) == SendResult::Proven {
            transcript.has_unread_reply = false;
        }
        let has_come = transcript.receive(link.received());
        self.send(link, transcript, now) || has_come
    }

    fn send(
        &mut self,
        link: &mut impl Connection,
        transcript: &mut Transcript<'_>,
        now: Instant,
    ) -> bool {
        if self.place != Place::BetweenMessages {
            return false;
        }
        let mut has_sent = self.write(link, now);
        while self.unwritten.is_empty()
            && self.place == Place::BetweenMessages
            && let Some(reply) = transcript.expectations.next_reply()
        {
            let bytes = match reply.bytes {
                Ok(bytes) => bytes,
                Err(error) => {
                    transcript.unsendable = Some(Unsendable::of_reply(reply.line, error));
                    self.stand(Place::AfterEnd);
                    break;
                }
            };
            self.unwritten.clone_from(&bytes);
            let begun = link.elapsed();
            self.write(link, now);
            if self.place == Place::BetweenMessages {
                transcript.log.replied(&bytes, begun);
                transcript.has_unread_reply = true;
                has_sent = true;
            }
        }
        has_sent
    }

    /// Writes what the buffers take, and says whether they took anything.
    fn write(&mut self, link: &mut impl Connection, now: Instant) -> bool {
        if self.unwritten.is_empty() {
            return false;
        }
        let before = self.unwritten.len();
        match link.write_chunk(&self.unwritten, now) {
            WriteResult::All => self.unwritten.clear(),
            WriteResult::Stalled { unwritten } => {
                self.unwritten.drain(..before - unwritten);
            }
            WriteResult::Ended(_) => {
                self.unwritten.clear();
                self.stand(Place::AfterEnd);
                return false;
            }
        }
        self.unwritten.len() < before
    }
}

impl<C: Connection> Conversation<'_, '_, '_, C> {
    /// Waits until the peer has read the replies, before it gets the next chunk. A reply that it
    /// leaves unread is no fault: it may read when more comes.
    pub(super) fn await_replies_read(&mut self) -> Next {
        if !self.transcript.has_unread_reply || self.unread.is_some() {
            return Next::Continue;
        }
        let limit = self.assignment.limits().reply;
        let bytes = std::mem::take(&mut self.replies.unwritten);
        let now = self.waiter.clock().now();
        let sent = if bytes.is_empty() {
            self.link.prove(now)
        } else {
            self.link.send(&bytes, now)
        };
        let mut awaited = AwaitRead {
            link: &mut self.link,
            transcript: &mut self.transcript,
            bytes: &bytes,
            sent,
            goal: ChunkGoal::Read,
        };
        let more = More::Follows;
        self.waiter
            .wait(WaitFor::Read { more }, limit, &mut awaited);
        match awaited.sent {
            SendResult::Proven | SendResult::Unverified(_) => {
                self.transcript.has_unread_reply = false;
                Next::Continue
            }
            SendResult::Stalled(stall) if stall.unwritten > 0 => {
                let state = unread_state(&stall);
                self.transcript.observations.not_read = Some(state);
                Next::Stop
            }
            SendResult::Stalled(_) | SendResult::Ended(_) => Next::Continue,
        }
    }
}

/// What a missing or unread reply leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) enum ReplyDoubt {
    /// The delivery leaves no place for it: the peer may be right to stop.
    Withheld,
    /// The peer closed before it read the reply: its kernel then resets the connection.
    Unread,
}

/// Takes the findings away that a correct peer may cause which did not get its reply, or not in
/// time, and says why.
pub(super) fn take_doubtful(
    findings: &mut Vec<Finding>,
    transcript: &Transcript<'_>,
    assignment: &Assignment<'_>,
) -> Option<ReplyDoubt> {
    let doubt = |finding: &Finding| {
        let truncation = &assignment.played.scenario.adversary().truncation;
        let may_follow = may_follow_from_no_reply(finding.kind(), truncation);
        if may_follow && is_withheld(transcript, assignment) {
            return Some(ReplyDoubt::Withheld);
        }
        let is_unread = transcript.has_unread_reply && is_reset(finding);
        is_unread.then_some(ReplyDoubt::Unread)
    };
    let doubts: Vec<_> = findings.iter().map(doubt).collect();
    let all = !doubts.is_empty() && doubts.iter().all(Option::is_some);
    let first = doubts.into_iter().flatten().next().filter(|_| all)?;
    findings.clear();
    Some(first)
}

/// Whether the delivery, and not the exchange, keeps a reply from the peer.
fn is_withheld(transcript: &Transcript<'_>, assignment: &Assignment<'_>) -> bool {
    let delivery = assignment.delivery;
    let has_end_of_its_own = delivery.end() != DeliveryEnd::AsScripted || transcript.gave_up;
    transcript.expectations.lacks_reply() && (has_end_of_its_own || delivery.edit().is_some())
}

/// Whether a correct peer may do this that does not get a reply: it does less than it should, or
/// complains.
fn may_follow_from_no_reply(kind: FindingKind, truncation: &TruncationReply) -> bool {
    match kind {
        FindingKind::NoAnswer
        | FindingKind::WrongAnswer
        | FindingKind::EndedEarly
        | FindingKind::NotPrinted
        | FindingKind::PrintsOther
        | FindingKind::WrongExit
        | FindingKind::WrongClose
        | FindingKind::ConnectsAgain => true,
        // An answer to a truncated message does not follow. A complaint is a finding only here.
        FindingKind::Surplus => matches!(
            truncation,
            TruncationReply::Silent | TruncationReply::Matches(_)
        ),
        _ => false,
    }
}

fn is_reset(finding: &Finding) -> bool {
    matches!(
        finding,
        Finding::WrongClose {
            how: PeerClose::Reset,
            ..
        }
    )
}
