//! A correct server that is slow gets the time it needs. A server that will never answer does
//! not use up the limit. A signal ends a run that waits.

use std::thread;
use std::time::Duration;

use rustix::process::Signal;
use wirecheck_report::record::{RunState, Verdict};
use wirecheck_tests::{Run, RunOutcome, findings, map_at_once, tools};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");
const ONE_LINE: &[&str] = &["tests/suites/slow-server.toml", "--scenario", "*/one-line"];
const TWO_LINES: &[&str] = &["tests/suites/slow-server.toml", "--scenario", "*/two-lines"];
const SHORT_REPLY_LIMIT: &[&str] = &[
    "tests/suites/short-limits.toml",
    "--scenario",
    "*/short-reply-limit",
];
const WHOLE: &[&str] = &["--only", "whole"];
/// For servers that serve one client at a time: wirecheck need not find that out.
const WHOLE_ALONE: &[&str] = &["--only", "whole", "--jobs", "1"];
const SLOW: &str = "slow_server.py";
const INDIRECT: &str = "indirect_server.py";
/// The sum of both limits after which an idle server without a timer is taken not to answer, and
/// half a second more.
const BOTH_IDLE_LIMITS: Duration = Duration::from_secs(2);
const IDLE: &str = "no answer (it has read everything and is idle)";

#[test]
fn a_server_that_answers_after_the_first_idle_limit_passes() {
    passes(SLOW, &["--answer-delay", "0.8"], &[ONE_LINE, WHOLE]);
}

#[test]
fn a_server_that_answers_after_the_second_idle_limit_passes() {
    passes(SLOW, &["--answer-delay", "1.5"], &[ONE_LINE, WHOLE]);
}

#[test]
fn a_server_that_always_has_a_timer_set_may_answer_after_seconds() {
    // Not a multiple of an idle limit.
    let options = ["--answer-delay", "2.05", "--accept-timeout"];
    passes(SLOW, &options, &[ONE_LINE, WHOLE, &["--only", "cut@1"]]);
}

#[test]
fn a_server_with_a_hidden_timer_gets_a_share_of_the_reply_limit() {
    let ten_minutes = ["tests/suites/ten-minutes.toml"];
    let options = ["--answer-delay", "1.5", "--hidden-timer"];
    passes(SLOW, &options, &[&ten_minutes, WHOLE]);
}

#[test]
fn a_scenario_without_an_answer_does_not_shorten_the_wait_in_the_next_one() {
    let both = [
        "tests/suites/slow-server.toml",
        "--scenario",
        "*/one-line*",
        "--only",
        "whole",
    ];
    let options = ["--answer-delay", "0.8", "--hidden-timer", "--ignore"];
    let Some(outcome) = complete(SLOW, &[&options[..], &["Zeno"]].concat(), &both) else {
        return;
    };
    let failed: Vec<_> = outcome
        .record()
        .scenarios()
        .filter(|(_, scenario)| scenario.verdict != Verdict::Pass)
        .map(|(_, scenario)| scenario.id.as_str())
        .collect();
    assert_eq!(failed, ["one-line-first"], "{}", outcome.stdout);
}

#[test]
fn a_server_that_closes_after_the_first_idle_limit_passes() {
    passes(SLOW, &["--close-delay", "0.8"], &[ONE_LINE, WHOLE]);
}

#[test]
fn a_server_that_sleeps_over_each_unfinished_line_passes() {
    map_at_once(["1", "2"], |jobs| {
        let cuts = ["--only", "cut@*", "--jobs", jobs];
        passes(SLOW, &["--unfinished-delay", "0.3"], &[ONE_LINE, &cuts]);
    });
}

#[test]
fn a_server_that_sleeps_over_each_unfinished_line_by_a_hidden_timer_passes() {
    let options = ["--unfinished-delay", "0.15", "--hidden-timer"];
    map_at_once(["1", "2"], |jobs| {
        let cuts = ["--only", "cut@*", "--jobs", jobs];
        passes(SLOW, &options, &[ONE_LINE, &cuts]);
    });
}

#[test]
fn a_server_that_sleeps_over_each_unfinished_line_and_always_has_a_timer_set_passes() {
    let options = ["--unfinished-delay", "0.3", "--accept-timeout"];
    passes(SLOW, &options, &[ONE_LINE, &["--only", "cut@*"]]);
}

#[test]
fn a_server_that_sleeps_over_an_unfinished_line_longer_than_the_idle_limits_passes() {
    let options = ["--unfinished-delay", "1.5", "--accept-timeout"];
    passes(SLOW, &options, &[ONE_LINE, &["--only", "cut@1"]]);
}

#[test]
fn a_server_that_delays_only_some_answers_passes() {
    let options = ["--answer-delay", "1.5", "--every", "5"];
    map_at_once(["1", "2"], |jobs| {
        let cuts = ["--only", "cut@*", "--jobs", jobs];
        passes(SLOW, &options, &[ONE_LINE, WHOLE, &cuts]);
    });
}

#[test]
fn a_server_that_computes_over_a_truncated_line_does_not_spin() {
    let cut = ["--only", "half@1"];
    passes(SLOW, &["--compute", "1.5"], &[ONE_LINE, &cut]);
}

#[test]
fn a_server_that_peeks_before_it_reads_passes_unverified() {
    map_at_once(["peek", "low-water-mark"], |way| {
        let options = ["--by", way];
        let cuts = [ONE_LINE, &["--only", "cut@*"]].concat();
        let Some(outcome) = complete("peeking_server.py", &options, &cuts) else {
            return;
        };
        assert_eq!(outcome.code, 0, "{way}: {}", outcome.stdout);
        let delivery = &outcome.record().delivery;
        let why = delivery.unverified.as_deref().unwrap_or_default();
        assert!(
            why.contains("does not read bytes until more have arrived"),
            "{way}: {delivery:?}"
        );
        assert!(delivery.proven < delivery.boundaries, "{way}: {delivery:?}");
    });
}

#[test]
fn a_server_may_answer_the_first_line_when_the_second_is_truncated() {
    passes(SLOW, &[], &[TWO_LINES, &["--only", "half@*"]]);
}

#[test]
fn a_server_that_only_waits_for_bytes_is_not_given_the_whole_reply_limit() {
    let suite = ["tests/suites/slow-server.toml"];
    let Some(outcome) = complete("hostile/mute.py", &[], &suite) else {
        return;
    };
    assert_eq!(missing_answers(&outcome), [IDLE; 3], "{}", outcome.stdout);
}

#[test]
fn a_server_that_waits_for_another_process_has_the_whole_limit() {
    let options = ["--answer-delay", "2", "--hidden-timer"];
    passes(SLOW, &options, &[ONE_LINE, &["--only", "cut@1"]]);
}

#[test]
fn a_server_that_answers_in_a_signal_handler_passes() {
    let cut = ["--only", "cut@1", "--jobs", "1"];
    passes(INDIRECT, &["--by", "signal"], &[ONE_LINE, &cut]);
}

#[test]
fn a_server_that_answers_from_another_process_passes() {
    let cut = ["--only", "cut@1", "--jobs", "1"];
    passes(INDIRECT, &["--by", "helper"], &[ONE_LINE, &cut]);
}

#[test]
fn a_server_that_answers_when_another_process_connects_to_it_passes() {
    let cut = ["--only", "cut@1", "--jobs", "1"];
    passes(INDIRECT, &["--by", "caller"], &[ONE_LINE, &cut]);
}

#[test]
fn a_timer_that_sends_a_signal_counts_as_a_timer() {
    let options = ["--by", "signal", "--after", "1.5"];
    passes(INDIRECT, &options, &[ONE_LINE, WHOLE_ALONE]);
}

#[test]
fn a_timer_of_another_process_of_the_server_counts_as_a_timer() {
    let options = ["--by", "helper", "--after", "1.5"];
    passes(INDIRECT, &options, &[ONE_LINE, WHOLE_ALONE]);
}

#[test]
fn a_receive_timeout_of_a_socket_counts_as_a_timer() {
    let options = ["--by", "timeout", "--after", "1.5"];
    passes(INDIRECT, &options, &[ONE_LINE, WHOLE_ALONE]);
}

#[test]
fn a_server_with_a_timer_is_given_the_whole_reply_limit() {
    let options = ["--answer-delay", "1000"];
    let Some(outcome) = complete(SLOW, &options, SHORT_REPLY_LIMIT) else {
        return;
    };
    let found = missing_answers(&outcome);
    assert_eq!(found, ["no answer within 3s"], "{}", outcome.stdout);
}

#[test]
fn one_sigterm_ends_a_run_that_waits_for_a_server_that_sleeps() {
    if !tools::has_python() {
        return;
    }
    let run = Run::new(COMMAND);
    let log = run.scratch_path("sleeps.log");
    let log_words = ["--log", log.to_str().expect("it is UTF-8")];
    let mut active = run
        .args(&["tests/suites/ten-minutes.toml"])
        .python_server(
            SLOW,
            &[&["--answer-delay", "1000"], &log_words[..]].concat(),
        )
        .start();
    active.wait_for_file(&log);
    // The signal comes late, when only the timer of the server makes wirecheck wait.
    thread::sleep(BOTH_IDLE_LIMITS);
    active.signal(Signal::TERM);
    let outcome = active.wait();
    assert_eq!(outcome.code, 130, "{outcome:?}");
    let record = outcome.record();
    assert_eq!(record.state, RunState::CutOff);
    assert_ne!(record.verdict, Verdict::Fail, "no case has failed");
    assert!(findings(record).next().is_none(), "{}", outcome.stdout);
    assert_eq!(outcome.remaining_processes, [""; 0]);
}

/// Nothing is found.
fn passes(server: &str, options: &[&str], arguments: &[&[&str]]) {
    let arguments = arguments.concat();
    let Some(outcome) = complete(server, options, &arguments) else {
        return;
    };
    let record = outcome.record();
    let found: Vec<_> = findings(record).collect();
    assert!(found.is_empty(), "{arguments:?}: {found:#?}");
    assert_eq!(
        (outcome.code, record.verdict),
        (0, Verdict::Pass),
        "{arguments:?}: {}",
        outcome.stdout
    );
}

/// The findings, which are all about a missing answer in a baseline.
fn missing_answers(outcome: &RunOutcome) -> Vec<&str> {
    let found = findings(outcome.record());
    found
        .map(|(_, tactic, finding)| {
            assert_eq!((tactic, finding.kind.as_str()), ("whole", "no-answer"));
            finding.what.as_str()
        })
        .collect()
}

/// A run that finished, printed no error and left no process. None without Python.
fn complete(server: &str, options: &[&str], arguments: &[&str]) -> Option<RunOutcome> {
    if !tools::has_python() {
        return None;
    }
    let outcome = Run::new(COMMAND)
        .args(arguments)
        .python_server(server, options)
        .complete();
    assert_eq!(outcome.stderr, "");
    assert_eq!(outcome.record().state, RunState::Finished);
    assert_eq!(outcome.remaining_processes, [""; 0]);
    Some(outcome)
}
