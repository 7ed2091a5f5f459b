//! Variations of an exchange, as `wirecheck fuzz` plays them.

use wirecheck_report::record::FuzzRecord;

use super::script::{Play, fail, pass, silence};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, PlayedRun, TestRun};
use crate::tactic::TacticFamily;

const CASES: u64 = 300;
const JOBS: TestRun = TestRun { jobs: 4, ..DEFAULT };

fn is_cut_variation(play: &Play) -> bool {
    play.scenario == "variation" && play.family == TacticFamily::Cut
}

fn fuzzed(run: &PlayedRun) -> &FuzzRecord {
    assert!(run.ended.is_ok(), "{:?}", run.ended);
    let fuzzed = run.record.fuzz.as_ref();
    fuzzed.expect("variations were tried")
}

#[test]
fn the_deliveries_of_a_variation_are_played_at_once_and_the_uncut_one_alone() {
    for (test, is_shared) in [(JOBS, true), (DEFAULT, false)] {
        let run = test.fuzz(CASES, ScriptedPeer::new(|_| pass()));
        assert!(fuzzed(&run).cases >= CASES);
        assert_eq!(fuzzed(&run).reported, 0);
        let variations = run.plays.iter().filter(|it| it.scenario == "variation");
        for play in variations {
            let should_share = is_shared && !play.is_baseline();
            assert_eq!(play.is_beside_others(), should_share, "{play:?}");
        }
        assert!(run.plays.iter().any(is_cut_variation));
    }
}

#[test]
fn what_fails_only_beside_other_connections_is_no_failure_of_a_variation() {
    let peer = ScriptedPeer::new(|play| {
        if is_cut_variation(play) && play.is_beside_others() {
            fail(silence())
        } else {
            pass()
        }
    });
    let run = JOBS.fuzz(CASES, peer);
    assert_eq!(run.record.scenarios().count(), 1);
    let FuzzRecord {
        reported, repeated, ..
    } = fuzzed(&run);
    assert_eq!((*reported, *repeated), (0, 0));
}

#[test]
fn what_fails_alone_too_is_reported_once() {
    let peer = ScriptedPeer::new(|play| {
        if is_cut_variation(play) {
            fail(silence())
        } else {
            pass()
        }
    });
    // The search for a smaller variation counts too.
    let run = JOBS.fuzz(8 * CASES, peer);
    assert_eq!(fuzzed(&run).reported, 1);
    assert!(fuzzed(&run).repeated > 0);
    let failing = run
        .record
        .scenarios()
        .filter(|(_, it)| !it.failures.is_empty());
    let suites: Vec<_> = failing.map(|(suite, _)| suite.id.as_str()).collect();
    assert_eq!(suites.len(), 1);
    assert!(suites[0].starts_with("variation-"), "{suites:?}");
}
