//! How long the engine waits: computed, never measured here.
//!
//! | what the peer does | a missing answer is declared after |
//! | --- | --- |
//! | waits for wirecheck alone (the kernel shows it) | the next look |
//! | is idle, in a batch | 5 ms, or 4 x its longest pause |
//! | is idle, in a first baseline | a tenth of the limit: it is played again |
//! | is idle, alone, the first time | the limit: it may wait for another process |
//! | is idle, alone, later | 60 ms + 10 x its longest pause |
//! | is idle and has set a timer | the limit, while that has shown anything |
//! | runs | the limit, in its own time |
//! | runs without pause, once that is known | 1 s; in a batch 250 ms |
//! | runs on after the connection ended | the same as before a close |
//! | cannot be seen | the limit; in a batch 250 ms or 20 x its slowest answer |
//! | is idle, where an exchange is compared with itself | a multiple of 60 ms + 10 x its longest pause |
//! | the same, and cannot be seen | a multiple of 250 ms or 20 x its slowest answer |
//!
//! A limit is in the peer's time: while it is ready to run and has no processor, the limit
//! stands still ([`WaitPolicy::extended_by`]).
//!
//! What a batch declares too early costs one replay: nothing is reported before it failed
//! again alone, under the rules for that.

use std::time::Duration;

/// In which phase of a scenario a case is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Phase {
    /// The uncut delivery, alone. The engine gets to know the peer.
    Baseline,
    /// The same again, after it failed.
    BaselineRetry,
    /// All other deliveries, several at a time. What fails is played again.
    Batch,
    /// Several at a time once more, with all the time that the suite allows: what failed in
    /// the batch passed alone.
    Together,
    /// What failed, alone.
    Confirmation,
    /// An exchange beside another connection, and the same exchange alone. Both are given as
    /// much time, a multiple of what is usual for the peer: the second one shows whether that
    /// is enough.
    Comparison { times: u32 },
}

impl Phase {
    /// Whether this case has the peer to itself, so that what it shows is its own.
    pub(in crate::engine) fn is_alone(self) -> bool {
        !matches!(self, Self::Batch | Self::Together)
    }

    /// Whether the peer is getting known.
    pub(in crate::engine) fn is_baseline(self) -> bool {
        matches!(self, Self::Baseline | Self::BaselineRetry)
    }
}

/// What the engine waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum WaitFor {
    /// A client to connect.
    Connection,
    /// The peer to read a chunk. One that expects more may not read before it comes.
    Read { more: More },
    /// A message.
    Answer,
    /// A text on the peer's standard output.
    Output,
    /// The end of the peer's side of the connection.
    Close,
    /// The end of the peer's process.
    Exit,
    /// The peer to have finished with what it received.
    Settled,
    /// The same, and that it has answered: the answer is not known.
    Turn,
    /// The peer to be idle, or gone.
    Idle,
    /// The peer to accept a connection.
    Accept,
    /// The peer's answer to a FIN, where something else went wrong before.
    OurEnd,
    /// Time to pass, during which the peer may give up.
    Pause,
    /// The peer to be idle after a connection that wirecheck has reset or left.
    Rest,
}

/// Whether another chunk, or the end of the stream, follows a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum More {
    Follows,
    Nothing,
}

/// What is known of the time that this peer takes.
///
/// Only cases that are alone with the peer add to it, and only what the peer did by
/// itself: a pause that wirecheck or a busy machine made would lengthen the next waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct PeerTimings {
    /// The longest time that it slept and then went on by itself.
    pub(in crate::engine) longest_pause: Duration,
    pub(in crate::engine) slowest_answer: Duration,
    /// The longest time from the end of our side to the end of its side.
    pub(in crate::engine) slowest_close: Duration,
    /// What it was waited for to the limit, and did not do.
    pub(in crate::engine) silences: WaitKinds,
    /// Whether it once ran without pause for all the time that a final wait gives.
    pub(in crate::engine) has_spun: bool,
    /// Whether it reads a chunk only when more follows.
    pub(in crate::engine) reads_late: bool,
    /// How many timers it has set while it has nothing to do.
    pub(in crate::engine) timers_when_idle: usize,
    /// Whether it runs on while it has nothing to do.
    pub(in crate::engine) runs_when_idle: bool,
    /// How many waits have lasted to their limit.
    pub(in crate::engine) timeouts: u32,
    /// The longest time that it waited for a processor during one wait.
    pub(in crate::engine) starved: Duration,
}

/// A set of things that the engine waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct WaitKinds(u16);

impl WaitKinds {
    #[cfg(test)]
    pub(in crate::engine) const NONE: Self = Self(0);
    #[cfg(test)]
    pub(in crate::engine) const ALL: Self = Self(u16::MAX);

    pub(in crate::engine) fn contains(self, what: WaitFor) -> bool {
        self.0 & Self::bit(what) != 0
    }

    pub(in crate::engine) fn insert(&mut self, what: WaitFor) {
        self.0 |= Self::bit(what);
    }

    fn bit(what: WaitFor) -> u16 {
        1 << match what {
            WaitFor::Connection => 0,
            WaitFor::Read { .. } => 1,
            WaitFor::Answer => 2,
            WaitFor::Output => 3,
            WaitFor::Close => 4,
            WaitFor::Exit => 5,
            WaitFor::Settled => 6,
            WaitFor::Idle => 7,
            WaitFor::OurEnd => 8,
            WaitFor::Pause => 9,
            WaitFor::Rest => 10,
            WaitFor::Accept => 11,
            WaitFor::Turn => 12,
        }
    }
}

impl PeerTimings {
    /// Whether this peer takes longer than was known `before`, so that an earlier silence
    /// proves nothing.
    pub(in crate::engine) fn is_slower_than(&self, before: &Self) -> bool {
        self.longest_pause > before.longest_pause || self.reads_late && !before.reads_late
    }

    /// Whether this peer runs longer before it ends a connection than a batch knew `before`,
    /// so that it may not have spun.
    pub(in crate::engine) fn runs_longer_than(&self, before: &Self) -> bool {
        let in_batch = |known: &Self| SPIN_IN_BATCH.max(known.slowest_close * USUAL_TIMES);
        in_batch(self) > in_batch(before)
    }
}

/// How long one wait may last, and what ends it before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) struct WaitPolicy {
    /// The wait ends after this.
    pub(super) limit: Duration,
    /// When the peer's processes are looked at for the first time, and how long it takes
    /// at most from one look at a peer that runs to the next.
    pub(super) first_look: Duration,
    pub(super) longest_pause: Duration,
    /// The time between two looks at an idle peer.
    pub(super) between_looks: Duration,
    /// A peer that is idle for so long does nothing more.
    pub(super) idle_for: Duration,
    /// Whether the peer is looked at during the wait.
    pub(super) looks: Looks,
    /// With how many timers set an idle peer is waited for to the limit; none if timers
    /// do not count.
    pub(super) timers: Option<usize>,
    /// Whether a peer that can only be woken by wirecheck is idle at once.
    pub(super) may_be_blocked_on_us: bool,
    /// A peer that runs for so long without pause spins; none if running is no fault.
    pub(super) spinning_after: Option<Duration>,
    /// What this wait may add to [`PeerTimings`].
    pub(super) learns: Learns,
}

/// Whether a wait may end because of what the peer's processes do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looks {
    AtPeer,
    Never,
}

/// What a wait adds to [`PeerTimings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Learns {
    Nothing,
    /// How long the peer pauses and takes.
    Timings,
    /// That, and what a wait to its end showed.
    Everything,
}

/// The first look at a peer that one case has to itself in a batch.
const FIRST_LOOK: Duration = Duration::from_millis(1);
/// The most that the first look is put off where several cases share the peer.
const LATEST_FIRST_LOOK: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);
/// The same where the peer only finishes what it began.
const BETWEEN_SHORT_LOOKS: Duration = Duration::from_micros(100);

/// How long a peer is idle in a batch before a missing answer is declared. On a virtual
/// machine the timer that wakes a peer may be some milliseconds late.
const IDLE_IN_BATCH: Duration = Duration::from_millis(5);
/// The same where the case is alone.
const IDLE_ALONE: Duration = Duration::from_millis(60);
/// The same while little is known of the peer.
const IDLE_UNKNOWN: Duration = Duration::from_millis(200);
/// What part of the limit that is at least: in a first baseline, and in a second one where
/// the peer has been silent before.
const PART_IN_BASELINE: u32 = 10;
const PART_IN_RETRY: u32 = 5;
/// After how many timeouts a timer is no reason to wait any more, where a second baseline
/// decides.
const MOST_TIMEOUTS: u32 = 3;
/// How long a client that will not connect is idle.
const IDLE_BEFORE_CONNECT: Duration = Duration::from_secs(2);
/// The least time for an answer in a batch where the peer's processes cannot be seen.
const UNSEEN_ANSWER: Duration = Duration::from_millis(250);
/// How long a peer that reads only when more follows may take to read.
const LATE_READ: Duration = Duration::from_millis(50);
/// How many times as long as usual a peer may run.
const USUAL_TIMES: u32 = 4;
const SPIN_IN_BATCH: Duration = Duration::from_millis(250);
const SPIN_ALONE: Duration = Duration::from_secs(1);
/// How much of the limit, in percent, a peer may run before it is said to spin: with an
/// answer, and with the end.
const SPIN_BEFORE_ANSWER: u32 = 99;
const SPIN_BEFORE_END: u32 = 90;
/// A busy machine extends a limit to at most this many times its length.
const MOST_EXTENSION: u32 = 10;
/// How long a peer that has finished with a chunk is idle.
const IDLE_WHEN_SETTLED: Duration = Duration::from_micros(300);
const SETTLES_WITHIN: Duration = Duration::from_millis(300);
const IDLE_WITHIN: Duration = Duration::from_millis(500);
const OUR_END_WITHIN: Duration = Duration::from_millis(100);
/// How long a peer is left waiting inside a message. A timeout that is meant for a network is
/// hardly shorter, and a shorter one may fire on a busy machine without any pause.
pub(super) const PAUSE: Duration = Duration::from_millis(300);
/// A peer whose own timeout is seen, and is no longer than this, is left waiting until it is
/// over.
pub(super) const LONGEST_TIMEOUT: Duration = Duration::from_secs(5);
/// How much longer than its timeout: a timer may fire late.
pub(super) const BEYOND_TIMEOUT: Duration = Duration::from_millis(100);

/// Whether the kernel shows what the peer's processes do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Visibility {
    Seen,
    Unseen,
}

/// Where a wait happens. A policy is computed from this and the limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circumstances<'t> {
    pub(super) phase: Phase,
    pub(super) timings: &'t PeerTimings,
    pub(super) visibility: Visibility,
    /// How many cases may share the peer.
    pub(super) jobs: u32,
}

impl WaitPolicy {
    /// The policy for a wait that the suite limits. `limit` is ignored for waits that are
    /// not about the exchange ([`WaitFor::Settled`], [`WaitFor::Idle`],
    /// [`WaitFor::Accept`], [`WaitFor::OurEnd`]).
    pub(super) fn new(what: WaitFor, limit: Duration, at: &Circumstances<'_>) -> Self {
        match what {
            WaitFor::Settled => Self::short(SETTLES_WITHIN, IDLE_WHEN_SETTLED),
            WaitFor::Turn => Self::short(
                at.shortened(limit),
                IDLE_WHEN_SETTLED.max(at.timings.longest_pause * USUAL_TIMES),
            ),
            // Most peers end at once. Only one that does not is looked at.
            WaitFor::OurEnd => Self {
                first_look: at.first_look(),
                ..Self::short(OUR_END_WITHIN, IDLE_WHEN_SETTLED)
            },
            WaitFor::Accept => Self::short(OUR_END_WITHIN, IDLE_WHEN_SETTLED),
            WaitFor::Idle => Self::short(IDLE_WITHIN, BETWEEN_LOOKS),
            WaitFor::Pause => Self {
                looks: Looks::Never,
                ..Self::short(limit, limit)
            },
            WaitFor::Rest => Self {
                spinning_after: Some(at.spinning_after(what, limit)),
                longest_pause: LONGEST_PAUSE,
                ..Self::short(limit, Duration::ZERO)
            },
            WaitFor::Connection => Self {
                idle_for: IDLE_BEFORE_CONNECT,
                timers: Some(1),
                spinning_after: None,
                learns: Learns::Nothing,
                may_be_blocked_on_us: false,
                ..Self::within(what, limit, at)
            },
            WaitFor::Read {
                more: More::Follows,
            } if at.timings.reads_late => Self {
                spinning_after: None,
                ..Self::within(what, LATE_READ.min(limit), at)
            },
            WaitFor::Read { .. }
            | WaitFor::Answer
            | WaitFor::Output
            | WaitFor::Close
            | WaitFor::Exit => Self::within(what, at.shortened(limit), at),
        }
    }

    /// A policy with exactly this limit.
    pub(super) fn within(what: WaitFor, limit: Duration, at: &Circumstances<'_>) -> Self {
        Self {
            limit,
            first_look: at.first_look(),
            longest_pause: LONGEST_PAUSE,
            between_looks: BETWEEN_LOOKS,
            idle_for: at.idle_for(what, limit),
            looks: Looks::AtPeer,
            timers: at.timers(),
            may_be_blocked_on_us: at.phase.is_alone(),
            spinning_after: Some(at.spinning_after(what, limit)),
            learns: match at.phase {
                Phase::Batch | Phase::Together | Phase::Comparison { .. } => Learns::Nothing,
                Phase::Baseline => Learns::Timings,
                Phase::BaselineRetry | Phase::Confirmation => Learns::Everything,
            },
        }
    }

    /// How long to wait after the first look at an idle peer. Where only that it is idle counts, one
    /// look at the end of this time shows as much as several.
    pub(super) fn first_idle_pause(&self) -> Duration {
        let only_idle_counts = !self.may_be_blocked_on_us && self.spinning_after.is_none();
        if only_idle_counts && self.timers.is_none() {
            self.idle_for.max(self.between_looks)
        } else {
            self.between_looks
        }
    }

    /// How long to wait until the next look at a peer that has been idle for so long. A pause
    /// that ends meanwhile is taken to be shorter than it was, by so much at most.
    pub(super) fn between_idle_looks(&self, idle: Duration) -> Duration {
        let missing = self.idle_for.saturating_sub(idle);
        let longest = match missing {
            Duration::ZERO => self.longest_pause,
            missing => self.longest_pause.min(missing),
        };
        (idle / 16).min(longest).max(self.between_looks)
    }

    /// The limit of a peer that has waited so long for a processor.
    pub(super) fn extended_by(&self, starved: Duration) -> Duration {
        self.limit + starved.min(self.limit * (MOST_EXTENSION - 1))
    }

    /// A policy for a peer that only has to finish what it began.
    fn short(limit: Duration, idle_for: Duration) -> Self {
        Self {
            limit,
            first_look: Duration::ZERO,
            longest_pause: BETWEEN_SHORT_LOOKS,
            between_looks: BETWEEN_SHORT_LOOKS,
            idle_for,
            looks: Looks::AtPeer,
            timers: None,
            may_be_blocked_on_us: false,
            spinning_after: None,
            learns: Learns::Nothing,
        }
    }
}

impl Circumstances<'_> {
    /// The limit against a peer that cannot be seen idle: in a batch, of which the failures
    /// are played again with all of it, and where an exchange is compared with itself.
    fn shortened(&self, limit: Duration) -> Duration {
        let usual = (self.timings.slowest_answer * 20).max(UNSEEN_ANSWER);
        match (self.visibility, self.phase) {
            (Visibility::Unseen, Phase::Batch) => usual.min(limit),
            (Visibility::Unseen, Phase::Comparison { times }) => (usual * times).min(limit),
            _ => limit,
        }
    }

    /// A peer that is getting known is watched from the start, so that its pauses are seen
    /// whole. To look at one that several cases share, all of them must pause.
    fn first_look(&self) -> Duration {
        match self.phase {
            Phase::Batch | Phase::Together => (FIRST_LOOK * self.jobs).min(LATEST_FIRST_LOOK),
            Phase::Baseline
            | Phase::BaselineRetry
            | Phase::Confirmation
            | Phase::Comparison { .. } => Duration::ZERO,
        }
    }

    fn idle_for(&self, what: WaitFor, limit: Duration) -> Duration {
        let pause = self.timings.longest_pause;
        let known = pause * 10 + IDLE_ALONE;
        let has_been_silent = self.timings.silences.contains(what);
        match self.phase {
            Phase::Batch if pause > IDLE_IN_BATCH / 2 => pause * 4 + IDLE_IN_BATCH,
            Phase::Batch => IDLE_IN_BATCH,
            Phase::Baseline => known.max(IDLE_UNKNOWN).max(limit / PART_IN_BASELINE),
            Phase::BaselineRetry if has_been_silent => {
                known.max(IDLE_UNKNOWN).max(limit / PART_IN_RETRY)
            }
            Phase::Confirmation if has_been_silent => known,
            Phase::Comparison { times } => known * times,
            Phase::BaselineRetry | Phase::Confirmation | Phase::Together => limit,
        }
    }

    /// The number of timers from which an idle peer gets the whole limit.
    fn timers(&self) -> Option<usize> {
        let known = self.timings;
        match self.phase {
            Phase::Confirmation if known.timeouts == 0 => Some(known.timers_when_idle + 1),
            Phase::BaselineRetry if known.timeouts < MOST_TIMEOUTS => Some(1),
            _ => None,
        }
    }

    fn spinning_after(&self, what: WaitFor, limit: Duration) -> Duration {
        let (usual, percent) = match what {
            WaitFor::Close | WaitFor::Exit | WaitFor::Rest => {
                (self.timings.slowest_close, SPIN_BEFORE_END)
            }
            _ => (self.timings.slowest_answer, SPIN_BEFORE_ANSWER),
        };
        let (usual, most) = (usual * USUAL_TIMES, limit * percent / 100);
        match self.phase {
            Phase::Batch => SPIN_IN_BATCH.max(usual).min(most),
            _ if self.timings.has_spun => SPIN_ALONE.max(usual).min(most),
            _ => most,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(5);

    fn at<'t>(phase: Phase, timings: &'t PeerTimings) -> Circumstances<'t> {
        Circumstances {
            phase,
            timings,
            visibility: Visibility::Seen,
            jobs: 1,
        }
    }

    fn policy(what: WaitFor, phase: Phase, timings: &PeerTimings) -> WaitPolicy {
        WaitPolicy::new(what, LIMIT, &at(phase, timings))
    }

    #[test]
    fn nothing_that_is_reported_is_declared_sooner_than_in_a_batch() {
        for longest_pause in [0, 1, 30, 700].map(Duration::from_millis) {
            let timings = PeerTimings {
                longest_pause,
                ..PeerTimings::default()
            };
            let batch = policy(WaitFor::Answer, Phase::Batch, &timings);
            for phase in [Phase::BaselineRetry, Phase::Confirmation] {
                let last = policy(WaitFor::Answer, phase, &timings);
                assert!(last.idle_for >= batch.idle_for);
                assert!(last.limit >= batch.limit);
            }
        }
    }

    #[test]
    fn an_idle_peer_that_answers_nothing_is_looked_at_once_more() {
        let timings = PeerTimings::default();
        for what in [WaitFor::Turn, WaitFor::Settled, WaitFor::Idle] {
            let short = policy(what, Phase::Batch, &timings);
            assert_eq!(short.first_idle_pause(), short.idle_for, "{what:?}");
        }
        for phase in [Phase::Batch, Phase::Confirmation] {
            let answer = policy(WaitFor::Answer, phase, &timings);
            assert_eq!(answer.first_idle_pause(), BETWEEN_LOOKS, "{phase:?}");
        }
    }

    #[test]
    fn an_exchange_that_is_compared_with_itself_gets_multiples_of_the_usual_time() {
        let timings = PeerTimings {
            longest_pause: Duration::from_millis(4),
            ..PeerTimings::default()
        };
        for times in [1, 3] {
            let phase = Phase::Comparison { times };
            let seen = policy(WaitFor::Answer, phase, &timings);
            assert_eq!(seen.idle_for, Duration::from_millis(100) * times);
            assert_eq!((seen.limit, seen.timers), (LIMIT, None));
            assert_eq!(seen.learns, Learns::Nothing);
            let unseen = Circumstances {
                visibility: Visibility::Unseen,
                ..at(phase, &timings)
            };
            let unseen = WaitPolicy::new(WaitFor::Answer, LIMIT, &unseen);
            assert_eq!(unseen.limit, UNSEEN_ANSWER * times);
        }
    }

    #[test]
    fn a_peer_that_pauses_is_given_a_multiple_of_its_longest_pause() {
        let timings = PeerTimings {
            longest_pause: Duration::from_millis(40),
            silences: WaitKinds::ALL,
            ..PeerTimings::default()
        };
        let idle_for = |phase| policy(WaitFor::Answer, phase, &timings).idle_for;
        assert_eq!(idle_for(Phase::Batch), Duration::from_millis(165));
        assert_eq!(idle_for(Phase::Confirmation), Duration::from_millis(460));
    }

    #[test]
    fn a_first_silence_of_each_kind_is_reported_after_the_limit_and_later_ones_sooner() {
        let mut timings = PeerTimings::default();
        let idle_for = |what, timings: &_| policy(what, Phase::Confirmation, timings).idle_for;
        assert_eq!(idle_for(WaitFor::Answer, &timings), LIMIT);
        timings.silences.insert(WaitFor::Answer);
        assert_eq!(idle_for(WaitFor::Answer, &timings), IDLE_ALONE);
        assert_eq!(idle_for(WaitFor::Close, &timings), LIMIT);
    }

    #[test]
    fn a_busy_machine_extends_a_limit_by_the_time_without_a_processor_to_ten_times_at_most() {
        let policy = policy(
            WaitFor::Answer,
            Phase::Confirmation,
            &PeerTimings::default(),
        );
        assert_eq!(policy.extended_by(Duration::ZERO), LIMIT);
        assert_eq!(policy.extended_by(LIMIT), LIMIT * 2);
        assert_eq!(policy.extended_by(LIMIT * 100), LIMIT * 10);
    }

    #[test]
    fn a_timer_that_is_always_set_hides_no_other() {
        let mut timings = PeerTimings {
            timers_when_idle: 2,
            ..PeerTimings::default()
        };
        let timers = |timings: &_| policy(WaitFor::Answer, Phase::Confirmation, timings).timers;
        assert_eq!(timers(&timings), Some(3));
        timings.timeouts = 1;
        assert_eq!(timers(&timings), None);
    }

    #[test]
    fn a_peer_that_cannot_be_seen_has_the_whole_limit_before_a_report() {
        let timings = PeerTimings::default();
        let limit = |phase| {
            let unseen = Circumstances {
                visibility: Visibility::Unseen,
                ..at(phase, &timings)
            };
            WaitPolicy::new(WaitFor::Answer, LIMIT, &unseen).limit
        };
        assert_eq!(limit(Phase::Batch), UNSEEN_ANSWER);
        for phase in [Phase::Baseline, Phase::BaselineRetry, Phase::Confirmation] {
            assert_eq!(limit(phase), LIMIT);
        }
    }

    #[test]
    fn a_peer_may_run_for_the_whole_limit_before_it_answers() {
        let timings = PeerTimings::default();
        let spins = |what| policy(what, Phase::Confirmation, &timings).spinning_after;
        assert_eq!(spins(WaitFor::Connection), None);
        assert_eq!(spins(WaitFor::Answer), Some(LIMIT * 99 / 100));
        assert_eq!(spins(WaitFor::Close), Some(LIMIT * 9 / 10));
        assert_eq!(spins(WaitFor::Exit), Some(LIMIT * 9 / 10));
    }

    #[test]
    fn a_batch_learns_nothing() {
        let timings = PeerTimings::default();
        assert_eq!(
            policy(WaitFor::Answer, Phase::Batch, &timings).learns,
            Learns::Nothing
        );
    }

    #[test]
    fn the_more_cases_share_a_peer_the_later_it_is_looked_at() {
        let timings = PeerTimings::default();
        let first_look = |jobs| {
            let shared = Circumstances {
                jobs,
                ..at(Phase::Batch, &timings)
            };
            WaitPolicy::new(WaitFor::Answer, LIMIT, &shared).first_look
        };
        assert_eq!(first_look(1), FIRST_LOOK);
        assert_eq!(first_look(8), FIRST_LOOK * 8);
        assert_eq!(first_look(200), LATEST_FIRST_LOOK);
    }

    #[test]
    fn a_peer_runs_longer_only_if_a_batch_would_wait_longer_for_it() {
        let after = |slowest_close| PeerTimings {
            slowest_close,
            ..PeerTimings::default()
        };
        let [quick, noise, slow] = [1, 60, 1500].map(|time| after(Duration::from_millis(time)));
        assert!(!noise.runs_longer_than(&quick));
        assert!(slow.runs_longer_than(&noise));
        assert!(!slow.runs_longer_than(&slow));
    }
}
