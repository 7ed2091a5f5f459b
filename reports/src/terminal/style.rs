//! Styles, and the words and marks of verdicts. Colour alone never carries a meaning.

use anstyle::{AnsiColor, Style};

use crate::record::{Level, Verdict};

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const BAD: Style = AnsiColor::Red.on_default();
pub(super) const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
pub(super) const OURS: Style = AnsiColor::Cyan.on_default();
pub(super) const THEIRS: Style = AnsiColor::Magenta.on_default();

pub(super) const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "PASS",
        Verdict::Fail => "FAIL",
        Verdict::Nonstrict => "NONSTRICT",
        Verdict::Flaky => "FLAKY",
        Verdict::Unconfirmed => "UNCONFIRMED",
        Verdict::Skipped => "SKIPPED",
        Verdict::Error => "ERROR",
    }
}

/// One column wide.
pub(super) const fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::Fail => "✗",
        Verdict::Nonstrict => "!",
        Verdict::Flaky => "~",
        Verdict::Unconfirmed => "*",
        Verdict::Skipped => "–",
        Verdict::Error => "?",
    }
}

pub(super) const fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Pass => GOOD,
        Verdict::Fail | Verdict::Error => BAD,
        Verdict::Nonstrict | Verdict::Flaky | Verdict::Unconfirmed => DOUBTFUL,
        Verdict::Skipped => DIM,
    }
}

/// The most serious verdict has the lowest rank.
pub(super) const fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Error => 1,
        Verdict::Unconfirmed => 2,
        Verdict::Nonstrict => 3,
        Verdict::Flaky => 4,
        Verdict::Skipped => 5,
        Verdict::Pass => 6,
    }
}

pub(super) const fn level(level: Level) -> &'static str {
    match level {
        Level::Must => "must",
        Level::Should => "should",
        Level::May => "may",
    }
}
