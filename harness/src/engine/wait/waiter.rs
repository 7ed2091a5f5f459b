//! The wait function.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::gate::CaseGate;
use super::policy::{
    BEYOND_TIMEOUT, Circumstances, LONGEST_TIMEOUT, Learns, Looks, PAUSE, PeerTimings, Phase,
    Visibility, WaitFor, WaitPolicy,
};
use super::{Awaited, Clock, Partner, Processes, Progress, SystemClock, WaitEnd};
use crate::wire::diag::Inode;
use crate::wire::watch::{Look, PeakMemory, Watch};

/// What part of the time, in percent, a peer that runs without pause runs or waits for a
/// processor.
const SPINNING_SHARE: u32 = 50;

/// The pauses between looks at a peer whose connection has ended: the first, and the last.
const FIRST_REST: Duration = Duration::from_micros(50);
const LAST_REST: Duration = Duration::from_millis(3);

/// What is seen of the peer.
enum View<'a> {
    Unseen,
    Processes(Box<dyn Processes + 'a>),
    Partner(Box<dyn Partner + 'a>),
}

/// Waits for the peer, on behalf of one worker.
pub(in crate::engine) struct Waiter<'a> {
    phase: Phase,
    timings: PeerTimings,
    view: View<'a>,
    clock: &'a dyn Clock,
    stop: &'a AtomicBool,
    /// The other cases that talk to the same peer; none if this one is alone, or if they do
    /// not pause for it.
    others: Option<&'a CaseGate>,
    jobs: u32,
}

/// What one check of the peer showed.
enum PeerCheck {
    Happened,
    Idle(Duration),
    Active,
    Unseen,
}

impl<'a> Waiter<'a> {
    /// A waiter for a case that is alone with the peer.
    pub(in crate::engine) fn alone(
        watch: Option<Watch>,
        phase: Phase,
        timings: PeerTimings,
        stop: &'a AtomicBool,
    ) -> Self {
        Self {
            phase,
            timings,
            view: View::of(watch),
            clock: &SystemClock,
            stop,
            others: None,
            jobs: 1,
        }
    }

    /// A waiter for a worker that is one of `jobs` that share the peer.
    pub(in crate::engine) fn sharing(self, others: Option<&'a CaseGate>, jobs: u32) -> Self {
        Self {
            others,
            jobs,
            ..self
        }
    }

    /// A waiter for one of two sides that wirecheck plays.
    pub(in crate::engine) fn facing(partner: Box<dyn Partner + 'a>, stop: &'a AtomicBool) -> Self {
        Self {
            view: View::Partner(partner),
            ..Self::alone(None, Phase::Baseline, PeerTimings::default(), stop)
        }
    }

    /// A waiter for a second connection of the same case. The two never wait at the same time.
    pub(in crate::engine) fn another(&self, watch: Option<Watch>) -> Self {
        Self {
            clock: self.clock,
            ..Self::alone(watch, self.phase, self.timings, self.stop)
        }
    }

    /// Watches from now on a process that was started for one case alone.
    pub(in crate::engine) fn watch_only(&mut self, watch: Option<Watch>) {
        self.view = View::of(watch);
        self.others = None;
        self.jobs = 1;
    }

    #[cfg(test)]
    pub(super) fn watching(self, processes: Box<dyn Processes + 'a>) -> Self {
        Self {
            view: View::Processes(processes),
            ..self
        }
    }

    #[cfg(test)]
    pub(super) fn with_clock(self, clock: &'a dyn Clock) -> Self {
        Self { clock, ..self }
    }

    pub(in crate::engine) fn phase(&self) -> Phase {
        self.phase
    }

    pub(in crate::engine) fn set_phase(&mut self, phase: Phase) {
        self.phase = phase;
    }

    pub(in crate::engine) fn timings(&self) -> &PeerTimings {
        &self.timings
    }

    pub(in crate::engine) fn clock(&self) -> &'a dyn Clock {
        self.clock
    }

    /// Whether the kernel shows what the peer's processes do.
    pub(in crate::engine) fn sees_processes(&self) -> bool {
        matches!(self.view, View::Processes(_))
    }

    /// Whether other cases must pause before the peer can be seen idle.
    pub(in crate::engine) fn has_others(&self) -> bool {
        self.others.is_some()
    }

    /// The most memory that each of the peer's processes ever had in use, where this case is
    /// alone with the peer: other cases take memory too.
    pub(in crate::engine) fn peak_memory(&mut self) -> Option<PeakMemory> {
        match &mut self.view {
            View::Processes(processes) if self.jobs == 1 => processes.peak_memory(),
            _ => None,
        }
    }

    /// Now, as far as the peer is concerned.
    pub(in crate::engine) fn peer_time(&mut self) -> PeerTime {
        PeerTime {
            at: self.clock.now(),
            look: self.look_again(),
        }
    }

    /// How long ago that was, without the time in which the peer waited for a processor.
    pub(in crate::engine) fn time_since(&mut self, earlier: &PeerTime) -> Duration {
        let starved = self.starved_since(earlier.look.as_ref());
        (self.clock.now() - earlier.at).saturating_sub(starved.unwrap_or_default())
    }

    /// Whether the user wants to end. What is waited for then proves nothing.
    pub(in crate::engine) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Remembers that the peer reads a chunk only when more follows.
    pub(in crate::engine) fn learn_late_read(&mut self) {
        if !matches!(self.phase, Phase::Comparison { .. }) {
            self.timings.reads_late = true;
        }
    }

    /// Counts the timers of a peer that has nothing to do, and whether it runs on: that says
    /// nothing later.
    pub(in crate::engine) fn learn_timers_when_idle(&mut self) {
        if let Some(WaitEnd::TimedOut(_)) = self.wait_until_idle() {
            self.timings.runs_when_idle = true;
        }
        let timers = self.timers();
        let known = &mut self.timings.timers_when_idle;
        *known = (*known).max(timers);
    }

    /// The limit of a wait that the suite gives `limit`.
    pub(in crate::engine) fn limit(&self, what: WaitFor, limit: Duration) -> Duration {
        WaitPolicy::new(what, limit, &self.circumstances()).limit
    }

    /// Waits for something that the suite gives `limit`.
    pub(in crate::engine) fn wait(
        &mut self,
        what: WaitFor,
        limit: Duration,
        awaited: &mut dyn Awaited,
    ) -> WaitEnd {
        let policy = WaitPolicy::new(what, limit, &self.circumstances());
        self.wait_by(&policy, what, awaited)
    }

    /// Waits for an answer that has exactly this time (`within`).
    pub(in crate::engine) fn wait_within(
        &mut self,
        limit: Duration,
        awaited: &mut dyn Awaited,
    ) -> WaitEnd {
        let policy = WaitPolicy {
            spinning_after: None,
            ..WaitPolicy::within(WaitFor::Answer, limit, &self.circumstances())
        };
        self.wait_by(&policy, WaitFor::Answer, awaited)
    }

    /// Waits for one of the things that have a short limit of their own.
    pub(in crate::engine) fn wait_briefly(
        &mut self,
        what: WaitFor,
        awaited: &mut dyn Awaited,
    ) -> WaitEnd {
        self.wait(what, Duration::MAX, awaited)
    }

    /// Leaves the peer waiting inside a message, for longer than it waits itself, where that
    /// can be seen.
    pub(in crate::engine) fn pause(&mut self, awaited: &mut dyn Awaited) -> WaitEnd {
        let begun = self.clock.now();
        let _aside = self.others.map(CaseGate::step_aside);
        let end = self.wait(WaitFor::Pause, PAUSE, awaited);
        let timeout = self
            .processes()
            .and_then(|processes| processes.longest_timeout(LONGEST_TIMEOUT));
        match (end, timeout) {
            (WaitEnd::TimedOut(_), Some(timeout)) => {
                let over = begun + timeout + BEYOND_TIMEOUT;
                let left = over.saturating_duration_since(self.clock.now());
                self.wait(WaitFor::Pause, left, awaited)
            }
            _ => end,
        }
    }

    /// Waits, for a short while, until the peer is idle or gone. `None` if it cannot be seen.
    pub(in crate::engine) fn wait_until_idle(&mut self) -> Option<WaitEnd> {
        let clock = self.clock;
        self.sees_processes()
            .then(|| self.wait_briefly(WaitFor::Idle, &mut Never { clock }))
    }

    /// Waits until the peer is idle after a connection has ended, and says whether it spins
    /// instead.
    pub(in crate::engine) fn sees_spinning(&mut self, limit: Duration) -> bool {
        if self.timings.runs_when_idle || !self.sees_processes() || self.rests_at_once() {
            return false;
        }
        let clock = self.clock;
        // Also a peer that only serves the other cases runs.
        let others = self.others.take();
        let paused = others.map(CaseGate::pause_others);
        let end = self.wait(WaitFor::Rest, limit, &mut Never { clock });
        drop(paused);
        self.others = others;
        let spins = matches!(end, WaitEnd::Spinning(_));
        self.timings.has_spun |= spins && self.phase.is_alone();
        spins
    }

    /// Whether the peer is seen idle within some milliseconds, while other cases go on.
    fn rests_at_once(&mut self) -> bool {
        let mut pause = FIRST_REST;
        while pause <= LAST_REST {
            let look = self.processes().and_then(Processes::look);
            if look.is_none_or(|look| look.is_idle_since(&look)) {
                return true;
            }
            self.clock.sleep_until(self.clock.now() + pause);
            pause *= 2;
        }
        false
    }

    fn wait_by(
        &mut self,
        policy: &WaitPolicy,
        what: WaitFor,
        awaited: &mut dyn Awaited,
    ) -> WaitEnd {
        let end = self.wait_for_end(policy, awaited);
        self.learn_starvation(policy, end.1);
        self.learn(policy, what, end);
        match end {
            (WaitEnd::Idle(time), _) if self.is_stopped() => WaitEnd::Stopped(time),
            (end, _) => end,
        }
    }

    /// How the wait ended, and after how long.
    fn wait_for_end(
        &mut self,
        policy: &WaitPolicy,
        awaited: &mut dyn Awaited,
    ) -> (WaitEnd, Duration) {
        let start = self.clock.now();
        let mut deadline = start + policy.limit;
        let mut pause = policy.first_look;
        let mut spin = SpinCheck::default();
        let mut starvation = Starvation::default();
        loop {
            let until = deadline.min(self.clock.now() + pause);
            let progress = awaited.poll(until);
            let now = self.clock.now();
            let took = now - start;
            if progress == Progress::Happened {
                return (WaitEnd::Happened, took);
            }
            if self.is_stopped() {
                return (WaitEnd::Stopped(took), took);
            }
            starvation.late += now.saturating_duration_since(until);
            if now >= deadline {
                deadline = start + policy.extended_by(self.starved(&starvation));
            }
            if now >= deadline {
                return (WaitEnd::TimedOut(policy.limit), took);
            }
            match self.check(policy, deadline, awaited) {
                PeerCheck::Happened => return (WaitEnd::Happened, self.clock.now() - start),
                PeerCheck::Idle(time) => return (WaitEnd::Idle(time), took),
                PeerCheck::Active => {
                    if let Some(time) = self.spins(policy, &mut spin) {
                        return (WaitEnd::Spinning(time), took);
                    }
                }
                PeerCheck::Unseen => {}
            }
            if starvation.first.is_none() {
                starvation.first = self.look_again();
            }
            pause = (pause * 2).clamp(policy.between_looks, policy.longest_pause);
        }
    }

    /// Whether the peer is idle, and stays so for as long as the policy asks.
    fn check(
        &mut self,
        policy: &WaitPolicy,
        deadline: Instant,
        awaited: &mut dyn Awaited,
    ) -> PeerCheck {
        if policy.looks == Looks::Never {
            return PeerCheck::Unseen;
        }
        let processes = match &mut self.view {
            View::Unseen => return PeerCheck::Unseen,
            View::Partner(partner) => {
                return match awaited.byte_counts() {
                    None => PeerCheck::Unseen,
                    Some(counts) if partner.is_deadlocked(counts) => {
                        PeerCheck::Idle(Duration::ZERO)
                    }
                    Some(_) => PeerCheck::Active,
                };
            }
            View::Processes(processes) => processes,
        };
        if self.others.is_some() && processes.is_awake() {
            // The others need not pause for this to be seen.
            return PeerCheck::Active;
        }
        let _paused = self.others.map(CaseGate::pause_others);
        // Until the others had paused it may have happened.
        if awaited.poll(self.clock.now()) == Progress::Happened {
            return PeerCheck::Happened;
        }
        match processes.look() {
            None => PeerCheck::Unseen,
            Some(first) if !first.is_idle_since(&first) => PeerCheck::Active,
            Some(first) => self.watch_idle_peer(&first, policy, deadline, awaited),
        }
    }

    /// Goes on looking at a peer that was idle at the `first` look.
    fn watch_idle_peer(
        &mut self,
        first: &Look,
        policy: &WaitPolicy,
        deadline: Instant,
        awaited: &mut dyn Awaited,
    ) -> PeerCheck {
        let since = self.clock.now();
        let mut socket = if policy.may_be_blocked_on_us {
            awaited.peer_socket()
        } else {
            None
        };
        let mut is_blocked_on_us = false;
        let mut awaits_timer = false;
        let mut pause = policy.first_idle_pause();
        loop {
            let until = self.clock.now() + pause;
            let until = if awaits_timer {
                until.min(deadline)
            } else {
                until
            };
            let progress = awaited.poll(until);
            let now = self.clock.now();
            let idle = now - since;
            let is_idle = progress == Progress::Nothing
                && !awaited.is_in_flight()
                && self.look_again().is_some_and(|it| it.is_idle_since(first));
            if !is_idle {
                return match progress {
                    Progress::Happened => {
                        self.learn_pause(policy, idle);
                        PeerCheck::Happened
                    }
                    Progress::Moved | Progress::Nothing => {
                        // It may have gone on right after the look before.
                        self.learn_pause(policy, idle.saturating_sub(pause));
                        PeerCheck::Active
                    }
                };
            }
            // Nothing has run since the first look, so what was seen before is still true.
            if is_blocked_on_us || self.is_stopped() {
                return PeerCheck::Idle(idle);
            }
            if let Some(socket) = socket.take() {
                is_blocked_on_us = self.waits_only_for(socket);
            }
            if awaits_timer && now >= deadline {
                return PeerCheck::Active;
            }
            if !awaits_timer && idle >= policy.idle_for {
                awaits_timer = policy.timers.is_some_and(|least| self.timers() >= least);
                if !awaits_timer {
                    return PeerCheck::Idle(idle);
                }
            }
            pause = policy.between_idle_looks(idle);
        }
    }

    /// How long the peer has run without pause, if that is too long.
    fn spins(&mut self, policy: &WaitPolicy, spin: &mut SpinCheck) -> Option<Duration> {
        let least = policy.spinning_after?;
        let now = self.clock.now();
        let look = self.processes()?.look()?;
        let Some((first, since)) = &spin.first else {
            spin.first = Some((look, now));
            return None;
        };
        let (time, starved) = (now - *since, look.starved_since(first));
        let busy = look.cpu_time_since(first) + starved;
        let spins = time.saturating_sub(starved) >= least && busy * 100 >= time * SPINNING_SHARE;
        spins.then_some(time)
    }

    /// How long the peer has waited for a processor. Where that cannot be seen, how late
    /// wirecheck itself was woken.
    fn starved(&mut self, starvation: &Starvation) -> Duration {
        let seen = self.starved_since(starvation.first.as_ref());
        seen.unwrap_or(starvation.late)
    }

    /// The same since a look, where it can be seen.
    fn starved_since(&mut self, first: Option<&Look>) -> Option<Duration> {
        let last = self.look_again();
        Some(last?.starved_since(first?))
    }

    /// Remembers how long the peer paused before it went on.
    fn learn_pause(&mut self, policy: &WaitPolicy, pause: Duration) {
        if policy.learns != Learns::Nothing {
            let known = &mut self.timings.longest_pause;
            *known = (*known).max(pause);
        }
    }

    fn learn(&mut self, policy: &WaitPolicy, what: WaitFor, (end, took): (WaitEnd, Duration)) {
        if policy.learns == Learns::Nothing || self.is_stopped() {
            return;
        }
        let is_final = policy.learns == Learns::Everything;
        let known = &mut self.timings;
        match (end, what) {
            (WaitEnd::Happened, WaitFor::Answer) => {
                known.slowest_answer = known.slowest_answer.max(took);
            }
            (WaitEnd::Happened, WaitFor::Close | WaitFor::Exit) => {
                known.slowest_close = known.slowest_close.max(took);
            }
            (WaitEnd::Idle(time), _) if is_final && time >= policy.idle_for => {
                known.silences.insert(what);
            }
            (WaitEnd::Spinning(_), _) => known.has_spun = true,
            (WaitEnd::TimedOut(_), WaitFor::Answer | WaitFor::Close | WaitFor::Exit) => {
                known.timeouts += 1;
                if is_final {
                    known.silences.insert(what);
                }
            }
            _ => {}
        }
    }

    /// Only a busy machine makes a wait longer than its limit.
    fn learn_starvation(&mut self, policy: &WaitPolicy, took: Duration) {
        if policy.learns != Learns::Nothing {
            let known = &mut self.timings.starved;
            *known = (*known).max(took.saturating_sub(policy.limit));
        }
    }

    /// How many timers are set. One that cannot be seen may be.
    fn timers(&mut self) -> usize {
        self.processes().and_then(Processes::timers).unwrap_or(1)
    }

    fn look_again(&mut self) -> Option<Look> {
        Some(self.processes()?.look_again())
    }

    fn waits_only_for(&mut self, socket: Inode) -> bool {
        self.processes()
            .is_some_and(|processes| processes.waits_only_for(socket))
    }

    fn processes(&mut self) -> Option<&mut (dyn Processes + 'a)> {
        match &mut self.view {
            View::Processes(processes) => Some(&mut **processes),
            View::Unseen | View::Partner(_) => None,
        }
    }

    fn circumstances(&self) -> Circumstances<'_> {
        Circumstances {
            phase: self.phase,
            timings: &self.timings,
            visibility: match self.view {
                View::Unseen => Visibility::Unseen,
                View::Processes(_) | View::Partner(_) => Visibility::Seen,
            },
            jobs: self.jobs,
        }
    }
}

impl View<'_> {
    fn of(watch: Option<Watch>) -> Self {
        watch.map_or(Self::Unseen, |watch| Self::Processes(Box::new(watch)))
    }
}

/// A time, and how much the peer had run by then.
pub(in crate::engine) struct PeerTime {
    at: Instant,
    look: Option<Look>,
}

/// How a peer looked when it was first seen to run during a wait.
#[derive(Default)]
struct SpinCheck {
    first: Option<(Look, Instant)>,
}

/// What shows during a wait that the machine is busy.
#[derive(Default)]
struct Starvation {
    /// How the peer looked at first.
    first: Option<Look>,
    /// How much later than asked for wirecheck was woken, all times together.
    late: Duration,
}

/// Nothing: the wait is for the peer to be idle.
struct Never<'a> {
    clock: &'a dyn Clock,
}

impl Awaited for Never<'_> {
    fn poll(&mut self, until: Instant) -> Progress {
        self.clock.sleep_until(until);
        Progress::Nothing
    }
}
