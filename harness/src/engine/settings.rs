//! What a run is given, and why it may end early.

use std::num::NonZeroUsize;
use std::time::Duration;

use wirecheck_report::record::Gate;

use super::known::KnownCases;
use super::peer::PeerSource;
use crate::peer::StartError;
use crate::wire::link::ReadProof;

/// How a run is done, apart from what was selected.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How to reach the peer.
    pub peer: PeerSource,
    /// The command as the user typed it, for the record.
    pub command: Vec<String>,
    /// How many cases may run at once.
    pub jobs: Jobs,
    /// How wirecheck knows that the peer has read a chunk.
    pub read_proof: ReadProof,
    /// What fails the run.
    pub gate: GateRules,
    /// How long cases may be begun. What failed is confirmed after it.
    pub time: Option<Duration>,
    /// Whether the record has what the peer answers.
    pub answers: Answers,
}

/// Whether a record has what the peer answers, to compare it with other implementations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answers {
    /// Only what failed is in the record.
    #[default]
    NotKept,
    /// Also what the peer answers to whole, joined and malformed messages. They are played twice
    /// more for it.
    Kept,
}

/// What fails a run, apart from what is known of it.
#[derive(Clone, Debug, Default)]
pub struct GateRules {
    /// The rules, without the known failures.
    pub rules: Gate,
    /// The failures that are known.
    pub known: Vec<KnownCases>,
}

impl GateRules {
    /// For the record, before any case is counted.
    pub(super) fn record(&self) -> Gate {
        Gate {
            known: self.known.iter().map(KnownCases::record).collect(),
            ..self.rules.clone()
        }
    }
}

/// How many cases may run at once, if the peer serves several connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jobs(pub NonZeroUsize);

/// The most cases that run at once unless the user asks for more.
const MOST_JOBS: usize = 32;
/// How many cases run at once per processor. A case waits more than it computes.
const JOBS_PER_PROCESSOR: usize = 4;

impl Default for Jobs {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let jobs = (processors * JOBS_PER_PROCESSOR).min(MOST_JOBS);
        Self(NonZeroUsize::new(jobs).unwrap_or(NonZeroUsize::MIN))
    }
}

/// Why there is no verdict on the peer, or not on all of it.
#[derive(Debug, thiserror::Error)]
pub enum PeerFailure {
    /// It did not start.
    #[error("{0}")]
    NotStarted(#[source] StartError),
    /// No connection to it was ever made.
    #[error("the peer could not be reached: {0}")]
    NotReached(String),
    /// It was there and is gone for good.
    #[error("the peer was lost: {0}")]
    Lost(String),
}

/// Why a run ends before it is done.
#[derive(Debug)]
pub(super) enum StopReason {
    /// The user wants it to end.
    Interrupted,
    /// Without a peer there is nothing to judge.
    NoPeer(PeerFailure),
}

impl StopReason {
    pub(super) fn lost(why: impl Into<String>) -> Self {
        Self::NoPeer(PeerFailure::Lost(why.into()))
    }
}

impl From<StartError> for StopReason {
    fn from(error: StartError) -> Self {
        Self::lost(error.to_string())
    }
}
