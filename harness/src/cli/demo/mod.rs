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

use wirecheck_report::Record;
use wirecheck_report::record::RunState;

use self::entries::{DemoEntry, ENTRIES};
use self::progress::DemoProgress;
use super::error::CommandError;
use super::exit::Exit;
use super::interrupt;

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
