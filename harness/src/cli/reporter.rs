//! The terminal output of `run`, and its record.
//!
//! Made from the events of the engine. The record is written when the run starts and
//! while the run goes on, so that one that is killed leaves what it had.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use wirecheck_report::Record;
use wirecheck_report::notation::{counted, grouped};
use wirecheck_report::record::{FuzzRecord, Verdict};
use wirecheck_report::terminal::{
    self, BlockLayout, Detail, PlannedSuite, ScenarioProgress, TerminalWidth,
};

use super::error::CommandError;
use super::exit::Exit;
use super::run_files::{RunFiles, saved_in};
use crate::engine::{Event, PlannedScenario, Selection};
use crate::replay::CaseSaver;
use crate::tactic::CaseId;

pub(super) struct Reporter<'a> {
    files: RunFiles<'a>,
    saver: CaseSaver,
    layout: BlockLayout,
    is_quiet: bool,
    planned: Vec<PlannedSuite<'a>>,
    /// Scenarios that are not for this kind of peer.
    left_out: u64,
    bar: Option<ProgressBar>,
    done: u64,
    /// Cases that are done or will be run.
    total: u64,
    failed: u64,
    /// The suite and the scenario of the failure that was shown last.
    failing: Option<(String, String)>,
    /// About the suites; the record is about the peer.
    note: Option<String>,
    /// The variations, once they are tried.
    fuzzing: Option<Fuzzing>,
}

/// When the variations began, and when a line about them comes next without a terminal.
struct Fuzzing {
    begun: Instant,
    next_line: Instant,
}

/// The time between two lines about the variations.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

impl Fuzzing {
    fn begin() -> Self {
        let begun = Instant::now();
        Self {
            begun,
            next_line: begun + BETWEEN_LINES,
        }
    }
}

impl<'a> Reporter<'a> {
    pub(super) fn new(selection: &'a Selection, files: RunFiles<'a>, saver: CaseSaver) -> Self {
        Self {
            files,
            saver,
            layout: BlockLayout::from(width()),
            is_quiet: false,
            planned: planned(selection),
            left_out: selection.left_out(),
            bar: io::stderr().is_terminal().then(bar),
            done: 0,
            total: 0,
            failed: 0,
            failing: None,
            note: None,
            fuzzing: None,
        }
    }

    /// Adds a note to those of the run.
    pub(super) fn noting(self, note: Option<String>) -> Self {
        Self { note, ..self }
    }

    /// Lays out the failures like this.
    pub(super) fn showing(self, layout: BlockLayout) -> Self {
        Self { layout, ..self }
    }

    /// Shows only failures and the verdict.
    pub(super) fn quiet(self, is_quiet: bool) -> Self {
        let bar = self.bar.filter(|_| !is_quiet);
        Self {
            is_quiet,
            bar,
            ..self
        }
    }

    /// Shows only the progress.
    pub(super) fn only_progress(self) -> Self {
        Self {
            is_quiet: true,
            ..self
        }
    }

    /// The record as it is written: with the ids of the saved cases.
    pub(super) fn record(&self, record: &Record) -> Record {
        self.files.with_ids(record)
    }

    pub(super) fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Started { record, cases } => {
                self.total = cases;
                self.files.write(record);
                let width = self.layout.width;
                self.show(&terminal::header(record, &self.planned, width));
                self.show(&terminal::left_out(record, self.left_out, width));
            }
            Event::Passed | Event::Failed { .. } | Event::PlayedAgain(_) | Event::Dropped(_)
                if self.fuzzing.is_some() => {}
            Event::Passed => self.done += 1,
            Event::Failed { id, seen } => {
                self.done += 1;
                self.failed += 1;
                self.show_first(id, seen);
            }
            Event::PlayedAgain(cases) => {
                self.done = self.done.saturating_sub(cases);
                self.failed = self.failed.saturating_sub(cases);
            }
            Event::Dropped(cases) => self.total = self.total.saturating_sub(cases),
            Event::ScenarioEnded { record, planned } => self.end_scenario(record, planned),
            Event::NewBehavior { .. } => {}
            Event::Fuzzed { record } => self.show_fuzzing(record),
            Event::Ended { record } => self.files.write(record),
        }
        self.update_bar();
    }

    /// Shows the failures, the table and the summary of what [`record`](Self::record) returned.
    pub(super) fn finish(self, mut record: Record, exit: Exit) -> Result<(), CommandError> {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        // After the progress, if there was any.
        let mut text = String::from(if record.suites.is_empty() { "" } else { "\n" });
        let (exit, place) = match self.files.path() {
            Ok(path) => (exit, path.display().to_string()),
            Err(error) => (Exit::Internal, format!("not written: {error}")),
        };
        if self.is_quiet {
            text = terminal::failures(&record, saved_in(&place), self.layout);
            text += &terminal::verdict(&record, exit.code(), self.layout.width);
        } else {
            text += &terminal::results(&record, saved_in(&place), self.layout);
            record.notes.extend(self.note);
            text += &terminal::summary(&record, exit.code(), &place, self.layout.width);
        }
        anstream::stdout().write_all(text.as_bytes())?;
        match self.files.into_error() {
            Some(error) => Err(CommandError::Record(error)),
            None => Ok(()),
        }
    }

    /// Ends the progress. Nothing else is shown.
    pub(super) fn close(self) -> Result<(), CommandError> {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        match self.files.into_error() {
            Some(error) => Err(CommandError::Record(error)),
            None => Ok(()),
        }
    }

    fn end_scenario(&mut self, record: &Record, planned: PlannedScenario<'_>) {
        self.files.end_scenario(record, planned, &self.saver);
        let Some((suite, scenario)) = record.scenarios().last() else {
            return;
        };
        self.done = record.tally().run();
        // Variations were not planned.
        self.total = self.total.max(self.done);
        if self.bar.is_none() || scenario.verdict != Verdict::Pass {
            self.show(&terminal::progress_line(&ScenarioProgress {
                suite: &suite.id,
                scenario,
                done: self.done,
                planned: self.total,
            }));
        }
    }

    /// Shows how far the variations are: always on a terminal, and otherwise now and then.
    fn show_fuzzing(&mut self, record: &FuzzRecord) {
        let fuzzing = self.fuzzing.get_or_insert_with(Fuzzing::begin);
        let text = fuzz_status(record, fuzzing.begun.elapsed());
        if let Some(bar) = &self.bar {
            bar.set_style(fuzz_style());
            bar.set_message(text);
            bar.tick();
        } else if Instant::now() >= fuzzing.next_line {
            fuzzing.next_line = Instant::now() + BETWEEN_LINES;
            self.show(&format!("  {text}\n"));
        }
    }

    /// Shows the first failure of a scenario at once: the run may be killed before its end.
    fn show_first(&mut self, id: &CaseId, seen: Option<&str>) {
        let scenario = (id.suite.to_string(), id.scenario.to_string());
        if let Some(seen) = seen
            && self.failing.as_ref() != Some(&scenario)
        {
            self.failing = Some(scenario);
            let id = id.to_string();
            self.show(&terminal::first_failure(&id, seen, self.layout.width));
        }
    }

    fn update_bar(&self) {
        if let Some(bar) = self.bar.as_ref().filter(|_| self.fuzzing.is_none()) {
            bar.set_length(self.total);
            bar.set_position(self.done);
            let (passed, failed) = (self.done - self.failed, self.failed);
            bar.set_message(format!("{passed} passed  {failed} failed"));
        }
    }

    /// Output that cannot be written does not end the run.
    fn show(&self, text: &str) {
        if self.is_quiet {
            return;
        }
        let write = || _ = anstream::stdout().write_all(text.as_bytes());
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

fn planned(selection: &Selection) -> Vec<PlannedSuite<'_>> {
    let mut planned: Vec<PlannedSuite<'_>> = Vec::new();
    for selected in selection.scenarios() {
        let path = selected.suite.path();
        let cases = selected.plan.count() as u64;
        match planned.last_mut() {
            Some(suite) if suite.path == path => {
                suite.scenarios += 1;
                suite.cases += cases;
            }
            _ => planned.push(PlannedSuite {
                path,
                scenarios: 1,
                cases,
            }),
        }
    }
    planned
}

/// How the failures are shown, with `--verbose` or without.
pub(super) fn block_layout(verbose: bool) -> BlockLayout {
    BlockLayout {
        width: width(),
        detail: if verbose { Detail::Full } else { Detail::Brief },
    }
}

/// The width of the terminal, or the default without a terminal.
pub(super) fn width() -> TerminalWidth {
    let columns = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    columns.map_or_else(TerminalWidth::default, TerminalWidth::of)
}

fn bar() -> ProgressBar {
    let template = "  [{elapsed_precise}] {bar:30} {pos}/{len}   {msg}";
    let style = ProgressStyle::with_template(template).expect("the template is valid");
    ProgressBar::new(0).with_style(style.progress_chars("━━╌"))
}

fn fuzz_style() -> ProgressStyle {
    ProgressStyle::with_template("  [{elapsed_precise}] {msg}").expect("the template is valid")
}

/// How far the variations are, in one line.
fn fuzz_status(record: &FuzzRecord, time: Duration) -> String {
    let rate = record.cases as f64 / time.as_secs_f64().max(0.001);
    let failed = record.reported + record.repeated;
    format!(
        "{}  {} ({} per second)  {}, the last new one at {} s  {} failed",
        counted(record.variations, "variation"),
        counted(record.cases, "case"),
        grouped(rate as u64),
        counted(record.behaviors, "behaviour"),
        grouped(record.last_new_us / 1_000_000),
        grouped(failed),
    )
}
