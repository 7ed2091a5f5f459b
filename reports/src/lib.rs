//! The record of a wirecheck run: the data model, and how it is kept on disk.
//!
//! A record says what was run, what passed and what failed, with the evidence. Every
//! report is made from it. This package does not depend on the harness.

mod atomic;
pub mod notation;
pub mod record;
mod runs;
pub mod saved_case;
mod store;
mod tally;
#[cfg(feature = "terminal")]
pub mod terminal;

pub use record::Record;
pub use runs::{MAX_CASE_BYTES, RUNS_KEPT, RunFolder, SavedCaseError, find_case, read_case};
pub use saved_case::SavedCase;
pub use store::{StoreError, check_writable, read, replace_capture, write};
pub use tally::CaseTally;
