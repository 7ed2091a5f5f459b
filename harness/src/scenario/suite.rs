//! A suite and its scenarios, as types that cannot be wrong: each value has been
//! read by [`super::parse`].

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use super::exchange::{Side, Step};
use super::name::{ScenarioId, SuiteId};
use crate::framing::Framing;

/// Scenarios that share a framing.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The first part of its case ids.
    pub id: SuiteId,
    /// The file it came from, as it was named.
    pub path: String,
    /// What stood in it: what is found later is shown at its place.
    pub text: String,
    /// What it is about.
    pub title: String,
    /// Why it matters.
    pub why: Option<String>,
    /// How messages lie in the stream.
    pub framing: Framing,
    /// Its scenarios, in the file's order; at least one.
    pub scenarios: Vec<Scenario>,
}

/// An exchange with a name and a reason.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The second part of its case ids.
    pub id: ScenarioId,
    /// What holds, as a sentence.
    pub title: String,
    /// Why it must hold.
    pub why: Option<String>,
    /// How much it matters.
    pub level: Level,
    /// What asks for it.
    pub spec: Option<String>,
    /// Words to select it by.
    pub tags: Vec<String>,
    /// Who it is about, if not about both: nothing is asked of the other.
    pub peer: Option<Side>,
    /// Bounds on time and size.
    pub limits: Limits,
    /// What the protocol lets a difficult partner do.
    pub adversary: Adversary,
    /// Who says what, in order; at least one step.
    pub exchange: Vec<Step>,
    /// The line of the suite on which it begins, from 1.
    pub line: usize,
    /// The bytes of the suite's text that name it.
    pub span: Range<usize>,
}

/// How much a scenario matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Broken, it fails the run.
    #[default]
    Must,
    /// Broken, it is reported as nonstrict.
    Should,
    /// Both ways are right; what the peer does is reported.
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

/// Bounds on time and size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long an answer may take.
    pub reply: Duration,
    /// How long closing may take.
    pub close: Duration,
    /// The most cases of one scenario.
    pub cases: u64,
    /// The most bytes one side may say in an exchange.
    pub stream_bytes: usize,
    /// The most bytes kept of a peer's answers in a case.
    pub reply_bytes: usize,
    /// The most bytes kept of what a peer prints in a case.
    pub output_bytes: usize,
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
        }
    }
}

/// What a protocol lets a difficult partner do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adversary {
    /// A client may send its next message before the last is answered.
    pub pipelining: Permission,
    /// There may be several connections at once.
    pub concurrent: Permission,
    /// A message that is cut off may be answered.
    pub truncation_replies: Permission,
}

impl Default for Adversary {
    fn default() -> Self {
        Self {
            pipelining: Permission::Allowed,
            concurrent: Permission::Allowed,
            truncation_replies: Permission::Forbidden,
        }
    }
}

/// Whether a protocol lets something happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// It does.
    Allowed,
    /// It does not: a peer need not cope with it.
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
