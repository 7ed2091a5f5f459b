//! `wirecheck run`: judge a server or a client.

use std::num::NonZeroUsize;

use wirecheck_report::record::{RunState, Verdict};

use super::args::{MAX_JOBS, RunArgs};
use super::cases::select;
use super::exit::Exit;
use super::failure::Failure;
use super::reporter::Reporter;
use super::{forgotten, interrupt};
use crate::peer::{CommandLine, ExternalServer, StartOptions};
use crate::run::{self, Calling, Calls, Jobs, PeerSource, Selection, Settings, is_played};
use crate::scenario::Side;
use crate::tactic::Tactic;
use crate::wire::link::ReadProof;

pub(super) fn run(args: &RunArgs) -> Result<Exit, Failure> {
    let settings = settings(args)?;
    let ours = match args.client {
        true => Side::Server,
        false => Side::Client,
    };
    let selection = select(&args.cases, ours)?;
    check_played(&selection)?;
    // A run of an hour is not to end with a record that has no place.
    wirecheck_report::check_writable(&args.record).map_err(Failure::NoPlace)?;
    let stop = interrupt::flag()?;
    let mut reporter = Reporter::new(&selection, &args.record);
    let ran = run::run(&selection, &settings, &stop, &mut |event| {
        reporter.take(event)
    });
    let exit = match (&ran.failure, ran.record.verdict) {
        (Some(_), _) => Exit::NoPeer,
        (None, _) if ran.record.state == RunState::CutOff => Exit::Interrupted,
        (None, Verdict::Pass | Verdict::Nonstrict | Verdict::Skipped) => Exit::Held,
        (None, Verdict::Fail | Verdict::Flaky | Verdict::Unconfirmed) => Exit::Failed,
        (None, Verdict::Error) => Exit::Internal,
    };
    match reporter.finish(&ran.record, exit) {
        // The verdict is the same, whether anybody reads it to its end or not.
        Err(failure) if failure.is_unheard() => {}
        finished => finished?,
    }
    match ran.failure {
        Some(failure) => Err(Failure::Peer(failure)),
        None => Ok(exit),
    }
}

/// What was asked for must be something that is played.
fn check_played(selection: &Selection) -> Result<(), Failure> {
    let asked = |tactic: &Tactic| selection.only.accepts(tactic) && is_played(tactic.family());
    let any = selection
        .scenarios()
        .any(|selected| selected.plan.tactics().any(|tactic| asked(&tactic)));
    if any { Ok(()) } else { Err(Failure::NotPlayed) }
}

fn settings(args: &RunArgs) -> Result<Settings, Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
    let command = || CommandLine::new(&args.command).map_err(|_| usage(&no_peer(args)));
    let peer = match &args.connect {
        Some(target) => {
            PeerSource::Connect(ExternalServer::find(target).map_err(|error| usage(&error))?)
        }
        None if args.client => PeerSource::Client {
            command: command()?,
            calling: Calling {
                host: args.host,
                start_timeout: args.start_timeout,
                habit: match args.reconnects {
                    true => Calls::AgainAndAgain,
                    false => Calls::Once,
                },
            },
        },
        None => PeerSource::Start {
            command: command()?,
            options: StartOptions {
                host: args.host,
                start_timeout: args.start_timeout,
                ..StartOptions::default()
            },
        },
    };
    let jobs = Jobs(args.jobs.unwrap_or_else(processors));
    let evidence = ReadProof::from_env().map_err(|error| usage(&error))?;
    Ok(Settings {
        evidence,
        peer,
        command: args.command.clone(),
        jobs,
    })
}

fn no_peer(args: &RunArgs) -> String {
    let (peer, words) = match args.client {
        true => (Side::Client, NO_CLIENT),
        false => (Side::Server, NO_PEER),
    };
    forgotten::hint(&args.cases.suites.suites, peer).unwrap_or_else(|| words.to_owned())
}

const NO_CLIENT: &str = "no client to judge: say how it is started, as in \
    `wirecheck run --client scenarios/line -- python3 client.py {host} {port}`";

const NO_PEER: &str = "no server to judge: say how it is started, as in \
    `wirecheck run scenarios/line -- python3 server.py --port {port}`, \
    or where it runs, with --connect HOST:PORT; a client is started by \
    `--client -- python3 client.py {host} {port}`";

fn processors() -> NonZeroUsize {
    let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    processors.min(MAX_JOBS)
}
