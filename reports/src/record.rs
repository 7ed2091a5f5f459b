//! The run record: everything that is kept of a run.
//!
//! A record is complete at every moment: a run that ends early leaves what it had, with
//! [`RunState::CutOff`] or [`RunState::Running`]. Two runs against the same peer give
//! equal records, except for the fields named `*_us`, `started` and `address`.
//!
//! Doc comments on these types become the descriptions in the JSON Schema.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};

use crate::notation::quoted_if_needed;
pub use crate::observed::{NotCompared, ObservedAnswer, ObservedAnswers, ObservedEnd};

/// The version of the format. A reader refuses any other version.
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
    /// The version of wirecheck that wrote the record.
    pub wirecheck: String,
    /// When the run started, in RFC 3339.
    pub started: String,
    /// How long the run took, in microseconds.
    pub took_us: u64,
    /// Whether the run finished.
    pub state: RunState,
    /// What ended a run that did not finish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_off_by: Option<CutOffReason>,
    /// Why the peer ended the run: it did not start, could not be reached, or was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_failure: Option<String>,
    /// The seed for random deliveries.
    pub seed: u64,
    /// The profile: `quick`, `standard`, `thorough` or `exhaustive`.
    pub profile: String,
    /// The implementation under test.
    pub peer: PeerRecord,
    /// How many boundaries between chunks were proven.
    pub delivery: DeliveryTally,
    /// The suites, in the order in which they were run.
    pub suites: Vec<SuiteRecord>,
    /// The part of the run that this is, if it was split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// What fails the run, and the failures that are known.
    #[serde(default)]
    pub gate: Gate,
    /// What was tried besides the suites, by `wirecheck fuzz`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fuzz: Option<FuzzRecord>,
    /// How many times a fresh peer had to be started.
    pub restarts: u32,
    /// Notes on the peer, the machine and the run.
    pub notes: Vec<String>,
    /// The verdict on the run.
    pub verdict: Verdict,
}

/// What `wirecheck fuzz` tried besides the suites as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FuzzRecord {
    /// How many variations of the exchanges were tried.
    pub variations: u64,
    /// How many connections that took.
    pub cases: u64,
    /// How many kinds of answers and ends were seen.
    pub behaviors: u64,
    /// How many failing variations are in the record.
    pub reported: u64,
    /// How many others failed in a way that was reported before.
    pub repeated: u64,
    /// How many were not judged: the peer answers the same bytes in different ways, or the
    /// failure was not seen again.
    pub not_steady: u64,
    /// When the last new behavior was seen, in microseconds since the start.
    pub last_new_us: u64,
}

/// A part of a run that was split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shard {
    /// Which part it is, from 1.
    pub number: u32,
    /// How many parts there are.
    pub of: u32,
    /// All scenarios of the run in their order, as `suite/scenario`.
    pub scenarios: Vec<String>,
    /// A hash of the suites and of all selected cases: it is the same in all parts.
    pub plan: String,
}

/// The rules by which a run fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gate {
    /// What fails the run.
    pub fail_on: Vec<FailOn>,
    /// The fewest cases that must be played.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_cases: Option<u64>,
    /// Whether options left out suites, scenarios or cases. The run then cannot say that a known
    /// failure passes, or that it matches nothing.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_partial: bool,
    /// The failures that are known and fail nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<KnownFailure>,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            fail_on: vec![FailOn::Must, FailOn::Flaky],
            min_cases: None,
            is_partial: false,
            known: Vec::new(),
        }
    }
}

/// A kind of result that fails a run.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    /// A requirement of level `must` failed.
    Must,
    /// A requirement of level `should` or `may` failed.
    Should,
    /// A case failed and passed when it was repeated.
    Flaky,
}

/// Failures that are known and fail nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KnownFailure {
    /// A glob for case ids: `suite/scenario/tactic`.
    pub cases: String,
    /// Why they fail, in the words of the user.
    pub reason: String,
    /// How many of the selected cases match.
    pub selected: u64,
    /// How many of them failed.
    pub failed: u64,
    /// How many of them may not have been played: not all cases of their tactic were.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub not_played: u64,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// It was in progress when the record was written.
    Running,
    /// It finished.
    Finished,
    /// It ended early: the user stopped it, or the peer was gone.
    CutOff,
}

/// What ended a run that did not finish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CutOffReason {
    /// The user, or a signal.
    User,
    /// The peer: it did not start, could not be reached, or was lost.
    Peer,
    /// The time that the user gave the run was over.
    Time,
}

/// The implementation under test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PeerRecord {
    /// The side of the exchange that it plays.
    pub role: Role,
    /// The command that starts it, one item per argument; empty if it was already running.
    pub command: Vec<String>,
    /// Its address.
    pub address: String,
    /// How many cases ran at the same time.
    pub concurrency: Concurrency,
    /// How long one process of it is used.
    #[serde(default, rename = "lives")]
    pub process_lifetime: ProcessLifetime,
}

impl PeerRecord {
    /// The command as a shell takes it, or the address of a server that was already running.
    #[must_use]
    pub fn name(&self) -> String {
        let words: Vec<_> = self.command.iter().map(|it| quoted_if_needed(it)).collect();
        if words.is_empty() {
            self.address.clone()
        } else {
            words.join(" ")
        }
    }
}

/// How long one process of the peer is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProcessLifetime {
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
    /// The side that connects.
    Client,
    /// The side that listens.
    Server,
}

impl Role {
    /// The side at the other end.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
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

/// How many boundaries between chunks were proven.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryTally {
    /// The boundaries of all deliveries.
    pub boundaries: u64,
    /// Those at which the kernel proved that the peer had read the chunk before.
    pub proven: u64,
    /// Why the others could not be proven, if any, and what would help.
    pub unverified: Option<String>,
}

/// The cost of starting one process of the peer per case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StartCost {
    /// From the start of one process to its first connection on an idle machine, in
    /// microseconds.
    pub one_us: u64,
    /// How long all cases together waited for their process, in microseconds.
    pub waited_us: u64,
    /// How long all cases together took, in microseconds.
    pub worked_us: u64,
}

/// The results of a suite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SuiteRecord {
    /// The id of the suite.
    pub id: String,
    /// The title of the suite.
    pub title: String,
    /// The suite file.
    pub path: String,
    /// The values that the user gave to its parameters, by name, with the escapes of suites.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, String>,
    /// The results of its scenarios.
    pub scenarios: Vec<ScenarioRecord>,
}

/// The results of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioRecord {
    /// Its id, unique in the suite.
    pub id: String,
    /// The title of the scenario.
    pub title: String,
    /// Why a correct peer passes it.
    pub why: Option<String>,
    /// The specification that requires it.
    pub spec: Option<String>,
    /// Whether a failure fails the run.
    pub level: Level,
    /// The line of the suite file where it begins.
    pub line: u32,
    /// The verdict on all its cases.
    pub verdict: Verdict,
    /// The results of its cases, by family of tactics.
    pub families: Vec<FamilyRecord>,
    /// How long the slowest case took, in microseconds.
    pub slowest_us: u64,
    /// The cost of starting one process of the peer per case, where it is used so.
    #[serde(default, rename = "starts")]
    pub start_cost: Option<StartCost>,
    /// The cases that did not pass, the baseline first, then in the order of the
    /// tactics. All are named; the first ones have evidence.
    pub failures: Vec<FailedCase>,
    /// The defects that explain the failures.
    pub defects: Vec<Defect>,
    /// What was left open in cases that are counted as `not_judged`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_judged: Vec<NotJudged>,
    /// An allowed reply to a truncated or malformed message, such as an error; the first in
    /// the order of the tactics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_reply: Option<LabelledBytes>,
    /// What the stream has where it was cut, if few of its single cuts fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_place: Option<String>,
    /// What wirecheck's side sends.
    pub stream: StreamRecord,
    /// What the peer answered, if the run was made to compare implementations. Deliveries with the
    /// same answers are together, in the order of the first ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observed: Vec<ObservedAnswers>,
}

/// Whether a failure fails the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// A failure fails the run.
    Must,
    /// A failure is reported as nonstrict.
    Should,
    /// Both behaviours are allowed.
    May,
}

/// A verdict on a case, a scenario or a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It passed.
    Pass,
    /// A requirement of level `must` failed.
    Fail,
    /// A requirement of level `should` failed.
    Nonstrict,
    /// It failed once and passed when it was repeated.
    Flaky,
    /// It failed, and the run ended before it was repeated.
    Unconfirmed,
    /// It failed, and the user listed it as a known failure.
    Known,
    /// It was not run, or did not finish.
    Skipped,
    /// wirecheck could not judge it.
    Error,
}

/// The results of one family of tactics in one scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FamilyRecord {
    /// The tactic without its offsets: `cut`.
    pub name: String,
    /// The number of its cases.
    pub cases: u64,
    /// How many passed.
    pub passed: u64,
    /// How many passed as far as they were judged: `not_judged` of the scenario says what
    /// was left open. They are not in `passed`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub not_judged: u64,
    /// In how many of those that passed the peer answered a truncated or malformed message
    /// with an allowed reply, such as an error.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub error_replies: u64,
    /// How many were not run.
    pub skipped: u64,
    /// The offsets of the stream at which cases were run, in order; empty for a tactic
    /// without an offset.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<OffsetRange>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What was left open in some cases of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotJudged {
    /// The number of the cases.
    pub cases: u64,
    /// What was not judged, and why.
    pub why: String,
}

/// Consecutive offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OffsetRange {
    /// The first offset.
    pub first: u64,
    /// The last offset, inclusive.
    pub last: u64,
}

/// A case that did not pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FailedCase {
    /// Its tactic with its offsets: the last part of the case id.
    pub tactic: String,
    /// The verdict on the case.
    pub verdict: Verdict,
    /// Why the user expects it to fail, if the verdict is `known`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
    /// The expectations that failed.
    pub findings: Vec<FindingRecord>,
    /// What happened in the case; kept for the first failures of a scenario.
    pub evidence: Option<Transcript>,
    /// What the case needs to fail. None: it fails alone on a fresh peer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depends_on: Option<DependsOn>,
    /// The smallest delivery that was found to fail in the same way. Of the confirmed
    /// failures of one kind one has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smallest: Option<SmallestFailure>,
    /// After how many connections it fails, if it depends on earlier ones and the number is
    /// known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier_connections: Option<u64>,
    /// How often a replay plays it on one peer, for a leak that shows only then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repetitions: Option<u64>,
    /// The id of the file with which `wirecheck replay` repeats it, if it was saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved: Option<String>,
}

impl FailedCase {
    /// What happened under the smallest delivery that was found.
    #[must_use]
    pub fn smallest_evidence(&self) -> Option<&Transcript> {
        let smallest = self.smallest.as_ref().map(|it| &it.evidence);
        smallest.or(self.evidence.as_ref())
    }

    /// The expectations that failed under it.
    #[must_use]
    pub fn smallest_findings(&self) -> &[FindingRecord] {
        let smallest = self.smallest.as_ref().map(|it| &it.findings);
        smallest.unwrap_or(&self.findings)
    }
}

/// The smallest delivery that was found to fail as a case does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SmallestFailure {
    /// The tactic that makes this delivery, if there is one: `cut@1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tactic: Option<String>,
    /// The number of its chunks.
    pub chunks: u64,
    /// The expectations that failed under it.
    pub findings: Vec<FindingRecord>,
    /// What happened under it. `delivery` is the delivery.
    pub evidence: Transcript,
    /// How many deliveries were played to find it, apart from those that had been played
    /// before; that may differ from run to run.
    pub tries: u64,
    /// Why a smaller one may fail too. None: all smaller ones were tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_short_by: Option<ShrinkLimit>,
    /// A part of the exchange that is enough to see it, if one was found. It was looked for
    /// once for each delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shorter: Option<ShorterExchange>,
}

/// A part of an exchange that passes uncut, and fails as all of it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShorterExchange {
    /// The steps that are left, in their order.
    pub steps: Vec<KeptStep>,
    /// How much is sent to the peer, and how much it is without leaving anything out.
    pub sent: StreamSize,
    pub of: StreamSize,
    /// The tactic that makes the delivery, if there is one: `cut@1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tactic: Option<String>,
    /// The expectations that failed.
    pub findings: Vec<FindingRecord>,
    /// What happened in it.
    pub evidence: Transcript,
}

/// A step that is left of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeptStep {
    /// Its place in the exchange of the suite, from 1.
    pub step: u32,
    /// If the payload is shortened: how many of its first bytes are left. Answers that repeat
    /// the payload are shortened in the same way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<u64>,
}

/// The size of what one side sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StreamSize {
    /// The number of messages.
    pub messages: u64,
    /// The number of bytes.
    pub bytes: u64,
}

/// Why a failure was not shrunk to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ShrinkLimit {
    /// Too many deliveries would have been played, or too many that are slow: silences,
    /// and those after which the peer must be started again.
    Tries,
    /// The peer took too long.
    Time,
    /// A smaller one failed, and did not fail when it was repeated on a fresh peer.
    Unsteady,
}

/// What a case needs to fail that passes alone on a fresh peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DependsOn {
    /// Connections before it, whatever was sent over them.
    EarlierConnections,
    /// Connections at the same time.
    OtherConnections,
}

/// An expectation that failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FindingRecord {
    /// Its kind: `no-answer`, `wrong-answer` …
    pub kind: String,
    /// What was seen, as a sentence.
    pub what: String,
    /// How the peer's process ended, if it should not have: `SIGSEGV`, `exit code 1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub died: Option<String>,
    /// What was expected, if it can be compared with what came.
    pub expected: Option<LabelledBytes>,
    /// What came instead.
    pub actual: Option<LabelledBytes>,
    /// The line of the suite file that expects it.
    pub line: Option<u32>,
}

/// Bytes that were sent or printed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LabelledBytes {
    /// Who sent or printed them: `server`, `client prints`.
    #[serde(rename = "who")]
    pub label: String,
    /// What the bytes are.
    #[serde(default, skip_serializing_if = "ValueForm::is_exact")]
    pub form: ValueForm,
    /// The bytes.
    pub bytes: Bytes,
}

/// What the bytes of an expected or actual value are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ValueForm {
    /// The value itself.
    #[default]
    Exact,
    /// A text that says which values are accepted: a regular expression, a part of JSON,
    /// alternatives.
    Pattern,
}

impl ValueForm {
    const fn is_exact(&self) -> bool {
        matches!(self, Self::Exact)
    }
}

/// What happened in one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Transcript {
    /// The delivery, in wirecheck's notation.
    pub delivery: String,
    /// The boundaries between the chunks of the delivery.
    pub boundaries: u64,
    /// Those that the kernel proved.
    pub proven: u64,
    /// The events, in order.
    pub events: Vec<WireEvent>,
    /// The last lines that the peer printed to standard error or standard output.
    #[serde(rename = "last_words")]
    pub last_output: Vec<String>,
    /// How long the case took, in microseconds.
    pub took_us: u64,
}

/// An event on the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WireEvent {
    /// When it happened, in microseconds since the start of the connection.
    pub at_us: u64,
    /// The side that did it.
    pub by: Role,
    /// The connection on which it did it, if the exchange has several and this one has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// What the side did.
    pub what: WireAction,
}

/// What a side did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WireAction {
    /// It sent bytes.
    #[serde(rename = "said")]
    Sent(Bytes),
    /// It sent an automatic reply, which is no part of the exchange.
    Replied(Bytes),
    /// It sent its FIN.
    Fin,
    /// It reset the connection.
    Reset,
    // This version writes neither `printed` nor `exited`. They are in the published
    // schema, so a record that has them must stay readable.
    /// It printed text.
    Printed(Bytes),
    /// Its process ended.
    Exited(String),
    /// The connection failed in another way.
    Broke(String),
}

/// Bytes, up to a limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bytes {
    /// The bytes that were kept, two hex digits per byte.
    pub hex: String,
    /// The number of all bytes.
    pub len: u64,
    /// The offset of the first byte that was kept.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub from: u64,
}

impl Bytes {
    /// The most bytes that are kept.
    pub const KEPT: usize = 512;

    /// Keeps the first of `bytes` and the number of all.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let kept = &bytes[..bytes.len().min(Self::KEPT)];
        Self {
            hex: hex::encode(kept),
            len: bytes.len() as u64,
            from: 0,
        }
    }

    /// Keeps the bytes before and after `at`, and the number of all.
    #[must_use]
    pub fn around(bytes: &[u8], at: usize) -> Self {
        let from = match at.checked_sub(Self::KEPT / 2) {
            Some(from) if bytes.len() > Self::KEPT => from,
            _ => 0,
        };
        Self {
            from: from as u64,
            len: bytes.len() as u64,
            ..Self::of(bytes.get(from..).unwrap_or_default())
        }
    }

    /// The bytes that were kept; none if they are not valid hex.
    #[must_use]
    pub fn kept(&self) -> Vec<u8> {
        hex::decode(&self.hex).unwrap_or_default()
    }
}

/// What wirecheck's side sends in a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StreamRecord {
    /// The number of bytes.
    pub len: u64,
    /// The regions of the stream, in order. Adjacent regions of one kind are merged.
    pub regions: Vec<RegionRecord>,
}

/// A part of a stream with one purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RegionRecord {
    /// `header`, `payload` or `delimiter`. In HTTP also `start line`, `field name`, `field value`,
    /// `chunk size` and `trailer`, in WebSocket `first byte`, `length`, `extended length` and
    /// `masking key`.
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
    /// What was seen that distinguishes it from similar defects.
    pub because: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_kept_up_to_the_limit() {
        let long: Vec<_> = (0..=255).cycle().take(Bytes::KEPT + 10).collect();
        let bytes = Bytes::of(&long);
        assert_eq!(bytes.kept(), long[..Bytes::KEPT]);
        assert_eq!(bytes.len, long.len() as u64);
    }

    #[test]
    fn bytes_that_are_not_hex_are_none() {
        let bytes = Bytes {
            hex: "zz".to_owned(),
            len: 1,
            from: 0,
        };
        assert_eq!(bytes.kept(), [0; 0]);
    }
}
