//! Servers that take their time: a right one is waited for, one that will not answer
//! is not waited for long, and a run that waits can be ended.

use std::thread;
use std::time::Duration;

use rustix::process::Signal;
use wirecheck_report::record::{RunState, Verdict};
use wirecheck_tests::{Judged, Trial, findings, processes};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");
const ONE_LINE: &[&str] = &["tests/suites/patience.toml", "--scenario", "*/one-line"];
const ASKS_TWICE: &[&str] = &["tests/suites/patience.toml", "--scenario", "*/asks-twice"];
const SLEEPY: &str = "sleepy_server.py";
const ROUNDABOUT: &str = "roundabout_server.py";
const ASLEEP: &str = "no answer (it has read everything and is idle)";

/// By then a wirecheck that asks for no alarm is through with its baseline: it looks
/// for half a second, then for a second.
const BOTH_LOOKS_ARE_OVER: Duration = Duration::from_secs(3);

#[test]
fn a_server_that_thinks_longer_than_the_first_look_holds() {
    holds(ONE_LINE, &["--only", "whole"], &["--think", "0.8"]);
}

#[test]
fn a_server_that_thinks_longer_than_the_second_look_holds() {
    holds(ONE_LINE, &["--only", "whole"], &["--think", "1.5"]);
}

#[test]
fn a_server_that_thinks_for_seconds_holds_although_an_alarm_is_always_set() {
    let only = ["--only", "whole", "--only", "cut@1"];
    // No whole number of looks.
    holds(ONE_LINE, &only, &["--think", "2.05", "--alarm"]);
}

#[test]
fn a_server_whose_alarm_cannot_be_seen_is_given_a_part_of_the_time_that_the_suite_allows() {
    let unhurried = ["tests/suites/unhurried.toml", "--only", "whole"];
    holds(&unhurried, &[], &["--think", "1.5", "--unseen"]);
}

#[test]
fn a_server_that_answers_late_holds_after_a_scenario_that_it_did_not_answer() {
    let two = [
        "tests/suites/patience.toml",
        "--scenario",
        "*/one-line*",
        "--only",
        "whole",
    ];
    let habits = ["--think", "0.8", "--unseen", "--ignore", "Zeno"];
    let Some(judged) = judged(&two, SLEEPY, &habits) else {
        return;
    };
    let fallen: Vec<_> = judged
        .record()
        .scenarios()
        .filter(|(_, scenario)| scenario.verdict != Verdict::Pass)
        .map(|(_, scenario)| scenario.id.as_str())
        .collect();
    assert_eq!(fallen, ["one-line-first"], "{}", judged.stdout);
}

#[test]
fn a_server_that_closes_later_than_the_first_look_holds() {
    holds(ONE_LINE, &["--only", "whole"], &["--linger", "0.8"]);
}

#[test]
fn a_server_that_naps_over_each_unfinished_line_holds() {
    holds(ONE_LINE, &["--only", "cut@*"], &["--nap", "0.3"]);
}

#[test]
fn a_server_that_naps_by_a_timer_that_cannot_be_seen_holds() {
    let habits = ["--nap", "0.15", "--unseen"];
    holds(ONE_LINE, &["--only", "cut@*"], &habits);
}

#[test]
fn a_server_that_naps_holds_although_an_alarm_is_always_set() {
    holds(ONE_LINE, &["--only", "cut@*"], &["--nap", "0.3", "--alarm"]);
}

#[test]
fn a_server_that_naps_beside_an_alarm_that_is_always_set_is_given_all_the_time_too() {
    holds(ONE_LINE, &["--only", "cut@1"], &["--nap", "1.5", "--alarm"]);
}

#[test]
fn a_server_that_thinks_long_over_some_lines_only_holds() {
    let only = ["--only", "whole", "--only", "cut@*"];
    holds(ONE_LINE, &only, &["--think", "1.5", "--every", "5"]);
}

#[test]
fn a_server_that_computes_long_over_what_was_cut_off_does_not_spin() {
    holds(ONE_LINE, &["--only", "half@1"], &["--compute", "1.5"]);
}

#[test]
fn a_server_that_looks_before_it_reads_holds_unverified() {
    for way in ["peek", "mark"] {
        let Some(judged) = judged(ONE_LINE, "peeking_server.py", &["--by", way]) else {
            return;
        };
        assert_eq!(judged.code, 0, "{way}: {}", judged.stdout);
        let delivery = &judged.record().delivery;
        let why = delivery.unverified.as_deref().unwrap_or_default();
        assert!(
            why.contains("looks at what has come"),
            "{way}: {delivery:?}"
        );
        assert!(delivery.proven < delivery.boundaries, "{way}: {delivery:?}");
    }
}

#[test]
fn a_server_that_is_asked_twice_may_answer_the_first_when_the_second_is_cut_off() {
    holds(ASKS_TWICE, &["--only", "half@*"], &[]);
}

#[test]
fn a_server_that_waits_for_bytes_without_an_alarm_is_not_waited_for_till_the_deadline() {
    let Some(judged) = judged(&["tests/suites/patience.toml"], "hostile/mute.py", &[]) else {
        return;
    };
    assert_eq!(silences(&judged), [ASLEEP; 3], "{}", judged.stdout);
    // It is seen to wait for wirecheck alone, so that more time would change nothing.
    assert!(!tells_of_more_time(&judged), "{judged:?}");
}

#[test]
fn where_more_time_may_change_the_verdict_the_run_says_so() {
    let habits = ["--think", "1000", "--unseen"];
    let Some(judged) = judged(ONE_LINE, SLEEPY, &habits) else {
        return;
    };
    assert_eq!(silences(&judged), [ASLEEP], "{}", judged.stdout);
    assert!(tells_of_more_time(&judged), "{judged:?}");
}

#[test]
fn a_server_that_answers_in_a_signal_handler_holds() {
    holds_on(
        ROUNDABOUT,
        ONE_LINE,
        &["--only", "cut@1"],
        &["--by", "signal"],
    );
}

#[test]
fn a_timer_that_sends_a_signal_is_an_alarm() {
    let habits = ["--by", "signal", "--after", "1.5"];
    holds_on(ROUNDABOUT, ONE_LINE, &["--only", "whole"], &habits);
}

#[test]
fn an_alarm_of_another_process_of_the_server_is_one_of_its_own() {
    let habits = ["--by", "helper", "--after", "1.5"];
    holds_on(ROUNDABOUT, ONE_LINE, &["--only", "whole"], &habits);
}

#[test]
fn a_time_that_is_set_on_a_socket_is_an_alarm() {
    let habits = ["--by", "timeout", "--after", "1.5"];
    holds_on(ROUNDABOUT, ONE_LINE, &["--only", "whole"], &habits);
}

#[test]
fn a_server_that_is_called_by_another_process_before_it_answers_holds() {
    holds_on(
        ROUNDABOUT,
        ONE_LINE,
        &["--only", "cut@1"],
        &["--by", "caller"],
    );
}

#[test]
fn a_server_that_has_another_process_answer_holds() {
    holds_on(
        ROUNDABOUT,
        ONE_LINE,
        &["--only", "cut@1"],
        &["--by", "helper"],
    );
}

#[test]
fn a_server_that_sleeps_with_an_alarm_is_given_all_the_time_that_the_suite_allows() {
    let Some(judged) = judged(ONE_LINE, SLEEPY, &["--think", "1000"]) else {
        return;
    };
    let deadline = "no answer within 5s";
    assert_eq!(silences(&judged), [deadline], "{}", judged.stdout);
}

#[test]
fn one_sigterm_ends_a_run_that_waits_for_a_sleeper() {
    if !processes::has_python() {
        return;
    }
    let mut running = Trial::of(COMMAND)
        .with(&["tests/suites/unhurried.toml"])
        .on(SLEEPY, &["--think", "1000"])
        .start();
    running.await_line("unhurried");
    thread::sleep(BOTH_LOOKS_ARE_OVER);
    running.signal(Signal::TERM);
    let judged = running.finish();
    assert_eq!(judged.code, 130, "{judged:?}");
    let record = judged.record();
    assert_eq!(record.state, RunState::CutOff);
    assert_ne!(record.verdict, Verdict::Fail, "nothing was seen to fall");
    assert!(findings(record).next().is_none(), "{}", judged.stdout);
    assert_eq!(judged.left, [""; 0]);
}

/// Nothing is found, whether cases run beside each other or not.
fn holds(cases: &[&str], only: &[&str], habits: &[&str]) {
    holds_on(SLEEPY, cases, only, habits);
}

fn holds_on(server: &str, cases: &[&str], only: &[&str], habits: &[&str]) {
    for jobs in ["1", "2"] {
        let how = [cases, only, &["--jobs", jobs]].concat();
        let Some(judged) = judged(&how, server, habits) else {
            return;
        };
        let record = judged.record();
        let found: Vec<_> = findings(record).collect();
        assert!(found.is_empty(), "--jobs {jobs}: {found:#?}");
        assert_eq!(
            (judged.code, record.verdict),
            (0, Verdict::Pass),
            "--jobs {jobs}: {}",
            judged.stdout
        );
    }
}

fn tells_of_more_time(judged: &Judged) -> bool {
    let notes = &judged.record().notes;
    notes.iter().any(|note| note.contains("limits.reply"))
}

/// What was found: at each baseline, that no answer came, and how that was known.
fn silences(judged: &Judged) -> Vec<&str> {
    let found = findings(judged.record());
    found
        .map(|(_, tactic, finding)| {
            assert_eq!((tactic, finding.kind.as_str()), ("whole", "no-answer"));
            finding.what.as_str()
        })
        .collect()
}

/// It came to its end, said nothing but its result, and left nothing behind.
fn judged(how: &[&str], server: &str, habits: &[&str]) -> Option<Judged> {
    if !processes::has_python() {
        return None;
    }
    let judged = Trial::of(COMMAND).with(how).on(server, habits).judge();
    assert_eq!(judged.stderr, "");
    assert_eq!(judged.record().state, RunState::Finished);
    assert_eq!(judged.left, [""; 0]);
    Some(judged)
}
