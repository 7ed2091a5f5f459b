//! A peer that does in each play what a script says.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use wirecheck_report::record::Concurrency;

use super::script::{Answer, Beside, PeerEffect, Play, die, fail, not_connected, wrong_answer};
use crate::engine::case::ProbeTask;
use crate::engine::case::{CaseResult, NumberedCase, Outcome, ScenarioContext};
use crate::engine::peer::{CasePlayer, PlayerSetup, TestedPeer};
use crate::engine::peer::{NoConnection, NotConnected};
use crate::engine::wait::PeerTimings;
use crate::judge::{Finding, ProcessEnd, ProcessOutcome, UnreadState};
use crate::peer::{ExitStatus, OutputPosition, Resources, StartError};
use crate::vary::answers::{Answers, PeerEnd};
use crate::wire::link::Link;

/// How every scripted peer dies.
const DEATH: ExitStatus = ExitStatus::Signal(11);

/// What the peer holds after the plays of its life.
type HeldScript = Box<dyn Fn(&[&Play]) -> Resources + Send + Sync>;
type PeerScript = Box<dyn Fn(&Play) -> Answer + Send + Sync>;

/// A peer without a process. Its script answers the plays that reach it; while it is dead
/// or does not accept, no play does.
pub(super) struct ScriptedPeer {
    script: PeerScript,
    held: Option<HeldScript>,
    lifetime: ScriptedLifetime,
    accept_queue: Option<NonZeroUsize>,
    when_suspended: PeerEffect,
    knows_parts: bool,
    state: Mutex<ScriptedState>,
    plays: Arc<Mutex<Vec<Play>>>,
    stop: Arc<AtomicBool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ScriptedLifetime {
    /// Until wirecheck starts it again.
    UntilRestart,
    /// wirecheck does not start it, and does not see its process.
    External,
    /// One case.
    OneCase,
}

struct ScriptedState {
    health: PeerHealth,
    life: u32,
    plays_of_life: usize,
    has_idle_connection: bool,
    /// How much is sent in each scenario of each suite.
    stream_lengths: HashMap<String, usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PeerHealth {
    Alive,
    Dying,
    Dead,
    NotAccepting,
    /// It serves all the same.
    Spinning,
}

impl ScriptedPeer {
    pub(super) fn new(script: impl Fn(&Play) -> Answer + Send + Sync + 'static) -> Self {
        Self {
            script: Box::new(script),
            held: None,
            lifetime: ScriptedLifetime::UntilRestart,
            accept_queue: None,
            when_suspended: PeerEffect::Lives,
            knows_parts: false,
            state: Mutex::new(ScriptedState {
                health: PeerHealth::Alive,
                life: 0,
                plays_of_life: 0,
                has_idle_connection: false,
                stream_lengths: HashMap::new(),
            }),
            plays: Arc::default(),
            stop: Arc::default(),
        }
    }

    /// The same peer, with room for this many connections that it has not accepted.
    pub(super) fn queueing(self, connections: usize) -> Self {
        let accept_queue = NonZeroUsize::new(connections);
        Self {
            accept_queue,
            ..self
        }
    }

    /// The same peer, which ends when it is suspended and continued.
    pub(super) fn dying_when_suspended(self) -> Self {
        let when_suspended = PeerEffect::Dies;
        Self {
            when_suspended,
            ..self
        }
    }

    /// The same peer, of which can be seen what it holds.
    pub(super) fn holding(
        self,
        held: impl Fn(&[&Play]) -> Resources + Send + Sync + 'static,
    ) -> Self {
        let held: Option<HeldScript> = Some(Box::new(held));
        Self { held, ..self }
    }

    /// The same peer, which plays parts of an exchange as its script says. Without it, they
    /// fail.
    pub(super) fn knowing_parts(self) -> Self {
        let knows_parts = true;
        Self {
            knows_parts,
            ..self
        }
    }

    /// The same peer, not started by wirecheck.
    pub(super) fn external(self) -> Self {
        let lifetime = ScriptedLifetime::External;
        Self { lifetime, ..self }
    }

    /// The same peer, already dead when the run begins.
    pub(super) fn gone(self) -> Self {
        self.state().health = PeerHealth::Dead;
        self
    }

    /// The same peer, with a process of its own for each case.
    pub(super) fn new_for_each_case(self) -> Self {
        let lifetime = ScriptedLifetime::OneCase;
        Self { lifetime, ..self }
    }

    pub(super) fn stop_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// What is played, in the order in which the plays begin.
    pub(super) fn log(&self) -> Arc<Mutex<Vec<Play>>> {
        Arc::clone(&self.plays)
    }

    fn state(&self) -> MutexGuard<'_, ScriptedState> {
        self.state.lock().expect("no script holds it")
    }
}

impl TestedPeer for ScriptedPeer {
    fn player<'a>(&'a self, setup: PlayerSetup<'a>) -> Box<dyn CasePlayer + 'a> {
        Box::new(ScriptedPlayer { peer: self, setup })
    }

    fn restart(&mut self) -> Result<u32, StartError> {
        let lifetime = self.lifetime;
        let mut state = self.state();
        state.life += 1;
        if lifetime != ScriptedLifetime::UntilRestart {
            return Ok(0);
        }
        state.health = PeerHealth::Alive;
        state.plays_of_life = 0;
        Ok(1)
    }

    fn ended(&self) -> Option<ExitStatus> {
        let is_seen = self.lifetime == ScriptedLifetime::UntilRestart;
        (is_seen && self.state().health == PeerHealth::Dead).then_some(DEATH)
    }

    fn is_ours(&self) -> bool {
        self.lifetime != ScriptedLifetime::External
    }

    fn is_new_each_time(&self) -> bool {
        self.lifetime == ScriptedLifetime::OneCase
    }

    fn concurrency(&self) -> Option<Concurrency> {
        (self.lifetime == ScriptedLifetime::OneCase).then_some(Concurrency::Several)
    }

    fn accept_queue(&self) -> Option<NonZeroUsize> {
        self.accept_queue
    }

    fn connect_idly(&self, _: Duration) -> Option<Link> {
        self.state().has_idle_connection = true;
        None
    }

    fn connect_while_suspended(&self, _: Duration) -> Option<Link> {
        self.state().suffer(self.when_suspended);
        None
    }

    fn last_output(&self, _: OutputPosition) -> Vec<String> {
        Vec::new()
    }

    fn resources(&self) -> Option<Resources> {
        let life = self.state().life;
        let plays = self.plays.lock().expect("no test holds it");
        let of_life: Vec<_> = plays.iter().filter(|play| play.life == life).collect();
        self.held.as_ref().map(|held| held(&of_life))
    }
}

struct ScriptedPlayer<'a> {
    peer: &'a ScriptedPeer,
    setup: PlayerSetup<'a>,
}

impl CasePlayer for ScriptedPlayer<'_> {
    /// The same line answers each message.
    fn probe(&mut self, task: ProbeTask<'_>) -> Result<Answers, NotConnected> {
        let mut state = self.peer.state();
        state.finish_dying();
        if let Some(finding) = state.unreachable() {
            return Err(NotConnected {
                why: NoConnection::Peer(finding.to_string()),
                last_output: Vec::new(),
            });
        }
        let mut turns = vec![b"ok\n".to_vec(); task.messages.len()];
        turns.insert(0, Vec::new());
        Ok(Answers {
            turns,
            last: Vec::new(),
            end: PeerEnd::AfterOurs,
        })
    }

    fn play(&mut self, context: &ScenarioContext<'_>, case: &NumberedCase) -> CaseResult {
        if self.is_part(context) && !self.peer.knows_parts {
            let refused = vec![context.describe_peer(&wrong_answer())];
            return CaseResult::new(&case.case, Outcome::of(refused));
        }
        let (play, unreachable) = self.begin(context, case);
        let answer = match unreachable {
            Some(finding) => fail(finding),
            // No lock is held here: scripts of two workers may wait for each other.
            None => self.end(&play, (self.peer.script)(&play)),
        };
        let describe = |finding| vec![context.describe_peer(&finding)];
        let outcome = Outcome::of(answer.finding.map(describe).unwrap_or_default());
        let process = answer.printed.map(|text| ProcessOutcome {
            printed: text.into(),
            not_kept: 0,
            printed_errors: false,
            end: ProcessEnd::Exited(ExitStatus::Code(0)),
            extra_connections: 0,
        });
        CaseResult {
            process,
            ..CaseResult::new(&case.case, outcome)
        }
    }

    fn wait_until_idle(&mut self) {
        self.peer.state().finish_dying();
    }

    fn sees_spinning(&mut self, _: Duration) -> bool {
        self.peer.state().health == PeerHealth::Spinning
    }

    fn learn_timers_when_idle(&mut self) {}

    fn timings(&self) -> PeerTimings {
        self.setup.timings
    }
}

impl ScriptedPlayer<'_> {
    /// Whether it is a part of an exchange that was played before.
    fn is_part(&self, context: &ScenarioContext<'_>) -> bool {
        let planned = context.planned;
        let whole = format!("{}{}", planned.scenario.id(), planned.suite.text());
        let mut state = self.peer.state();
        let len = state.stream_lengths.entry(whole).or_default();
        *len = (*len).max(context.script.len());
        context.script.len() < *len
    }

    /// Notes that a play begins. Returns why it does not reach the peer, if it does not.
    fn begin(&self, context: &ScenarioContext<'_>, case: &NumberedCase) -> (Play, Option<Finding>) {
        let mut state = self.peer.state();
        state.finish_dying();
        state.plays_of_life += 1;
        let has_idle_connection = std::mem::take(&mut state.has_idle_connection);
        let mut plays = self.peer.plays.lock().expect("no test holds it");
        let play = Play {
            scenario: context.planned.scenario.id().to_string(),
            tactic: case.case.tactic.to_string(),
            family: case.case.tactic.family(),
            delivery: case.case.delivery.clone(),
            stream: context.script.stream(),
            attempt: case.attempt,
            phase: self.setup.phase,
            beside: match self.setup.sharing {
                Some(sharing) => Beside::Workers(sharing.jobs),
                None if has_idle_connection => Beside::IdleConnection,
                None => Beside::Nothing,
            },
            life: state.life,
            nth_of_life: state.plays_of_life,
            known: self.setup.timings,
            unique: context.next_unique(case),
        };
        plays.push(play.clone());
        (play, state.unreachable())
    }

    /// Lets the peer and the run have what the script says.
    fn end(&mut self, play: &Play, answer: Answer) -> Answer {
        let mut state = self.peer.state();
        if answer.stops_run {
            self.peer.stop.store(true, Ordering::Relaxed);
        }
        if self.setup.phase.is_alone() {
            let known = &mut self.setup.timings.longest_pause;
            *known = (*known).max(answer.pause);
        }
        if state.health == PeerHealth::Dead {
            // It died during this play, of another one.
            return die();
        }
        state.suffer(answer.then);
        if state.health == PeerHealth::Spinning && play.ends_early() {
            return fail(Finding::Spins);
        }
        answer
    }
}

impl ScriptedState {
    fn suffer(&mut self, effect: PeerEffect) {
        match effect {
            PeerEffect::Lives => {}
            PeerEffect::Dies => self.health = PeerHealth::Dead,
            PeerEffect::DiesLate => self.health = PeerHealth::Dying,
            PeerEffect::StopsAccepting => self.health = PeerHealth::NotAccepting,
            PeerEffect::Spins => self.health = PeerHealth::Spinning,
        }
    }

    fn finish_dying(&mut self) {
        if self.health == PeerHealth::Dying {
            self.health = PeerHealth::Dead;
        }
    }

    fn unreachable(&self) -> Option<Finding> {
        match self.health {
            PeerHealth::Alive | PeerHealth::Dying | PeerHealth::Spinning => None,
            PeerHealth::Dead => Some(not_connected()),
            PeerHealth::NotAccepting => Some(Finding::NotRead {
                why: UnreadState::NeverAccepted,
            }),
        }
    }
}
