//! What the peer holds, after the other phases.

use wirecheck_report::record::Verdict;

use super::script::{Play, fail, pass, silence};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, PlayedRun, TWO_SCENARIOS, TestRun};
use crate::peer::{Memory, Resources};
use crate::tactic::{Profile, TacticFamily};

fn descriptors(count: usize) -> Resources {
    Resources {
        descriptors: 5 + count,
        threads: 1,
        processes: 1,
        ..Resources::default()
    }
}

/// A peer that passes and keeps a descriptor of each such play.
fn keeping(is_kept: impl Fn(&Play) -> bool + Send + Sync + 'static) -> ScriptedPeer {
    ScriptedPeer::new(|_| pass())
        .holding(move |plays| descriptors(plays.iter().filter(|play| is_kept(play)).count()))
}

/// A peer that passes and holds at most this many descriptors.
fn pool(most: usize) -> ScriptedPeer {
    ScriptedPeer::new(|_| pass()).holding(move |plays| descriptors(plays.len().min(most)))
}

fn passes(run: &PlayedRun) -> bool {
    let mut scenarios = run.record.scenarios();
    scenarios.all(|(_, it)| it.verdict == Verdict::Pass) && run.record.notes.is_empty()
}

#[test]
fn what_is_kept_of_each_connection_is_a_leak() {
    let run = DEFAULT.run(keeping(|_| true)).checked();
    assert_eq!(run.failures(), ["cut@1 fail leaks"]);
    let [text] = run.texts("cut@1")[..] else {
        panic!("one finding");
    };
    assert!(
        text.contains("352 descriptors after 352 connections, also of whole"),
        "{text}"
    );
    let defects = &run.scenario("first").defects;
    assert_eq!(defects[0].code, "C07");
}

#[test]
fn zombies_are_a_leak_sooner_than_what_a_pool_may_hold() {
    let peer = ScriptedPeer::new(|_| pass()).holding(|plays| Resources {
        zombies: plays.len(),
        ..descriptors(0)
    });
    let run = DEFAULT.run(peer).checked();
    let texts = run.texts("cut@1");
    assert!(
        texts[0].contains("96 zombie processes after 96 connections"),
        "{texts:?}"
    );
}

#[test]
fn a_leak_of_one_tactic_names_it_and_a_case_that_leaks() {
    let leaks = |play: &Play| play.family == TacticFamily::Fin && !play.is("fin@0");
    let run = DEFAULT.run(keeping(leaks)).checked();
    assert_eq!(run.failures(), ["fin@1 fail leaks"]);
    let texts = run.texts("fin@1");
    assert!(texts[0].ends_with("connections, under fin"), "{texts:?}");
}

#[test]
fn variations_do_not_take_the_suspicion_of_the_exchange() {
    let thorough = TestRun {
        profile: Profile::Thorough,
        ..DEFAULT
    };
    let leaks = |play: &Play| play.family == TacticFamily::Fin && !play.is("fin@0");
    let run = thorough.run(keeping(leaks)).checked();
    assert_eq!(run.failures(), ["fin@1 fail leaks"]);
}

#[test]
fn a_leak_is_found_with_one_case() {
    let one = TestRun {
        only: "cut@3",
        ..DEFAULT
    };
    let run = one.run(keeping(|_| true)).checked();
    assert_eq!(run.failures(), ["cut@3 fail leaks"]);
}

#[test]
fn a_pool_or_a_cache_is_no_leak() {
    for most in [1, 20, 64, 150, 220] {
        let run = DEFAULT.run(pool(most)).checked();
        assert!(passes(&run), "{most}: {:?}", run.failures());
    }
}

#[test]
fn a_pool_costs_no_second_measurement() {
    let two = TestRun {
        suite: TWO_SCENARIOS,
        ..DEFAULT
    };
    let run = two.run(pool(12)).checked();
    assert!(passes(&run));
    let measured = run.played(|play| play.scenario == "second" && play.is_confirmation());
    // Only the connection after the last case.
    assert_eq!(measured, ["whole"]);
}

#[test]
fn what_is_given_back_now_and_then_is_no_leak() {
    let collected = |plays: &[&Play]| descriptors(plays.len() % 100);
    let run = DEFAULT
        .run(ScriptedPeer::new(|_| pass()).holding(collected))
        .checked();
    assert!(passes(&run), "{:?}", run.failures());
}

#[test]
fn a_leak_is_reported_once_in_a_run() {
    let two = TestRun {
        suite: TWO_SCENARIOS,
        ..DEFAULT
    };
    let run = two.run(keeping(|_| true)).checked();
    assert_eq!(run.failures(), ["cut@1 fail leaks"]);
    assert_eq!(run.scenario("second").verdict, Verdict::Pass);
}

#[test]
fn a_tactic_that_fails_is_not_accused_of_a_leak_too() {
    let peer = ScriptedPeer::new(|play| {
        if play.family == TacticFamily::Fin {
            fail(silence())
        } else {
            pass()
        }
    });
    let is_fin = |play: &&&Play| play.family == TacticFamily::Fin;
    let peer = peer.holding(move |plays| descriptors(plays.iter().filter(is_fin).count()));
    let run = DEFAULT.run(peer).checked();
    let failures = run.failures();
    assert!(
        !failures.iter().any(|it| it.contains("leaks")),
        "{failures:?}"
    );
}

fn memory(mebibytes: usize) -> Memory {
    let bytes = (mebibytes as u64) << 20;
    Memory {
        in_use: bytes,
        reserved: bytes,
    }
}

/// A peer that passes. The MiB that it has in use depend on the number of its plays.
fn using(mebibytes: impl Fn(usize) -> usize + Send + Sync + 'static) -> ScriptedPeer {
    ScriptedPeer::new(|_| pass()).holding(move |plays| Resources {
        memory: memory(mebibytes(plays.len())),
        ..descriptors(0)
    })
}

#[test]
fn memory_that_is_kept_of_each_connection_is_a_leak() {
    let run = DEFAULT.run(using(|plays| 10 + plays)).checked();
    assert_eq!(run.failures(), ["cut@1 fail leaks"]);
    let [text] = run.texts("cut@1")[..] else {
        panic!("one finding");
    };
    let expected = "448 MiB of memory after 448 connections (1024 KiB of each), also of whole";
    assert!(text.contains(expected), "{text}");
    assert_eq!(run.scenario("first").defects[0].code, "C07");
}

#[test]
fn memory_of_a_cache_or_of_garbage_is_no_leak() {
    for most in [40, 100, 200] {
        let cache = DEFAULT.run(using(move |plays| plays.min(most))).checked();
        assert!(passes(&cache), "{most}: {:?}", cache.failures());
        let garbage = DEFAULT.run(using(move |plays| plays % most)).checked();
        assert!(passes(&garbage), "{most}: {:?}", garbage.failures());
    }
}

#[test]
fn memory_that_is_taken_at_once_is_no_leak() {
    for connections in [30, 70, 100, 200] {
        let late = move |plays| if plays > connections { 400 } else { 10 };
        let run = DEFAULT.run(using(late)).checked();
        assert!(passes(&run), "{connections}: {:?}", run.failures());
    }
}

#[test]
fn an_address_space_that_grows_in_steps_hides_no_leak() {
    let peer = ScriptedPeer::new(|_| pass()).holding(|plays| Resources {
        memory: Memory {
            reserved: memory(plays.len().next_multiple_of(64)).reserved,
            ..memory(plays.len())
        },
        ..descriptors(0)
    });
    assert_eq!(DEFAULT.run(peer).failures(), ["cut@1 fail leaks"]);
}

#[test]
fn what_a_database_stores_is_no_leak() {
    let stores = TestRun {
        suite: "title = 'T'\nframing = { line = { max = 500_000 } }\n[[scenario]]\nid = 'first'\n\
                exchange = [{ client.repeat = { text = 'x', times = 400_000 } }, { server = 'ok' }]\n",
        only: "cut@*",
        ..DEFAULT
    };
    let run = stores.run(using(|plays| plays)).checked();
    assert!(passes(&run), "{:?}", run.failures());
}

#[test]
fn garbage_in_a_heap_that_was_reserved_at_first_is_no_leak() {
    let peer = ScriptedPeer::new(|_| pass()).holding(|plays| Resources {
        memory: Memory {
            reserved: 8 << 30,
            ..memory(plays.len())
        },
        ..descriptors(0)
    });
    let run = DEFAULT.run(peer).checked();
    assert!(passes(&run), "{:?}", run.failures());
}

#[test]
fn memory_that_one_tactic_leaves_behind_names_it() {
    let peer = ScriptedPeer::new(|_| pass()).holding(|plays| {
        let is_fin = |it: &&&Play| it.family == TacticFamily::Fin && !it.is("fin@0");
        let fins = plays.iter().filter(is_fin);
        Resources {
            memory: memory(4 * fins.count()),
            ..descriptors(0)
        }
    });
    let run = DEFAULT.run(peer).checked();
    assert_eq!(run.failures(), ["fin@1 fail leaks"]);
    let texts = run.texts("fin@1");
    assert!(texts[0].ends_with("KiB of each), under fin"), "{texts:?}");
    let repetitions = run.scenario("first").failures[0].repetitions;
    assert_eq!(repetitions, Some(16), "of 4 MiB");
}
