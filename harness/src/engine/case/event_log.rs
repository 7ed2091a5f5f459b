//! What happened in one case, for people: bounded, and in order.

use std::time::Duration;

use wirecheck_report::record::{Bytes, Role, WireAction, WireEvent};

use crate::engine::state::micros;
use crate::scenario::{ConnectionName, Scenario};
use crate::wire::link::{ConnectionEnd, ObservedEnd, Received};

/// The most events of one side that are kept.
const MOST: usize = 96;

/// The events of one case. They become record entries only where they are asked for.
#[derive(Debug, Default)]
pub(in crate::engine) struct EventLog {
    /// The first bytes of each chunk, one after the other.
    sent: Vec<u8>,
    chunks: Vec<SentChunk>,
    /// How and when wirecheck's side ended.
    our_end: Option<(Duration, WireAction)>,
    received: Received,
    ending: Option<ObservedEnd>,
    /// What happens later does not belong to the case.
    over_at: Option<Duration>,
    opening: Opening,
    /// What happened on the other connections of the exchange.
    others: Vec<Self>,
}

/// Which connection of an exchange it is, and when it was opened.
#[derive(Clone, Debug, Default)]
pub(super) struct Opening {
    /// `None` if it has no name.
    connection: Option<ConnectionName>,
    /// In microseconds after that of the connection that the case is about. Negative if it was
    /// opened before.
    at_us: i64,
}

impl Opening {
    /// That of a connection of which so much time has passed, when so much of the one has passed
    /// that the case is about.
    pub(super) fn of(scenario: &Scenario, passed: Duration, passed_of_main: Duration) -> Self {
        let microseconds = |time| i64::try_from(micros(time)).unwrap_or(i64::MAX);
        Self {
            connection: scenario.connection().and_then(|it| it.name().cloned()),
            at_us: microseconds(passed_of_main) - microseconds(passed),
        }
    }
}

#[derive(Debug)]
struct SentChunk {
    at: Duration,
    /// Where in `sent` its kept bytes end.
    end: usize,
    /// Its real length.
    len: usize,
    action: fn(Bytes) -> WireAction,
}

impl EventLog {
    pub(super) fn set_opening(&mut self, opening: Opening) {
        self.opening = opening;
    }

    pub(super) fn set_others(&mut self, others: Vec<Self>) {
        self.others = others;
    }

    pub(super) fn sent(&mut self, bytes: &[u8], at: Duration) {
        self.add(bytes, at, WireAction::Sent);
    }

    /// An automatic reply.
    pub(super) fn replied(&mut self, bytes: &[u8], at: Duration) {
        self.add(bytes, at, WireAction::Replied);
    }

    fn add(&mut self, bytes: &[u8], at: Duration, action: fn(Bytes) -> WireAction) {
        if self.chunks.len() < MOST {
            self.sent
                .extend_from_slice(&bytes[..bytes.len().min(Bytes::KEPT)]);
            self.chunks.push(SentChunk {
                at,
                end: self.sent.len(),
                len: bytes.len(),
                action,
            });
        }
    }

    /// What the peer sent, as far as it is kept.
    pub(super) fn received(&self) -> &[u8] {
        self.received.bytes()
    }

    pub(super) fn sent_fin(&mut self, at: Duration) {
        self.our_end = Some((at, WireAction::Fin));
    }

    pub(super) fn sent_reset(&mut self, at: Duration) {
        self.our_end = Some((at, WireAction::Reset));
    }

    /// Marks the end of the case: only the connection remains to be closed.
    pub(super) fn end_case(&mut self, at: Duration) {
        self.over_at = Some(at);
    }

    pub(super) fn receive(&mut self, received: Received, ending: Option<ObservedEnd>) {
        self.received = received;
        self.ending = ending;
    }

    /// How the peer ended the connection, if it did so in the case.
    pub(super) fn end_of_peer(&self) -> Option<ConnectionEnd> {
        let over = self.over_at.unwrap_or(Duration::MAX);
        let ending = self.ending.filter(|it| it.at <= over);
        ending.map(|it| it.how)
    }

    /// The events in order, with `us` as the side that wirecheck plays.
    pub(in crate::engine) fn events(&self, us: Role) -> Vec<WireEvent> {
        let them = us.other();
        let mut events = Vec::new();
        let mut start = 0;
        for chunk in &self.chunks {
            let mut bytes = Bytes::of(&self.sent[start..chunk.end]);
            bytes.len = chunk.len as u64;
            events.push(event(chunk.at, us, (chunk.action)(bytes)));
            start = chunk.end;
        }
        let mut start = 0;
        for arrival in self.received.arrivals().iter().take(MOST) {
            let bytes = &self.received.bytes()[start..arrival.end];
            events.push(event(arrival.at, them, WireAction::Sent(Bytes::of(bytes))));
            start = arrival.end;
        }
        let our_end = self.our_end.clone();
        events.extend(our_end.map(|(at, how)| event(at, us, how)));
        let their_end = self
            .ending
            .and_then(|ending| Some(event(ending.at, them, happening(ending.how)?)));
        events.extend(their_end);
        let over = self.over_at.map_or(u64::MAX, micros);
        events.retain(|event| event.at_us <= over);
        for event in &mut events {
            event.at_us = event.at_us.saturating_add_signed(self.opening.at_us);
            event.on = self.opening.connection.as_ref().map(ToString::to_string);
        }
        events.extend(self.others.iter().flat_map(|other| other.events(us)));
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
        on: None,
        what,
    }
}
