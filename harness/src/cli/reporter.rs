//! What `run` shows while it works and when it is done, and the record it keeps.
//!
//! Everything is made from the engine's events and the record; the record is
//! written when the run begins and after each scenario, so that a run that is cut off
//! leaves what it had, and not what an earlier one left.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use wirecheck_report::record::Verdict;
use wirecheck_report::terminal::{self, PlannedSuite, ScenarioProgress, TerminalWidth};
use wirecheck_report::{Record, StoreError};

use super::exit::Exit;
use super::failure::Failure;
use crate::run::{Event, Selection};

/// Shows a run.
pub(super) struct Reporter<'a> {
    path: &'a Path,
    width: TerminalWidth,
    planned: Vec<(String, u64, u64)>,
    left_out: u64,
    bar: Option<ProgressBar>,
    /// Cases that are done, and those that will be.
    done: u64,
    all: u64,
    fallen: u64,
    unwritten: Option<StoreError>,
}

impl<'a> Reporter<'a> {
    pub(super) fn new(selection: &Selection, path: &'a Path) -> Self {
        let mut planned: Vec<(String, u64, u64)> = Vec::new();
        for selected in selection.scenarios() {
            let cases = selected.plan.count() as u64;
            match planned.last_mut() {
                Some((path, scenarios, sum)) if *path == selected.suite.path() => {
                    *scenarios += 1;
                    *sum += cases;
                }
                _ => planned.push((selected.suite.path().to_owned(), 1, cases)),
            }
        }
        let bar = io::stderr().is_terminal().then(bar);
        Self {
            path,
            width: width(),
            planned,
            left_out: selection.left_out,
            bar,
            done: 0,
            all: 0,
            fallen: 0,
            unwritten: None,
        }
    }

    /// Takes what the engine says.
    pub(super) fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Started { record, cases } => {
                self.all = cases;
                self.keep(record);
                self.show(&self.header(record));
                self.show(&terminal::left_out(record, self.left_out, self.width));
            }
            Event::Held => self.done += 1,
            Event::Fell(_) => {
                self.done += 1;
                self.fallen += 1;
            }
            Event::Again(cases) => {
                self.done = self.done.saturating_sub(cases);
                self.fallen = self.fallen.saturating_sub(cases);
            }
            Event::Dropped(cases) => self.all = self.all.saturating_sub(cases),
            Event::ScenarioEnded { record } => self.end_scenario(record),
            Event::Ended { record } => self.keep(record),
        }
        if let Some(bar) = &self.bar {
            bar.set_length(self.all);
            bar.set_position(self.done);
            bar.set_message(format!(
                "{} passed  {} failed",
                self.done - self.fallen,
                self.fallen
            ));
        }
    }

    /// Shows what came of it all.
    pub(super) fn finish(self, record: &Record, exit: Exit) -> Result<(), Failure> {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        // Nothing was played: then there is nothing to set apart.
        let mut text = String::from(if record.suites.is_empty() { "" } else { "\n" });
        for suite in &record.suites {
            let fallen = suite
                .scenarios
                .iter()
                .filter(|scenario| !matches!(scenario.verdict, Verdict::Pass | Verdict::Skipped));
            for scenario in fallen {
                text.push_str(&terminal::failure(record, suite, scenario, self.width));
                text.push('\n');
            }
        }
        let place = self.path.display().to_string();
        text.push_str(&terminal::table(record, self.width));
        text.push_str(&terminal::summary(record, exit.code(), &place, self.width));
        anstream::stdout().write_all(text.as_bytes())?;
        match self.unwritten {
            Some(error) => Err(Failure::Record(error)),
            None => Ok(()),
        }
    }

    fn header(&self, record: &Record) -> String {
        let planned: Vec<_> = self
            .planned
            .iter()
            .map(|(path, scenarios, cases)| PlannedSuite {
                path,
                scenarios: *scenarios,
                cases: *cases,
            })
            .collect();
        terminal::header(record, &planned, self.width)
    }

    fn end_scenario(&mut self, record: &Record) {
        self.keep(record);
        let Some(suite) = record.suites.last() else {
            return;
        };
        let Some(scenario) = suite.scenarios.last() else {
            return;
        };
        self.done = record.tally().run();
        let progress = ScenarioProgress {
            suite: &suite.id,
            scenario,
            done: self.done,
            planned: self.all,
        };
        if self.bar.is_none() || scenario.verdict != Verdict::Pass {
            self.show(&terminal::progress_line(&progress));
        }
    }

    /// A line that cannot be shown must not end a run.
    fn show(&self, text: &str) {
        let write = || _ = anstream::stdout().write_all(text.as_bytes());
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    fn keep(&mut self, record: &Record) {
        if let Err(error) = wirecheck_report::write(record, self.path) {
            self.unwritten.get_or_insert(error);
        }
    }
}

/// The width of the terminal; 80 columns where there is none.
pub(super) fn width() -> TerminalWidth {
    let columns = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    columns.map_or_else(TerminalWidth::default, TerminalWidth::of)
}

fn bar() -> ProgressBar {
    let template = "  [{elapsed_precise}] {bar:30} {pos}/{len}   {msg}";
    let style = ProgressStyle::with_template(template).expect("the template is right");
    ProgressBar::new(0).with_style(style.progress_chars("━━╌"))
}
