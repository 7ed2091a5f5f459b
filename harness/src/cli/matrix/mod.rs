//! `wirecheck matrix`: judges several implementations one after the other, and shows where they
//! disagree.

mod peers;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use wirecheck_report::render::NamedRun;
use wirecheck_report::{Record, terminal};

pub(super) use self::peers::{MatrixPeer, PeerName, ReachedBy};
use super::args::{MatrixArgs, PeerOptions, SessionArgs};
use super::cases::select;
use super::config::ReportFiles;
use super::error::{CommandError, unless_unread};
use super::exit::Exit;
use super::gate::worst_exit;
use super::report::side_by_side;
use super::report_files::{ReportWriter, tell_github};
use super::reporter::{block_layout, width};
use super::run::{Session, check_peer};
use super::run_files::saved_in;
use super::{gate, interrupt, play_order};
use crate::engine::{self, Answers, GateRules, Selection};

/// A matrix of one implementation shows no disagreement.
const FEWEST: usize = 2;

/// A peer and the options with which it is judged.
struct ComparedPeer {
    name: PeerName,
    session: SessionArgs,
}

/// What came of a peer.
struct JudgedPeer {
    name: PeerName,
    /// The file of the record.
    path: String,
    record: Record,
    exit: Exit,
}

pub(super) fn run(args: MatrixArgs) -> Result<Exit, CommandError> {
    let config = args.cases.config.read()?;
    let is_partial = args.cases.is_partial(&config);
    let args = args.with(&config);
    check_names(&args.peers)?;
    let peers: Vec<_> = args
        .peers
        .iter()
        .map(|peer| compared(&args, peer))
        .collect();
    for peer in &peers {
        check_peer(&peer.session.peer)?;
    }
    let selection = select(&args.cases, args.start.our_side())?;
    check_files(&args.reports, &peers)?;
    let gate = GateRules {
        rules: gate::rules(&args.gate, &config, is_partial),
        // They are those of one implementation.
        known: Vec::new(),
    };
    let matrix = Matrix {
        args: &args,
        selection: &selection,
        gate,
    };
    matrix.play(peers)
}

/// The run of all peers.
struct Matrix<'a> {
    args: &'a MatrixArgs,
    selection: &'a Selection,
    gate: GateRules,
}

impl Matrix<'_> {
    fn play(&self, peers: Vec<ComparedPeer>) -> Result<Exit, CommandError> {
        let stop = interrupt::stop_flag()?;
        let planned = peers.len();
        let mut judged = Vec::with_capacity(planned);
        for peer in peers {
            judged.push(self.judge(peer, &stop)?);
            if stop.load(Ordering::Relaxed) {
                break;
            }
        }
        let runs: Vec<_> = judged.iter().map(JudgedPeer::run).collect();
        let written = self.write_reports(&runs);
        let exit = worst_exit(judged.iter().map(|it| it.exit));
        let exit = match exit {
            Exit::Success | Exit::PeerUnavailable if judged.len() < planned => Exit::Interrupted,
            exit => exit,
        };
        unless_unread(self.print(&runs, &judged, planned, exit))?;
        unless_unread(written)?;
        Ok(exit)
    }

    fn judge(&self, peer: ComparedPeer, stop: &AtomicBool) -> Result<JudgedPeer, CommandError> {
        let ComparedPeer { name, session } = peer;
        let selection = play_order::failures_first(self.selection.clone(), &session.record);
        let played = Session {
            args: &session,
            selection: &selection,
            gate: self.gate.clone(),
            time: None,
            answers: Answers::Kept,
        };
        let played = played.judge(
            stop,
            |settings, stop, on_event| engine::run(&selection, settings, stop, on_event),
            |reporter| reporter.only_progress(),
        )?;
        let (record, exit, failure) = played.close()?;
        let judged = JudgedPeer {
            path: session.record.display().to_string(),
            record,
            exit,
            name,
        };
        unless_unread(self.print_peer(&judged))?;
        if let Some(failure) = failure {
            CommandError::Peer(failure).report();
        }
        Ok(judged)
    }

    /// What came of a peer, while others are still to be judged.
    fn print_peer(&self, peer: &JudgedPeer) -> Result<(), CommandError> {
        let mut text = terminal::peer_verdict(peer.name.as_str(), &peer.record, width());
        if self.args.play.verbose {
            let layout = block_layout(true);
            text += &terminal::results(&peer.record, saved_in(&peer.path), layout);
        }
        Ok(anstream::stdout().write_all(text.as_bytes())?)
    }

    fn write_reports(&self, runs: &[NamedRun<'_>]) -> Result<(), CommandError> {
        ReportWriter::new(&self.args.reports).write(runs)?;
        tell_github(runs)
    }

    fn print(
        &self,
        runs: &[NamedRun<'_>],
        judged: &[JudgedPeer],
        planned: usize,
        exit: Exit,
    ) -> Result<(), CommandError> {
        let mut text = String::new();
        if !self.args.play.quiet {
            text += &format!("\n{}\n", side_by_side(runs));
            let records = self.args.output.join("NAME").join(RECORD);
            text += &format!("records   {}\n", records.display());
        }
        let failed = judged.iter().filter(|it| it.exit == Exit::Failed).count();
        let without = judged
            .iter()
            .filter(|it| it.exit == Exit::PeerUnavailable)
            .count();
        text += &terminal::matrix_verdict(
            terminal::MatrixOutcome {
                planned,
                judged: judged.len() - without,
                failed,
            },
            exit.code(),
            width(),
        );
        Ok(anstream::stdout().write_all(text.as_bytes())?)
    }
}

impl JudgedPeer {
    fn run(&self) -> NamedRun<'_> {
        NamedRun {
            name: self.name.to_string(),
            record: self.record.clone(),
            saved_in: saved_in(&self.path),
        }
    }
}

/// The name of a record in the folder of its peer.
const RECORD: &str = "last.json";

/// How a peer is judged: as by `wirecheck run`, with a record of its own.
fn compared(args: &MatrixArgs, peer: &MatrixPeer) -> ComparedPeer {
    let (command, connect) = match &peer.reached_by {
        ReachedBy::Command(words) => (words.clone(), None),
        ReachedBy::Address(address) => (Vec::new(), Some(address.clone())),
    };
    let record = args.output.join(peer.name.as_str()).join(RECORD);
    let session = SessionArgs {
        cases: args.cases.clone(),
        peer: PeerOptions {
            connect,
            start: args.start.clone(),
            port: None,
            command,
        },
        play: args.play.clone(),
        record,
        gate: args.gate.clone(),
        reports: ReportFiles::default(),
    };
    ComparedPeer {
        name: peer.name.clone(),
        session,
    }
}

fn check_names(peers: &[MatrixPeer]) -> Result<(), CommandError> {
    if peers.len() < FEWEST {
        return Err(CommandError::Usage {
            what: format!(
                "{} to compare; a matrix needs at least {FEWEST}",
                named(peers.len())
            ),
            help: Some(MORE_PEERS.to_owned()),
        });
    }
    for (at, peer) in peers.iter().enumerate() {
        if peers[..at].iter().any(|it| it.name.is_like(&peer.name)) {
            return Err(CommandError::Usage {
                what: format!("two implementations have the name `{}`", peer.name),
                help: Some(
                    "give each one a name of its own; upper and lower case count as the same"
                        .to_owned(),
                ),
            });
        }
    }
    Ok(())
}

fn named(peers: usize) -> String {
    match peers {
        0 => "no implementation".to_owned(),
        _ => "only one implementation".to_owned(),
    }
}

const MORE_PEERS: &str = "name each with --peer NAME='COMMAND', \
    e.g. --peer node='node server.js {port}'\n\
    \u{20}     or in wirecheck.toml under [matrix.peers]; `wirecheck run` judges a single one";

/// Whether all files can be written: now, not after hours.
fn check_files(reports: &ReportFiles, peers: &[ComparedPeer]) -> Result<(), CommandError> {
    let records: Vec<PathBuf> = peers.iter().map(|it| it.session.record.clone()).collect();
    let taken: Vec<&Path> = records.iter().map(PathBuf::as_path).collect();
    ReportWriter::new(reports).check(&taken)?;
    for record in taken {
        wirecheck_report::check_writable(record).map_err(CommandError::RecordPath)?;
    }
    Ok(())
}
