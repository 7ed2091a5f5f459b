//! The state of a run.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use wirecheck_report::record::{Concurrency, Record};

use super::case::{CaseResult, NumberedCase, ScenarioContext};
use super::event::Event;
use super::leaks::LeakWatch;
use super::peer::{CasePlayer, PlayerSetup, TestedPeer};
use super::settings::{Settings, StopReason};
use super::wait::{PeerTimings, Phase};

/// The state of a run: the peer, what is known of it, and the record so far.
///
/// A `ScenarioRun` borrows it for one scenario after the other.
pub(super) struct Engine<'r> {
    pub(super) settings: &'r Settings,
    pub(super) stop: &'r AtomicBool,
    pub(super) on_event: &'r mut (dyn FnMut(Event<'_>) + Send),
    pub(super) peer: Box<dyn TestedPeer>,
    pub(super) timings: PeerTimings,
    /// Whether the peer serves several connections at once; unknown at first.
    pub(super) concurrency: Option<Concurrency>,
    /// Whether the peer was silent through a whole baseline: the next ones are not waited
    /// for as long before they are played again.
    pub(super) is_mute: bool,
    pub(super) leaks: LeakWatch,
    /// How many connections the peer was given since it was started.
    pub(super) connections: u64,
    /// How many it serves before it must be started again, if that was found out.
    pub(super) lifetime: Option<u64>,
    pub(super) record: Record,
    pub(super) begun: Instant,
    /// Whether cases were not played because the time of the run was over.
    pub(super) time_is_over: bool,
}

impl<'r> Engine<'r> {
    /// Takes five parts because it is made in one place, of what `run` has at hand.
    pub(super) fn new(
        settings: &'r Settings,
        stop: &'r AtomicBool,
        on_event: &'r mut (dyn FnMut(Event<'_>) + Send),
        peer: Box<dyn TestedPeer>,
        record: Record,
    ) -> Self {
        Self {
            settings,
            stop,
            on_event,
            peer,
            timings: PeerTimings::default(),
            concurrency: None,
            is_mute: false,
            leaks: LeakWatch::default(),
            connections: 0,
            lifetime: None,
            record,
            begun: Instant::now(),
            time_is_over: false,
        }
    }

    /// Starts the peer again, if wirecheck starts it.
    pub(super) fn restart_peer(&mut self) -> Result<(), StopReason> {
        let restarted = self.peer.restart();
        self.keep_notes_of_peer();
        self.record.restarts += restarted?;
        self.connections = 0;
        Ok(())
    }

    /// Plays something without any event.
    pub(super) fn silently<T>(&mut self, play: impl FnOnce(&mut Self) -> T) -> T {
        // A closure that captures nothing takes no memory.
        let nobody: &'r mut (dyn FnMut(Event<'_>) + Send) = Box::leak(Box::new(|_: Event<'_>| {}));
        let on_event = std::mem::replace(&mut self.on_event, nobody);
        let result = play(self);
        self.on_event = on_event;
        result
    }

    /// How many more connections the peer serves, if that is known.
    pub(super) fn connections_left(&self) -> u64 {
        self.lifetime
            .map_or(u64::MAX, |most| most.saturating_sub(self.connections))
    }

    /// Whether the peer must be started again before it gets another connection.
    pub(super) fn is_used_up(&self) -> bool {
        self.connections_left() == 0
    }

    /// Ends the peer, if wirecheck started it. Its last notes are in the record then.
    pub(super) fn stop_peer(&mut self) {
        self.peer.stop();
        self.keep_notes_of_peer();
    }

    /// Plays one case after the other, with no other worker beside it.
    pub(super) fn lone_player(&self, phase: Phase) -> Box<dyn CasePlayer + '_> {
        self.peer.player(self.alone(phase))
    }

    /// Plays a case with no other beside it.
    pub(super) fn play_alone(
        &mut self,
        context: &ScenarioContext<'_>,
        case: &NumberedCase,
        phase: Phase,
    ) -> Result<CaseResult, StopReason> {
        if self.is_used_up() {
            self.restart_peer()?;
        }
        let mut player = self.lone_player(phase);
        let result = player.play(context, case);
        if phase.is_baseline() && result.outcome.has_passed() {
            player.learn_timers_when_idle();
        }
        let timings = player.timings();
        drop(player);
        self.timings = timings;
        self.connections += result.connections;
        if self.is_stopped() {
            Err(StopReason::Interrupted)
        } else {
            Ok(result)
        }
    }

    /// The circumstances of a player with no other worker beside it.
    pub(super) fn alone(&self, phase: Phase) -> PlayerSetup<'_> {
        PlayerSetup {
            phase,
            timings: self.timings,
            stop: self.stop,
            sharing: None,
        }
    }

    /// How many cases may run at once on a peer of this kind. Of more than its accept queue takes,
    /// some would be reset by the kernel.
    pub(super) fn jobs_for(&self, concurrency: Concurrency) -> NonZeroUsize {
        let wanted = self.settings.jobs.0;
        match concurrency {
            Concurrency::Several => self.peer.accept_queue().map_or(wanted, |it| it.min(wanted)),
            Concurrency::One => NonZeroUsize::MIN,
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Each note once.
    fn keep_notes_of_peer(&mut self) {
        for note in self.peer.take_notes() {
            if !self.record.notes.contains(&note) {
                self.record.notes.push(note);
            }
        }
    }

    /// Adds a note to the record, once.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.record.notes.contains(&note) {
            self.record.notes.push(note);
        }
    }
}

/// A time as records write it.
pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
