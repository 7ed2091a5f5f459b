//! A part of an exchange: fewer messages, shorter payloads.

use memchr::memmem;

use super::exchange::{Action, Side, Step};
use super::exchange_framing::ExchangeFramings;
use super::message::{Body, Message};
use super::suite::Scenario;
use super::template::{Bindings, Template};
use crate::framing::Framing;

/// The steps of an exchange that are left, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangePart {
    pub steps: Vec<KeptStep>,
}

/// A step that is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptStep {
    /// Its place in the exchange, from 0.
    pub step: usize,
    /// If the payload is shortened: how many of its first bytes are left.
    pub payload: Option<usize>,
}

impl ExchangePart {
    /// All of an exchange.
    #[must_use]
    pub fn whole(scenario: &Scenario) -> Self {
        let all = 0..scenario.exchange.len();
        Self {
            steps: all.map(KeptStep::unchanged).collect(),
        }
    }

    /// For each message that is left of a side: its number among all messages of that side.
    #[must_use]
    pub fn messages_of(&self, scenario: &Scenario, side: Side) -> Vec<usize> {
        let is_sent = |step: &Step| step.side == side && matches!(step.action, Action::Send(_));
        let steps = scenario.exchange.iter().enumerate();
        let messages = steps.filter(|(_, step)| is_sent(step));
        let is_kept = |at: usize| self.steps.iter().any(|kept| kept.step == at);
        let numbered = messages.enumerate();
        numbered
            .filter_map(|(number, (at, _))| is_kept(at).then_some(number))
            .collect()
    }
}

impl KeptStep {
    pub(crate) fn unchanged(step: usize) -> Self {
        Self {
            step,
            payload: None,
        }
    }
}

impl Scenario {
    /// The scenario with a part of its exchange. The answers to a message that is shortened
    /// are shortened in the same way where they repeat its payload.
    ///
    /// `None` if the result cannot be played: a variable is not defined, the framing has no
    /// message with such a payload, or the payload is not written out in the suite. Whether a
    /// peer accepts it is not known.
    #[must_use]
    pub fn part(&self, part: &ExchangePart) -> Option<Self> {
        let is_ascending = part.steps.is_sorted_by(|a, b| a.step < b.step);
        let kept = part.steps.iter();
        let kept: Option<Vec<Step>> = kept
            .map(|kept| self.exchange.get(kept.step).cloned())
            .collect();
        let mut exchange = kept.filter(|_| is_ascending)?;
        for (at, kept) in part.steps.iter().enumerate() {
            if let Some(len) = kept.payload {
                let side = exchange[at].side;
                shorten(&mut exchange, at, len, self.framing(side, kept.step))?;
            }
        }
        let framings = self.framings_if_playable(part, &exchange)?;
        Some(Self {
            exchange,
            framings,
            ..self.clone()
        })
    }

    /// The payload of a step that [`Scenario::part`] can shorten.
    #[must_use]
    pub fn literal_payload(&self, step: usize) -> Option<&[u8]> {
        literal(self.exchange.get(step)?)
    }

    /// The framings of a part of the exchange, if each message can be sent and is accepted, with
    /// example values.
    fn framings_if_playable(
        &self,
        part: &ExchangePart,
        exchange: &[Step],
    ) -> Option<ExchangeFramings> {
        let first = part.steps.first().map_or(0, |kept| kept.step);
        let mut section = self.framings.section(first);
        let mut framings = ExchangeFramings::new(self.framings.of_section(first));
        let mut bindings = Bindings::example();
        for (at, (kept, step)) in part.steps.iter().zip(exchange).enumerate() {
            if self.framings.section(kept.step) > section {
                section = self.framings.section(kept.step);
                framings.change(at, self.framings.of_section(kept.step));
            }
            match &step.action {
                Action::Send(message) => {
                    plays(message, framings.current(step.side), &mut bindings)?;
                    framings.note(step.side, || message.outgoing_payload(&bindings));
                }
                Action::Prints(text) => {
                    let mut names = text.names();
                    names
                        .all(|name| bindings.defines(name.as_str()))
                        .then_some(())?;
                }
                Action::Close(_) | Action::Exits(_) => {}
            }
        }
        Some(framings)
    }
}

/// The payload of a message that is written out and framed.
fn literal(step: &Step) -> Option<&[u8]> {
    match &step.action {
        Action::Send(Message {
            body: Body::Text(template),
            ..
        }) => template.literal(),
        _ => None,
    }
}

fn shorten(exchange: &mut [Step], at: usize, len: usize, framing: &Framing) -> Option<()> {
    let long = literal(&exchange[at])?.to_vec();
    let short = long.get(..len).filter(|it| it.len() < long.len())?;
    let splits_character = str::from_utf8(&long).is_ok_and(|text| !text.is_char_boundary(len));
    if short.is_empty() || splits_character {
        return None;
    }
    let side = exchange[at].side;
    replace(&mut exchange[at], &long, short);
    for step in &mut exchange[at + 1..] {
        if step.side != side {
            replace(step, &long, short);
        } else if literal(step).is_some_and(|it| memmem::find(it, &long).is_some()) {
            // The answers that follow may repeat this one.
            break;
        }
    }
    framing
        .canonical(short)
        .is_some_and(|it| it == short)
        .then_some(())
}

/// Puts `short` in the place of `long` where a step has it in a text.
fn replace(step: &mut Step, long: &[u8], short: &[u8]) {
    let replaced = |template: &Template| {
        let bytes = template.literal()?;
        let mut parts = Vec::with_capacity(bytes.len());
        let mut end = 0;
        for at in memmem::find_iter(bytes, long) {
            parts.extend_from_slice(&bytes[end..at]);
            parts.extend_from_slice(short);
            end = at + long.len();
        }
        parts.extend_from_slice(&bytes[end..]);
        Some(Template::of_bytes(parts))
    };
    let texts: &mut [Template] = match &mut step.action {
        Action::Send(Message {
            body: Body::Text(text),
            ..
        })
        | Action::Prints(text) => std::slice::from_mut(text),
        Action::Send(Message {
            body: Body::OneOf(all),
            ..
        }) => all,
        _ => &mut [],
    };
    for text in texts {
        if let Some(shorter) = replaced(text) {
            *text = shorter;
        }
    }
}

/// `None` if the message cannot be sent, or is not accepted.
fn plays(message: &Message, framing: &Framing, bindings: &mut Bindings) -> Option<()> {
    let used = message.used_variables();
    if !used.iter().all(|name| bindings.defines(name.as_str())) {
        return None;
    }
    message.encode(framing, bindings).ok()?;
    let received = message.outgoing_as_read(framing, bindings);
    message.accept(&received, framing, bindings).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{NoAttachments, Suite, parse};

    fn suite(framing: &str, exchange: &str) -> Suite {
        let text = format!(
            "title = 'T'\nframing = {framing}\n[[scenario]]\nid = 'a'\nexchange = [{exchange}]\n"
        );
        parse("t.toml", &text, &NoAttachments).expect("a valid suite")
    }

    /// The messages that are left: `client hi`, `server ho`.
    fn part(suite: &Suite, steps: &[(usize, Option<usize>)]) -> Option<Vec<String>> {
        let steps = steps.iter();
        let part = ExchangePart {
            steps: steps
                .map(|&(step, payload)| KeptStep { step, payload })
                .collect(),
        };
        let scenario = suite.scenarios()[0].part(&part)?;
        let line = |step: &Step| match &step.action {
            Action::Send(message) => {
                let payload = message.outgoing_payload(&Bindings::example());
                format!("{} {}", step.side, String::from_utf8_lossy(&payload))
            }
            other => format!("{} {other:?}", step.side),
        };
        Some(scenario.exchange.iter().map(line).collect())
    }

    #[test]
    fn steps_are_left_out_and_payloads_shortened_with_their_answers() {
        let suite = suite(
            "'line'",
            "{ client = 'a' }, { server = 'b' }, { client = 'hello' }, { server = 're: hello' }",
        );
        let left = part(&suite, &[(2, Some(2)), (3, None)]).expect("an exchange");
        assert_eq!(left, ["client he", "server re: he"]);
    }

    #[test]
    fn an_equal_message_has_answers_of_its_own() {
        let echo = "{ client = 'hello' }, { server = 'hello' }";
        let suite = suite("'line'", &format!("{echo}, {echo}"));
        let left = part(&suite, &[(0, Some(1)), (1, None), (2, None), (3, None)]);
        let left = left.expect("an exchange");
        assert_eq!(
            left,
            ["client h", "server h", "client hello", "server hello"]
        );
    }

    #[test]
    fn a_variable_is_captured_before_it_is_used() {
        let suite = suite(
            "'line'",
            "{ client = 'a' }, { server = { matches = 'id (?<id>[0-9]+)', example = 'id 1' } }, \
             { client = 'b ${id}' }, { server = 'c' }",
        );
        assert!(part(&suite, &[(2, None), (3, None)]).is_none());
        assert!(part(&suite, &[(0, None), (1, None)]).is_some());
    }

    #[test]
    fn an_answer_that_no_longer_has_what_is_captured_is_no_part() {
        let suite = suite(
            "'line'",
            "{ client = 'id' }, { server = { text = '{\"id\":7}', capture = { number = '/id' } } }, \
             { client = 'b ${number}' }, { server = 'c' }",
        );
        let all = [(0, Some(1)), (1, None), (2, None), (3, None)];
        assert!(part(&suite, &all).is_none());
    }

    #[test]
    fn what_the_framing_cannot_carry_is_no_part() {
        let fixed = suite(
            "{ fixed = { size = 4 } }",
            "{ client = 'abcd' }, { server = 'abcd' }",
        );
        assert!(part(&fixed, &[(0, Some(2)), (1, None)]).is_none());
        let line = suite("'line'", "{ client = 'é' }, { server = 'é' }");
        assert!(
            part(&line, &[(0, Some(1)), (1, None)]).is_none(),
            "half a character"
        );
        assert!(part(&line, &[(0, Some(0)), (1, None)]).is_none(), "nothing");
        assert!(
            part(&line, &[(1, None), (0, None)]).is_none(),
            "another order"
        );
        assert!(part(&line, &[(2, None)]).is_none(), "no such step");
    }

    #[test]
    fn messages_are_numbered_by_side() {
        let suite = suite(
            "'line'",
            "{ client = 'a' }, { server = 'b' }, { client = 'c' }, { server = 'd' }",
        );
        let scenario = &suite.scenarios()[0];
        let mut part = ExchangePart::whole(scenario);
        part.steps.drain(..2);
        assert_eq!(part.messages_of(scenario, Side::Client), [1]);
    }
}
