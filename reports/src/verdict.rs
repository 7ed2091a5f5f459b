//! The words and marks of verdicts, and which is more serious.

use crate::record::{Level, Verdict};

pub(crate) const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "PASS",
        Verdict::Fail => "FAIL",
        Verdict::Nonstrict => "NONSTRICT",
        Verdict::Flaky => "FLAKY",
        Verdict::Unconfirmed => "UNCONFIRMED",
        Verdict::Known => "KNOWN",
        Verdict::Skipped => "SKIPPED",
        Verdict::Error => "ERROR",
    }
}

/// One column wide.
pub(crate) const fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::Fail => "✗",
        Verdict::Nonstrict => "!",
        Verdict::Flaky => "~",
        Verdict::Unconfirmed => "*",
        Verdict::Known => "k",
        Verdict::Skipped => "–",
        Verdict::Error => "?",
    }
}

/// The most serious verdict has the lowest rank.
pub(crate) const fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Error => 1,
        Verdict::Unconfirmed => 2,
        Verdict::Flaky => 3,
        Verdict::Nonstrict => 4,
        Verdict::Known => 5,
        Verdict::Skipped => 6,
        Verdict::Pass => 7,
    }
}

pub(crate) const fn level(level: Level) -> &'static str {
    match level {
        Level::Must => "must",
        Level::Should => "should",
        Level::May => "may",
    }
}

/// The worst of several verdicts; `pass` of none.
#[must_use]
pub fn worst(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    verdicts.min_by_key(|it| rank(*it)).unwrap_or(Verdict::Pass)
}
