//! From a scenario to the inputs of a plan: the script of the side that wirecheck plays,
//! what the protocol allows, and the malformed headers.

use super::{
    Allowances, Connections, Content, ContentVariation, HalfClose, HeaderEdit, OutMessage,
    Pipelining, Plan, PlanOptions, Profile, SOCKET_BUFFERS, Salt, Script, Seed, ShortSends,
    StreamEdit, TacticFamily, TacticFilter,
};
use crate::framing::MalformedMessage;
use crate::scenario::{
    Action, Bindings, Message, Permission, Scenario, Side, Step, Suite, VariableName,
};

impl Script {
    /// What `side` sends in a scenario, with example values for variables.
    #[must_use]
    pub fn of(scenario: &Scenario, side: Side) -> Self {
        Self::with_unique(scenario, side, Bindings::EXAMPLE)
    }

    /// What `side` sends with this value of `${unique}`, and example values for those that are
    /// captured.
    #[must_use]
    pub fn with_unique(scenario: &Scenario, side: Side, unique: &str) -> Self {
        let mut script = Self::default();
        let values = scenario.example_values(unique);
        let mut bindings = values.limited_to(scenario.limits().stream_bytes);
        let mut turn = TurnCounter::default();
        for (at, step) in scenario.exchange().iter().enumerate() {
            if scenario.follows_others(at) {
                turn.end();
            }
            turn.take(step, side);
            let Action::Send(message) = &step.action else {
                continue;
            };
            let framing = scenario.framing(step.side, at);
            if step.side == side {
                let encoded = message
                    .encode(framing, &bindings)
                    .expect("a suite that parsed fits its framing");
                script.messages.push(OutMessage {
                    bytes: encoded.bytes,
                    regions: encoded.regions,
                    turn: turn.number,
                    step: at,
                    section: scenario.framings().section(at),
                    payload: message
                        .is_framed()
                        .then(|| message.outgoing_payload(&bindings)),
                });
            }
            let received = message.outgoing_as_read(framing, &bindings);
            // Only for its captures: the parser has checked that the message is accepted.
            _ = message.accept(&received, framing, &mut bindings);
        }
        script
    }
}

/// Counts the turns of one side.
#[derive(Default)]
struct TurnCounter {
    number: usize,
    has_sent: bool,
}

impl TurnCounter {
    /// A turn ends where the other side acts.
    fn take(&mut self, step: &Step, side: Side) {
        if step.side == side {
            self.has_sent |= matches!(step.action, Action::Send(_));
        } else {
            self.end();
        }
    }

    fn end(&mut self) {
        if std::mem::take(&mut self.has_sent) {
            self.number += 1;
        }
    }
}

impl Allowances {
    #[must_use]
    pub fn of(scenario: &Scenario, side: Side) -> Self {
        let may_pipeline = side == Side::Client
            && scenario.adversary().pipelining == Permission::Allowed
            // What another connection does in between is not waited for.
            && scenario.connection().is_none()
            && !sends_learnt_values(scenario, side);
        Self {
            pipelining: if may_pipeline {
                Pipelining::Allowed
            } else {
                Pipelining::Forbidden
            },
            connections: match (side, scenario.adversary().concurrent) {
                (Side::Server, _) => Connections::ByPeer,
                (Side::Client, _) if scenario.connection().is_some() => Connections::Several,
                (Side::Client, Permission::Allowed) => Connections::Concurrent,
                (Side::Client, Permission::Forbidden) => Connections::OneAtATime,
            },
            short_sends: match Script::of(scenario, side.other()).len() {
                0..=SOCKET_BUFFERS => ShortSends::NotShown,
                _ => ShortSends::Shown,
            },
            half_close: match scenario.adversary().half_close {
                Permission::Allowed => HalfClose::Allowed,
                Permission::Forbidden => HalfClose::Forbidden,
            },
        }
    }
}

/// Whether a side sends a value that it learns from the other.
pub(crate) fn sends_learnt_values(scenario: &Scenario, side: Side) -> bool {
    let of_peer = messages(scenario, side.other()).flat_map(Message::captured_variables);
    let learnt: Vec<VariableName> = scenario
        .foreign_variables()
        .iter()
        .cloned()
        .chain(of_peer)
        .collect();
    messages(scenario, side)
        .flat_map(Message::used_variables)
        .any(|name| learnt.contains(&name))
}

fn messages(scenario: &Scenario, side: Side) -> impl Iterator<Item = &Message> {
    let steps = scenario.exchange().iter();
    steps.filter_map(move |step| match &step.action {
        Action::Send(message) if step.side == side => Some(message),
        _ => None,
    })
}

/// The malformed headers of the first framed message that has the same length in each case, of
/// those after the last change of the framing: a scenario without it shows the earlier ones.
/// A replacement that is too long for a [`StreamEdit`] is left out: a message that exceeds a
/// large maximum. One that repeats the payload needs a message that is the same in each case.
fn header_edits(scenario: &Scenario, side: Side, script: &Script) -> Vec<HeaderEdit> {
    let last = script.messages.last().map(|it| it.section);
    let messages = messages(scenario, side).zip(&script.messages).enumerate();
    let known: Vec<_> = messages
        .filter(|(_, (message, encoded))| {
            Some(encoded.section) == last && has_known_length(message, encoded)
        })
        .collect();
    let constant = known
        .iter()
        .find(|(_, (message, _))| message.used_variables().is_empty());
    let mut edits: Vec<HeaderEdit> = Vec::new();
    for (chosen, repeats_payload) in [(known.first(), false), (constant, true)] {
        let Some((message, (_, encoded))) = chosen else {
            continue;
        };
        let framing = scenario.framing(side, encoded.step);
        let payload = encoded.payload.as_deref().unwrap_or_default();
        for malformed in framing.malformed(payload).into_iter().filter(|it| {
            it.kind.repeats_payload() == repeats_payload
                && it.edit.replacement.len() <= StreamEdit::LONGEST
        }) {
            let edit = header_edit(*message, malformed);
            if edits.iter().all(|known| known.name != edit.name) {
                edits.push(edit);
            }
        }
    }
    edits
}

fn header_edit(message: usize, malformed: MalformedMessage) -> HeaderEdit {
    let name = malformed.kind.to_string();
    HeaderEdit {
        name: name.parse().expect("a kind is a name"),
        message,
        range: malformed.edit.range,
        replacement: malformed.edit.replacement,
    }
}

/// A captured value may be longer or shorter than its example, and the header that was made
/// for the example would declare another length than is meant.
fn has_known_length(message: &Message, encoded: &OutMessage) -> bool {
    let mut used = message.used_variables().into_iter();
    let has_captured_value = used.any(|name| name.as_str() != VariableName::UNIQUE);
    encoded.payload.is_some() && !encoded.bytes.is_empty() && !has_captured_value
}

/// The variations of what a side sends that the framing can carry. None if it sends what it
/// learns from the other side: then its messages differ in each case. None if there are several
/// connections: the answers to a variation are learned on one alone. None if the framing changes:
/// nobody knows whether it does so after other messages. None if the other side may ask for
/// automatic replies: they are sent in an exchange only.
fn contents(scenario: &Scenario, side: Side, script: &Script) -> Vec<ContentVariation> {
    let Some(framing) = scenario.only_framing(side) else {
        return Vec::new();
    };
    let is_alone = scenario.connection().is_none() && !scenario.replies_to(side.other());
    if sends_learnt_values(scenario, side) || !is_alone {
        return Vec::new();
    }
    let messages = Content::of(script);
    let all = ContentVariation::ALL.into_iter();
    all.filter(|it| it.apply(&messages, framing).is_some())
        .collect()
}

/// Which cases of a scenario are played.
#[derive(Clone, Debug, Default)]
pub struct CaseChoice {
    /// How much is tried.
    pub profile: Profile,
    /// Seed for random deliveries.
    pub seed: Seed,
    /// Which tactics.
    pub only: TacticFilter,
}

impl Plan {
    /// The cases of a scenario where wirecheck plays `side`. Malformed headers are made only
    /// if `only` may select them, because a message that is too large takes a megabyte.
    #[must_use]
    pub fn of(suite: &Suite, scenario: &Scenario, side: Side, choice: &CaseChoice) -> Self {
        let CaseChoice {
            profile,
            seed,
            ref only,
        } = *choice;
        let script = Script::of(scenario, side);
        let edits = if only.may_accept(TacticFamily::Header.as_str()) {
            header_edits(scenario, side, &script)
        } else {
            Vec::new()
        };
        let options = PlanOptions {
            profile,
            seed,
            salt: Salt::of(suite.own_id(), scenario.id()),
            only: only.clone(),
        };
        let contents = if only.may_accept(TacticFamily::Content.as_str()) {
            contents(scenario, side, &script)
        } else {
            Vec::new()
        };
        let allowances = Allowances::of(scenario, side);
        Self::new(&script, allowances, &edits, options)
            .expect("the edits were made for this script")
            .with_contents(contents)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::scenario::{NoAttachments, parse};

    #[test]
    fn a_framing_with_a_large_bound_has_a_plan() {
        let text = "title = 'T'\nframing = { line = { max = 3000000 } }\n[[scenario]]\nid = 's'\nexchange = [{ client = 'a' }]";
        let suite = parse("t.toml", text, &NoAttachments).expect("it is right");
        let scenario = &suite.scenarios()[0];
        let plan = Plan::of(&suite, scenario, Side::Client, &CaseChoice::default());
        assert!(plan.count() > 1);
    }

    #[test]
    fn a_scenario_may_have_a_framing_of_its_own() {
        let text = "title = 'T'\nframing = 'line'\nscenario = [\n\
                    { id = 'a', exchange = [{ client = 'hi' }] },\n\
                    { id = 'b', framing = 'netstring', exchange = [{ client = 'hi' }] },\n]";
        let suite = parse("t.toml", text, &NoAttachments).expect("a valid suite");
        let scenarios = suite.scenarios().iter();
        let streams = scenarios.map(|it| Script::of(it, Side::Client).stream());
        assert!(streams.eq([&b"hi\n"[..], b"2:hi,"]));
    }

    #[test]
    fn no_delivery_joins_messages_between_which_another_connection_acts() {
        let plan = |exchange: &str| {
            let text = format!(
                "title = 'T'\nframing = 'line'\n[[scenario]]\nid = 's'\nexchange = [{exchange}]"
            );
            let suite = parse("t.toml", &text, &NoAttachments).expect("a valid suite");
            let thorough = CaseChoice {
                profile: Profile::Thorough,
                ..CaseChoice::default()
            };
            let scenario = &suite.scenarios()[0];
            let plan = Plan::of(&suite, scenario, Side::Client, &thorough);
            let families: BTreeSet<_> = plan.cases().map(|it| it.tactic.family()).collect();
            families
        };
        let both = plan("{ client = 'a' }, { client = 'b' }, { on = 'bob', server = 'c' }");
        assert!(both.contains(&TacticFamily::Joined));
        let apart = plan("{ client = 'a' }, { on = 'bob', server = 'c' }, { client = 'b' }");
        assert!(!apart.contains(&TacticFamily::Joined));
        // Their effect would reach the other connections, or nobody would play these beside them.
        for family in [
            TacticFamily::FinAtOnce,
            TacticFamily::RstAtAccept,
            TacticFamily::Churn,
            TacticFamily::Neighbours,
            TacticFamily::Content,
        ] {
            assert!(!apart.contains(&family), "{family}");
        }
    }

    #[test]
    fn a_malformed_message_that_repeats_its_payload_has_no_value_of_its_own() {
        let edits = |exchange: &str| {
            let text = format!(
                "title = 'T'\nframing = 'websocket'\n[[scenario]]\nid = 's'\nexchange = [{exchange}]"
            );
            let suite = parse("t.toml", &text, &NoAttachments).expect("a valid suite");
            let scenario = &suite.scenarios()[0];
            let script = Script::of(scenario, Side::Client);
            let edits = header_edits(scenario, Side::Client, &script).into_iter();
            let of_name = |name: &str| {
                let mut found = edits.clone().filter(|it| it.name.to_string() == name);
                found.next().map(|it| it.message)
            };
            (of_name("reserved-bits"), of_name("unmasked"))
        };
        let (fresh, fixed) = ("{ client = '${unique}' }", "{ client = 'a' }");
        assert_eq!(edits(&format!("{fresh}, {fixed}")), (Some(0), Some(1)));
        assert_eq!(edits(&format!("{fixed}, {fresh}")), (Some(0), Some(0)));
        assert_eq!(edits(fresh), (Some(0), None));
    }
}
