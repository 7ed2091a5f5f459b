//! `wirecheck demo`: judges the built-in peers with the built-in suites.
//!
//! Each peer is this program, started as `wirecheck peer NAME` and judged like any other
//! peer. [`entries`] says which failures and defects each one must show. The demo passes
//! if each peer showed exactly that.

mod deviation;
mod entries;
mod progress;
mod summary;
mod trial;

use std::path::PathBuf;

use wirecheck_report::record::RunState;
use wirecheck_report::render::NamedRun;
use wirecheck_report::{Record, SavedIn};

use self::entries::{DemoEntry, ENTRIES};
use self::progress::DemoProgress;
use super::config::ReportFiles;
use super::error::CommandError;
use super::exit::Exit;
use super::interrupt;
use super::report_files::ReportWriter;

struct DemoResult<'e> {
    entry: &'e DemoEntry,
    record: Record,
}

pub(super) fn run() -> Result<Exit, CommandError> {
    let stop = interrupt::stop_flag()?;
    let program = std::env::current_exe()?;
    let mut progress = DemoProgress::start(ENTRIES.len())?;
    let mut results = Vec::with_capacity(ENTRIES.len());
    for entry in &ENTRIES {
        let record = trial::judge(entry, &program, &stop, &mut progress)?;
        if record.state == RunState::CutOff {
            break;
        }
        results.push(DemoResult { entry, record });
    }
    drop(progress);
    write_report(&results)?;
    let deviations = deviation::deviations(&results);
    let exit = if results.len() < ENTRIES.len() {
        Exit::Interrupted
    } else if deviations.is_empty() {
        Exit::Success
    } else {
        Exit::Failed
    };
    summary::print(&results, &deviations, exit)?;
    Ok(exit)
}

/// One page with all peers side by side.
fn write_report(results: &[DemoResult<'_>]) -> Result<(), CommandError> {
    if results.is_empty() {
        return Ok(());
    }
    let run = |result: &DemoResult<'_>| NamedRun {
        name: result.entry.peer.name(),
        record: result.record.clone(),
        saved_in: SavedIn::Default,
    };
    let files = ReportFiles {
        html: Some(PathBuf::from(trial::REPORT)),
        ..ReportFiles::default()
    };
    let runs: Vec<_> = results.iter().map(run).collect();
    ReportWriter::new(&files).write(&runs)
}
