//! The second phase, against a peer that does not break.

use wirecheck_report::record::Verdict;

use super::script::{Play, pass};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, TestRun};

#[test]
fn every_other_case_is_played_once_when_all_pass() {
    for jobs in [1, 4] {
        let run = TestRun { jobs, ..DEFAULT }
            .run(ScriptedPeer::new(|_| pass()))
            .checked();
        let mut played = run.played(Play::is_in_batch);
        let mut planned = run.planned();
        planned.remove(0);
        if jobs > 1 {
            played.sort_unstable();
            planned.sort_unstable();
        }
        assert_eq!(played, planned, "{jobs} jobs");
        assert_eq!(run.scenario("first").verdict, Verdict::Pass);
        assert_eq!(run.record.restarts, 0);
    }
}
