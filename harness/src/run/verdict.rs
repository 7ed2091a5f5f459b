//! From verdicts on cases to the verdict over all.

use wirecheck_report::record::{Record, Verdict};

use crate::scenario::Level;

/// The verdict on a case that fell short in a scenario of this level.
pub(super) fn short_of(level: Level) -> Verdict {
    match level {
        Level::Must => Verdict::Fail,
        Level::Should | Level::May => Verdict::Nonstrict,
    }
}

/// The worst of several verdicts.
pub(super) fn worst(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let weight = |verdict: &Verdict| match verdict {
        Verdict::Pass | Verdict::Skipped => 0,
        Verdict::Nonstrict => 1,
        Verdict::Flaky => 2,
        Verdict::Unconfirmed => 3,
        Verdict::Error => 4,
        Verdict::Fail => 5,
    };
    verdicts.max_by_key(weight).unwrap_or(Verdict::Pass)
}

pub(super) fn overall(record: &Record) -> Verdict {
    worst(
        record
            .suites
            .iter()
            .flat_map(|suite| suite.scenarios.iter().map(|scenario| scenario.verdict)),
    )
}
