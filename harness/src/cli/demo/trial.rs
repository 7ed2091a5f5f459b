//! Starts one built-in peer as a process and judges it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use wirecheck_report::Record;

use super::entries::DemoEntry;
use super::progress::DemoProgress;
use crate::cli::error::CommandError;
use crate::cli::peers::DemoPeer;
use crate::engine::{
    self, Answers, ClientOptions, GateRules, Jobs, PeerSource, Reconnects, Settings,
};
use crate::peer::{CommandLine, StartOptions};
use crate::scenario::Side;
use crate::wire::link::ReadProof;

/// The folder of the records, one file per peer.
pub(super) const RECORDS: &str = ".wirecheck/demo";

/// The report of all peers, side by side.
pub(super) const REPORT: &str = ".wirecheck/demo/report.html";

/// Judges a peer and writes its record. `program` is the path of this program.
pub(super) fn judge(
    entry: &DemoEntry,
    program: &Path,
    stop: &AtomicBool,
    progress: &mut DemoProgress,
) -> Result<Record, CommandError> {
    progress.start_peer(entry);
    let settings = settings(entry.peer, program);
    let ran = engine::run(&entry.selection(), &settings, stop, &mut |event| {
        progress.take(&event);
    });
    wirecheck_report::write(&ran.record, &record_path(entry)).map_err(CommandError::DemoRecord)?;
    if let Some(failure) = ran.failure {
        return Err(CommandError::Peer(failure));
    }
    progress.end_peer(entry, &ran.record)?;
    Ok(ran.record)
}

fn settings(peer: DemoPeer, program: &Path) -> Settings {
    let name = peer.name();
    let words = ["peer", &name, "--host", "{host}", "--port", "{port}"];
    let program = program.as_os_str().to_owned();
    let command = [program].into_iter().chain(words.map(OsString::from));
    let command = CommandLine::new(command).expect("it has a program");
    Settings {
        read_proof: ReadProof::Kernel,
        gate: GateRules::default(),
        time: None,
        answers: Answers::NotKept,
        peer: source(peer.side(), command),
        // As a user types it, without the path of this program.
        command: ["wirecheck"]
            .into_iter()
            .chain(words)
            .map(str::to_owned)
            .collect(),
        jobs: Jobs::default(),
    }
}

fn source(side: Side, command: CommandLine) -> PeerSource {
    let options = StartOptions::default();
    match side {
        Side::Server => PeerSource::Start { command, options },
        Side::Client => PeerSource::Client {
            command,
            options: ClientOptions {
                host: options.host,
                start_timeout: options.start_timeout,
                reconnects: Reconnects::Never,
            },
        },
    }
}

fn record_path(entry: &DemoEntry) -> PathBuf {
    Path::new(RECORDS).join(format!("{}.json", entry.peer.name()))
}
