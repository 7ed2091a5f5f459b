//! What a peer did, held against what the exchange asks of it.
//!
//! In come a scenario, the delivery, and what was observed; out go
//! [`Finding`]s, none if all held. [`Hearing`] follows the peer's words as they
//! come, so that whoever plays the exchange knows when an answer is whole and what
//! it captured.
//!
//! A program that was started for one case alone is also judged by what it did
//! beside talking: [`judge_conduct`].
//!
//! This room never sees a socket or a clock: bytes and times come in as values.
//! It never folds two observations into one: silence, an end of stream, a reset
//! and a refusal stay four different findings.

mod conduct;
mod due;
mod finding;
mod habit;
mod hearing;
mod verdict;

pub use conduct::{Conduct, Custom, Extent, Fate, connects_again, judge_conduct};
pub use due::{Due, due};
pub use finding::{Ended, Finding, Kind, Turn, Unread, Waited};
pub use hearing::{Hearing, Trouble};
pub use verdict::{Closing, Observed, PeerEnd, Silence, judge};
