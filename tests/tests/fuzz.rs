//! `wirecheck fuzz --framer`: framers in four languages, correct and broken, and programs that
//! do not follow the protocol.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use wirecheck_tests::{CommandOutput, root, run_in, tools};

const WIRECHECK: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

/// A folder with a framer in it.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("wirecheck-").tempdir();
        Self(folder.expect("the system has a folder for temporary files"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path().join(file), text).expect("the folder is the test's own");
    }

    /// Tries the framer with the lines of a suite.
    fn fuzz(&self, arguments: &[&str], command: &[&str]) -> CommandOutput {
        let suite = root().join("tests/suites/lines.toml");
        let suite = suite.to_str().expect("the path is UTF-8");
        let all = [&["fuzz", "--framer", suite], arguments, &["--"], command].concat();
        run_in(self.path(), WIRECHECK, &all)
    }

    fn compile(&self, compiler: &str, arguments: &[&str]) {
        let mut command = Command::new(compiler);
        let status = command.args(arguments).current_dir(self.path()).status();
        assert!(status.expect("the compiler starts").success());
    }
}

/// The adapter of a language as `wirecheck fuzz --adapter` prints it.
fn adapter(language: &str) -> String {
    let printed = run_in(root(), WIRECHECK, &["fuzz", "--adapter", language]);
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    printed.stdout
}

fn python(text: &str, arguments: &[&str]) -> CommandOutput {
    let folder = Folder::new();
    folder.write("framer.py", text);
    folder.fuzz(arguments, &[tools::python()[0], "framer.py"])
}

/// The correct adapter passes, and the same with one change fails.
fn finds_what_is_changed(file: &str, language: &str, change: (&str, &str), built: &[&str]) {
    let folder = Folder::new();
    let correct = adapter(language);
    let broken = correct.replace(change.0, change.1);
    assert_ne!(correct, broken, "the adapter has another text");
    for (text, code) in [(correct, 0), (broken, 1)] {
        folder.write(file, &text);
        match language {
            "go" => folder.compile("go", &["build", "-o", "framer", file]),
            "c" => folder.compile("cc", &["-Wall", "-Wextra", "-Werror", "-o", "framer", file]),
            _ => {}
        }
        let result = folder.fuzz(&["--streams", "8"], built);
        assert_eq!(result.code, code, "{result:?}");
        if code == 1 {
            assert!(result.stdout.contains("  cut@1  "), "{}", result.stdout);
        }
    }
}

#[test]
fn a_framer_in_python_is_tried() {
    if !tools::has_python() {
        return;
    }
    let change = (r"(self.buffer + chunk).split", "chunk.split");
    let command = [tools::python()[0], "framer.py"];
    finds_what_is_changed("framer.py", "python", change, &command);
}

#[test]
fn a_framer_in_javascript_is_tried() {
    if !tools::has("node") {
        return;
    }
    let change = ("Buffer.concat([this.buffer, chunk])", "chunk");
    finds_what_is_changed("framer.mjs", "javascript", change, &["node", "framer.mjs"]);
}

#[test]
fn a_framer_in_go_is_tried() {
    if !tools::has("go") {
        return;
    }
    let change = ("append(f.buffer, chunk...)", "chunk");
    finds_what_is_changed("framer.go", "go", change, &["./framer"]);
    // It keeps the caller's bytes instead of a copy.
    let copies = "f.buffer = append(f.buffer, chunk...)";
    let keeps = format!("if f.buffer == nil {{ f.buffer = chunk }} else {{ {copies} }}");
    finds_what_is_changed("framer.go", "go", (copies, &keeps), &["./framer"]);
}

#[test]
fn a_framer_in_c_is_tried() {
    let change = ("memcpy(", "it->length = 0; memcpy(");
    finds_what_is_changed("framer.c", "c", change, &["./framer"]);
}

#[test]
fn a_failure_is_shown_and_can_be_tried_again() {
    if !tools::has_python() {
        return;
    }
    let folder = Folder::new();
    let python = tools::python()[0];
    let broken = adapter("python").replace("(self.buffer + chunk)", "chunk");
    folder.write("framer.py", &broken);
    let found = folder.fuzz(&[], &[python, "framer.py"]);
    let expected = "\
FAIL lines/one-letter
  what the framer reads depends on how the stream is cut
    input  \"a\\n\"
    cut@1  \"a\" | \"\\n\"
  messages
    whole  \"a\"
    cut@1  \"\"
again: wirecheck fuzz --framer ";
    assert!(found.stdout.starts_with(expected), "{}", found.stdout);

    let again = found
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix("again: wirecheck "));
    let again = again.expect("it says how to try it again");
    let words: Vec<_> = again.split(' ').collect();
    assert_eq!(run_in(folder.path(), WIRECHECK, &words).code, 1);
    folder.write("framer.py", &adapter("python"));
    assert_eq!(run_in(folder.path(), WIRECHECK, &words).code, 0);
}

#[test]
fn a_mistake_that_the_suite_does_not_show_is_found_by_variation() {
    if !tools::has_python() {
        return;
    }
    let change = "assert all(len(line) < 200 for line in lines)\n        return lines";
    let broken = adapter("python").replacen("return lines", change, 1);
    let found = python(&broken, &["--streams", "300", "--time", "10m"]);
    assert_eq!(found.code, 1, "{found:?}");
    assert!(
        found.stdout.contains("FAIL generated for lines"),
        "{}",
        found.stdout
    );
    assert!(found.stdout.contains("(256 bytes)"), "{}", found.stdout);
}

#[test]
fn the_number_of_messages_is_that_of_the_suites_framing() {
    if !tools::has_python() {
        return;
    }
    let broken = adapter("python").replacen("return lines", "return [b''.join(lines)]", 1);
    let found = python(&broken, &[]);
    assert_eq!(found.code, 1, "{found:?}");
}

#[test]
fn a_framer_that_keeps_back_a_complete_message_is_found() {
    if !tools::has_python() {
        return;
    }
    // The last line comes at the end of the stream.
    let late = adapter("python")
        .replacen(
            "return lines",
            "self.last, lines = lines[-1:], self.last + lines[:-1]\n        return lines",
            1,
        )
        .replace(
            "self.buffer = b\"\"\n",
            "self.buffer = b\"\"\n        self.last = []\n",
        )
        .replace("return []", "return self.last");
    let found = python(&late, &[]);
    assert_eq!(found.code, 1, "{found:?}");
    let title = "1 message complete, but the framer waits for more bytes";
    assert!(found.stdout.contains(title), "{}", found.stdout);
    let allowed = python(&late, &["--allow-late", "--streams", "8"]);
    assert_eq!(allowed.code, 0, "{allowed:?}");
}

#[test]
fn well_framed_streams_that_are_rejected_are_counted() {
    if !tools::has_python() {
        return;
    }
    let picky = "self.is_known = getattr(self, 'is_known', chunk[:1].isalpha())
        if not self.is_known:
            raise ValueError('no')
        *lines,";
    let broken = adapter("python").replacen("*lines,", picky, 1);
    let noted = python(&broken, &["--streams", "200"]);
    assert_eq!(noted.code, 0, "{noted:?}");
    assert!(noted.stdout.starts_with("PASS "), "{}", noted.stdout);
    assert!(
        noted.stdout.contains("note: the framer rejects "),
        "{}",
        noted.stdout
    );
}

#[test]
fn a_framer_that_reads_nothing_is_noted() {
    if !tools::has_python() {
        return;
    }
    let folder = Folder::new();
    let broken = adapter("python").replacen("return lines", "raise ValueError('no')", 1);
    folder.write("framer.py", &broken);
    folder.write("traffic.bin", "a\n");
    let words = [
        "fuzz",
        "--framer",
        "--input",
        "traffic.bin",
        "--",
        tools::python()[0],
    ];
    let noted = run_in(
        folder.path(),
        WIRECHECK,
        &[&words[..], &["framer.py"]].concat(),
    );
    assert_eq!(noted.code, 0, "{noted:?}");
    let expected = "note: the framer has read no message at all
note: the framer reports an error: traffic.bin: ValueError('no')
";
    assert!(noted.stdout.ends_with(expected), "{}", noted.stdout);
}

#[test]
fn long_lines_take_no_minutes() {
    if !tools::has_python() {
        return;
    }
    // Without `max` a line may have 1 MiB.
    let folder = Folder::new();
    folder.write("framer.py", &adapter("python"));
    let suite = root().join("scenarios/framing/line.toml");
    let suite = suite.to_str().expect("the path is UTF-8");
    let words = [
        "fuzz",
        "--framer",
        suite,
        "--streams",
        "30",
        "--",
        tools::python()[0],
    ];
    let passed = run_in(
        folder.path(),
        WIRECHECK,
        &[&words[..], &["framer.py"]].concat(),
    );
    assert_eq!(passed.code, 0, "{passed:?}");
}

#[test]
fn a_failure_that_nobody_reads_is_a_failure() {
    if !tools::has_python() {
        return;
    }
    let folder = Folder::new();
    folder.write(
        "framer.py",
        &adapter("python").replace("(self.buffer + chunk)", "chunk"),
    );
    folder.write("traffic.bin", "a\n");
    let command = format!(
        "set -o pipefail; '{WIRECHECK}' fuzz --framer --input traffic.bin -- '{}' framer.py | true",
        tools::python()[0]
    );
    let status = Command::new("bash")
        .args(["-c", &command])
        .current_dir(folder.path())
        .status();
    assert_eq!(status.expect("bash starts").code(), Some(1));
}

#[test]
fn a_program_that_dies_is_shown_with_its_last_line() {
    if !tools::has_python() {
        return;
    }
    let change = "assert chunk != b'\\n', 'no'\n        *lines";
    let found = python(&adapter("python").replace("*lines", change), &[]);
    assert_eq!(found.code, 1, "{found:?}");
    let expected = "the program ended (exit status: 1): AssertionError: no";
    assert!(found.stdout.contains(expected), "{}", found.stdout);
}

#[test]
fn a_program_that_hangs_is_stopped() {
    if !tools::has_python() {
        return;
    }
    let change = "while chunk == b'\\n': pass\n        *lines";
    let broken = adapter("python").replace("*lines", change);
    let found = python(&broken, &["--timeout", "3s"]);
    assert_eq!(found.code, 1, "{found:?}");
    assert!(
        found.stdout.contains("did not answer within 3s"),
        "{}",
        found.stdout
    );
}

#[test]
fn a_program_that_does_not_follow_the_protocol_is_an_error() {
    if !tools::has_python() {
        return;
    }
    // On a busy machine a program takes seconds to start.
    let speaks_within = |timeout, program: &str| {
        let result = python(program, &["--timeout", timeout]);
        assert_eq!(result.code, 3, "{result:?}");
        result.stderr
    };
    let speaks = |program| speaks_within("60s", program);
    let ends = speaks("");
    let expected = "error: the program does not follow the framer protocol: the program ended (exit status: 0)";
    assert!(ends.starts_with(expected), "{ends}");
    let silent = speaks_within("500ms", "import time\ntime.sleep(600)");
    assert!(silent.contains("did not answer within 500ms"), "{silent}");
    let greets = speaks("for line in open(0): print('hello', flush=True)");
    assert!(
        greets.contains("invalid answer `hello` to the stream ``"),
        "{greets}"
    );
    // The mistake shows only with a message.
    let late = adapter("python").replace("message.hex()", "message.decode()");
    let late = speaks(&late);
    assert!(
        late.contains("invalid answer `=a -` to the stream `610a .`"),
        "{late}"
    );
}

#[test]
fn the_bytes_of_a_file_are_tried() {
    let folder = Folder::new();
    folder.write("framer.c", &adapter("c"));
    folder.compile("cc", &["-o", "framer", "framer.c"]);
    folder.write("traffic.bin", "a\nb\n");
    let words = [
        "fuzz",
        "--framer",
        "--input",
        "traffic.bin",
        "--",
        "./framer",
    ];
    let passed = run_in(folder.path(), WIRECHECK, &words);
    assert_eq!(passed.code, 0, "{passed:?}");
    assert!(
        passed
            .stdout
            .starts_with("PASS 1 stream given, 0 generated, "),
        "{}",
        passed.stdout
    );
    let words = ["fuzz", "--framer", "--input", "other.bin", "--", "./framer"];
    let missing = run_in(folder.path(), WIRECHECK, &words);
    assert_eq!(missing.code, 2);
    assert!(
        missing
            .stderr
            .starts_with("error: other.bin: cannot read the stream")
    );
}

#[test]
fn wrong_command_lines_say_what_is_missing() {
    let folder = Folder::new();
    let error = |words: &[&str], code: i32| {
        let result = run_in(folder.path(), WIRECHECK, words);
        assert_eq!(result.code, code, "{result:?}");
        result.stderr
    };
    let text = error(&["fuzz", "--framer"], 2);
    assert!(
        text.contains("write the program and its arguments after `--`"),
        "{text}"
    );
    let text = error(&["fuzz", "--", "./server"], 2);
    assert!(text.contains("no suite was named"), "{text}");
    let text = error(&["fuzz", "--streams", "1", "--", "./server"], 2);
    assert!(text.contains("--framer"), "{text}");
    folder.write("none.bin", "");
    let words = [
        "fuzz",
        "--framer",
        "--input",
        "none.bin",
        "--",
        "./no-such-program",
    ];
    let text = error(&words, 3);
    assert!(text.contains("cannot start `./no-such-program`"), "{text}");
}
