//! Peers against suites, or against the kinds of delivery.

use tabled::builder::Builder;
use tabled::settings::Style as Border;

use super::line::Line;
use super::page::Page;
use super::style::{BAD, BOLD, DIM, GOOD, style};
use super::width::{Width, columns, without_middle, wrapped};
use crate::notation::{harmless, share};
use crate::record::{Defect, Verdict};
use crate::{Record, Tally};

/// A peer and what became of it.
#[derive(Clone, Copy, Debug)]
pub struct MatrixRow<'a> {
    /// What it is called; the forms of one peer share their name.
    pub name: &'a str,
    /// Which of them it is.
    pub form: Form,
    /// Its run.
    pub record: &'a Record,
}

/// Whether a peer's reader is as one writes it at first or as it has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it was found, or only one form of it is known.
    AsFound,
    /// Believing that a read is a message.
    Naive,
    /// Put right.
    Mended,
}

impl Form {
    const fn word(self) -> &'static str {
        match self {
            Self::AsFound => "",
            Self::Naive => "naive",
            Self::Mended => "mended",
        }
    }
}

/// What stands across.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// A column a suite.
    Suites,
    /// A column a kind of delivery.
    Families,
}

/// The widest that a peer's name is shown.
const NAME: usize = 22;

/// The narrowest column: two codes beside each other.
const CELL: usize = 7;

/// What the border and the spaces beside it take of a column.
const BORDER: usize = 3;

/// The matrix, in as many parts as the width asks for, and below it the defects
/// that were found, a line each.
#[must_use]
pub fn matrix(rows: &[MatrixRow<'_>], columns: Columns, width: Width) -> String {
    let titles = titles(rows, columns);
    let mut text = String::new();
    for titles in parts(rows, &titles, width) {
        text += &part(rows, columns, titles);
        text.push('\n');
    }
    text + &defects(rows, width)
}

/// What stands across, in the order in which it first comes.
fn titles(rows: &[MatrixRow<'_>], columns: Columns) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for suite in rows.iter().flat_map(|row| &row.record.suites) {
        let names: Vec<_> = match columns {
            Columns::Suites => vec![&suite.id],
            Columns::Families => {
                let families = suite
                    .scenarios
                    .iter()
                    .flat_map(|scenario| &scenario.families);
                families.map(|family| &family.name).collect()
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

/// The columns, in parts that fit.
fn parts<'a>(rows: &[MatrixRow<'_>], titles: &'a [String], width: Width) -> Vec<&'a [String]> {
    let name = rows
        .iter()
        .map(|row| columns(&name(row)))
        .max()
        .unwrap_or(0);
    let form = rows
        .iter()
        .map(|row| columns(row.form.word()))
        .max()
        .unwrap_or(0);
    let room = width.after(name + form + 2 * BORDER + 1);
    let mut parts = Vec::new();
    let mut rest = titles;
    while !rest.is_empty() {
        let mut taken = 0;
        let fitting = rest.iter().take_while(|title| {
            taken += cell_width(title) + BORDER;
            taken <= room
        });
        let (part, behind) = rest.split_at(fitting.count().max(1));
        parts.push(part);
        rest = behind;
    }
    parts
}

fn cell_width(title: &str) -> usize {
    columns(&harmless(title)).clamp(CELL, NAME)
}

fn name(row: &MatrixRow<'_>) -> String {
    without_middle(&harmless(row.name), NAME)
}

fn part(rows: &[MatrixRow<'_>], columns: Columns, titles: &[String]) -> String {
    let mut builder = Builder::new();
    let heads = titles
        .iter()
        .map(|title| without_middle(&harmless(title), NAME));
    let heads = ["peer".to_owned(), String::new()].into_iter().chain(heads);
    builder.push_record(heads.map(|head| Line::new().styled(BOLD, head).to_string()));
    let mut above = "";
    for row in rows {
        let shown = if row.name == above {
            String::new()
        } else {
            name(row)
        };
        above = row.name;
        let names = [
            Line::new().plain(shown),
            Line::new().styled(DIM, row.form.word()),
        ];
        let names = names.map(|line| line.to_string());
        let cells = titles
            .iter()
            .map(|title| Cell::of(row.record, columns, title).written(cell_width(title)));
        builder.push_record(names.into_iter().chain(cells));
    }
    format!("{}", builder.build().with(Border::rounded()))
}

/// How a peer fared in one column.
#[derive(Default)]
struct Cell<'a> {
    tally: Tally,
    codes: Vec<&'a str>,
}

impl<'a> Cell<'a> {
    fn of(record: &'a Record, columns: Columns, title: &str) -> Self {
        let mut cell = Self::default();
        for (suite, scenario) in record.scenarios() {
            match columns {
                Columns::Suites if suite.id == title => {
                    cell.add(scenario.tally(), &scenario.defects);
                }
                Columns::Suites => {}
                Columns::Families => {
                    let families = scenario
                        .families
                        .iter()
                        .filter(|family| family.name == title);
                    let tally: Tally = families.map(crate::record::Family::tally).collect();
                    let defects = if tally.failed() > 0 {
                        scenario.defects.as_slice()
                    } else {
                        &[]
                    };
                    cell.add(tally, defects);
                }
            }
        }
        cell.codes.sort_unstable();
        cell.codes.dedup();
        cell
    }

    fn add(&mut self, tally: Tally, defects: &'a [Defect]) {
        self.tally += tally;
        self.codes
            .extend(defects.iter().map(|defect| defect.code.as_str()));
    }

    /// The share that passed of what was run, and the codes below it.
    fn written(&self, width: usize) -> String {
        let run = self.tally.run();
        let share = share(self.tally.passed, run);
        let share = match (run, self.tally.failed()) {
            (0, _) => Line::new().styled(DIM, share),
            (_, 0) => Line::new().styled(GOOD, format!("✓ {share}")),
            _ => Line::new().styled(BAD, format!("✗ {share}")),
        };
        let mut lines = vec![share.to_string()];
        if !self.codes.is_empty() {
            let codes = harmless(&self.codes.join(" "));
            lines.extend(
                wrapped(&codes, width)
                    .iter()
                    .map(|codes| Line::new().plain(codes).to_string()),
            );
        }
        lines.join("\n")
    }
}

/// The defects of all rows, each once, with the words of where it was found
/// first.
fn defects(rows: &[MatrixRow<'_>], width: Width) -> String {
    let mut found: Vec<_> = rows.iter().flat_map(|row| row.record.defects()).collect();
    found.sort_by(|one, other| one.code.cmp(&other.code));
    found.dedup_by(|one, other| one.code == other.code);
    let names = found
        .iter()
        .map(|defect| columns(&harmless(&defect.name)))
        .max()
        .unwrap_or(0);
    let mut page = Page::new(width);
    for defect in found {
        page.line(
            Line::new()
                .styled(style(Verdict::Fail).bold(), &defect.code)
                .plain("  ")
                .plain(&defect.name)
                .at(defect.code.len() + 2 + names + 2)
                .styled(DIM, &defect.because),
        );
    }
    page.into_text()
}
