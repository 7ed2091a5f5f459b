//! `wirecheck schema`: JSON Schemas of the files wirecheck reads and writes.

use std::io::Write;

use super::args::{Schema, SchemaArgs};
use super::exit::Exit;
use super::failure::Failure;
use crate::scenario;

pub(super) fn run(args: &SchemaArgs) -> Result<Exit, Failure> {
    let schema = match args.of {
        Schema::Suite => scenario::schema(),
        Schema::Record => wirecheck_report::record::schema().to_value(),
    };
    writeln!(anstream::stdout(), "{schema:#}")?;
    Ok(Exit::Held)
}
