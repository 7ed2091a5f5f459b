//! `wirecheck fuzz --framer`: try a framer with many streams.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use wirecheck_report::fnv1a;
use wirecheck_report::notation::{counted, grouped, printable, quoted_if_needed};

use crate::cli::args::FuzzArgs;
use crate::cli::check::read_suites;
use crate::cli::error::{CommandError, Purpose, print_line, unless_unread};
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::framer::shown_as_wrong;
use crate::fuzz::campaign::{Campaign, Failure, FailureKind, Limits, Tally};
use crate::fuzz::inputs::{self, Input, SuiteTraffic};
use crate::fuzz::program::Program;
use crate::scenario::Suite;

/// Where streams are saved that are read wrongly.
const SAVED: &str = ".wirecheck/fuzz";

pub(super) fn run(args: &FuzzArgs) -> Result<Exit, CommandError> {
    check_arguments(args)?;
    let suites = suites(args)?;
    let traffic: Vec<_> = suites.iter().flat_map(SuiteTraffic::all_of).collect();
    let given = given(args, &suites, &traffic)?;
    if given.is_empty() {
        return Err(CommandError::NoStreams);
    }
    let program = Program::start(args.command().to_vec(), args.timeout)?;
    let stop = interrupt::stop_flag()?;
    let start = Instant::now();
    let (result, tally) = attempt(args, &program, &given, &traffic, &stop);
    if let Err(failure) = result {
        let saved = save(&failure.input);
        unless_unread(show(&failure, saved, args))?;
        return Ok(Exit::Failed);
    }
    if let Some(error) = program.invalid() {
        return Err(error.into());
    }
    unless_unread(show_summary(&tally, start, args.seed()))?;
    if stop.load(Ordering::Relaxed) {
        return Ok(Exit::Interrupted);
    }
    Ok(Exit::Success)
}

fn check_arguments(args: &FuzzArgs) -> Result<(), CommandError> {
    if args.command().is_empty() {
        return Err(CommandError::Usage {
            what: "no framer to try: write the program and its arguments after `--`".to_owned(),
            help: Some(
                "`wirecheck fuzz --adapter python` prints a program to start from".to_owned(),
            ),
        });
    }
    Ok(())
}

/// None if only files are tried.
fn suites(args: &FuzzArgs) -> Result<Vec<Suite>, CommandError> {
    if args.session.cases.suites.suites.is_empty() && !args.input.is_empty() {
        return Ok(Vec::new());
    }
    let config = args.session.cases.config.read()?;
    read_suites(
        &args.session.cases.suites.clone().with(&config),
        Purpose::Use,
    )
}

fn given(
    args: &FuzzArgs,
    suites: &[Suite],
    traffic: &[SuiteTraffic],
) -> Result<Vec<Input>, CommandError> {
    let mut given: Vec<_> = suites.iter().flat_map(inputs::of_suite).collect();
    for path in &args.input {
        let unreadable = |source| CommandError::UnreadableInput {
            path: path.clone(),
            source,
        };
        given.push(inputs::of_file(path, traffic).map_err(unreadable)?);
    }
    Ok(given)
}

fn attempt(
    args: &FuzzArgs,
    program: &Program,
    given: &[Input],
    traffic: &[SuiteTraffic],
    stop: &AtomicBool,
) -> (Result<(), Box<Failure>>, Tally) {
    let mut campaign = Campaign {
        program,
        limits: Limits {
            time: args.time(),
            streams: args.streams,
            seed: args.seed(),
            allow_late: args.allow_late,
        },
        stop,
        tally: Tally::default(),
    };
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template("{spinner} {msg}").expect("the template is valid"));
    let result = campaign.run(given, traffic, |tally| {
        bar.set_message(counts(tally));
        bar.tick();
    });
    bar.finish_and_clear();
    (result, campaign.tally)
}

fn counts(tally: &Tally) -> String {
    format!(
        "{} given, {} generated, {}",
        counted(tally.given, "stream"),
        grouped(tally.generated),
        counted(tally.segmentations, "segmentation"),
    )
}

fn show_summary(tally: &Tally, start: Instant, seed: u64) -> Result<(), CommandError> {
    let seconds = start.elapsed().as_secs_f64();
    let rate = grouped((tally.segmentations as f64 / seconds) as u64);
    let counts = counts(tally);
    let mut out = anstream::stdout();
    writeln!(
        out,
        "PASS {counts} in {seconds:.1} s, {rate} per second; seed {seed}"
    )?;
    if tally.rejected > 0 {
        let (rejected, all) = (grouped(tally.rejected), grouped(tally.well_framed));
        writeln!(
            out,
            "note: the framer rejects {rejected} of {all} generated streams that are well framed; \
             only the same answer to each segmentation was checked of them"
        )?;
    }
    if tally.messages == 0 {
        writeln!(out, "note: the framer has read no message at all")?;
    }
    if let Some(error) = &tally.first_error {
        writeln!(
            out,
            "note: the framer reports an error: {}",
            printable(error)
        )?;
    }
    Ok(())
}

fn show(
    failure: &Failure,
    saved: io::Result<PathBuf>,
    args: &FuzzArgs,
) -> Result<(), CommandError> {
    let mut out = anstream::stdout();
    writeln!(out, "FAIL {}", printable(&failure.origin))?;
    for line in text(failure).lines() {
        writeln!(out, "  {}", printable(line))?;
    }
    match saved {
        Ok(path) => writeln!(out, "again: {}", again(&path, failure, args))?,
        Err(error) => print_line(&format!(
            "warning: {SAVED}: cannot save the stream: {error}"
        )),
    }
    Ok(())
}

fn text(failure: &Failure) -> String {
    let (title, expected, observed) = match &failure.kind {
        FailureKind::Varies(difference) => return difference.to_string(),
        FailureKind::WrongCount { expected, observed } => {
            let messages = counted(expected.len() as u64, "message");
            let title = format!("the stream has {messages} by the suite's framing");
            (title, expected, observed)
        }
        FailureKind::Late { expected, observed } => {
            let messages = counted(expected.len() as u64, "message");
            let title = format!("{messages} complete, but the framer waits for more bytes");
            (title, expected, observed)
        }
    };
    format!(
        "{title}\n{}",
        shown_as_wrong(&failure.input, expected, observed)
    )
}

/// Saves a stream under the hash of its bytes.
fn save(stream: &[u8]) -> io::Result<PathBuf> {
    let path = Path::new(SAVED).join(format!("{:016x}.bin", fnv1a(stream)));
    fs::create_dir_all(SAVED)?;
    wirecheck_report::write_report(&path, stream)?;
    Ok(path)
}

/// The command that tries a saved stream again.
fn again(saved: &Path, failure: &Failure, args: &FuzzArgs) -> String {
    let mut words = vec![
        "wirecheck".to_owned(),
        "fuzz".to_owned(),
        "--framer".to_owned(),
    ];
    words.extend(failure.suite.as_ref().map(|it| it.display().to_string()));
    words.extend(["--input".to_owned(), saved.display().to_string()]);
    words.extend(["--streams", "0", "--seed"].map(str::to_owned));
    words.push(args.seed().to_string());
    words.push(format!(
        "--timeout={}",
        humantime::format_duration(args.timeout)
    ));
    if args.allow_late {
        words.push("--allow-late".to_owned());
    }
    words.push("--".to_owned());
    words.extend(args.command().iter().cloned());
    let words: Vec<_> = words.iter().map(|word| quoted_if_needed(word)).collect();
    words.join(" ")
}
