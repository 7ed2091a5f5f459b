//! What a script decides from, and what it says.

use std::time::Duration;

use crate::engine::wait::{PeerTimings, Phase};
use crate::judge::{Finding, PeerClose, SilenceProof, StepOwner};
use crate::scenario::Refusal;
use crate::tactic::{Delivery, TacticFamily};

/// One play of a case, as the peer sees it: what a script decides from, and what a test
/// looks at afterwards.
#[derive(Clone, Debug)]
pub(super) struct Play {
    pub(super) scenario: String,
    pub(super) tactic: String,
    pub(super) family: TacticFamily,
    pub(super) delivery: Delivery,
    /// What our side sends, uncut.
    pub(super) stream: Vec<u8>,
    pub(super) attempt: u64,
    pub(super) phase: Phase,
    pub(super) beside: Beside,
    /// How often the peer was started before; it counts also where that changes nothing.
    pub(super) life: u32,
    /// The place among the plays of this life, from 1.
    pub(super) nth_of_life: usize,
    /// What is known of the peer's timings.
    pub(super) known: PeerTimings,
    /// What `${unique}` stands for.
    pub(super) unique: String,
}

/// What else uses the peer during a play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    Nothing,
    /// A connection on which nothing is sent.
    IdleConnection,
    /// As many workers of a batch, this one included.
    Workers(u32),
}

impl Play {
    pub(super) fn is(&self, tactic: &str) -> bool {
        self.tactic == tactic
    }

    /// Whether a chunk ends at this offset and another follows.
    pub(super) fn is_cut_at(&self, offset: usize) -> bool {
        is_cut_at(&self.delivery, offset)
    }

    pub(super) fn is_baseline(&self) -> bool {
        self.family == TacticFamily::Whole
    }

    /// Whether wirecheck ends the connection inside the exchange, and looks at the peer then.
    pub(super) fn ends_early(&self) -> bool {
        use TacticFamily::{Fin, FinAtOnce, Half, Rst, RstAtAccept};
        matches!(self.family, Fin | FinAtOnce | Half | Rst | RstAtAccept)
    }

    /// Whether it is one of a batch: not a baseline, and nothing that is played again alone.
    pub(super) fn is_in_batch(&self) -> bool {
        self.phase == Phase::Batch && matches!(self.beside, Beside::Workers(_))
    }

    /// Whether others are played at the same time.
    pub(super) fn is_beside_others(&self) -> bool {
        matches!(self.beside, Beside::Workers(2..))
    }

    pub(super) fn is_confirmation(&self) -> bool {
        self.phase == Phase::Confirmation
    }
}

/// Whether a chunk of a delivery ends at this offset and another follows.
pub(super) fn is_cut_at(delivery: &Delivery, offset: usize) -> bool {
    let mut end = 0;
    let mut ends = delivery.lengths().map(|length| {
        end += length;
        end
    });
    offset < delivery.delivered().get() && ends.any(|end| end == offset)
}

/// What comes of one play: first for the case, then for the peer and the run.
pub(super) struct Answer {
    pub(super) finding: Option<Finding>,
    pub(super) then: PeerEffect,
    pub(super) pause: Duration,
    pub(super) printed: Option<&'static str>,
    pub(super) stops_run: bool,
}

/// What becomes of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PeerEffect {
    Lives,
    Dies,
    DiesLate,
    StopsAccepting,
    Spins,
}

pub(super) fn pass() -> Answer {
    Answer {
        finding: None,
        then: PeerEffect::Lives,
        pause: Duration::ZERO,
        printed: None,
        stops_run: false,
    }
}

pub(super) fn fail(finding: Finding) -> Answer {
    Answer {
        finding: Some(finding),
        ..pass()
    }
}

/// The peer dies before it has answered.
pub(super) fn die() -> Answer {
    fail(ended_early()).and_dies()
}

impl Answer {
    /// The peer dies, and that is seen at once.
    pub(super) fn and_dies(self) -> Self {
        let then = PeerEffect::Dies;
        Self { then, ..self }
    }

    /// The peer dies a moment later: when it is waited for, or at the next play.
    pub(super) fn and_dies_late(self) -> Self {
        let then = PeerEffect::DiesLate;
        Self { then, ..self }
    }

    /// The peer runs on but accepts no connection any more.
    pub(super) fn and_stops_accepting(self) -> Self {
        let then = PeerEffect::StopsAccepting;
        Self { then, ..self }
    }

    /// The peer keeps a processor busy from now on, and serves all the same.
    pub(super) fn and_spins(self) -> Self {
        let then = PeerEffect::Spins;
        Self { then, ..self }
    }

    /// The peer pauses before it answers. A play that is alone notices.
    pub(super) fn after_pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// What the program prints that is started for the case alone.
    pub(super) fn and_prints(self, text: &'static str) -> Self {
        let printed = Some(text);
        Self { printed, ..self }
    }

    /// The user interrupts the run during this play.
    pub(super) fn and_interrupts(self) -> Self {
        Self {
            stops_run: true,
            ..self
        }
    }
}

pub(super) fn wrong_answer() -> Finding {
    Finding::WrongAnswer {
        step: 1,
        refusal: Refusal::Differs {
            expected: b"ok".to_vec(),
        },
        actual: b"no".to_vec(),
    }
}

pub(super) fn surplus() -> Finding {
    Finding::Surplus {
        actual: b"more".to_vec(),
    }
}

/// A finding that a longer wait may refute.
pub(super) fn silence() -> Finding {
    Finding::NoAnswer {
        step: 1,
        proof: SilenceProof::Idle(Duration::from_millis(1)),
        partial: Vec::new(),
    }
}

pub(super) fn prints_other() -> Finding {
    Finding::PrintsOther {
        expected: b"a".to_vec(),
        actual: b"b".to_vec(),
    }
}

pub(super) fn ended_early() -> Finding {
    Finding::EndedEarly {
        step: 1,
        owner: StepOwner::Peer,
        how: PeerClose::Fin,
    }
}

pub(super) fn not_connected() -> Finding {
    Finding::NotConnected {
        why: "connection refused".to_owned(),
    }
}
