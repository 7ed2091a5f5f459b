//! `wirecheck matrix`: several implementations, a record of each, and where they disagree.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use wirecheck_report::Record;
use wirecheck_report::record::{ObservedEnd, RunState, Verdict};
use wirecheck_tests::{CommandOutput, root, run_in, tools};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

/// A server of HTTP that reads requests of few bytes in one piece, and is lenient or strict.
const SERVER: &str = r#"
import socketserver, sys

STRICT, NAME = sys.argv[3] == 'strict', sys.argv[4]

class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        while (line := self.rfile.readline()):
            fields = []
            while (field := self.rfile.readline()) not in (b'\r\n', b'\n', b''):
                fields.append(field)
            if not field:
                return
            lengths = [it for it in fields if it.lower().startswith(b'content-length')]
            if STRICT and lengths:
                return self.answer(b'400 Bad Request', b'no\n')
            self.answer(b'200 OK', NAME.encode() + b'\n')

    def answer(self, status, body):
        head = b'HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n' % (status, len(body))
        self.wfile.write(head + body)

class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True

Server((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
"#;

const SUITE: &str = "title = 'T'\nframing = 'http1'\n\
    adversary = { malformed = 'any' }\n\
    [[scenario]]\nid = 'get'\nlevel = 'should'\nexchange = [\n\
    \x20 { client.http = { method = 'GET', target = '/', fields = { Host = 'h' } } },\n\
    \x20 { server.http = { status = 'same' } },\n]\n";

/// A folder with the server and the suite.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    fs::write(folder.path().join("server.py"), SERVER).expect("it can be written");
    fs::write(folder.path().join("t.toml"), SUITE).expect("it can be written");
    folder
}

/// `--peer` of a server with this name and mode.
fn peer(name: &str, mode: &str) -> String {
    let python = tools::python().join(" ");
    format!("--peer={name}={python} server.py {{host}} {{port}} {mode} '{name} server'")
}

fn matrix(folder: &Path, arguments: &[&str]) -> CommandOutput {
    let fixed = ["matrix", "t.toml", "--color=never", "--only=whole"];
    run_in(folder, COMMAND, &[&fixed, arguments].concat())
}

fn record(folder: &Path, name: &str) -> Record {
    let path = folder
        .join(".wirecheck/matrix")
        .join(name)
        .join("last.json");
    wirecheck_report::read(&path).expect("the record was written")
}

#[test]
fn two_servers_that_read_the_same_bytes_differently_disagree() {
    if !tools::has_python() {
        return;
    }
    let folder = folder();
    let (loose, strict) = (peer("loose", "loose"), peer("strict", "strict"));
    let arguments = [&*loose, &*strict, "--only=header:empty", "--html=m.html"];
    let ran = matrix(folder.path(), &arguments);
    // A failure of `should` fails nothing.
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    let expected = "\
where they disagree   1 of 2 deliveries are answered in different ways

accepted by some, not by others
  header:empty  get
      200   loose
      400   strict
";
    assert!(ran.stdout.contains(expected), "{}", ran.stdout);
    assert!(
        ran.stdout
            .ends_with("2 implementations, none fails   (exit 0)\n"),
        "{}",
        ran.stdout
    );
    let html = fs::read_to_string(folder.path().join("m.html")).expect("it was written");
    assert!(html.contains("Where they disagree") && html.contains("header:empty"));
    let answers = |name| {
        let record = record(folder.path(), name);
        let observed = &record.suites[0].scenarios[0].observed;
        let answer = |it: &wirecheck_report::record::ObservedAnswers| {
            assert_eq!((it.end, it.not_compared), (ObservedEnd::Closed, None));
            (it.answers[0].status, it.answers[0].content.clone())
        };
        observed.iter().map(answer).collect::<Vec<_>>()
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(answers("loose"), [(Some(200), text("loose server\\n"))]);
    assert_eq!(
        answers("strict"),
        [
            (Some(200), text("strict server\\n")),
            (Some(400), text("no\\n"))
        ]
    );
}

#[test]
fn records_of_a_matrix_are_compared_again_by_report() {
    if !tools::has_python() {
        return;
    }
    let folder = folder();
    let (one, other) = (peer("one", "loose"), peer("other", "loose"));
    let ran = matrix(
        folder.path(),
        &[&one, &other, "--only=header", "-q", "-o", "out"],
    );
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stdout.lines().count(), 3, "{}", ran.stdout);
    let records = ["a=out/one/last.json", "b=out/other/last.json"];
    let ran = run_in(
        folder.path(),
        COMMAND,
        &[&["report"], &records[..]].concat(),
    );
    assert!(ran.stdout.contains("all answer alike:"), "{}", ran.stdout);
}

#[test]
fn a_server_that_does_not_start_does_not_keep_others_from_their_record() {
    if !tools::has_python() {
        return;
    }
    let folder = folder();
    let there = peer("there", "loose");
    let gone = "--peer=gone=./no-such-program {port}";
    let ran = matrix(folder.path(), &[gone, &there]);
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("no-such-program"), "{}", ran.stderr);
    assert!(
        ran.stdout
            .contains("1 of 2 not judged; of 1 implementation none fails   (exit 3)"),
        "{}",
        ran.stdout
    );
    assert_eq!(record(folder.path(), "gone").state, RunState::CutOff);
    let there = record(folder.path(), "there");
    assert_eq!(
        (there.state, there.verdict),
        (RunState::Finished, Verdict::Pass)
    );
}

#[test]
fn the_implementations_may_be_in_the_settings() {
    if !tools::has_python() {
        return;
    }
    let folder = folder();
    let python = tools::python().join(" ");
    let settings = format!(
        "suites = ['t.toml']\nonly = ['whole']\n[matrix.peers]\n\
         a = '{python} server.py {{host}} {{port}} loose a'\n\
         b = \"{python} server.py {{host}} {{port}} strict 'b c'\"\n"
    );
    fs::write(folder.path().join("wirecheck.toml"), settings).expect("it can be written");
    let ran = run_in(folder.path(), COMMAND, &["matrix", "--color=never"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("all answer alike: 1 delivery compared"),
        "{}",
        ran.stdout
    );
    let command = record(folder.path(), "b").peer.command;
    assert_eq!(command.last().map(String::as_str), Some("b c"));
}

#[test]
fn a_matrix_that_cannot_be_played_says_what_to_write() {
    let two = |second| vec!["--peer=a=true", second];
    for (arguments, expected) in [
        (vec![], "no implementation to compare"),
        (vec!["--peer=a=true"], "only one implementation"),
        (
            two("--peer=A=true"),
            "two implementations have the name `A`",
        ),
        (two("--peer=b"), "write NAME=COMMAND"),
        (two("--peer=../b=true"), "a name has 1 to 40 letters"),
        (two("--peer=b=sh 'x"), "a quote is not closed"),
        (two("--peer=b=connect:nowhere"), "nowhere"),
        (
            vec!["--client", "--peer=a=true", "--peer=b=connect:[::1]:9"],
            "`connect:` is for servers only",
        ),
    ] {
        let words = [&["matrix", "tests/suites/lines.toml"], &arguments[..]].concat();
        let ran = run_in(root(), COMMAND, &words);
        assert_eq!(ran.code, 2, "{arguments:?}: {ran:?}");
        assert!(
            ran.stderr.contains(expected),
            "{arguments:?}: {}",
            ran.stderr
        );
    }
}

#[test]
fn a_report_replaces_no_record() {
    let folder = folder();
    let html = "--html=.wirecheck/matrix/a/last.json";
    let ran = matrix(folder.path(), &["--peer=a=true", "--peer=b=true", html]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.stderr.contains("would replace another file"),
        "{}",
        ran.stderr
    );
}
