//! Cases that would disturb others.

use std::time::Duration;

use wirecheck_report::record::Concurrency;

use super::script::{Beside, Play, fail, not_connected, pass, wrong_answer};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, PlayedRun, TestRun};
use crate::judge::Finding;
use crate::tactic::{Profile, Tactic, TacticFamily};

const FOUR_JOBS: TestRun = TestRun {
    profile: Profile::Thorough,
    jobs: 4,
    ..DEFAULT
};

fn has_others(play: &Play) -> bool {
    matches!(play.family, TacticFamily::Neighbours | TacticFamily::Churn)
}

/// Those that may fill the peer's memory are also alone with it.
fn is_alone(play: &Play) -> bool {
    let tactic: Tactic = play.tactic.parse().expect("a tactic");
    has_others(play) || tactic.may_fill_memory()
}

fn in_order(run: &PlayedRun) -> Vec<&str> {
    run.played(|play| play.is_in_batch() && has_others(play))
}

#[test]
fn cases_that_disturb_others_are_played_one_at_a_time_before_the_rest() {
    let run = FOUR_JOBS.run(ScriptedPeer::new(|_| pass())).checked();
    assert_eq!(
        in_order(&run),
        ["neighbours:stalled", "neighbours:interleaved", "churn"]
    );
    let own = run.plays.iter().filter(|play| play.scenario == "first");
    let batch = own.filter(|play| play.is_in_batch());
    let mut shared = false;
    for play in batch {
        let beside = Beside::Workers(if is_alone(play) { 1 } else { 4 });
        assert_eq!(play.beside, beside, "{}", play.tactic);
        shared |= !is_alone(play);
        assert!(!(shared && is_alone(play)), "{}", play.tactic);
    }
    assert!(shared);
}

#[test]
fn a_peer_whose_connections_disturb_each_other_gets_one_at_a_time() {
    let blocked = || Finding::BlockedByNeighbour {
        stopped: "has stopped".to_owned(),
        least: Duration::from_millis(180),
    };
    for finding in [blocked, wrong_answer] {
        let peer = ScriptedPeer::new(move |play| {
            if play.is("neighbours:stalled") {
                fail(finding())
            } else {
                pass()
            }
        });
        let run = FOUR_JOBS.run(peer).checked();
        let kind = finding().kind().as_str();
        assert_eq!(run.failures(), [format!("neighbours:stalled fail {kind}")]);
        assert!(run.record.notes[0].contains("concurrent = false"));
        assert_eq!(run.record.peer.concurrency, Concurrency::One);
        assert!(!run.plays.iter().any(Play::is_beside_others));
    }
}

#[test]
fn a_peer_that_other_connections_kept_from_this_one_is_not_taken_for_dead() {
    let peer = ScriptedPeer::new(|play| {
        if play.is("neighbours:stalled") {
            fail(not_connected())
        } else {
            pass()
        }
    });
    let run = FOUR_JOBS.run(peer).checked();
    assert_eq!(run.failures(), ["neighbours:stalled fail not-connected"]);
}
