//! One embedded peer is started as a process of its own, and judged.

use std::ffi::OsString;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use wirecheck_report::Record;

use super::embedded::Embedded;
use super::progress::Progress;
use crate::cli::failure::Failure;
use crate::cli::peers::DemoPeer;
use crate::peer::{CommandLine, StartOptions};
use crate::run::{self, Calling, Calls, Jobs, PeerSource, Settings};
use crate::scenario::Side;
use crate::wire::link::ReadProof;

/// Where the records are kept, a file a peer.
pub(super) const RECORDS: &str = ".wirecheck/demo";

/// Judges a peer and keeps the record. `ourselves` is the program that it is.
pub(super) fn judge(
    embedded: &Embedded,
    ourselves: &Path,
    stop: &AtomicBool,
    progress: &mut Progress,
) -> Result<Record, Failure> {
    progress.start(embedded);
    let settings = settings(embedded.peer, ourselves);
    let ran = run::run(&embedded.selection(), &settings, stop, &mut |event| {
        progress.take(&event);
    });
    wirecheck_report::write(&ran.record, &place(embedded)).map_err(io::Error::other)?;
    if let Some(failure) = ran.failure {
        return Err(Failure::Peer(failure));
    }
    progress.end(embedded, &ran.record)?;
    Ok(ran.record)
}

fn settings(peer: DemoPeer, ourselves: &Path) -> Settings {
    let name = peer.name();
    let words = ["peer", &name, "--host", "{host}", "--port", "{port}"];
    let program = [ourselves.as_os_str().to_owned()];
    let command = program.into_iter().chain(words.map(OsString::from));
    let command = CommandLine::new(command).expect("a program that runs has a name");
    Settings {
        evidence: ReadProof::Kernel,
        peer: source(peer.side(), command),
        // As one would type it: where this program lies is nobody's concern.
        command: ["wirecheck"]
            .into_iter()
            .chain(words)
            .map(str::to_owned)
            .collect(),
        jobs: Jobs(std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)),
    }
}

/// How a peer of this side is had, if it is started so.
fn source(side: Side, command: CommandLine) -> PeerSource {
    let options = StartOptions::default();
    match side {
        Side::Server => PeerSource::Start { command, options },
        Side::Client => PeerSource::Client {
            command,
            calling: Calling {
                host: options.host,
                start_timeout: options.start_timeout,
                habit: Calls::Once,
            },
        },
    }
}

fn place(embedded: &Embedded) -> PathBuf {
    Path::new(RECORDS).join(format!("{}.json", embedded.peer.name()))
}
