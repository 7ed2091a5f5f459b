//! A whole run: what it is given, and what it comes to.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime};

use wirecheck_report::record::{self, Record, RunState, Verdict};

use super::agenda::played_cases;
use super::caller::Calls;
use super::event::Event;
use super::halt::Halt;
use super::log::micros;
use super::selection::Selection;
use super::stage::Stage;
use super::target::{PeerSource, Target};
use super::verdict::overall;
use crate::peer::StartError;
use crate::scenario::Side;
use crate::wire::link::ReadProof;

/// How a run is done, beside what was selected.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How the peer is had.
    pub peer: PeerSource,
    /// What the user typed to start it, for the record.
    pub command: Vec<String>,
    /// How many cases may run at once.
    pub jobs: Jobs,
    /// How it is known that the peer has read a chunk.
    pub evidence: ReadProof,
}

/// How many cases may run at once, if the peer serves several connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jobs(pub NonZeroUsize);

/// Why a run has no verdict on the peer, or not on all of it.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The peer did not start.
    #[error("the peer did not start: {0}")]
    NotStarted(#[source] StartError),
    /// Nobody was ever there.
    #[error("the peer could not be reached: {0}")]
    NotReached(String),
    /// The peer was there and is gone for good.
    #[error("the peer was lost: {0}")]
    Lost(String),
}

/// What a run came to.
pub struct Ran {
    /// All that is known.
    pub record: Record,
    /// Why it is not all that was asked.
    pub failure: Option<Failure>,
}

/// Runs what was selected against a peer. When `stop` becomes true, the run ends
/// after the cases that are under way.
pub fn run(
    selection: &Selection,
    settings: &Settings,
    stop: &AtomicBool,
    on: &mut (dyn FnMut(Event<'_>) + Send),
) -> Ran {
    let begun = Instant::now();
    let mut record = blank(selection, settings);
    let failure = match Target::start(&settings.peer) {
        Err(error) => Some(Failure::NotStarted(error)),
        Ok(target) => {
            record.peer.address = target.addr().to_string();
            let cases = selection
                .scenarios()
                .map(|selected| played_cases(&selected))
                .sum();
            on(Event::Started {
                record: &record,
                cases,
            });
            let played = Stage::new(settings, stop, on, target, &mut record).play_all(selection);
            match played {
                Ok(()) | Err(Halt::Stopped) => None,
                Err(Halt::Failed(failure)) => Some(failure),
            }
        }
    };
    record.took_us = micros(begun.elapsed());
    record.verdict = match (&failure, overall(&record)) {
        (Some(_), Verdict::Pass | Verdict::Skipped) => Verdict::Error,
        (_, verdict) => verdict,
    };
    record.state = match failure.is_some() || stop.load(Ordering::Relaxed) {
        true => RunState::CutOff,
        false => RunState::Finished,
    };
    on(Event::Ended { record: &record });
    Ran { record, failure }
}

fn blank(selection: &Selection, settings: &Settings) -> Record {
    Record {
        version: record::VERSION,
        wirecheck: env!("CARGO_PKG_VERSION").to_owned(),
        started: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        took_us: 0,
        state: RunState::Running,
        seed: selection.seed.0,
        profile: selection.profile.to_string(),
        peer: record::PeerRecord {
            role: match selection.side {
                Side::Client => record::Role::Server,
                Side::Server => record::Role::Client,
            },
            command: settings.command.clone(),
            address: String::new(),
            concurrency: record::Concurrency::One,
            process_lifetime: match &settings.peer {
                PeerSource::Client { calling, .. } if calling.habit == Calls::Once => {
                    record::ProcessLifetime::OneCase
                }
                _ => record::ProcessLifetime::ManyCases,
            },
        },
        delivery: record::DeliveryTally::default(),
        suites: Vec::new(),
        restarts: 0,
        notes: Vec::new(),
        verdict: Verdict::Pass,
    }
}
