//! Playing cases against the peer, as the phases of a scenario see it.
//!
//! The phases ask a [`TestedPeer`] for a [`CasePlayer`] and look only at results: their
//! tests script both.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use wirecheck_report::record::Concurrency;

use super::target::Target;
use crate::engine::case::ProbeTask;
use crate::engine::case::{self, CaseResult, NumberedCase, ScenarioContext};
use crate::engine::peer::{NoConnection, NotConnected};
use crate::engine::wait::{CaseGate, PeerTimings, Phase, WaitFor, Waiter};
use crate::peer::{ExitStatus, OutputPosition, Resources, StartError};
use crate::tactic::Content;
use crate::vary::answers::Answers;
use crate::vary::source::Source;
use crate::wire::link::{Link, LinkOptions};
use crate::wire::watch::PeakMemory;

/// The peer of a run.
pub(in crate::engine) trait TestedPeer: Sync {
    fn player<'a>(&'a self, setup: PlayerSetup<'a>) -> Box<dyn CasePlayer + 'a>;

    /// Starts it again after the old one is gone, if wirecheck starts it. Returns how many
    /// processes were started.
    fn restart(&mut self) -> Result<u32, StartError>;

    /// Ends it, if wirecheck started it.
    fn stop(&mut self) {}

    /// What the record should say of its processes, since the last call.
    fn take_notes(&mut self) -> Vec<String> {
        Vec::new()
    }

    /// How its process ended, if it has.
    fn ended(&self) -> Option<ExitStatus>;

    /// Whether wirecheck starts it.
    fn is_ours(&self) -> bool;

    /// Whether a process is started for each case.
    fn is_new_each_time(&self) -> bool;

    /// How many cases may run on it at once, where that is known without a trial.
    fn concurrency(&self) -> Option<Concurrency>;

    /// How many connections may wait until the peer accepts them, where that can be seen.
    fn accept_queue(&self) -> Option<NonZeroUsize>;

    /// Makes a connection on which nothing is sent.
    fn connect_idly(&self, limit: Duration) -> Option<Link>;

    /// Makes a connection while it is suspended, on which nothing is sent.
    fn connect_while_suspended(&self, limit: Duration) -> Option<Link>;

    /// The first and the last lines that it printed after a position.
    fn last_output(&self, since: OutputPosition) -> Vec<String>;

    /// What its processes hold, if that can be seen and they live for several cases.
    fn resources(&self) -> Option<Resources> {
        None
    }

    /// How many of its sockets are in CLOSE_WAIT.
    fn close_waits(&self) -> usize {
        0
    }

    /// Whether it may still do something although nothing happens.
    fn has_timers(&self) -> bool {
        false
    }
}

/// Plays one case after the other.
pub(in crate::engine) trait CasePlayer {
    fn play(&mut self, context: &ScenarioContext<'_>, case: &NumberedCase) -> CaseResult;

    /// Sends messages of which the answers are not known.
    fn probe(&mut self, task: ProbeTask<'_>) -> Result<Answers, NotConnected>;

    /// What the peer answers to these messages in the place of those of the source, with an
    /// example in the place of the value of `${unique}`. What the framing cannot carry is left
    /// out. `awaiting` is how answers are waited for.
    fn ask(
        &mut self,
        source: &Source,
        messages: &[Content],
        unique: &str,
        awaiting: WaitFor,
    ) -> Result<Answers, NoConnection> {
        let encoded = messages.iter().filter_map(|it| source.encode(it, unique));
        let encoded: Vec<_> = encoded.collect();
        let task = ProbeTask {
            messages: &encoded,
            peer_begins: source.peer_begins,
            end: source.end,
            limits: source.suite.scenarios()[0].limits(),
            awaiting,
        };
        let answers = self.probe(task).map_err(|missing| missing.why)?;
        let without_unique = |bytes: &Vec<u8>| source.without_unique(bytes, unique);
        Ok(Answers {
            turns: answers.turns.iter().map(without_unique).collect(),
            last: without_unique(&answers.last),
            end: answers.end,
        })
    }

    /// Waits, for a short while, until the peer is idle or gone.
    fn wait_until_idle(&mut self);

    /// Whether the peer keeps a processor busy although nothing is asked of it.
    fn sees_spinning(&mut self, limit: Duration) -> bool;

    /// Counts the timers of a peer that has nothing to do.
    fn learn_timers_when_idle(&mut self);

    /// The most memory that each of the peer's processes ever had in use, if that can be seen and
    /// no other case shares them.
    fn peak_memory(&mut self) -> Option<PeakMemory> {
        None
    }

    /// What is known of the peer by now.
    fn timings(&self) -> PeerTimings;
}

/// In what circumstances cases are played.
#[derive(Clone, Copy)]
pub(in crate::engine) struct PlayerSetup<'a> {
    pub(in crate::engine) phase: Phase,
    pub(in crate::engine) timings: PeerTimings,
    pub(in crate::engine) stop: &'a AtomicBool,
    pub(in crate::engine) sharing: Option<Sharing<'a>>,
}

/// The other workers of a batch.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Sharing<'a> {
    /// What pauses the others while one looks at the peer; none if they never pause.
    pub(in crate::engine) gate: Option<&'a CaseGate>,
    pub(in crate::engine) jobs: u32,
}

impl<'a> Sharing<'a> {
    pub(in crate::engine) fn new(gate: Option<&'a CaseGate>, jobs: NonZeroUsize) -> Self {
        let jobs = u32::try_from(jobs.get()).unwrap_or(u32::MAX);
        Self { gate, jobs }
    }
}

/// Does the same work on as many threads, this one included.
pub(in crate::engine) fn on_threads(jobs: NonZeroUsize, work: impl Fn() + Sync) {
    std::thread::scope(|scope| {
        for _ in 1..jobs.get() {
            // Where the machine allows no more threads, fewer do the work.
            _ = std::thread::Builder::new().spawn_scoped(scope, &work);
        }
        work();
    });
}

/// Plays cases against a real peer.
struct LivePlayer<'a> {
    target: &'a Target,
    waiter: Waiter<'a>,
}

impl CasePlayer for LivePlayer<'_> {
    fn play(&mut self, context: &ScenarioContext<'_>, case: &NumberedCase) -> CaseResult {
        case::play(context, case, self.target, &mut self.waiter)
    }

    fn probe(&mut self, task: ProbeTask<'_>) -> Result<Answers, NotConnected> {
        case::probe(task, self.target, &mut self.waiter)
    }

    fn wait_until_idle(&mut self) {
        self.waiter.wait_until_idle();
    }

    fn sees_spinning(&mut self, limit: Duration) -> bool {
        self.waiter.sees_spinning(limit)
    }

    fn learn_timers_when_idle(&mut self) {
        self.waiter.learn_timers_when_idle();
    }

    fn peak_memory(&mut self) -> Option<PeakMemory> {
        self.waiter.peak_memory()
    }

    fn timings(&self) -> PeerTimings {
        *self.waiter.timings()
    }
}

impl TestedPeer for Target {
    fn player<'a>(&'a self, setup: PlayerSetup<'a>) -> Box<dyn CasePlayer + 'a> {
        let waiter = Waiter::alone(self.watch(), setup.phase, setup.timings, setup.stop);
        Box::new(LivePlayer {
            target: self,
            waiter: match setup.sharing {
                Some(others) => waiter.sharing(others.gate, others.jobs),
                None => waiter,
            },
        })
    }

    fn restart(&mut self) -> Result<u32, StartError> {
        self.restart()
    }

    fn stop(&mut self) {
        self.stop();
    }

    fn take_notes(&mut self) -> Vec<String> {
        self.take_notes()
    }

    fn ended(&self) -> Option<ExitStatus> {
        self.ended()
    }

    fn is_ours(&self) -> bool {
        self.is_ours()
    }

    fn is_new_each_time(&self) -> bool {
        self.is_new_each_time()
    }

    fn concurrency(&self) -> Option<Concurrency> {
        self.concurrency()
    }

    fn accept_queue(&self) -> Option<NonZeroUsize> {
        self.accept_queue()
    }

    fn connect_idly(&self, limit: Duration) -> Option<Link> {
        Link::connect(self.addr(), &LinkOptions::default(), Instant::now() + limit).ok()
    }

    fn connect_while_suspended(&self, limit: Duration) -> Option<Link> {
        self.connect_while_suspended(limit)
    }

    fn last_output(&self, since: OutputPosition) -> Vec<String> {
        self.last_output(since)
    }

    fn resources(&self) -> Option<Resources> {
        self.resources()
    }

    fn close_waits(&self) -> usize {
        self.close_waits()
    }

    fn has_timers(&self) -> bool {
        self.has_timers()
    }
}
