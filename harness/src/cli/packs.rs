//! `wirecheck packs`: the suites that are part of the program.

use std::io::{self, Write};

use anstyle::Style;
use wirecheck_report::notation::{counted, quoted_if_needed};

use super::args::{PacksArgs, PacksCommand};
use super::error::{CommandError, Purpose};
use super::exit::Exit;
use crate::load::{LoadError, LoadOptions, PACKS, Pack};
use crate::scenario::Suite;

const BOLD: Style = Style::new().bold();

pub(super) fn run(args: &PacksArgs) -> Result<Exit, CommandError> {
    match &args.command {
        None => list(&mut anstream::stdout().lock())?,
        Some(PacksCommand::Show { name }) => show(name, &mut io::stdout().lock())?,
    }
    Ok(Exit::Success)
}

/// The text is that of the file, so that it can be saved as a suite.
fn show(name: &str, out: &mut impl Write) -> io::Result<()> {
    let pack = PACKS.iter().find(|pack| pack.name == name);
    let pack = pack.expect("the parser of arguments takes only names of packs");
    out.write_all(pack.text.as_bytes())?;
    out.flush()
}

fn list(out: &mut impl Write) -> Result<(), CommandError> {
    for pack in PACKS {
        let suite = pack.load(&LoadOptions::default()).map_err(invalid)?;
        write_pack(pack, &suite, out)?;
    }
    writeln!(
        out,
        "Run one with `wirecheck run pack:NAME`; `wirecheck packs show NAME` prints it."
    )?;
    Ok(())
}

fn write_pack(pack: &Pack, suite: &Suite, out: &mut impl Write) -> io::Result<()> {
    let scenarios = counted(suite.scenarios().len() as u64, "scenario");
    let name = pack.path();
    writeln!(
        out,
        "{BOLD}{name:<15}{BOLD:#}  {}, {scenarios}",
        suite.title()
    )?;
    let mut label = "needs";
    for line in pack.needs() {
        writeln!(out, "  {label:<13}  {line}")?;
        label = "";
    }
    for parameter in suite.parameters() {
        let set = format!("{}={}", parameter.name(), parameter.written());
        let about = parameter.about().unwrap_or_default();
        let set = quoted_if_needed(&set);
        writeln!(out, "  {:<13}  {set}   {about}", "--set")?;
    }
    writeln!(out)
}

/// The tests of the packs rule this out.
fn invalid(error: LoadError) -> CommandError {
    CommandError::Suites {
        errors: vec![error],
        valid: 0,
        purpose: Purpose::Use,
    }
}
