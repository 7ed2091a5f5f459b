//! A scenario that did not pass: what failed, the smallest delivery that shows
//! it, where else it fails, and how to see it again.

mod again;
mod also;
mod difference;
mod dump;
mod headline;
mod ladder;
mod smallest;
mod strip;

use super::line::StyledLine;
use super::page::Page;
use super::style::DIM;
use super::width::TerminalWidth;
use crate::Record;
use crate::notation::counted;
use crate::record::{FailedCase, ScenarioRecord, SuiteRecord};
use smallest::smallest;

/// Whether `wirecheck explain` can be pointed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Explain {
    /// There is such a command.
    Offered,
    /// There is none yet.
    Absent,
}

/// How many findings of one case are shown.
const FINDINGS: usize = 3;

/// How many of the peer's last lines are shown.
const LAST_WORDS: usize = 8;

/// All that is to be said about a scenario that did not pass.
#[must_use]
pub fn failure(
    record: &Record,
    suite: &SuiteRecord,
    scenario: &ScenarioRecord,
    width: TerminalWidth,
    explain: Explain,
) -> String {
    let mut page = Page::new(width).indented(2);
    headline::headline(&mut page, suite, scenario);
    if let Some(shown) = smallest(scenario) {
        ladder::ladder(&mut page, shown);
        findings(&mut page, suite, shown);
        strip::strips(&mut page, scenario);
        also::also(&mut page, scenario, shown);
        last_words(&mut page, shown);
        page.blank();
        again::again(&mut page, record, suite, scenario, shown);
    }
    if explain == Explain::Offered {
        more(&mut page, scenario);
    }
    page.into_text()
}

fn findings(page: &mut Page, suite: &SuiteRecord, shown: &FailedCase) {
    page.blank();
    for finding in shown.findings.iter().take(FINDINGS) {
        let place = finding
            .line
            .map(|line| format!("   ({}:{line})", suite.path));
        let seen = format!("{}{}", finding.what, place.unwrap_or_default());
        page.paragraph("seen", anstyle::Style::new(), &seen);
        difference::difference(page, finding);
    }
    if let Some(more @ 1..) = shown.findings.len().checked_sub(FINDINGS) {
        let more = format!("… {}", counted(more as u64, "more finding"));
        page.line(page.label("").styled(DIM, more));
    }
}

fn last_words(page: &mut Page, shown: &FailedCase) {
    let words = shown
        .evidence
        .iter()
        .flat_map(|evidence| &evidence.last_output);
    let words: Vec<_> = words.collect();
    if words.is_empty() {
        return;
    }
    page.blank();
    page.line(page.label("peer's last words"));
    let earlier = words.len().saturating_sub(LAST_WORDS);
    if earlier > 0 {
        let earlier = format!("… {} before", counted(earlier as u64, "line"));
        page.line(StyledLine::new().at(4).styled(DIM, earlier));
    }
    for line in &words[earlier..] {
        page.line(StyledLine::new().at(4).plain(line));
    }
}

fn more(page: &mut Page, scenario: &ScenarioRecord) {
    let mut label = "more";
    for defect in &scenario.defects {
        page.line(
            page.label(label)
                .plain(format!("wirecheck explain {}", defect.code)),
        );
        label = "";
    }
}
