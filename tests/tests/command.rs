//! How a run is asked for, and how it is stopped.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use wirecheck_report::Record;
use wirecheck_report::notation::counted;
use wirecheck_report::record::{FailedCase, RunState, ScenarioRecord, Verdict};
use wirecheck_tests::{Judged, Trial, make_fifo, processes, root, run};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

#[test]
fn a_server_that_runs_already_is_judged_where_it_is() {
    if !processes::has_python() {
        return;
    }
    let server = Outside::start("threaded_server_mended.py");
    for jobs in ["1", "2"] {
        let judged = Trial::of(COMMAND)
            .with(&["scenarios/threaded", "--jobs", jobs])
            .with(&["--connect", &server.address])
            .judge();
        let record = judged.record();
        assert_eq!(
            (judged.code, judged.stderr.as_str()),
            (0, ""),
            "{}",
            judged.stdout
        );
        assert_eq!((record.state, record.restarts), (RunState::Finished, 0));
        assert_eq!(record.peer.address, server.address);
        assert_eq!(record.delivery.proven, record.delivery.boundaries);
    }
}

#[test]
fn a_server_that_runs_already_is_left_running() {
    if !processes::has_python() {
        return;
    }
    let mut server = Outside::start("threaded_server_naive.py");
    let judged = Trial::of(COMMAND)
        .with(&["scenarios/threaded", "--profile", "quick"])
        .with(&["--connect", &server.address])
        .judge();
    assert_eq!(judged.code, 1, "{}", judged.stderr);
    let ended = server.child.try_wait().expect("it was started");
    assert_eq!(ended, None);
}

#[test]
fn nobody_at_the_address_is_no_verdict_on_a_peer() {
    let free = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = free.local_addr().expect("it is bound").to_string();
    drop(free);
    let judged = Trial::of(COMMAND)
        .with(&["scenarios/threaded", "--connect", &address])
        .judge();
    assert_eq!(judged.code, 3, "{judged:?}");
    assert!(judged.stderr.contains(&address), "{}", judged.stderr);
    assert!(judged.stderr.contains("refused"), "{}", judged.stderr);
    assert!(judged.stderr.contains("help: start the server first"));
    assert!(
        judged.stdout.contains("ERROR  nothing was judged"),
        "{}",
        judged.stdout
    );
    for claim in ["boundaries", "0 scenarios", "│"] {
        assert!(!judged.stdout.contains(claim), "{claim}: {}", judged.stdout);
    }
    assert_eq!(judged.record().state, RunState::CutOff);
}

#[test]
fn an_address_that_is_none_is_explained() {
    let judged = Trial::of(COMMAND)
        .with(&["scenarios/threaded", "--connect", "localhost"])
        .judge();
    assert_eq!(judged.code, 2);
    assert!(judged.stderr.contains("HOST:PORT"), "{}", judged.stderr);
    assert!(!judged.kept_a_record());
}

#[test]
fn without_a_server_a_hint_says_how_one_is_named() {
    let judged = Trial::of(COMMAND).with(&["scenarios/line"]).judge();
    assert_eq!(judged.code, 2);
    for word in [
        "no server to judge",
        "-- python3 server.py --port {port}",
        "--connect",
    ] {
        assert!(judged.stderr.contains(word), "{word}: {}", judged.stderr);
    }
    assert!(!judged.kept_a_record());
}

#[test]
fn a_command_without_its_dashes_is_shown_with_them() {
    for (typed, told) in [
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
        assert!(ran.stderr.contains(told), "{typed}: {}", ran.stderr);
        assert!(!ran.stderr.contains("'-- --port'"), "{}", ran.stderr);
    }
    let mistyped = run(COMMAND, &["run", "scenarios/lien"]);
    assert!(mistyped.stderr.contains("--connect"), "{mistyped:?}");
}

#[test]
fn the_exit_codes_stand_in_the_long_help_of_the_command_and_of_run() {
    for words in [&["--help"][..], &["run", "--help"]] {
        let help = run(COMMAND, words);
        assert_eq!(help.code, 0, "{help:?}");
        for told in [
            "Examples:",
            "-- python3 server.py {port}",
            "Exit codes:",
            "\n  130 ",
        ] {
            assert!(help.stdout.contains(told), "{told}: {}", help.stdout);
        }
    }
}

#[test]
fn a_tactic_is_explained_as_well_as_a_defect() {
    for (text, told) in [
        ("F01", "short-header-read"),
        ("cut", "One cut, at every offset"),
        ("cut@7", "--only 'cut@*'"),
        ("fin+", "back to back"),
        ("header:negative", "A malformed header"),
    ] {
        let ran = run(COMMAND, &["explain", text]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{text}");
        assert!(ran.stdout.contains(told), "{text}: {}", ran.stdout);
    }
}

#[test]
fn a_word_that_nothing_explains_is_told_what_there_is() {
    let ran = run(COMMAND, &["explain", "no-such-thing"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    for told in ["`no-such-thing`", "F01 F02", "cut cuts joined", "fin+"] {
        assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
    }
}

#[test]
fn a_server_that_runs_and_one_to_start_exclude_each_other() {
    let judged = Trial::of(COMMAND)
        .with(&["scenarios/line", "--connect", "127.0.0.1:1"])
        .started_by(vec!["true".to_owned()])
        .judge();
    assert_eq!(judged.code, 2);
    assert!(judged.stderr.contains("--connect"), "{}", judged.stderr);
}

#[test]
fn where_nothing_is_selected_nothing_is_started() {
    for nothing in [
        ["--scenario", "line/no-such-scenario"],
        ["--tag", "no-such-tag"],
        ["--only", "cut@999999"],
    ] {
        let judged = Trial::of(COMMAND)
            .with(&["scenarios/line"])
            .with(&nothing)
            .started_by(vec!["./no/such/server".to_owned()])
            .judge();
        assert_eq!(judged.code, 4, "{nothing:?}: {judged:?}");
        assert!(judged.stderr.contains("no case was selected"), "{judged:?}");
        assert!(!judged.kept_a_record());
    }
}

#[test]
fn a_scenario_about_the_other_side_is_left_out() {
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
fn where_all_is_about_the_other_side_nothing_is_started() {
    for (suite, side, mended_by) in [
        ("scenarios/resp", None, "add --client"),
        ("scenarios/header", Some("--client"), "leave out --client"),
    ] {
        let judged = Trial::of(COMMAND)
            .with(&[suite, "--scenario", "resp-client/*"])
            .with(&["--scenario", "header/greeting"])
            .with(side.as_slice())
            .started_by(vec!["./no/such/peer".to_owned()])
            .judge();
        assert_eq!(judged.code, 4, "{judged:?}");
        assert!(judged.stderr.contains(mended_by), "{judged:?}");
        assert!(!judged.kept_a_record());
    }
}

#[test]
fn a_record_without_a_place_is_refused_before_the_server_is_started() {
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
        for word in [why, name, "another place with --record"] {
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
fn a_number_of_jobs_that_makes_no_sense_is_refused_with_those_that_do() {
    for jobs in ["0", "257", "99999999999999999999", "-1", "many"] {
        let jobs = format!("--jobs={jobs}");
        let ran = run(COMMAND, &["run", "scenarios/line", &jobs, "--", "true"]);
        assert_eq!(ran.code, 2, "{jobs}: {ran:?}");
        let told = "give a number from 1 to 256";
        assert!(ran.stderr.contains(told), "{jobs}: {}", ran.stderr);
    }
}

#[test]
fn output_that_cannot_be_written_is_an_error_and_no_panic() {
    for arguments in PRINTING {
        let full = fs::File::options().write(true).open("/dev/full");
        let (code, stderr) = printing_to(full.expect("this is Linux").into(), arguments);
        assert_eq!(code, Some(70), "{arguments:?}: {stderr}");
        let told = "error: the output cannot be written: No space left";
        assert!(stderr.starts_with(told), "{arguments:?}: {stderr}");
    }
}

#[test]
fn a_reader_that_left_is_no_error() {
    for arguments in PRINTING {
        let (code, stderr) = printing_to(to_nobody(), arguments);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn a_reader_that_left_does_not_change_a_verdict() {
    if !processes::has_python() {
        return;
    }
    let scratch = tempfile::tempdir().expect("there is a place for scratch files");
    let record = scratch.path().join("record.json");
    let record = record.to_str().expect("it is UTF-8");
    let server = "tests/peers/python/hostile/closes_early.py";
    let mut words = vec!["run", "scenarios/threaded", "--record", record];
    words.extend([
        "--", "python3", server, "--host", "{host}", "--port", "{port}",
    ]);
    let (code, stderr) = printing_to(to_nobody(), &words);
    assert_eq!((code, stderr.as_str()), (Some(1), ""));
}

#[test]
fn complaints_that_cannot_be_written_keep_their_exit_code() {
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

#[test]
fn ctrl_c_ends_a_run_in_order() {
    ends_in_order(Signal::INT);
}

#[test]
fn a_terminal_that_is_closed_ends_a_run_in_order() {
    ends_in_order(Signal::HUP);
}

#[test]
fn a_run_under_nohup_outlives_its_terminal() {
    if !processes::has_python() {
        return;
    }
    let scratch = tempfile::tempdir().expect("there is a place for scratch files");
    let record = scratch.path().join("record.json");
    // The shell ignores the signal, and so does what it becomes.
    let mut child = Command::new("sh")
        .args(["-c", "trap '' HUP; exec \"$@\"", "sh", COMMAND])
        .args(["run", "scenarios/threaded", "--profile", "quick"])
        .arg("--record")
        .arg(&record)
        .args([
            "--",
            "python3",
            "tests/peers/python/threaded_server_mended.py",
        ])
        .args(["--host", "{host}", "--port", "{port}"])
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("there is a shell");
    let mut out = BufReader::new(child.stdout.take().expect("it is a pipe"));
    let mut line = String::new();
    while !line.contains("threaded") {
        line.clear();
        assert_ne!(out.read_line(&mut line).expect("it is UTF-8"), 0);
    }
    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    kill_process(id.expect("it has an id"), Signal::HUP).expect("it is there");
    std::io::copy(&mut out, &mut std::io::sink()).expect("it can be read");
    let status = child.wait().expect("it was started");
    let record = wirecheck_report::read(&record).expect("it kept a record");
    assert_eq!((status.code(), record.state), (Some(0), RunState::Finished));
}

fn ends_in_order(signal: Signal) {
    if !processes::has_python() {
        return;
    }
    let trial = Trial::of(COMMAND);
    let log = trial.scratch("recv.log");
    let log = log.to_str().expect("it is UTF-8").to_owned();
    // The slow reader is not done with the second scenario for a long time.
    let mut running = trial
        .with(&["tests/suites/lines.toml", "tests/suites/long.toml"])
        .with(&["--profile", "thorough"])
        .on("recv_log_server.py", &["--pause-ms", "5", "--log", &log])
        .start();
    running.await_line("one-letter");
    await_growth(Path::new(&log));
    running.signal(signal);
    let judged = running.finish();
    let record = judged.record();
    assert_eq!(record.state, RunState::CutOff);
    let [first, second, ref others @ ..] = scenarios(record).collect::<Vec<_>>()[..] else {
        panic!("{record:?}");
    };
    let never_reached =
        |it: &&ScenarioRecord| (it.verdict, it.tally().run()) == (Verdict::Skipped, 0);
    assert!(!others.is_empty() && others.iter().all(never_reached));
    counts_all_that_was_planned(&judged);
    let of_others = format!("  {}/", record.suites[1].id);
    assert!(
        !judged.stdout.contains(&of_others),
        "a line for none of them: {}",
        judged.stdout
    );
    assert_eq!(
        (first.id.as_str(), first.verdict),
        ("one-letter", Verdict::Pass)
    );
    let tally = second.tally();
    assert_eq!(second.verdict, Verdict::Skipped, "it is not done");
    assert!(tally.run() > 0 && tally.skipped > 0, "{tally:?}");
    assert_eq!(tally.failed(), 0);
    assert_ne!(judged.code, 0, "it did not see all hold");
    assert_eq!(judged.left, [""; 0]);
}

/// A server that is wrong about each line that comes in pieces, slowly; it logs where.
const WRONG_ABOUT_PIECES: &str = "\
import socket, sys, threading, time
def serve(connection):
    while chunk := connection.recv(65536):
        time.sleep(0.02)
        if not chunk.endswith(b'\\n'):
            print('in pieces', file=log, flush=True)
        connection.sendall(b'ok\\n' if chunk.endswith(b'\\n') else b'no\\n')
    connection.close()
log = open(sys.argv[3], 'a')
listener = socket.create_server((sys.argv[1], int(sys.argv[2])), backlog=128)
while True:
    threading.Thread(target=serve, args=listener.accept()[:1], daemon=True).start()
";

#[test]
fn what_failed_and_was_not_played_again_before_ctrl_c_is_unconfirmed() {
    if !processes::has_python() {
        return;
    }
    let trial = Trial::of(COMMAND);
    let log = trial.scratch("pieces.log");
    let server = ["python3", "-c", WRONG_ABOUT_PIECES, "{host}", "{port}"];
    let words = server.into_iter().chain(log.to_str());
    let mut running = trial
        .with(&["tests/suites/lines.toml", "--profile", "thorough"])
        .with(&["--scenario", "*/three-lines"])
        .started_by(words.map(str::to_owned).collect())
        .start();
    running.await_line("suites");
    await_growth(&log);
    running.signal(Signal::INT);
    let judged = running.finish();
    let record = judged.record();
    assert_eq!(judged.code, 130, "{}", judged.stdout);
    assert_eq!(record.verdict, Verdict::Unconfirmed);
    let failures: Vec<_> = scenarios(record).flat_map(|it| &it.failures).collect();
    let unconfirmed = |it: &&FailedCase| it.verdict == Verdict::Unconfirmed;
    assert!(failures.len() > 1 && failures.iter().all(unconfirmed));
    assert_eq!(record.notes, [""; 0], "it is said once");
    let told = "UNCONFIRMED  1 scenario failed and could not be confirmed";
    assert!(judged.stdout.contains(told), "{}", judged.stdout);
    assert!(!judged.stdout.contains("race"), "{}", judged.stdout);
}

#[test]
fn a_run_that_is_killed_leaves_no_record_of_an_earlier_one() {
    if !processes::has_python() {
        return;
    }
    let trial = Trial::of(COMMAND);
    let (place, log) = (trial.scratch("record.json"), trial.scratch("recv.log"));
    fs::write(&place, "of an earlier run").expect("there is a place for scratch files");
    let log = log.to_str().expect("it is UTF-8").to_owned();
    let mut running = trial
        .with(&["tests/suites/lines.toml", "--profile", "thorough"])
        .on("recv_log_server.py", &["--pause-ms", "50", "--log", &log])
        .start();
    running.await_line("suites");
    running.signal(Signal::KILL);
    let record = wirecheck_report::read(&place).expect("it is written when the run begins");
    assert_eq!(record.state, RunState::Running);
}

/// The table and the record come to what the header said.
fn counts_all_that_was_planned(judged: &Judged) {
    let planned = counted(judged.record().tally().cases, "case");
    let mut lines = judged.stdout.lines();
    let said = lines.find(|line| line.starts_with("in all"));
    let said = said.expect("it has a header, with more than one suite");
    assert!(said.ends_with(&format!(", {planned}")), "{}", judged.stdout);
}

/// A server that dies of a long line, and does not start a second time.
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
fn what_a_peer_was_lost_before_is_counted_as_not_played() {
    if !processes::has_python() {
        return;
    }
    let trial = Trial::of(COMMAND);
    let once = trial.scratch("started");
    let server = ["python3", "-c", DIES_FOR_GOOD, "{host}", "{port}"];
    let words = server.into_iter().chain(once.to_str());
    let judged = trial
        .with(&["tests/suites/lines.toml", "tests/suites/long.toml"])
        .with(&["--profile", "quick", "--only", "whole"])
        .started_by(words.map(str::to_owned).collect())
        .judge();
    let record = judged.record();
    assert_eq!(
        (judged.code, record.verdict),
        (3, Verdict::Error),
        "{judged:?}"
    );
    assert_eq!(record.state, RunState::CutOff);
    let verdicts: Vec<_> = scenarios(record).map(|it| it.verdict).collect();
    assert_eq!(verdicts[0], Verdict::Pass);
    assert!(verdicts.len() > 2);
    assert!(verdicts[1..].iter().all(|it| *it == Verdict::Skipped));
    counts_all_that_was_planned(&judged);
}

/// Waits until a log has ten lines more than now: cases are under way.
fn await_growth(log: &Path) {
    let lines = || fs::read_to_string(log).map_or(0, |text| text.lines().count());
    let (before, deadline) = (lines(), Instant::now() + Duration::from_secs(60));
    while lines() < before + 10 {
        assert!(Instant::now() < deadline, "nothing more happens");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_second_ctrl_c_ends_a_run_at_once_and_leaves_no_peer() {
    if !processes::has_python() {
        return;
    }
    // Nothing answers: the baseline waits for its whole deadline, and no first
    // signal could end it before.
    let mut running = Trial::of(COMMAND)
        .with(&["scenarios/threaded"])
        .on("hostile/mute.py", &[])
        .start();
    running.await_line("threaded");
    running.signal(Signal::INT);
    // Two at once are one, as `timeout` sends them.
    thread::sleep(Duration::from_millis(300));
    running.signal(Signal::INT);
    let judged = running.finish();
    assert!(judged.code == 130 || judged.code == 1, "{judged:?}");
    assert_eq!(judged.left, [""; 0]);
}

#[test]
fn two_signals_at_once_end_a_run_in_order() {
    if !processes::has_python() {
        return;
    }
    let mut running = Trial::of(COMMAND)
        .with(&["tests/suites/unhurried.toml"])
        .on("sleepy_server.py", &["--think", "1000"])
        .start();
    running.await_line("unhurried");
    running.signal(Signal::INT);
    running.signal(Signal::TERM);
    let judged = running.finish();
    assert_eq!(judged.code, 130, "{judged:?}");
    assert_eq!(judged.record().state, RunState::CutOff);
    assert_eq!(judged.left, [""; 0]);
}

#[test]
fn a_bound_of_megabytes_is_no_reason_to_panic() {
    let listed = run(COMMAND, &["list", "tests/suites/wide-bound.toml"]);
    assert_eq!(listed.code, 0, "{}", listed.stderr);
}

/// Commands that print and do no more.
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

/// A pipe that nobody reads any more.
fn to_nobody() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("there are descriptors");
    drop(reader);
    writer.into()
}

/// The exit code of the command, and what it complained of.
fn printing_to(stdout: Stdio, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(COMMAND);
    command.args(arguments).current_dir(root());
    let output = command.stdin(Stdio::null()).stdout(stdout).output();
    let output = output.expect("the command was built with the tests");
    let stderr = String::from_utf8(output.stderr).expect("the command writes UTF-8");
    (output.status.code(), stderr)
}

fn of_lines(how: &[&str]) -> Option<Record> {
    processes::has_python().then(|| {
        let trial = Trial::of(COMMAND);
        let log = trial.scratch("recv.log");
        let judged = trial
            .with(&["tests/suites/lines.toml", "--profile", "quick"])
            .with(how)
            .on(
                "recv_log_server.py",
                &["--log", log.to_str().expect("it is UTF-8")],
            )
            .judge();
        assert_eq!((judged.code, judged.stderr.as_str()), (0, ""));
        judged.record().clone()
    })
}

fn scenarios(record: &Record) -> impl Iterator<Item = &ScenarioRecord> {
    record.suites.iter().flat_map(|suite| &suite.scenarios)
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

/// A server that is not wirecheck's to start or end.
struct Outside {
    child: Child,
    address: String,
}

impl Outside {
    fn start(server: &str) -> Self {
        let path: PathBuf = root().join("tests/peers/python").join(server);
        // The system chooses the port, and the server is asked to say which.
        let runner = "import runpy, socket, sys\n\
            listen = socket.create_server\n\
            def create_server(*words, **more):\n\
            \x20   listener = listen(*words, **more)\n\
            \x20   print(listener.getsockname()[1], flush=True)\n\
            \x20   return listener\n\
            socket.create_server = create_server\n\
            sys.argv = sys.argv[1:]\n\
            runpy.run_path(sys.argv[0], run_name='__main__')";
        let mut child = Command::new("python3")
            .args(["-c", runner])
            .arg(path)
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("there is a python3");
        let mut port = String::new();
        BufReader::new(child.stdout.take().expect("it is a pipe"))
            .read_line(&mut port)
            .expect("it says its port");
        Self {
            child,
            address: format!("127.0.0.1:{}", port.trim()),
        }
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
