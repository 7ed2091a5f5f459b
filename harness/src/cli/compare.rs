//! `wirecheck compare`: what changed from one run to another.

use std::io::{self, Write};
use std::path::Path;

use wirecheck_report::{Record, StoreError, compare, terminal};

use super::args::CompareArgs;
use super::error::{CommandError, unless_unread};
use super::exit::Exit;
use super::reporter::width;

pub(super) fn run(args: &CompareArgs) -> Result<Exit, CommandError> {
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let comparison = compare(&old, &new);
    let exit = if comparison.is_worse() {
        Exit::Failed
    } else {
        Exit::Success
    };
    let text = terminal::comparison(&comparison, exit.code(), width());
    let written = anstream::stdout().write_all(text.as_bytes());
    unless_unread(written.map_err(CommandError::Output))?;
    Ok(exit)
}

pub(super) fn read(path: &Path) -> Result<Record, CommandError> {
    wirecheck_report::read(path).map_err(|error| match error {
        StoreError::Io { path, source } if source.kind() == io::ErrorKind::NotFound => {
            CommandError::NoRecord(path)
        }
        error => CommandError::Records(error.to_string()),
    })
}
