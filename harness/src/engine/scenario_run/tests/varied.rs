//! Variations of the messages.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::script::{Play, fail, pass, silence, wrong_answer};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, PlayedRun, TestRun};
use crate::tactic::{Profile, TacticFamily};

const THOROUGH: TestRun = TestRun {
    profile: Profile::Thorough,
    ..DEFAULT
};

/// Whether what is sent is a variation with this text in it.
fn sends(play: &Play, text: &str) -> bool {
    let mut parts = play.stream.windows(text.len());
    play.scenario == "variation" && parts.any(|it| it == text.as_bytes())
}

/// Plays a peer that fails none of the variations, and one of them is not judged.
fn expect_one_not_judged(peer: ScriptedPeer) {
    let run = THOROUGH.run(peer).checked();
    assert_eq!(run.failures(), [""; 0]);
    assert_eq!(not_judged(&run), 1);
}

fn not_judged(run: &PlayedRun) -> u64 {
    let mut families = run.scenario("first").families.iter();
    let family = families.find(|it| it.name == "content");
    family.expect("it is planned").not_judged
}

#[test]
fn each_variation_is_played_under_several_deliveries() {
    let run = THOROUGH.run(ScriptedPeer::new(|_| pass())).checked();
    assert_eq!(run.failures(), [""; 0]);
    assert_eq!(not_judged(&run), 0);
    assert_eq!(
        run.planned_of(TacticFamily::Content),
        ["framing", "128-bytes", "300-bytes", "wide"].map(|it| format!("content:{it}"))
    );
    for text in ["\r", "😀"] {
        let plays = run.plays.iter().filter(|play| sends(play, text));
        assert!(plays.clone().any(|play| play.family == TacticFamily::Whole));
        assert!(plays.clone().any(|play| play.family == TacticFamily::Cut));
        assert!(plays.clone().all(|play| !play.ends_early()));
    }
}

#[test]
fn what_fails_under_a_delivery_of_a_variation_is_its_failure() {
    let peer = ScriptedPeer::new(|play| {
        if sends(play, "😀") && play.is_cut_at(3) {
            fail(silence())
        } else {
            pass()
        }
    });
    let run = THOROUGH.run(peer).checked();
    assert_eq!(run.failures(), ["content:wide fail fails-varied no-answer"]);
    let text = run.texts("content:wide")[0];
    let passes = "with multi-byte characters in a payload, the exchange passes uncut";
    assert!(text.starts_with(passes), "{text}");
    assert!(text.contains("fails under cut@3: no answer"), "{text}");
}

#[test]
fn a_variation_that_breaks_the_peer_fails_uncut() {
    let peer = ScriptedPeer::new(|play| {
        if sends(play, "\r") {
            pass().and_dies()
        } else {
            pass()
        }
    });
    let run = THOROUGH.run(peer).checked();
    assert_eq!(run.failures(), ["content:framing fail fails-varied died"]);
    let text = run.texts("content:framing")[0];
    assert!(text.contains("the exchange fails uncut"), "{text}");
}

#[test]
fn answers_that_differ_each_time_are_not_judged() {
    let peer = ScriptedPeer::new(|play| {
        if sends(play, "😀") {
            fail(wrong_answer())
        } else {
            pass()
        }
    });
    expect_one_not_judged(peer);
}

#[test]
fn a_peer_that_rejects_a_variation_after_some_of_them_is_not_taken_for_a_broken_one() {
    let peer = ScriptedPeer::new(|play| {
        let has_limit = sends(play, "😀") && play.nth_of_life > 5;
        if has_limit {
            fail(wrong_answer())
        } else {
            pass()
        }
    });
    expect_one_not_judged(peer);
}

#[test]
fn a_peer_that_answers_a_variation_once_in_its_life_does_not_stop_serving() {
    let known = Mutex::new(BTreeSet::new());
    expect_one_not_judged(ScriptedPeer::new(move |play| {
        let is_new = || known.lock().expect("no test panics").insert(play.life);
        if sends(play, "😀") && !is_new() {
            fail(silence())
        } else {
            pass()
        }
    }));
}

#[test]
fn a_peer_of_which_the_answers_depend_on_time_is_not_taken_for_a_broken_one() {
    expect_one_not_judged(ScriptedPeer::new(|play| {
        let is_late = play.is_cut_at(3) || play.delivery.pause().is_some();
        if sends(play, "😀") && is_late {
            fail(wrong_answer())
        } else {
            pass()
        }
    }));
}

#[test]
fn a_variation_after_which_another_exchange_is_not_served_fails() {
    let is_spoiled = AtomicBool::new(false);
    let peer = ScriptedPeer::new(move |play| {
        if is_spoiled.swap(sends(play, "😀"), Ordering::SeqCst) {
            fail(silence())
        } else {
            pass()
        }
    });
    let run = THOROUGH.run(peer).checked();
    assert_eq!(
        run.failures(),
        ["content:wide fail fails-varied next-not-served"]
    );
}

#[test]
fn an_exchange_that_depends_on_the_delivery_itself_is_not_varied() {
    let peer = ScriptedPeer::new(|play| {
        if play.is_cut_at(3) {
            fail(silence())
        } else {
            pass()
        }
    });
    let run = THOROUGH.run(peer).checked();
    assert_eq!(run.failures_of(TacticFamily::Content), [""; 0]);
    assert_eq!(not_judged(&run), 4);
    assert!(run.plays.iter().all(|play| play.scenario == "first"));
}
