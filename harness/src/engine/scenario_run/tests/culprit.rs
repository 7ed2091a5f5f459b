//! A peer that breaks in a batch.

use std::sync::{Arc, Barrier};

use wirecheck_report::record::Verdict;

use super::script::{die, ended_early, fail, pass, silence, wrong_answer};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, PlayedRun, TestRun};
use crate::judge::Finding;
use crate::tactic::TacticFamily;

fn passes_of(run: &PlayedRun, family: TacticFamily) -> u64 {
    let mut families = run.scenario("first").families.iter();
    let family = families.find(|it| it.name == family.as_str());
    family.expect("it is planned").passed
}

#[test]
fn the_case_that_kills_the_peer_is_reported_and_the_others_pass() {
    for jobs in [1, 4] {
        let peer = ScriptedPeer::new(|play| if play.is("cut@3") { die() } else { pass() });
        let run = TestRun { jobs, ..DEFAULT }.run(peer).checked();
        assert_eq!(
            run.failures(),
            ["cut@3 fail died ended-early"],
            "{jobs} jobs"
        );
        assert_eq!(run.skipped(TacticFamily::Cut), 0);
    }
}

#[test]
fn a_peer_that_dies_a_moment_after_it_closed_is_found_dead() {
    let peer = ScriptedPeer::new(|play| {
        if play.is("cut@3") {
            fail(ended_early()).and_dies_late()
        } else {
            pass()
        }
    });
    let run = DEFAULT.run(peer).checked();
    assert_eq!(run.failures(), ["cut@3 fail died ended-early"]);
    // The next case did not have to find it dead.
    let next = run.played(|it| it.is("cut@4") && it.is_in_batch());
    assert_eq!(next.len(), 1);
}

#[test]
fn a_case_that_passed_before_the_peer_died_is_found_and_no_longer_counted_as_passed() {
    let peer = ScriptedPeer::new(|play| {
        if play.is("bytes") {
            pass().and_dies_late()
        } else {
            pass()
        }
    });
    let run = DEFAULT.run(peer).checked();
    assert_eq!(run.failures(), ["bytes fail died"]);
    assert_eq!(passes_of(&run, TacticFamily::Bytes), 0);
    // It found the peer dead, and is played again.
    assert_eq!(run.played(|it| it.is("cut@1") && it.is_in_batch()).len(), 2);
}

#[test]
fn a_case_that_failed_before_the_peer_died_is_reported_once() {
    let peer = ScriptedPeer::new(|play| {
        if play.is("bytes") {
            fail(wrong_answer()).and_dies_late()
        } else {
            pass()
        }
    });
    let run = DEFAULT.run(peer).checked();
    assert_eq!(run.failures(), ["bytes fail died wrong-answer"]);
}

/// A peer that `bytes` kills while `cut@1` is played beside it.
#[test]
fn a_case_beside_the_one_that_killed_the_peer_is_played_again() {
    let both_play = Arc::new(Barrier::new(2));
    let peer = ScriptedPeer::new(move |play| {
        let is_victim = play.is("cut@1") && play.attempt == 0;
        if is_victim || play.is("bytes") && play.is_in_batch() {
            both_play.wait();
        }
        if is_victim || play.is("bytes") {
            die()
        } else {
            pass()
        }
    });
    let run = TestRun { jobs: 2, ..DEFAULT }.run(peer).checked();
    assert_eq!(run.failures(), ["bytes fail died ended-early"]);
    assert_eq!(run.played(|it| it.is("cut@1") && it.is_in_batch()).len(), 2);
}

#[test]
fn the_last_case_of_a_scenario_is_blamed_for_a_death_that_no_other_finds() {
    let options = TestRun {
        only: "bytes",
        ..DEFAULT
    };
    let peer = ScriptedPeer::new(|play| {
        if play.is("bytes") {
            pass().and_dies_late()
        } else {
            pass()
        }
    });
    let run = options.run(peer).checked();
    assert_eq!(run.failures(), ["bytes fail died"]);
}

#[test]
fn of_a_tactic_that_kills_each_time_a_few_cases_are_played() {
    let limits = [
        (TacticFamily::Cut, 8),
        (TacticFamily::JoinedCut, 3),
        (TacticFamily::Fin, 3),
        (TacticFamily::Random, 3),
    ];
    for (family, most) in limits {
        for jobs in [1, 4] {
            let peer = ScriptedPeer::new(
                move |play| {
                    if play.family == family { die() } else { pass() }
                },
            );
            let run = TestRun { jobs, ..DEFAULT }.run(peer).checked();
            let failures = run.failures();
            assert!(
                failures
                    .iter()
                    .all(|it| it.ends_with("fail died ended-early"))
            );
            assert_eq!(run.failures_of(family), failures);
            assert_eq!(failures.len(), most, "{family}, {jobs} jobs");
            let planned = run.planned_of(family).len();
            assert_eq!(run.skipped(family) as usize, planned - most);
        }
    }
}

#[test]
fn a_further_death_of_a_tactic_that_is_known_to_kill_is_not_repeated() {
    let peer = ScriptedPeer::new(|play| match play.family {
        TacticFamily::Cut => die(),
        _ => pass(),
    });
    let run = DEFAULT.run(peer).checked();
    let alone = run.played(|it| it.family == TacticFamily::Cut && !it.is_in_batch());
    assert_eq!(alone, ["cut@1"]);
    let texts = run.texts("cut@2");
    assert_eq!(texts[1], "as its process ended");
    // For each death one, one before and after the first was repeated, one to see that the peer
    // serves more than a few connections, and one after parts of the exchange were tried.
    assert_eq!(run.record.restarts, 8 + 3);
}

#[test]
fn a_death_that_no_case_repeats_is_flaky() {
    let peer = ScriptedPeer::new(|play| {
        if play.is("cut@3") && play.is_in_batch() {
            die()
        } else {
            pass()
        }
    });
    let run = DEFAULT.run(peer).checked();
    assert_eq!(run.failures(), ["cut@3 flaky died ended-early"]);
    assert_eq!(run.scenario("first").verdict, Verdict::Flaky);
}

#[test]
fn a_peer_that_dies_again_and_again_of_no_case_is_given_up() {
    let peer = ScriptedPeer::new(|play| {
        if play.is_in_batch() && play.nth_of_life >= 3 {
            die()
        } else {
            pass()
        }
    });
    let run = DEFAULT.run(peer).checked();
    assert_eq!(run.failures().len(), 8);
    assert!(
        run.failures()
            .iter()
            .all(|it| it.ends_with("flaky died ended-early"))
    );
    assert_eq!(
        run.skipped(TacticFamily::Half) as usize,
        run.planned_of(TacticFamily::Half).len()
    );
}

#[test]
fn a_case_after_which_the_peer_accepts_no_connection_is_found() {
    let peer = ScriptedPeer::new(|play| {
        if play.is("cut@3") {
            pass().and_stops_accepting()
        } else {
            pass()
        }
    });
    let run = DEFAULT.run(peer).checked();
    assert_eq!(run.failures(), ["cut@3 fail next-not-served"]);
}

#[test]
fn a_failure_beside_a_death_is_confirmed_as_any_other() {
    let peer = ScriptedPeer::new(|play| match play.tactic.as_str() {
        "cut@2" => fail(wrong_answer()),
        "cut@3" => die(),
        "cut@4" if play.is_in_batch() => fail(silence()),
        _ => pass(),
    });
    let run = DEFAULT.run(peer).checked();
    assert_eq!(
        run.failures(),
        ["cut@2 fail wrong-answer", "cut@3 fail died ended-early"]
    );
}

/// Every reset after it finds the peer spinning.
#[test]
fn the_case_that_makes_the_peer_spin_is_reported_and_the_others_pass() {
    for jobs in [1, 4] {
        let peer = ScriptedPeer::new(|play| {
            if play.is("rst@13") {
                pass().and_spins()
            } else {
                pass()
            }
        });
        let run = TestRun { jobs, ..DEFAULT }.run(peer).checked();
        assert_eq!(run.failures(), ["rst@13 fail spins"], "{jobs} jobs");
        assert_eq!(run.skipped(TacticFamily::Rst), 0);
    }
}

#[test]
fn of_a_tactic_that_makes_the_peer_spin_each_time_a_few_cases_are_played() {
    let peer = ScriptedPeer::new(|play| {
        if play.family == TacticFamily::Rst {
            pass().and_spins()
        } else {
            pass()
        }
    });
    let run = DEFAULT.run(peer).checked();
    let failures = run.failures();
    assert_eq!(failures.len(), 3, "{failures:?}");
    assert!(failures.iter().all(|it| it.ends_with(" fail spins")));
    assert_eq!(run.failures_of(TacticFamily::Rst), failures);
}

/// It worked for longer than a batch waits, and comes to rest.
#[test]
fn a_peer_that_was_busy_once_does_not_spin() {
    let peer = ScriptedPeer::new(|play| {
        if play.is("rst@13") && play.is_in_batch() && play.attempt == 0 {
            fail(Finding::Spins)
        } else {
            pass()
        }
    });
    let run = DEFAULT.run(peer).checked();
    assert_eq!(run.failures(), [""; 0]);
    assert_eq!(
        run.played(|it| it.is("rst@13") && it.is_in_batch()).len(),
        2
    );
}

#[test]
fn a_peer_that_a_reset_kills_late_is_found_by_the_next_case() {
    for tactic in ["rst@13", "rst@0"] {
        let peer = ScriptedPeer::new(move |play| {
            if play.is(tactic) {
                pass().and_dies_late()
            } else {
                pass()
            }
        });
        let run = DEFAULT.run(peer).checked();
        assert_eq!(run.failures(), [format!("{tactic} fail died")]);
    }
}
