//! From verdicts on cases to the verdict on a run.

use wirecheck_report::record::{Record, Verdict};
pub(super) use wirecheck_report::worst;

use crate::scenario::Level;

/// The verdict on a case that failed in a scenario of this level.
pub(super) fn of_failure(level: Level) -> Verdict {
    match level {
        Level::Must => Verdict::Fail,
        Level::Should | Level::May => Verdict::Nonstrict,
    }
}

/// The verdict on all scenarios of a record.
pub(super) fn overall(record: &Record) -> Verdict {
    let scenarios = record.suites.iter().flat_map(|suite| &suite.scenarios);
    worst(scenarios.map(|scenario| scenario.verdict))
}
