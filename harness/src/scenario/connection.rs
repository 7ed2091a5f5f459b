//! One connection of an exchange that has several.
//!
//! The parser makes a scenario of each of them: its exchange is what happens on this connection,
//! and the other connections are played beside it. So a delivery cuts the stream of one
//! connection, as in every other scenario, and the others are delivered whole.

use std::sync::Arc;

use super::exchange::{Action, Step};
use super::message::Message;
use super::name::ConnectionName;
use super::suite::Scenario;
use super::template::{Bindings, VariableName};
use crate::framing::Framing;

/// The place of a connection in the whole exchange.
#[derive(Clone, Debug)]
pub struct ConnectionPart {
    /// `None`: the connection of the steps without `on`.
    pub(super) name: Option<ConnectionName>,
    /// For each of its steps, the place in the whole exchange.
    pub(super) places: Vec<usize>,
    /// What is captured on the other connections.
    pub(super) foreign: Vec<VariableName>,
    /// All messages of all connections, in order.
    pub(super) messages: Arc<[FramedMessage]>,
    /// Those that are opened before it, in their order.
    pub(super) before: Vec<Scenario>,
    /// Those that are opened after it.
    pub(super) after: Vec<Scenario>,
}

/// A message with its framing.
#[derive(Debug)]
pub(super) struct FramedMessage {
    pub(super) framing: Framing,
    pub(super) message: Message,
}

impl FramedMessage {
    fn capture_example(&self, values: &mut Bindings) {
        let received = self.message.outgoing_as_read(&self.framing, values);
        // Only for its captures: the parser has checked that the message is accepted.
        _ = self.message.accept(&received, &self.framing, values);
    }
}

impl ConnectionPart {
    #[must_use]
    pub fn name(&self) -> Option<&ConnectionName> {
        self.name.as_ref()
    }

    /// The other connections that are opened before it. They have no others themselves.
    #[must_use]
    pub fn before(&self) -> &[Scenario] {
        &self.before
    }

    /// The other connections that are opened after it.
    #[must_use]
    pub fn after(&self) -> &[Scenario] {
        &self.after
    }
}

impl Scenario {
    /// Its place in an exchange with several connections, if it is one of several.
    #[must_use]
    pub fn connection(&self) -> Option<&ConnectionPart> {
        self.connection.as_deref()
    }

    /// The other connections of the exchange.
    pub fn others(&self) -> impl Iterator<Item = &Self> {
        let part = self.connection().into_iter();
        part.flat_map(|it| it.before.iter().chain(&it.after))
    }

    /// The place of a step in the exchange of all connections. What follows the last step comes
    /// after all others.
    #[must_use]
    pub fn place(&self, step: usize) -> usize {
        match self.connection() {
            None => step,
            Some(part) => part.places.get(step).copied().unwrap_or(usize::MAX),
        }
    }

    /// Whether another connection acts between a step and the one before.
    #[must_use]
    pub fn follows_others(&self, step: usize) -> bool {
        let before = step.checked_sub(1).map(|before| self.place(before) + 1);
        self.connection.is_some() && before.is_some_and(|next| next != self.place(step))
    }

    /// The steps of all connections, in order.
    pub(crate) fn all_steps(&self) -> impl Iterator<Item = &Step> {
        let connections = std::iter::once(self).chain(self.others());
        let mut steps: Vec<_> = connections.flat_map(Self::placed_steps).collect();
        steps.sort_by_key(|(place, _)| *place);
        steps.into_iter().map(|(_, step)| step)
    }

    /// Its steps with their places in the exchange of all connections.
    fn placed_steps(&self) -> impl Iterator<Item = (usize, &Step)> {
        let steps = self.exchange.iter().enumerate();
        steps.map(|(at, step)| (self.place(at), step))
    }

    /// What is known before the first step: `${unique}`, and examples of what the other
    /// connections capture with it.
    #[must_use]
    pub fn example_values(&self, unique: &str) -> Bindings {
        let mut values = Bindings::fresh(unique);
        if let Some(part) = self.connection() {
            let mut all = values.clone();
            for it in part.messages.iter() {
                it.capture_example(&mut all);
            }
            values.take_over(&part.foreign, &all);
        }
        values
    }

    /// What is captured on the other connections.
    #[must_use]
    pub fn foreign_variables(&self) -> &[VariableName] {
        self.connection().map_or(&[], |part| &part.foreign)
    }

    /// What its messages capture.
    pub(crate) fn captured_variables(&self) -> impl Iterator<Item = VariableName> {
        captured_in(&self.exchange)
    }
}

pub(super) fn captured_in(exchange: &[Step]) -> impl Iterator<Item = VariableName> {
    exchange.iter().flat_map(|step| match &step.action {
        Action::Send(message) => message.captured_variables(),
        _ => Vec::new(),
    })
}
