//! The first phase.

use wirecheck_report::record::Verdict;

use super::script::{Beside, fail, pass, silence, wrong_answer};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, TWO_SCENARIOS, TestRun, failures};
use crate::engine::wait::Phase;

#[test]
fn a_baseline_that_fails_twice_ends_the_scenario_with_that_failure_only() {
    let peer = ScriptedPeer::new(|play| match play.scenario.as_str() {
        "first" => fail(wrong_answer()),
        _ => pass(),
    });
    let options = TestRun {
        suite: TWO_SCENARIOS,
        ..DEFAULT
    };
    let run = options.run(peer).checked();
    assert_eq!(run.failures(), ["whole fail wrong-answer"]);
    let phases: Vec<_> = run.plays[..2].iter().map(|it| it.phase).collect();
    assert_eq!(phases, [Phase::Baseline, Phase::BaselineRetry]);
    assert_eq!(run.played(|it| it.scenario == "first"), ["whole", "whole"]);
    assert_eq!(run.scenario("second").verdict, Verdict::Pass);
}

#[test]
fn a_baseline_that_passes_on_a_fresh_peer_passes() {
    let peer = ScriptedPeer::new(|play| match play.phase {
        Phase::Baseline => fail(wrong_answer()),
        _ => pass(),
    });
    let run = DEFAULT.run(peer).checked();
    assert_eq!(run.failures(), [""; 0]);
    assert_eq!(run.scenario("first").verdict, Verdict::Pass);
    let lives: Vec<_> = run.plays[..2].iter().map(|it| it.life).collect();
    assert_eq!(lives, [0, 1]);
}

#[test]
fn a_baseline_after_which_the_peer_ends_fails() {
    let peer = ScriptedPeer::new(|_| pass().and_dies_late());
    let run = DEFAULT.run(peer).checked();
    assert_eq!(run.failures(), ["whole fail died"]);
}

#[test]
fn a_scenario_that_is_no_must_fails_as_nonstrict() {
    let should = "title = 'T'\nframing = 'line'\n[[scenario]]\nid = 'first'\nlevel = 'should'\n\
                  exchange = [{ client = 'hello' }, { server = 'ok' }]\n";
    let options = TestRun {
        suite: should,
        ..DEFAULT
    };
    let run = options
        .run(ScriptedPeer::new(|_| fail(wrong_answer())))
        .checked();
    assert_eq!(run.failures(), ["whole nonstrict wrong-answer"]);
    assert_eq!(run.scenario("first").verdict, Verdict::Nonstrict);
}

#[test]
fn the_first_baseline_after_a_silent_one_is_not_waited_for_as_long() {
    let options = TestRun {
        suite: TWO_SCENARIOS,
        ..DEFAULT
    };
    let run = options
        .run(ScriptedPeer::new(|_| fail(silence())))
        .checked();
    let phases: Vec<_> = run.plays.iter().map(|it| it.phase).collect();
    assert_eq!(
        phases,
        [
            Phase::Baseline,
            Phase::BaselineRetry,
            Phase::Confirmation,
            Phase::BaselineRetry
        ]
    );
    assert_eq!(failures(run.scenario("second")), ["whole fail no-answer"]);
}

#[test]
fn a_peer_that_ended_between_two_scenarios_is_started_again() {
    // The trial is the last that is played in the first scenario.
    let peer = ScriptedPeer::new(|play| match play.beside {
        Beside::IdleConnection => pass().and_dies(),
        _ => pass(),
    });
    let options = TestRun {
        suite: TWO_SCENARIOS,
        only: "whole",
        jobs: 2,
        ..DEFAULT
    };
    let run = options.run(peer).checked();
    assert_eq!(run.scenario("second").verdict, Verdict::Pass);
    assert_eq!(run.played(|it| it.scenario == "second"), ["whole"]);
}

#[test]
fn a_program_that_is_started_for_each_case_plays_a_second_baseline() {
    let peer = ScriptedPeer::new(|_| pass().and_prints("a")).new_for_each_case();
    let run = DEFAULT.run(peer).checked();
    assert_eq!(run.played(|it| it.phase == Phase::Baseline), ["whole"; 2]);
    assert!(run.scenario("first").start_cost.is_some());
}
