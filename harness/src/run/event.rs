//! What the engine says while it works.

use wirecheck_report::Record;

use crate::tactic::CaseId;

/// Something that a reporter may want to show or keep.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// The peer is there and the run begins.
    Started {
        /// What is known by now.
        record: &'a Record,
        /// How many cases will be played.
        cases: u64,
    },
    /// A case was played, and held.
    Held,
    /// A case was played, and fell short of something.
    Fell(&'a CaseId),
    /// So many cases that fell will be played again, as if for the first time.
    Again(u64),
    /// So many cases will not be played after all.
    Dropped(u64),
    /// All cases of a scenario are done; it is the last one in the record.
    ScenarioEnded {
        /// What is known by now.
        record: &'a Record,
    },
    /// The run is over.
    Ended {
        /// All that is known.
        record: &'a Record,
    },
}
