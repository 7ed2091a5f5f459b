//! The answers that are kept to compare implementations.

use super::script::{fail, pass, wrong_answer};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, PlayedRun, TestRun, settings};
use crate::engine::settings::{Answers, Settings};
use crate::engine::wait::Phase;

const JOINED: TestRun = TestRun {
    only: "joined",
    ..DEFAULT
};

fn with_answers(peer: ScriptedPeer) -> PlayedRun {
    let settings = Settings {
        answers: Answers::Kept,
        ..settings(1)
    };
    JOINED.play_with(&settings, JOINED.selection(), peer)
}

/// The tactics whose answers are kept, those with the same answers together.
fn kept(run: &PlayedRun) -> Vec<&[String]> {
    let observed = run.scenario("first").observed.iter();
    observed.map(|it| it.tactics.as_slice()).collect()
}

#[test]
fn answers_are_kept_only_to_compare_implementations() {
    let run = JOINED.run(ScriptedPeer::new(|_| pass())).checked();
    assert!(kept(&run).is_empty());
    assert_eq!(run.played(|it| it.phase == Phase::Batch), ["joined"]);
}

#[test]
fn each_answer_is_played_twice_alone_and_changes_no_verdict() {
    let run = with_answers(ScriptedPeer::new(|_| pass())).checked();
    assert_eq!(kept(&run), [["whole", "joined"]]);
    let alone = run.played(|it| it.phase == Phase::Confirmation);
    // The batch ends with an exchange that shows whether the next connection is served.
    let (next, twice) = alone.split_at(1);
    assert_eq!(
        (next, twice),
        (&["whole"][..], &["whole", "whole", "joined", "joined"][..])
    );
    assert_eq!(run.failures(), [""; 0]);
    assert_eq!(run.scenario("first").tally().run(), 2);
}

#[test]
fn of_a_scenario_that_fails_uncut_only_the_uncut_answer_is_kept() {
    let run = with_answers(ScriptedPeer::new(|_| fail(wrong_answer()))).checked();
    assert_eq!(kept(&run), [["whole"]]);
    assert_eq!(run.failures(), ["whole fail wrong-answer"]);
}

#[test]
fn a_peer_that_dies_is_started_again_and_its_end_is_kept() {
    use wirecheck_report::record::ObservedEnd;
    let run = with_answers(ScriptedPeer::new(|play| {
        if play.phase == Phase::Confirmation && play.is("joined") {
            pass().and_dies()
        } else {
            pass()
        }
    }));
    let observed = &run.scenario("first").observed;
    let ends: Vec<_> = observed
        .iter()
        .map(|it| (it.tactics[0].as_str(), it.end))
        .collect();
    let expected = [
        ("whole", ObservedEnd::NotSeen),
        ("joined", ObservedEnd::Died),
    ];
    assert_eq!(ends, expected);
}
