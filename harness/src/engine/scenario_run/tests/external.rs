//! A peer that wirecheck does not start.

use wirecheck_report::record::Verdict;

use super::script::{die, fail, not_connected, pass, wrong_answer};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, PlayedRun, TWO_SCENARIOS, TestRun, failures};
use crate::engine::PeerFailure;
use crate::engine::wait::Phase;
use crate::tactic::TacticFamily;

const TWO: TestRun = TestRun {
    suite: TWO_SCENARIOS,
    ..DEFAULT
};

fn is_lost(run: &PlayedRun) -> bool {
    matches!(run.peer_failure(), Some(PeerFailure::Lost(_)))
}

#[test]
fn an_external_peer_that_is_never_there_is_not_reached() {
    let peer = ScriptedPeer::new(|_| pass()).external().gone();
    let run = TWO.run(peer);
    let failure = run.peer_failure();
    assert!(
        matches!(failure, Some(PeerFailure::NotReached(_))),
        "{failure:?}"
    );
    assert_eq!(run.record.suites, []);
    assert_eq!(run.plays.len(), 2);
}

#[test]
fn an_external_peer_that_is_gone_after_its_first_baseline_is_lost() {
    let peer = ScriptedPeer::new(|_| die()).external();
    assert!(is_lost(&TWO.run(peer)));
}

#[test]
fn an_external_peer_that_refused_one_connection_is_not_lost() {
    let peer = ScriptedPeer::new(|play| match play.phase {
        Phase::Baseline => fail(not_connected()),
        _ => pass(),
    });
    let run = TWO.run(peer.external()).checked();
    assert!(run.ended.is_ok());
    assert_eq!(run.scenario("second").verdict, Verdict::Pass);
}

#[test]
fn an_external_peer_that_is_gone_between_two_scenarios_is_lost() {
    let peer = ScriptedPeer::new(|play| {
        if play.scenario == "second" {
            fail(not_connected())
        } else {
            pass()
        }
    });
    let run = TWO.run(peer.external()).checked();
    assert!(is_lost(&run));
    assert_eq!(run.scenario("first").verdict, Verdict::Pass);
    assert_eq!(run.scenario("second").verdict, Verdict::Skipped);
}

/// Nothing shows which case broke it: it cannot be started again to try them.
fn is_lost_in_first_scenario(run: &PlayedRun) -> bool {
    let failures = run.failures();
    is_lost(run)
        && failures.iter().all(|it| it.contains(" unconfirmed "))
        && run.skipped(TacticFamily::Half) > 0
        && run.scenario("second").verdict == Verdict::Skipped
}

#[test]
fn an_external_peer_that_dies_in_a_batch_is_lost_and_no_case_is_blamed() {
    let peer = ScriptedPeer::new(|play| if play.is("cut@3") { die() } else { pass() });
    let run = TWO.run(peer.external()).checked();
    assert!(is_lost_in_first_scenario(&run), "{:?}", run.failures());
}

#[test]
fn an_external_peer_that_stops_accepting_in_a_batch_is_lost_and_no_case_is_blamed() {
    let peer = ScriptedPeer::new(|play| {
        if play.is("cut@3") {
            pass().and_stops_accepting()
        } else {
            pass()
        }
    });
    let run = TWO.run(peer.external()).checked();
    assert!(is_lost_in_first_scenario(&run), "{:?}", run.failures());
}

#[test]
fn an_external_peer_that_its_last_case_kills_is_lost_and_nothing_is_called_flaky() {
    let peer = ScriptedPeer::new(|play| if play.is("bytes") { die() } else { pass() });
    let options = TestRun {
        only: "bytes",
        ..DEFAULT
    };
    let run = options.run(peer.external()).checked();
    assert!(is_lost(&run));
    assert_eq!(run.failures(), ["bytes unconfirmed ended-early"]);
    assert_eq!(run.record.notes, [""; 0]);
}

#[test]
fn an_external_peer_that_dies_while_failures_are_confirmed_is_lost() {
    let peer = ScriptedPeer::new(|play| match play.tactic.as_str() {
        "cut@3" if play.is_confirmation() => die(),
        "cut@3" | "fin@1" => fail(wrong_answer()),
        _ => pass(),
    });
    let run = TWO.run(peer.external()).checked();
    assert!(is_lost(&run));
    assert_eq!(
        run.failures(),
        [
            "cut@3 unconfirmed wrong-answer",
            "fin@1 unconfirmed wrong-answer"
        ]
    );
}

#[test]
fn a_case_that_an_external_peer_refused_once_is_played_again() {
    let peer = ScriptedPeer::new(|play| {
        if play.is("cut@3") && play.attempt == 0 {
            fail(not_connected())
        } else {
            pass()
        }
    });
    let run = TWO.run(peer.external()).checked();
    assert!(run.ended.is_ok(), "{:?}", run.ended);
    assert_eq!(run.failures(), [""; 0]);
    assert_eq!(failures(run.scenario("second")), [""; 0]);
}
