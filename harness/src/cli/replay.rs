//! `wirecheck replay`: one saved failure again.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use wirecheck_report::saved_case::SavedPeer;
use wirecheck_report::terminal::{self, ReplayVerdict};
use wirecheck_report::{Record, SavedCase, find_case, read_case, replace_capture};

use super::args::ReplayArgs;
use super::error::CommandError;
use super::exit::Exit;
use super::interrupt;
use super::peer_source::{millis, peer_source};
use super::reporter::{block_layout, width};
use super::run_files::saved_in;
use crate::engine::{self, Answers, GateRules, RunOutcome, Settings};
use crate::peer::adopt_orphans;
use crate::replay::{Failure, OpenCase, ReplayOutcome, capture, outcome, script};
use crate::wire::link::ReadProof;

pub(super) fn run(args: &ReplayArgs) -> Result<Exit, CommandError> {
    let path = case_path(args)?;
    let saved = read_case(&path).map_err(CommandError::SavedCase)?;
    let case = OpenCase::new(saved).map_err(|error| CommandError::OpenCase {
        path: path.clone(),
        error,
    })?;
    if let Some(file) = &args.pcap {
        replace_capture(file, &capture(case.shortest())).map_err(CommandError::Capture)?;
    }
    if let Some(language) = args.script {
        let program = script(case.shortest(), language).map_err(CommandError::Script)?;
        // Without a terminal's help: it is a file.
        std::io::stdout().write_all(program.as_bytes())?;
    }
    if args.pcap.is_some() || args.script.is_some() {
        return Ok(Exit::Success);
    }
    play(args, &case)
}

/// A file, or else the beginning of an id.
fn case_path(args: &ReplayArgs) -> Result<PathBuf, CommandError> {
    let is_id = |word: &&str| {
        let digits = 4..=16;
        digits.contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    match args.case.to_str().filter(is_id) {
        Some(id) if !args.case.is_file() => {
            find_case(&args.record, id).map_err(CommandError::SavedCase)
        }
        // Nothing else has its name: a wrong id, more probably than a file that is gone.
        None if fs::symlink_metadata(&args.case).is_err() => {
            Err(CommandError::NoCase(args.case.clone()))
        }
        _ => Ok(args.case.clone()),
    }
}

fn play(args: &ReplayArgs, case: &OpenCase) -> Result<Exit, CommandError> {
    let peer = chosen_peer(args, &case.saved);
    if peer.connect.is_none() && peer.command.is_empty() {
        return Err(CommandError::usage(
            "the saved case has no command: add `-- COMMAND` or --connect HOST:PORT",
        ));
    }
    let settings = Settings {
        read_proof: ReadProof::from_env().map_err(CommandError::usage)?,
        gate: GateRules::default(),
        time: None,
        answers: Answers::NotKept,
        peer: peer_source(&peer)?,
        command: peer.command.clone(),
        jobs: case.jobs(),
    };
    let stop = interrupt::stop_flag()?;
    // As in `run`.
    let _ = adopt_orphans();
    print(&terminal::replay_header(&case.saved, &peer, width()))?;
    let ran = engine::run(&case.selection(), &settings, &stop, &mut |_| {});
    report(args, case, ran)
}

/// The saved peer, unless the user names another.
fn chosen_peer(args: &ReplayArgs, saved: &SavedCase) -> SavedPeer {
    let mut peer = saved.peer.clone();
    if !args.command.is_empty() {
        peer.command.clone_from(&args.command);
        peer.connect = None;
        peer.port = None;
    }
    if args.connect.is_some() {
        peer.connect.clone_from(&args.connect);
        peer.command.clear();
    }
    if let Some(host) = args.host {
        peer.host = host.to_string();
    }
    peer.port = args.port.or(peer.port);
    if let Some(timeout) = args.start_timeout {
        peer.start_timeout_ms = millis(timeout);
    }
    peer
}

/// Shows the failure, if it fails, and the verdict.
fn report(args: &ReplayArgs, case: &OpenCase, ran: RunOutcome) -> Result<Exit, CommandError> {
    if let Some(failure) = ran.failure {
        print_result(
            ReplayVerdict::Error,
            &failure.to_string(),
            Exit::PeerUnavailable,
        )?;
        return Err(CommandError::Peer(failure));
    }
    let result = outcome(&ran.record, case);
    let is_interrupted = ran.record.cut_off_by.is_some();
    match result {
        ReplayOutcome::Failed(how) => {
            let record = as_saved(ran.record, case, how);
            let place = args.record.display().to_string();
            let layout = block_layout(args.verbose);
            print(&terminal::failures(&record, saved_in(&place), layout))?;
            print_result(ReplayVerdict::Failed, failed(how), Exit::Failed)
        }
        ReplayOutcome::Fixed { not_judged: None } => {
            print_result(ReplayVerdict::Fixed, FIXED, Exit::Success)
        }
        ReplayOutcome::Fixed {
            not_judged: Some(what),
        } => {
            let text = format!("{FIXED}, as far as it is judged ({what})");
            print_result(ReplayVerdict::Fixed, &text, Exit::Success)
        }
        ReplayOutcome::NotJudged(_) if is_interrupted => {
            print_result(ReplayVerdict::Error, "interrupted", Exit::Interrupted)
        }
        ReplayOutcome::NotJudged(why) => print_result(ReplayVerdict::Error, &why, Exit::Internal),
    }
}

const FIXED: &str = "the case passes, and so does the uncut delivery";

const fn failed(how: Failure) -> &'static str {
    match how {
        Failure::Same => "the case fails in the same way",
        Failure::Other => "the case fails in another way than before",
        Failure::Baseline => "even the uncut delivery fails, so the case was not played",
        Failure::NowAndThen => "the case failed, and passed when it was played again",
        Failure::Beside => "the case passes, and another one fails that is played with it",
    }
}

/// The record of a replay with the id of the case, and with the defects that were found
/// when there were more cases, if it fails as it did then.
fn as_saved(mut record: Record, case: &OpenCase, how: Failure) -> Record {
    let suites = record.suites.iter_mut();
    for scenario in suites.flat_map(|suite| &mut suite.scenarios) {
        if how == Failure::Same {
            scenario.defects.clone_from(&case.saved.defects);
        }
        for failed in &mut scenario.failures {
            failed.saved = Some(case.saved.id());
        }
    }
    record
}

fn print_result(verdict: ReplayVerdict, text: &str, exit: Exit) -> Result<Exit, CommandError> {
    let text = terminal::replay_result(verdict, text, exit.code(), width());
    print(&text)?;
    Ok(exit)
}

fn print(text: &str) -> Result<(), CommandError> {
    Ok(anstream::stdout().write_all(text.as_bytes())?)
}
