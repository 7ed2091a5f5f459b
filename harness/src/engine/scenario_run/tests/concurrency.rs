//! How many cases run at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use wirecheck_report::record::Concurrency;

use super::script::{Beside, Play, fail, pass, silence};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, PlayedRun, TWO_SCENARIOS, TestRun};

const FOUR_JOBS: TestRun = TestRun {
    suite: TWO_SCENARIOS,
    jobs: 4,
    ..DEFAULT
};

fn trials(run: &PlayedRun) -> usize {
    run.played(|it| it.beside == Beside::IdleConnection).len()
}

fn has_workers(run: &PlayedRun, jobs: u32) -> bool {
    let mut batch = run.plays.iter().filter(|it| it.is_in_batch());
    batch.all(|it| it.beside == Beside::Workers(jobs))
}

#[test]
fn a_peer_that_serves_several_connections_is_tried_once_and_gets_all_jobs() {
    let run = FOUR_JOBS.run(ScriptedPeer::new(|_| pass())).checked();
    assert_eq!(run.record.peer.concurrency, Concurrency::Several);
    assert_eq!(trials(&run), 1);
    assert!(has_workers(&run, 4));
}

#[test]
fn a_peer_that_serves_one_client_at_a_time_gets_one_job_and_a_note() {
    let waits = |play: &Play| match play.beside {
        Beside::IdleConnection => fail(silence()),
        _ => pass(),
    };
    let run = FOUR_JOBS.run(ScriptedPeer::new(waits)).checked();
    assert_eq!(run.record.peer.concurrency, Concurrency::One);
    assert_eq!(run.record.notes, ["the peer serves one client at a time"]);
    assert_eq!(
        trials(&run),
        2,
        "once more with all the time that the suite allows"
    );
    assert!(has_workers(&run, 1));
    // The connection of the trial may have been too much for the peer.
    assert_eq!(run.record.restarts, 1);
}

#[test]
fn a_late_answer_in_the_trial_says_nothing_about_the_peer() {
    let trials_seen = AtomicUsize::new(0);
    let late_once = move |play: &Play| match play.beside {
        Beside::IdleConnection if trials_seen.fetch_add(1, Ordering::Relaxed) == 0 => {
            fail(silence())
        }
        _ => pass(),
    };
    let run = FOUR_JOBS.run(ScriptedPeer::new(late_once)).checked();
    assert_eq!(run.record.peer.concurrency, Concurrency::Several);
    assert_eq!((run.record.restarts, run.record.notes.len()), (0, 0));
    assert!(has_workers(&run, 4));
}

/// It dies after the trial is over: no case may be blamed for that.
#[test]
fn a_peer_that_dies_of_the_trial_is_started_again_before_the_batches() {
    let peer = ScriptedPeer::new(|play| match play.beside {
        Beside::IdleConnection => pass().and_dies_late(),
        _ => pass(),
    });
    let run = FOUR_JOBS.run(peer).checked();
    assert_eq!(run.failures(), [""; 0]);
    assert_eq!(run.record.peer.concurrency, Concurrency::Several);
    assert_eq!(run.record.restarts, 1);
}

#[test]
fn a_peer_with_a_short_accept_queue_gets_no_more_jobs_than_it_takes() {
    let run = FOUR_JOBS.run(ScriptedPeer::new(|_| pass()).queueing(2));
    assert!(has_workers(&run.checked(), 2));
    let run = FOUR_JOBS.run(ScriptedPeer::new(|_| pass()).queueing(100));
    assert!(has_workers(&run.checked(), 4));
}

#[test]
fn jobs_are_not_tried_when_the_suite_forbids_concurrent_connections() {
    let suite = "title = 'T'\nframing = 'line'\nadversary = { concurrent = false }\n\
                 [[scenario]]\nid = 'first'\n\
                 exchange = [{ client = 'hello' }, { server = 'ok' }]\n";
    let options = TestRun { suite, ..FOUR_JOBS };
    let run = options.run(ScriptedPeer::new(|_| pass())).checked();
    assert_eq!(trials(&run), 0);
    assert!(has_workers(&run, 1));
}

#[test]
fn one_job_is_not_tried() {
    let run = DEFAULT.run(ScriptedPeer::new(|_| pass())).checked();
    assert_eq!(trials(&run), 0);
    assert!(has_workers(&run, 1));
}

#[test]
fn a_program_that_is_started_for_each_case_is_not_tried() {
    let peer = ScriptedPeer::new(|_| pass()).new_for_each_case();
    let run = FOUR_JOBS.run(peer).checked();
    assert_eq!(trials(&run), 0);
    assert!(has_workers(&run, 4));
}

#[test]
fn a_trial_that_the_user_interrupts_says_nothing_about_the_peer() {
    let peer = ScriptedPeer::new(|play| match play.beside {
        Beside::IdleConnection => fail(silence()).and_interrupts(),
        _ => pass(),
    });
    let run = FOUR_JOBS.run(peer).checked();
    assert_eq!(run.record.notes, [""; 0]);
    assert_eq!(run.record.restarts, 0);
}
