//! Clients with the defects that beginners' guides teach: which families of tactics they fail and
//! which defects are named. Two runs give the same verdicts.

use snapbox::{IntoData, assert_data_eq, str};
use wirecheck_report::record::RunState;
use wirecheck_tests::{
    PART_OF_DELIVERIES, PART_OF_ENDS, Run, RunOutcome, diagnoses, tools, verdicts,
};

#[test]
fn a_line_connection_that_decodes_each_recv_dies_of_a_split_character() {
    fails(
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
  passes: whole fin half
  fails: bytes cut random
  defects: F05
line-client/keeps-what-comes-before-ok
  passes: 
  fails: whole
  defects: 
line/prints-the-answer
  passes: whole fin half
  fails: bytes cut random
  defects: F05

"#]],
    );
}

#[test]
fn a_file_object_prints_a_truncated_line_and_drops_its_read_ahead_buffer() {
    if !tools::has_python() {
        return;
    }
    let suite = ["scenarios/file-object/file-object-client.toml"];
    let ends = ["--only=fin@*", "--only=half@*"];
    let arguments = [&suite, PART_OF_DELIVERIES, &ends].concat();
    let [first, second] =
        [(); 2].map(|()| complete(&arguments, "file_object_client_naive.py", &[]));
    assert_data_eq!(
        diagnoses(first.record()),
        str![[r#"
file-object-client/prints-each-answer
  passes: whole bytes cut random
  fails: fin half
  defects: C06
file-object-client/keeps-an-early-answer
  passes: whole bytes cut
  fails: joined joined+cut random fin half
  defects: F03 C06

"#]]
        .raw()
    );
    assert_data_eq!(verdicts(second.record()), verdicts(first.record()).raw());
}

#[test]
fn a_greeter_client_that_reads_once_prints_its_first_segment() {
    fails(
        &["scenarios/greeter"],
        "greeter_client_naive.py",
        &[],
        str![[r#"
greeter-client/welcomes-at-length
  passes: 
  fails: whole
  defects: 
greeter/welcomes-and-closes
  passes: whole fin half
  fails: bytes cut random
  defects: F02 F05

"#]],
    );
}

#[test]
fn a_greeter_client_that_decodes_each_piece_dies_of_a_split_character() {
    fails(
        &["scenarios/greeter"],
        "greeter_client_chunks.py",
        &[],
        str![[r#"
greeter-client/welcomes-at-length
  passes: whole fin half
  fails: bytes cut joined joined+cut random
  defects: 
greeter/welcomes-and-closes
  passes: whole fin half
  fails: bytes cut random
  defects: 

"#]],
    );
}

#[test]
fn a_header_client_that_takes_each_recv_for_a_message_fails_cuts_and_joins() {
    if !tools::has_python() {
        return;
    }
    let arguments = [&["scenarios/header/header.toml"], PART_OF_DELIVERIES].concat();
    let outcome = complete(&arguments, "header_client_naive.py", &[]);
    // Some cuts make it spin at the end of the stream. Whether that is seen within the limit
    // depends on the processor time that it gets; the next test waits longer.
    let diagnoses = diagnoses(outcome.record()).replace(" C02", "");
    assert_data_eq!(
        diagnoses,
        str![[r#"
header/greeting-and-time
  passes: whole
  fails: bytes cut joined joined+cut random
  defects: F01 F03 F05
header/ends-between-messages
  passes: 
  fails: whole
  defects: C03

"#]]
        .raw()
    );
}

#[test]
fn a_header_client_that_ignores_the_end_of_the_stream_spins() {
    if !tools::has_python() {
        return;
    }
    // One at a time, or clients that spin take each other's processor time.
    let cases = ["--only=half@15", "--jobs=1"];
    let arguments = [&["tests/suites/spinning-client.toml"], &cases[..]].concat();
    let outcome = complete(&arguments, "header_client_naive.py", &[]);
    assert_data_eq!(
        diagnoses(outcome.record()),
        str![[r#"
spinning-client/greeting-and-time
  passes: whole
  fails: half
  defects: C02

"#]]
        .raw()
    );
}

#[test]
fn a_one_shot_client_that_reads_once_prints_its_first_segment() {
    fails(
        &["scenarios/one-shot"],
        "one_shot_client_naive.py",
        &["hello 00000000"],
        str![[r#"
one-shot-client/prints-wide-characters
  passes: whole fin half
  fails: bytes cut random
  defects: F02 F05
one-shot/one-answer
  passes: whole fin half
  fails: bytes cut random
  defects: F02

"#]],
    );
}

#[test]
fn a_streams_client_that_reads_once_prints_its_first_segment() {
    fails(
        &["scenarios/streams"],
        "streams_client_naive.py",
        &["world 00000000"],
        str![[r#"
streams-client/prints-wide-characters
  passes: whole fin half
  fails: bytes cut random
  defects: F02 F05
streams/greets-back
  passes: whole fin half
  fails: bytes cut random
  defects: F02

"#]],
    );
}

#[test]
fn a_service_that_dies_of_half_a_line_does_not_reconnect() {
    fails(
        &[
            "scenarios/agent",
            "--reconnects",
            "--jobs",
            "1",
            "--only=half@*",
        ],
        "agent_client_naive.py",
        &[],
        str![[r#"
agent/answers-each-question
  passes: whole bytes cut random
  fails: fin half
  defects: C03 C06

"#]],
    );
}

#[test]
fn a_service_that_reads_once_fails_the_same_cuts_in_each_run() {
    if !tools::has_python() {
        return;
    }
    let service = ["tests/peers/odd/per_read_service.py", "{host}", "{port}"];
    let service = [&[tools::python()[0]], &service[..]].concat();
    let failed = || {
        let outcome = Run::new(env!("CARGO_BIN_EXE_wirecheck-under-test"))
            .args(&["scenarios/agent", "--client", "--reconnects"])
            .args(&["--profile=quick", "--only=cut@*"])
            .peer(service.iter().map(|&word| word.to_owned()).collect())
            .complete();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
        let mut scenarios = outcome.record().scenarios();
        let (_, scenario) = scenarios.next().expect("one is played");
        let codes = scenario.defects.iter().map(|it| it.code.clone());
        let failures = scenario.failures.iter();
        let failed: Vec<_> = failures.map(|it| (it.tactic.clone(), it.verdict)).collect();
        (codes.collect::<Vec<_>>(), failed)
    };
    let first = failed();
    assert_eq!(first.0, ["F02"]);
    assert!(first.1.len() > 10, "{first:?}");
    for _ in 0..2 {
        assert_eq!(failed(), first);
    }
}

/// The client fails these families of tactics, and these defects are named.
fn fails(cases: &[&str], client: &str, options: &[&str], expected: snapbox::data::Inline) {
    if tools::has_python() {
        let arguments = [cases, PART_OF_DELIVERIES, PART_OF_ENDS].concat();
        let outcome = complete(&arguments, client, options);
        assert_data_eq!(diagnoses(outcome.record()), expected.raw());
    }
}

/// A run that failed, printed no error and left no process.
fn complete(arguments: &[&str], client: &str, options: &[&str]) -> RunOutcome {
    let outcome = Run::new(env!("CARGO_BIN_EXE_wirecheck-under-test"))
        .args(arguments)
        .python_client(client, options)
        .complete();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    assert_eq!(outcome.record().state, RunState::Finished);
    assert_eq!(outcome.remaining_processes, [""; 0]);
    outcome
}
