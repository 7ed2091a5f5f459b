//! What happened in one case, for people: bounded, in order.

use std::time::Duration;

use wirecheck_report::record::{Bytes, Role, WireAction, WireEvent};

use crate::wire::link::{ConnectionEnd, ObservedEnd, Received};

/// The most events of one side that are kept.
const MOST: usize = 96;

/// The events of one case, as they come; put into words only when asked.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// The first bytes of each chunk, one after the other.
    said: Vec<u8>,
    chunks: Vec<Chunk>,
    left: Option<(Duration, WireAction)>,
    received: Received,
    ending: Option<ObservedEnd>,
    /// What happened later does not belong to the case.
    over: Option<Duration>,
}

/// A chunk that we sent.
#[derive(Debug)]
struct Chunk {
    at: Duration,
    /// Where what is kept of it ends.
    end: usize,
    /// How long it was.
    len: usize,
}

impl Log {
    pub(super) fn said(&mut self, bytes: &[u8], at: Duration) {
        if self.chunks.len() < MOST {
            self.said
                .extend_from_slice(&bytes[..bytes.len().min(Bytes::KEPT)]);
            self.chunks.push(Chunk {
                at,
                end: self.said.len(),
                len: bytes.len(),
            });
        }
    }

    pub(super) fn fin(&mut self, at: Duration) {
        self.left = Some((at, WireAction::Fin));
    }

    /// Says that the case is over; only the connection is still to be cleared away.
    pub(super) fn stop(&mut self, at: Duration) {
        self.over = Some(at);
    }

    pub(super) fn reset(&mut self, at: Duration) {
        self.left = Some((at, WireAction::Reset));
    }

    pub(super) fn received(&mut self, received: Received, ending: Option<ObservedEnd>) {
        self.received = received;
        self.ending = ending;
    }

    /// The events in order, `us` being the side that wirecheck plays.
    pub(super) fn events(&self, us: Role) -> Vec<WireEvent> {
        let them = match us {
            Role::Client => Role::Server,
            Role::Server => Role::Client,
        };
        let mut events = Vec::new();
        let mut start = 0;
        for chunk in &self.chunks {
            let mut bytes = Bytes::of(&self.said[start..chunk.end]);
            bytes.len = chunk.len as u64;
            events.push(event(chunk.at, us, WireAction::Sent(bytes)));
            start = chunk.end;
        }
        let mut start = 0;
        for arrival in self.received.arrivals().iter().take(MOST) {
            let bytes = &self.received.bytes()[start..arrival.end];
            events.push(event(arrival.at, them, WireAction::Sent(Bytes::of(bytes))));
            start = arrival.end;
        }
        events.extend(self.left.clone().map(|(at, how)| event(at, us, how)));
        events.extend(
            self.ending
                .and_then(|ending| Some(event(ending.at, them, happening(ending.how)?))),
        );
        let over = self.over.map_or(u64::MAX, micros);
        events.retain(|event| event.at_us <= over);
        events.sort_by_key(|event| event.at_us);
        events
    }
}

fn happening(end: ConnectionEnd) -> Option<WireAction> {
    match end {
        ConnectionEnd::Eof => Some(WireAction::Fin),
        ConnectionEnd::Reset => Some(WireAction::Reset),
        ConnectionEnd::Broken { errno } => Some(WireAction::Broke(format!("system error {errno}"))),
        ConnectionEnd::Ours => None,
    }
}

fn event(at: Duration, by: Role, what: WireAction) -> WireEvent {
    WireEvent {
        at_us: micros(at),
        by,
        what,
    }
}

/// A time as records hold it.
pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
