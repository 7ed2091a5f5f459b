//! One scenario of a suite, without a connection.

use std::fmt;
use std::path::Path;

use super::traffic::{TrafficError, suite_in};
use crate::judge::{
    Expectations, Finding, Observations, ObservedClose, PeerClose, PlayedSide, expected_steps,
    judge_connection,
};
use crate::scenario::{Bindings, NoAttachments, Permission, Scenario, Side, Suite, parse};
use crate::tactic::{CaseChoice, Plan, Script, sends_learnt_values};

/// The bytes that each side sends in a scenario, for an implementation that is tested without
/// sockets: give it the bytes of one side, and check what it sends as the other. How a side
/// closes, and what its program prints, is not checked.
///
/// ```
/// use wirecheck::framer::Exchange;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let suite = "
///     title = 'Echo'
///     framing = 'line'
///     [[scenario]]
///     id = 'greets'
///     exchange = [{ client = 'I am Ada' }, { server = 'hello Ada' }]
/// ";
/// let exchange = Exchange::of_suite_text("echo.toml", suite, "greets")?;
/// assert_eq!(exchange.client(), b"I am Ada\n");
///
/// exchange.check_server(b"hello Ada\n")?;
/// let wrong = exchange.check_server(b"hello Bob\n").unwrap_err();
/// assert_eq!(wrong.expected.as_deref(), Some(&b"hello Ada"[..]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Exchange {
    /// It has this scenario alone.
    suite: Suite,
}

/// Why there is no [`Exchange`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// There is no such suite.
    #[error(transparent)]
    Suite(#[from] TrafficError),
    /// The suite has no scenario with this id.
    #[error("no scenario `{id}` in {path}: it has {}", known.join(", "))]
    NoScenario {
        /// What was given.
        id: String,
        /// The suite.
        path: String,
        /// The ids of its scenarios.
        known: Vec<String>,
    },
    /// A side sends a value that the other side chooses. Without a connection nobody knows it.
    #[error(
        "in scenario `{id}` of {path} the {side} sends a value that the other side chooses: check \
         it over a connection, with `Check`"
    )]
    SendsWhatItLearns {
        /// The scenario.
        id: String,
        /// The suite.
        path: String,
        /// `client` or `server`.
        side: String,
    },
}

/// How a stream differs from what a scenario says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deviation {
    /// In a sentence.
    pub what: String,
    /// The path of the suite, and the line of the message that differs.
    pub place: String,
    /// The message that is expected.
    pub expected: Option<Vec<u8>>,
    /// What the stream has instead.
    pub actual: Option<Vec<u8>>,
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)?;
        if let Some(expected) = &self.expected {
            write!(f, "\n  expected \"{}\"", expected.escape_ascii())?;
        }
        if let Some(actual) = &self.actual {
            write!(f, "\n  actual   \"{}\"", actual.escape_ascii())?;
        }
        Ok(())
    }
}

impl std::error::Error for Deviation {}

impl Exchange {
    /// A scenario of the suite in a file.
    pub fn of_suite(path: impl AsRef<Path>, scenario: &str) -> Result<Self, ExchangeError> {
        Self::of(suite_in(path.as_ref())?, scenario)
    }

    /// The same for a suite that is given as text. `name` stands for its path in errors.
    pub fn of_suite_text(name: &str, text: &str, scenario: &str) -> Result<Self, ExchangeError> {
        let suite = parse(name, text, &NoAttachments).map_err(TrafficError::Invalid)?;
        Self::of(suite, scenario)
    }

    fn of(suite: Suite, id: &str) -> Result<Self, ExchangeError> {
        let mut scenarios = suite.scenarios().iter();
        let Some(scenario) = scenarios.find(|it| it.id().as_str() == id).cloned() else {
            let known = suite.scenarios().iter().map(|it| it.id().to_string());
            return Err(ExchangeError::NoScenario {
                id: id.to_owned(),
                path: suite.path().to_owned(),
                known: known.collect(),
            });
        };
        let sides = [Side::Client, Side::Server];
        if let Some(side) = sides
            .into_iter()
            .find(|it| sends_learnt_values(&scenario, *it))
        {
            return Err(ExchangeError::SendsWhatItLearns {
                id: id.to_owned(),
                path: suite.path().to_owned(),
                side: side.to_string(),
            });
        }
        Ok(Self {
            suite: suite.with_scenario(scenario),
        })
    }

    /// All that the client sends, with an example in the place of each variable.
    #[must_use]
    pub fn client(&self) -> Vec<u8> {
        self.stream(Side::Client)
    }

    /// The same for the server.
    #[must_use]
    pub fn server(&self) -> Vec<u8> {
        self.stream(Side::Server)
    }

    /// Checks all that a client has sent to a server that sent [`server`](Self::server).
    pub fn check_client(&self, sent: &[u8]) -> Result<(), Deviation> {
        self.check(Side::Client, sent)
    }

    /// Checks all that a server has sent to a client that sent [`client`](Self::client).
    pub fn check_server(&self, sent: &[u8]) -> Result<(), Deviation> {
        self.check(Side::Server, sent)
    }

    fn scenario(&self) -> &Scenario {
        &self.suite.scenarios()[0]
    }

    fn stream(&self, side: Side) -> Vec<u8> {
        Script::of(self.scenario(), side).stream()
    }

    fn check(&self, side: Side, sent: &[u8]) -> Result<(), Deviation> {
        let scenario = self.scenario();
        let other = side.other();
        let mut expectations =
            Expectations::new(scenario, side, scenario.example_values(Bindings::EXAMPLE));
        let steps = scenario.exchange().iter().enumerate();
        for (step, _) in steps.filter(|(_, it)| it.side == other) {
            // Its values may be expected in what is sent.
            expectations.note_sent(step);
        }
        expectations.receive(sent);
        let pending = expectations.pending();
        expectations.end_of_stream();
        let script = Script::of(scenario, other);
        let played = PlayedSide {
            scenario,
            side: other,
            script: &script,
        };
        let plan = Plan::of(&self.suite, scenario, other, &CaseChoice::default());
        let whole = plan
            .cases()
            .next()
            .expect("a plan begins with its baseline");
        let observations = Observations {
            partial: sent[sent.len() - pending.min(sent.len())..].to_vec(),
            peer_close: Some(ObservedClose {
                how: PeerClose::Fin,
                allowed: Permission::Allowed,
            }),
            ..Observations::default()
        };
        let expected = expected_steps(&played, &whole.delivery);
        match judge_connection(&expectations, expected, &observations) {
            // A stream shows no close.
            None | Some(Finding::WrongClose { .. }) => Ok(()),
            Some(finding) => Err(self.deviation(&finding, &expectations, &observations.partial)),
        }
    }

    fn deviation(
        &self,
        finding: &Finding,
        expectations: &Expectations<'_>,
        partial: &[u8],
    ) -> Deviation {
        let what = match finding {
            Finding::EndedEarly { .. } if partial.is_empty() => {
                "the stream ends before this message".to_owned()
            }
            Finding::EndedEarly { .. } => "the stream ends inside this message".to_owned(),
            Finding::Surplus { .. } => "the stream has more than the expected messages".to_owned(),
            Finding::WrongAnswer { refusal, .. } => format!("wrong message: {refusal}"),
            Finding::MalformedAnswer { why, .. } => format!("malformed message: {why}"),
            Finding::CutShort { at, .. } => format!("the stream ends inside this message: {at}"),
            other => other.to_string(),
        };
        let path = self.suite.path();
        let step = finding.step();
        let line = step.and_then(|step| Some(self.scenario().exchange().get(step)?.line));
        Deviation {
            what,
            place: match line {
                Some(line) => format!("{path}:{line}"),
                None => path.to_owned(),
            },
            expected: step.and_then(|step| expectations.payload(step)),
            actual: match finding {
                Finding::WrongAnswer { actual, .. } | Finding::Surplus { actual } => {
                    Some(actual.clone())
                }
                Finding::CutShort { .. } | Finding::EndedEarly { .. } if !partial.is_empty() => {
                    Some(partial.to_vec())
                }
                _ => None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(steps: &str) -> Exchange {
        let suite =
            format!("title = 'T'\nframing = 'line'\n[[scenario]]\nid = 's'\nexchange = [{steps}]");
        Exchange::of_suite_text("t.toml", &suite, "s").expect("a suite")
    }

    fn server(steps: &str, sent: &str) -> Option<String> {
        let checked = exchange(steps).check_server(sent.as_bytes());
        checked.err().map(|it| it.to_string())
    }

    #[test]
    fn a_stream_has_the_messages_of_its_side() {
        let steps = "{ client = 'a ${unique}' }, { server = 'b' }, { client = 'c' }";
        assert_eq!(exchange(steps).client(), b"a 00000000\nc\n");
        assert_eq!(exchange(steps).server(), b"b\n");
        assert_eq!(exchange(steps).check_client(b"a 00000000\nc\n"), Ok(()));
    }

    #[test]
    fn a_deviation_says_what_differs_and_where() {
        let steps = "\n{ client = 'a' },\n{ server = 'b' },\n{ server = 'c' }";
        assert_eq!(server(steps, "b\nc\n"), None);
        let wrong = server(steps, "b\nd\n").expect("it differs");
        assert!(wrong.starts_with("t.toml:8: wrong message"), "{wrong}");
        assert!(
            wrong.ends_with("\n  expected \"c\"\n  actual   \"d\""),
            "{wrong}"
        );
        assert_eq!(
            server(steps, "b\n").as_deref(),
            Some("t.toml:8: the stream ends before this message\n  expected \"c\"")
        );
        let inside = server(steps, "b\nc").expect("its end is missing");
        assert!(
            inside.starts_with("t.toml:8: the stream ends inside this message"),
            "{inside}"
        );
        let more = server(steps, "b\nc\nd\n").expect("it has more");
        assert!(more.starts_with("t.toml: the stream has more"), "{more}");
    }

    #[test]
    fn values_of_one_side_are_expected_of_the_other() {
        let echo = "{ client = 'a ${unique}' }, { server = 'a ${unique}' }";
        assert_eq!(server(echo, "a 00000000\n"), None);
        assert!(server(echo, "a 00000001\n").is_some());
    }

    #[test]
    fn a_side_that_sends_what_it_learns_needs_a_connection() {
        let suite = "title = 'T'\nframing = 'line'\n[[scenario]]\nid = 's'\n\
                     exchange = [{ server = { matches = 'id (?<id>[0-9]+)', \
                     example = 'id 7' } }, { client = 'take ${id}' }]";
        let error = Exchange::of_suite_text("t.toml", suite, "s").expect_err("it learns");
        assert!(
            error.to_string().contains("the client sends a value"),
            "{error}"
        );
    }

    #[test]
    fn an_unknown_scenario_is_an_error_with_those_that_exist() {
        let suite = "title = 'T'\nframing = 'line'\n[[scenario]]\nid = 's'\n\
                     exchange = [{ client = 'a' }]";
        let error = Exchange::of_suite_text("t.toml", suite, "x").expect_err("unknown");
        assert_eq!(error.to_string(), "no scenario `x` in t.toml: it has s");
    }
}
