//! Where in the stream deliveries fail: one strip per family of tactics that has an
//! offset.

use anstyle::Style;

use crate::notation::{counted, grouped};
use crate::record::{FailedCase, FamilyRecord, RegionRecord, ScenarioRecord, StreamRecord};
use crate::smallest::tactic;
use crate::strip::{Scale, StripMark, failed_of_run, failing_families, marks, named};
use crate::terminal::line::StyledLine;
use crate::terminal::page::{Page, listed};
use crate::terminal::style::{DIM, style};
use crate::terminal::width::columns;
use crate::verdict::mark as mark_of;

/// The most regions in the legend.
const REGIONS: usize = 6;

/// Adds the strips of the families with failures.
pub(super) fn strips(page: &mut Page, scenario: &ScenarioRecord) {
    let families: Vec<_> = failing_families(scenario).collect();
    if families.is_empty() || scenario.stream.len == 0 {
        return;
    }
    let counts = families
        .iter()
        .map(|family| failed_of_run(family).len())
        .max();
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
    let first = failing_families(scenario).next();
    let same = failing_families(scenario).find(|it| Some(it.name.as_str()) == own);
    let Some(family) = same.or(first) else {
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

fn symbol(mark: StripMark) -> (Style, &'static str) {
    match mark {
        StripMark::Untried => (Style::new(), " "),
        StripMark::Passed => (DIM, "·"),
        StripMark::Failed(verdict) => (style(verdict), mark_of(verdict)),
    }
}

fn meaning(mark: StripMark) -> String {
    match mark {
        StripMark::Untried => format!("blank: {}", mark.meaning()),
        _ => format!("{} {}", symbol(mark).1, mark.meaning()),
    }
}

struct StripRow<'a> {
    family: &'a str,
    marks: Vec<StripMark>,
    count: String,
}

impl<'a> StripRow<'a> {
    fn of(scenario: &'a ScenarioRecord, family: &'a FamilyRecord, scale: Scale) -> Self {
        Self {
            family: &family.name,
            marks: marks(scenario, family, scale),
            count: failed_of_run(family),
        }
    }

    fn strip(&self) -> StyledLine {
        self.marks.iter().fold(StyledLine::new(), |line, mark| {
            let (style, mark) = symbol(*mark);
            line.styled(style, mark)
        })
    }
}

/// The first letter of the region of each mark.
fn letters(stream: &StreamRecord, scale: Scale) -> StyledLine {
    let letter = |region: Option<&RegionRecord>| region?.kind.chars().next();
    let regions = scale.regions(&stream.regions).into_iter();
    let letters: String = regions.map(|it| letter(it).unwrap_or(' ')).collect();
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
    let marks = StripMark::ALL.into_iter().filter(|mark| used(*mark));
    let mut items: Vec<_> = marks.map(meaning).collect();
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
