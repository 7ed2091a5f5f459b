//! Findings, described for the record.

use wirecheck_report::record;

use super::shown::Shown;
use crate::diagnose::{OutputDifference, Symptom};
use crate::judge::{Expectations, Finding, FindingKind, Overtaken};
use crate::scenario::{Action, ConnectionPart, Scenario, Side, Step};

/// A finding, described while its values are known.
#[derive(Clone, Debug)]
pub(in crate::engine) struct ReportedFinding {
    pub(in crate::engine) kind: FindingKind,
    /// What it means for a diagnosis.
    pub(in crate::engine) symptom: Symptom,
    pub(in crate::engine) finding: record::FindingRecord,
}

impl ReportedFinding {
    /// A finding about another connection of the exchange, for which a step of the one that is
    /// cut stands.
    pub(super) fn on_connection(mut self, connection: &Scenario, step: usize) -> Self {
        let what = &self.finding.what;
        self.finding.what = match connection.connection().and_then(ConnectionPart::name) {
            Some(name) => format!("on connection `{name}`: {what}"),
            None => format!("on the connection without a name: {what}"),
        };
        self.symptom = self.symptom.at(step);
        self
    }
}

/// Describes a finding about the side that faces `us`.
pub(in crate::engine) fn describe(
    finding: &Finding,
    exchange: &[Step],
    us: Side,
    expectations: &Expectations<'_>,
) -> ReportedFinding {
    let step = finding.step().and_then(|index| exchange.get(index));
    let message = step.and_then(|step| match &step.action {
        Action::Send(message) if expectations.can_fill(message) => Some(message),
        _ => None,
    });
    let due = finding.step().and_then(|step| expectations.payload(step));
    let symptom = match Symptom::of(finding, due.as_deref()) {
        Symptom::WrongAnswer { step, difference } => Symptom::WrongAnswer {
            step,
            difference: misplaced(finding, expectations).unwrap_or(difference),
        },
        symptom => symptom,
    };
    let shown = Shown {
        peer: us.other(),
        message,
        bindings: expectations.bindings(),
    };
    let (expected, actual) = shown.values(finding);
    ReportedFinding {
        kind: finding.kind(),
        symptom,
        finding: record::FindingRecord {
            kind: finding.kind().as_str().to_owned(),
            what: finding.to_string(),
            died: symptom.death().map(|how| how.brief()),
            expected,
            actual,
            line: step.map(|step| u32::try_from(step.line).unwrap_or(u32::MAX)),
        },
    }
}

/// How the answer to a later message came in the place of this one, if it did.
fn misplaced(finding: &Finding, expectations: &Expectations<'_>) -> Option<OutputDifference> {
    match (finding, expectations.overtaken()?) {
        (Finding::WrongAnswer { .. }, Overtaken::ComesAfter) => Some(OutputDifference::OutOfOrder),
        (Finding::WrongAnswer { .. }, Overtaken::Missing) => Some(OutputDifference::LaterAnswer),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use wirecheck_report::record::ValueForm;

    use super::*;
    use crate::judge::{Observations, PlayedSide, expected_steps, judge_connection};
    use crate::scenario::{Bindings, NoAttachments, Suite, parse};
    use crate::tactic::{Delivery, Script};

    const TWO: &str =
        "{ client = 'a' }, { client = 'b' }, { server = 'to a' }, { server = 'to b' }";

    fn suite(exchange: &str) -> Suite {
        let text = format!(
            "title = 'T'\nframing = 'line'\n[[scenario]]\nid = 's'\nexchange = [{exchange}]"
        );
        parse("t.toml", &text, &NoAttachments).expect("a valid suite")
    }

    /// What is said of a server that sends this.
    fn described(exchange: &str, received: &str) -> ReportedFinding {
        let suite = suite(exchange);
        let scenario = &suite.scenarios()[0];
        let script = Script::of(scenario, Side::Client);
        let played = PlayedSide {
            scenario,
            side: Side::Client,
            script: &script,
        };
        let delivery: Delivery = script.len().to_string().parse().expect("one chunk");
        let expected = expected_steps(&played, &delivery);
        let mut expectations = Expectations::new(scenario, Side::Server, Bindings::example());
        expectations.receive(received.as_bytes());
        let finding = judge_connection(&expectations, expected, &Observations::default());
        let finding = finding.expect("the answer is wrong");
        describe(&finding, scenario.exchange(), Side::Client, &expectations)
    }

    fn difference(received: &str) -> OutputDifference {
        match described(TWO, received).symptom {
            Symptom::WrongAnswer { difference, .. } => difference,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_later_answer_in_the_place_of_an_earlier_one_is_told_from_answers_in_the_wrong_order() {
        assert_eq!(difference("to b\n"), OutputDifference::LaterAnswer);
        assert_eq!(difference("to b\nto"), OutputDifference::LaterAnswer);
        assert_eq!(difference("to b\nto a\n"), OutputDifference::OutOfOrder);
        assert_eq!(difference("to c\nto a\n"), OutputDifference::Other);
    }

    /// The label and the bytes of both values.
    fn shown(exchange: &str, received: &str) -> [String; 2] {
        let finding = described(exchange, received).finding;
        [finding.expected, finding.actual].map(|value| {
            value.map_or_else(String::new, |value| {
                let text = String::from_utf8_lossy(&value.bytes.kept()).into_owned();
                format!("{}: {text}", value.label)
            })
        })
    }

    #[test]
    fn a_pattern_is_shown_and_not_its_example() {
        let exchange = "{ client = 'a' }, { server = { matches = 'id=[0-9]+', example = 'id=7' } }";
        assert_eq!(
            shown(exchange, "id=x\n"),
            ["server matches: id=[0-9]+", "server: id=x"]
        );
        let expected = described(exchange, "id=x\n").finding.expected;
        assert_eq!(expected.map(|it| it.form), Some(ValueForm::Pattern));
        let exchange = "{ client = 'a' }, { server = { one_of = ['yes', 'no'] } }";
        assert_eq!(
            shown(exchange, "maybe\n"),
            ["server, one of: yes | no", "server: maybe"]
        );
    }

    #[test]
    fn json_is_shown_at_the_pointer_that_differs() {
        let exchange = "{ client = 'a' }, { server.json = { result = { id = 1, ok = true } } }";
        assert_eq!(
            shown(exchange, "{ \"result\": { \"ok\": true, \"id\": 4 } }\n"),
            ["server /result/id: 1", "server /result/id: 4"]
        );
        assert_eq!(
            shown(exchange, "{ \"result\": { \"id\": 1 } }\n"),
            ["server /result/ok: true", ""]
        );
    }

    #[test]
    fn the_bytes_around_the_first_difference_are_kept() {
        let exchange = "{ client = 'a' }, { server.repeat = { text = 'ab', times = 1000 } }";
        let mut answer = "ab".repeat(1_000).into_bytes();
        answer[1_501] = b'!';
        answer.push(b'\n');
        let answer = String::from_utf8(answer).expect("it is ASCII");
        let [expected, actual] = shown(exchange, &answer);
        assert!(!expected.contains('!') && actual.contains('!'), "{actual}");
    }
}
