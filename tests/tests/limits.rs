//! Hostile input and limits of the machine: names, arguments, suites, descriptors, disk.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use wirecheck_tests::{root, run_in, tools};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

const SUITE: &str = "title = 'A'\nframing = 'line'\n[[scenario]]\nid = 'a'\n\
                     exchange = [{ client = 'a' }, { server = 'ok' }]\n";

/// Sets the title of a terminal, reverses text and hides characters.
const HOSTILE: &str = "a\x1b]0;title\x07\u{202e}b\u{200b}";

/// Runs the command with styles, as on a terminal: without them, control sequences are
/// removed.
fn on_terminal(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let ran = Command::new(COMMAND)
        .args(arguments)
        .current_dir(folder)
        .env("CLICOLOR_FORCE", "1")
        .stdin(Stdio::null())
        .output()
        .expect("the command was built with the tests");
    let text = [ran.stdout, ran.stderr].concat();
    let text = String::from_utf8(text).expect("the command writes UTF-8");
    (ran.status.code().expect("no signal ended it"), text)
}

#[test]
fn no_name_and_no_argument_reaches_the_terminal_unescaped() {
    let scratch = tempfile::tempdir().expect("there is a temporary folder");
    let file = format!("{HOSTILE}.toml");
    fs::write(scratch.path().join(&file), SUITE).expect("the folder is ours");
    let with_id = format!("id = 'good'\n{SUITE}");
    let named = format!("{HOSTILE}-2.toml");
    fs::write(scratch.path().join(&named), with_id).expect("the folder is ours");
    let content = SUITE.replace(
        "'a'",
        &format!("'{}'", HOSTILE.replace(['\x1b', '\x07'], "")),
    );
    fs::write(scratch.path().join("content.toml"), content).expect("the folder is ours");
    let commands: [&[&str]; 17] = [
        &["check", &file],
        &["list", &file],
        &["check", &named],
        &["check", "--play", &named],
        &["list", &named],
        &["check", "content.toml"],
        &["check", HOSTILE],
        &["run", HOSTILE, "--", "true"],
        &["run", &named, "--connect", HOSTILE],
        &[
            "run",
            &named,
            "--connect",
            "127.0.0.1:1",
            "--record",
            HOSTILE,
        ],
        &["run", &named, "--", HOSTILE],
        &["run", &named, HOSTILE, "b"],
        &["run", &named, "--profile", HOSTILE, "--", "true"],
        &["list", &named, "--only", HOSTILE],
        &["list", &named, "--scenario", HOSTILE],
        &["explain", HOSTILE],
        &[HOSTILE],
    ];
    for arguments in commands {
        let (_, text) = on_terminal(scratch.path(), arguments);
        for raw in ["\x1b]", "\x07", "\u{202e}", "\u{200b}"] {
            assert!(!text.contains(raw), "{arguments:?}: {text:?}");
        }
    }
    let (code, text) = on_terminal(scratch.path(), &["explain", HOSTILE]);
    assert_eq!(code, 2);
    assert!(
        text.contains(r"a\x1b]0;title\x07\u{202e}b\u{200b}"),
        "{text}"
    );
}

#[test]
fn a_record_does_not_replace_the_suite() {
    let scratch = tempfile::tempdir().expect("there is a temporary folder");
    let suite = scratch.path().join("suite.toml");
    fs::write(&suite, SUITE).expect("the folder is ours");
    let arguments = ["run", "suite.toml", "--record", "suite.toml", "--", "true"];
    let ran = run_in(scratch.path(), COMMAND, &arguments);
    assert_eq!(ran.code, 2, "{ran:?}");
    let expected = "suite.toml: exists and is not a wirecheck record";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(&suite).expect("it is there"), SUITE);
}

/// Runs the command under a limit of the shell.
fn limited(limit: &str, folder: &Path, arguments: &[&str]) -> Output {
    let ran = Command::new("sh")
        .args(["-c", &format!("ulimit {limit}; exec \"$@\""), "sh", COMMAND])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output();
    ran.expect("there is a shell")
}

#[test]
fn a_record_that_cannot_be_written_is_part_of_the_verdict_and_leaves_no_file() {
    if !tools::has_python() {
        return;
    }
    let scratch = tempfile::tempdir().expect("there is a temporary folder");
    let records = scratch.path().join("records");
    let record = records.join("record.json");
    let server = root().join("tests/peers/python/threaded_server_fixed.py");
    let words = [
        "run",
        "tests/suites/lines.toml",
        "--only",
        "whole",
        "--record",
    ];
    let peer = ["--host", "{host}", "--port", "{port}"];
    let paths = [&record, &server].map(|path| path.to_str().expect("it is UTF-8"));
    let python = tools::python();
    let arguments = [
        &words[..],
        &paths[..1],
        &["--"],
        &python,
        &paths[1..],
        &peer,
    ]
    .concat();
    // The signal for a file that is too large does not kill wirecheck.
    let ran = limited("-f 1", root(), &arguments);
    let stdout = String::from_utf8_lossy(&ran.stdout);
    assert_eq!(ran.status.code(), Some(70), "{ran:?}");
    assert!(stdout.contains("(exit 70)"), "{stdout}");
    assert!(stdout.contains("record    not written: "), "{stdout}");
    let left = fs::read_dir(&records).expect("it is there");
    let left = left.map(|it| it.expect("it is readable").path());
    let files = left.filter(|it| it.is_file());
    assert_eq!(files.filter(|it| *it != record).count(), 0);
}

#[test]
fn too_few_descriptors_are_not_called_a_wrong_address() {
    let scratch = tempfile::tempdir().expect("there is a temporary folder");
    fs::write(scratch.path().join("suite.toml"), SUITE).expect("the folder is ours");
    let ran = limited("-n 8", scratch.path(), &["run", "suite.toml", "--", "true"]);
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("Too many open files"), "{stderr}");
    assert!(stderr.contains("ulimit -n"), "{stderr}");
    assert!(!stderr.contains("not an address"), "{stderr}");
}

#[test]
fn suites_of_equal_id_from_two_folders_are_named_after_their_folders() {
    let scratch = tempfile::tempdir().expect("there is a temporary folder");
    for folder in ["http", "line"] {
        let folder = scratch.path().join(folder);
        fs::create_dir(&folder).expect("the folder is ours");
        fs::write(folder.join("basic.toml"), SUITE).expect("the folder is ours");
    }
    let ids = |arguments: &[&str]| {
        let ran = run_in(scratch.path(), COMMAND, arguments);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        let lines = ran.stdout.lines().map(|line| line.split("  ").next());
        lines
            .map(|id| id.unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let both = ["list", "http", "line", "--only", "whole"];
    assert_eq!(ids(&both), ["http.basic/a/whole", "line.basic/a/whole"]);
    // A pattern from that run fits this one, and deliveries that are drawn stay the same.
    let alone = [
        "list",
        "line",
        "--scenario",
        "line.basic/a",
        "--only",
        "whole",
    ];
    assert_eq!(ids(&alone), ["basic/a/whole"]);
    let random = ["--only", "random@*", "--json"];
    let drawn = |folders: &[&str]| {
        let arguments = [&["list"], folders, &random].concat();
        let ran = run_in(scratch.path(), COMMAND, &arguments);
        let lines = ran
            .stdout
            .lines()
            .filter(|line| line.contains("line/basic"));
        let deliveries = lines.map(|line| {
            let case: serde_json::Value = serde_json::from_str(line).expect("it is JSON");
            case["delivery"].to_string()
        });
        deliveries.collect::<Vec<_>>()
    };
    assert_eq!(drawn(&["http", "line"]), drawn(&["line"]));
    assert!(!drawn(&["line"]).is_empty());
}
