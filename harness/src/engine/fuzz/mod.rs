//! Fuzzing a peer: variations of the exchanges of suites, each judged by what the peer itself
//! answers to it.
//!
//! ```text
//! fuzz()                    the suites as they are, then rounds of variations
//!  ├─ Attempt::play()       attempt.rs   one variation: its answers, and whether they stay the
//!  │                                     same under other deliveries
//!  ├─ FuzzRun::pursue()     pursue.rs    one that failed: confirmed, named and made smaller by
//!  │                                     a ScenarioRun, as in any run
//!  └─ FuzzRun::check_peer() mod.rs       after each round: the peer still serves the suites
//! ```
//!
//! An attempt is a filter: it is fast, and it reports nothing. What it takes for a failure is a
//! suite that is played like any other ([`ScenarioRun`](super::scenario_run::ScenarioRun)).

mod attempt;
mod pursue;

use std::collections::{BTreeSet, HashMap};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use wirecheck_report::notation::counted;
use wirecheck_report::record::FuzzRecord;

use super::case::{NumberedCase, ScenarioContext, UniqueValues};
use super::event::Event;
use super::run::{RunOutcome, run_engine};
use super::selection::{PlannedScenario, Selection};
use super::settings::{Settings, StopReason};
use super::state::{Engine, micros};
use super::wait::Phase;
use crate::scenario::{Permission, Side, Suite};
use crate::vary::generator::Generator;
use crate::vary::source::Source;
use attempt::{Attempt, AttemptEnd, Failed};

/// How long a round of variations takes.
const ROUND: Duration = Duration::from_secs(1);
/// How many variations of a round are suspected at most if the peer is broken after it.
const MOST_SUSPECTED: usize = 32;
/// The same if the peer holds more after it: each takes hundreds of connections.
const MOST_LEAKING: usize = 8;
/// How long after the end of the time it is still found out what broke the peer.
const GRACE: Duration = Duration::from_secs(10);
/// After this many cases the values of `${unique}` come to an end.
const MOST_CASES: u64 = 50_000_000;

/// How a peer is fuzzed.
#[derive(Clone, Debug)]
pub struct FuzzOptions {
    /// Seed for the variations and for their deliveries.
    pub seed: u64,
    /// How long the run takes. The suites as they are come first, for half of this time. If what
    /// fails in them takes longer, variations are still tried for the other half.
    pub time: Duration,
    /// The most cases that are played with variations.
    pub cases: u64,
    /// After how many reported failures of variations it ends.
    pub failures: Option<NonZeroU32>,
    /// The folder in which the caller saves the suites of variations.
    pub folder: PathBuf,
    /// Suites of variations that showed something new in an earlier run.
    pub corpus: Vec<Suite>,
}

/// Plays what was selected, then variations of it.
pub fn fuzz(
    selection: &Selection,
    settings: &Settings,
    options: &FuzzOptions,
    stop: &AtomicBool,
    on_event: &mut (dyn FnMut(Event<'_>) + Send),
) -> RunOutcome {
    run_engine(selection, settings, stop, on_event, |engine| {
        engine.fuzz(selection, options)
    })
}

impl Engine<'_> {
    pub(super) fn fuzz(
        &mut self,
        selection: &Selection,
        options: &FuzzOptions,
    ) -> Result<(), StopReason> {
        self.run(selection)?;
        if let Some(note) = left_out(selection) {
            self.note(note);
        }
        match FuzzRun::new(self, selection, options) {
            Some(mut run) => run.play(),
            None => {
                self.note(
                    "fuzz: no variation was tried: it needs a scenario that passes uncut, sends a \
                     message, has one connection and no automatic replies, and does not change its \
                     framing",
                );
                Ok(())
            }
        }
    }
}

/// Variations that are being tried.
struct FuzzRun<'e, 'r, 'f> {
    engine: &'e mut Engine<'r>,
    options: &'f FuzzOptions,
    /// The scenarios that passed uncut.
    selection: Selection,
    generator: Generator,
    unique: UniqueValues,
    /// How many deliveries of a variation are played at once.
    jobs: NonZeroUsize,
    /// The place of the next case.
    place: u64,
    record: FuzzRecord,
    /// The defects, or else the kinds of failures, that were reported.
    reported: BTreeSet<String>,
    /// How often each kind of failure that an attempt saw was confirmed.
    seen: HashMap<String, u32>,
    until: Instant,
}

/// What a round ended with.
enum RoundEnd {
    /// These variations did nothing wrong by themselves; the latest is the last.
    Done(Vec<Arc<Suite>>),
    /// The last of these variations failed, after the others.
    Failed(Vec<Arc<Suite>>, Box<Failed>),
    /// The peer takes no connection. These variations came before.
    Unreachable(Vec<Arc<Suite>>, String),
}

impl<'e, 'r, 'f> FuzzRun<'e, 'r, 'f> {
    /// `None` if there is nothing to vary.
    fn new(
        engine: &'e mut Engine<'r>,
        selection: &Selection,
        options: &'f FuzzOptions,
    ) -> Option<Self> {
        let side = selection.side();
        let has_passed = |suite: &Suite, scenario: &str| {
            let mut all = engine.record.scenarios();
            let found = all.find(|(of, it)| of.id == suite.id().as_str() && it.id == scenario);
            found.is_some_and(|(_, it)| it.failures.iter().all(|it| it.tactic != "whole"))
        };
        let mut suites: Vec<Suite> = Vec::new();
        for planned in selection.scenarios() {
            let id = planned.scenario.id();
            if !has_passed(planned.suite, id.as_str()) {
                continue;
            }
            let alone = planned
                .suite
                .clone()
                .with_scenario(planned.scenario.clone());
            suites.push(alone);
        }
        let sources = sources(&suites, &options.corpus, side);
        let generator = Generator::new(&sources, options.seed)?;
        let reported = engine
            .record
            .scenarios()
            .flat_map(|(_, it)| pursue::explained(it));
        Some(Self {
            reported: reported.collect(),
            selection: Selection::new(suites, side, selection.cases().clone()),
            generator,
            unique: UniqueValues::new(MOST_CASES, engine.unique_for()),
            jobs: jobs(engine, selection),
            place: 0,
            record: FuzzRecord::default(),
            seen: HashMap::new(),
            until: (engine.begun + options.time).max(Instant::now() + options.time / 2),
            engine,
            options,
        })
    }

    fn play(&mut self) -> Result<(), StopReason> {
        let played = self.play_rounds();
        self.record.behaviors = self.generator.behaviors();
        self.engine.record.fuzz = Some(self.record.clone());
        played
    }

    fn play_rounds(&mut self) -> Result<(), StopReason> {
        self.engine.restart_peer()?;
        self.check_peer(&[])?;
        self.report_progress();
        while !self.is_over() {
            match self.play_round() {
                RoundEnd::Done(tried) => self.check_peer(&tried)?,
                RoundEnd::Failed(tried, failed) => self.pursue(*failed, &tried)?,
                RoundEnd::Unreachable(_, why) if !self.engine.peer.is_ours() => {
                    return Err(StopReason::lost(why));
                }
                RoundEnd::Unreachable(tried, _) => self.find_culprit(&tried)?,
            }
            if self.engine.is_stopped() {
                return Err(StopReason::Interrupted);
            }
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        let most = self
            .options
            .failures
            .map_or(u64::MAX, |it| u64::from(it.get()));
        self.record.reported >= most
            || self.record.cases >= self.most_cases()
            || Instant::now() >= self.until
    }

    /// Whether nothing more is begun to find out what broke the peer.
    fn is_late(&self) -> bool {
        Instant::now() >= self.until + GRACE
    }

    fn most_cases(&self) -> u64 {
        self.options.cases.min(MOST_CASES)
    }

    /// Tries variations until one fails or the time of a round is over.
    fn play_round(&mut self) -> RoundEnd {
        let stop = self.engine.stop;
        let round_ends = self.until.min(Instant::now() + ROUND);
        let most = self.most_cases();
        let before = self.record.cases;
        let mut attempt = self.attempt();
        let mut passed = Vec::new();
        let mut new = Vec::new();
        let end = loop {
            let variation = attempt.generator.next();
            match attempt.play(&variation.source, &variation.tree.current()) {
                AttemptEnd::Passed { suite, behavior } => {
                    if attempt.generator.is_new(variation.entry, behavior) {
                        let messages = variation.tree.current();
                        attempt.generator.add(variation.entry, messages);
                        new.push(Arc::clone(&suite));
                    }
                    passed.push(suite);
                }
                AttemptEnd::NotSteady(suite) => {
                    attempt.record.not_steady += 1;
                    // It may have broken the peer.
                    passed.extend(suite);
                    break RoundEnd::Done(passed);
                }
                AttemptEnd::NotCompared => {}
                AttemptEnd::Unreachable(why) => {
                    break RoundEnd::Unreachable(passed, why);
                }
                AttemptEnd::Failed { suite, seen } => {
                    let failed = Failed {
                        variation,
                        suite,
                        seen,
                    };
                    break RoundEnd::Failed(passed, Box::new(failed));
                }
            }
            let is_stopped = stop.load(Ordering::Relaxed);
            if is_stopped || attempt.record.cases >= most || Instant::now() >= round_ends {
                break RoundEnd::Done(passed);
            }
        };
        drop(attempt);
        self.engine.connections += self.record.cases - before;
        for suite in &new {
            self.record.last_new_us = micros(self.engine.begun.elapsed());
            (self.engine.on_event)(Event::NewBehavior { suite });
        }
        self.report_progress();
        end
    }

    /// Borrows what an attempt needs. The peer is its own meanwhile.
    fn attempt(&mut self) -> Attempt<'_> {
        let Self {
            engine,
            generator,
            record,
            place,
            unique,
            options,
            jobs,
            ..
        } = self;
        let mut player = engine.lone_player(Phase::Batch);
        let memory = player.peak_memory();
        Attempt {
            peer: &*engine.peer,
            player,
            memory,
            setup: engine.alone(Phase::Batch),
            jobs: *jobs,
            generator,
            record,
            place,
            unique,
            options,
            read_proof: engine.settings.read_proof,
        }
    }

    /// Says how far the run is.
    fn report_progress(&mut self) {
        self.record.behaviors = self.generator.behaviors();
        let record = &self.record;
        (self.engine.on_event)(Event::Fuzzed { record });
    }

    /// Sees whether the peer still serves what it served before, and holds no more than before.
    /// If not, one of the variations did that.
    fn check_peer(&mut self, tried: &[Arc<Suite>]) -> Result<(), StopReason> {
        if self.engine.peer.is_new_each_time() {
            return Ok(());
        }
        if self.engine.peer.ended().is_some() || !self.serves()? {
            return self.find_culprit(tried);
        }
        if self.holds_more(tried.len()) {
            return self.find_leak(tried);
        }
        Ok(())
    }

    /// Finds the variation after which the peer does not serve the suites; the latest is the
    /// likeliest.
    fn find_culprit(&mut self, tried: &[Arc<Suite>]) -> Result<(), StopReason> {
        self.engine.restart_peer()?;
        for suite in tried.iter().rev().take(MOST_SUSPECTED) {
            if self.is_late() {
                break;
            }
            self.play_baseline(&self.selection_of(suite))?;
            if self.engine.peer.ended().is_none() && self.serves()? {
                continue;
            }
            self.engine.restart_peer()?;
            if self.report_if_failed(suite)? {
                return self.engine.restart_peer();
            }
            self.engine.restart_peer()?;
        }
        self.record.not_steady += 1;
        Ok(())
    }

    /// Finds a variation of which the peer keeps something.
    fn find_leak(&mut self, tried: &[Arc<Suite>]) -> Result<(), StopReason> {
        for suite in tried.iter().rev().take(MOST_LEAKING) {
            if self.is_late() {
                break;
            }
            self.engine.restart_peer()?;
            if self.report_if_failed(suite)? {
                break;
            }
        }
        self.engine.restart_peer()
    }

    /// Whether the first exchange of the suites passes. Once more if not: the machine may be
    /// busy.
    fn serves(&mut self) -> Result<bool, StopReason> {
        let selection = self.selection.clone();
        Ok(self.play_baseline(&selection)? || self.play_baseline(&selection)?)
    }

    /// Plays the first exchange of a selection uncut, and says whether it passes.
    fn play_baseline(&mut self, selection: &Selection) -> Result<bool, StopReason> {
        let planned = selection.first();
        let context = ScenarioContext {
            read_proof: self.engine.settings.read_proof,
            place: self.place,
            ..ScenarioContext::new(planned, selection.side(), &self.unique)
        };
        self.place += 1;
        let baseline = NumberedCase::baseline_of(planned.plan);
        let phase = Phase::Confirmation;
        let result = self.engine.play_alone(&context, &baseline, phase)?;
        self.engine.lone_player(phase).wait_until_idle();
        Ok(result.outcome.has_passed())
    }

    /// Whether the peer holds suspiciously more than when it was started.
    fn holds_more(&mut self, connections: usize) -> bool {
        let engine = &mut *self.engine;
        let Some(held) = engine.peer.resources() else {
            return false;
        };
        let life = engine.record.restarts;
        if engine.leaks.needs_first(life) {
            engine.leaks.set_first(life, held);
            return false;
        }
        engine.leaks.suspicion(life, held, connections).is_some()
    }
}

/// How many cases run at once, if every scenario may be played so.
fn jobs(engine: &Engine<'_>, selection: &Selection) -> NonZeroUsize {
    let concurrent = |it: PlannedScenario<'_>| it.scenario.adversary().concurrent;
    let mut scenarios = selection.scenarios();
    match engine.concurrency {
        Some(known) if scenarios.all(|it| concurrent(it) == Permission::Allowed) => {
            engine.jobs_for(known)
        }
        _ => NonZeroUsize::MIN,
    }
}

/// Which scenarios are not varied because of their automatic replies.
fn left_out(selection: &Selection) -> Option<String> {
    let peer = selection.side().other();
    let replies = |it: &PlannedScenario<'_>| it.scenario.replies_to(peer);
    let count = selection.scenarios().filter(replies).count();
    (count > 0).then(|| {
        format!(
            "fuzz: {} with `replies` to the {peer}: not varied, because a variation is first sent without \
             its exchange",
            counted(count as u64, "scenario")
        )
    })
}

/// What is varied: the scenarios of each suite and framing, with what was learnt of it before.
fn sources(suites: &[Suite], corpus: &[Suite], side: Side) -> Vec<Vec<Source>> {
    let mut by_suite: Vec<Vec<Source>> = Vec::new();
    for source in suites.iter().filter_map(|it| Source::of(it, 0, side)) {
        let is_same = |it: &Source| {
            it.suite.id() == source.suite.id() && it.framing().is_like(source.framing())
        };
        match by_suite.iter_mut().find(|it| is_same(&it[0])) {
            Some(known) => known.push(source),
            None => by_suite.push(vec![source]),
        }
    }
    for suite in corpus {
        let framing = suite.scenarios()[0].only_framing(side);
        let of_same = by_suite
            .iter_mut()
            .find(|it| framing.is_some_and(|framing| it[0].framing().is_like(framing)));
        if let Some(known) = of_same {
            known.extend(Source::of(suite, 0, side));
        }
    }
    by_suite
}
