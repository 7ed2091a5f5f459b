//! Failures that depend on other connections, before a case or beside it.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use wirecheck_report::record::Verdict;

use super::script::{Answer, Play, die, fail, pass, silence, wrong_answer};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, PlayedRun, TestRun};
use crate::judge::{Finding, UnreadState};
use crate::tactic::TacticFamily;

/// A peer that serves so many connections. This is what it does with the next one.
fn serves(connections: usize, then: fn() -> Answer) -> ScriptedPeer {
    ScriptedPeer::new(move |play| {
        if play.nth_of_life > connections {
            then()
        } else {
            pass()
        }
    })
}

fn not_accepted() -> Finding {
    Finding::NotRead {
        why: UnreadState::NeverAccepted,
    }
}

fn not_played(run: &PlayedRun) -> u64 {
    let planned = run.planned();
    let families = run.scenario("first").families.iter();
    let played = families.filter(|it| planned.iter().any(|tactic| tactic.starts_with(&it.name)));
    played.map(|it| it.skipped).sum()
}

#[test]
fn a_peer_that_serves_a_number_of_connections_fails_and_every_case_is_played() {
    let ends: [fn() -> Answer; 3] = [
        || fail(not_accepted()).and_stops_accepting(),
        || fail(silence()),
        die,
    ];
    for connections in [5, 10, 20, 50] {
        for then in ends {
            for jobs in [1, 4] {
                let run = TestRun { jobs, ..DEFAULT }
                    .run(serves(connections, then))
                    .checked();
                let [failure] = &run.failures()[..] else {
                    panic!("{connections}: {:?}", run.failures());
                };
                assert!(failure.starts_with("whole fail next-not-served"));
                assert!(
                    run.texts("whole")[0].contains(&format!("connection {}", connections + 1)),
                    "{:?}",
                    run.texts("whole")
                );
                assert_eq!(not_played(&run), 0);
            }
        }
    }
}

#[test]
fn a_peer_that_serves_few_connections_fails_although_not_every_case_is_played() {
    for (jobs, connections) in [(1, 2), (1, 3), (4, 2), (4, 3)] {
        let peer = serves(connections, die);
        let run = TestRun { jobs, ..DEFAULT }.run(peer).checked();
        assert_eq!(run.scenario("first").verdict, Verdict::Fail);
    }
}

#[test]
fn a_connection_that_fails_by_chance_twice_is_no_limit() {
    // The baseline fails at the 20th connection of two lives, and at the 25th of others.
    let failed = AtomicU32::new(0);
    let peer = ScriptedPeer::new(move |play| {
        let fails = match failed.load(Ordering::Relaxed) {
            _ if play.is_in_batch() => play.nth_of_life % 10 == 9,
            0 | 1 => play.is_baseline() && play.nth_of_life == 20,
            _ => play.is_baseline() && play.nth_of_life == 25,
        };
        if fails && play.is_baseline() {
            failed.fetch_add(1, Ordering::Relaxed);
        }
        if fails { fail(wrong_answer()) } else { pass() }
    });
    let run = DEFAULT.run(peer).checked();
    assert_eq!(run.scenario("first").verdict, Verdict::Flaky);
    let texts = format!("{:?}", run.failures());
    assert!(!texts.contains("next-not-served"), "{texts}");
}

#[test]
fn a_peer_that_never_answers_each_twentieth_connection_fails() {
    for jobs in [1, 4] {
        let peer = ScriptedPeer::new(|play| {
            if play.nth_of_life.is_multiple_of(20) {
                fail(silence())
            } else {
                pass()
            }
        });
        let run = TestRun { jobs, ..DEFAULT }.run(peer).checked();
        assert_eq!(
            run.failures(),
            ["whole fail next-not-served"],
            "{jobs} jobs"
        );
    }
}

#[test]
fn a_peer_that_is_silent_now_and_then_does_not_pass() {
    let plays = AtomicUsize::new(0);
    let peer = ScriptedPeer::new(move |_| {
        if plays.fetch_add(1, Ordering::SeqCst) % 13 == 7 {
            fail(silence())
        } else {
            pass()
        }
    });
    let run = DEFAULT.run(peer).checked();
    assert_eq!(run.scenario("first").verdict, Verdict::Flaky);
}

/// The life in which a connection left something behind; 0 if none did.
#[derive(Default)]
struct Leftover(AtomicU32);

impl Leftover {
    /// What becomes of a connection to a peer whose buffer outlives a truncated message.
    fn answer(&self, play: &Play, spoils: bool) -> Answer {
        let life = play.life + 1;
        let is_spoiled = self.0.load(Ordering::SeqCst) == life;
        self.0
            .store(if spoils { life } else { 0 }, Ordering::SeqCst);
        if is_spoiled && !spoils {
            fail(wrong_answer())
        } else {
            pass()
        }
    }
}

#[test]
fn a_case_that_spoils_the_next_connection_is_reported_and_not_its_victim() {
    for spoiler in ["cut@3", "cut@18", "half@1"] {
        let leftover = Leftover::default();
        let peer = ScriptedPeer::new(move |play| leftover.answer(play, play.is(spoiler)));
        let run = DEFAULT.run(peer).checked();
        assert_eq!(run.failures(), [format!("{spoiler} fail next-not-served")]);
    }
}

#[test]
fn cases_that_all_spoil_the_next_connection_are_found() {
    let leftover = Leftover::default();
    let peer =
        ScriptedPeer::new(move |play| leftover.answer(play, play.family == TacticFamily::Fin));
    let run = DEFAULT.run(peer).checked();
    let failures = run.failures();
    assert!(!failures.is_empty());
    for failure in &failures {
        let is_spoiler = failure.starts_with("fin@") && failure.ends_with("fail next-not-served");
        assert!(is_spoiler, "{failures:?}");
    }
}

#[test]
fn what_fails_again_beside_other_connections_is_interference() {
    for finding in [wrong_answer, silence] {
        let peer = ScriptedPeer::new(move |play| {
            if play.is_beside_others() && play.family == TacticFamily::Cut {
                fail(finding())
            } else {
                pass()
            }
        });
        let run = TestRun { jobs: 4, ..DEFAULT }.run(peer).checked();
        let kind = finding().kind().as_str();
        let cuts = run.planned_of(TacticFamily::Cut);
        let expected: Vec<_> = cuts
            .iter()
            .map(|cut| format!("{cut} fail interference {kind}"))
            .collect();
        assert_eq!(run.failures(), expected);
        assert!(run.record.notes[0].contains("concurrent = false"));
    }
}

#[test]
fn a_peer_that_pauses_before_it_accepts_is_played_completely() {
    for jobs in [1, 4] {
        let peer = ScriptedPeer::new(|play| {
            let pauses = ["cut@3", "cut@9", "random@1"].contains(&play.tactic.as_str());
            if pauses && play.is_in_batch() && play.attempt == 0 {
                fail(not_accepted())
            } else {
                pass()
            }
        });
        let run = TestRun { jobs, ..DEFAULT }.run(peer).checked();
        assert_eq!(run.failures(), [""; 0]);
        assert_eq!(
            (run.scenario("first").verdict, not_played(&run)),
            (Verdict::Pass, 0)
        );
        assert_eq!(run.record.restarts, 0);
    }
}

#[test]
fn a_peer_that_again_and_again_does_not_accept_in_a_batch_does_not_pass() {
    let peer = ScriptedPeer::new(|play| {
        if play.is_in_batch() {
            fail(not_accepted())
        } else {
            pass()
        }
    });
    let run = DEFAULT.run(peer).checked();
    assert_ne!(run.scenario("first").verdict, Verdict::Pass);
}
