//! The command line of `wirecheck run`: how the peer is reached, which cases are selected, and what
//! errors and exit codes result.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use wirecheck_report::Record;
use wirecheck_report::record::{CutOffReason, RunState, ScenarioRecord, Verdict};
use wirecheck_tests::{Run, make_fifo, root, run, tools};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

#[test]
fn a_running_server_is_judged_at_its_address() {
    if !tools::has_python() {
        return;
    }
    let server = RunningServer::start("threaded_server_fixed.py");
    for jobs in ["1", "2"] {
        let outcome = Run::new(COMMAND)
            .args(&["scenarios/threaded", "--jobs", jobs])
            .args(&["--connect", &server.address])
            .complete();
        let record = outcome.record();
        assert_eq!(
            (outcome.code, outcome.stderr.as_str()),
            (0, ""),
            "{}",
            outcome.stdout
        );
        assert_eq!((record.state, record.restarts), (RunState::Finished, 0));
        assert_eq!(record.peer.address, server.address);
        assert_eq!(record.delivery.proven, record.delivery.boundaries);
    }
}

#[test]
fn a_running_server_keeps_running() {
    if !tools::has_python() {
        return;
    }
    let mut server = RunningServer::start("threaded_server_naive.py");
    let outcome = Run::new(COMMAND)
        .args(&["scenarios/threaded", "--only", "cut@1"])
        .args(&["--connect", &server.address])
        .complete();
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    let ended = server.child.try_wait().expect("it was started");
    assert_eq!(ended, None);
}

#[test]
fn a_refused_connection_gives_no_verdict() {
    let free = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = free.local_addr().expect("it is bound").to_string();
    drop(free);
    let outcome = Run::new(COMMAND)
        .args(&["scenarios/threaded", "--connect", &address])
        .complete();
    assert_eq!(outcome.code, 3, "{outcome:?}");
    assert!(outcome.stderr.contains(&address), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("refused"), "{}", outcome.stderr);
    assert!(
        outcome
            .stderr
            .contains("help: start the server, or correct the address")
    );
    assert!(
        outcome.stdout.contains("ERROR  nothing was judged"),
        "{}",
        outcome.stdout
    );
    for claim in ["boundaries", "0 scenarios", "│"] {
        assert!(
            !outcome.stdout.contains(claim),
            "{claim}: {}",
            outcome.stdout
        );
    }
    assert_eq!(outcome.record().state, RunState::CutOff);
}

#[test]
fn an_invalid_address_is_explained() {
    let outcome = Run::new(COMMAND)
        .args(&["scenarios/threaded", "--connect", "localhost"])
        .complete();
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("HOST:PORT"), "{}", outcome.stderr);
    assert!(!outcome.has_record());
}

#[test]
fn without_a_server_a_hint_shows_how_to_name_one() {
    let outcome = Run::new(COMMAND).args(&["scenarios/line"]).complete();
    assert_eq!(outcome.code, 2);
    for word in [
        "no server to judge",
        "-- python3 server.py --port {port}",
        "--connect",
    ] {
        assert!(outcome.stderr.contains(word), "{word}: {}", outcome.stderr);
    }
    assert!(!outcome.has_record());
}

#[test]
fn a_peer_command_without_dashes_is_shown_with_them() {
    for (typed, expected) in [
        (
            "scenarios/line python3 server.py",
            "`wirecheck run scenarios/line -- python3 server.py`",
        ),
        ("python3 server.py", "`wirecheck run -- python3 server.py`"),
        (
            "scenarios/line python3 server.py --port {port}",
            "after `--`: wirecheck run SUITE -- python3 server.py --port {port}",
        ),
    ] {
        let words: Vec<_> = ["run"].into_iter().chain(typed.split(' ')).collect();
        let ran = run(COMMAND, &words);
        assert_eq!(ran.code, 2, "{typed}: {ran:?}");
        assert!(ran.stderr.contains(expected), "{typed}: {}", ran.stderr);
        assert!(!ran.stderr.contains("'-- --port'"), "{}", ran.stderr);
    }
    let mistyped = run(COMMAND, &["run", "scenarios/lien"]);
    assert!(mistyped.stderr.contains("--connect"), "{mistyped:?}");
}

#[test]
fn the_long_help_of_the_command_and_of_run_lists_the_exit_codes() {
    for words in [&["--help"][..], &["run", "--help"]] {
        let help = run(COMMAND, words);
        assert_eq!(help.code, 0, "{help:?}");
        for expected in [
            "Examples:",
            "-- python3 server.py {port}",
            "Exit codes:",
            "\n  130 ",
        ] {
            assert!(
                help.stdout.contains(expected),
                "{expected}: {}",
                help.stdout
            );
        }
    }
}

#[test]
fn explain_knows_tactics_and_defects() {
    for (text, expected) in [
        ("F01", "short-header-read"),
        ("cut", "One cut, at every offset"),
        ("cut@7", "--only 'cut@*'"),
        ("fin+", "back to back"),
        ("header:negative", "a malformed header"),
    ] {
        let ran = run(COMMAND, &["explain", text]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{text}");
        assert!(ran.stdout.contains(expected), "{text}: {}", ran.stdout);
    }
}

#[test]
fn explain_shows_code_in_the_language_that_is_asked_for() {
    let explained = |arguments: &[&str]| run(COMMAND, &[&["explain", "F12"], arguments].concat());
    let python = explained(&[]).stdout;
    assert!(python.contains("sock.sendall("), "{python}");
    assert!(!python.contains("socket.write("), "{python}");
    assert!(
        python.ends_with("\nOther languages: --language javascript, go, rust, or all.\n"),
        "{python}"
    );
    let javascript = explained(&["--language", "javascript"]);
    assert!(!javascript.stdout.contains("sock.sendall("));
    assert!(javascript.stdout.contains("socket.write("));
    assert_eq!(
        explained(&["--language=js"]).stdout,
        javascript.stdout,
        "it is a short name"
    );
    let all = explained(&["--language=all"]).stdout;
    for expected in ["\nPython:\n", "\nJavaScript:\n", "\nGo:\n", "\nRust:\n"] {
        assert!(all.contains(expected), "{expected}: {all}");
    }
    assert!(!all.contains("Other languages"), "{all}");
    let tactic = run(COMMAND, &["explain", "cut", "--language=go"]);
    assert_eq!(tactic.code, 2, "{tactic:?}");
}

#[test]
fn explain_lists_what_it_knows_for_an_unknown_word() {
    let ran = run(COMMAND, &["explain", "no-such-thing"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    for expected in ["`no-such-thing`", "F01 F02", "cut cuts joined", "fin+"] {
        assert!(ran.stderr.contains(expected), "{expected}: {}", ran.stderr);
    }
}

#[test]
fn a_hint_names_what_was_meant() {
    let lines = "tests/suites/lines.toml";
    for (typed, code, hint) in [
        (vec!["explain", "f2"], 2, "did you mean `F02`?"),
        (vec!["explain", "cutt"], 2, "did you mean the tactic `cut`?"),
        (
            vec!["matrix", lines],
            2,
            "name each with --peer NAME='COMMAND'",
        ),
        (vec!["fuzz"], 2, "no server to judge"),
        (
            vec!["list", lines, "--scenario", "three-lines"],
            4,
            "did you mean `lines/three-lines`?",
        ),
        (
            vec!["list", lines, "--scenario", "lines/three-lins"],
            4,
            "did you mean `lines/three-lines`?",
        ),
        (
            vec!["list", "scenarios/line/line-client.toml"],
            4,
            "add --client",
        ),
        (
            vec!["list", "scenarios/line"],
            0,
            "for clients only are not listed: add --client",
        ),
    ] {
        let ran = run(COMMAND, &typed);
        assert_eq!(ran.code, code, "{typed:?}: {ran:?}");
        assert!(ran.stderr.contains(hint), "{typed:?}: {}", ran.stderr);
    }
}

#[test]
fn a_server_that_never_listens_is_told_about_its_port() {
    let ran = Run::new(COMMAND)
        .args(&["tests/suites/lines.toml", "--start-timeout", "100ms"])
        .peer(["sleep", "100"].map(str::to_owned).to_vec())
        .complete();
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(
        ran.stderr.contains("no argument contains {port}"),
        "{ran:?}"
    );
}

#[test]
fn the_list_of_a_short_suite_is_short() {
    let ran = run(COMMAND, &["list", "tests/suites/lines.toml"]);
    assert!(ran.stdout.contains("header:too-large"), "{}", ran.stdout);
    let longest = ran.stdout.lines().map(|line| line.chars().count()).max();
    assert!(longest.is_some_and(|it| it < 250), "{longest:?}");
}

#[test]
fn a_running_server_and_a_server_command_exclude_each_other() {
    let outcome = Run::new(COMMAND)
        .args(&["scenarios/line", "--connect", "127.0.0.1:1"])
        .peer(vec!["true".to_owned()])
        .complete();
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("--connect"), "{}", outcome.stderr);
}

#[test]
fn where_nothing_is_selected_nothing_is_started() {
    for nothing in [
        ["--scenario", "line/no-such-scenario"],
        ["--tag", "no-such-tag"],
        ["--only", "cut@999999"],
    ] {
        let outcome = Run::new(COMMAND)
            .args(&["scenarios/line"])
            .args(&nothing)
            .peer(vec!["./no/such/server".to_owned()])
            .complete();
        assert_eq!(outcome.code, 4, "{nothing:?}: {outcome:?}");
        assert!(
            outcome.stderr.contains("no case was selected"),
            "{outcome:?}"
        );
        assert!(!outcome.has_record());
    }
}

#[test]
fn a_scenario_for_the_other_side_is_left_out() {
    let listed = |side: &[&str]| {
        let arguments = [&["list", "scenarios/header", "--only", "whole"], side].concat();
        run(COMMAND, &arguments).stdout
    };
    let (of_servers, of_clients) = (listed(&[]), listed(&["--client"]));
    for (of, not_of, case) in [
        (&of_servers, &of_clients, "header/greeting/whole"),
        (&of_clients, &of_servers, "header/greeting-and-time/whole"),
    ] {
        assert!(of.contains(case) && !not_of.contains(case), "{case}");
    }
}

#[test]
fn where_all_scenarios_are_for_the_other_side_nothing_is_started() {
    for (suite, side, remedy) in [
        ("scenarios/resp", None, "add --client"),
        ("scenarios/header", Some("--client"), "leave out --client"),
    ] {
        let outcome = Run::new(COMMAND)
            .args(&[suite, "--scenario", "resp-client/*"])
            .args(&["--scenario", "header/greeting"])
            .args(side.as_slice())
            .peer(vec!["./no/such/peer".to_owned()])
            .complete();
        assert_eq!(outcome.code, 4, "{outcome:?}");
        assert!(outcome.stderr.contains(remedy), "{outcome:?}");
        assert!(!outcome.has_record());
    }
}

#[test]
fn an_invalid_record_path_is_rejected_before_the_server_is_started() {
    let scratch = tempfile::tempdir().expect("there is a place for scratch files");
    let place = |name: &str| scratch.path().join(name);
    fs::write(place("file"), "of the user").expect("the folder is ours");
    std::os::unix::fs::symlink("file", place("link")).expect("the folder is ours");
    make_fifo(&place("fifo"));
    for (name, why) in [
        ("fifo", "a pipe"),
        ("link", "a symbolic link"),
        (".", "a folder"),
        ("file/below/record.json", "Not a directory"),
    ] {
        let (record, started) = (place(name), place("started"));
        let ran = run(
            COMMAND,
            &[
                "run",
                "tests/suites/lines.toml",
                "--record",
                record.to_str().expect("it is UTF-8"),
                "--",
                "touch",
                started.to_str().expect("it is UTF-8"),
            ],
        );
        assert_eq!(ran.code, 2, "{name}: {ran:?}");
        for word in [why, name, "another file with --record"] {
            assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
        }
        assert!(!started.exists(), "{name}");
    }
    let kept = fs::read(place("file")).expect("it is there");
    assert_eq!(kept, b"of the user");
    let fifo = fs::symlink_metadata(place("fifo")).expect("it is there");
    assert!(!fifo.is_file());
}

#[test]
fn an_invalid_number_of_jobs_is_rejected_with_the_valid_range() {
    for jobs in ["0", "257", "99999999999999999999", "-1", "many"] {
        let jobs = format!("--jobs={jobs}");
        let ran = run(COMMAND, &["run", "scenarios/line", &jobs, "--", "true"]);
        assert_eq!(ran.code, 2, "{jobs}: {ran:?}");
        let expected = "give a number from 1 to 256";
        assert!(ran.stderr.contains(expected), "{jobs}: {}", ran.stderr);
    }
}

#[test]
fn output_that_cannot_be_written_is_an_error_not_a_panic() {
    for arguments in PRINTING {
        let full = fs::File::options().write(true).open("/dev/full");
        let (code, stderr) = printing_to(full.expect("this is Linux").into(), arguments);
        assert_eq!(code, Some(70), "{arguments:?}: {stderr}");
        let expected = "error: cannot write the output: No space left";
        assert!(stderr.starts_with(expected), "{arguments:?}: {stderr}");
    }
}

#[test]
fn a_closed_output_pipe_is_no_error() {
    for arguments in PRINTING {
        let (code, stderr) = printing_to(closed_pipe(), arguments);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn a_closed_output_pipe_does_not_change_the_exit_code() {
    if !tools::has_python() {
        return;
    }
    let scratch = tempfile::tempdir().expect("there is a place for scratch files");
    let record = scratch.path().join("record.json");
    let record = record.to_str().expect("it is UTF-8");
    let server = "tests/peers/python/hostile/closes_early.py";
    let mut words = vec!["run", "scenarios/threaded", "--record", record];
    words.extend(["--only", "cut@1"]);
    words.extend([
        "--", "python3", server, "--host", "{host}", "--port", "{port}",
    ]);
    let (code, stderr) = printing_to(closed_pipe(), &words);
    assert_eq!((code, stderr.as_str()), (Some(1), ""));
}

#[test]
fn errors_that_cannot_be_written_keep_their_exit_code() {
    let full = fs::File::options().write(true).open("/dev/full");
    let mut command = Command::new(COMMAND);
    command.args(["check", "tests/wrong-suites"]);
    command.current_dir(root()).stdin(Stdio::null());
    let status = command.stderr(full.expect("this is Linux")).status();
    assert_eq!(status.expect("it was built").code(), Some(2));
}

#[test]
fn only_the_baseline_and_the_tactics_that_match_are_played() {
    let Some(record) = of_lines(&["--only", "cut@*", "--only", "bytes"]) else {
        return;
    };
    for scenario in scenarios(&record) {
        assert_eq!(
            played(scenario),
            ["whole", "bytes", "cut"],
            "{}",
            scenario.id
        );
    }
}

#[test]
fn only_scenarios_with_the_tag_are_played() {
    let Some(record) = of_lines(&["--tag", "long"]) else {
        return;
    };
    assert_eq!(ids(&record), ["three-lines"]);
}

#[test]
fn only_scenarios_whose_name_matches_are_played() {
    let Some(record) = of_lines(&["--scenario", "*/one-*"]) else {
        return;
    };
    assert_eq!(ids(&record), ["one-letter"]);
}

/// A server that dies of a long line and cannot be started again: its file exists.
const DIES_FOR_GOOD: &str = "\
import os, socket, sys, threading
def serve(connection):
    while chunk := connection.recv(65536):
        if len(chunk) > 9:
            os._exit(1)
        connection.sendall(b'ok\\n' * chunk.count(b'\\n'))
    connection.close()
open(sys.argv[3], 'x')
listener = socket.create_server((sys.argv[1], int(sys.argv[2])), backlog=128)
while True:
    threading.Thread(target=serve, args=listener.accept()[:1], daemon=True).start()
";

#[test]
fn cases_after_the_loss_of_the_peer_are_counted_as_not_run() {
    if !tools::has_python() {
        return;
    }
    let unstarted = Run::new(COMMAND);
    let once = unstarted.scratch_path("started");
    let server = ["-c", DIES_FOR_GOOD, "{host}", "{port}"];
    let words = tools::python()
        .into_iter()
        .chain(server)
        .chain(once.to_str());
    let outcome = unstarted
        .args(&["tests/suites/lines.toml", "tests/suites/two-megabytes.toml"])
        .args(&["--only", "whole", "--start-timeout", "2s"])
        .peer(words.map(str::to_owned).collect())
        .complete();
    let record = outcome.record();
    assert_eq!(
        (outcome.code, record.verdict),
        (3, Verdict::Unconfirmed),
        "{outcome:?}"
    );
    assert_eq!(record.state, RunState::CutOff);
    assert_eq!(record.cut_off_by, Some(CutOffReason::Peer));
    let verdicts: Vec<_> = scenarios(record).map(|it| it.verdict).collect();
    // The case that it died of was seen, and could not be repeated.
    assert_eq!(verdicts[..2], [Verdict::Pass, Verdict::Unconfirmed]);
    assert!(verdicts.len() > 2);
    assert!(verdicts[2..].iter().all(|it| *it == Verdict::Skipped));
    outcome.assert_header_counts_all_cases();
}

#[test]
fn a_limit_of_megabytes_does_not_panic() {
    let listed = run(COMMAND, &["list", "tests/suites/large-max.toml"]);
    assert_eq!(listed.code, 0, "{}", listed.stderr);
}

/// Commands that only print.
const PRINTING: [&[&str]; 8] = [
    &["check", "scenarios/line"],
    &["list", "scenarios/line"],
    &["list", "scenarios/line", "--count"],
    &["explain"],
    &["explain", "F01"],
    &["schema", "suite"],
    &["completions", "bash"],
    &["man"],
];

/// A pipe without a reader.
fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("there are descriptors");
    drop(reader);
    writer.into()
}

/// The exit code of the command and its stderr.
fn printing_to(stdout: Stdio, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(COMMAND);
    command.args(arguments).current_dir(root());
    let output = command.stdin(Stdio::null()).stdout(stdout).output();
    let output = output.expect("the command was built with the tests");
    let stderr = String::from_utf8(output.stderr).expect("the command writes UTF-8");
    (output.status.code(), stderr)
}

fn of_lines(how: &[&str]) -> Option<Record> {
    tools::has_python().then(|| {
        let unstarted = Run::new(COMMAND);
        let log = unstarted.scratch_path("recv.log");
        let outcome = unstarted
            .args(&["tests/suites/lines.toml", "--profile", "quick"])
            .args(how)
            .python_server(
                "recv_log_server.py",
                &["--log", log.to_str().expect("it is UTF-8")],
            )
            .complete();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        outcome.record().clone()
    })
}

fn scenarios(record: &Record) -> impl Iterator<Item = &ScenarioRecord> {
    record.scenarios().map(|(_, scenario)| scenario)
}

fn ids(record: &Record) -> Vec<&str> {
    scenarios(record)
        .map(|scenario| scenario.id.as_str())
        .collect()
}

fn played(scenario: &ScenarioRecord) -> Vec<&str> {
    let families = scenario.families.iter().filter(|family| family.passed > 0);
    families.map(|family| family.name.as_str()).collect()
}

/// A server that the test starts and ends.
struct RunningServer {
    child: Child,
    address: String,
}

impl RunningServer {
    fn start(server: &str) -> Self {
        let path: PathBuf = root().join("tests/peers/python").join(server);
        // The system chooses the port, and the server prints it.
        let runner = "import runpy, socket, sys\n\
            listen = socket.create_server\n\
            def create_server(*words, **more):\n\
            \x20   listener = listen(*words, **more)\n\
            \x20   print(listener.getsockname()[1], flush=True)\n\
            \x20   return listener\n\
            socket.create_server = create_server\n\
            sys.argv = sys.argv[1:]\n\
            runpy.run_path(sys.argv[0], run_name='__main__')";
        let [python, isolated, without_site] = tools::python();
        let mut child = Command::new(python)
            .args([isolated, without_site, "-c", runner])
            .arg(path)
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("there is a Python");
        let mut port = String::new();
        BufReader::new(child.stdout.take().expect("it is a pipe"))
            .read_line(&mut port)
            .expect("it prints its port");
        Self {
            child,
            address: format!("127.0.0.1:{}", port.trim()),
        }
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
