//! The rules of the phases, tested in process: no program, no socket, no waiting.
//!
//! Each test scripts a peer ([`ScriptedPeer`]), plays a suite against it ([`TestRun::run`])
//! and looks at the record and at the plays that the peer saw ([`PlayedRun`]). A regression test
//! is a script that shows the peer's behavior and the record that it must lead to.

mod baseline;
mod batch;
mod concurrency;
mod confirm;
mod culprit;
mod external;
mod first;
mod fuzz;
mod gate;
mod interrupted;
mod laws;
mod leaks;
mod neighbours;
mod observe;
mod rst_at_accept;
mod script;
mod scripted;
mod shared_cause;
mod shorter;
mod shrink;
mod varied;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use wirecheck_report::record::{Record, ScenarioRecord};

use crate::engine::run::new_record;
use crate::engine::settings::{Answers, StopReason};
use crate::engine::state::Engine;
use crate::engine::{
    Event, FuzzOptions, GateRules, Jobs, PeerFailure, PeerSource, Selection, Settings,
};
use crate::peer::{CommandLine, StartOptions};
use crate::scenario::{NoAttachments, Side, parse};
use crate::tactic::{CaseChoice, Profile, TacticFamily, TacticFilter};
use crate::wire::link::ReadProof;
use script::Play;
use scripted::ScriptedPeer;

/// Two questions and two answers: it has cases of all tactics of the quick profile.
const TWO_ANSWERS: &str = "\
    title = 'T'\nframing = 'line'\n[[scenario]]\nid = 'first'\n\
    exchange = [{ client = 'hello ${unique}' }, { server = 'ok' }, \
                { client = 'bye' }, { server = 'ok' }]\n";

/// The same exchange in two scenarios.
const TWO_SCENARIOS: &str = "\
    title = 'T'\nframing = 'line'\n\
    [[scenario]]\nid = 'first'\n\
    exchange = [{ client = 'hello ${unique}' }, { server = 'ok' }]\n\
    [[scenario]]\nid = 'second'\n\
    exchange = [{ client = 'hello ${unique}' }, { server = 'ok' }]\n";

/// What a test plays.
struct TestRun {
    suite: &'static str,
    /// Which tactics, as `--only` takes them: `cut@*`.
    only: &'static str,
    profile: Profile,
    jobs: usize,
}

/// One job, all tactics of the quick profile, one scenario.
const DEFAULT: TestRun = TestRun {
    suite: TWO_ANSWERS,
    only: "*",
    profile: Profile::Quick,
    jobs: 1,
};

/// What came of it.
struct PlayedRun {
    record: Record,
    ended: Result<(), StopReason>,
    /// What the peer saw, in the order in which the plays began.
    plays: Vec<Play>,
    selection: Selection,
    events: EventCounts,
}

/// How many cases were counted by each kind of event.
#[derive(Default)]
struct EventCounts {
    started: u64,
    again: u64,
    dropped: u64,
}

impl TestRun {
    const fn with(self, suite: &'static str) -> Self {
        Self { suite, ..self }
    }

    fn run(&self, peer: ScriptedPeer) -> PlayedRun {
        self.play(self.selection(), peer)
    }

    fn play(&self, selection: Selection, peer: ScriptedPeer) -> PlayedRun {
        self.play_with(&settings(self.jobs), selection, peer)
    }

    fn play_with(
        &self,
        settings: &Settings,
        selection: Selection,
        peer: ScriptedPeer,
    ) -> PlayedRun {
        Self::play_so(settings, selection, peer, |engine, selection| {
            engine.run(selection)
        })
    }

    /// Plays the selection, and variations of it until there were this many cases of them.
    fn fuzz(&self, cases: u64, peer: ScriptedPeer) -> PlayedRun {
        let options = FuzzOptions {
            seed: 1,
            time: Duration::from_secs(3600),
            cases,
            failures: None,
            folder: PathBuf::from("variations"),
            corpus: Vec::new(),
        };
        let settings = settings(self.jobs);
        Self::play_so(&settings, self.selection(), peer, |engine, selection| {
            engine.fuzz(selection, &options)
        })
    }

    fn play_so(
        settings: &Settings,
        selection: Selection,
        peer: ScriptedPeer,
        play: impl FnOnce(&mut Engine<'_>, &Selection) -> Result<(), StopReason>,
    ) -> PlayedRun {
        let (stop, log) = (peer.stop_flag(), peer.log());
        let mut events = EventCounts::default();
        let mut on_event = |event: Event<'_>| events.count(event);
        let record = new_record(&selection, settings);
        let mut engine = Engine::new(settings, &stop, &mut on_event, Box::new(peer), record);
        let ended = play(&mut engine, &selection);
        let record = engine.record;
        let plays = std::mem::take(&mut *log.lock().expect("no script panicked"));
        PlayedRun {
            record,
            ended,
            plays,
            selection,
            events,
        }
    }

    fn selection(&self) -> Selection {
        self.selection_for(Side::Client)
    }

    /// With this side played by wirecheck.
    fn selection_for(&self, side: Side) -> Selection {
        let suite = parse("t.toml", self.suite, &NoAttachments).expect("a valid suite");
        let only = self.only.parse().expect("a glob");
        let choice = CaseChoice {
            only: TacticFilter::from_iter([only]),
            profile: self.profile,
            ..CaseChoice::default()
        };
        Selection::new(vec![suite], side, choice)
    }

    /// The tactics of the first scenario, the baseline first.
    fn planned(&self) -> Vec<String> {
        planned(&self.selection())
    }
}

fn planned(selection: &Selection) -> Vec<String> {
    let first = selection.scenarios().next().expect("a scenario");
    first.plan.tactics().map(|it| it.to_string()).collect()
}

fn settings(jobs: usize) -> Settings {
    Settings {
        // Never started: the scripted peer takes its place.
        peer: PeerSource::Start {
            command: CommandLine::new(["scripted"]).expect("a program"),
            options: StartOptions::default(),
        },
        command: Vec::new(),
        jobs: Jobs(NonZeroUsize::new(jobs).expect("at least one job")),
        read_proof: ReadProof::Kernel,
        gate: GateRules::default(),
        time: None,
        answers: Answers::NotKept,
    }
}

impl EventCounts {
    fn count(&mut self, event: Event<'_>) {
        match event {
            Event::Started { cases, .. } => self.started += cases,
            Event::PlayedAgain(cases) => self.again += cases,
            Event::Dropped(cases) => self.dropped += cases,
            Event::Passed
            | Event::Failed { .. }
            | Event::ScenarioEnded { .. }
            | Event::Ended { .. } => {}
            Event::NewBehavior { .. } | Event::Fuzzed { .. } => {}
        }
    }
}

impl PlayedRun {
    fn scenario(&self, id: &str) -> &ScenarioRecord {
        let mut scenarios = self.record.scenarios().map(|(_, scenario)| scenario);
        scenarios.find(|it| it.id == id).expect("it is recorded")
    }

    /// What failed in the first scenario, one line each: `cut@3 fail wrong-answer`.
    fn failures(&self) -> Vec<String> {
        failures(self.scenario("first"))
    }

    /// The failures of one tactic family in the first scenario.
    fn failures_of(&self, family: TacticFamily) -> Vec<String> {
        let mut failures = self.failures();
        failures.retain(|line| family_of(line) == family);
        failures
    }

    /// What a finding of a failed case says.
    fn texts(&self, tactic: &str) -> Vec<&str> {
        let mut failures = self.scenario("first").failures.iter();
        let failed = failures.find(|it| it.tactic == tactic).expect("it failed");
        failed.findings.iter().map(|it| it.what.as_str()).collect()
    }

    /// The tactics that were played in such plays, in their order.
    fn played(&self, is_wanted: impl Fn(&Play) -> bool) -> Vec<&str> {
        let plays = self.plays.iter().filter(|play| is_wanted(play));
        plays.map(|play| play.tactic.as_str()).collect()
    }

    /// The tactics of the first scenario that are played, the baseline first.
    fn planned(&self) -> Vec<String> {
        planned(&self.selection)
    }

    fn planned_of(&self, family: TacticFamily) -> Vec<String> {
        let mut planned = self.planned();
        planned.retain(|tactic| family_of(tactic) == family);
        planned
    }

    /// How many cases of a tactic family were skipped in the first scenario.
    fn skipped(&self, family: TacticFamily) -> u64 {
        let mut families = self.scenario("first").families.iter();
        let family = families.find(|it| it.name == family.as_str());
        family.expect("it is planned").skipped
    }

    fn peer_failure(&self) -> Option<&PeerFailure> {
        match &self.ended {
            Err(StopReason::NoPeer(failure)) => Some(failure),
            Err(StopReason::Interrupted) | Ok(()) => None,
        }
    }

    /// Checks what is true of every run, and returns it.
    fn checked(self) -> Self {
        laws::counts_add_up(&self);
        laws::unique_values_are_unique(&self);
        laws::what_was_not_played_has_not_passed(&self);
        laws::dropped_cases_are_those_that_were_not_run(&self);
        self
    }
}

fn failures(scenario: &ScenarioRecord) -> Vec<String> {
    let line = |failed: &wirecheck_report::record::FailedCase| {
        let kinds: Vec<_> = failed.findings.iter().map(|it| it.kind.as_str()).collect();
        let verdict = format!("{:?}", failed.verdict).to_lowercase();
        format!("{} {verdict} {}", failed.tactic, kinds.join(" "))
    };
    scenario.failures.iter().map(line).collect()
}

/// The family of the tactic that a text begins with.
fn family_of(text: &str) -> TacticFamily {
    let tactic = text.split(' ').next().expect("a first word");
    let tactic: crate::tactic::Tactic = tactic.parse().expect("a tactic");
    tactic.family()
}
