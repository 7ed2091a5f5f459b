//! Plain lines while a run goes on: one per scenario, and one for its first failure.

use super::line::StyledLine;
use super::style::{BAD, DIM, DOUBTFUL, style};
use super::width::TerminalWidth;
use crate::notation::{counted, grouped};
use crate::record::ScenarioRecord;
use crate::verdict::word;

/// A finished scenario, and how far the run is.
#[derive(Clone, Copy, Debug)]
pub struct ScenarioProgress<'a> {
    /// The id of its suite.
    pub suite: &'a str,
    /// Its results.
    pub scenario: &'a ScenarioRecord,
    /// Cases of the run that are done.
    pub done: u64,
    /// All cases of the run.
    pub planned: u64,
}

/// One line: `  312/614  FAIL  header/greeting   12 of 312 cases failed`.
#[must_use]
pub fn progress_line(progress: &ScenarioProgress<'_>) -> String {
    let ScenarioProgress {
        suite,
        scenario,
        done,
        planned,
    } = progress;
    let planned = planned.to_string();
    let line = StyledLine::new()
        .styled(DIM, format!("  {done:>0$}/{planned}  ", planned.len()))
        .styled(style(scenario.verdict), word(scenario.verdict))
        .plain(format!("  {suite}/{}   ", scenario.id))
        .then(outcome(scenario));
    format!("{line}\n")
}

/// One line for the first failure of a scenario, which is not confirmed yet:
/// `  first failure  header/greeting/cut@1   other bytes`.
#[must_use]
pub fn first_failure(case: &str, seen: &str, width: TerminalWidth) -> String {
    let line = StyledLine::new()
        .styled(DOUBTFUL, "  first failure")
        .plain(format!("  {case}   "))
        .styled(DIM, seen);
    format!("{}\n", line.cut(width.columns()))
}

fn outcome(scenario: &ScenarioRecord) -> StyledLine {
    let tally = scenario.tally();
    let line = match tally.failed() {
        0 => StyledLine::new().plain(format!("{} passed", counted(tally.passed, "case"))),
        failed => {
            let of = counted(tally.run(), "case");
            StyledLine::new().styled(BAD, format!("{} of {of} failed", grouped(failed)))
        }
    };
    let left_out = [
        (tally.not_judged, "not judged"),
        (tally.skipped, "more not run"),
    ];
    let left_out = left_out.into_iter().filter(|(count, _)| *count > 0);
    left_out.fold(line, |line, (count, what)| {
        line.styled(DIM, format!("; {} {what}", grouped(count)))
    })
}
