//! One failure again: from a record to saved cases, and from a saved case to a run.
//!
//! - `save`: in: the record of a scenario, and what was selected. Out: the [`SavedCase`]s.
//! - `open`: in: a saved case. Out: a [`Selection`](crate::engine::Selection) that has the
//!   baseline and this case alone, with the connections that it needs to fail.
//! - `outcome`: in: the record of that run. Out: fixed, failed, or not judged.
//! - `steps`: in: a saved case. Out: what is sent and expected, in order; `capture` and
//!   `script` write it as packets and as a program.
//!
//! It does no I/O. A replay is an ordinary run of the engine: what it confirms, how long it
//! waits and what it looks at are the same.

mod capture;
mod open;
mod outcome;
mod save;
mod script;
mod steps;
#[cfg(test)]
mod tests;

pub(crate) use capture::capture;
pub(crate) use open::{OpenCase, OpenError};
pub(crate) use outcome::{Failure, ReplayOutcome, outcome};
pub(crate) use save::CaseSaver;
pub(crate) use script::{Language, ScriptError, script};
