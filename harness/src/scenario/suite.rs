//! A suite and its scenarios. Only [`super::parse`] makes them, so they are valid.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use regex::bytes::Regex;

use super::connection::ConnectionPart;
use super::exchange::{Side, Step};
use super::exchange_framing::ExchangeFramings;
use super::ignored::IgnoredMessage;
use super::name::{ScenarioId, SuiteId};
use super::parameter::{Parameter, ParameterSetting};
use crate::framing::Framing;

/// Scenarios that belong together. Only the parser makes one, so it is valid.
#[derive(Clone, Debug)]
pub struct Suite {
    pub(super) id: SuiteId,
    /// The id without names of folders.
    pub(super) own_id: SuiteId,
    /// Ids that it has in other runs.
    pub(super) other_ids: Vec<String>,
    pub(super) path: String,
    pub(super) text: String,
    /// The files that it refers to, by path.
    pub(super) attachments: BTreeMap<String, Vec<u8>>,
    pub(super) title: String,
    pub(super) parameters: Vec<Parameter>,
    /// What replaced the values of parameters in the text.
    pub(super) settings: Vec<ParameterSetting>,
    pub(super) scenarios: Vec<Scenario>,
}

impl Suite {
    /// The first part of its case ids.
    #[must_use]
    pub fn id(&self) -> &SuiteId {
        &self.id
    }

    /// The id that its file gives it, whatever other suites there are.
    #[must_use]
    pub fn own_id(&self) -> &SuiteId {
        &self.own_id
    }

    /// All ids by which a pattern may name it: alone, and among others.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let ids = [self.id.as_str(), self.own_id.as_str()].into_iter();
        ids.chain(self.other_ids.iter().map(String::as_str))
    }

    /// Says which ids it has in runs with suites of the same name.
    pub fn set_other_ids(&mut self, ids: Vec<String>) {
        self.other_ids = ids;
    }

    /// Gives it an id that no other suite of the run has.
    pub fn rename(&mut self, id: SuiteId) {
        self.id = id;
    }

    /// The file's path as the user wrote it.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The file's content; the spans of scenarios and steps point into it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The content of the files that it refers to, by the path that it gives.
    pub fn attachments(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let all = self.attachments.iter();
        all.map(|(path, content)| (path.as_str(), content.as_slice()))
    }

    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// In alphabetical order.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The values that the user gave to its parameters.
    #[must_use]
    pub fn settings(&self) -> &[ParameterSetting] {
        &self.settings
    }

    /// Says which values of its text the user gave.
    #[must_use]
    pub fn with_settings(self, settings: Vec<ParameterSetting>) -> Self {
        Self { settings, ..self }
    }

    /// In the file's order; at least one, unless [`Suite::retain_scenarios`] dropped all.
    #[must_use]
    pub fn scenarios(&self) -> &[Scenario] {
        &self.scenarios
    }

    /// Drops the scenarios that are not selected.
    pub fn retain_scenarios(&mut self, is_selected: impl FnMut(&Scenario) -> bool) {
        self.scenarios.retain(is_selected);
    }

    /// The same suite with this scenario alone.
    #[must_use]
    pub fn with_scenario(self, scenario: Scenario) -> Self {
        Self {
            scenarios: vec![scenario],
            ..self
        }
    }

    /// The same suite with one time limit for every answer and every close.
    #[must_use]
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        for scenario in &mut self.scenarios {
            scenario.limits.reply = limit;
            scenario.limits.close = limit;
        }
        self
    }
}

/// An exchange with an id and a reason.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub(super) id: ScenarioId,
    pub(super) title: String,
    pub(super) why: Option<String>,
    pub(super) level: Level,
    pub(super) spec: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) peer: Option<Side>,
    pub(super) framings: ExchangeFramings,
    pub(super) limits: Limits,
    pub(super) adversary: Adversary,
    pub(super) ignored: Vec<IgnoredMessage>,
    pub(super) exchange: Vec<Step>,
    /// `None` if there is only one connection.
    pub(super) connection: Option<Box<ConnectionPart>>,
    pub(super) line: usize,
    pub(super) span: Range<usize>,
}

impl Scenario {
    /// The second part of its case ids.
    #[must_use]
    pub fn id(&self) -> &ScenarioId {
        &self.id
    }

    /// What the peer does if it is correct, as a sentence.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Why the peer must do it.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        self.why.as_deref()
    }

    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// The sentence of the specification that asks for it.
    #[must_use]
    pub fn spec(&self) -> Option<&str> {
        self.spec.as_deref()
    }

    /// Words for `--tag`.
    #[must_use]
    pub fn tags(&self) -> &[String] {
        &self.tags
    }

    /// The only side that the scenario judges; `None` if it judges either.
    #[must_use]
    pub fn peer(&self) -> Option<Side> {
        self.peer
    }

    /// How the messages are delimited that a side sends from a step on.
    #[must_use]
    pub fn framing(&self, side: Side, step: usize) -> &Framing {
        self.framings.at(side, step)
    }

    /// The framings of the exchange, which a step may change.
    #[must_use]
    pub fn framings(&self) -> &ExchangeFramings {
        &self.framings
    }

    /// The framing of all messages of a side. `None` if the exchange changes it.
    #[must_use]
    pub fn only_framing(&self, side: Side) -> Option<&Framing> {
        self.framings.only(side)
    }

    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    #[must_use]
    pub fn adversary(&self) -> &Adversary {
        &self.adversary
    }

    /// What each side may send at any time, with the automatic replies to it.
    #[must_use]
    pub fn ignored(&self) -> &[IgnoredMessage] {
        &self.ignored
    }

    /// Whether a side may send messages at any time.
    #[must_use]
    pub fn ignores_messages_of(&self, side: Side) -> bool {
        self.ignored.iter().any(|it| it.side == side)
    }

    /// Whether messages that a side may send at any time get a reply.
    #[must_use]
    pub fn replies_to(&self, side: Side) -> bool {
        let mut of_side = self.ignored.iter().filter(|it| it.side == side);
        of_side.any(|it| it.reply.is_some())
    }

    /// The same scenario where what it replies to is only passed over.
    #[must_use]
    pub fn without_replies(mut self) -> Self {
        for message in &mut self.ignored {
            message.reply = None;
        }
        self
    }

    /// The steps in order; at least one.
    #[must_use]
    pub fn exchange(&self) -> &[Step] {
        &self.exchange
    }

    /// The line of the file where it begins, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The bytes of the file that hold its id.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The same scenario where no wait is shorter than `least` and no step has a
    /// limit of its own.
    #[must_use]
    pub fn without_time_limits(&self, least: Duration) -> Self {
        let mut scenario = self.clone();
        for step in &mut scenario.exchange {
            step.within = None;
        }
        let limits = &mut scenario.limits;
        limits.reply = limits.reply.max(least);
        limits.close = limits.close.max(least);
        scenario
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// A failure fails the run.
    #[default]
    Must,
    /// A failure is reported as nonstrict.
    Should,
    /// Both behaviours are correct; the peer's is reported.
    May,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The time limit of an answer.
    pub reply: Duration,
    /// The time limit of a close.
    pub close: Duration,
    /// The most cases of one scenario.
    pub cases: u64,
    /// The most bytes that one side sends in an exchange.
    pub stream_bytes: usize,
    /// The most bytes kept of a peer's answers in a case.
    pub reply_bytes: usize,
    /// The most bytes kept of what a peer prints in a case.
    pub output_bytes: usize,
    /// The most bytes by which the peer's memory may grow during an uncut exchange, where that is
    /// judged.
    pub memory_bytes: Option<u64>,
    /// The most bytes of all messages of a suite together.
    pub suite_bytes: usize,
    /// The most states of all regular expressions of a suite together, estimated.
    pub pattern_states: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            reply: Duration::from_secs(5),
            close: Duration::from_secs(5),
            cases: 100_000,
            stream_bytes: 16 << 20,
            reply_bytes: 16 << 20,
            output_bytes: 1 << 20,
            memory_bytes: None,
            suite_bytes: 256 << 20,
            pattern_states: 5_000_000,
        }
    }
}

/// What the protocol allows a peer to do.
#[derive(Clone, Debug)]
pub struct Adversary {
    /// A client may send its next message before the last is answered.
    pub pipelining: Permission,
    /// There may be several connections at once.
    pub concurrent: Permission,
    /// A side that has ended its stream may still read answers.
    pub half_close: Permission,
    /// How a message that the end of the stream truncates may be answered.
    pub truncation: TruncationReply,
    /// How a message with a malformed header may be answered.
    pub malformed: TruncationReply,
}

impl Default for Adversary {
    fn default() -> Self {
        Self {
            pipelining: Permission::Allowed,
            concurrent: Permission::Allowed,
            half_close: Permission::Allowed,
            truncation: TruncationReply::Error,
            malformed: TruncationReply::Error,
        }
    }
}

/// How a peer may reply to a message that is truncated or malformed.
#[derive(Clone, Debug)]
pub enum TruncationReply {
    /// Not at all.
    Silent,
    /// With an error: anything but the answer to the whole message.
    Error,
    /// With anything, also before the message is whole.
    Any,
    /// With bytes in which the expression is found.
    Matches(Regex),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    Allowed,
    Forbidden,
}

impl From<bool> for Permission {
    fn from(allowed: bool) -> Self {
        if allowed {
            Self::Allowed
        } else {
            Self::Forbidden
        }
    }
}
