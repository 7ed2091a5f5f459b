//! The connections of an exchange: each becomes a scenario of its own.

use std::ops::Range;
use std::sync::Arc;

use super::dry_run::DryRun;
use super::fields::{Fields, Node};
use super::source::SuiteSource;
use crate::scenario::connection::{ConnectionPart, FramedMessage, captured_in};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::exchange::{Action, Side, Step};
use crate::scenario::exchange_framing::ExchangeFramings;
use crate::scenario::name::{ConnectionName, ScenarioId};
use crate::scenario::suite::{Permission, Scenario};

/// The most connections of one exchange.
const MOST: usize = 16;

/// What the server may send on one of several connections. While one is waited for the others
/// are not read, so that all of it has to fit into the buffers of a socket.
const MOST_UNREAD: usize = 64 << 10;

/// The connections of an exchange while its steps are read.
pub(super) struct Connections<'f, N> {
    new_dry_run: N,
    all: Vec<Draft<'f>>,
    /// The one to which the last step belongs.
    last: usize,
    steps: usize,
}

/// One connection.
struct Draft<'f> {
    name: Option<ConnectionName>,
    /// Where it is named first.
    place: Range<usize>,
    dry_run: DryRun<'f>,
    steps: Vec<Step>,
    places: Vec<usize>,
}

/// The steps of one connection.
pub(super) struct ReadConnection {
    name: Option<ConnectionName>,
    place: Range<usize>,
    steps: Vec<Step>,
    places: Vec<usize>,
    framings: ExchangeFramings,
    /// The bytes that the server sends.
    from_server: usize,
}

/// All steps of an exchange.
pub(super) struct ReadExchange {
    connections: Vec<ReadConnection>,
}

impl<'f, N: Fn() -> DryRun<'f>> Connections<'f, N> {
    pub(super) fn new(new_dry_run: N) -> Self {
        Self {
            new_dry_run,
            all: Vec::new(),
            last: 0,
            steps: 0,
        }
    }

    /// The dry run of the connection to which a step belongs, and how many steps came before it
    /// on this connection.
    pub(super) fn of_step(
        &mut self,
        fields: Option<&Fields<'_>>,
        node: &Node<'_>,
    ) -> (&mut DryRun<'f>, usize) {
        let on = fields.and_then(|fields| fields.get("on"));
        let name = on.and_then(|on| on.get_ref().as_str()?.parse().ok());
        let known = self.all.iter().position(|it| it.name == name);
        let index = known.unwrap_or_else(|| {
            self.all.push(Draft {
                name,
                place: on.unwrap_or(node).span(),
                dry_run: (self.new_dry_run)(),
                steps: Vec::new(),
                places: Vec::new(),
            });
            self.all.len() - 1
        });
        if index != self.last {
            // A value that one connection captures is known to all.
            let values = self.all[self.last].dry_run.values().clone();
            self.all[index].dry_run.set_values(values);
            self.last = index;
        }
        let draft = &mut self.all[index];
        (&mut draft.dry_run, draft.steps.len())
    }

    /// Adds steps to the connection of the last step.
    pub(super) fn add(&mut self, steps: Vec<Step>) {
        let draft = &mut self.all[self.last];
        draft.places.extend(self.steps..self.steps + steps.len());
        self.steps += steps.len();
        draft.steps.extend(steps);
    }

    pub(super) fn finish(self, faults: &mut Vec<Diagnostic>) -> Option<ReadExchange> {
        let finish = |draft: Draft<'f>| {
            Some(ReadConnection {
                from_server: draft.dry_run.sent_by(Side::Server),
                framings: draft.dry_run.into_framings(faults)?,
                name: draft.name,
                place: draft.place,
                steps: draft.steps,
                places: draft.places,
            })
        };
        let connections: Option<_> = self.all.into_iter().map(finish).collect();
        Some(ReadExchange {
            connections: connections?,
        })
    }
}

impl ReadExchange {
    /// The scenario of each connection. `scenario` has all that they share.
    pub(super) fn scenarios(
        self,
        scenario: &Scenario,
        source: &mut SuiteSource<'_>,
    ) -> Vec<Scenario> {
        if self.connections.len() < 2 {
            let of_one = |it: ReadConnection| Scenario {
                exchange: it.steps,
                framings: it.framings,
                ..scenario.clone()
            };
            return self.connections.into_iter().map(of_one).collect();
        }
        source.faults.extend(self.faults(scenario));
        let messages = self.messages();
        let connections = self.connections.iter();
        let alone: Vec<_> = connections
            .map(|it| self.alone(it, &messages, scenario))
            .collect();
        let beside_others = |index: usize| {
            let mut own = alone[index].clone();
            own.title = match &self.connections[index].name {
                Some(name) => format!("{} (on connection {name})", own.title),
                None => own.title,
            };
            if let Some(part) = &mut own.connection {
                part.before = alone[..index].to_vec();
                part.after = alone[index + 1..].to_vec();
            }
            own
        };
        (0..alone.len()).map(beside_others).collect()
    }

    /// All messages, in order.
    fn messages(&self) -> Arc<[FramedMessage]> {
        let mut messages: Vec<_> = self
            .connections
            .iter()
            .flat_map(|it| it.messages())
            .collect();
        messages.sort_by_key(|(place, _)| *place);
        messages.into_iter().map(|(_, message)| message).collect()
    }

    fn alone(
        &self,
        own: &ReadConnection,
        messages: &Arc<[FramedMessage]>,
        scenario: &Scenario,
    ) -> Scenario {
        let others = self.connections.iter().filter(|it| it.name != own.name);
        let foreign = others.flat_map(|it| captured_in(&it.steps)).collect();
        let part = ConnectionPart {
            name: own.name.clone(),
            places: own.places.clone(),
            foreign,
            messages: Arc::clone(messages),
            before: Vec::new(),
            after: Vec::new(),
        };
        let mut own = Scenario {
            id: own.id(&scenario.id).unwrap_or_else(|| scenario.id.clone()),
            exchange: own.steps.clone(),
            framings: own.framings.clone(),
            // wirecheck opens all of them.
            peer: Some(Side::Server),
            connection: Some(Box::new(part)),
            ..scenario.clone()
        };
        // What the server sends to all would reach an exchange that goes on at the same time.
        own.adversary.concurrent = Permission::Forbidden;
        own
    }

    fn faults(&self, scenario: &Scenario) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        let second = self.connections[1].place.clone();
        if scenario.peer == Some(Side::Client) {
            let message = "several connections in a scenario about clients";
            let fault = Diagnostic::new(message, second.clone(), "a second connection");
            faults.push(fault.help("write a scenario for each connection: a client is started for each case, and opens its own"));
        }
        if scenario.replies_to(Side::Server) {
            let message = "automatic replies in a scenario with several connections";
            let fault = Diagnostic::new(message, second, "a second connection");
            faults.push(fault.help(
                "write `replies = []` in the scenario: a connection is not read while another one is waited for, so the server would wait for its reply",
            ));
        }
        if let Some(surplus) = self.connections.get(MOST) {
            let label = format!("with this there are more than {MOST}");
            faults.push(Diagnostic::new(
                "too many connections",
                surplus.place.clone(),
                label,
            ));
        }
        for own in &self.connections {
            if own.id(&scenario.id).is_none() {
                let message = "the id of the scenario is too long for its connections";
                let fault = Diagnostic::new(
                    message,
                    own.place.clone(),
                    "its cases have the ids `scenario.connection`, of at most 64 characters",
                );
                faults.push(fault.help("shorten the id of the scenario or this name"));
            }
            if own.from_server > MOST_UNREAD {
                let message = "the server sends too much for one of several connections";
                let label = format!(
                    "on this connection it sends {} bytes, and may send {MOST_UNREAD}",
                    own.from_server
                );
                let fault = Diagnostic::new(message, own.place.clone(), label);
                faults.push(
                    fault.help(
                        "send less: a connection is not read while another one is waited for",
                    ),
                );
            }
        }
        faults
    }
}

impl ReadConnection {
    /// Its messages with their places in the exchange.
    fn messages(&self) -> impl Iterator<Item = (usize, FramedMessage)> {
        let steps = self.steps.iter().enumerate();
        steps.filter_map(|(at, step)| {
            let Action::Send(message) = &step.action else {
                return None;
            };
            let message = FramedMessage {
                framing: self.framings.at(step.side, at).clone(),
                message: message.clone(),
            };
            Some((self.places[at], message))
        })
    }

    fn id(&self, scenario: &ScenarioId) -> Option<ScenarioId> {
        match &self.name {
            None => Some(scenario.clone()),
            Some(name) => format!("{scenario}.{name}").parse().ok(),
        }
    }
}
