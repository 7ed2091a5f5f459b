//! Servers with the defects that beginners' guides teach: which tactics find them,
//! which do not, and by what; the same in every run.

use snapbox::{IntoData, assert_data_eq, str};
use wirecheck_report::record::RunState;
use wirecheck_tests::{Trial, outline, processes, timeless};

/// How many runs must come to the same.
const RUNS: usize = 3;

#[test]
fn a_line_connection_that_decodes_by_the_segment_dies_of_a_cut_character() {
    falls(
        &["scenarios/line", "--scenario", "line/greeting-in-umlauts"],
        "line_connection_server_naive.py",
        &[],
        str![[r#"
line/greeting-in-umlauts
  holds: whole joined joined+cut
  bytes: died+ended-early
  cut: died+ended-early
  random: died+ended-early
  fin: died
  half: died

"#]],
    );
}

#[test]
fn a_file_object_server_dies_of_a_client_that_ends() {
    falls(
        &["scenarios/file-object"],
        "file_object_server_naive.py",
        &[],
        str![[r#"
file-object/greets-each-line
  holds: 
  whole: died
file-object/stop-ends-the-conversation
  holds: 
  whole: died+surplus

"#]],
    );
}

#[test]
fn a_header_that_counts_characters_announces_too_little() {
    falls(
        &["scenarios/header", "--scenario", "header/greeting"],
        "header_server_naive.py",
        &["--interval", "3600"],
        str![[r#"
header/greeting
  holds: 
  whole: wrong-answer

"#]],
    );
}

#[test]
fn a_header_echo_that_reads_once_falls_under_every_cut_inside_a_message() {
    falls(
        &["scenarios/header", "--scenario", "header-echo/*"],
        "header_echo_server_naive.py",
        &[],
        str![[r#"
header-echo/answers-in-capitals
  holds: whole fin
  bytes: wrong-answer
  cut: wrong-answer
  joined: no-answer
  joined+cut: ended-early, wrong-answer
  random: ended-early, wrong-answer
  half: surplus
header-echo/wide-characters
  holds: 
  whole: wrong-answer

"#]],
    );
}

#[test]
fn a_stay_alive_server_that_passes_over_the_end_spins() {
    falls(
        &["scenarios/stay-alive"],
        "stay_alive_server_naive.py",
        &[],
        str![[r#"
stay-alive/prints-each-line
  holds: 
  whole: stays-open

"#]],
    );
}

#[test]
fn a_server_for_one_client_is_gone_after_it() {
    falls(
        &["scenarios/stay-alive"],
        "stay_alive_server_once.py",
        &[],
        str![[r#"
stay-alive/prints-each-line
  holds: 
  whole: died

"#]],
    );
}

#[test]
fn a_one_shot_server_answers_its_first_segment() {
    falls(
        &["scenarios/one-shot"],
        "one_shot_server_naive.py",
        &[],
        str![[r#"
one-shot/one-answer
  holds: whole fin
  bytes: wrong-answer
  cut: ended-early, wrong-answer
  random: wrong-answer
  half: surplus

"#]],
    );
}

#[test]
fn a_threaded_server_that_answers_each_segment_falls_under_cuts_and_joins() {
    falls(
        &["scenarios/threaded"],
        "threaded_server_naive.py",
        &[],
        str![[r#"
threaded/answers-each-line
  holds: whole fin
  bytes: wrong-answer
  cut: surplus, wrong-answer
  joined: wrong-answer
  joined+cut: wrong-answer
  random: wrong-answer
  half: surplus
threaded/answers-wide-characters
  holds: whole
  bytes: not-read
  cut: not-read, surplus, wrong-answer
  random: not-read, wrong-answer
  fin: stays-open
  half: stays-open, surplus

"#]],
    );
}

#[test]
fn a_streams_server_that_reads_once_answers_its_first_segment() {
    falls(
        &["scenarios/streams"],
        "streams_server_naive.py",
        &[],
        str![[r#"
streams/greets-back
  holds: whole fin
  bytes: wrong-answer
  cut: ended-early, wrong-answer
  random: wrong-answer
  half: surplus

"#]],
    );
}

#[test]
fn three_runs_on_a_naive_header_echo_give_one_record() {
    repeats(
        "scenarios/header/header-echo.toml",
        "header_echo_server_naive.py",
    );
}

#[test]
fn three_runs_on_a_naive_threaded_server_give_one_record() {
    repeats("scenarios/threaded", "threaded_server_naive.py");
}

#[test]
fn three_runs_on_a_naive_streams_server_give_one_record() {
    repeats("scenarios/streams", "streams_server_naive.py");
}

#[test]
fn three_runs_on_a_server_that_closes_early_give_one_record() {
    repeats("scenarios/one-shot", "one_shot_server_naive.py");
}

#[test]
fn three_runs_on_a_threaded_server_that_is_right_give_one_record() {
    repeats("scenarios/threaded", "threaded_server_mended.py");
}

#[test]
fn three_runs_on_a_stay_alive_server_that_is_right_give_one_record() {
    repeats("scenarios/stay-alive", "stay_alive_server_mended.py");
}

fn falls(cases: &[&str], server: &str, arguments: &[&str], expected: snapbox::data::Inline) {
    if !processes::has_python() {
        return;
    }
    let judged = Trial::of(env!("CARGO_BIN_EXE_wirecheck-under-test"))
        .with(cases)
        .with(&["--profile", "quick"])
        .on(server, arguments)
        .judge();
    assert_data_eq!(outline(judged.record()), expected.raw());
    assert_eq!((judged.code, judged.stderr.as_str()), (1, ""));
    assert_eq!(judged.record().state, RunState::Finished);
    assert_eq!(judged.left, [""; 0]);
}

fn repeats(cases: &str, server: &str) {
    if !processes::has_python() {
        return;
    }
    let server = format!("tests/peers/python/{server}");
    // No marker: the command is part of the record.
    let words = ["python3", &server, "--port", "{port}"];
    let mut runs = (0..RUNS).map(|_| {
        let judged = Trial::of(env!("CARGO_BIN_EXE_wirecheck-under-test"))
            .with(&[cases, "--profile", "quick"])
            .started_by(words.map(str::to_owned).to_vec())
            .judge();
        timeless(judged.record())
    });
    let first = runs.next().expect("there are several");
    for run in runs {
        assert_data_eq!(run, first.clone().raw());
    }
}
