//! Plain lines where no progress bar can be drawn.

use super::line::Line;
use super::style::{BAD, DIM, style, word};
use crate::notation::{counted, grouped};
use crate::record::Scenario;

/// A scenario that has come to its end, and how far the run is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The id of its suite.
    pub suite: &'a str,
    /// What became of it.
    pub scenario: &'a Scenario,
    /// How many cases of the run are done.
    pub done: u64,
    /// How many there are in all.
    pub planned: u64,
}

/// One line: `  312/614  FAIL  header/greeting   12 of 312 cases failed`.
#[must_use]
pub fn tick(progress: &Progress<'_>) -> String {
    let Progress {
        suite,
        scenario,
        done,
        planned,
    } = progress;
    let planned = planned.to_string();
    let line = Line::new()
        .styled(DIM, format!("  {done:>0$}/{planned}  ", planned.len()))
        .styled(style(scenario.verdict), word(scenario.verdict))
        .plain(format!("  {suite}/{}   ", scenario.id))
        .then(outcome(scenario));
    format!("{line}\n")
}

fn outcome(scenario: &Scenario) -> Line {
    let tally = scenario.tally();
    let line = match tally.failed() {
        0 => Line::new().plain(format!("{} passed", counted(tally.passed, "case"))),
        failed => {
            let of = counted(tally.run(), "case");
            Line::new().styled(BAD, format!("{} of {of} failed", grouped(failed)))
        }
    };
    match tally.skipped {
        0 => line,
        skipped => line.styled(DIM, format!(", {} not run", grouped(skipped))),
    }
}
