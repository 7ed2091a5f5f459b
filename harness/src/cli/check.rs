//! `wirecheck check`: are the suite files right?

use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::{CheckArgs, SuiteArgs};
use super::exit::Exit;
use super::failure::{Aim, Failure, say};
use crate::load::load;
use crate::run::rehearse;
use crate::scenario::{Style, Suite};

/// Where suites lie unless a name is given.
const DEFAULT: &str = "scenarios";

pub(super) fn run(args: &CheckArgs) -> Result<Exit, Failure> {
    let suites = suites(&args.suites, Aim::Check)?;
    let scenarios: usize = suites.iter().map(|suite| suite.scenarios().len()).sum();
    let played = match args.play {
        true => play(&suites)?,
        false => "",
    };
    writeln!(
        anstream::stdout(),
        "{} with {}: all right{played}",
        counted(suites.len(), "suite"),
        counted(scenarios, "scenario")
    )?;
    Ok(Exit::Held)
}

/// Plays suites that are right on paper, and says so.
fn play(suites: &[Suite]) -> Result<&'static str, Failure> {
    let rehearsed = rehearse(suites)?;
    for note in &rehearsed.notes {
        say(&format!("{}\n", note.render(Style::Colour)));
    }
    if rehearsed.errors.is_empty() {
        return Ok(", and played");
    }
    Err(Failure::Suites {
        read: suites.len() - rehearsed.errors.len(),
        faults: rehearsed.errors.into_iter().map(Into::into).collect(),
        aim: Aim::Check,
    })
}

/// The suites that were named; all of them must be right.
pub(super) fn suites(args: &SuiteArgs, aim: Aim) -> Result<Vec<Suite>, Failure> {
    let names = match args.suites.is_empty() {
        true => vec![PathBuf::from(DEFAULT)],
        false => args.suites.clone(),
    };
    if args.suites.is_empty() && !Path::new(DEFAULT).exists() {
        return Err(Failure::Usage(NO_SUITE.to_owned()));
    }
    let loaded = load(&names, args.max_suite_bytes);
    if !loaded.errors.is_empty() {
        return Err(Failure::Suites {
            faults: loaded.errors,
            read: loaded.suites.len(),
            aim,
        });
    }
    if loaded.suites.is_empty() {
        return Err(Failure::NoSuites(names));
    }
    Ok(loaded.suites)
}

const NO_SUITE: &str = "no suite was named, and there is no folder `scenarios` here: \
    name a suite file or a folder of them";

/// "1 suite", "2 suites".
pub(super) fn counted(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}
