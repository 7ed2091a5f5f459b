//! What the engine reports while it works.

use wirecheck_report::Record;
use wirecheck_report::record::FuzzRecord;

use super::selection::PlannedScenario;
use crate::scenario::Suite;
use crate::tactic::CaseId;

/// Something that a reporter may want to show or keep.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// The peer runs, and the run begins.
    Started {
        /// What is known by now.
        record: &'a Record,
        /// How many cases will be played.
        cases: u64,
    },
    /// A case was played and passed.
    Passed,
    /// A case was played and failed. It is not confirmed yet.
    Failed {
        /// The case.
        id: &'a CaseId,
        /// What was seen. None if something did not come in time: the case may pass with
        /// a longer wait.
        seen: Option<&'a str>,
    },
    /// This many failed cases will be played again, as if for the first time.
    PlayedAgain(u64),
    /// This many cases will not be played after all.
    Dropped(u64),
    /// All cases of a scenario are done. It is the last one in the record.
    ScenarioEnded {
        /// What is known by now.
        record: &'a Record,
        /// The scenario.
        planned: PlannedScenario<'a>,
    },
    /// A variation made the peer do something that none did before.
    NewBehavior {
        /// The variation, with what the peer answered.
        suite: &'a Suite,
    },
    /// Variations were tried. From the first of these events on, the cases that pass or fail are
    /// not those of the suites.
    Fuzzed {
        /// How much was tried.
        record: &'a FuzzRecord,
    },
    /// The run is over.
    Ended {
        /// All that is known.
        record: &'a Record,
    },
}
