//! Waiting, and knowing when waiting is in vain.
//!
//! A peer that has read everything and whose every thread sleeps will not answer
//! any more, unless a timer or somebody else wakes it. How long it may sleep before
//! it answers is learnt from the baseline, which waits patiently; after that a
//! sleep much longer than any seen there is taken for an answer that is missing.
//!
//! Before a failure is confirmed the kernel is asked whether the sleeper has set an
//! alarm. If it has, and has none when it rests, it is given all the time that the
//! suite allows. For what cannot be seen there, as a peer of the peer's, a sleeper is
//! given a part of that time, unless it can be seen to wait for nobody but us.

mod pace;

use pace::{A_MOMENT, Alarms, Sleep};
pub(super) use pace::{Bound, Lull, Manner, Pace};

use std::time::{Duration, Instant};

use crate::run::gate::Gate;
use crate::run::standstill::Seat;
use crate::wire::diag::{Inode, SocketLookup};
use crate::wire::link::{Link, ReadResult, Received};
use crate::wire::watch::{Look, Watch};

/// How long a peer sleeps at least before a missing answer is declared.
const BRISK: Duration = Duration::from_millis(1);
/// The same where a failure is confirmed.
const PATIENT: Duration = Duration::from_millis(60);
/// The least of that where nothing is known of the peer yet, or of its silences.
const CAREFUL: Duration = Duration::from_millis(200);
/// What part of the time that the suite allows it is then, at first and before a
/// silence is reported: for a peer that sleeps without an alarm.
const CAREFUL_PART: u32 = 10;
const CAREFUL_AGAIN_PART: u32 = 5;
/// How long a process is waited for that is to come to rest.
const TO_REST: Duration = Duration::from_millis(500);
/// How often a baseline is waited for in vain although an alarm is set.
const MOST_IN_VAIN: u32 = 3;
/// How long a client sleeps that will never connect: what it does before is not known.
const TO_CALL: Duration = Duration::from_secs(2);
/// The least time allowed for an answer where the peer cannot be seen.
const UNSEEN: Duration = Duration::from_millis(250);
/// How long a peer runs without rest before it is said to spin, in a hurry and not.
const BRISK_SPIN: Duration = Duration::from_millis(250);
const SPIN: Duration = Duration::from_secs(1);
/// How much of that time it has a processor, in percent: on a busy machine it has to
/// share one.
const SPIN_SHARE: u32 = 25;
/// How long a process sleeps that has nothing left to do.
const A_REST: Duration = Duration::from_millis(1);
/// The same where it only has to be through with a chunk.
const SETTLED: Duration = Duration::from_micros(300);
/// How long one look is from the next where a silence is waited out.
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);
/// How long a peer is given to read that is known to wait for more first.
const READS_LATE: Duration = Duration::from_millis(50);
/// How long a peer is given at most to do all that a chunk makes it do.
const TO_SETTLE: Duration = Duration::from_millis(300);

/// Whether several cases may talk to one peer at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sharing {
    Shared,
    Alone,
}

/// Looks at the peer for one worker.
pub(super) struct Lookout<'g> {
    watch: Option<Watch>,
    /// Where the peer is played by us too: it tells how far it has come.
    partner: Option<Seat>,
    gate: &'g Gate<'g>,
    /// Whether other cases talk to the same peer.
    shares: Sharing,
    /// Since when it is watched for spinning, and how it looked at first.
    watched_since: Instant,
    running_since: Option<(Look, Instant)>,
    pub(super) pace: Pace,
    manner: Manner,
}

impl<'g> Lookout<'g> {
    pub(super) fn new(
        watch: Option<Watch>,
        gate: &'g Gate<'g>,
        pace: Pace,
        manner: Manner,
    ) -> Self {
        Self {
            watch,
            partner: None,
            gate,
            shares: Sharing::Shared,
            watched_since: Instant::now(),
            running_since: None,
            pace,
            manner,
        }
    }

    /// Looks at a peer that wirecheck itself plays, across a table.
    pub(super) fn across(partner: Seat, gate: &'g Gate<'g>) -> Self {
        Self {
            partner: Some(partner),
            ..Self::new(None, gate, Pace::default(), Manner::Careful)
        }
    }

    /// Looks from now on at a peer that was started for one case alone.
    pub(super) fn turn_to(&mut self, watch: Option<Watch>) {
        self.watch = watch;
        self.shares = Sharing::Alone;
        self.running_since = None;
    }

    /// Whether a failure would be played again before it is reported.
    pub(super) fn is_brisk(&self) -> bool {
        self.manner == Manner::Brisk
    }

    /// Whether this is a baseline: the peer is got to know.
    pub(super) fn is_careful(&self) -> bool {
        matches!(self.manner, Manner::Careful | Manner::CarefulAgain)
    }

    /// How long something may take that is allowed `limit`.
    pub(super) fn allowed(&self, limit: Duration) -> Bound {
        Bound::of(match (self.manner, &self.watch) {
            (Manner::Brisk, None) => (self.pace.slowest_answer * 20).max(UNSEEN).min(limit),
            _ => limit,
        })
    }

    /// How long the peer may take to read what more is to follow.
    pub(super) fn allowed_to_read(&self, limit: Duration) -> Bound {
        if self.pace.reads_late {
            Bound::of(READS_LATE.min(limit))
        } else {
            self.allowed(limit)
        }
    }

    /// Whether more may be sent to a peer that has not read what came before: where it
    /// is given its time, or known to want that.
    pub(super) fn may_read_late(&self) -> bool {
        self.pace.reads_late || !self.is_brisk()
    }

    /// Remembers that the peer read only when there was more.
    pub(super) fn read_late(&mut self) {
        self.pace.reads_late = true;
    }

    /// Whether the user wants to end. What is waited for then proves nothing.
    pub(super) fn is_stopped(&self) -> bool {
        self.gate.is_stopped()
    }

    /// Remembers how long an answer took.
    pub(super) fn answered(&mut self, after: Duration) {
        self.pace.slowest_answer = self.pace.slowest_answer.max(after);
    }

    /// How long a peer sleeps before what is allowed `limit` is declared missing.
    fn grace(&self, limit: Duration) -> Duration {
        let patient = self.pace.longest_sleep * 10 + PATIENT;
        match self.manner {
            Manner::Careful => patient.max(CAREFUL).max(limit / CAREFUL_PART),
            Manner::Patient if self.pace.was_heard_out => patient,
            Manner::Patient | Manner::CarefulAgain => {
                patient.max(CAREFUL).max(limit / CAREFUL_AGAIN_PART)
            }
            Manner::Brisk if self.pace.longest_sleep > BRISK / 2 => {
                self.pace.longest_sleep * 4 + BRISK
            }
            Manner::Brisk => BRISK,
        }
    }

    /// Looks at the peer as it rests: an alarm that is set then says nothing later.
    pub(super) fn learn_rest(&mut self) {
        self.await_rest();
        self.pace.alarms_at_rest = self.pace.alarms_at_rest.max(self.alarms());
    }

    /// Remembers that all the time that was allowed went by.
    pub(super) fn waited_in_vain(&mut self) {
        self.pace.in_vain += 1;
    }

    /// How many alarms are set. What cannot be seen may be one.
    fn alarms(&mut self) -> usize {
        let watch = self.watch.as_mut();
        watch.and_then(|it| it.timers().ok()).unwrap_or(1)
    }

    /// Until when an alarm is waited for, if one is set and it says anything.
    fn awaited(&mut self, alarms: Alarms) -> Option<Instant> {
        let pace = self.pace;
        let (deadline, usual) = match (alarms, self.manner) {
            (Alarms::Awaited(deadline), _) => (deadline, 0),
            (Alarms::IfWorthIt(deadline), Manner::Patient) if pace.in_vain == 0 => {
                (deadline, pace.alarms_at_rest)
            }
            (Alarms::IfWorthIt(deadline), Manner::CarefulAgain) if pace.in_vain < MOST_IN_VAIN => {
                (deadline, 0)
            }
            _ => return None,
        };
        (self.alarms() > usual).then_some(deadline)
    }

    /// Forgets for how long the peer has run.
    pub(super) fn begin_to_watch_for_spinning(&mut self) {
        self.watched_since = Instant::now();
        self.running_since = None;
    }

    /// Remembers how long it took to end, since it has been watched for spinning.
    pub(super) fn ended(&mut self) {
        self.pace.slowest_end = self.pace.slowest_end.max(self.watched_since.elapsed());
    }

    /// How long the peer has run without rest since the first time this was asked,
    /// if that is long.
    pub(super) fn spins(&mut self, bound: Bound) -> Option<Duration> {
        let look = self.watch.as_mut()?.look().ok()?;
        let Some((first, since)) = &self.running_since else {
            self.running_since = Some((look, Instant::now()));
            return None;
        };
        let time = since.elapsed();
        let usual = self.pace.slowest_end * 4;
        // Where nothing is known yet, all the time that is allowed but a rest of it.
        let most = bound.limit * 9 / 10;
        let long = match self.manner {
            Manner::Brisk => BRISK_SPIN.max(usual).min(most),
            _ if self.pace.was_spun_out => SPIN.max(usual).min(most),
            Manner::Patient | Manner::Careful | Manner::CarefulAgain => most,
        };
        let busy = look.cpu_time_since(first) * 100 >= time * SPIN_SHARE;
        let spins = time >= long && busy;
        self.pace.was_spun_out |= spins && !self.is_brisk();
        spins.then_some(time)
    }

    /// Waits until the peer sleeps or is gone, for a short while.
    pub(super) fn await_rest(&mut self) {
        let deadline = Instant::now() + TO_REST;
        let mut wait = |until: Instant| {
            std::thread::sleep(until.saturating_duration_since(Instant::now()));
            false
        };
        let mut lull = Lull::Busy;
        while lull == Lull::Busy && Instant::now() < deadline {
            lull = self.sleep_of(Sleep::short(A_REST), &mut wait);
            if lull == Lull::Busy {
                wait(Instant::now() + A_MOMENT);
            }
        }
    }

    /// Waits, where a failure is confirmed, until the peer has done all that a
    /// chunk makes it do: what happened then has one order in every run.
    pub(super) fn settle(&mut self, link: &mut Link) {
        if matches!(self.manner, Manner::Patient | Manner::CarefulAgain) {
            self.await_settled(link);
        }
    }

    /// Waits until the peer has done all that it has been made to do so far.
    pub(super) fn await_settled(&mut self, link: &mut Link) {
        if self.watch.is_none() {
            return;
        }
        let deadline = Instant::now() + TO_SETTLE;
        while link.ending().is_none() && Instant::now() < deadline {
            if self.rests(&mut |until| stirs(link, until)) != Lull::Busy {
                return;
            }
        }
    }

    /// Whether the peer is at rest now, however short it has been so. `stirs` waits
    /// until the given time and says whether something happened.
    pub(super) fn rests(&mut self, stirs: &mut dyn FnMut(Instant) -> bool) -> Lull {
        self.sleep_of(Sleep::short(SETTLED), stirs)
    }

    /// Whether the peer sleeps and goes on sleeping while nobody talks to it, within
    /// the bound.
    pub(super) fn lull(&mut self, link: &mut Link, bound: Bound) -> Lull {
        match &self.partner {
            Some(partner) => partner.lull(link),
            None => {
                let socket = (!self.is_brisk()).then(|| socket_of(link));
                self.lull_over(socket.flatten(), bound, &mut |until| stirs(link, until))
            }
        }
    }

    /// The same where it has not read all that was sent. A partner of ours reads as
    /// long as it plays.
    pub(super) fn lull_over_unread(&mut self, link: &mut Link, bound: Bound) -> Lull {
        match &self.partner {
            Some(_) => Lull::Unseen,
            None => self.lull(link, bound),
        }
    }

    /// The same for a connection that we have left: `stirs` waits until the given
    /// time and says whether something happened.
    pub(super) fn lull_unless(
        &mut self,
        bound: Bound,
        stirs: &mut dyn FnMut(Instant) -> bool,
    ) -> Lull {
        self.lull_over(None, bound, stirs)
    }

    /// The same for one that may wait for nothing but what comes over this socket of
    /// its: then it will not wake, and is not waited for.
    pub(super) fn lull_over(
        &mut self,
        socket: Option<Inode>,
        bound: Bound,
        stirs: &mut dyn FnMut(Instant) -> bool,
    ) -> Lull {
        let sleep = Sleep {
            time: self.grace(bound.limit),
            between_looks: BETWEEN_LOOKS,
            alarms: Alarms::IfWorthIt(bound.deadline),
            only_for: socket.filter(|_| !self.is_brisk()),
        };
        let lull = self.sleep_of(sleep, stirs);
        let is_heard_out = matches!(self.manner, Manner::Patient | Manner::CarefulAgain);
        if matches!(lull, Lull::Quiet(slept) if slept >= sleep.time)
            && is_heard_out
            && !self.is_stopped()
        {
            self.pace.was_heard_out = true;
        }
        lull
    }

    /// The same for a client that has not connected yet: there is no pace to be known
    /// of what it does before.
    pub(super) fn lull_before_call(
        &mut self,
        bound: Bound,
        stirs: &mut dyn FnMut(Instant) -> bool,
    ) -> Lull {
        let known = self.pace;
        let sleep = Sleep {
            time: TO_CALL,
            between_looks: BETWEEN_LOOKS,
            alarms: Alarms::Awaited(bound.deadline),
            only_for: None,
        };
        let lull = self.sleep_of(sleep, stirs);
        self.pace = known;
        lull
    }

    /// Whether the peer sleeps for so long, or longer where an alarm is waited for, or
    /// in such a way that it will not wake.
    fn sleep_of(&mut self, sleep: Sleep, stirs: &mut dyn FnMut(Instant) -> bool) -> Lull {
        let Some(watch) = &mut self.watch else {
            return Lull::Unseen;
        };
        let gate = self.gate;
        if self.shares == Sharing::Shared && watch.is_awake() {
            // To see that, nobody else has to be quiet.
            return Lull::Busy;
        }
        let _hush = (self.shares == Sharing::Shared).then(|| gate.hush());
        let begun = Instant::now();
        let Ok(first) = watch.look() else {
            return Lull::Unseen;
        };
        if !first.is_idle_since(&first) {
            return Lull::Busy;
        }
        let mut alarm_by = None;
        let mut only_for = sleep.only_for;
        let mut waits_only_for_us = false;
        loop {
            let stirred = stirs(Instant::now() + sleep.between_looks);
            let slept = begun.elapsed();
            let look_again = |watch: &mut Watch| watch.look_again().is_idle_since(&first);
            if stirred || !self.watch.as_mut().is_some_and(look_again) {
                // How long it slept is known only up to the last look.
                self.pace.longest_sleep = self
                    .pace
                    .longest_sleep
                    .max(slept.saturating_sub(sleep.between_looks));
                return Lull::Busy;
            }
            // Nothing ran since this was seen.
            if gate.is_stopped() || waits_only_for_us {
                return Lull::Quiet(slept);
            }
            if let (Some(socket), Some(watch)) = (only_for.take(), &mut self.watch) {
                waits_only_for_us = watch.waits_only_for(socket);
            }
            match alarm_by {
                Some(deadline) if Instant::now() >= deadline => return Lull::Busy,
                None if slept >= sleep.time => {
                    alarm_by = self.awaited(sleep.alarms);
                    if alarm_by.is_none() {
                        return Lull::Quiet(slept);
                    }
                }
                _ => {}
            }
        }
    }
}

/// The inode of the peer's end.
fn socket_of(link: &Link) -> Option<Inode> {
    match link.look() {
        Ok(SocketLookup::Socket(peer)) => peer.inode,
        _ => None,
    }
}

/// Listens until the given time, and says whether something came or is coming.
fn stirs(link: &mut Link, until: Instant) -> bool {
    if link.ending().is_some() {
        std::thread::sleep(until.saturating_duration_since(Instant::now()));
        return !link.is_settled();
    }
    let len = link.received().bytes().len();
    let came = |link: &mut Link, until| {
        let more = |received: &Received| received.bytes().len() > len;
        link.read_until(more, until) != ReadResult::TimedOut
    };
    if came(link, until) {
        return true;
    }
    let settled = link.is_settled();
    // What was on its way before may have come by now.
    !settled || came(link, Instant::now())
}
