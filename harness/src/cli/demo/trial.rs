//! One embedded peer is started as a process of its own, and judged.

use std::ffi::OsString;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use wirecheck_report::Record;

use super::embedded::Embedded;
use super::progress::Progress;
use crate::cli::args::DEFAULT_SEED;
use crate::cli::failure::Failure;
use crate::peer::{CommandLine, StartOptions};
use crate::run::{self, Jobs, PeerSource, Selection, Settings};
use crate::scenario::Side;
use crate::tactic::{Only, Profile, Seed};
use crate::wire::link::Evidence;

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
    let settings = settings(embedded, ourselves);
    let ran = run::run(&selection(embedded), &settings, stop, &mut |event| {
        progress.take(&event);
    });
    wirecheck_report::write(&ran.record, &place(embedded)).map_err(io::Error::other)?;
    if let Some(failure) = ran.failure {
        return Err(Failure::Peer(failure));
    }
    progress.end(embedded, &ran.record)?;
    Ok(ran.record)
}

fn selection(embedded: &Embedded) -> Selection {
    Selection {
        suites: vec![embedded.suite.read()],
        side: Side::Client,
        profile: Profile::Standard,
        seed: Seed(DEFAULT_SEED),
        only: Only::default(),
    }
}

fn settings(embedded: &Embedded, ourselves: &Path) -> Settings {
    let name = embedded.peer.name();
    let words = ["peer", &name, "--host", "{host}", "--port", "{port}"];
    let program = [ourselves.as_os_str().to_owned()];
    let command = program.into_iter().chain(words.map(OsString::from));
    Settings {
        evidence: Evidence::Kernel,
        peer: PeerSource::Start {
            command: CommandLine::new(command).expect("a program that runs has a name"),
            options: StartOptions::default(),
        },
        // As one would type it: where this program lies is nobody's concern.
        command: ["wirecheck"]
            .into_iter()
            .chain(words)
            .map(str::to_owned)
            .collect(),
        jobs: Jobs(std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)),
    }
}

fn place(embedded: &Embedded) -> PathBuf {
    Path::new(RECORDS).join(format!("{}.json", embedded.peer.name()))
}
