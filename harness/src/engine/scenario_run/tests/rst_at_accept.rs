//! The case for which the server is suspended.

use super::script::{Beside, Play, die, pass};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, PlayedRun, TestRun};
use crate::tactic::{Profile, TacticFamily};

fn run(peer: ScriptedPeer) -> PlayedRun {
    let options = TestRun {
        only: "rst@*",
        profile: Profile::Standard,
        jobs: 4,
        ..DEFAULT
    };
    options.run(peer).checked()
}

fn is_suspending(play: &Play) -> bool {
    play.is("rst@accept")
}

fn counted(run: &PlayedRun) -> (u64, u64) {
    let mut families = run.scenario("first").families.iter();
    let family = families.find(|it| it.name == TacticFamily::RstAtAccept.as_str());
    let family = family.expect("it is planned");
    (family.passed, family.not_judged)
}

#[test]
fn it_is_played_alone_after_all_others_and_the_next_connection_is_served() {
    let run = run(ScriptedPeer::new(|_| pass()));
    assert_eq!(run.failures(), [""; 0]);
    assert_eq!(counted(&run), (1, 0));
    let [.., played, last] = run.plays.as_slice() else {
        panic!("too few plays");
    };
    assert!(is_suspending(played) && last.is_baseline());
    assert_eq!(played.beside, Beside::Nothing);
    assert_eq!(run.played(is_suspending).len(), 1);
    assert_eq!(run.record.restarts, 0);
}

#[test]
fn a_peer_that_breaks_in_it_fails_once_it_broke_again() {
    for (effect, expected) in [
        ("dies", "rst@accept fail died ended-early"),
        ("dies late", "rst@accept fail died"),
        ("spins", "rst@accept fail spins"),
        ("stops", "rst@accept fail next-not-served"),
    ] {
        let run = run(ScriptedPeer::new(move |play| match effect {
            _ if !is_suspending(play) => pass(),
            "dies" => die(),
            "dies late" => pass().and_dies_late(),
            "spins" => pass().and_spins(),
            _ => pass().and_stops_accepting(),
        }));
        assert_eq!(run.failures(), [expected], "{effect}");
        assert!(run.played(is_suspending).len() >= 2, "{effect}");
    }
}

#[test]
fn a_peer_that_breaks_once_in_it_is_flaky() {
    let run = run(ScriptedPeer::new(|play| {
        if is_suspending(play) && play.life == 0 {
            die()
        } else {
            pass()
        }
    }));
    assert_eq!(run.failures(), ["rst@accept flaky died ended-early"]);
}

/// SIGCONT interrupts some system calls.
#[test]
fn a_peer_that_the_suspension_alone_breaks_is_not_judged() {
    let peer = ScriptedPeer::new(|play| if is_suspending(play) { die() } else { pass() });
    let run = run(peer.dying_when_suspended());
    assert_eq!(run.failures(), [""; 0]);
    assert_eq!(counted(&run), (0, 1));
    let [reason] = run.scenario("first").not_judged.as_slice() else {
        panic!("{:?}", run.scenario("first").not_judged);
    };
    assert!(reason.why.contains("does not serve on after SIGSTOP"));
}
