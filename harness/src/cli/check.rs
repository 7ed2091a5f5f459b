//! `wirecheck check`: validate suite files.

use std::io::Write;
use std::path::{Path, PathBuf};

use wirecheck_report::notation::counted;

use super::args::{CheckArgs, SuiteArgs};
use super::error::{CommandError, Purpose, print_line};
use super::exit::Exit;
use super::not_shown;
use crate::engine::self_check;
use crate::load::{LoadOptions, UnknownParameter, load};
use crate::scenario::{Style, Suite};

/// Read if no suite is named.
const DEFAULT_FOLDER: &str = "scenarios";

pub(super) fn run(args: CheckArgs) -> Result<Exit, CommandError> {
    let config = args.config.read()?;
    let suites = read_suites(&args.suites.with(&config), Purpose::Check)?;
    if args.play {
        play(&suites)?;
    }
    for note in suites.iter().filter_map(not_shown::notes) {
        writeln!(anstream::stdout(), "{}\n", note.render(Style::Colour))?;
    }
    write!(anstream::stdout(), "{}", not_shown::summary(&suites))?;
    let scenarios: usize = suites.iter().map(|suite| suite.scenarios().len()).sum();
    let checked = if args.play {
        "valid, self check passed"
    } else {
        "valid"
    };
    writeln!(
        anstream::stdout(),
        "{} with {}: {checked}",
        counted(suites.len() as u64, "suite"),
        counted(scenarios as u64, "scenario")
    )?;
    Ok(Exit::Success)
}

/// Plays valid suites without a peer, and prints notes.
fn play(suites: &[Suite]) -> Result<(), CommandError> {
    let played = self_check(suites)?;
    for note in &played.notes {
        print_line(&format!("{}\n", note.render(Style::Colour)));
    }
    if played.errors.is_empty() {
        return Ok(());
    }
    Err(CommandError::Suites {
        valid: suites.len() - played.errors.len(),
        errors: played.errors.into_iter().map(Into::into).collect(),
        purpose: Purpose::Check,
    })
}

/// Reads the suites that were named. It is an error if one is invalid.
pub(super) fn read_suites(args: &SuiteArgs, purpose: Purpose) -> Result<Vec<Suite>, CommandError> {
    let paths = if args.suites.is_empty() {
        vec![PathBuf::from(DEFAULT_FOLDER)]
    } else {
        args.suites.clone()
    };
    if args.suites.is_empty() && !Path::new(DEFAULT_FOLDER).exists() {
        return Err(CommandError::Usage {
            what: "no suite was named, and there is no folder `scenarios` here".to_owned(),
            help: Some("name a suite file, or a folder of suite files".to_owned()),
        });
    }
    let loaded = load(
        &paths,
        &LoadOptions {
            max_suite_bytes: args.max_suite_bytes,
            settings: args.settings(),
        },
    );
    if !loaded.errors.is_empty() {
        return Err(CommandError::Suites {
            errors: loaded.errors,
            valid: loaded.suites.len(),
            purpose,
        });
    }
    if loaded.suites.is_empty() {
        return Err(CommandError::NoSuites(paths));
    }
    if let Some(unknown) = UnknownParameter::first_of(&args.set, &loaded.suites) {
        return Err(CommandError::Usage {
            what: unknown.to_string(),
            help: Some(unknown.help()),
        });
    }
    Ok(loaded.suites)
}
