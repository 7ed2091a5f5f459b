//! One row per scenario.

use tabled::builder::Builder;
use tabled::settings::object::{Columns, Object, Rows};
use tabled::settings::style::{HorizontalLine, Style as Border};
use tabled::settings::{Alignment, Theme};

use super::line::StyledLine;
use super::style::{BAD, BOLD, DIM, DOUBTFUL, style};
use super::width::{TerminalWidth, columns, without_middle};
use crate::notation::{counted, duration, grouped, printable};
use crate::record::{Defect, ScenarioRecord, StartCost, SuiteRecord};
use crate::verdict::mark;
use crate::{CaseTally, Record};

/// The table of the scenarios, at most as wide as the terminal; empty without scenarios.
#[must_use]
pub fn table(record: &Record, width: TerminalWidth) -> String {
    let rows: Vec<_> = record
        .scenarios()
        .map(|(suite, scenario)| TableRow::of(suite, scenario))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let layout = TableLayout::of(&rows, record.tally(), width);
    let mut builder = Builder::new();
    builder.push_record(layout.titles());
    for row in &rows {
        builder.push_record(layout.cells(row));
    }
    if rows.len() > 1 {
        builder.push_record(layout.totals(rows.len(), &record.tally()));
    }
    let mut table = builder.build();
    table.with(borders(rows.len()));
    let numbers = Columns::new(1..=layout.numbers());
    table.modify(numbers.intersect(Rows::new(0..)), Alignment::right());
    format!("{table}\n")
}

/// Round corners, a line below the titles and a line above the totals.
fn borders(rows: usize) -> Theme {
    let line = HorizontalLine::full('─', '┼', '├', '┤');
    let mut theme = Theme::from_style(Border::rounded());
    if rows > 1 {
        theme.insert_horizontal_line(rows + 1, line);
    }
    theme
}

struct TableRow<'a> {
    name: String,
    scenario: &'a ScenarioRecord,
    tally: CaseTally,
    slowest: String,
    start: String,
}

impl<'a> TableRow<'a> {
    fn of(suite: &SuiteRecord, scenario: &'a ScenarioRecord) -> Self {
        let tally = scenario.tally();
        Self {
            name: printable(&format!("{}/{}", suite.id, scenario.id)),
            scenario,
            tally,
            slowest: match tally.run() {
                0 => String::new(),
                _ => duration(scenario.slowest_us),
            },
            start: scenario.start_cost.map_or_else(String::new, share),
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Times<'a> {
    slowest: &'a str,
    start: &'a str,
}

impl TableRow<'_> {
    fn times(&self) -> Times<'_> {
        Times {
            slowest: &self.slowest,
            start: &self.start,
        }
    }
}

fn share(starts: StartCost) -> String {
    let percent = starts.waited_us * 100 / starts.worked_us.max(1);
    format!("{percent} %")
}

/// A column of numbers. It is left out if it is empty or does not fit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TableColumn {
    Cases,
    Passed,
    Failed,
    NotJudged,
    Skipped,
    Slowest,
    /// The share of the time that cases waited for the start of the peer.
    Start,
}

impl TableColumn {
    const fn title(self) -> &'static str {
        match self {
            Self::Cases => "cases",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotJudged => "not judged",
            Self::Skipped => "not run",
            Self::Slowest => "slowest",
            Self::Start => "start",
        }
    }

    fn cell(self, tally: &CaseTally, times: Times<'_>) -> String {
        match self {
            Self::Cases => grouped(tally.cases),
            Self::Passed => grouped(tally.passed),
            Self::Failed => grouped(tally.failed()),
            Self::NotJudged => grouped(tally.not_judged),
            Self::Skipped => grouped(tally.skipped),
            Self::Slowest => times.slowest.to_owned(),
            Self::Start => times.start.to_owned(),
        }
    }
}

/// The columns that are shown, and the widths of the others.
struct TableLayout {
    columns: Vec<TableColumn>,
    name: usize,
    defects: usize,
}

/// The least columns of names and defects.
const NAME: usize = 16;
const DEFECTS: usize = 11;

/// The columns of a border and its spaces.
const BORDER: usize = 3;

impl TableLayout {
    fn of(rows: &[TableRow<'_>], totals: CaseTally, width: TerminalWidth) -> Self {
        let mut shown = vec![TableColumn::Cases, TableColumn::Passed, TableColumn::Failed];
        if totals.not_judged > 0 {
            shown.push(TableColumn::NotJudged);
        }
        if totals.skipped > 0 {
            shown.push(TableColumn::Skipped);
        }
        shown.push(TableColumn::Slowest);
        if rows.iter().any(|row| !row.start.is_empty()) {
            shown.push(TableColumn::Start);
        }
        let codes = widest("defects", rows.iter().map(|row| codes(row, usize::MAX)));
        let names = widest("scenario", rows.iter().map(|row| row.name.clone())) + 2;
        let available = |shown: &[TableColumn]| {
            let taken = shown
                .iter()
                .map(|column| column_width(*column, rows, totals));
            width.after(taken.sum::<usize>() + 2 * BORDER + 1)
        };
        while available(&shown) < NAME.min(names) + DEFECTS.min(codes) && shown.len() > 3 {
            shown.pop();
        }
        let available = available(&shown);
        let defects = codes.min(available.saturating_sub(names).max(DEFECTS));
        let name = names.min(available.saturating_sub(defects));
        Self {
            columns: shown,
            name,
            defects,
        }
    }

    fn numbers(&self) -> usize {
        self.columns.len()
    }

    fn titles(&self) -> Vec<String> {
        let titles = self.columns.iter().map(|column| column.title());
        let titles = ["scenario"].into_iter().chain(titles).chain(["defects"]);
        titles
            .map(|title| StyledLine::new().styled(BOLD, title).to_string())
            .collect()
    }

    fn cells(&self, row: &TableRow<'_>) -> Vec<String> {
        let verdict = row.scenario.verdict;
        let name = without_middle(&row.name, self.name.saturating_sub(2));
        let name = StyledLine::new()
            .styled(style(verdict), mark(verdict))
            .plain(format!(" {name}"));
        let defects = StyledLine::new().styled(style(verdict), codes(row, self.defects));
        self.row(name, &row.tally, row.times(), defects)
    }

    fn totals(&self, scenarios: usize, tally: &CaseTally) -> Vec<String> {
        let name = StyledLine::new().plain(counted(scenarios as u64, "scenario"));
        self.row(name, tally, Times::default(), StyledLine::new())
    }

    fn row(
        &self,
        name: StyledLine,
        tally: &CaseTally,
        times: Times<'_>,
        defects: StyledLine,
    ) -> Vec<String> {
        let numbers = self.columns.iter().map(|column| {
            let style = match column {
                TableColumn::Failed if tally.failed() > 0 => BAD,
                TableColumn::NotJudged if tally.not_judged > 0 => DOUBTFUL,
                TableColumn::Skipped if tally.skipped > 0 => DOUBTFUL,
                TableColumn::Slowest | TableColumn::Start => DIM,
                _ => anstyle::Style::new(),
            };
            StyledLine::new().styled(style, column.cell(tally, times))
        });
        let cells = [name.cut(self.name)]
            .into_iter()
            .chain(numbers)
            .chain([defects]);
        cells.map(|cell| cell.to_string()).collect()
    }
}

fn column_width(column: TableColumn, rows: &[TableRow<'_>], totals: CaseTally) -> usize {
    let cells = rows.iter().map(|row| column.cell(&row.tally, row.times()));
    widest(
        column.title(),
        cells.chain([column.cell(&totals, Times::default())]),
    ) + BORDER
}

fn widest(title: &str, cells: impl Iterator<Item = String>) -> usize {
    cells
        .map(|cell| columns(&cell))
        .chain([columns(title)])
        .max()
        .unwrap_or(0)
}

/// The codes of the defects that fit, and the number of the others.
fn codes(row: &TableRow<'_>, available: usize) -> String {
    let codes: Vec<_> = row.scenario.defects.iter().map(code).collect();
    let all = codes.join(" ");
    if columns(&all) <= available {
        return all;
    }
    let fitting = (1..codes.len())
        .rev()
        .map(|shown| format!("{} +{}", codes[..shown].join(" "), codes.len() - shown))
        .find(|short| columns(short) <= available);
    fitting.unwrap_or_else(|| format!("+{}", codes.len()))
}

fn code(defect: &Defect) -> String {
    printable(&defect.code)
}
