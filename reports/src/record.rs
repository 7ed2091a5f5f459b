//! What is kept of a run.
//!
//! A record is made as the run goes and is whole at every moment: a run that was
//! cut off leaves what it had, with [`State::CutOff`] or [`State::Running`].
//! Two runs of one peer give equal records but for the fields named `*_us`,
//! `started` and `address`.

use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};

/// The version of this format; a reader refuses versions it does not know.
pub const VERSION: u32 = 1;

/// The JSON Schema of a record.
#[must_use]
pub fn schema() -> Schema {
    schema_for!(Record)
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// The version of the format.
    pub version: u32,
    /// Which wirecheck made it.
    pub wirecheck: String,
    /// When the run began, in RFC 3339.
    pub started: String,
    /// How long it took, in microseconds.
    pub took_us: u64,
    /// Whether it came to its end.
    pub state: State,
    /// What random deliveries were drawn from.
    pub seed: u64,
    /// How thorough the run was.
    pub profile: String,
    /// The implementation under test.
    pub peer: Peer,
    /// How surely bytes were delivered as they should be.
    pub delivery: DeliveryTally,
    /// The suites, in the order in which they were run.
    pub suites: Vec<Suite>,
    /// How often a peer had to be started again.
    pub restarts: u32,
    /// What was said beside the verdicts: about the peer, the machine, the run.
    pub notes: Vec<String>,
    /// The verdict over all.
    pub verdict: Verdict,
}

/// How far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It was under way when this was written.
    Running,
    /// It came to its end.
    Finished,
    /// It was stopped before its end: by the user, or because the peer was gone.
    CutOff,
}

/// The implementation under test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Peer {
    /// Which side of the exchange it plays.
    pub role: Role,
    /// How it is started, word by word; nothing for one that ran already.
    pub command: Vec<String>,
    /// Where it was reached.
    pub address: String,
    /// How its connections are driven.
    pub concurrency: Concurrency,
    /// For how long one process of it is used.
    #[serde(default)]
    pub lives: Lives,
}

/// For how long one process of the peer is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lives {
    /// For as many cases as it survives.
    #[default]
    ManyCases,
    /// For one case.
    OneCase,
}

/// A side of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The one who connects.
    Client,
    /// The one who listens.
    Server,
}

/// How many cases ran at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Concurrency {
    /// One: the user asked for it, or the peer serves one client at a time.
    One,
    /// Several.
    Several,
}

/// How surely bytes were delivered as they should be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryTally {
    /// Boundaries between chunks that were to be kept.
    pub boundaries: u64,
    /// Those that the kernel proved.
    pub proven: u64,
    /// Why the others could not be proven, if any, and what would help.
    pub unverified: Option<String>,
}

/// What starting a process of the peer for each case cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Starts {
    /// How long one that nothing else kept waiting took until it connected, in
    /// microseconds.
    pub one_us: u64,
    /// How long all cases waited for theirs, in microseconds.
    pub waited_us: u64,
    /// Out of so much time.
    pub worked_us: u64,
}

/// What became of a suite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Suite {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The file.
    pub path: String,
    /// Its scenarios.
    pub scenarios: Vec<Scenario>,
}

/// What became of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scenario {
    /// Its id in the suite.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Why it must hold.
    pub why: Option<String>,
    /// What asks for it.
    pub spec: Option<String>,
    /// How much it matters.
    pub level: Level,
    /// Where it begins in its file.
    pub line: u32,
    /// The verdict over its cases.
    pub verdict: Verdict,
    /// How its cases went, tactic by tactic.
    pub families: Vec<Family>,
    /// How long the slowest case took, in microseconds.
    pub slowest_us: u64,
    /// Where each case has a process of the peer: what starting them cost.
    #[serde(default)]
    pub starts: Option<Starts>,
    /// Its cases that did not pass, the baseline first, then in the order of the
    /// tactics; all of them by name, the first with their evidence.
    pub failures: Vec<Failure>,
    /// The defects that explain them.
    pub defects: Vec<Defect>,
    /// What wirecheck's side says, for the strip of offsets.
    pub stream: Stream,
}

/// How much a scenario matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Broken, it fails the run.
    Must,
    /// Broken, it is nonstrict.
    Should,
    /// Both ways are right.
    May,
}

/// A verdict on a case, a scenario or a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It held.
    Pass,
    /// Something that must hold did not.
    Fail,
    /// Something that should hold did not.
    Nonstrict,
    /// It failed once and not again.
    Flaky,
    /// It failed, and the run ended before it was played again.
    Unconfirmed,
    /// It was not run, or not to its end.
    Skipped,
    /// wirecheck could not judge.
    Error,
}

/// The cases of one tactic in one scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Family {
    /// The tactic, without its offsets: `cut`.
    pub name: String,
    /// How many cases it made.
    pub cases: u64,
    /// How many of them passed.
    pub passed: u64,
    /// How many of them were not run.
    pub skipped: u64,
    /// At which offsets of the stream they were run, in order; nothing for a tactic
    /// that is not about one offset.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<Stretch>,
}

/// Offsets that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stretch {
    /// The first of them.
    pub first: u64,
    /// The last of them; the first again if there is just one.
    pub last: u64,
}

/// A case that did not pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// Its tactic with its offsets: the last part of the case id.
    pub tactic: String,
    /// The verdict.
    pub verdict: Verdict,
    /// What fell short.
    pub findings: Vec<Finding>,
    /// What happened; kept for the first failures of a scenario.
    pub evidence: Option<Evidence>,
}

/// A claim that fell short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What kind of claim: `no-answer`, `wrong-answer` …
    pub kind: String,
    /// What was seen, as a sentence.
    pub what: String,
    /// What was expected, if it can be held against what came.
    pub expected: Option<Shown>,
    /// What came instead.
    pub actual: Option<Shown>,
    /// The line of the suite that asks for it.
    pub line: Option<u32>,
}

/// Something that was said or printed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Shown {
    /// Who said it and how: `server`, `client prints`.
    pub who: String,
    /// What was said.
    pub bytes: Bytes,
}

/// What happened in one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The delivery, in wirecheck's notation.
    pub delivery: String,
    /// Boundaries that were to be kept in this case.
    pub boundaries: u64,
    /// Those that the kernel proved.
    pub proven: u64,
    /// The events, in order.
    pub events: Vec<Event>,
    /// What the peer last said on standard error or output.
    pub last_words: Vec<String>,
    /// How long the case took, in microseconds.
    pub took_us: u64,
}

/// Something that happened on the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// When, in microseconds from the start of the connection.
    pub at_us: u64,
    /// Whose doing it was.
    pub by: Role,
    /// What it was.
    pub what: Happening,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Happening {
    /// Bytes went over the wire.
    Said(Bytes),
    /// The side sent its FIN.
    Fin,
    /// The side reset the connection.
    Reset,
    /// The side printed a text.
    Printed(Bytes),
    /// The side's process ended.
    Exited(String),
    /// The connection broke in another way.
    Broke(String),
}

/// Bytes, bounded: text with escapes, so that a record can be read by people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bytes {
    /// The first of them, each as two hex digits.
    pub hex: String,
    /// How many there were in all.
    pub len: u64,
}

impl Bytes {
    /// The most bytes that are kept.
    pub const KEPT: usize = 512;

    /// Keeps the first of `bytes` and how many there are.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let kept = &bytes[..bytes.len().min(Self::KEPT)];
        let hex = kept.iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            hex,
            len: bytes.len() as u64,
        }
    }

    /// The bytes that were kept; what is not hex is passed over.
    #[must_use]
    pub fn kept(&self) -> Vec<u8> {
        let digits: Vec<_> = self.hex.chars().filter_map(|c| c.to_digit(16)).collect();
        digits
            .chunks_exact(2)
            .filter_map(|pair| u8::try_from(pair[0] << 4 | pair[1]).ok())
            .collect()
    }
}

/// What wirecheck's side says in a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stream {
    /// How many bytes.
    pub len: u64,
    /// What each stretch of them is for, in order, neighbours of one kind joined.
    pub regions: Vec<Region>,
}

/// A stretch of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Region {
    /// `header`, `payload` or `delimiter`.
    pub kind: String,
    /// Its first byte.
    pub start: u64,
    /// The byte after its last.
    pub end: u64,
}

/// A named class of bug that explains failures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Defect {
    /// `F01`.
    pub code: String,
    /// `short-header-read`.
    pub name: String,
    /// What was seen that tells it from its neighbours.
    pub because: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_as_far_as_they_were_kept() {
        let long: Vec<_> = (0..=255).cycle().take(Bytes::KEPT + 10).collect();
        let bytes = Bytes::of(&long);
        assert_eq!(bytes.kept(), long[..Bytes::KEPT]);
        assert_eq!(bytes.len, long.len() as u64);
    }
}
