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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{NoAttachments, Side, Style, Suite, SuiteError, parse};

    const CHAT: &str = "{ on = 'bob', client = 'JOIN' }, { client = 'HI ${unique}' }, \
                        { server = { matches = 'ok .*', example = 'ok ${unique}', capture = 'ok' } }, \
                        { on = 'bob', server = 'seen ${ok}' }, { on = 'eve', server = 'x' }, \
                        { client = 'BYE' }, { server.close = 'fin' }";

    fn read(settings: &str, exchange: &str) -> Result<Suite, SuiteError> {
        let text = format!(
            "title = 'T'\nframing = 'line'\n[[scenario]]\nid = 's'\n{settings}\n\
             exchange = [{exchange}]"
        );
        parse("t.toml", &text, &NoAttachments)
    }

    fn suite(exchange: &str) -> Suite {
        read("", exchange).expect("a valid suite")
    }

    fn faults(settings: &str, exchange: &str) -> String {
        let error = read(settings, exchange).expect_err("it is invalid");
        error.render(Style::Plain)
    }

    #[test]
    fn each_connection_is_a_scenario_with_the_others_beside_it() {
        let suite = suite(CHAT);
        let seen: Vec<_> = suite
            .scenarios()
            .iter()
            .map(|it| {
                let others = it.others().map(|it| it.id().as_str());
                let places = (0..it.exchange().len()).map(|step| it.place(step));
                let (id, peer) = (it.id().as_str(), it.peer());
                (id, peer, places.collect(), others.collect())
            })
            .collect();
        let server = Some(Side::Server);
        let expected: [(_, _, Vec<_>, Vec<_>); 3] = [
            ("s.bob", server, vec![0, 3], vec!["s", "s.eve"]),
            ("s", server, vec![1, 2, 5, 6], vec!["s.bob", "s.eve"]),
            ("s.eve", server, vec![4], vec!["s.bob", "s"]),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_name_for_the_only_connection_changes_nothing() {
        let suite = suite("{ on = 'bob', client = 'a' }, { on = 'bob', server = 'b' }");
        let [only] = suite.scenarios() else {
            panic!("there is one connection");
        };
        assert_eq!((only.id().as_str(), only.peer()), ("s", None));
        assert!(only.connection().is_none());
    }

    #[test]
    fn a_value_that_one_connection_captures_is_known_to_the_others() {
        let suite = suite(CHAT);
        let [bob, main, _] = suite.scenarios() else {
            panic!("there are three connections");
        };
        let ok = VariableName::new("ok");
        assert_eq!(bob.foreign_variables(), std::slice::from_ref(&ok));
        assert_eq!(bob.example_values("12345678").bytes(&ok), b"ok 12345678");
        assert_eq!(main.foreign_variables(), []);
        let too_early = "{ on = 'bob', server = 'seen ${ok}' }, { client = 'HI' }, \
                         { server = { any = true, example = 'x', capture = 'ok' } }";
        assert!(faults("", too_early).contains("undefined variable `ok`"));
    }

    #[test]
    fn what_connections_cannot_be_is_said_with_its_place() {
        let two = "{ client = 'a' }, { on = 'bob', client = 'b' }";
        let of_clients = faults("peer = 'client'", two);
        assert!(of_clients.contains("several connections in a scenario about clients"));
        assert!(of_clients.contains("^^^^^ a second connection"));
        let long = "x".repeat(63);
        let named = format!("{{ client = 'a' }}, {{ on = '{long}', client = 'b' }}");
        assert!(faults("", &named).contains("the id of the scenario is too long"));
        let large = "{ client = 'a' }, { on = 'bob', server.repeat = { text = 'x', times = 65535 } }, \
                     { on = 'bob', server = 'x' }";
        assert!(faults("", large).contains("sends too much for one of several connections"));
        let replies = "replies = [{ server = 'PING', reply = 'PONG' }]";
        assert!(faults(replies, two).contains("automatic replies in a scenario with several"));
        let many: Vec<_> = (0..17)
            .map(|number| format!("{{ on = 'c{number}', client = 'a' }}"))
            .collect();
        assert!(faults("", &many.join(", ")).contains("with this there are more than 16"));
        let taken = "{ client = 'a' }, { on = 'bob', client = 'b' }]\n\
                     [[scenario]]\nid = 's.bob'\nexchange = [{ client = 'c' }";
        assert!(faults("", taken).contains("duplicate scenario id `s.bob`"));
    }

    #[test]
    fn each_connection_has_its_own_end_and_framing() {
        let suite = read(
            "",
            "{ client = 'a' }, { on = 'bob', client = 'b' }, { client.close = 'full' }, \
             { on = 'bob', server = 'c' }, { on = 'bob', framing = 'netstring' }, \
             { on = 'bob', client = 'd' }",
        );
        let suite = suite.expect("bob reads on");
        let bob = &suite.scenarios()[1];
        assert_eq!(bob.framings().section(2), 1);
    }
}
