//! Servers with the defects that beginners' guides teach: which families of tactics they fail and
//! with which findings. Two runs give the same record.

use snapbox::{IntoData, assert_data_eq, str};
use wirecheck_report::record::RunState;
use wirecheck_tests::{Run, RunOutcome, family_results, tools};

#[test]
fn a_line_connection_that_decodes_each_recv_dies_of_a_split_character() {
    fails(
        &["scenarios/line", "--scenario", "line/greeting-in-umlauts"],
        "line_connection_server_naive.py",
        &[],
        str![[r#"
line/greeting-in-umlauts
  passes: whole joined joined+cut
  bytes: died+ended-early
  cut: died+ended-early
  random: died+ended-early
  fin: died
  half: died
  rst: died

"#]],
    );
}

#[test]
fn a_file_object_server_dies_when_a_client_closes() {
    fails(
        &["scenarios/file-object"],
        "file_object_server_naive.py",
        &[],
        str![[r#"
file-object/greets-each-line
  passes: 
  whole: died
file-object/stop-ends-the-conversation
  passes: 
  whole: died+surplus

"#]],
    );
}

#[test]
fn a_header_that_counts_characters_is_wrong_in_the_baseline() {
    fails(
        &["scenarios/header", "--scenario", "header/greeting"],
        "header_server_naive.py",
        &["--interval", "3600"],
        str![[r#"
header/greeting
  passes: 
  whole: wrong-answer

"#]],
    );
}

#[test]
fn a_header_echo_that_reads_once_fails_cuts_inside_a_message() {
    fails_alike(
        &["scenarios/header", "--scenario", "header-echo/*"],
        "header_echo_server_naive.py",
        str![[r#"
header-echo/answers-in-capitals
  passes: whole fin rst
  bytes: wrong-answer
  cut: wrong-answer
  joined: no-answer
  joined+cut: ended-early, wrong-answer
  random: ended-early, wrong-answer
  half: surplus
header-echo/wide-characters
  passes: 
  whole: wrong-answer

"#]],
    );
}

#[test]
fn a_stay_alive_server_that_ignores_the_end_of_the_stream_spins() {
    fails(
        &["scenarios/stay-alive"],
        "stay_alive_server_naive.py",
        &[],
        str![[r#"
stay-alive/prints-each-line
  passes: 
  whole: stays-open

"#]],
    );
}

#[test]
fn a_server_without_an_accept_loop_exits_after_its_first_client() {
    fails(
        &["scenarios/stay-alive"],
        "stay_alive_server_once.py",
        &[],
        str![[r#"
stay-alive/prints-each-line
  passes: 
  whole: died

"#]],
    );
}

#[test]
fn a_one_shot_server_answers_its_first_segment() {
    fails_alike(
        &["scenarios/one-shot"],
        "one_shot_server_naive.py",
        str![[r#"
one-shot/one-answer
  passes: whole fin rst
  bytes: wrong-answer
  cut: ended-early, wrong-answer
  random: wrong-answer
  half: early-answer, surplus

"#]],
    );
}

#[test]
fn a_threaded_server_that_answers_each_recv_fails_cuts_and_joins() {
    fails_alike(
        &["scenarios/threaded"],
        "threaded_server_naive.py",
        str![[r#"
threaded/answers-each-line
  passes: whole fin
  bytes: wrong-answer
  cut: surplus, wrong-answer
  joined: wrong-answer
  joined+cut: wrong-answer
  random: wrong-answer
  half: early-answer, surplus
  rst: leaks
threaded/answers-wide-characters
  passes: whole rst
  bytes: not-read
  cut: not-read, surplus, wrong-answer
  random: not-read, wrong-answer
  fin: stays-open
  half: early-answer, stays-open, surplus

"#]],
    );
}

#[test]
fn a_streams_server_that_reads_once_answers_its_first_segment() {
    fails_alike(
        &["scenarios/streams"],
        "streams_server_naive.py",
        str![[r#"
streams/greets-back
  passes: whole fin rst
  bytes: wrong-answer
  cut: ended-early, wrong-answer
  random: wrong-answer
  half: early-answer, surplus

"#]],
    );
}

#[test]
fn two_runs_on_a_fixed_threaded_server_give_one_record() {
    passes_alike("scenarios/threaded", "threaded_server_fixed.py");
}

#[test]
fn two_runs_on_a_fixed_stay_alive_server_give_one_record() {
    passes_alike("scenarios/stay-alive", "stay_alive_server_fixed.py");
}

/// The server fails these families of tactics.
fn fails(cases: &[&str], server: &str, options: &[&str], expected: snapbox::data::Inline) {
    if tools::has_python() {
        let outcome = complete(cases, server, options);
        assert_eq!(outcome.code, 1);
        assert_data_eq!(family_results(outcome.record()), expected.raw());
    }
}

/// The server fails these families of tactics, and a second run gives the same record.
fn fails_alike(cases: &[&str], server: &str, expected: snapbox::data::Inline) {
    if tools::has_python() {
        let [first, second] = [(); 2].map(|()| complete(cases, server, &[]));
        assert_eq!(first.code, 1);
        assert_data_eq!(family_results(first.record()), expected.raw());
        assert_data_eq!(second.comparable_record(), first.comparable_record().raw());
    }
}

fn passes_alike(cases: &str, server: &str) {
    if tools::has_python() {
        let [first, second] = [(); 2].map(|()| complete(&[cases], server, &[]));
        assert_eq!(first.code, 0);
        assert_data_eq!(second.comparable_record(), first.comparable_record().raw());
    }
}

/// A run that finished, printed no error and left no process.
fn complete(cases: &[&str], server: &str, options: &[&str]) -> RunOutcome {
    let outcome = Run::new(env!("CARGO_BIN_EXE_wirecheck-under-test"))
        .args(cases)
        .args(&["--profile", "quick"])
        .python_server(server, options)
        .complete();
    assert_eq!(outcome.stderr, "");
    assert_eq!(outcome.record().state, RunState::Finished);
    assert_eq!(outcome.remaining_processes, [""; 0]);
    outcome
}
