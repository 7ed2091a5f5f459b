//! Where in the stream a delivery fails, a strip for each kind of delivery that
//! has an offset.

use super::smallest::failures;
use crate::notation::{counted, grouped};
use crate::record::{Family, Region, Scenario, Stream, Verdict};
use crate::terminal::line::Line;
use crate::terminal::page::{Page, listed};
use crate::terminal::style::{DIM, mark, rank, style};

/// The families whose number is an offset in the stream.
const FAMILIES: [&str; 7] = ["cut", "joined+cut", "fin", "fin+", "half", "rst", "hold"];

/// How many regions the legend names.
const REGIONS: usize = 6;

/// The strips of the families that have failures, if there are any.
pub(super) fn strips(page: &mut Page, scenario: &Scenario) {
    let rows: Vec<_> = scenario
        .families
        .iter()
        .filter_map(|family| Row::of(scenario, family))
        .collect();
    if rows.is_empty() || scenario.stream.len == 0 {
        return;
    }
    page.blank();
    let counts = rows.iter().map(|row| row.count.len()).max().unwrap_or(0);
    let scale = Scale::of(scenario.stream.len, page.room().saturating_sub(counts + 4));
    let margin = page.margin() + 1;
    page.line(
        page.label("stream")
            .at(margin)
            .then(letters(&scenario.stream, scale)),
    );
    let marks = marks(&rows);
    for row in rows {
        let strip = page.label(row.family).at(margin).then(row.marks(scale));
        page.line(strip.at(margin + scale.cells + 2).plain(row.count));
    }
    for line in legend(&scenario.stream, scale, &marks, page.width().after(margin)) {
        page.line(Line::new().at(margin).styled(DIM, line));
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
    fn of(len: u64, room: usize) -> Self {
        let room = room.max(1) as u64;
        let each = len / room + 1;
        let cells = usize::try_from(len / each + 1).expect("as many as there is room for");
        Self { each, cells }
    }

    fn cell(self, offset: u64) -> usize {
        usize::try_from(offset / self.each).unwrap_or(usize::MAX)
    }
}

/// The failures of one family.
struct Row<'a> {
    family: &'a str,
    failures: Vec<(u64, Verdict)>,
    count: String,
}

impl<'a> Row<'a> {
    fn of(scenario: &Scenario, family: &'a Family) -> Option<Self> {
        if !FAMILIES.contains(&family.name.as_str()) {
            return None;
        }
        let offset = |tactic: &str| {
            tactic
                .strip_prefix(&family.name)?
                .strip_prefix('@')?
                .parse()
                .ok()
        };
        let failures: Vec<_> = failures(scenario)
            .filter_map(|failure| Some((offset(&failure.tactic)?, failure.verdict)))
            .collect();
        let tally = family.tally();
        (!failures.is_empty()).then(|| Self {
            family: &family.name,
            failures,
            count: format!("{} of {}", grouped(tally.failed()), grouped(tally.run())),
        })
    }

    fn marks(&self, scale: Scale) -> Line {
        let mut worst = vec![None; scale.cells];
        for (offset, verdict) in &self.failures {
            if let Some(cell) = worst.get_mut(scale.cell(*offset)) {
                *cell = cell
                    .iter()
                    .copied()
                    .chain([*verdict])
                    .min_by_key(|verdict| rank(*verdict));
            }
        }
        worst
            .into_iter()
            .fold(Line::new(), |line, cell| match cell {
                Some(verdict) => line.styled(style(verdict), mark(verdict)),
                None => line.styled(DIM, "·"),
            })
    }
}

/// The first letter of what each place in the stream is for.
fn letters(stream: &Stream, scale: Scale) -> Line {
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
    Line::new().styled(DIM, letters.trim_end())
}

/// What the marks mean that are there.
fn marks(rows: &[Row<'_>]) -> String {
    let failures = || rows.iter().flat_map(|row| &row.failures);
    let meanings = [
        (Verdict::Fail, "fails here"),
        (Verdict::Nonstrict, "nonstrict here"),
        (Verdict::Flaky, "flaky here"),
        (Verdict::Error, "not judged here"),
    ];
    let used = meanings
        .iter()
        .filter(|(verdict, _)| failures().any(|(_, other)| other == verdict));
    let used: Vec<_> = used
        .map(|(verdict, meaning)| format!("{} {meaning}", mark(*verdict)))
        .collect();
    used.join("   ")
}

fn legend(stream: &Stream, scale: Scale, marks: &str, room: usize) -> [String; 2] {
    let regions: Vec<_> = stream.regions.iter().take(REGIONS).map(named).collect();
    let (mut list, left_out) = listed(regions.iter().map(String::as_str), room.saturating_sub(12));
    let left_out = left_out + stream.regions.len().saturating_sub(REGIONS);
    if left_out > 0 {
        list += &format!(" … {} more", grouped(left_out as u64));
    }
    let each = match scale.each {
        1 => "a mark a byte".to_owned(),
        each => format!("a mark for {}", counted(each, "byte")),
    };
    [list, format!("{marks}   · no failure   {each}")]
}

fn named(region: &Region) -> String {
    match region.end.saturating_sub(1) {
        last if last <= region.start => format!("{} {}", region.kind, region.start),
        last => format!("{} {}–{last}", region.kind, region.start),
    }
}
