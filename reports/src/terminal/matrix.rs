//! Peers against suites, or against the kinds of delivery.

use std::collections::BTreeSet;

use tabled::builder::Builder;
use tabled::settings::object::Columns as Vertical;
use tabled::settings::{Padding, Style as Border};

use super::line::StyledLine;
use super::page::Page;
use super::style::{BOLD, DIM, mark, rank, style};
use super::width::{TerminalWidth, columns, without_middle, wrapped};
use crate::notation::{printable, share};
use crate::record::{Defect, FamilyRecord, ScenarioRecord, Verdict};
use crate::{CaseTally, Record};

/// A peer and what became of it.
#[derive(Clone, Copy, Debug)]
pub struct MatrixRow<'a> {
    /// What it is called; the forms of one peer share their name.
    pub name: &'a str,
    /// Which of them it is.
    pub form: PeerForm,
    /// Its run.
    pub record: &'a Record,
}

/// Whether a peer's reader is as one writes it at first or as it has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerForm {
    /// As it was found, or only one form of it is known.
    AsFound,
    /// Believing that a read is a message.
    Naive,
    /// Put right.
    Fixed,
}

impl PeerForm {
    const fn word(self) -> &'static str {
        match self {
            Self::AsFound => "",
            Self::Naive => "naive",
            Self::Fixed => "fixed",
        }
    }
}

/// What stands across.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatrixColumns {
    /// A column a suite.
    Suites,
    /// A column a kind of delivery.
    Families,
}

/// The widest that a peer's name is shown.
const NAME: usize = 22;

/// The widest that the name of a defect is shown.
const DEFECT: usize = 24;

/// The narrowest column: a mark and `100%`.
const CELL: usize = 5;

/// A column with room for two codes beside each other.
const ROOMY: usize = 7;

/// The spaces beside what a column holds.
const PADDING: usize = 2;

/// The matrix, in as many parts as the width asks for, and below it the defects
/// that were found.
#[must_use]
pub fn matrix(rows: &[MatrixRow<'_>], columns: MatrixColumns, width: TerminalWidth) -> String {
    let heads = titles(rows, columns);
    let roomy: Vec<_> = heads.iter().map(|name| ColumnTitle::roomy(name)).collect();
    let tight: Vec<_> = heads.iter().map(|name| ColumnTitle::tight(name)).collect();
    let whole: Vec<_> = rows.iter().map(RowName::whole).collect();
    let broken = RowName::broken(rows);
    let available_beside = |names: &[RowName]| available(rows, names, width);
    let titles = match taken(&roomy) <= available_beside(&whole) {
        true => roomy,
        false => tight,
    };
    let parts_beside = |names: &[RowName]| parts(&titles, available_beside(names));
    let names = match parts_beside(&broken).len() < parts_beside(&whole).len() {
        true => broken,
        false => whole,
    };
    let mut text = String::new();
    for titles in parts_beside(&names) {
        text += &part(rows, &names, columns, titles);
        text.push('\n');
    }
    match defects(rows, width) {
        defects if defects.is_empty() => text,
        defects => format!("{text}\n{defects}"),
    }
}

/// What stands above a column.
struct ColumnTitle<'a> {
    name: &'a str,
    lines: Vec<String>,
    /// How wide the column is.
    width: usize,
}

impl<'a> ColumnTitle<'a> {
    fn roomy(name: &'a str) -> Self {
        Self::of(name, vec![printable(name)], ROOMY)
    }

    /// Broken where a second word begins: `joined`, `+cut`.
    fn tight(name: &'a str) -> Self {
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

/// What stands across, in the order in which it first comes. A kind of delivery
/// that nobody was given says nothing.
fn titles(rows: &[MatrixRow<'_>], columns: MatrixColumns) -> Vec<String> {
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

/// What a peer is called, as it is shown.
struct RowName {
    lines: Vec<String>,
}

impl RowName {
    fn whole(row: &MatrixRow<'_>) -> Self {
        Self {
            lines: vec![without_middle(&printable(row.name), NAME)],
        }
    }

    /// Broken between words, each no wider than the longest word of them all.
    fn broken(rows: &[MatrixRow<'_>]) -> Vec<Self> {
        let whole: Vec<_> = rows.iter().flat_map(|row| Self::whole(row).lines).collect();
        let words = whole.iter().flat_map(|name| name.split(' '));
        let width = words.map(columns).max().unwrap_or(0);
        let broken = whole.iter().map(|name| Self {
            lines: wrapped(name, width),
        });
        broken.collect()
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

/// What is left beside the names of the peers, their forms and the border.
fn available(rows: &[MatrixRow<'_>], names: &[RowName], width: TerminalWidth) -> usize {
    let names = names.iter().map(RowName::width);
    let forms = rows.iter().map(|row| columns(row.form.word()));
    let name = names.chain([columns(PEER)]).max().unwrap_or(0) + PADDING / 2;
    let form = forms.max().unwrap_or(0) + PADDING;
    width.after(name + form + 2)
}

fn taken(titles: &[ColumnTitle<'_>]) -> usize {
    titles.iter().map(|title| title.width + PADDING).sum()
}

/// The columns, in parts that fit.
fn parts<'a, 'n>(titles: &'a [ColumnTitle<'n>], available: usize) -> Vec<&'a [ColumnTitle<'n>]> {
    let mut parts = Vec::new();
    let mut rest = titles;
    while !rest.is_empty() {
        let fitting = (1..=rest.len())
            .rev()
            .find(|many| taken(&rest[..*many]) <= available);
        let (part, behind) = rest.split_at(fitting.unwrap_or(1));
        parts.push(part);
        rest = behind;
    }
    parts
}

/// What stands above the peers' names.
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
        let shown = match row.name == above {
            true => String::new(),
            false => name.written(),
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

/// How a peer fared in one column.
#[derive(Default)]
struct MatrixCell<'a> {
    tally: CaseTally,
    worst: Option<Verdict>,
    codes: BTreeSet<&'a str>,
}

impl<'a> MatrixCell<'a> {
    fn of(record: &'a Record, columns: MatrixColumns, title: &str) -> Self {
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

    /// Takes in a part of a scenario; its defects are shown where it failed.
    fn add(&mut self, tally: CaseTally, scenario: &'a ScenarioRecord) {
        self.tally += tally;
        if tally.failed() > 0 {
            let verdicts = self.worst.into_iter().chain([scenario.verdict]);
            self.worst = verdicts.min_by_key(|verdict| rank(*verdict));
            let codes = scenario.defects.iter().map(|defect| defect.code.as_str());
            self.codes.extend(codes);
        }
    }

    /// The share that passed of what was run, and the codes below it.
    fn written(&self, width: usize) -> String {
        let share = share(self.tally.passed, self.tally.run()).replace(' ', "");
        let verdict = self.worst.unwrap_or(Verdict::Pass);
        let share = match self.tally.run() {
            0 => StyledLine::new().styled(DIM, share),
            _ => StyledLine::new().styled(style(verdict), format!("{}{share:>4}", mark(verdict))),
        };
        let codes: Vec<_> = self.codes.iter().copied().map(printable).collect();
        let codes = match codes.is_empty() {
            true => Vec::new(),
            false => wrapped(&codes.join(" "), width),
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

/// The defects of all rows, each once, with the words of where it was found
/// first.
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
        for because in wrapped(&printable(&defect.because), width.after(beside)) {
            let begun = std::mem::take(&mut line);
            page.line(begun.at(beside).styled(DIM, because));
        }
    }
    page.into_text()
}
