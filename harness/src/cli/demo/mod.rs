//! `wirecheck demo`: the main job, on embedded peers and embedded suites.
//!
//! Each peer is this very program, started as `wirecheck peer NAME` and judged as
//! yours would be. What each is built to show stands in [`embedded`]; the demo holds
//! only if each showed just that.

mod embedded;
mod expectation;
mod page;
mod progress;
mod trial;

use wirecheck_report::Record;
use wirecheck_report::record::RunState;

use self::embedded::{ALL, Embedded};
use self::progress::Progress;
use super::exit::Exit;
use super::failure::Failure;
use super::interrupt;

/// An embedded peer, and what became of it.
struct Shown<'e> {
    embedded: &'e Embedded,
    record: Record,
}

pub(super) fn run() -> Result<Exit, Failure> {
    let stop = interrupt::flag()?;
    let ourselves = std::env::current_exe()?;
    let mut progress = Progress::begin(&ALL)?;
    let mut shown = Vec::with_capacity(ALL.len());
    for embedded in &ALL {
        let record = trial::judge(embedded, &ourselves, &stop, &mut progress)?;
        if record.state == RunState::CutOff {
            break;
        }
        shown.push(Shown { embedded, record });
    }
    drop(progress);
    let misses = expectation::misses(&shown);
    let exit = match (shown.len() == ALL.len(), misses.is_empty()) {
        (false, _) => Exit::Interrupted,
        (true, true) => Exit::Held,
        (true, false) => Exit::Failed,
    };
    page::print(&shown, &misses, exit)?;
    Ok(exit)
}
