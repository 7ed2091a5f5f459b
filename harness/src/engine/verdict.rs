//! From verdicts on cases to the verdict on a run.

use wirecheck_report::record::{Record, Verdict};

use crate::scenario::Level;

/// The verdict on a case that failed in a scenario of this level.
pub(super) fn of_failure(level: Level) -> Verdict {
    match level {
        Level::Must => Verdict::Fail,
        Level::Should | Level::May => Verdict::Nonstrict,
    }
}

/// The worst of several verdicts.
pub(super) fn worst(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let weight = |verdict: &Verdict| match verdict {
        Verdict::Pass => 0,
        Verdict::Skipped => 1,
        Verdict::Known => 2,
        Verdict::Nonstrict => 3,
        Verdict::Flaky => 4,
        Verdict::Unconfirmed => 5,
        Verdict::Error => 6,
        Verdict::Fail => 7,
    };
    verdicts.max_by_key(weight).unwrap_or(Verdict::Pass)
}

/// The verdict on all scenarios of a record.
pub(super) fn overall(record: &Record) -> Verdict {
    let scenarios = record.suites.iter().flat_map(|suite| &suite.scenarios);
    worst(scenarios.map(|scenario| scenario.verdict))
}
