//! Cases that are played before the others: what failed in the last run.

use std::collections::BTreeSet;

use super::script::{Play, fail, pass, wrong_answer};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, PlayedRun, TestRun};
use crate::tactic::Tactic;

/// Fails where a message is cut at one of two offsets.
fn peer() -> ScriptedPeer {
    ScriptedPeer::new(|play: &Play| {
        let is_wrong = play.is_cut_at(5) || play.is_cut_at(9);
        if is_wrong {
            fail(wrong_answer())
        } else {
            pass()
        }
    })
}

fn run(jobs: usize, first: &[&str]) -> PlayedRun {
    let first: BTreeSet<Tactic> = first
        .iter()
        .map(|it| it.parse().expect("a tactic"))
        .collect();
    let run = TestRun { jobs, ..DEFAULT };
    let selection = run.selection().playing_first(|_| first.clone());
    run.play(selection, peer()).checked()
}

#[test]
fn cases_that_are_marked_are_played_first_and_each_case_once() {
    let played = run(1, &["cut@9", "bytes", "half@0"]);
    let in_batch = played.played(Play::is_in_batch);
    assert_eq!(in_batch[..3], ["bytes", "cut@9", "half@0"]);
    let (mut played_all, mut planned) = (in_batch.clone(), played.planned());
    planned.remove(0);
    played_all.sort_unstable();
    planned.sort_unstable();
    assert_eq!(played_all, planned);
}

#[test]
fn the_order_changes_no_result() {
    for jobs in [1, 4] {
        let natural = run(jobs, &[]);
        let marked = run(jobs, &["cut@5", "cut@9", "bytes", "random@1", "fin@0"]);
        assert_ne!(natural.failures(), [""; 0]);
        assert_eq!(natural.failures(), marked.failures());
        let families = |run: &PlayedRun| run.scenario("first").families.clone();
        assert_eq!(families(&natural), families(&marked));
        assert_eq!(
            natural.scenario("first").defects,
            marked.scenario("first").defects
        );
    }
}
