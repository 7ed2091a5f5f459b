//! Styles. Colour alone never carries a meaning.

use anstyle::{AnsiColor, Style};

use crate::record::Verdict;

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const BAD: Style = AnsiColor::Red.on_default();
pub(super) const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
pub(super) const OURS: Style = AnsiColor::Cyan.on_default();
pub(super) const THEIRS: Style = AnsiColor::Magenta.on_default();

pub(super) const fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Pass => GOOD,
        Verdict::Fail | Verdict::Error => BAD,
        Verdict::Nonstrict | Verdict::Flaky | Verdict::Unconfirmed => DOUBTFUL,
        Verdict::Known | Verdict::Skipped => DIM,
    }
}
