//! The third phase.

use std::time::Duration;

use wirecheck_report::record::Verdict;

use super::script::{Play, fail, pass, prints_other, silence, surplus, wrong_answer};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, PlayedRun, TestRun};
use crate::engine::wait::Phase;
use crate::tactic::TacticFamily;

const CUTS: TestRun = TestRun {
    only: "cut@*",
    ..DEFAULT
};

/// The cases that were played alone after a batch, without the baselines between them.
fn replayed(run: &PlayedRun) -> Vec<&str> {
    run.played(|it| it.is_confirmation() && !it.is_baseline())
}

#[test]
fn a_failure_is_reported_after_it_failed_again_alone() {
    let peer = ScriptedPeer::new(|play| {
        if play.is("cut@3") {
            fail(wrong_answer())
        } else {
            pass()
        }
    });
    let run = DEFAULT.run(peer).checked();
    assert_eq!(run.failures(), ["cut@3 fail wrong-answer"]);
    assert_eq!(replayed(&run), ["cut@3"]);
    assert_eq!(run.scenario("first").verdict, Verdict::Fail);
}

/// In a batch the next chunk is sent before the peer has done all that the last one makes it do.
#[test]
fn a_case_that_was_given_passes_only_if_it_passes_alone_too() {
    let given = || {
        DEFAULT.selection().with_cases(|planned| {
            let mut cases: Vec<_> = planned.plan.cases().collect();
            cases.retain(|it| ["whole", "cut@3"].contains(&it.tactic.to_string().as_str()));
            cases
        })
    };
    let peer = ScriptedPeer::new(|play| {
        if play.is("cut@3") && play.is_confirmation() {
            fail(wrong_answer())
        } else {
            pass()
        }
    });
    let run = DEFAULT.play(given(), peer);
    assert_eq!(run.failures(), ["cut@3 fail wrong-answer"]);
    assert_eq!(run.scenario("first").tally().cases, 2);
    let run = DEFAULT.play(given(), ScriptedPeer::new(|_| pass()));
    assert_eq!(run.failures(), [""; 0]);
    assert_eq!(replayed(&run), ["cut@3"]);
}

#[test]
fn a_failure_that_does_not_come_again_alone_is_flaky() {
    let peer = ScriptedPeer::new(|play| {
        if play.is("cut@3") && play.is_in_batch() {
            fail(wrong_answer())
        } else {
            pass()
        }
    });
    let run = DEFAULT.run(peer).checked();
    assert_eq!(run.failures(), ["cut@3 flaky wrong-answer"]);
    // On the peer as it was, and on a fresh one; then those that may have spoiled it.
    assert_eq!(
        replayed(&run),
        ["cut@3", "cut@3", "cut@2", "cut@1", "bytes"]
    );
    assert_eq!(run.scenario("first").verdict, Verdict::Flaky);
}

#[test]
fn failures_are_played_again_on_a_fresh_peer() {
    let peer = ScriptedPeer::new(|play| {
        if play.is("cut@3") && play.is_in_batch() {
            fail(wrong_answer())
        } else {
            pass()
        }
    });
    let run = DEFAULT.run(peer).checked();
    let replays = |it: &&Play| it.is_confirmation() && !it.is_baseline();
    let mut confirmation = run.plays.iter().filter(replays);
    assert!(confirmation.all(|it| it.life > 0));
}

#[test]
fn a_silence_that_does_not_last_passes() {
    let peer = ScriptedPeer::new(|play| {
        if play.is("cut@3") && play.is_in_batch() {
            fail(silence())
        } else {
            pass()
        }
    });
    let run = DEFAULT.run(peer).checked();
    assert_eq!(run.failures(), [""; 0]);
    assert_eq!(run.scenario("first").verdict, Verdict::Pass);
}

#[test]
fn a_group_of_equal_failures_is_confirmed_by_its_first_and_last() {
    let peer = ScriptedPeer::new(|play| match play.family {
        TacticFamily::Cut => fail(wrong_answer()),
        _ => pass(),
    });
    let run = CUTS.run(peer).checked();
    let cuts = run.planned_of(TacticFamily::Cut);
    let (first, last) = (&cuts[0], &cuts[cuts.len() - 1]);
    assert_eq!(replayed(&run), [first, last]);
    let wanted: Vec<_> = cuts
        .iter()
        .map(|cut| format!("{cut} fail wrong-answer"))
        .collect();
    assert_eq!(run.failures(), wanted);
    for other in &cuts[1..cuts.len() - 1] {
        assert_eq!(run.texts(other), [format!("the same as under {first}")]);
    }
    assert_ne!(run.texts(last), [format!("the same as under {first}")]);
}

#[test]
fn a_group_of_equal_silences_is_confirmed_by_its_first() {
    let peer = ScriptedPeer::new(|play| match play.family {
        TacticFamily::Cut => fail(silence()),
        _ => pass(),
    });
    let run = CUTS.run(peer).checked();
    let cuts = run.planned_of(TacticFamily::Cut);
    assert_eq!(replayed(&run), [&cuts[0]]);
    assert_eq!(run.failures().len(), cuts.len());
}

#[test]
fn failures_of_two_kinds_are_confirmed_each_for_itself() {
    let peer = ScriptedPeer::new(|play| match play.tactic.as_str() {
        "cut@3" => fail(wrong_answer()),
        "cut@4" => fail(surplus()),
        _ => pass(),
    });
    let run = CUTS.run(peer).checked();
    assert_eq!(
        run.failures(),
        ["cut@3 fail wrong-answer", "cut@4 fail surplus"]
    );
    let mut replayed = replayed(&run);
    replayed.sort_unstable();
    assert_eq!(replayed, ["cut@3", "cut@4"]);
}

#[test]
fn a_group_whose_last_case_passes_is_played_again_case_by_case() {
    let peer = ScriptedPeer::new(|play| {
        let is_wrong = matches!(play.tactic.as_str(), "cut@1" | "cut@2");
        if is_wrong || play.is("cut@3") && play.is_in_batch() {
            fail(wrong_answer())
        } else {
            pass()
        }
    });
    let run = CUTS.run(peer).checked();
    assert_eq!(
        run.failures(),
        [
            "cut@1 fail wrong-answer",
            "cut@2 fail wrong-answer",
            "cut@3 flaky wrong-answer"
        ]
    );
    assert_eq!(run.texts("cut@2"), run.texts("cut@1"));
}

#[test]
fn of_a_large_group_that_passes_alone_not_all_are_played_again() {
    let peer = ScriptedPeer::new(|play| {
        if play.is_in_batch() {
            fail(wrong_answer())
        } else {
            pass()
        }
    });
    let suite = "title = 'T'\nframing = 'line'\n[[scenario]]\nid = 'first'\n\
                 exchange = [{ client = 'A line of text that has more than forty bytes in it' }, \
                             { server = 'ok' }]\n";
    let run = TestRun { suite, ..CUTS }.run(peer).checked();
    let cuts = run.planned_of(TacticFamily::Cut);
    assert!(cuts.len() > 40, "{} cuts", cuts.len());
    // The first and 32 others, each on the used peer and on a fresh one.
    assert_eq!(replayed(&run).len(), 2 * 33);
    assert!(
        run.failures()
            .iter()
            .all(|it| it.ends_with("flaky wrong-answer"))
    );
    assert_eq!(run.failures().len(), cuts.len());
}

#[test]
fn what_fails_differently_on_a_used_peer_is_tried_on_a_fresh_one() {
    let peer = ScriptedPeer::new(|play| {
        if !play.is("cut@3") {
            pass()
        } else if play.is_in_batch() || play.nth_of_life == 1 {
            fail(wrong_answer())
        } else {
            fail(surplus())
        }
    });
    let run = CUTS.run(peer).checked();
    assert_eq!(run.failures(), ["cut@3 fail wrong-answer"]);
}

#[test]
fn when_even_baselines_fail_now_and_then_everything_is_flaky() {
    let peer = ScriptedPeer::new(|play| {
        let is_unlucky = play.is_baseline() && play.is_confirmation();
        if is_unlucky || play.family == TacticFamily::Cut {
            fail(wrong_answer())
        } else {
            pass()
        }
    });
    let run = CUTS.run(peer).checked();
    assert_eq!(replayed(&run), [""; 0]);
    assert!(
        run.failures()
            .iter()
            .all(|it| it.ends_with("flaky wrong-answer"))
    );
    // The baseline, too, of which the first play passed.
    assert_eq!(
        run.failures().len(),
        run.planned_of(TacticFamily::Cut).len() + 1
    );
    assert_eq!(
        run.record.notes,
        ["t/first: even whole messages fail now and then; what failed may be chance"]
    );
}

#[test]
fn a_peer_that_is_slower_than_it_seemed_has_its_silences_played_in_another_batch() {
    const PAUSE: Duration = Duration::from_millis(50);
    let peer = ScriptedPeer::new(|play| {
        let is_too_short = play.is_in_batch() && play.known.longest_pause < PAUSE;
        match play.family {
            TacticFamily::Cut if is_too_short => fail(silence()),
            TacticFamily::Cut => pass().after_pause(PAUSE),
            _ => pass(),
        }
    });
    let run = CUTS.run(peer).checked();
    assert_eq!(run.failures(), [""; 0]);
    let cuts = run.planned_of(TacticFamily::Cut);
    assert_eq!(replayed(&run)[0], cuts[0]);
    let second = run.played(|it| it.phase == Phase::Batch && it.known.longest_pause == PAUSE);
    assert_eq!(second, cuts[1..]);
    assert_eq!(run.events.again, cuts.len() as u64 - 1);
}

#[test]
fn output_that_varies_with_time_is_accepted() {
    let peer = ScriptedPeer::new(|play| {
        if play.is("cut@3") || play.is_confirmation() {
            fail(prints_other()).and_prints("b")
        } else {
            pass().and_prints("a")
        }
    });
    let run = CUTS.run(peer.new_for_each_case()).checked();
    assert_eq!(run.failures(), [""; 0]);
}

#[test]
fn output_that_only_a_case_shows_is_a_failure() {
    let peer = ScriptedPeer::new(|play| {
        if play.is("cut@3") {
            fail(prints_other()).and_prints("b")
        } else {
            pass().and_prints("a")
        }
    });
    let run = CUTS.run(peer.new_for_each_case()).checked();
    assert_eq!(run.failures(), ["cut@3 fail prints-other"]);
}
