//! `wirecheck compare`: what changed from one run to another.

use std::io::Write;
use std::path::Path;

use wirecheck_report::{Record, compare, terminal};

use super::args::CompareArgs;
use super::error::CommandError;
use super::exit::Exit;
use super::reporter::width;

pub(super) fn run(args: &CompareArgs) -> Result<Exit, CommandError> {
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let comparison = compare(&old, &new);
    let exit = if comparison.newly_failing.is_empty() {
        Exit::Success
    } else {
        Exit::Failed
    };
    let text = terminal::comparison(&comparison, exit.code(), width());
    anstream::stdout().write_all(text.as_bytes())?;
    Ok(exit)
}

pub(super) fn read(path: &Path) -> Result<Record, CommandError> {
    wirecheck_report::read(path).map_err(|error| CommandError::Records(error.to_string()))
}
