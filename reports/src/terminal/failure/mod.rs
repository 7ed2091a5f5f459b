//! The block of a scenario that did not pass: what failed, the smallest failing
//! delivery, where else it fails, and the command that repeats it.

mod again;
mod also;
mod brief;
mod chunk;
mod difference;
mod dump;
mod headline;
mod ladder;
mod strip;

use super::line::StyledLine;
use super::page::Page;
use super::style::DIM;
use super::width::{TerminalWidth, wrapped};
use crate::Record;
use crate::notation::{counted, printable};
use crate::record::{FailedCase, FindingRecord, ScenarioRecord, SuiteRecord, Verdict};
use crate::repeat::{FailedScenario, SavedIn};
use crate::smallest::smallest;

/// The most findings of one case that are shown.
const FINDINGS: usize = 3;

/// The most lines of the peer's output that are shown: as many as a record has.
const LAST_OUTPUT: usize = 9;

/// How a block is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlockLayout {
    pub width: TerminalWidth,
    pub detail: Detail,
}

/// How much of a failure is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Sixteen lines, and more only for a transcript of at least three.
    #[default]
    Brief,
    /// Also why the scenario exists, all defects in full, the bytes in hex, all findings, all
    /// other failing deliveries, and the last output of the peer.
    Full,
}

impl From<TerminalWidth> for BlockLayout {
    fn from(width: TerminalWidth) -> Self {
        Self {
            width,
            detail: Detail::default(),
        }
    }
}

/// The blocks of all scenarios that did not pass.
#[must_use]
pub fn failures(record: &Record, saved_in: SavedIn<'_>, layout: impl Into<BlockLayout>) -> String {
    let layout = layout.into();
    let is_shown = |verdict| match verdict {
        Verdict::Pass | Verdict::Skipped => false,
        Verdict::Known => layout.detail == Detail::Full,
        _ => true,
    };
    let failed = record
        .scenarios()
        .filter(|(_, scenario)| is_shown(scenario.verdict));
    let failed = failed.map(|(suite, scenario)| FailedScenario {
        record,
        saved_in,
        suite,
        scenario,
    });
    failed.map(|it| block(it, layout) + "\n").collect()
}

/// The block of a scenario that did not pass.
#[must_use]
pub fn failure(
    record: &Record,
    suite: &SuiteRecord,
    scenario: &ScenarioRecord,
    layout: impl Into<BlockLayout>,
) -> String {
    let failed = FailedScenario {
        record,
        saved_in: SavedIn::Default,
        suite,
        scenario,
    };
    block(failed, layout.into())
}

pub(crate) fn block(failed: FailedScenario<'_>, layout: BlockLayout) -> String {
    let BlockLayout { width, detail } = layout;
    match detail {
        Detail::Brief => brief::block(failed, width),
        Detail::Full => full_block(failed, width),
    }
}

fn full_block(failed: FailedScenario<'_>, width: TerminalWidth) -> String {
    let FailedScenario {
        record,
        suite,
        scenario,
        ..
    } = failed;
    let mut page = Page::new(width).indented(2);
    headline::headline(&mut page, failed);
    headline::reasons(&mut page, scenario);
    headline::doubts(&mut page, failed);
    headline::causes(&mut page, scenario);
    if let Some(case) = smallest(scenario) {
        ladder::ladder(&mut page, &case, record.peer.role);
        findings(&mut page, suite, &case);
        strip::strips(&mut page, scenario);
        also::also(&mut page, scenario, &case);
        last_output(&mut page, &case);
        page.blank();
        again::again(&mut page, failed, &case);
    }
    explain(&mut page, scenario);
    page.into_text()
}

fn findings(page: &mut Page, suite: &SuiteRecord, case: &FailedCase) {
    page.blank();
    let (deaths, others): (Vec<_>, Vec<_>) = case.findings.iter().partition(|it| it.died.is_some());
    for finding in deaths.into_iter().chain(others).take(FINDINGS) {
        page.paragraph("seen", anstyle::Style::new(), &seen(suite, finding));
        difference::difference(page, finding);
    }
    if let Some(more @ 1..) = case.findings.len().checked_sub(FINDINGS) {
        let more = format!("… {}", counted(more as u64, "more finding"));
        page.line(page.label("").styled(DIM, more));
    }
}

fn seen(suite: &SuiteRecord, finding: &FindingRecord) -> String {
    match finding.line {
        Some(line) => format!("{}   ({}:{line})", finding.what, suite.path),
        None => finding.what.clone(),
    }
}

fn last_output(page: &mut Page, case: &FailedCase) {
    let lines: &[String] = match &case.evidence {
        Some(transcript) => &transcript.last_output,
        None => &[],
    };
    if lines.is_empty() {
        return;
    }
    page.blank();
    page.line(page.label("last output of the peer"));
    let earlier = lines.len().saturating_sub(LAST_OUTPUT);
    if earlier > 0 {
        let earlier = format!("… {}", counted(earlier as u64, "earlier line"));
        page.line(StyledLine::new().at(4).styled(DIM, earlier));
    }
    let Some((last, others)) = lines[earlier..].split_last() else {
        return;
    };
    for line in others {
        page.line(StyledLine::new().at(4).plain(line));
    }
    // Usually the message of the error: it is wrapped, not cut.
    for line in wrapped(&printable(last), page.width().after(4)) {
        page.line(StyledLine::new().at(4).plain(line));
    }
}

fn explain(page: &mut Page, scenario: &ScenarioRecord) {
    let mut label = "explain";
    for defect in &scenario.defects {
        page.line(
            page.label(label)
                .plain(format!("wirecheck explain {}", defect.code)),
        );
        label = "";
    }
}
