//! A run, from the start of the peer to the record.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use wirecheck_report::record::{self, Concurrency, CutOffReason, Record, RunState, Verdict};

use super::case::{ScenarioContext, UniqueFor, UniqueValues};
use super::event::Event;
use super::peer::{PeerSource, Reconnects, Target};
use super::scenario_run::{ScenarioReport, ScenarioRun};
use super::selection::{PlannedScenario, Selection};
use super::settings::{PeerFailure, Settings, StopReason};
use super::state::{Engine, micros};
use super::time_left::TimeLeft;
use super::verdict::overall;
use crate::scenario::ParameterSetting;

/// How much longer than its limit a wait is before the run says so.
const STARVED: Duration = Duration::from_secs(1);

/// What a run came to.
pub struct RunOutcome {
    /// All that is known.
    pub record: Record,
    /// Why not all that was selected was judged.
    pub failure: Option<PeerFailure>,
}

/// Runs what was selected against a peer. When `stop` becomes true, the run ends after
/// the cases that are under way.
pub fn run(
    selection: &Selection,
    settings: &Settings,
    stop: &AtomicBool,
    on_event: &mut (dyn FnMut(Event<'_>) + Send),
) -> RunOutcome {
    run_engine(selection, settings, stop, on_event, |engine| {
        engine.run(selection)
    })
}

/// Starts the peer, does what `play` says, and completes the record.
pub(super) fn run_engine(
    selection: &Selection,
    settings: &Settings,
    stop: &AtomicBool,
    on_event: &mut (dyn FnMut(Event<'_>) + Send),
    play: impl FnOnce(&mut Engine<'_>) -> Result<(), StopReason>,
) -> RunOutcome {
    let begun = Instant::now();
    let mut record = new_record(selection, settings);
    let mut failure = None;
    let mut time_is_over = false;
    match Target::start(&settings.peer, output_kept(selection)) {
        Err(error) => failure = Some(PeerFailure::NotStarted(error)),
        Ok(target) => {
            record.peer.address = target.addr().to_string();
            let peer = Box::new(target);
            let mut engine = Engine::new(settings, stop, on_event, peer, record);
            if let Err(StopReason::NoPeer(why)) = play(&mut engine) {
                failure = Some(why);
            }
            engine.stop_peer();
            time_is_over = engine.time_is_over;
            record = engine.record;
        }
    }
    record.took_us = micros(begun.elapsed());
    record.verdict = match (&failure, overall(&record)) {
        (Some(_), Verdict::Pass | Verdict::Skipped) => Verdict::Error,
        (_, verdict) => verdict,
    };
    record.cut_off_by = match &failure {
        Some(_) => Some(CutOffReason::Peer),
        None if stop.load(Ordering::Relaxed) => Some(CutOffReason::User),
        None => time_is_over.then_some(CutOffReason::Time),
    };
    record.peer_failure = failure.as_ref().map(ToString::to_string);
    record.state = match record.cut_off_by {
        Some(_) => RunState::CutOff,
        None => RunState::Finished,
    };
    on_event(Event::Ended { record: &record });
    RunOutcome { record, failure }
}

/// Half of the largest `limits.output_bytes`: as much is kept of the beginning of the output
/// as of its end. A process may play cases of all scenarios.
fn output_kept(selection: &Selection) -> usize {
    let limits = selection.scenarios().map(|it| it.scenario.limits());
    limits
        .map(|it| it.output_bytes)
        .max()
        .unwrap_or(0)
        .div_ceil(2)
}

impl Engine<'_> {
    /// Plays scenario after scenario. Those that it does not come to are in the record as
    /// skipped.
    pub(super) fn run(&mut self, selection: &Selection) -> Result<(), StopReason> {
        let record = &self.record;
        let cases = selection.scenarios().map(|it| it.plan.count() as u64).sum();
        (self.on_event)(Event::Started { record, cases });
        let planned = selection.whole_run().map(|it| it.plan.count() as u64).sum();
        let unique = UniqueValues::new(planned, self.unique_for());
        let mut time = TimeLeft::new(self.settings.time.map(|time| self.begun + time), cases);
        let mut place = 0;
        let mut played = Ok(());
        for planned in selection.whole_run().filter(|it| it.plan.count() > 0) {
            let cases = planned.plan.count() as u64;
            let context = ScenarioContext {
                read_proof: self.settings.read_proof,
                place,
                ..ScenarioContext::new(planned, selection.side(), &unique)
            };
            place += cases;
            if !planned.is_in_shard {
                continue;
            }
            match played {
                Ok(()) if time.is_over() => self.skip_scenario(context),
                Ok(()) => played = self.run_scenario(context, time.share(cases)),
                // Nothing is known of a run that ended at once.
                Err(_) if self.record.suites.is_empty() => break,
                Err(_) => self.skip_scenario(context),
            }
        }
        self.time_is_over = time.is_over() && self.record.tally().skipped > 0;
        self.note_starvation();
        played
    }

    /// Says when the machine was too busy for the limits of the suites.
    fn note_starvation(&mut self) {
        let starved = self.timings.starved;
        if starved >= STARVED {
            let seconds = starved.as_secs_f64();
            self.note(format!(
                "the machine was busy: one wait took {seconds:.1} s longer than its limit, \
                 because the peer had no processor"
            ));
        }
    }

    /// Plays one scenario and adds it to the record.
    fn run_scenario(
        &mut self,
        context: ScenarioContext<'_>,
        until: Option<Instant>,
    ) -> Result<(), StopReason> {
        let is_first = self.record.suites.is_empty();
        let planned = context.planned;
        let mut run = ScenarioRun::new(self, context).until(until);
        let played = run.play();
        let has_results = run.has_results();
        if played.is_err() && !has_results && is_first {
            return played;
        }
        let if_nothing_failed = if played.is_ok() {
            Verdict::Pass
        } else {
            Verdict::Skipped
        };
        let report = run.into_report(if_nothing_failed);
        self.add(report);
        if has_results {
            self.tell_scenario(planned);
        }
        played
    }

    /// Says that a scenario is done and in the record.
    pub(super) fn tell_scenario(&mut self, planned: PlannedScenario<'_>) {
        self.record.took_us = micros(self.begun.elapsed());
        self.record.verdict = overall(&self.record);
        let record = &self.record;
        (self.on_event)(Event::ScenarioEnded { record, planned });
    }

    /// Adds a scenario that the run did not come to. There may be hundreds of them: each
    /// is no event of its own.
    fn skip_scenario(&mut self, context: ScenarioContext<'_>) {
        let report = ScenarioRun::new(self, context).into_report(Verdict::Skipped);
        self.add(report);
    }

    pub(super) fn add(&mut self, report: ScenarioReport<'_>) {
        let delivery = &mut self.record.delivery;
        delivery.boundaries += report.boundaries.sent;
        delivery.proven += report.boundaries.proven;
        if let Some(reason) = &report.unverified {
            let why = || format!("{reason}; to prove it: {}", reason.remedy());
            delivery.unverified.get_or_insert_with(why);
        }
        let entries = self.record.gate.known.iter_mut();
        for (entry, counts) in entries.zip(&report.known) {
            counts.add_to(entry);
        }
        let (suite, suites) = (report.suite, &mut self.record.suites);
        let is_new = suites
            .last()
            .is_none_or(|last| last.id != suite.id().as_str());
        if is_new {
            suites.push(record::SuiteRecord {
                id: suite.id().to_string(),
                title: suite.title().to_owned(),
                path: suite.path().to_owned(),
                set: suite.settings().iter().map(set).collect(),
                scenarios: Vec::new(),
            });
        }
        let last = suites.last_mut().expect("one was pushed if there was none");
        last.scenarios.push(report.scenario);
    }

    pub(super) fn unique_for(&self) -> UniqueFor {
        if self.peer.is_ours() {
            UniqueFor::FreshPeer
        } else {
            UniqueFor::RunningPeer
        }
    }
}

fn set(setting: &ParameterSetting) -> (String, String) {
    (setting.name.to_string(), setting.value.to_string())
}

pub(super) fn new_record(selection: &Selection, settings: &Settings) -> Record {
    let cases = selection.cases();
    Record {
        version: record::VERSION,
        wirecheck: env!("CARGO_PKG_VERSION").to_owned(),
        started: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        took_us: 0,
        state: RunState::Running,
        cut_off_by: None,
        peer_failure: None,
        seed: cases.seed.0,
        profile: cases.profile.to_string(),
        peer: record::PeerRecord {
            role: selection.side().other().into(),
            command: settings.command.clone(),
            address: String::new(),
            concurrency: Concurrency::One,
            process_lifetime: match &settings.peer {
                PeerSource::Client { options, .. } if options.reconnects == Reconnects::Never => {
                    record::ProcessLifetime::OneCase
                }
                _ => record::ProcessLifetime::ManyCases,
            },
        },
        delivery: record::DeliveryTally::default(),
        suites: Vec::new(),
        shard: selection.shard_record(),
        gate: settings.gate.record(),
        fuzz: None,
        restarts: 0,
        notes: Vec::new(),
        verdict: Verdict::Pass,
    }
}
