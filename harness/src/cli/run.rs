//! `wirecheck run`: judge a server.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;

use wirecheck_report::record::Verdict;

use super::args::RunArgs;
use super::cases::select;
use super::exit::Exit;
use super::failure::Failure;
use crate::peer::{CommandLine, Outside, StartOptions};
use crate::run::{self, Jobs, PeerSource, Settings};
use crate::scenario::Side;

pub(super) fn run(args: &RunArgs) -> Result<Exit, Failure> {
    let selection = select(&args.cases, Side::Client)?;
    let settings = settings(args)?;
    let stop = AtomicBool::new(false);
    let mut n = 0;
    let ran = run::run(&selection, &settings, &stop, &mut |event| match event {
        run::Event::Held => n += 1,
        run::Event::Fell(id) => println!("fell {id}"),
        _ => {}
    });
    println!(
        "{n} held; {:?} {:?}",
        ran.record.delivery, ran.record.restarts
    );
    wirecheck_report::write(&ran.record, &args.record)
        .map_err(|e| Failure::Usage(e.to_string()))?;
    if let Some(failure) = ran.failure {
        return Err(Failure::Peer(failure));
    }
    Ok(match ran.record.verdict {
        Verdict::Pass | Verdict::Nonstrict | Verdict::Skipped => Exit::Held,
        Verdict::Fail | Verdict::Flaky => Exit::Failed,
        Verdict::Error => Exit::Internal,
    })
}

fn settings(args: &RunArgs) -> Result<Settings, Failure> {
    let peer = match &args.connect {
        Some(target) => PeerSource::Connect(
            Outside::find(target).map_err(|error| Failure::Usage(error.to_string()))?,
        ),
        None => PeerSource::Start {
            command: CommandLine::new(&args.command)
                .map_err(|_| Failure::Usage(NO_PEER.to_owned()))?,
            options: StartOptions {
                host: args.host,
                start_timeout: args.start_timeout,
                ..StartOptions::default()
            },
        },
    };
    Ok(Settings {
        peer,
        command: args.command.clone(),
        jobs: Jobs(args.jobs.unwrap_or_else(processors)),
    })
}

const NO_PEER: &str = "no server to judge: say how it is started, as in \
    `wirecheck run scenarios/line -- python3 server.py --port {port}`, or where it runs, with --connect HOST:PORT";

fn processors() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
