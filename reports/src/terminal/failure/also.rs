//! The other failing deliveries: `bytes, cut@2–9, random@3`.

use crate::record::{FailedCase, ScenarioRecord};
use crate::smallest::failures;
use crate::tactic_range::{TacticRange, ranges};
use crate::terminal::page::{Page, listed};

/// The most lines of names.
const LINES: usize = 2;

pub(super) fn also(page: &mut Page, scenario: &ScenarioRecord, case: &FailedCase) {
    let ranges = ranges(failures(scenario).filter(|failure| failure.tactic != case.tactic));
    let names: Vec<_> = ranges
        .iter()
        .map(|range| range.written(scenario.verdict))
        .collect();
    // Lines break at spaces, and the count needs columns at the end.
    let available = (page.available() * LINES).saturating_sub(24);
    let (mut list, left_out) = listed(names.iter().map(String::as_str), available);
    if list.is_empty() {
        return;
    }
    let cases: u64 = ranges[ranges.len() - left_out..]
        .iter()
        .map(TacticRange::cases)
        .sum();
    if cases > 0 {
        list += &format!(" … {} more", crate::notation::grouped(cases));
    }
    page.blank();
    page.paragraph("also", anstyle::Style::new(), &list);
}
