//! `wirecheck run`: judge a server or a client.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rustix::process::{Resource, getrlimit};
use wirecheck_report::Record;
use wirecheck_report::render::NamedRun;
use wirecheck_report::saved_case::SavedPeer;

use super::args::{PeerOptions, PlayArgs, RunArgs, SessionArgs};
use super::cases::select;
use super::error::{CommandError, unless_unread};
use super::exit::Exit;
use super::peer_source::{millis, peer_source};
use super::report_files::{ReportWriter, tell_github};
use super::reporter::{Reporter, block_layout};
use super::run_files::{RunFiles, saved_in};
use super::{gate, interrupt, play_order, separator};
use crate::engine::{
    self, Answers, Event, GateRules, Jobs, PeerFailure, RunOutcome, Selection, Settings,
};
use crate::peer::{CommandLine, adopt_orphans};
use crate::replay::CaseSaver;
use crate::scenario::Side;
use crate::wire::link::ReadProof;

pub(super) fn run(args: RunArgs) -> Result<Exit, CommandError> {
    let config = args.session.cases.config.read()?;
    let is_partial = args.session.cases.is_partial(&config);
    let RunArgs {
        session,
        time,
        list_known,
    } = args.with(&config);
    if !list_known {
        check_command(&session)?;
    }
    let selection = select(&session.cases, session.our_side())?;
    if list_known {
        return gate::list_known(&config.known(), &selection);
    }
    let gate = GateRules {
        rules: gate::rules(&session.gate, &config, is_partial),
        known: gate::known(&config, &selection),
    };
    check_files(&session)?;
    let selection = play_order::failures_first(selection, &session.record);
    let selection = match time {
        Some(_) => play_order::quick_first(selection),
        None => selection,
    };
    let session = Session {
        args: &session,
        selection: &selection,
        gate,
        time,
        answers: Answers::NotKept,
    };
    session.play(|settings, stop, on_event| engine::run(&selection, settings, stop, on_event))
}

/// Whether the record and the reports can be written: now, not after a run of an hour.
pub(super) fn check_files(args: &SessionArgs) -> Result<(), CommandError> {
    ReportWriter::new(&args.reports).check(&[&args.record])?;
    wirecheck_report::check_writable(&args.record).map_err(CommandError::RecordPath)
}

/// A run of the engine, with its files, reports and terminal output. The caller has checked the
/// files.
pub(super) struct Session<'a> {
    pub(super) args: &'a SessionArgs,
    pub(super) selection: &'a Selection,
    pub(super) gate: GateRules,
    /// How long cases of the suites may be begun.
    pub(super) time: Option<Duration>,
    /// Whether the record has what the peer answers.
    pub(super) answers: Answers,
}

/// What a run came to, before it is shown.
pub(super) struct PlayedSession<'a> {
    reporter: Reporter<'a>,
    /// With the ids of the saved cases.
    pub(super) record: Record,
    pub(super) exit: Exit,
    /// Why not all that was selected was judged.
    pub(super) failure: Option<PeerFailure>,
}

impl<'a> Session<'a> {
    pub(super) fn play(
        self,
        run: impl FnOnce(&Settings, &AtomicBool, &mut (dyn FnMut(Event<'_>) + Send)) -> RunOutcome,
    ) -> Result<Exit, CommandError> {
        let args = self.args;
        let reports = ReportWriter::new(&args.reports);
        let stop = interrupt::stop_flag()?;
        let played = self.judge(&stop, run, |reporter| {
            reporter
                .showing(block_layout(args.play.verbose))
                .quiet(args.play.quiet)
        })?;
        let path = args.record.display().to_string();
        let run = NamedRun {
            name: played.record.peer.name(),
            record: played.record,
            saved_in: saved_in(&path),
        };
        let written = write_reports(&reports, &run);
        unless_unread(played.reporter.finish(run.record, played.exit))?;
        unless_unread(written)?;
        match played.failure {
            Some(failure) => Err(CommandError::Peer(failure)),
            None => Ok(played.exit),
        }
    }

    /// Plays and writes the record. `shown` says what the terminal shows meanwhile.
    pub(super) fn judge(
        self,
        stop: &AtomicBool,
        run: impl FnOnce(&Settings, &AtomicBool, &mut (dyn FnMut(Event<'_>) + Send)) -> RunOutcome,
        shown: impl FnOnce(Reporter<'a>) -> Reporter<'a>,
    ) -> Result<PlayedSession<'a>, CommandError> {
        let peer = saved_peer(&self.args.peer);
        let settings = self.settings(&peer)?;
        let files = RunFiles::create(&self.args.record)?;
        // Where the system refuses, processes are found by their group, tag and sockets only.
        let _ = adopt_orphans();
        // Without loopback nothing can be said about the suites.
        let prove_nothing =
            engine::scenarios_that_prove_nothing(self.selection).unwrap_or_default();
        let saver = CaseSaver {
            peer,
            jobs: settings.jobs,
        };
        let reporter = Reporter::new(self.selection, files, saver);
        let mut reporter = shown(reporter).noting(proves_nothing(&prove_nothing));
        let ran = run(&settings, stop, &mut |event| reporter.take(event));
        Ok(PlayedSession {
            exit: gate::exit_of(&ran.record),
            record: reporter.record(&ran.record),
            failure: ran.failure,
            reporter,
        })
    }

    fn settings(&self, peer: &SavedPeer) -> Result<Settings, CommandError> {
        Ok(Settings {
            read_proof: ReadProof::from_env().map_err(CommandError::usage)?,
            gate: self.gate.clone(),
            time: self.time,
            answers: self.answers,
            peer: peer_source(peer)?,
            command: self.args.peer.command.clone(),
            jobs: jobs(&self.args.play),
        })
    }
}

impl PlayedSession<'_> {
    /// Ends the progress without any further output.
    pub(super) fn close(self) -> Result<(Record, Exit, Option<PeerFailure>), CommandError> {
        self.reporter.close()?;
        Ok((self.record, self.exit, self.failure))
    }
}

/// What `check --play` says about scenarios, in one line.
fn proves_nothing(scenarios: &[String]) -> Option<String> {
    const NAMED: usize = 3;
    let (named, more) = scenarios.split_at(scenarios.len().min(NAMED));
    let more = match more.len() {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    let verb = if scenarios.len() == 1 {
        "proves"
    } else {
        "prove"
    };
    (!named.is_empty()).then(|| {
        format!(
            "{}{more} {verb} nothing: a peer that understands nothing passes; \
             `wirecheck check --play` shows why",
            named.join(", ")
        )
    })
}

/// The same reports as `wirecheck report` makes of the record.
fn write_reports(reports: &ReportWriter, run: &NamedRun<'_>) -> Result<(), CommandError> {
    let runs = std::slice::from_ref(run);
    reports.write(runs)?;
    tell_github(runs)
}

/// Before the suites are read: without `--` the words of the command are among them.
pub(super) fn check_command(args: &SessionArgs) -> Result<(), CommandError> {
    if args.peer.connect.is_none() && CommandLine::new(&args.peer.command).is_err() {
        return Err(no_command(args));
    }
    Ok(())
}

/// Whether it is clear how a peer is reached: before others are judged.
pub(super) fn check_peer(args: &PeerOptions) -> Result<(), CommandError> {
    if args.connect.is_some() && args.start.client {
        let what = "`connect:` is for servers only; a client is started for each case";
        return Err(CommandError::usage(what));
    }
    peer_source(&saved_peer(args)).map(drop)
}

/// As many as the user wants, and as the limit of open files allows: the peer has the same
/// limit, and must not fail by it.
fn jobs(args: &PlayArgs) -> Jobs {
    let wanted = args.jobs.map_or_else(Jobs::default, Jobs).0;
    let limit = getrlimit(Resource::Nofile).current;
    let allowed = limit.map_or(wanted, jobs_with);
    Jobs(wanted.min(allowed))
}

/// How many cases can have their files open at the same time.
fn jobs_with(files: u64) -> NonZeroUsize {
    const FILES_OF_ALL: u64 = 48;
    const FILES_PER_JOB: u64 = 3;
    let jobs = files.saturating_sub(FILES_OF_ALL) / FILES_PER_JOB;
    let jobs = usize::try_from(jobs).unwrap_or(usize::MAX);
    NonZeroUsize::new(jobs).unwrap_or(NonZeroUsize::MIN)
}

/// How the peer is reached, as it is saved with a failure.
fn saved_peer(args: &PeerOptions) -> SavedPeer {
    SavedPeer {
        role: args.start.our_side().other().into(),
        command: args.command.clone(),
        connect: args.connect.clone(),
        host: args.start.host().to_string(),
        port: args.port,
        start_timeout_ms: millis(args.start.start_timeout()),
        reconnects: args.start.reconnects,
    }
}

fn no_command(args: &SessionArgs) -> CommandError {
    let (peer, help) = if args.peer.start.client {
        (Side::Client, NO_CLIENT)
    } else {
        (Side::Server, NO_SERVER)
    };
    let help = match separator::with_separator(&args.cases.suites.suites, peer) {
        Some(line) => format!("write the command that starts it after `--`: `{line}`"),
        None => help.to_owned(),
    };
    CommandError::Usage {
        what: format!("no {peer} to judge"),
        help: Some(help),
    }
}

const NO_CLIENT: &str = "write the command that starts it after `--`: \
    `wirecheck run --client scenarios/line -- python3 client.py {host} {port}`\n\
    \u{20}     or set `command` under [peer] in wirecheck.toml";

const NO_SERVER: &str = "write the command that starts it after `--`: \
    `wirecheck run scenarios/line -- python3 server.py --port {port}`\n\
    \u{20}     or give the address of a running server with --connect HOST:PORT\n\
    \u{20}     or judge a client with `--client -- python3 client.py {host} {port}`\n\
    \u{20}     or set `command` or `connect` under [peer] in wirecheck.toml";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_open_files_allow_few_jobs() {
        let jobs = [0, 6, 64, 1024].map(|files| jobs_with(files).get());
        assert_eq!(jobs, [1, 1, 5, 325]);
    }
}
