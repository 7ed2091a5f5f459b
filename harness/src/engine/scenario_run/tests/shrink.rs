//! The smallest delivery of each kind of failure.

use proptest::prelude::*;
use wirecheck_report::record::{FailedCase, ShrinkLimit, SmallestFailure};

use super::script::{
    Answer, Play, die, fail, is_cut_at, pass, prints_other, silence, surplus, wrong_answer,
};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, PlayedRun, StopReason, TWO_SCENARIOS, TestRun};
use crate::scenario::Side;
use crate::tactic::{Delivery, Script, TacticFamily};

const RANDOM: TestRun = TestRun {
    only: "random@*",
    ..DEFAULT
};

const BYTES: TestRun = TestRun {
    only: "bytes",
    ..DEFAULT
};

/// What was found for each case that was shrunk: `bytes 3,16 in 12`.
fn shrunk(run: &PlayedRun) -> Vec<String> {
    let line = |(failed, it): (&FailedCase, &SmallestFailure)| {
        let (tactic, delivery) = (&failed.tactic, &it.evidence.delivery);
        format!("{tactic} {delivery} in {}", it.tries)
    };
    smallest(run).map(line).collect()
}

fn smallest(run: &PlayedRun) -> impl Iterator<Item = (&FailedCase, &SmallestFailure)> {
    let failures = run.scenario("first").failures.iter();
    failures.filter_map(|it| Some((it, it.smallest.as_ref()?)))
}

fn only_smallest(run: &PlayedRun) -> &SmallestFailure {
    let mut all = smallest(run).map(|(_, it)| it);
    let first = all.next().expect("one was found");
    assert!(all.next().is_none(), "only one");
    first
}

/// A wrong answer wherever the stream is cut at all of these offsets.
fn wrong_if_cut_at(offsets: &'static [usize]) -> ScriptedPeer {
    ScriptedPeer::new(move |play| {
        if offsets.iter().all(|at| play.is_cut_at(*at)) {
            fail(wrong_answer())
        } else {
            pass()
        }
    })
}

#[test]
fn a_failure_of_single_bytes_ends_at_the_one_cut_that_matters() {
    let run = BYTES.run(wrong_if_cut_at(&[9])).checked();
    let found = only_smallest(&run);
    assert_eq!(found.evidence.delivery, "9,6,4");
    assert_eq!(found.tactic.as_deref(), Some("cut@9"));
    assert_eq!(found.chunks, 3);
    assert_eq!(found.findings[0].kind, "wrong-answer");
    assert_eq!(found.cut_short_by, None);
    assert!(found.tries < 20, "{} tries", found.tries);
}

#[test]
fn a_failure_that_needs_two_cuts_ends_at_two() {
    let run = BYTES.run(wrong_if_cut_at(&[3, 4])).checked();
    assert_eq!(only_smallest(&run).tactic.as_deref(), Some("cuts@3,4"));
}

#[test]
fn a_random_failure_ends_at_the_one_cut_that_matters() {
    let run = RANDOM.run(wrong_if_cut_at(&[9])).checked();
    assert_eq!(only_smallest(&run).tactic.as_deref(), Some("cut@9"));
}

#[test]
fn a_cut_moves_to_the_left_as_long_as_it_fails() {
    let peer = ScriptedPeer::new(|play| {
        if (5..15).any(|at| play.is_cut_at(at)) {
            fail(wrong_answer())
        } else {
            pass()
        }
    });
    let run = RANDOM.run(peer).checked();
    assert_eq!(only_smallest(&run).tactic.as_deref(), Some("cut@5"));
}

#[test]
fn deliveries_that_were_played_before_are_not_played_again() {
    let run = DEFAULT.run(wrong_if_cut_at(&[9])).checked();
    let shrunk = shrunk(&run);
    for it in ["bytes 9,6,4 in 0", "cut@9 9,6,4 in 0"] {
        assert!(shrunk.iter().any(|line| line == it), "{it}: {shrunk:?}");
    }
    assert!(shrunk.iter().any(|it| it.starts_with("random@")));
}

#[test]
fn a_delivery_that_fails_in_another_way_is_not_smaller() {
    let peer = ScriptedPeer::new(|play| match (play.is_cut_at(9), play.is_cut_at(3)) {
        (true, true) => fail(wrong_answer()),
        (true, false) => fail(surplus()),
        _ => pass(),
    });
    let run = BYTES.run(peer).checked();
    assert_eq!(only_smallest(&run).tactic.as_deref(), Some("cuts@3,9"));
}

#[test]
fn a_prefix_that_fails_becomes_shorter_and_its_end_simpler() {
    let peer = ScriptedPeer::new(|play| {
        if play.delivery.delivered().get() > 2 && play.family == TacticFamily::Fin {
            fail(wrong_answer())
        } else {
            pass()
        }
    });
    let fin = TestRun {
        only: "fin@*",
        ..DEFAULT
    };
    let run = fin.run(peer).checked();
    let found = only_smallest(&run);
    // The profile tries the edges of the messages only.
    assert_eq!(found.evidence.delivery, "3 half");
    assert_eq!(found.tactic.as_deref(), Some("half@3"));
}

#[test]
fn a_peer_that_dies_is_started_again_for_each_try_and_for_the_next_scenario() {
    let peer = ScriptedPeer::new(|play| {
        if play.scenario == "first" && play.is_cut_at(9) {
            die()
        } else {
            pass()
        }
    });
    let run = BYTES.with(TWO_SCENARIOS).run(peer).checked();
    assert_eq!(run.failures(), ["bytes fail died ended-early"]);
    let found = only_smallest(&run);
    assert_eq!(found.tactic.as_deref(), Some("cut@9"));
    assert_eq!(found.findings[0].kind, "died");
    assert_eq!(run.scenario("second").failures, []);
}

const LONG_LINE: &str = "title = 'T'\nframing = 'line'\n[[scenario]]\nid = 'first'\n\
    exchange = [{ client = 'a line that is long enough for far more than forty cuts and for \
                            each of them to be left out alone' }, { server = 'ok' }]\n";

#[test]
fn a_silence_costs_more_than_an_answer_and_ends_at_one_cut_all_the_same() {
    let peer = ScriptedPeer::new(|play| {
        if (1..play.delivery.delivered().get()).any(|at| play.is_cut_at(at)) {
            fail(silence())
        } else {
            pass()
        }
    });
    let run = BYTES.with(LONG_LINE).run(peer).checked();
    let found = only_smallest(&run);
    assert_eq!(found.cut_short_by, None);
    assert_eq!(found.tactic.as_deref(), Some("cut@1"));
}

/// More cuts than twenty: few of many smaller deliveries fail, and each of them is slow.
fn slow_to_shrink(failure: fn() -> Answer) -> SmallestFailure {
    let peer = ScriptedPeer::new(move |play| {
        if play.delivery.chunk_count() > 20 {
            failure()
        } else {
            pass()
        }
    });
    let run = BYTES.with(LONG_LINE).run(peer).checked();
    only_smallest(&run).clone()
}

#[test]
fn a_search_that_costs_too_much_ends_and_says_so() {
    let wrong = slow_to_shrink(|| fail(wrong_answer()));
    assert_eq!(wrong.chunks, 21);
    let silent: fn() -> Answer = || fail(silence());
    for slow in [silent, die] {
        let found = slow_to_shrink(slow);
        assert_eq!(found.cut_short_by, Some(ShrinkLimit::Tries));
    }
}

#[test]
fn a_failure_that_is_not_confirmed_is_not_shrunk() {
    let peer = ScriptedPeer::new(|play| {
        if play.is_cut_at(9) && play.is_in_batch() {
            fail(wrong_answer())
        } else {
            pass()
        }
    });
    let run = DEFAULT.run(peer).checked();
    assert!(run.failures().iter().all(|it| it.contains(" flaky ")));
    assert_eq!(shrunk(&run), [""; 0]);
}

#[test]
fn a_baseline_that_fails_is_not_shrunk() {
    let run = DEFAULT.run(ScriptedPeer::new(|_| fail(wrong_answer())));
    assert_eq!(run.failures(), ["whole fail wrong-answer"]);
    assert_eq!(shrunk(&run), [""; 0]);
}

#[test]
fn what_fails_beside_others_only_is_not_shrunk() {
    let peer = ScriptedPeer::new(|play| {
        if play.is_cut_at(9) && play.is_beside_others() {
            fail(wrong_answer())
        } else {
            pass()
        }
    });
    let run = TestRun { jobs: 4, ..DEFAULT }.run(peer).checked();
    assert!(!run.failures().is_empty());
    assert_eq!(shrunk(&run), [""; 0]);
}

#[test]
fn an_interrupt_ends_shrinking_and_keeps_what_was_confirmed() {
    let peer = ScriptedPeer::new(|play| {
        let answer = if play.is_cut_at(9) {
            fail(wrong_answer())
        } else {
            pass()
        };
        let is_a_try = play.family == TacticFamily::Bytes && play.delivery.chunk_count() < 19;
        if is_a_try {
            answer.and_interrupts()
        } else {
            answer
        }
    });
    let run = BYTES.run(peer).checked();
    assert!(matches!(run.ended, Err(StopReason::Interrupted)));
    assert_eq!(run.failures(), ["bytes fail wrong-answer"]);
    assert_eq!(shrunk(&run), [""; 0]);
    assert_eq!(tries(&run).len(), 1);
}

/// The plays of deliveries that are not planned.
fn tries(run: &PlayedRun) -> Vec<&Play> {
    let plays = run.plays.iter();
    let is_try = |it: &&Play| it.family == TacticFamily::Bytes && it.delivery.chunk_count() < 19;
    plays.filter(is_try).collect()
}

#[test]
fn a_delivery_that_fails_once_while_it_is_shrunk_is_not_reported() {
    let peer = ScriptedPeer::new(|play| {
        let is_unlucky = play.family == TacticFamily::Bytes && play.attempt == 2;
        if play.delivery.chunk_count() == 19 || is_unlucky {
            fail(wrong_answer())
        } else {
            pass()
        }
    });
    let run = BYTES.run(peer).checked();
    let found = only_smallest(&run);
    assert_eq!(found.tactic.as_deref(), Some("bytes"));
    assert_eq!(found.cut_short_by, Some(ShrinkLimit::Unsteady));
}

#[test]
fn what_a_started_program_prints_is_shrunk_too() {
    let peer = ScriptedPeer::new(|play| {
        if play.is_cut_at(9) {
            fail(prints_other()).and_prints("b")
        } else {
            pass().and_prints("a")
        }
    });
    let run = BYTES.run(peer.new_for_each_case()).checked();
    let found = only_smallest(&run);
    assert_eq!(found.tactic.as_deref(), Some("cut@9"));
    assert_eq!(run.record.restarts, 0);
}

/// Cuts that together make the peer fail in this way.
#[derive(Clone, Debug)]
struct Rule {
    cuts: Vec<usize>,
    failure: fn() -> Answer,
}

/// The first rule that applies decides.
fn answer(rules: &[Rule], delivery: &Delivery) -> Answer {
    let applies = |rule: &&Rule| rule.cuts.iter().all(|at| is_cut_at(delivery, *at));
    let rule = rules.iter().find(applies);
    rule.map_or_else(pass, |rule| (rule.failure)())
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let failures: [fn() -> Answer; 4] = [
        || fail(wrong_answer()),
        || fail(surplus()),
        || fail(silence()),
        die,
    ];
    let cuts = prop::collection::vec(1..15_usize, 1..3);
    let rule = (cuts, prop::sample::select(failures.to_vec()));
    let rule = rule.prop_map(|(cuts, failure)| Rule { cuts, failure });
    prop::collection::vec(rule, 1..4)
}

fn kinds(failed: &[wirecheck_report::record::FindingRecord]) -> Vec<&str> {
    failed.iter().map(|it| it.kind.as_str()).collect()
}

/// Whether the peer fails under a delivery with a finding of this kind.
fn fails_so(rules: &[Rule], delivery: &Delivery, kind: &str) -> bool {
    let finding = answer(rules, delivery).finding;
    finding.is_some_and(|it| it.kind().as_str() == kind)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_smallest_delivery_fails_and_no_smaller_one_does(rules in rules()) {
        let script = {
            let selection = DEFAULT.selection();
            let planned = selection.scenarios().next().expect("a scenario");
            Script::of(planned.scenario, Side::Client)
        };
        let by_rules = rules.clone();
        let peer = ScriptedPeer::new(move |play| answer(&by_rules, &play.delivery));
        let run = RANDOM.run(peer).checked();
        for (failed, it) in smallest(&run).filter(|(_, it)| it.cut_short_by.is_none()) {
            prop_assert_eq!(kinds(&failed.findings), kinds(&it.findings));
            let delivery: Delivery = it.evidence.delivery.parse().expect("a delivery");
            let kind = it.findings.last().expect("it failed").kind.as_str();
            prop_assert!(fails_so(&rules, &delivery, kind), "{} {}", failed.tactic, delivery);
            for smaller in delivery.smaller(&script) {
                prop_assert!(!fails_so(&rules, &smaller, kind), "{} {}", failed.tactic, smaller);
            }
        }
    }

    #[test]
    fn what_is_found_does_not_depend_on_the_number_of_jobs(rules in rules()) {
        let run = |jobs| {
            let rules = rules.clone();
            let peer = ScriptedPeer::new(move |play| answer(&rules, &play.delivery));
            TestRun { jobs, ..RANDOM }.run(peer).checked()
        };
        // The tries depend on what the batches have shown.
        let found = |run: &PlayedRun| -> Vec<_> {
            smallest(run)
                .map(|(failed, it)| (failed.tactic.clone(), it.evidence.delivery.clone()))
                .collect()
        };
        prop_assert_eq!(found(&run(1)), found(&run(4)));
    }
}
