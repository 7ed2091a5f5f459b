//! Signals that end a run: the first one ends it in order, with a whole record. A second one stops
//! it at once. No process of the peer remains.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use wirecheck_report::Record;
use wirecheck_report::record::{CutOffReason, FailedCase, RunState, ScenarioRecord, Verdict};
use wirecheck_tests::{Run, root, tools};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

#[test]
fn ctrl_c_ends_a_run_in_order() {
    ends_in_order(Signal::INT);
}

#[test]
fn closing_the_terminal_ends_a_run_in_order() {
    if ignores_hangup() {
        eprintln!("skipped: the tests run under nohup");
        return;
    }
    ends_in_order(Signal::HUP);
}

/// Whether this process, and so every program that it starts, ignores SIGHUP.
fn ignores_hangup() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 == 1)
}

#[test]
fn a_run_under_nohup_outlives_its_terminal() {
    if !tools::has_python() {
        return;
    }
    let scratch = tempfile::tempdir().expect("the folder can be written");
    let record = scratch.path().join("record.json");
    // The shell ignores the signal, and so does the program that replaces it.
    let mut child = Command::new("sh")
        .args(["-c", "trap '' HUP; exec \"$@\"", "sh", COMMAND])
        .args(["run", "scenarios/threaded", "--profile", "quick"])
        .arg("--record")
        .arg(&record)
        .arg("--")
        .args(tools::python())
        .arg("tests/peers/python/threaded_server_fixed.py")
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
    kill_process(id.expect("it has an id"), Signal::HUP).expect("it is running");
    std::io::copy(&mut out, &mut std::io::sink()).expect("it can be read");
    let status = child.wait().expect("it was started");
    let record = wirecheck_report::read(&record).expect("it wrote a record");
    assert_eq!((status.code(), record.state), (Some(0), RunState::Finished));
}

fn ends_in_order(signal: Signal) {
    if !tools::has_python() {
        return;
    }
    let run = Run::new(COMMAND);
    let log = run.scratch_path("recv.log");
    let log = log.to_str().expect("it is UTF-8").to_owned();
    // With this slow reader the second scenario takes over a minute.
    let mut active = run
        .args(&["tests/suites/lines.toml", "tests/suites/two-megabytes.toml"])
        .args(&["--profile", "thorough", "--only", "cut*@*", "--jobs", "1"])
        .python_server("recv_log_server.py", &["--pause-ms", "50", "--log", &log])
        .start();
    active.wait_for_line("one-letter");
    wait_for_ten_more_lines(Path::new(&log));
    active.signal(signal);
    let outcome = active.wait();
    let record = outcome.record();
    assert_eq!(record.state, RunState::CutOff);
    let [first, second, ref others @ ..] = scenarios(record).collect::<Vec<_>>()[..] else {
        panic!("{record:?}");
    };
    let not_started =
        |it: &&ScenarioRecord| (it.verdict, it.tally().run()) == (Verdict::Skipped, 0);
    assert!(!others.is_empty() && others.iter().all(not_started));
    outcome.assert_header_counts_all_cases();
    let of_others = format!("  {}/", record.suites[1].id);
    assert!(
        !outcome.stdout.contains(&of_others),
        "no line for any of them: {}",
        outcome.stdout
    );
    assert_eq!(
        (first.id.as_str(), first.verdict),
        ("one-letter", Verdict::Pass)
    );
    let tally = second.tally();
    assert_eq!(second.verdict, Verdict::Skipped, "it has not finished");
    assert!(tally.run() > 0 && tally.skipped > 0, "{tally:?}");
    assert_eq!(tally.failed(), 0);
    assert_ne!(outcome.code, 0, "not all cases have passed");
    assert_eq!(outcome.remaining_processes, [""; 0]);
}

/// A slow server that answers each line in pieces wrongly, and logs that.
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
fn failures_that_were_not_repeated_before_ctrl_c_are_unconfirmed() {
    if !tools::has_python() {
        return;
    }
    let run = Run::new(COMMAND);
    let log = run.scratch_path("pieces.log");
    let server = ["-c", WRONG_ABOUT_PIECES, "{host}", "{port}"];
    let words = tools::python()
        .into_iter()
        .chain(server)
        .chain(log.to_str());
    let mut active = run
        .args(&["tests/suites/lines.toml", "--profile", "thorough"])
        .args(&["--scenario", "*/three-lines"])
        // Cases that are alone with the peer are confirmed at once.
        .args(&["--only", "cut@*", "--only", "cuts@*"])
        .peer(words.map(str::to_owned).collect())
        .start();
    active.wait_for_line("suites");
    wait_for_ten_more_lines(&log);
    active.signal(Signal::INT);
    let outcome = active.wait();
    let record = outcome.record();
    assert_eq!(outcome.code, 1, "{}", outcome.stdout);
    assert_eq!(record.verdict, Verdict::Unconfirmed);
    assert_eq!(record.cut_off_by, Some(CutOffReason::User));
    let failures: Vec<_> = scenarios(record).flat_map(|it| &it.failures).collect();
    let unconfirmed = |it: &&FailedCase| it.verdict == Verdict::Unconfirmed;
    assert!(failures.len() > 1 && failures.iter().all(unconfirmed));
    assert_eq!(
        record.notes, [""; 0],
        "the header shows it, no note repeats it"
    );
    let at_once = "first failure  lines/three-lines/";
    let verdict = "failures not confirmed   (exit 1)";
    for text in [at_once, "verdict   INTERRUPTED  ", verdict] {
        assert!(outcome.stdout.contains(text), "{text}: {}", outcome.stdout);
    }
    assert!(!outcome.stdout.contains("race"), "{}", outcome.stdout);
}

#[test]
fn a_run_that_is_killed_leaves_no_record_of_an_earlier_one() {
    if !tools::has_python() {
        return;
    }
    let run = Run::new(COMMAND);
    let (record, log) = (
        run.scratch_path("record.json"),
        run.scratch_path("recv.log"),
    );
    fs::write(&record, "{ \"version\": 1, \"wirecheck\": \"0.0.1\" }")
        .expect("the folder can be written");
    let log = log.to_str().expect("it is UTF-8").to_owned();
    let mut active = run
        .args(&["tests/suites/lines.toml", "--profile", "thorough"])
        .python_server("recv_log_server.py", &["--pause-ms", "50", "--log", &log])
        .start();
    active.wait_for_line("suites");
    active.signal(Signal::KILL);
    let record = wirecheck_report::read(&record).expect("it is written when the run begins");
    assert_eq!(record.state, RunState::Running);
}

#[test]
fn a_second_ctrl_c_stops_a_run_at_once_and_leaves_no_peer() {
    if !tools::has_python() {
        return;
    }
    let run = Run::new(COMMAND);
    let (record, log) = (
        run.scratch_path("record.json"),
        run.scratch_path("recv.log"),
    );
    let options = ["--log", log.to_str().expect("it is UTF-8")];
    // It writes a first record, then it blocks when it prints its header. So the first signal
    // alone cannot end it.
    let mut active = run
        .args(&["tests/suites/lines.toml"])
        .python_server("recv_log_server.py", &options)
        .start_with_full_stdout();
    active.wait_for_file(&log);
    active.wait_for_file(&record);
    let outcome = active.signal_until_it_ends(Signal::INT);
    assert_eq!(outcome.code, 130, "{outcome:?}");
    let state = outcome.record().state;
    assert_eq!(state, RunState::Running, "it did not end in order");
    assert_eq!(outcome.remaining_processes, [""; 0]);
}

#[test]
fn two_signals_at_once_end_a_run_in_order() {
    if !tools::has_python() {
        return;
    }
    let mut active = Run::new(COMMAND)
        .args(&["tests/suites/ten-minutes.toml"])
        .python_server("slow_server.py", &["--answer-delay", "1000"])
        .start();
    active.wait_for_line("ten-minutes");
    active.signal(Signal::INT);
    active.signal(Signal::TERM);
    let outcome = active.wait();
    assert_eq!(outcome.code, 130, "{outcome:?}");
    assert_eq!(outcome.record().state, RunState::CutOff);
    assert_eq!(outcome.remaining_processes, [""; 0]);
}

/// Waits until a log has ten lines more than now: then cases are being played.
fn wait_for_ten_more_lines(log: &Path) {
    let lines = || fs::read_to_string(log).map_or(0, |text| text.lines().count());
    let (before, deadline) = (lines(), Instant::now() + Duration::from_secs(60));
    while lines() < before + 10 {
        assert!(Instant::now() < deadline, "the log does not grow");
        thread::sleep(Duration::from_millis(1));
    }
}

fn scenarios(record: &Record) -> impl Iterator<Item = &ScenarioRecord> {
    record.scenarios().map(|(_, scenario)| scenario)
}
