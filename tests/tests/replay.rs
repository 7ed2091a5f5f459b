//! `wirecheck replay`: failures that a run saved, again: against the same peer and against the
//! fixed one, as a program without wirecheck, and as a capture.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use wirecheck_report::record::{WireAction, WireEvent};
use wirecheck_report::{Record, SavedCase, read_case};
use wirecheck_tests::{CommandOutput, Run, RunOutcome, root, run, tools};

const WIRECHECK: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

const SAME: &str = "FAILED  the case fails in the same way   (exit 1)";
const FIXED: &str = "FIXED  the case passes, and so does the uncut delivery   (exit 0)";

/// Plays each saved case against the peer that failed and against the fixed one.
fn fails_until_it_is_fixed(found: &RunOutcome, fixed: &[String]) {
    fails_so_until_it_is_fixed(found, SAME, fixed);
}

fn fails_so_until_it_is_fixed(found: &RunOutcome, how: &str, fixed: &[String]) {
    let saved = found.saved_cases();
    assert!(!saved.is_empty(), "{}", found.stdout);
    let fixed: Vec<_> = fixed.iter().map(String::as_str).collect();
    for file in &saved {
        let file = file.to_str().expect("it is UTF-8");
        let again = run(WIRECHECK, &["replay", file]);
        assert!(again.stdout.contains(how), "{file}: {again:?}");
        assert_eq!(again.code, 1, "{file}");
        let against_fixed = [&["replay", file, "--"], fixed.as_slice()].concat();
        let now = run(WIRECHECK, &against_fixed);
        assert!(now.stdout.contains(FIXED), "{file}: {now:?}");
        assert_eq!(now.code, 0, "{file}");
    }
}

fn python(file: &str, arguments: &[&str]) -> Vec<String> {
    // Without `-I`: the odd peers import a module beside them.
    let mut words = vec![tools::python()[0].to_owned()];
    words.push(format!("tests/peers/{file}"));
    words.extend(arguments.iter().map(|&word| word.to_owned()));
    words
}

fn server(file: &str) -> Vec<String> {
    python(
        &format!("python/{file}"),
        &["--host", "{host}", "--port", "{port}"],
    )
}

fn client(file: &str) -> Vec<String> {
    python(&format!("python/{file}"), &["{host}", "{port}"])
}

/// A server that takes each read for a line.
fn broken_lines() -> Vec<String> {
    python("odd/per_read.py", &["{host}", "{port}"])
}

fn broken_line_server() -> RunOutcome {
    Run::new(WIRECHECK)
        .args(&[
            "tests/peers/odd/suites/lines.toml",
            "--profile=quick",
            "--only=cut@*",
        ])
        .peer(broken_lines())
        .complete()
}

/// A run of the header suite against the server that reads a header with one recv.
fn broken_header_server() -> RunOutcome {
    let arguments = ["scenarios/header/header-echo.toml", "--profile=quick"];
    let arguments = [&arguments[..], &["--scenario=*/answers-*", "--only=cut@*"]].concat();
    Run::new(WIRECHECK)
        .args(&arguments)
        .python_server("header_echo_server_naive.py", &[])
        .complete()
}

#[test]
fn each_failure_of_a_broken_server_fails_again_until_it_is_fixed() {
    if !tools::has_python() {
        return;
    }
    let arguments = ["scenarios/header/header-echo.toml", "--profile=quick"];
    let found = Run::new(WIRECHECK)
        .args(&arguments)
        .args(&["--scenario=*/answers-*"])
        .args(&[
            "--only=bytes",
            "--only=cut@*",
            "--only=joined*",
            "--only=half@*0",
        ])
        .python_server("header_echo_server_naive.py", &[])
        .complete();
    fails_until_it_is_fixed(&found, &server("header_echo_server_fixed.py"));
}

#[test]
fn a_death_repeats_until_it_is_fixed() {
    if !tools::has_python() {
        return;
    }
    let arguments = ["scenarios/line", "--scenario=line/greeting-in-umlauts"];
    let found = Run::new(WIRECHECK)
        .args(&arguments)
        .args(&["--profile=quick", "--only=cut@*3", "--only=fin@*3"])
        .python_server("line_connection_server_naive.py", &[])
        .complete();
    fails_until_it_is_fixed(&found, &server("line_connection_server_fixed.py"));
}

#[test]
fn each_failure_of_a_broken_client_fails_again_until_it_is_fixed() {
    if !tools::has_python() {
        return;
    }
    let found = Run::new(WIRECHECK)
        .args(&["scenarios/line", "--scenario=line/*prints-the*"])
        .args(&["--profile=quick", "--only=cut@*3"])
        .python_client("line_connection_client_naive.py", &[])
        .complete();
    fails_until_it_is_fixed(&found, &client("line_connection_client_fixed.py"));
}

#[test]
fn what_needs_other_connections_is_replayed_with_them() {
    if !tools::has_python() {
        return;
    }
    // What a case shows on a server that mixes up connections depends on those before it.
    let broken = [
        ("stops.py", &["--after", "5", "--by", "close"][..], SAME),
        ("shared_buffer.py", &[], "FAILED"),
        ("leaks.py", &["--what", "descriptor"], SAME),
    ];
    for (file, options, how) in broken {
        let address = ["{host}", "{port}"];
        let peer = python(&format!("odd/{file}"), &[&address, options].concat());
        let found = Run::new(WIRECHECK)
            .args(&["tests/peers/odd/suites/lines.toml", "--profile=quick"])
            .args(&["--scenario=*/one-line", "--only=half@*", "--only=cut@*5"])
            .peer(peer)
            .complete();
        let fixed = python("odd/forks.py", &address);
        fails_so_until_it_is_fixed(&found, how, &fixed);
    }
}

#[test]
fn a_failure_block_ends_with_one_short_command() {
    if !tools::has_python() {
        return;
    }
    let found = broken_header_server();
    let mut lines = found.stdout.lines();
    let again = lines.find_map(|line| line.trim().strip_prefix("again "));
    let record = found.record_path();
    let record = record.to_str().expect("it is UTF-8");
    let words: Vec<_> = again.expect("it fails").split_whitespace().collect();
    let ["wirecheck", "replay", id, "--record", at] = words[..] else {
        panic!("{words:?}");
    };
    assert_eq!((id.len(), at), (4, record));
    let again = run(WIRECHECK, &words[1..]);
    assert!(again.stdout.contains(SAME), "{again:?}");
    let line = format!("wirecheck replay {id} --record {record}");
    let shown = again
        .stdout
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(shown.contains(&line), "{again:?}");
}

#[test]
fn a_peer_that_fails_differently_or_not_at_all_is_reported_as_such() {
    if !tools::has_python() {
        return;
    }
    let found = broken_header_server();
    let saved = found.saved_cases();
    let file = saved[0].to_str().expect("it is UTF-8");
    let silent = "import socket, sys, time\n\
                  s = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n\
                  while True: s.accept()[0].close()";
    let python = tools::python()[0];
    let outcomes: [(&[&str], i32, &str); 4] = [
        (&["--", python, "-c", silent, "{port}"], 1, "even the uncut"),
        (&["--", "/nonexistent"], 3, "ERROR"),
        (&["--connect", "127.0.0.1:1"], 3, "ERROR"),
        (&["--connect", "nowhere"], 2, "not an address"),
    ];
    for (arguments, code, text) in outcomes {
        let output = run(WIRECHECK, &[&["replay", file], arguments].concat());
        assert_eq!(output.code, code, "{output:?}");
        let said = output.stdout + &output.stderr;
        assert!(said.contains(text), "{said}");
    }
}

#[test]
fn files_that_are_no_valid_case_are_usage_errors() {
    if !tools::has_python() {
        return;
    }
    let found = broken_header_server();
    let text = fs::read_to_string(&found.saved_cases()[0]).expect("it was saved");
    let changed = found.record_path().with_file_name("changed.json");
    let file = changed.to_str().expect("it is UTF-8");
    let case = read_case(&found.saved_cases()[0]).expect("it was saved");
    let delivery = format!("\"delivery\": \"{}\"", case.delivery);
    let changes = [
        (
            delivery.as_str(),
            "\"delivery\": \"9999999\"",
            "another stream",
        ),
        (&delivery, "\"delivery\": \"bad\"", "invalid delivery"),
        ("answers-in-capitals\",\n", "no-such\",\n", "no scenario"),
        ("[[scenario]]", "[[nonsense]]", "the suite in it is invalid"),
        ("\"version\": 1", "\"version\": 9", "version 9"),
        (
            "\"role\": \"server\"",
            "\"role\": \"both\"",
            "not a saved case",
        ),
    ];
    for (from, to, expected) in changes {
        assert!(text.contains(from), "{from}");
        fs::write(&changed, text.replace(from, to)).expect("the folder is ours");
        let output = run(WIRECHECK, &["replay", file]);
        assert_eq!(output.code, 2, "{output:?}");
        assert!(output.stderr.contains(expected), "{output:?}");
    }
    let record = found.record_path();
    let record = record.to_str().expect("it is UTF-8");
    let of_record = run(WIRECHECK, &["replay", record]);
    assert!(
        of_record.stderr.contains("the record of a run"),
        "{of_record:?}"
    );
    let unknown = run(
        WIRECHECK,
        &["replay", "0123456789abcdef", "--record", record],
    );
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.contains("no saved case has the id"),
        "{unknown:?}"
    );
}

#[test]
fn two_runs_at_once_in_one_folder_keep_both_records() {
    if !tools::has_python() {
        return;
    }
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    let record = folder.path().join("last.json");
    let start = || {
        let mut command = Command::new(WIRECHECK);
        command
            .args([
                "run",
                "scenarios/header/header-echo.toml",
                "--profile=quick",
            ])
            .args(["--scenario=*/answers-*", "--only=cut@*", "--record"])
            .arg(&record)
            .arg("--")
            .args(server("header_echo_server_naive.py"))
            .current_dir(root())
            .stdout(Stdio::null());
        command.spawn().expect("the command was built")
    };
    let codes = [start(), start()].map(|mut it| it.wait().expect("it was started").code());
    assert_eq!(codes, [Some(1), Some(1)]);
    let last = wirecheck_report::read(&record).expect("it is whole");
    let kept = wirecheck_tests::files(&folder.path().join("runs"), "json");
    let records = kept.iter().filter(|it| it.ends_with("record.json"));
    let records: Vec<Record> = records
        .map(|it| wirecheck_report::read(it).expect("it is whole"))
        .collect();
    assert_eq!(records.len(), 2);
    assert!(records.contains(&last));
}

/// A server that is stopped at the end of the test.
struct ActiveServer {
    child: Child,
    port: String,
}

impl ActiveServer {
    fn start(words: &[String]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("there are ports");
        let port = free.local_addr().expect("it is bound").port().to_string();
        drop(free);
        let replaced = words
            .iter()
            .map(|word| word.replace("{port}", &port).replace("{host}", "127.0.0.1"));
        let replaced: Vec<_> = replaced.collect();
        let mut child = Command::new(&replaced[0])
            .args(&replaced[1..])
            .current_dir(root())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("there is a Python");
        for _ in 0..1_000 {
            let is_over = child.try_wait().expect("it was started").is_some();
            assert!(!is_over, "the server ended");
            if std::net::TcpStream::connect(format!("127.0.0.1:{port}")).is_ok() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Self { child, port }
    }
}

impl Drop for ActiveServer {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn written(found: &RunOutcome, language: &str) -> Vec<CommandOutput> {
    let saved = found.saved_cases();
    // One: each program waits after each chunk and each answer.
    let programs = saved.iter().take(1).map(|file| {
        let file = file.to_str().expect("it is UTF-8");
        run(WIRECHECK, &["replay", file, "--script", language])
    });
    programs.collect()
}

/// The exit code and the output of a program.
fn execute(interpreter: &str, program: &str, arguments: &[&str]) -> (i32, String) {
    let file = tempfile::NamedTempFile::new().expect("there is a temporary folder");
    // The machine may be busy: the peer needs longer to read a chunk.
    let patient = program.replace("sleep(0.1)", "sleep(0.3)");
    let patient = patient.replace("sleep 0.1", "sleep 0.3");
    assert_ne!(patient, program, "it pauses after each chunk");
    fs::write(file.path(), patient).expect("the file is ours");
    let path = file.path().to_str().expect("it is UTF-8");
    let output = run(interpreter, &[&[path], arguments].concat());
    (output.code, output.stdout + &output.stderr)
}

#[test]
fn a_script_shows_the_failure_of_a_server_without_wirecheck() {
    if !tools::has_python() || !tools::has("bash") {
        return;
    }
    let found = broken_line_server();
    let naive = ActiveServer::start(&broken_lines());
    let fixed = ActiveServer::start(&python("odd/forks.py", &["{host}", "{port}"]));
    for (language, interpreter) in [("python", tools::python()[0]), ("sh", "bash")] {
        let programs = written(&found, language);
        assert!(!programs.is_empty());
        for program in programs {
            assert_eq!(program.code, 0, "{program:?}");
            for (server, code) in [(&naive, 1), (&fixed, 0)] {
                let arguments = ["127.0.0.1", &server.port];
                let (found, text) = execute(interpreter, &program.stdout, &arguments);
                assert_eq!(found, code, "{text}\n{}", program.stdout);
            }
        }
    }
}

#[test]
fn a_script_shows_the_failure_of_a_client_without_wirecheck() {
    if !tools::has_python() {
        return;
    }
    let found = Run::new(WIRECHECK)
        .args(&["scenarios/line", "--scenario=line/*prints-the*"])
        .args(&["--profile=quick", "--only=cut@*3"])
        .python_client("line_connection_client_naive.py", &[])
        .complete();
    let programs = written(&found, "python");
    assert!(!programs.is_empty());
    let fixed = client("line_connection_client_fixed.py");
    let fixed: Vec<_> = fixed.iter().map(String::as_str).collect();
    for program in programs {
        // The broken client is the one that the file names.
        for (command, code) in [(&[][..], 1), (&fixed, 0)] {
            let (found, text) = execute(tools::python()[0], &program.stdout, command);
            assert_eq!(found, code, "{text}\n{}", program.stdout);
        }
    }
}

/// The payload of each packet with one, and the side that sent it: `C` or `S`.
fn dissected(capture: &Path) -> Vec<(char, String)> {
    let fields = ["tcp.srcport", "tcp.payload", "tcp.checksum.status"];
    let mut tshark = Command::new("tshark");
    tshark.args(["-o", "tcp.check_checksum:TRUE", "-T", "fields", "-r"]);
    tshark.arg(capture);
    for field in fields {
        tshark.args(["-e", field]);
    }
    let output = tshark.output().expect("it is installed");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("it writes text");
    let line = |line: &str| {
        let [port, payload, checksum] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        assert_eq!(checksum, "1", "a wrong checksum: {line}");
        let side = if port == "7000" { 'S' } else { 'C' };
        (!payload.is_empty()).then(|| (side, payload.to_owned()))
    };
    text.lines().filter_map(line).collect()
}

/// The lengths of the chunks: `1,23x2` is 1, 23, 23.
fn chunks(delivery: &str) -> Vec<usize> {
    let lengths = delivery.split(' ').next().expect("it has one word");
    let runs = lengths.split(',').map(|run| {
        let (length, times) = run.split_once('x').unwrap_or((run, "1"));
        let number = |text: &str| text.parse::<usize>().expect("a number");
        vec![number(length); number(times)]
    });
    runs.collect::<Vec<_>>().concat()
}

/// What the smallest that shows the failure sends and has seen: a part of the exchange, or all.
fn smallest(case: &SavedCase) -> (&str, &[WireEvent]) {
    match &case.shorter {
        Some(part) => (&part.delivery, &part.events),
        None => (&case.delivery, &case.events),
    }
}

/// What a transcript has, in hex.
fn seen(events: &[WireEvent]) -> Vec<(char, String)> {
    let sent = events.iter().filter_map(|event| match &event.what {
        WireAction::Sent(bytes) => Some((format!("{:?}", event.by), bytes.hex.clone())),
        _ => None,
    });
    sent.map(|(by, hex)| (by.chars().next().expect("a name"), hex))
        .collect()
}

#[test]
fn a_capture_has_the_payloads_of_the_case() {
    if !tools::has_python() || !tools::has("tshark") {
        return;
    }
    let found = broken_header_server();
    let capture = found.record_path().with_file_name("case.pcap");
    for file in found.saved_cases() {
        let case = read_case(&file).expect("it was saved");
        let words = ["replay", file.to_str().expect("it is UTF-8"), "--pcap"];
        let written = run(
            WIRECHECK,
            &[&words[..], &[capture.to_str().expect("UTF-8")]].concat(),
        );
        assert_eq!(written.code, 0, "{written:?}");
        let (delivery, events) = smallest(&case);
        let (payloads, seen) = (dissected(&capture), seen(events));
        let ours = payloads.iter().filter(|(side, _)| *side == 'C');
        let lengths: Vec<_> = ours.map(|(_, hex)| hex.len() / 2).collect();
        assert_eq!(lengths, chunks(delivery));
        assert!(
            seen.iter().all(|it| payloads.contains(it)),
            "{seen:?} {payloads:?}"
        );
    }
}

#[test]
fn a_capture_replaces_no_other_file() {
    if !tools::has_python() {
        return;
    }
    let found = broken_header_server();
    let saved = found.saved_cases();
    let file = saved[0].to_str().expect("it is UTF-8");
    let output = run(WIRECHECK, &["replay", file, "--pcap", file]);
    assert_eq!(output.code, 2);
    assert!(output.stderr.contains("is not a capture"), "{output:?}");
    assert!(read_case(&saved[0]).is_ok());
}
