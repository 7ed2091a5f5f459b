//! The record of a wirecheck run: the data model, and how it is kept on disk.
//!
//! This package knows nothing of the harness. A record says what was run, what
//! held and what fell short, with the evidence; every report is made from it.

pub mod notation;
pub mod record;
mod store;
mod tally;
#[cfg(feature = "terminal")]
pub mod terminal;

pub use record::Record;
pub use store::{StoreError, check_writable, read, write};
pub use tally::CaseTally;
