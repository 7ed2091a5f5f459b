//! Where in the stream a delivery fails, a strip for each kind of delivery that
//! has an offset.

use anstyle::Style;

use super::smallest::failures;
use crate::notation::{counted, grouped};
use crate::record::{FamilyRecord, RegionRecord, ScenarioRecord, StreamRecord, Verdict};
use crate::terminal::line::StyledLine;
use crate::terminal::page::{Page, listed};
use crate::terminal::style::{DIM, mark, rank, style};
use crate::terminal::width::columns;

/// The families whose number is an offset in the stream.
const FAMILIES: [&str; 7] = ["cut", "joined+cut", "fin", "fin+", "half", "rst", "hold"];

/// How many regions the legend names.
const REGIONS: usize = 6;

/// The strips of the families that have failures, if there are any.
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

/// How a stream's offsets lie on a strip. An offset is a place before a byte,
/// or behind the last.
#[derive(Clone, Copy)]
struct Scale {
    /// Offsets a mark stands for.
    each: u64,
    cells: usize,
}

impl Scale {
    fn of(len: u64, available: usize) -> Self {
        let available = available.max(1) as u64;
        let each = len / available + 1;
        let cells = usize::try_from(len / each + 1).expect("as many as there is room for");
        Self { each, cells }
    }

    fn cell(self, offset: u64) -> usize {
        usize::try_from(offset / self.each).unwrap_or(usize::MAX)
    }
}

/// What became of the offsets that a mark stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum StripMark {
    Untried,
    Held,
    /// The gravest of what was seen there.
    Fell(Verdict),
}

impl StripMark {
    fn and_fell(self, verdict: Verdict) -> Self {
        match self {
            Self::Fell(other) if rank(other) <= rank(verdict) => self,
            _ => Self::Fell(verdict),
        }
    }

    fn shown(self) -> (Style, &'static str) {
        match self {
            Self::Untried => (Style::new(), " "),
            Self::Held => (DIM, "·"),
            Self::Fell(verdict) => (style(verdict), mark(verdict)),
        }
    }
}

/// The marks, as the legend explains them.
const MEANINGS: [(StripMark, &str); 7] = [
    (StripMark::Fell(Verdict::Fail), "✗ fails here"),
    (StripMark::Fell(Verdict::Nonstrict), "! nonstrict here"),
    (StripMark::Fell(Verdict::Flaky), "~ flaky here"),
    (StripMark::Fell(Verdict::Unconfirmed), "* unconfirmed here"),
    (StripMark::Fell(Verdict::Error), "? not judged here"),
    (StripMark::Held, "· holds here"),
    (StripMark::Untried, "blank: not tried"),
];

/// How one family fared along the stream.
struct StripRow<'a> {
    family: &'a str,
    marks: Vec<StripMark>,
    count: String,
}

/// The failures of a family, each at its offset; nothing if it has none.
fn failures_of<'a>(
    scenario: &'a ScenarioRecord,
    family: &'a FamilyRecord,
) -> impl Iterator<Item = (u64, Verdict)> + 'a {
    let known = FAMILIES.contains(&family.name.as_str());
    let offset = |tactic: &str| {
        let number = tactic.strip_prefix(&family.name)?.strip_prefix('@')?;
        number.parse().ok()
    };
    failures(scenario)
        .filter(move |_| known)
        .filter_map(move |failure| Some((offset(&failure.tactic)?, failure.verdict)))
}

fn count(family: &FamilyRecord) -> String {
    let tally = family.tally();
    format!("{} of {}", grouped(tally.failed()), grouped(tally.run()))
}

impl<'a> StripRow<'a> {
    fn of(scenario: &'a ScenarioRecord, family: &'a FamilyRecord, scale: Scale) -> Self {
        let mut marks = vec![StripMark::Untried; scale.cells];
        for stretch in &family.tried {
            let (first, last) = (scale.cell(stretch.first), scale.cell(stretch.last));
            let tried = marks.iter_mut().take(last.saturating_add(1)).skip(first);
            tried.for_each(|mark| *mark = StripMark::Held);
        }
        for (offset, verdict) in failures_of(scenario, family) {
            if let Some(mark) = marks.get_mut(scale.cell(offset)) {
                *mark = mark.and_fell(verdict);
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
            let (style, mark) = mark.shown();
            line.styled(style, mark)
        })
    }
}

/// The first letter of what each place in the stream is for.
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

/// What lies where, and what the marks mean that are there.
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
        1 => "a mark a byte".to_owned(),
        each => format!("a mark for {}", counted(each, "byte")),
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
