//! Where in the stream deliveries fail: one strip per family of tactics that has an
//! offset.

use anstyle::Style;

use crate::notation::{counted, grouped};
use crate::offsets::failures_of;
use crate::record::{
    FailedCase, FamilyRecord, RegionRecord, ScenarioRecord, StreamRecord, Verdict,
};
use crate::smallest::tactic;
use crate::terminal::line::StyledLine;
use crate::terminal::page::{Page, listed};
use crate::terminal::style::{DIM, style};
use crate::terminal::width::columns;
use crate::verdict::{mark, rank};

/// The most regions in the legend.
const REGIONS: usize = 6;

/// Adds the strips of the families with failures.
pub(super) fn strips(page: &mut Page, scenario: &ScenarioRecord) {
    let families: Vec<_> = scenario
        .families
        .iter()
        .filter(|family| failures_of(scenario, family).next().is_some())
        .collect();
    if families.is_empty() || scenario.stream.len == 0 {
        return;
    }
    let counts = families.iter().map(|family| count(family).len()).max();
    let available = page.available().saturating_sub(counts.unwrap_or(0) + 4);
    let scale = Scale::of(scenario.stream.len, available);
    let rows: Vec<_> = families
        .into_iter()
        .map(|family| StripRow::of(scenario, family, scale))
        .collect();
    let margin = page.margin() + 1;
    page.blank();
    let letters = letters(&scenario.stream, scale);
    page.line(page.label("stream").at(margin).then(letters));
    for row in &rows {
        let strip = page.label(row.family).at(margin).then(row.strip());
        page.line(strip.at(margin + scale.cells + 2).plain(&row.count));
    }
    for line in legend(&scenario.stream, scale, &rows, page.width().after(margin)) {
        page.line(StyledLine::new().at(margin).styled(DIM, line));
    }
}

/// Adds the strip of the family of a case, or of the first one with failures, and the
/// regions of the stream.
pub(super) fn shortest(page: &mut Page, scenario: &ScenarioRecord, case: &FailedCase) {
    let own = tactic(case).and_then(|it| it.split('@').next());
    let failing = |family: &&FamilyRecord| failures_of(scenario, family).next().is_some();
    let mut families = scenario.families.iter().filter(failing);
    let first = families.clone().next();
    let Some(family) = families.find(|it| Some(it.name.as_str()) == own).or(first) else {
        return;
    };
    if scenario.stream.len == 0 {
        return;
    }
    let scale = Scale::of(scenario.stream.len, page.available());
    let row = StripRow::of(scenario, family, scale);
    let regions = regions(&scenario.stream, page.available());
    let strip = page.label(row.family).then(row.strip());
    if strip.columns() + 3 + columns(&regions) <= page.width().columns() {
        return page.line(strip.plain("   ").styled(DIM, regions));
    }
    page.line(strip);
    if !regions.is_empty() {
        page.line(page.label("").styled(DIM, regions));
    }
}

/// Maps the offsets of a stream to marks. An offset is before a byte, or after the last.
#[derive(Clone, Copy)]
struct Scale {
    /// Offsets per mark.
    each: u64,
    cells: usize,
}

impl Scale {
    fn of(len: u64, available: usize) -> Self {
        let available = available.max(1) as u64;
        let each = len / available + 1;
        let cells = usize::try_from(len / each + 1).expect("at most the available columns");
        Self { each, cells }
    }

    fn cell(self, offset: u64) -> usize {
        usize::try_from(offset / self.each).unwrap_or(usize::MAX)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum StripMark {
    Untried,
    Passed,
    /// With the most serious verdict.
    Failed(Verdict),
}

impl StripMark {
    fn with_failure(self, verdict: Verdict) -> Self {
        match self {
            Self::Failed(other) if rank(other) <= rank(verdict) => self,
            _ => Self::Failed(verdict),
        }
    }

    fn symbol(self) -> (Style, &'static str) {
        match self {
            Self::Untried => (Style::new(), " "),
            Self::Passed => (DIM, "·"),
            Self::Failed(verdict) => (style(verdict), mark(verdict)),
        }
    }
}

const MEANINGS: [(StripMark, &str); 7] = [
    (StripMark::Failed(Verdict::Fail), "✗ fails here"),
    (StripMark::Failed(Verdict::Nonstrict), "! nonstrict here"),
    (StripMark::Failed(Verdict::Flaky), "~ flaky here"),
    (
        StripMark::Failed(Verdict::Unconfirmed),
        "* unconfirmed here",
    ),
    (StripMark::Failed(Verdict::Error), "? not judged here"),
    (StripMark::Passed, "· passes here"),
    (StripMark::Untried, "blank: not tried"),
];

struct StripRow<'a> {
    family: &'a str,
    marks: Vec<StripMark>,
    count: String,
}

fn count(family: &FamilyRecord) -> String {
    let tally = family.tally();
    format!("{} of {}", grouped(tally.failed()), grouped(tally.run()))
}

impl<'a> StripRow<'a> {
    fn of(scenario: &'a ScenarioRecord, family: &'a FamilyRecord, scale: Scale) -> Self {
        let mut marks = vec![StripMark::Untried; scale.cells];
        for range in &family.tried {
            let (first, last) = (scale.cell(range.first), scale.cell(range.last));
            let tried = marks.iter_mut().take(last.saturating_add(1)).skip(first);
            tried.for_each(|mark| *mark = StripMark::Passed);
        }
        for (offset, verdict) in failures_of(scenario, family) {
            if let Some(mark) = marks.get_mut(scale.cell(offset)) {
                *mark = mark.with_failure(verdict);
            }
        }
        Self {
            family: &family.name,
            marks,
            count: count(family),
        }
    }

    fn strip(&self) -> StyledLine {
        self.marks.iter().fold(StyledLine::new(), |line, mark| {
            let (style, mark) = mark.symbol();
            line.styled(style, mark)
        })
    }
}

/// The first letter of the region of each mark.
fn letters(stream: &StreamRecord, scale: Scale) -> StyledLine {
    let bytes = (0..scale.cells as u64).map(|cell| cell * scale.each);
    let letters: String = bytes
        .map(|byte| {
            let region = stream
                .regions
                .iter()
                .find(|region| (region.start..region.end).contains(&byte));
            region
                .and_then(|region| region.kind.chars().next())
                .unwrap_or(' ')
        })
        .collect();
    StyledLine::new().styled(DIM, letters.trim_end())
}

/// The regions, and the meaning of the marks that are used.
fn legend(
    stream: &StreamRecord,
    scale: Scale,
    rows: &[StripRow<'_>],
    available: usize,
) -> Vec<String> {
    let used = |mark: StripMark| rows.iter().any(|row| row.marks.contains(&mark));
    let meanings = MEANINGS.iter().filter(|(mark, _)| used(*mark));
    let mut items: Vec<_> = meanings.map(|(_, meaning)| (*meaning).to_owned()).collect();
    items.push(match scale.each {
        1 => "one mark = one byte".to_owned(),
        each => format!("one mark = {}", counted(each, "byte")),
    });
    let regions = Some(regions(stream, available)).filter(|list| !list.is_empty());
    let mut lines: Vec<_> = regions.into_iter().collect();
    let mut line = String::new();
    for item in items {
        if line.is_empty() {
            line = item;
        } else if columns(&line) + 3 + columns(&item) <= available {
            line += &format!("   {item}");
        } else {
            lines.push(std::mem::replace(&mut line, item));
        }
    }
    lines.push(line);
    lines
}

fn regions(stream: &StreamRecord, available: usize) -> String {
    let regions: Vec<_> = stream.regions.iter().take(REGIONS).map(named).collect();
    let (mut list, left_out) = listed(
        regions.iter().map(String::as_str),
        available.saturating_sub(12),
    );
    let left_out = left_out + stream.regions.len().saturating_sub(REGIONS);
    if left_out > 0 {
        list += &format!(" … {} more", grouped(left_out as u64));
    }
    list
}

fn named(region: &RegionRecord) -> String {
    match region.end.saturating_sub(1) {
        last if last <= region.start => format!("{} {}", region.kind, region.start),
        last => format!("{} {}–{last}", region.kind, region.start),
    }
}
