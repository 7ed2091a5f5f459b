//! A run that the user ends early.

use wirecheck_report::record::Verdict;

use super::script::{Answer, Play, die, fail, pass, silence, wrong_answer};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, PlayedRun, StopReason, TWO_SCENARIOS, TestRun};
use crate::engine::wait::Phase;
use crate::tactic::TacticFamily;

const TWO: TestRun = TestRun {
    suite: TWO_SCENARIOS,
    ..DEFAULT
};

fn run_interrupted(script: fn(&Play) -> Answer) -> PlayedRun {
    let run = TWO.run(ScriptedPeer::new(script)).checked();
    assert!(matches!(run.ended, Err(StopReason::Interrupted)));
    run
}

/// A wrong answer to `cut@2`, silence after `cut@3`.
fn two_failures(play: &Play) -> Answer {
    match play.tactic.as_str() {
        "cut@2" => fail(wrong_answer()),
        "cut@3" => fail(silence()),
        _ => pass(),
    }
}

#[test]
fn failures_that_an_interrupted_run_did_not_confirm_are_kept_also_silences() {
    let run = run_interrupted(|play| match play.tactic.as_str() {
        "cut@4" => pass().and_interrupts(),
        _ => two_failures(play),
    });
    assert_eq!(
        run.failures(),
        [
            "cut@2 unconfirmed wrong-answer",
            "cut@3 unconfirmed no-answer"
        ]
    );
    assert_eq!(run.scenario("first").verdict, Verdict::Unconfirmed);
    let cuts = run.planned_of(TacticFamily::Cut).len() as u64;
    // cut@1 to cut@4 are judged.
    assert_eq!(run.skipped(TacticFamily::Cut), cuts - 4);
}

#[test]
fn a_baseline_that_failed_before_its_interrupted_retry_is_unconfirmed() {
    let run = run_interrupted(|play| match play.phase {
        Phase::BaselineRetry => pass().and_interrupts(),
        _ => fail(silence()),
    });
    assert_eq!(run.failures(), ["whole unconfirmed no-answer"]);
}

#[test]
fn scenarios_that_an_interrupted_run_does_not_come_to_are_recorded_as_skipped() {
    let run = run_interrupted(|play| match play.tactic.as_str() {
        "cut@4" => pass().and_interrupts(),
        _ => pass(),
    });
    assert_eq!(run.played(|it| it.scenario == "second"), [""; 0]);
    assert_eq!(run.plays.last().map(|it| it.tactic.as_str()), Some("cut@4"));
    assert_eq!(run.scenario("first").verdict, Verdict::Skipped);
    assert_eq!(run.scenario("second").verdict, Verdict::Skipped);
}

#[test]
fn the_case_that_was_interrupted_itself_proves_nothing_by_its_silence() {
    let run = run_interrupted(|play| match play.tactic.as_str() {
        "cut@4" => fail(silence()).and_interrupts(),
        _ => pass(),
    });
    assert_eq!(run.failures(), [""; 0]);
}

#[test]
fn a_run_that_is_interrupted_in_its_first_baseline_has_no_results() {
    let run = run_interrupted(|_| fail(silence()).and_interrupts());
    assert_eq!(run.record.suites, []);
    assert_eq!(run.plays.len(), 1);
}

#[test]
fn what_was_confirmed_before_the_interrupt_stays_confirmed() {
    let run = run_interrupted(|play| match play.tactic.as_str() {
        "bytes" => fail(wrong_answer()),
        "cut@2" if play.is_confirmation() => pass().and_interrupts(),
        _ => two_failures(play),
    });
    assert_eq!(
        run.failures(),
        [
            "bytes fail wrong-answer",
            "cut@2 unconfirmed wrong-answer",
            "cut@3 fail no-answer"
        ]
    );
}

#[test]
fn an_interrupt_before_the_first_confirmation_confirms_nothing() {
    let run = run_interrupted(|play| match play.phase {
        Phase::Confirmation => pass().and_interrupts(),
        _ => two_failures(play),
    });
    assert_eq!(
        run.failures(),
        [
            "cut@2 unconfirmed wrong-answer",
            "cut@3 unconfirmed no-answer"
        ]
    );
}

#[test]
fn an_interrupt_during_the_search_for_a_culprit_leaves_the_suspects_unconfirmed() {
    let run = run_interrupted(|play| match play.tactic.as_str() {
        "cut@4" if play.is_confirmation() => pass().and_interrupts(),
        "cut@4" => die(),
        _ => two_failures(play),
    });
    assert_eq!(
        run.failures(),
        [
            "cut@2 unconfirmed wrong-answer",
            "cut@3 unconfirmed no-answer",
            "cut@4 unconfirmed ended-early"
        ]
    );
}
