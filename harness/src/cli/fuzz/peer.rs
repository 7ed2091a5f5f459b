//! `wirecheck fuzz`: judge a server or a client, also with variations of the suites.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::args::FuzzArgs;
use crate::cli::cases::select;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::gate;
use crate::cli::run::{Session, check_command, check_files};
use crate::engine::{self, Answers, Event, FuzzOptions, GateRules, Selection};
use crate::load::{LoadOptions, load};
use crate::scenario::Suite;

/// Where the suites of variations are saved: a folder for each set of suites.
const SAVED: &str = ".wirecheck/fuzz";

pub(super) fn run(args: FuzzArgs) -> Result<Exit, CommandError> {
    let config = args.session.cases.config.read()?;
    let is_partial = args.session.cases.is_partial(&config);
    let (time, most_cases, max_failures) = (args.time(), args.most_cases, args.max_failures);
    let session = args.session.with(&config);
    if session.cases.shard.is_some() {
        return Err(CommandError::Usage {
            what: "`--shard` splits cases that are known before the run".to_owned(),
            help: Some("give each part another `--seed`".to_owned()),
        });
    }
    check_command(&session)?;
    let selection = select(&session.cases, session.our_side())?;
    let folder = folder_of(&selection);
    let options = FuzzOptions {
        seed: session.cases.seed(),
        time,
        cases: most_cases,
        failures: max_failures,
        corpus: corpus(&folder),
        folder,
    };
    check_files(&session)?;
    let gate = GateRules {
        rules: gate::rules(&session.gate, &config, is_partial),
        known: gate::known(&config, &selection),
    };
    let session = Session {
        args: &session,
        selection: &selection,
        gate,
        // The other half is for the variations.
        time: Some(time / 2),
        answers: Answers::NotKept,
    };
    let mut unsaved = None;
    let mut variations = 0;
    let exit = session.play(|settings, stop, on_event| {
        engine::fuzz(&selection, settings, &options, stop, &mut |event| {
            if let Event::Fuzzed { record } = &event {
                variations = record.variations;
            }
            let suite = match &event {
                Event::NewBehavior { suite } => Some(*suite),
                Event::ScenarioEnded { planned, .. } => Some(planned.suite),
                _ => None,
            };
            let suite = suite.filter(|it| Path::new(it.path()).starts_with(&options.folder));
            if let Some(Err(error)) = suite.map(save) {
                unsaved.get_or_insert(error);
            }
            on_event(event);
        })
    })?;
    match unsaved {
        Some((path, source)) => Err(CommandError::Unsaved { path, source }),
        None if exit == Exit::Success && variations == 0 => Err(CommandError::NoVariations),
        None => Ok(exit),
    }
}

/// The folder of the variations of these suites.
fn folder_of(selection: &Selection) -> PathBuf {
    let ids: Vec<_> = selection
        .scenarios()
        .map(|it| it.suite.id().to_string())
        .collect();
    let mut ids: Vec<_> = ids.iter().map(|it| it.replace('/', "-")).collect();
    ids.dedup();
    let name = match &ids[..] {
        [only] => only.clone(),
        [first, others @ ..] => format!("{first}-and-{}", others.len()),
        [] => "none".to_owned(),
    };
    Path::new(SAVED).join(name)
}

/// What earlier runs saved. A file that cannot be read is left out: it is only a start.
fn corpus(folder: &Path) -> Vec<Suite> {
    if !folder.is_dir() {
        return Vec::new();
    }
    load(&[folder.to_owned()], &LoadOptions::default()).suites
}

/// There may be hundreds of them in a second: none is waited for until it is on the disk.
fn save(suite: &Suite) -> Result<(), (PathBuf, io::Error)> {
    let path = PathBuf::from(suite.path());
    let saved = fs::create_dir_all(path.parent().unwrap_or_else(|| Path::new(".")))
        .and_then(|()| fs::write(&path, suite.text()));
    saved.map_err(|error| (path, error))
}
