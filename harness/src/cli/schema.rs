//! `wirecheck schema`: the JSON Schemas of the files that wirecheck reads and writes.

use std::io::Write;

use super::args::{FileFormat, SchemaArgs};
use super::config::Config;
use super::error::CommandError;
use super::exit::Exit;
use crate::scenario;

pub(super) fn run(args: &SchemaArgs) -> Result<Exit, CommandError> {
    let schema = match args.format {
        FileFormat::Suite => scenario::schema(),
        FileFormat::Record => wirecheck_report::record::schema().to_value(),
        FileFormat::Config => Config::schema().to_value(),
        FileFormat::Case => wirecheck_report::saved_case::schema().to_value(),
    };
    writeln!(anstream::stdout(), "{schema:#}")?;
    Ok(Exit::Success)
}
