//! Clients with the defects that beginners' guides teach: which tactics they fall
//! under, and which defects are named.

use snapbox::{IntoData, assert_data_eq, str};
use wirecheck_report::record::RunState;
use wirecheck_tests::{Trial, diagnoses, processes, verdicts};

/// How many runs must come to the same.
const RUNS: usize = 3;

#[test]
fn a_line_connection_that_decodes_by_the_segment_dies_of_a_cut_character() {
    falls(
        &[
            "scenarios/line",
            "--scenario",
            "line*/*prints-the*",
            "--scenario",
            "line-client/*",
        ],
        "line_connection_client_naive.py",
        &[],
        str![[r#"
line-client/prints-the-answer
  holds: whole fin half
  falls: bytes cut random
  named: F05
line-client/keeps-what-comes-before-ok
  holds: 
  falls: whole
  named: 
line/prints-the-answer
  holds: whole fin half
  falls: bytes cut random
  named: F05

"#]],
    );
}

#[test]
fn a_file_object_prints_a_line_that_was_cut_short_and_forgets_what_it_has_read_ahead() {
    falls(
        &["scenarios/file-object/file-object-client.toml"],
        "file_object_client_naive.py",
        &[],
        str![[r#"
file-object-client/prints-each-answer
  holds: whole bytes cut random fin
  falls: half
  named: C06
file-object-client/keeps-an-early-answer
  holds: whole bytes cut fin
  falls: joined joined+cut random half
  named: F03 C06

"#]],
    );
}

#[test]
fn a_greeter_client_that_reads_once_prints_its_first_segment() {
    falls(
        &["scenarios/greeter"],
        "greeter_client_naive.py",
        &[],
        str![[r#"
greeter-client/welcomes-at-length
  holds: 
  falls: whole
  named: 
greeter/welcomes-and-closes
  holds: whole fin half
  falls: bytes cut random
  named: F02 F05

"#]],
    );
}

#[test]
fn a_greeter_client_that_decodes_by_the_piece_dies_of_a_cut_character() {
    falls(
        &["scenarios/greeter"],
        "greeter_client_chunks.py",
        &[],
        str![[r#"
greeter-client/welcomes-at-length
  holds: whole fin half
  falls: bytes cut joined joined+cut random
  named: 
greeter/welcomes-and-closes
  holds: whole fin half
  falls: bytes cut random
  named: 

"#]],
    );
}

#[test]
fn a_header_client_that_takes_a_segment_for_a_message_falls_in_every_way() {
    falls(
        &["scenarios/header/header.toml"],
        "header_client_naive.py",
        &[],
        str![[r#"
header/greeting-and-time
  holds: whole
  falls: bytes cut joined joined+cut random fin half
  named: F01 F03 F05 C02
header/ends-between-messages
  holds: 
  falls: whole
  named: C03

"#]],
    );
}

#[test]
fn a_one_shot_client_that_reads_once_prints_its_first_segment() {
    falls(
        &["scenarios/one-shot"],
        "one_shot_client_naive.py",
        &["hello 00000000"],
        str![[r#"
one-shot-client/prints-wide-characters
  holds: whole fin half
  falls: bytes cut random
  named: F02 F05
one-shot/one-answer
  holds: whole fin half
  falls: bytes cut random
  named: F02

"#]],
    );
}

#[test]
fn a_streams_client_that_reads_once_prints_its_first_segment() {
    falls(
        &["scenarios/streams"],
        "streams_client_naive.py",
        &["world 00000000"],
        str![[r#"
streams-client/prints-wide-characters
  holds: whole fin half
  falls: bytes cut random
  named: F02 F05
streams/greets-back
  holds: whole fin half
  falls: bytes cut random
  named: F02

"#]],
    );
}

#[test]
fn a_service_that_dies_of_half_a_line_does_not_come_back() {
    falls(
        &["scenarios/agent", "--reconnects", "--jobs", "1"],
        "agent_client_naive.py",
        &[],
        str![[r#"
agent/answers-each-question
  holds: whole bytes cut random
  falls: fin half
  named: C03 C06

"#]],
    );
}

#[test]
fn three_runs_on_a_naive_file_object_give_one_verdict_on_each_case() {
    if !processes::has_python() {
        return;
    }
    let mut runs = (0..RUNS).map(|_| {
        let judged = trial(&[
            "scenarios/file-object",
            "--scenario",
            "*/keeps-an-early-answer",
        ])
        .calling("file_object_client_naive.py", &[])
        .judge();
        verdicts(judged.record())
    });
    let first = runs.next().expect("there are several");
    for run in runs {
        assert_data_eq!(run, first.clone().raw());
    }
}

fn falls(cases: &[&str], client: &str, arguments: &[&str], expected: snapbox::data::Inline) {
    if !processes::has_python() {
        return;
    }
    let judged = trial(cases).calling(client, arguments).judge();
    assert_data_eq!(diagnoses(judged.record()), expected.raw());
    assert_eq!((judged.code, judged.stderr.as_str()), (1, ""));
    assert_eq!(judged.record().state, RunState::Finished);
    assert_eq!(judged.left, [""; 0]);
}

fn trial(cases: &[&str]) -> Trial {
    Trial::of(env!("CARGO_BIN_EXE_wirecheck-under-test"))
        .with(cases)
        .with(&["--profile", "quick"])
}
