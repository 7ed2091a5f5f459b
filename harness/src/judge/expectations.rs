//! Reads the peer's stream, message by message, against the exchange.

use super::open_messages::{ExpectedMessage, OpenMessages};
use super::pending_replies::{NextReply, PendingPayload, PendingReplies};
use crate::framing::{Decoded, Decoder, Framing, HttpMessage, Malformation, StreamEnd, Truncation};
use crate::scenario::{
    Action, Bindings, Body, BoundValue, BytePattern, ExchangeFramings, IgnoredMessage, Message,
    MessagePattern, Obligation, PrefixEnd, PrefixSearch, Refusal, Scenario, Side, Step,
    VariableName,
};

/// The most bytes that are kept of what was not accepted.
const UNACCEPTED_KEPT: usize = 4 << 10;

/// What the peer must send in one case, and how much of that it has sent.
#[derive(Debug)]
pub struct Expectations<'s> {
    scenario: &'s Scenario,
    exchange: &'s [Step],
    peer: Side,
    framings: &'s ExchangeFramings,
    /// The section of the exchange that the decoder reads.
    section: usize,
    /// What the peer may send at any time.
    ignored: &'s [IgnoredMessage],
    /// What it asks for with that.
    replies: PendingReplies,
    /// The last step in which our side has sent a message.
    sent: usize,
    messages: OpenMessages<'s>,
    last_accepted: Vec<u8>,
    /// How many whole messages were read, those that are ignored included.
    read: usize,
    decoder: Decoder,
    bindings: Bindings,
    /// The first bytes since the last message that was accepted or ignored.
    unaccepted: Vec<u8>,
    /// What has arrived of an expected message without boundaries.
    unframed: Vec<u8>,
    /// What has arrived of a message that has a value of another connection, which is not known
    /// yet.
    held: Vec<u8>,
    /// Looks for the end of it, if an expression says where that is.
    search: Option<PrefixSearch>,
    /// Whether the end of the stream was taken: it ends a message once.
    has_ended: bool,
    mismatch: Option<Mismatch>,
}

/// The first difference between what the peer sent and what was expected. Bytes after
/// it are not judged.
#[derive(Clone, Debug, PartialEq)]
pub enum Mismatch {
    /// A whole message with the wrong content.
    Refused {
        /// The step that expects another message.
        step: usize,
        /// What is wrong with it.
        refusal: Refusal,
        /// The message that arrived.
        actual: Vec<u8>,
    },
    /// Bytes that the framing does not allow.
    Malformed {
        /// The step that expects a message.
        step: usize,
        /// The rule that they break.
        why: Malformation,
    },
    /// The stream ended inside a message.
    CutShort {
        /// The step that expects the whole message.
        step: usize,
        /// Where it ended.
        at: Truncation,
    },
    /// Bytes beyond the last expected message, or before the message that they would
    /// answer was sent.
    Surplus,
}

/// A message in whose place the answer to a later one came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overtaken {
    /// It has come since.
    ComesAfter,
    /// It has not come.
    Missing,
}

impl<'s> Expectations<'s> {
    /// Expects what `peer` sends in a scenario. `bindings` has the fresh value of this
    /// case.
    #[must_use]
    pub fn new(scenario: &'s Scenario, peer: Side, bindings: Bindings) -> Self {
        let (exchange, framings) = (scenario.exchange(), scenario.framings());
        let messages = OpenMessages::new(exchange, peer);
        let first = messages.next().first().map_or(0, |it| it.step);
        Self {
            scenario,
            exchange,
            peer,
            framings,
            section: framings.section(first),
            ignored: scenario.ignored(),
            replies: PendingReplies::limited_to(scenario.limits().stream_bytes),
            sent: 0,
            messages,
            last_accepted: Vec::new(),
            read: 0,
            decoder: framings.at(peer, first).decoder(),
            bindings,
            unaccepted: Vec::new(),
            unframed: Vec::new(),
            held: Vec::new(),
            search: None,
            has_ended: false,
            mismatch: None,
        }
    }

    /// Takes the next bytes from the peer.
    pub fn receive(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && self.mismatch.is_none() {
            if self.awaits_other_connection() {
                self.held.extend_from_slice(bytes);
                return;
            }
            let (before, read) = (bytes, self.read);
            self.receive_part(&mut bytes);
            if self.read == read {
                self.keep_unaccepted(&before[..before.len() - bytes.len()]);
            } else {
                self.unaccepted.clear();
            }
        }
        if self.mismatch.is_some() {
            self.keep_unaccepted(bytes);
        }
    }

    /// Whether the answer to a later message came in the place of the refused one.
    #[must_use]
    pub fn overtaken(&self) -> Option<Overtaken> {
        let Some(Mismatch::Refused { step, actual, .. }) = &self.mismatch else {
            return None;
        };
        let refused = self.messages.at(*step)?.message;
        let mut later = self.messages.after(*step);
        later.find(|it| is_distinct(it.message) && self.would_accept(it.message, actual))?;
        let after = self.messages_after_refused();
        let has_come = after.iter().any(|it| self.would_accept(refused, it));
        Some(if has_come {
            Overtaken::ComesAfter
        } else {
            Overtaken::Missing
        })
    }

    /// The whole messages behind a refused one. They only help to explain it.
    fn messages_after_refused(&self) -> Vec<Vec<u8>> {
        let mut decoder = self.framing().decoder();
        let mut bytes = self.unaccepted.as_slice();
        let mut messages = Vec::new();
        while !bytes.is_empty()
            && let Decoded::Message(payload) = decoder.decode(&mut bytes)
        {
            messages.push(payload.to_vec());
        }
        messages.drain(..messages.len().min(1));
        messages
    }

    fn keep_unaccepted(&mut self, bytes: &[u8]) {
        let free = UNACCEPTED_KEPT - self.unaccepted.len();
        self.unaccepted
            .extend_from_slice(&bytes[..bytes.len().min(free)]);
    }

    /// Takes the end of the peer's stream. It may be seen several times.
    pub fn end_of_stream(&mut self) {
        if self.mismatch.is_some() || self.has_ended || !self.held.is_empty() {
            return;
        }
        self.has_ended = true;
        match self.decoder.finish() {
            StreamEnd::Message(payload) => {
                let payload = payload.to_vec();
                self.take(&payload);
            }
            StreamEnd::Truncated(at) => {
                let next = self.messages.next();
                self.mismatch = Some(match self.blamed(&next) {
                    Some(step) => Mismatch::CutShort { step, at },
                    None => Mismatch::Surplus,
                });
            }
            StreamEnd::Clean | StreamEnd::Malformed(_) => {}
        }
    }

    /// How many messages were accepted.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.messages.count()
    }

    /// The last step in which an answer was accepted, required or one of `many`.
    #[must_use]
    pub fn furthest_answer(&self) -> Option<usize> {
        self.messages.furthest_answer()
    }

    /// The last step in which a required message was accepted.
    #[must_use]
    pub fn last_answer(&self) -> Option<usize> {
        self.messages.furthest_step()
    }

    /// The first step whose message is missing.
    #[must_use]
    pub fn next_answer(&self) -> Option<usize> {
        self.messages.required().map(|it| it.step)
    }

    /// Whether the message of a step has been accepted, or need not come.
    #[must_use]
    pub fn has_come(&self, step: usize) -> bool {
        self.messages.is_done(step)
    }

    /// The step after that of the last accepted message; 0 if there is none.
    #[must_use]
    pub fn answered(&self) -> usize {
        self.last_answer().map_or(0, |step| step + 1)
    }

    /// How many bytes of an incomplete message have arrived.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.unframed.len() + self.decoder.pending() + self.held.len()
    }

    /// What the peer sent wrong, if it did.
    #[must_use]
    pub fn mismatch(&self) -> Option<&Mismatch> {
        self.mismatch.as_ref()
    }

    /// The fresh value and what was captured so far.
    #[must_use]
    pub fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    /// Whether every variable that the message uses has a value by now.
    #[must_use]
    pub fn can_fill(&self, message: &Message) -> bool {
        let mut names = message.used_variables().into_iter();
        names.all(|name| self.bindings.defines(name.as_str()))
    }

    /// Takes over what was captured on another connection of the exchange.
    pub fn learn(&mut self, names: &[VariableName], values: &Bindings) {
        self.bindings.take_over(names, values);
        let held = std::mem::take(&mut self.held);
        self.receive(&held);
    }

    /// Whether the next message has a value that another connection of the exchange captures
    /// first. It may arrive before that one is read.
    fn awaits_other_connection(&self) -> bool {
        let foreign = self.scenario.foreign_variables().iter();
        let mut awaited = foreign.filter(|name| !self.bindings.defines(name.as_str()));
        awaited.any(|name| {
            let next = self.messages.next();
            let mut used = next.iter().flat_map(|it| it.message.used_variables());
            used.any(|used| used == *name)
        })
    }

    /// Whether a payload would be accepted as this message by now.
    fn would_accept(&self, message: &Message, payload: &[u8]) -> bool {
        let mut bindings = self.bindings.clone();
        let framing = self.framing();
        self.can_fill(message) && message.accept(payload, framing, &mut bindings).is_ok()
    }

    /// Takes the first automatic reply that is not sent yet. It is encoded for the place that both
    /// streams have reached.
    pub fn next_reply(&mut self) -> Option<NextReply> {
        let PendingPayload { line, payload } = self.replies.take_next()?;
        let next = self.messages.next();
        let theirs = next.first().map_or(self.exchange.len(), |it| it.step);
        let framing = self.framings.at(self.peer.other(), theirs.max(self.sent));
        Some(NextReply {
            line,
            bytes: payload
                .and_then(|it| framing.encode(&it))
                .map(|encoded| encoded.bytes),
        })
    }

    /// Whether the peer has asked for an automatic reply that was not sent.
    #[must_use]
    pub fn lacks_reply(&self) -> bool {
        !self.replies.is_empty()
    }

    /// The framing of what the peer sends next.
    fn framing(&self) -> &'s Framing {
        match self.messages.next().first() {
            Some(next) => self.framings.at(self.peer, next.step),
            None => self.framings.at(self.peer, self.exchange.len()),
        }
    }

    /// Reads on in another framing, if that of the next message is another one.
    fn follow_framing(&mut self) {
        let next = self.messages.next();
        let section = next.first().map(|it| self.framings.section(it.step));
        if let Some(section) = section.filter(|it| *it != self.section) {
            self.section = section;
            self.decoder = self.framing().decoder();
        }
    }

    /// Captures from the message that wirecheck's side sends in a step.
    pub fn note_sent(&mut self, step: usize) {
        let Some(Step {
            side,
            action: Action::Send(message),
            ..
        }) = self.exchange.get(step)
        else {
            return;
        };
        self.sent = self.sent.max(step);
        let framing = self.framings.at(*side, step);
        let sent = message.outgoing_as_read(framing, &self.bindings);
        // A valid suite matches its own messages: accepting this one only captures.
        _ = message.accept(&sent, framing, &mut self.bindings);
    }

    /// The first bytes that came after the last message that was accepted or ignored.
    #[must_use]
    pub fn unaccepted(&self) -> &[u8] {
        &self.unaccepted
    }

    /// The payload that a step sends or expects, where its values are known.
    #[must_use]
    pub fn payload(&self, step: usize) -> Option<Vec<u8>> {
        match &self.exchange.get(step)?.action {
            Action::Send(message) if self.can_fill(message) => {
                Some(message.outgoing_payload(&self.bindings))
            }
            _ => None,
        }
    }

    /// What a program may print of the message in a step: its payload, or the body of a message
    /// of HTTP.
    pub(super) fn content(&self, step: usize) -> Option<Vec<u8>> {
        let payload = self.payload(step)?;
        let side = self.exchange.get(step)?.side;
        if let Framing::Http1(_) = self.framings.at(side, step)
            && let Ok(message) = HttpMessage::parse(&payload)
        {
            return Some(message.body.into_owned());
        }
        Some(payload)
    }

    /// The bytes of the next message if all its values that are not known yet were empty: the
    /// answer to an empty message. `None` if all are known.
    pub(super) fn answer_to_nothing(&self) -> Option<Vec<u8>> {
        let ExpectedMessage {
            message: next,
            step,
            ..
        } = self.messages.required()?;
        if self.can_fill(next) {
            return None;
        }
        let mut bindings = self.bindings.clone();
        for name in next.used_variables() {
            if !self.bindings.defines(name.as_str()) {
                bindings.bind(name, BoundValue::Bytes(Vec::new()));
            }
        }
        let payload = next.outgoing_payload(&bindings);
        let framing = self.framings.at(self.peer, step);
        Some(framing.encode(&payload).ok()?.bytes)
    }

    /// The last accepted answer, if it belongs to `step` or a later one.
    pub(super) fn last_accepted_from(&self, step: usize) -> Option<&[u8]> {
        let last = self.messages.last_step()?;
        (last >= step).then_some(&self.last_accepted)
    }

    pub(super) fn exchange(&self) -> &'s [Step] {
        self.exchange
    }

    pub(super) fn peer(&self) -> Side {
        self.peer
    }

    /// The peer's steps, with their places in the exchange.
    pub(super) fn peer_steps(&self) -> impl Iterator<Item = (usize, &'s Step)> + use<'s> {
        let peer = self.peer;
        let steps = self.exchange.iter().enumerate();
        steps.filter(move |(_, step)| step.side == peer)
    }

    fn receive_part(&mut self, bytes: &mut &[u8]) {
        let next = self.messages.next();
        let can_come = next.iter().any(|it| self.can_fill(it.message));
        let first = next.first().filter(|it| self.can_fill(it.message));
        if let Some(first) = first
            && let Some(unframed) = self.unframed(first.message)
        {
            return match unframed {
                Unframed::OfLength(wanted) => self.receive_length(*first, &wanted, bytes),
                Unframed::Search(pattern) => self.receive_searched(*first, pattern, bytes),
            };
        }
        // With values unknown it would answer a message that was not yet sent.
        if !can_come && !self.ignores_any() {
            self.mismatch = Some(Mismatch::Surplus);
            return;
        }
        match self.decoder.decode(bytes) {
            Decoded::NeedMore => {}
            Decoded::Message(payload) => {
                let payload = payload.to_vec();
                self.take(&payload);
            }
            Decoded::Malformed(why) => {
                self.mismatch = Some(match self.blamed(&next).filter(|_| can_come) {
                    Some(step) => Mismatch::Malformed { step, why },
                    None => Mismatch::Surplus,
                });
            }
        }
    }

    fn ignores_any(&self) -> bool {
        self.ignored.iter().any(|it| it.side == self.peer)
    }

    /// The step that a wrong message is reported for: one that has to come. If none has to, the
    /// message is surplus.
    fn blamed(&self, next: &[ExpectedMessage<'_>]) -> Option<usize> {
        let is_required = |it: &&ExpectedMessage<'_>| it.obligation == Obligation::Required;
        next.iter().find(is_required).map(|it| it.step)
    }

    /// Takes a whole message.
    fn take(&mut self, payload: &[u8]) {
        let bindings = &self.bindings;
        let ignored = self.ignored;
        let framing = self.framing();
        if let Some((found, values)) =
            IgnoredMessage::find(ignored, self.peer, payload, framing, bindings)
        {
            self.read += 1;
            if let Some(reply) = &found.reply {
                self.replies.add(reply, &values);
            }
            return;
        }
        let next = self.messages.next();
        if let [only] = next.as_slice()
            && only.obligation == Obligation::Required
            && !only.message.may_come_later()
            && self.can_fill(only.message)
        {
            return self.accept(*only, payload);
        }
        let mut accepting = next.iter();
        if let Some(taken) = accepting.find(|it| self.would_accept(it.message, payload)) {
            return self.accept(*taken, payload);
        }
        if next.iter().any(|it| it.message.may_follow(payload)) {
            self.read += 1;
            return;
        }
        let is_required = |it: &&ExpectedMessage<'_>| it.obligation == Obligation::Required;
        let required: Vec<_> = next.iter().filter(is_required).collect();
        self.mismatch = match required.as_slice() {
            _ if !next.iter().all(|it| self.can_fill(it.message)) => Some(Mismatch::Surplus),
            [] => Some(Mismatch::Surplus),
            [only] => return self.accept(**only, payload),
            [first, ..] => Some(Mismatch::Refused {
                step: first.step,
                refusal: Refusal::NoneOfNext(required.len()),
                actual: payload.to_vec(),
            }),
        };
    }

    /// What a message is that has no boundary in the stream.
    fn unframed(&self, message: &'s Message) -> Option<Unframed<'s>> {
        match (&message.body, self.framing()) {
            (Body::Raw(template), _) | (Body::Text(template), Framing::Raw(_)) => {
                let whole = template.fill(&self.bindings);
                Some(Unframed::OfLength(Wanted::Bytes(whole)))
            }
            (Body::RawMatches { pattern, .. }, _) => Some(Unframed::Search(pattern)),
            (Body::Bytes { pattern, .. }, Framing::Raw(_)) => {
                let len = pattern.len(&self.bindings)?;
                Some(Unframed::OfLength(Wanted::Pattern { pattern, len }))
            }
            _ => None,
        }
    }

    fn receive_length(
        &mut self,
        expected: ExpectedMessage<'s>,
        wanted: &Wanted<'_>,
        bytes: &mut &[u8],
    ) {
        let before = self.unframed.len();
        let missing = wanted.len() - before;
        let (part, after) = bytes.split_at(missing.min(bytes.len()));
        self.unframed.extend_from_slice(part);
        if let Err(refusal) = wanted.accept_beginning(&self.unframed, before, &self.bindings) {
            let actual = [&self.unframed[..], after].concat();
            return self.refuse(expected, refusal, actual);
        }
        *bytes = after;
        if part.len() == missing {
            let whole = std::mem::take(&mut self.unframed);
            self.accept(expected, &whole);
        }
    }

    /// Takes the bytes up to where an expression matches.
    fn receive_searched(
        &mut self,
        expected: ExpectedMessage<'s>,
        pattern: &MessagePattern,
        bytes: &mut &[u8],
    ) {
        let search = match self.search.take() {
            Some(search) => Ok(search),
            None => pattern.prefix_search(&self.bindings),
        };
        let mut search = match search {
            Ok(search) => search,
            Err(refusal) => return self.refuse(expected, refusal, bytes.to_vec()),
        };
        match search.push(bytes) {
            PrefixEnd::NeedMore => {
                self.unframed.extend_from_slice(bytes);
                self.search = Some(search);
                *bytes = &[];
            }
            PrefixEnd::After(len) => {
                let (part, after) = bytes.split_at(len);
                self.unframed.extend_from_slice(part);
                *bytes = after;
                let whole = std::mem::take(&mut self.unframed);
                self.accept(expected, &whole);
            }
            PrefixEnd::NoMatch => {
                let refusal = Refusal::NoMatch(pattern.shown(&self.bindings));
                let actual = [&self.unframed[..], bytes].concat();
                self.refuse(expected, refusal, actual);
            }
        }
    }

    fn accept(&mut self, expected: ExpectedMessage<'s>, payload: &[u8]) {
        let message = expected.message;
        let framing = self.framings.at(self.peer, expected.step);
        match message.accept(payload, framing, &mut self.bindings) {
            Ok(()) => {
                self.read += 1;
                self.messages.take(expected);
                self.follow_framing();
                if expected.obligation != Obligation::Optional {
                    self.last_accepted.clear();
                    self.last_accepted.extend_from_slice(payload);
                }
            }
            Err(refusal) => self.refuse(expected, refusal, payload.to_vec()),
        }
    }

    fn refuse(&mut self, expected: ExpectedMessage<'s>, refusal: Refusal, actual: Vec<u8>) {
        self.mismatch = Some(Mismatch::Refused {
            step: expected.step,
            refusal,
            actual,
        });
    }
}

/// Where a message ends that has no boundary in the stream.
enum Unframed<'s> {
    OfLength(Wanted<'s>),
    /// Where the expression matches.
    Search(&'s MessagePattern),
}

/// A message whose length alone says where it ends.
enum Wanted<'s> {
    /// These bytes.
    Bytes(Vec<u8>),
    Pattern {
        pattern: &'s BytePattern,
        len: usize,
    },
}

impl Wanted<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Pattern { len, .. } => *len,
        }
    }

    /// Whether it may begin with these bytes, of which the first ones are known to be right.
    fn accept_beginning(
        &self,
        beginning: &[u8],
        known: usize,
        bindings: &Bindings,
    ) -> Result<(), Refusal> {
        match self {
            Self::Bytes(whole) if whole[known..].starts_with(&beginning[known..]) => Ok(()),
            Self::Bytes(whole) => Err(Refusal::Differs {
                expected: whole.clone(),
            }),
            Self::Pattern { pattern, .. } => pattern.accept_beginning(beginning, bindings),
        }
    }
}

/// Whether a message accepts few payloads: what matches is then no chance.
fn is_distinct(message: &Message) -> bool {
    match message.body {
        Body::Text(_) | Body::Json(_) | Body::Raw(_) | Body::JsonSubset { .. } => true,
        Body::Matches { .. }
        | Body::RawMatches { .. }
        | Body::Bytes { .. }
        | Body::Any { .. }
        | Body::OneOf(_)
        | Body::Http(_) => false,
    }
}
