//! What a case sends and reads, in order.

use std::ops::Range;

use super::OpenCase;
use crate::scenario::{Action, Obligation, Scenario, VariableName};
use crate::tactic::{Delivery, DeliveryEnd, OtherConnections, Reading, Script};

/// What wirecheck's side does, without the values that a peer chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PlayStep {
    /// It sends these bytes of the stream in one write.
    Send(Range<usize>),
    /// It reads what the peer sends in one of its turns.
    Read,
}

/// All bytes of a side, after the edit of the delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stream {
    pub(super) bytes: Vec<u8>,
    /// Where the value of `${unique}` lies.
    pub(super) unique: Vec<Range<usize>>,
}

impl OpenCase {
    pub(super) fn scenario(&self) -> &Scenario {
        &self.suite.scenarios()[0]
    }

    fn script(&self) -> Script {
        Script::of(self.scenario(), self.side())
    }

    /// The uncut delivery.
    pub(super) fn baseline(&self) -> Delivery {
        let selection = self.selection();
        let planned = selection.scenarios().next().expect("it has one scenario");
        let mut cases = planned.plan.cases();
        cases
            .next()
            .expect("a plan begins with its baseline")
            .delivery
    }

    /// The stream with example values.
    pub(super) fn stream(&self, delivery: &Delivery) -> Stream {
        let bytes = delivered(delivery, &self.script());
        let scenario = self.scenario();
        let other = Script::with_unique(scenario, self.side(), "99999999");
        let other = delivered(delivery, &other);
        Stream {
            unique: differences(&bytes, &other),
            bytes,
        }
    }

    /// What is sent and read under a delivery. A chunk that starts a message is sent after
    /// the answers that the exchange expects before it.
    pub(super) fn steps(&self, delivery: &Delivery) -> Vec<PlayStep> {
        let script = self.script();
        let turns = self.turns_before_messages();
        let mut openings = delivery.openings(&script).peekable();
        let (mut steps, mut end, mut turns_read) = (Vec::new(), 0, 0);
        for len in delivery.lengths() {
            let chunk = end..end + len;
            let mut first = None;
            while let Some((message, _)) = openings.next_if(|(_, at)| at.get() < chunk.end) {
                first.get_or_insert(turns[message]);
            }
            for _ in turns_read..first.unwrap_or(turns_read) {
                steps.push(PlayStep::Read);
            }
            turns_read = turns_read.max(first.unwrap_or_default());
            end = chunk.end;
            steps.push(PlayStep::Send(chunk));
        }
        if turns_read < self.answered_turns(delivery) {
            steps.push(PlayStep::Read);
        }
        steps
    }

    /// How many turns of the peer there are before each of our messages.
    fn turns_before_messages(&self) -> Vec<usize> {
        let mut turns = Vec::new();
        let (mut count, mut is_theirs) = (0, false);
        for step in self.scenario().exchange() {
            let Action::Send(_) = step.action else {
                continue;
            };
            if step.side == self.side() {
                is_theirs = false;
                turns.push(count);
            } else if !std::mem::replace(&mut is_theirs, true) {
                count += 1;
            }
        }
        turns
    }

    /// How many turns of the peer follow the messages that are delivered as a whole, and
    /// unchanged.
    pub(super) fn answered_turns(&self, delivery: &Delivery) -> usize {
        let script = self.script();
        let delivered = match delivery.edit() {
            Some(edit) => delivery.delivered().min(edit.range().start).get(),
            None => delivery.delivered().get(),
        };
        let mut whole = 0;
        let mut end = 0;
        for message in &script.messages {
            end += message.bytes.len();
            whole += usize::from(end <= delivered);
        }
        let turns = self.turns_before_messages();
        match turns.get(whole) {
            Some(before) => *before,
            None => self.all_turns(),
        }
    }

    fn all_turns(&self) -> usize {
        let sends = self.scenario().exchange().iter();
        let sends = sends.filter(|it| matches!(it.action, Action::Send(_)));
        let sides: Vec<_> = sends.map(|it| it.side).collect();
        let starts = sides.chunk_by(|a, b| a == b);
        starts.filter(|turn| turn[0] != self.side()).count()
    }

    /// Whether our side ends its stream before the peer does.
    pub(super) fn closes_first(&self) -> bool {
        let mut steps = self.scenario().exchange().iter();
        let first = steps.find(|it| matches!(it.action, Action::Close(_)));
        first.is_some_and(|it| it.side == self.side())
    }

    /// Whether the peer sends something after our side ended its stream.
    pub(super) fn is_answered_after_close(&self) -> bool {
        let steps = self.scenario().exchange().iter();
        let after =
            steps.skip_while(|it| it.side != self.side() || !matches!(it.action, Action::Close(_)));
        let mut after = after.filter(|it| it.side != self.side());
        after.any(|it| matches!(it.action, Action::Send(_)))
    }

    /// Whether a message of ours has a value that the peer chooses.
    pub(super) fn sends_captured_values(&self) -> bool {
        let ours = self.scenario().exchange().iter();
        let mut ours = ours.filter(|step| step.side == self.side());
        ours.any(|step| match &step.action {
            Action::Send(message) => {
                let used = message.used_variables();
                used.iter().any(|it| it.as_str() != VariableName::UNIQUE)
            }
            _ => false,
        })
    }

    /// Whether a correct peer may send other messages than in the uncut delivery, or in another
    /// order.
    pub(super) fn allows_other_answers(&self) -> bool {
        let scenario = self.scenario();
        let mut theirs = scenario
            .exchange()
            .iter()
            .filter(|it| it.side != self.side());
        scenario.ignores_messages_of(self.side().other())
            || theirs.any(|it| it.obligation != Obligation::Required || it.unordered.is_some())
    }

    /// Whether the case is played on one connection alone, with plain reads.
    pub(super) fn is_plain(&self) -> bool {
        let delivery = &self.case.delivery;
        self.saved.needs.is_none()
            && delivery.reading() == Reading::Eager
            && delivery.other_connections() == OtherConnections::Alone
            && delivery.content().is_none()
            && !matches!(
                delivery.end(),
                DeliveryEnd::Hold | DeliveryEnd::ResetBeforeAccept
            )
    }
}

fn delivered(delivery: &Delivery, script: &Script) -> Vec<u8> {
    let stream = script.stream();
    let chunks = delivery.chunks(&stream);
    chunks.flat_map(|chunk| chunk.bytes.into_owned()).collect()
}

/// The ranges in which two streams of one length differ.
fn differences(a: &[u8], b: &[u8]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (at, _) in a.iter().zip(b).enumerate().filter(|(_, (a, b))| a != b) {
        match ranges.last_mut() {
            Some(last) if last.end == at => last.end += 1,
            _ => ranges.push(at..at + 1),
        }
    }
    ranges
}
