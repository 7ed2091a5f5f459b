//! The record of a wirecheck run: the data model, and how it is kept on disk.
//!
//! A record says what was run, what passed and what failed, with the evidence. Every
//! report is made from it. This package does not depend on the harness.

#![cfg_attr(
    not(feature = "terminal"),
    expect(
        dead_code,
        reason = "the reports share it, and all of them need the feature"
    )
)]

mod atomic;
#[cfg(feature = "formats")]
pub mod badge;
#[cfg(feature = "formats")]
pub mod code_quality;
mod compare;
mod difference;
#[cfg(feature = "terminal")]
mod disagreement;
mod facts;
mod gate;
#[cfg(feature = "formats")]
pub mod github;
mod hash;
#[cfg(feature = "html")]
pub mod html;
#[cfg(feature = "formats")]
pub mod junit;
#[cfg(feature = "formats")]
pub mod markdown;
mod merge;
pub mod notation;
mod observed;
mod offsets;
#[cfg(feature = "formats")]
mod plain;
#[cfg(feature = "formats")]
mod problem;
pub mod record;
pub mod render;
mod repeat;
mod runs;
#[cfg(test)]
mod sample;
#[cfg(all(test, feature = "formats"))]
mod sample_report;
#[cfg(feature = "formats")]
pub mod sarif;
pub mod saved_case;
mod smallest;
mod store;
mod strip;
mod tactic_range;
mod tally;
#[cfg(feature = "terminal")]
pub mod terminal;
mod verdict;
mod wording;

pub use compare::{CaseChange, Comparison, SlowerScenario, compare};
pub use gate::GateFailure;
pub use hash::fnv1a;
pub use merge::{MergeError, merge};
pub use record::Record;
pub use repeat::SavedIn;
pub use runs::{MAX_CASE_BYTES, RUNS_KEPT, RunFolder, SavedCaseError, find_case, read_case};
pub use saved_case::SavedCase;
pub use smallest::shown_failure;
pub use store::{
    StoreError, check_report, check_writable, read, record_text, replace_capture, write,
    write_report,
};
pub use tally::CaseTally;
pub use verdict::worst;
