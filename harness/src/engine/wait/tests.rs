//! One test for each rule of waiting.

use std::sync::atomic::AtomicBool;

use super::scripted::Act::{self, *};
use super::scripted::{AwaitLine, World, ms};
use super::*;

const LIMIT: Duration = Duration::from_secs(5);
const PHASES: [Phase; 4] = [
    Phase::Baseline,
    Phase::BaselineRetry,
    Phase::Batch,
    Phase::Confirmation,
];
const ALONE: [Phase; 3] = [Phase::Baseline, Phase::BaselineRetry, Phase::Confirmation];
/// Long after every limit.
const FOREVER: Duration = Duration::from_secs(600);
/// What is known of a peer after its first silence: later ones are declared soon.
const KNOWN: PeerTimings = PeerTimings {
    silences: WaitKinds::ALL,
    ..UNKNOWN
};
const UNKNOWN: PeerTimings = PeerTimings {
    longest_pause: Duration::ZERO,
    slowest_answer: Duration::ZERO,
    slowest_close: Duration::ZERO,
    silences: WaitKinds::NONE,
    has_spun: false,
    reads_late: false,
    timers_when_idle: 0,
    runs_when_idle: false,
    timeouts: 0,
    starved: Duration::ZERO,
};

/// One wait for a peer that does this.
struct Waited {
    end: WaitEnd,
    /// When it ended.
    at: Duration,
    /// What is known of the peer then.
    timings: PeerTimings,
}

fn wait_for(what: WaitFor, program: &[Act], phase: Phase, timings: PeerTimings) -> Waited {
    let world = World::new(program);
    let gate = CaseGate::default();
    let mut waiter = world.waiter(phase, timings);
    if phase == Phase::Batch {
        waiter = waiter.sharing(Some(&gate), 1);
    }
    let end = waiter.wait(what, LIMIT, &mut world.await_line());
    Waited {
        end,
        at: world.elapsed(),
        timings: *waiter.timings(),
    }
}

fn answer(program: &[Act], phase: Phase, timings: PeerTimings) -> Waited {
    wait_for(WaitFor::Answer, program, phase, timings)
}

#[test]
fn a_wait_ends_as_soon_as_the_answer_comes() {
    for phase in PHASES {
        let waited = answer(&[Run(ms(4)), Send("ok\n"), Run(FOREVER)], phase, UNKNOWN);
        assert_eq!((waited.end, waited.at), (WaitEnd::Happened, ms(4)));
    }
}

#[test]
fn a_wait_ends_as_soon_as_an_idle_peer_answers() {
    for phase in ALONE {
        let waited = answer(&[Pause(ms(150)), Send("ok\n")], phase, UNKNOWN);
        assert_eq!((waited.end, waited.at), (WaitEnd::Happened, ms(150)));
    }
}

/// Happens between two looks at what is waited for, while no time passes.
struct ComesDuringThePause<'w> {
    world: &'w World,
}

impl Awaited for ComesDuringThePause<'_> {
    fn poll(&mut self, until: Instant) -> Progress {
        if until <= self.world.now() {
            return Progress::Happened;
        }
        self.world.sleep_until(until);
        Progress::Nothing
    }
}

#[test]
fn an_answer_that_comes_while_the_others_are_being_paused_is_seen() {
    let (world, gate) = (World::new(&[]), CaseGate::default());
    let mut waiter = world.waiter(Phase::Batch, UNKNOWN).sharing(Some(&gate), 8);
    let mut awaited = ComesDuringThePause { world: &world };
    let end = waiter.wait(WaitFor::Answer, LIMIT, &mut awaited);
    assert_eq!((end, world.elapsed()), (WaitEnd::Happened, ms(8)));
}

#[test]
fn an_idle_peer_is_given_exactly_the_time_of_the_policy() {
    for (phase, timings, idle_for) in [
        (Phase::Batch, UNKNOWN, ms(5)),
        (Phase::Baseline, UNKNOWN, ms(500)),
        (Phase::BaselineRetry, UNKNOWN, LIMIT),
        (Phase::BaselineRetry, KNOWN, ms(1000)),
        (Phase::Confirmation, UNKNOWN, LIMIT),
        (Phase::Confirmation, KNOWN, ms(60)),
    ] {
        let waited = answer(&[], phase, timings);
        assert_eq!(waited.end, WaitEnd::Idle(idle_for), "{phase:?}");
        // Alone it is watched from the start.
        let first_look = if phase.is_alone() { ms(0) } else { ms(1) };
        assert_eq!(waited.at, first_look + idle_for, "{phase:?}");
    }
}

#[test]
fn the_idle_time_begins_again_whenever_the_peer_runs() {
    let program = [Pause(ms(400)), Run(ms(1)), Pause(ms(400)), Send("ok\n")];
    let waited = answer(&program, Phase::Baseline, UNKNOWN);
    assert_eq!(waited.end, WaitEnd::Happened);
}

#[test]
fn the_idle_time_begins_again_with_every_part_of_an_answer() {
    let program = [Pause(ms(400)), Send("o"), Pause(ms(400)), Send("k\n")];
    let waited = answer(&program, Phase::Baseline, UNKNOWN);
    assert_eq!((waited.end, waited.at), (WaitEnd::Happened, ms(800)));
}

#[test]
fn a_peer_that_only_we_can_wake_is_not_waited_for_where_the_case_is_alone() {
    let slow = PeerTimings {
        longest_pause: ms(40),
        ..UNKNOWN
    };
    for phase in ALONE {
        // The look that shows it, and one that shows that nothing ran meanwhile.
        let waited = answer(&[Read(1)], phase, slow);
        assert_eq!(waited.end, WaitEnd::Idle(ms(2)), "{phase:?}");
    }
    // There another case may wake it.
    let waited = answer(&[Read(1)], Phase::Batch, slow);
    assert_eq!(waited.end, WaitEnd::Idle(ms(165)));
}

/// Something that never happens.
struct AwaitNothing<'w> {
    world: &'w World,
}

impl Awaited for AwaitNothing<'_> {
    fn poll(&mut self, until: Instant) -> Progress {
        self.world.sleep_until(until);
        Progress::Nothing
    }
}

#[test]
fn a_peer_that_has_exited_does_nothing_more() {
    let world = World::new(&[Exit]);
    let mut waiter = world.waiter(Phase::Confirmation, KNOWN);
    let mut awaited = AwaitNothing { world: &world };
    let end = waiter.wait(WaitFor::Exit, LIMIT, &mut awaited);
    assert_eq!(end, WaitEnd::Idle(ms(60)));
}

#[test]
fn bytes_in_flight_are_not_idleness() {
    for phase in PHASES {
        let waited = answer(&[SendSlowly("ok\n", ms(1200))], phase, KNOWN);
        assert_eq!((waited.end, waited.at), (WaitEnd::Happened, ms(1200)));
    }
}

#[test]
fn a_timer_extends_the_wait_to_the_limit_until_that_was_useless_once() {
    let waited = answer(&[SetTimers(1)], Phase::Confirmation, KNOWN);
    assert_eq!((waited.end, waited.at), (WaitEnd::TimedOut(LIMIT), LIMIT));
    let again = answer(&[SetTimers(1)], Phase::Confirmation, waited.timings);
    assert_eq!(again.end, WaitEnd::Idle(ms(60)));
}

#[test]
fn an_answer_that_a_timer_causes_just_before_the_limit_is_found() {
    let program = [SetTimers(1), Pause(ms(4990)), Send("ok\n")];
    let waited = answer(&program, Phase::Confirmation, KNOWN);
    assert_eq!((waited.end, waited.at), (WaitEnd::Happened, ms(4990)));
}

#[test]
fn a_timer_counts_neither_in_a_first_baseline_nor_in_a_batch() {
    for (phase, idle_for) in [(Phase::Baseline, ms(500)), (Phase::Batch, ms(5))] {
        let waited = answer(&[SetTimers(1)], phase, UNKNOWN);
        assert_eq!(waited.end, WaitEnd::Idle(idle_for));
    }
}

#[test]
fn a_timer_that_is_always_set_hides_no_other() {
    let world = World::new(&[SetTimers(1)]);
    let mut waiter = world.waiter(Phase::Confirmation, KNOWN);
    waiter.learn_timers_when_idle();
    assert_eq!(waiter.timings().timers_when_idle, 1);
    let end = waiter.wait(WaitFor::Answer, LIMIT, &mut world.await_line());
    assert_eq!(end, WaitEnd::Idle(ms(60)));
    world.go_on_with(&[SetTimers(2)]);
    let end = waiter.wait(WaitFor::Answer, LIMIT, &mut world.await_line());
    assert_eq!(end, WaitEnd::TimedOut(LIMIT));
}

#[test]
fn a_peer_that_runs_and_pauses_is_waited_for_to_the_limit() {
    let steps = [Run(ms(20)), Pause(ms(31))];
    let program: Vec<Act> = steps.into_iter().cycle().take(800).collect();
    let slow = PeerTimings {
        longest_pause: ms(31),
        ..KNOWN
    };
    for phase in PHASES {
        let waited = answer(&program, phase, slow);
        assert_eq!(waited.end, WaitEnd::TimedOut(LIMIT));
        assert!(waited.at <= LIMIT + ms(2), "{:?}", waited.at);
    }
}

#[test]
fn a_peer_that_runs_without_pause_is_waited_for_to_the_limit_before_a_report() {
    use WaitFor::{Answer, Close, Exit, Output};
    for (what, most) in [
        (Answer, ms(4950)),
        (Output, ms(4950)),
        (Close, ms(4500)),
        (Exit, ms(4500)),
    ] {
        for (phase, least) in [(Phase::Batch, ms(250)), (Phase::Confirmation, most)] {
            let waited = wait_for(what, &[Run(FOREVER)], phase, KNOWN);
            let WaitEnd::Spinning(time) = waited.end else {
                panic!("{what:?} in {phase:?}: {:?}", waited.end);
            };
            assert!(least <= time && time < least + ms(21), "{time:?}");
        }
    }
}

#[test]
fn a_peer_that_runs_before_it_connects_is_waited_for_to_the_limit() {
    for phase in PHASES {
        let waited = wait_for(WaitFor::Connection, &[Run(FOREVER)], phase, KNOWN);
        assert_eq!(waited.end, WaitEnd::TimedOut(LIMIT));
    }
}

#[test]
fn a_spinning_peer_is_declared_sooner_once_one_was_seen() {
    let first = wait_for(WaitFor::Close, &[Run(FOREVER)], Phase::Confirmation, KNOWN);
    let program = [Run(FOREVER)];
    let second = wait_for(WaitFor::Close, &program, Phase::Confirmation, first.timings);
    assert!(matches!(second.end, WaitEnd::Spinning(time) if time < ms(1021)));
}

#[test]
fn a_limit_stands_still_while_the_peer_waits_for_a_processor() {
    for what in [WaitFor::Answer, WaitFor::Close, WaitFor::Exit] {
        for phase in ALONE {
            let program = [Starve(ms(30_000)), Send("ok\n")];
            let waited = wait_for(what, &program, phase, KNOWN);
            let at = (WaitEnd::Happened, ms(30_000));
            assert_eq!((waited.end, waited.at), at, "{what:?} in {phase:?}");
        }
    }
}

#[test]
fn a_peer_that_starves_for_ever_is_not_waited_for_longer_than_ten_limits() {
    let program = [Starve(FOREVER)];
    let waited = wait_for(WaitFor::Connection, &program, Phase::Confirmation, KNOWN);
    assert_eq!(waited.end, WaitEnd::TimedOut(LIMIT));
    assert!(waited.at <= LIMIT * 10 + ms(21), "{:?}", waited.at);
}

#[test]
fn a_peer_spins_in_its_own_time() {
    let program = [Starve(FOREVER)];
    let waited = wait_for(WaitFor::Close, &program, Phase::Confirmation, KNOWN);
    assert!(matches!(waited.end, WaitEnd::Spinning(time) if time >= ms(45_000)));
}

#[test]
fn a_slow_peer_passes_and_teaches_how_long_it_pauses() {
    let program = [Pause(ms(40)), Run(ms(1)), Send("ok\n")];
    let baseline = answer(&program, Phase::Baseline, UNKNOWN);
    assert_eq!(baseline.end, WaitEnd::Happened);
    let pause = baseline.timings.longest_pause;
    assert!(ms(38) <= pause && pause <= ms(42), "{pause:?}");
    let batch = answer(&program, Phase::Batch, baseline.timings);
    assert_eq!(batch.end, WaitEnd::Happened);
}

#[test]
fn a_peer_that_never_pauses_teaches_no_pause() {
    let program = [Run(ms(70)), Send("ok\n")];
    for phase in ALONE {
        let waited = answer(&program, phase, UNKNOWN);
        assert_eq!(waited.timings.longest_pause, Duration::ZERO);
        assert_eq!(waited.timings.slowest_answer, ms(70));
    }
}

#[test]
fn what_wirecheck_waits_for_between_the_steps_teaches_nothing() {
    for what in [WaitFor::Settled, WaitFor::Idle, WaitFor::OurEnd] {
        for program in [[Pause(ms(20)), Send("o")], [Run(FOREVER), Exit]] {
            let waited = wait_for(what, &program, Phase::Confirmation, UNKNOWN);
            assert_eq!(waited.timings, UNKNOWN, "{what:?}");
        }
    }
}

/// The pauses of a batch are made by the other cases and by the load of the machine. When
/// they were learnt each wait made the next one longer.
#[test]
fn a_batch_teaches_nothing_whatever_it_saw() {
    let slow = PeerTimings {
        longest_pause: ms(40),
        ..UNKNOWN
    };
    let programs: [&[Act]; 7] = [
        &[Pause(ms(100)), Run(ms(1)), Send("ok\n")],
        &[Pause(ms(100)), Send("o"), Pause(ms(100)), Send("k\n")],
        &[Run(ms(900)), Send("ok\n")],
        &[SendSlowly("ok\n", ms(900))],
        &[SetTimers(3), Pause(FOREVER)],
        &[Run(FOREVER)],
        &[Close],
    ];
    for program in programs {
        for what in [WaitFor::Answer, WaitFor::Close, WaitFor::Exit] {
            let waited = wait_for(what, program, Phase::Batch, slow);
            assert_eq!(waited.timings, slow, "{program:?}");
        }
    }
}

#[test]
fn the_same_wait_lasts_no_longer_after_a_thousand_others() {
    let mut timings = UNKNOWN;
    for _ in 0..250 {
        for phase in PHASES {
            let slow = [Pause(ms(40)), Run(ms(1)), Send("ok\n")];
            timings = answer(&slow, phase, timings).timings;
            timings = answer(&[], phase, timings).timings;
        }
    }
    let idle = answer(&[], Phase::Confirmation, timings);
    assert!(matches!(idle.end, WaitEnd::Idle(time) if time <= ms(480)));
}

#[test]
fn a_late_answer_that_a_batch_declared_missing_is_found_alone() {
    let late = [Pause(ms(150)), Send("ok\n")];
    let batch = answer(&late, Phase::Batch, UNKNOWN);
    assert_eq!(batch.end, WaitEnd::Idle(ms(5)));
    let alone = answer(&late, Phase::Confirmation, batch.timings);
    assert_eq!(alone.end, WaitEnd::Happened);
}

#[test]
fn only_a_silence_that_was_waited_for_alone_makes_the_next_one_shorter() {
    let learnt = |phase, program: &[Act]| {
        answer(program, phase, UNKNOWN)
            .timings
            .silences
            .contains(WaitFor::Answer)
    };
    assert!(learnt(Phase::Confirmation, &[]));
    assert!(learnt(Phase::BaselineRetry, &[]));
    assert!(!learnt(Phase::Baseline, &[]));
    assert!(!learnt(Phase::Batch, &[]));
    // Nothing was waited for.
    assert!(!learnt(Phase::Confirmation, &[Read(1)]));
}

#[test]
fn an_interrupt_ends_every_wait_and_proves_nothing() {
    let slow = PeerTimings {
        longest_pause: ms(40),
        ..UNKNOWN
    };
    let programs: [&[Act]; 4] = [&[], &[Run(FOREVER)], &[SetTimers(9)], &[Pause(ms(10))]];
    for program in programs {
        for phase in PHASES {
            let world = World::new(program).interrupted_at(ms(30));
            let mut waiter = world.waiter(phase, slow);
            let end = waiter.wait(WaitFor::Answer, LIMIT, &mut world.await_line());
            assert!(matches!(end, WaitEnd::Stopped(_)), "{program:?}: {end:?}");
            assert!(world.elapsed() <= ms(51), "{program:?}");
            assert_eq!(*waiter.timings(), slow);
        }
    }
}

#[test]
fn the_other_cases_are_not_paused_while_the_peer_runs() {
    let world = World::new(&[Run(ms(90)), Send("ok\n")]);
    let gate = CaseGate::default();
    // Nobody plays these: a wait that pauses them would never end.
    let _cases = [gate.begin_case(), gate.begin_case()];
    let mut waiter = world.waiter(Phase::Batch, UNKNOWN).sharing(Some(&gate), 2);
    let end = waiter.wait(WaitFor::Answer, LIMIT, &mut world.await_line());
    assert_eq!(end, WaitEnd::Happened);
}

#[test]
fn a_peer_that_cannot_be_seen_has_the_whole_limit() {
    for phase in ALONE {
        let world = World::new(&[]);
        let mut waiter = world.blind_waiter(phase, UNKNOWN);
        let end = waiter.wait(WaitFor::Answer, LIMIT, &mut world.await_line());
        assert_eq!((end, world.elapsed()), (WaitEnd::TimedOut(LIMIT), LIMIT));
    }
    let world = World::new(&[]);
    let mut waiter = world.blind_waiter(Phase::Batch, UNKNOWN);
    let end = waiter.wait(WaitFor::Answer, LIMIT, &mut world.await_line());
    assert_eq!(end, WaitEnd::TimedOut(ms(250)));
}

#[test]
fn a_limit_of_a_step_is_kept_also_where_a_batch_would_shorten_it() {
    let world = World::new(&[]);
    let mut waiter = world.blind_waiter(Phase::Batch, UNKNOWN);
    let end = waiter.wait_within(ms(700), &mut world.await_line());
    assert_eq!(end, WaitEnd::TimedOut(ms(700)));
}

#[test]
fn a_peer_that_is_known_to_read_late_has_little_time_to_read_before_more_follows() {
    let late = PeerTimings {
        reads_late: true,
        ..KNOWN
    };
    let what = |more| WaitFor::Read { more };
    let read = |more| wait_for(what(more), &[Run(FOREVER)], Phase::Confirmation, late);
    assert_eq!(read(More::Follows).end, WaitEnd::TimedOut(ms(50)));
    assert!(read(More::Nothing).at >= ms(4950));
}

/// The other of two sides that wirecheck plays.
struct DeadlockedAt {
    received: u64,
}

impl Partner for DeadlockedAt {
    fn is_deadlocked(&self, counts: ByteCounts) -> bool {
        counts.received == self.received
    }
}

struct AwaitWithCounts<'w> {
    inner: AwaitLine<'w>,
    world: &'w World,
}

impl Awaited for AwaitWithCounts<'_> {
    fn poll(&mut self, until: Instant) -> Progress {
        self.inner.poll(until)
    }

    fn byte_counts(&self) -> Option<ByteCounts> {
        Some(ByteCounts {
            sent: 0,
            received: self.world.arrived().len() as u64,
        })
    }
}

#[test]
fn a_deadlock_of_two_sides_ends_the_wait_at_the_next_look() {
    let world = World::new(&[Pause(ms(400)), Send("o"), Pause(FOREVER)]);
    let stop = AtomicBool::new(false);
    let partner = Box::new(DeadlockedAt { received: 1 });
    let mut waiter = Waiter::facing(partner, &stop).with_clock(&world);
    let mut awaited = AwaitWithCounts {
        inner: world.await_line(),
        world: &world,
    };
    let end = waiter.wait(WaitFor::Answer, LIMIT, &mut awaited);
    assert_eq!(end, WaitEnd::Idle(Duration::ZERO));
    assert_eq!(world.elapsed(), ms(400));
}

/// Whether the peer is seen to spin after its connection ended, and when that is known.
fn sees_spinning(program: &[Act], phase: Phase, timings: PeerTimings) -> (bool, Duration) {
    let (world, gate) = (World::new(program), CaseGate::default());
    let mut waiter = world.waiter(phase, timings);
    if phase == Phase::Batch {
        waiter = waiter.sharing(Some(&gate), 1);
    }
    (waiter.sees_spinning(LIMIT), world.elapsed())
}

#[test]
fn a_peer_that_is_idle_after_the_end_costs_no_wait() {
    for phase in PHASES {
        assert_eq!(sees_spinning(&[], phase, UNKNOWN), (false, Duration::ZERO));
        let (spins, at) = sees_spinning(&[Run(ms(1))], phase, UNKNOWN);
        assert!(!spins && at < ms(3), "{at:?}");
    }
}

#[test]
fn a_peer_that_runs_on_after_the_end_spins_once_it_had_its_time() {
    for (phase, timings, after) in [
        (Phase::Batch, UNKNOWN, ms(250)),
        (Phase::Confirmation, UNKNOWN, ms(4500)),
        (
            Phase::Confirmation,
            PeerTimings {
                has_spun: true,
                ..UNKNOWN
            },
            ms(1000),
        ),
    ] {
        let (spins, at) = sees_spinning(&[Run(FOREVER)], phase, timings);
        assert!(spins && after <= at && at < after + ms(50), "{at:?}");
    }
}

#[test]
fn a_peer_that_works_or_waits_for_a_processor_after_the_end_does_not_spin() {
    for work in [Run(ms(4000)), Starve(ms(20_000))] {
        let (spins, _) = sees_spinning(&[work], Phase::Confirmation, UNKNOWN);
        assert!(!spins, "{work:?}");
    }
}

#[test]
fn a_peer_that_never_idles_is_not_said_to_spin() {
    let world = World::new(&[Run(FOREVER)]);
    let mut waiter = world.waiter(Phase::Baseline, UNKNOWN);
    waiter.learn_timers_when_idle();
    let known = *waiter.timings();
    assert!(known.runs_when_idle);
    let spins = sees_spinning(&[Run(FOREVER)], Phase::Confirmation, known);
    assert_eq!(spins, (false, Duration::ZERO));
}
