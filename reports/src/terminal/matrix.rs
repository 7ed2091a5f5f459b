//! One row per peer, one column per suite or family of tactics, and the defects found.

use std::collections::BTreeSet;

use tabled::builder::Builder;
use tabled::settings::object::Columns as Vertical;
use tabled::settings::{Padding, Style as Border};

use super::line::StyledLine;
use super::page::Page;
use super::style::{BOLD, DIM, style};
use super::width::{TerminalWidth, columns, without_middle, wrapped};
use crate::notation::{printable, share};
use crate::record::{Defect, FamilyRecord, ScenarioRecord, Verdict};
use crate::verdict::{mark, rank};
use crate::{CaseTally, Record};

/// A peer and its run.
#[derive(Clone, Copy, Debug)]
pub struct MatrixRow<'a> {
    /// The forms of one peer have the same name.
    pub name: &'a str,
    /// Which form of the peer it is.
    pub form: PeerForm,
    /// The run against it.
    pub record: &'a Record,
}

/// Broken or fixed, for peers that come in both forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerForm {
    /// There is only one form.
    Only,
    /// It takes each read for a message.
    Naive,
    /// Its bug is fixed.
    Fixed,
}

impl PeerForm {
    const fn word(self) -> &'static str {
        match self {
            Self::Only => "",
            Self::Naive => "naive",
            Self::Fixed => "fixed",
        }
    }
}

/// The meaning of the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatrixColumns {
    /// One column per suite.
    Suites,
    /// One column per family of tactics.
    Families,
}

/// The most columns of a peer's name.
const NAME: usize = 22;

/// The most columns of the name of a defect.
const DEFECT: usize = 24;

/// The narrowest column: a mark and `100%`.
const CELL: usize = 5;

/// Wide enough for two codes on one line.
const WIDE: usize = 7;

/// The spaces between two columns.
const PADDING: usize = 2;

/// The matrix, in several parts if it is too wide, and below it the defects found.
#[must_use]
pub fn matrix(rows: &[MatrixRow<'_>], columns: MatrixColumns, width: TerminalWidth) -> String {
    let heads = titles(rows, columns);
    let wide: Vec<_> = heads.iter().map(|name| ColumnTitle::wide(name)).collect();
    let narrow: Vec<_> = heads.iter().map(|name| ColumnTitle::narrow(name)).collect();
    let whole: Vec<_> = rows.iter().map(RowName::whole).collect();
    let wrapped = RowName::wrapped(rows);
    let available = |names: &[RowName]| columns_for_cells(rows, names, width);
    let titles = if total_width(&wide) <= available(&whole) {
        wide
    } else {
        narrow
    };
    let parts_with = |names: &[RowName]| parts(&titles, available(names));
    let names = if parts_with(&wrapped).len() < parts_with(&whole).len() {
        wrapped
    } else {
        whole
    };
    let mut text = String::new();
    for titles in parts_with(&names) {
        text += &part(rows, &names, columns, titles);
        text.push('\n');
    }
    let defects = defects(rows, width);
    if defects.is_empty() {
        text
    } else {
        format!("{text}\n{defects}")
    }
}

struct ColumnTitle<'a> {
    name: &'a str,
    lines: Vec<String>,
    /// The width of the column.
    width: usize,
}

impl<'a> ColumnTitle<'a> {
    fn wide(name: &'a str) -> Self {
        Self::of(name, vec![printable(name)], WIDE)
    }

    /// On two lines: `joined`, `+cut`.
    fn narrow(name: &'a str) -> Self {
        let shown = printable(name);
        let second = shown.find(['+', '@', '-']).filter(|at| *at > 0);
        let (first, second) = shown.split_at(second.unwrap_or(shown.len()));
        let lines = [first, second].into_iter().filter(|line| !line.is_empty());
        Self::of(name, lines.map(str::to_owned).collect(), CELL)
    }

    fn of(name: &'a str, lines: Vec<String>, least: usize) -> Self {
        let lines: Vec<_> = lines
            .iter()
            .map(|line| without_middle(line, NAME))
            .collect();
        let widest = lines.iter().map(|line| columns(line)).max().unwrap_or(0);
        Self {
            name,
            lines,
            width: widest.max(least),
        }
    }

    fn written(&self) -> String {
        let lines = self.lines.iter();
        let lines: Vec<_> = lines
            .map(|line| StyledLine::new().styled(BOLD, line).to_string())
            .collect();
        lines.join("\n")
    }
}

/// The names of the columns, in the order of the records. A family that no peer ran is
/// left out.
pub(crate) fn titles(rows: &[MatrixRow<'_>], columns: MatrixColumns) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for suite in rows.iter().flat_map(|row| &row.record.suites) {
        let names: Vec<_> = match columns {
            MatrixColumns::Suites => vec![&suite.id],
            MatrixColumns::Families => {
                let families = suite
                    .scenarios
                    .iter()
                    .flat_map(|scenario| &scenario.families);
                let run = families.filter(|family| family.tally().run() > 0);
                run.map(|family| &family.name).collect()
            }
        };
        for name in names {
            if !titles.contains(name) {
                titles.push(name.clone());
            }
        }
    }
    titles
}

/// The name of a peer, on one line or several.
struct RowName {
    lines: Vec<String>,
}

impl RowName {
    fn whole(row: &MatrixRow<'_>) -> Self {
        Self {
            lines: vec![without_middle(&printable(row.name), NAME)],
        }
    }

    /// Wrapped at its spaces, as narrow as the longest word of all names.
    fn wrapped(rows: &[MatrixRow<'_>]) -> Vec<Self> {
        let whole: Vec<_> = rows.iter().flat_map(|row| Self::whole(row).lines).collect();
        let words = whole.iter().flat_map(|name| name.split(' '));
        let width = words.map(columns).max().unwrap_or(0);
        let wrapped = whole.iter().map(|name| Self {
            lines: wrapped(name, width),
        });
        wrapped.collect()
    }

    fn width(&self) -> usize {
        let lines = self.lines.iter().map(|line| columns(line));
        lines.max().unwrap_or(0)
    }

    fn written(&self) -> String {
        let lines = self.lines.iter().map(|line| StyledLine::new().plain(line));
        lines
            .map(|line| line.to_string())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// What the names of the peers, their forms and the border leave.
fn columns_for_cells(rows: &[MatrixRow<'_>], names: &[RowName], width: TerminalWidth) -> usize {
    let names = names.iter().map(RowName::width);
    let forms = rows.iter().map(|row| columns(row.form.word()));
    let name = names.chain([columns(PEER)]).max().unwrap_or(0) + PADDING / 2;
    let form = forms.max().unwrap_or(0) + PADDING;
    width.after(name + form + 2)
}

fn total_width(titles: &[ColumnTitle<'_>]) -> usize {
    titles.iter().map(|title| title.width + PADDING).sum()
}

/// Splits the columns into parts that fit.
fn parts<'a, 'n>(titles: &'a [ColumnTitle<'n>], available: usize) -> Vec<&'a [ColumnTitle<'n>]> {
    let mut parts = Vec::new();
    let mut rest = titles;
    while !rest.is_empty() {
        let fitting = (1..=rest.len())
            .rev()
            .find(|many| total_width(&rest[..*many]) <= available);
        let (part, behind) = rest.split_at(fitting.unwrap_or(1));
        parts.push(part);
        rest = behind;
    }
    parts
}

const PEER: &str = "peer";

fn part(
    rows: &[MatrixRow<'_>],
    names: &[RowName],
    columns: MatrixColumns,
    titles: &[ColumnTitle<'_>],
) -> String {
    let mut builder = Builder::new();
    let peer = StyledLine::new().styled(BOLD, PEER).to_string();
    let heads = titles.iter().map(ColumnTitle::written);
    builder.push_record([peer, String::new()].into_iter().chain(heads));
    let mut above = "";
    for (row, name) in rows.iter().zip(names) {
        let shown = if row.name == above {
            String::new()
        } else {
            name.written()
        };
        above = row.name;
        let form = StyledLine::new().styled(DIM, row.form.word()).to_string();
        let names = [shown, form];
        let cells = titles
            .iter()
            .map(|title| MatrixCell::of(row.record, columns, title.name).written(title.width));
        builder.push_record(names.into_iter().chain(cells));
    }
    let mut table = builder.build();
    table.with(Border::rounded().remove_vertical());
    table.modify(Vertical::first(), Padding::new(PADDING / 2, 0, 0, 0));
    format!("{table}")
}

/// The results of one peer in one column.
#[derive(Default)]
pub(crate) struct MatrixCell<'a> {
    tally: CaseTally,
    worst: Option<Verdict>,
    pub(crate) codes: BTreeSet<&'a str>,
}

impl<'a> MatrixCell<'a> {
    pub(crate) fn of(record: &'a Record, columns: MatrixColumns, title: &str) -> Self {
        let mut cell = Self::default();
        for (suite, scenario) in record.scenarios() {
            let here = |family: &&FamilyRecord| match columns {
                MatrixColumns::Suites => suite.id == title,
                MatrixColumns::Families => family.name == title,
            };
            let families = scenario.families.iter().filter(here);
            cell.add(families.map(FamilyRecord::tally).collect(), scenario);
        }
        cell
    }

    /// Adds a part of a scenario. Its defects are shown only where it failed.
    fn add(&mut self, tally: CaseTally, scenario: &'a ScenarioRecord) {
        self.tally += tally;
        if tally.failed() > 0 {
            let verdicts = self.worst.into_iter().chain([scenario.verdict]);
            self.worst = verdicts.min_by_key(|verdict| rank(*verdict));
            let codes = scenario.defects.iter().map(|defect| defect.code.as_str());
            self.codes.extend(codes);
        }
    }

    /// The verdict and the share that passed; None if nothing was judged.
    pub(crate) fn result(&self) -> Option<(Verdict, String)> {
        let judged = self.tally.run().saturating_sub(self.tally.not_judged);
        let share = share(self.tally.passed, judged).replace(' ', "");
        (judged > 0).then_some((self.worst.unwrap_or(Verdict::Pass), share))
    }

    /// The share that passed, and the codes below it.
    fn written(&self, width: usize) -> String {
        let share = match self.result() {
            None => StyledLine::new().styled(DIM, share(0, 0)),
            Some((verdict, share)) => {
                StyledLine::new().styled(style(verdict), format!("{}{share:>4}", mark(verdict)))
            }
        };
        let codes: Vec<_> = self.codes.iter().copied().map(printable).collect();
        let codes = if codes.is_empty() {
            Vec::new()
        } else {
            wrapped(&codes.join(" "), width)
        };
        let codes = codes.iter().map(|codes| StyledLine::new().plain(codes));
        let lines: Vec<_> = [share]
            .into_iter()
            .chain(codes)
            .map(|line| line.to_string())
            .collect();
        lines.join("\n")
    }
}

/// The defects of all rows, each once. If several scenarios have one, the explanation is that of
/// the first, and says so.
fn defects(rows: &[MatrixRow<'_>], width: TerminalWidth) -> String {
    let mut found: Vec<_> = rows.iter().flat_map(|row| row.record.defects()).collect();
    found.sort_by(|one, other| one.code.cmp(&other.code));
    found.dedup_by(|one, other| one.code == other.code);
    let head = |defect: &Defect| {
        let name = without_middle(&printable(&defect.name), DEFECT);
        StyledLine::new()
            .styled(style(Verdict::Fail).bold(), &defect.code)
            .plain("  ")
            .plain(name)
    };
    let heads = found.iter().map(|defect| head(defect).columns());
    let beside = heads.max().unwrap_or(0) + 2;
    let mut page = Page::new(width);
    for defect in found {
        let mut line = head(defect);
        let because = explanation(rows, defect);
        for because in wrapped(&printable(&because), width.after(beside)) {
            let begun = std::mem::take(&mut line);
            page.line(begun.at(beside).styled(DIM, because));
        }
    }
    page.into_text()
}

fn explanation(rows: &[MatrixRow<'_>], defect: &Defect) -> String {
    let has = |scenario: &ScenarioRecord| scenario.defects.iter().any(|it| it.code == defect.code);
    let count = |row: &MatrixRow<'_>| row.record.scenarios().filter(|(_, it)| has(it)).count();
    let mut with = rows.iter().filter(|row| count(row) > 0);
    match with.next() {
        Some(first) if rows.iter().map(count).sum::<usize>() > 1 => {
            let form = first.form.word();
            let name = format!("{} {form}", first.name);
            format!("e.g. {}: {}", name.trim_end(), defect.because)
        }
        _ => defect.because.clone(),
    }
}
