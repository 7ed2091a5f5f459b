//! Peers against suites, or against the kinds of delivery.

use std::collections::BTreeSet;

use tabled::builder::Builder;
use tabled::settings::Style as Border;

use super::line::Line;
use super::page::Page;
use super::style::{BOLD, DIM, mark, rank, style};
use super::width::{Width, columns, without_middle, wrapped};
use crate::notation::{harmless, share};
use crate::record::{Family, Scenario, Verdict};
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
    match defects(rows, width) {
        defects if defects.is_empty() => text,
        defects => format!("{text}\n{defects}"),
    }
}

/// What stands across, in the order in which it first comes. A kind of delivery
/// that nobody was given says nothing.
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
    worst: Option<Verdict>,
    codes: BTreeSet<&'a str>,
}

impl<'a> Cell<'a> {
    fn of(record: &'a Record, columns: Columns, title: &str) -> Self {
        let mut cell = Self::default();
        for (suite, scenario) in record.scenarios() {
            let here = |family: &&Family| match columns {
                Columns::Suites => suite.id == title,
                Columns::Families => family.name == title,
            };
            let families = scenario.families.iter().filter(here);
            cell.add(families.map(Family::tally).collect(), scenario);
        }
        cell
    }

    /// Takes in a part of a scenario; its defects are shown where it failed.
    fn add(&mut self, tally: Tally, scenario: &'a Scenario) {
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
        let share = share(self.tally.passed, self.tally.run());
        let verdict = self.worst.unwrap_or(Verdict::Pass);
        let share = match self.tally.run() {
            0 => Line::new().styled(DIM, share),
            _ => Line::new().styled(style(verdict), format!("{} {share}", mark(verdict))),
        };
        let codes: Vec<_> = self.codes.iter().copied().map(harmless).collect();
        let codes = match codes.is_empty() {
            true => Vec::new(),
            false => wrapped(&codes.join(" "), width),
        };
        let codes = codes.iter().map(|codes| Line::new().plain(codes));
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
