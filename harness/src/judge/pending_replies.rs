//! Automatic replies that the peer asked for and that are not sent yet.

use std::collections::VecDeque;

use crate::framing::EncodeError;
use crate::scenario::{AutomaticReply, Bindings};

/// The replies to messages that were passed over, in the order of these messages. Together they
/// are bounded, however often the peer asks.
#[derive(Debug)]
pub(super) struct PendingReplies {
    payloads: VecDeque<PendingPayload>,
    /// The size of all replies so far, sent or not.
    made: usize,
    /// The most bytes of all replies together.
    most: usize,
}

#[derive(Debug)]
pub(super) struct PendingPayload {
    pub(super) line: usize,
    pub(super) payload: Result<Vec<u8>, EncodeError>,
}

/// A reply that is sent next.
#[derive(Debug)]
pub struct NextReply {
    /// The line of the suite.
    pub line: usize,
    /// What is sent, or why the framing cannot carry it.
    pub bytes: Result<Vec<u8>, EncodeError>,
}

impl PendingReplies {
    pub(super) fn limited_to(most: usize) -> Self {
        Self {
            payloads: VecDeque::new(),
            made: 0,
            most,
        }
    }

    /// Adds a reply with these values.
    pub(super) fn add(&mut self, reply: &AutomaticReply, values: &Bindings) {
        if self.made > self.most {
            return;
        }
        let payload = reply.message.checked_payload(values);
        // An empty one takes memory too.
        let size = payload.as_ref().map_or(1, |it| it.len().max(1));
        self.made += size;
        let is_within = self.made <= self.most;
        self.payloads.push_back(PendingPayload {
            line: reply.line,
            payload: payload.and_then(|payload| {
                let (max, actual) = (self.most, self.made);
                is_within
                    .then_some(payload)
                    .ok_or(EncodeError::TooLongWhenFilled { max, actual })
            }),
        });
    }

    pub(super) fn take_next(&mut self) -> Option<PendingPayload> {
        self.payloads.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.payloads.is_empty()
    }
}
