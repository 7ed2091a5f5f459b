//! Compares what a peer did in one case with what the exchange expects of it.
//!
//! In: a scenario, a delivery, and what was observed. Out: [`Finding`]s, empty if the
//! case passed.
//!
//! - [`expected_steps()`] says how far a delivery obliges the peer to answer.
//! - [`Expectations`] reads the peer's bytes as they arrive. The engine asks it when an
//!   answer is complete and which values the peer sent.
//! - [`judge_connection`] judges the answers and the close of one connection.
//! - [`judge_process`] judges what a program, started for this case alone, printed and
//!   how it exited.
//!
//! This module knows no sockets, no clock and no engine: bytes and times come in as
//! values. It keeps observations apart: a timeout, an end of stream, a reset and a
//! refusal lead to four different findings.

mod connection;
mod cut_off;
mod difference;
mod expectations;
#[cfg(test)]
mod expectations_tests;
mod expected_steps;
mod finding;
mod finding_text;
mod http;
mod malformed;
mod open_messages;
mod output_pattern;
mod pending_replies;
mod process;
#[cfg(test)]
mod truncation_tests;

pub use connection::{
    CloseCheck, EarlyAnswer, MissingOutput, Observations, ObservedClose, allowed_reply,
    judge_connection,
};
pub use difference::lacks_one_stretch;
pub use expectations::{Expectations, Mismatch, Overtaken};
pub use expected_steps::{
    Damage, DamagedMessage, ExpectedSteps, ExtraAnswers, PlayedSide, TruncationDoubt,
    expected_steps, must_be_whole_when_answered, unjudged_truncations,
};
pub use finding::{Finding, FindingKind, PeerClose, SilenceProof, StepOwner, UnreadState};
pub use http::request_bodies;
pub use malformed::{MemoryGrowth, MemoryLimit};
pub use pending_replies::NextReply;
pub use process::{
    BaselineBehavior, Completeness, ProcessEnd, ProcessOutcome, ProcessRun, connects_again,
    judge_process, may_be_printed_unseen,
};
