//! `wirecheck fuzz`: peers that are correct for the exchanges of a suite, and wrong for some
//! variations of them.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use wirecheck_report::Record;
use wirecheck_tests::{CommandOutput, map_at_once, root, run_in, tools};

const WIRECHECK: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

/// Enough for every bug of the peers; how long it takes does not matter.
const ENOUGH: [&str; 6] = [
    "--profile=quick",
    "--time=1h",
    "--cases=20000",
    "--max-failures=1",
    "--seed=2",
    "--jobs=1",
];
/// For servers without a bug.
const SOME: [&str; 3] = ["--profile=quick", "--time=1h", "--cases=500"];

struct Fuzzed {
    folder: TempDir,
    output: CommandOutput,
}

impl Fuzzed {
    /// Fuzzes the server with this bug. `None` where there is no Python.
    fn server(bug: &str) -> Option<Self> {
        tools::has_python().then(|| Self::run(&with_server(&ENOUGH, bug)))
    }

    fn run(arguments: &[String]) -> Self {
        let folder = tempfile::Builder::new().prefix("wirecheck-").tempdir();
        let folder = folder.expect("the system has a folder for temporary files");
        let output = fuzz_in(folder.path(), arguments);
        Self { folder, output }
    }

    fn record(&self) -> Record {
        let path = self.folder.path().join(".wirecheck/last.json");
        wirecheck_report::read(&path).expect("the run wrote a record")
    }

    /// The suites of variations that were saved.
    fn saved(&self) -> Vec<String> {
        let folder = self.folder.path().join(".wirecheck/fuzz/echo");
        let files = fs::read_dir(folder).expect("something new was seen");
        let paths = files.map(|it| it.expect("it can be read").path());
        paths.map(|it| it.display().to_string()).collect()
    }

    /// Checks that the bug is found and shown in one of these ways, and that a saved variation
    /// shows it again.
    fn assert_finds(&self, texts: &[&str]) {
        let Self { folder, output } = self;
        let all = format!("{}{}", output.stdout, output.stderr);
        assert_eq!(output.code, 1, "{all}");
        assert!(texts.iter().any(|it| output.stdout.contains(it)), "{all}");
        let record = self.record();
        let mut suites = record.suites.iter().rev();
        let variation = suites.find(|it| it.id.starts_with("variation-"));
        let variation = variation.expect("the suite as it is passes");
        assert!(folder.path().join(&variation.path).exists());
        let failures = &variation.scenarios[0].failures;
        let id = failures.iter().find_map(|it| it.saved.as_ref());
        let replayed = run_in(
            folder.path(),
            WIRECHECK,
            &["replay", id.expect("it is saved")],
        );
        assert!(replayed.stdout.contains("FAILED"), "{}", replayed.stdout);
    }
}

/// Fuzzes in this folder, with what was saved in it before.
fn fuzz_in(folder: &Path, arguments: &[String]) -> CommandOutput {
    let arguments = arguments.iter().map(String::as_str);
    let arguments: Vec<_> = ["fuzz"].into_iter().chain(arguments).collect();
    run_in(folder, WIRECHECK, &arguments)
}

/// The arguments with those that name the suite and the server with this bug.
fn with_server(arguments: &[&str], bug: &str) -> Vec<String> {
    with_peer(arguments, "tests/peers/fuzzed/server.py", bug)
}

/// The same with a correct server of this kind.
fn with_odd_server(arguments: &[&str], kind: &str) -> Vec<String> {
    with_peer(arguments, "tests/peers/fuzzed/odd_server.py", kind)
}

fn with_peer(arguments: &[&str], server: &str, kind: &str) -> Vec<String> {
    let suite = path("tests/suites/echo.toml");
    let server = path(server);
    let [python, ..] = tools::python();
    let peer = [&suite, "--", python, &server, "{port}", kind];
    let all = arguments.iter().chain(&peer);
    all.map(ToString::to_string).collect()
}

fn path(file: &str) -> String {
    let path = root().join(file);
    path.to_str().expect("the path is UTF-8").to_owned()
}

#[test]
fn a_correct_server_passes_and_a_second_run_begins_with_what_the_first_one_saved() {
    if !tools::has_python() {
        return;
    }
    let fuzzed = Fuzzed::run(&with_server(&[&SOME[..], &["--seed=1"]].concat(), "none"));
    assert_eq!(fuzzed.output.code, 0, "{}", fuzzed.output.stdout);
    let fuzz = fuzzed.record().fuzz.expect("variations were tried");
    assert!(fuzz.variations >= 20 && fuzz.behaviors >= 10, "{fuzz:?}");
    assert_eq!((fuzz.reported, fuzz.repeated), (0, 0));
    let saved = fuzzed.saved();
    let saved: Vec<&str> = saved.iter().map(String::as_str).collect();
    let checked = run_in(root(), WIRECHECK, &[&["check"], &saved[..]].concat());
    assert_eq!(checked.code, 0, "{}", checked.stderr);

    let other = with_server(&[&SOME[..], &["--seed=2"]].concat(), "none");
    let again = fuzz_in(fuzzed.folder.path(), &other);
    assert_eq!(again.code, 0, "{}", again.stdout);
    assert!(fuzzed.saved().len() > saved.len());
}

#[test]
fn a_correct_server_that_treats_other_lines_in_an_odd_way_passes() {
    if !tools::has_python() {
        return;
    }
    let arguments = ["--profile=quick", "--time=1h", "--cases=300", "--seed=1"];
    map_at_once(["limit", "ascii", "returns", "locks", "at-end"], |kind| {
        let fuzzed = Fuzzed::run(&with_odd_server(&arguments, kind));
        assert_eq!(fuzzed.output.code, 0, "{kind}: {}", fuzzed.output.stdout);
    });
}

#[test]
fn a_tail_that_is_lost_after_a_long_line_is_found() {
    if let Some(fuzzed) = Fuzzed::server("drops-tail") {
        // A line of over 4096 bytes comes in two reads, and the second one is a tail too.
        fuzzed.assert_finds(&["F02 short-body-read", "F03 lost-tail", "F12 lost-answer"]);
    }
}

#[test]
fn a_return_that_is_lost_at_the_end_of_a_read_is_found() {
    if let Some(fuzzed) = Fuzzed::server("drops-return") {
        fuzzed.assert_finds(&["F04 split-delimiter"]);
    }
}

#[test]
fn a_server_that_dies_of_a_number_is_found() {
    if let Some(fuzzed) = Fuzzed::server("dies") {
        fuzzed.assert_finds(&["C10 dies-on-input"]);
    }
}

#[test]
fn a_server_that_hangs_is_found() {
    if let Some(fuzzed) = Fuzzed::server("hangs") {
        fuzzed.assert_finds(&["the peer did not read", "the peer did not close"]);
    }
}

#[test]
fn an_answer_without_its_end_is_found() {
    if let Some(fuzzed) = Fuzzed::server("forgets-end") {
        fuzzed.assert_finds(&["incomplete answer"]);
    }
}

#[test]
fn a_server_that_serves_nobody_afterwards_is_found() {
    if let Some(fuzzed) = Fuzzed::server("stops") {
        fuzzed.assert_finds(&["C05 stops-serving"]);
    }
}

#[test]
fn memory_that_grows_for_a_number_is_found() {
    if let Some(fuzzed) = Fuzzed::server("hoards") {
        fuzzed.assert_finds(&["the peer's memory grew by"]);
    }
}

#[test]
fn a_server_that_keeps_descriptors_is_found() {
    if let Some(fuzzed) = Fuzzed::server("leaks") {
        fuzzed.assert_finds(&["C07 leaks"]);
    }
}

#[test]
fn a_suite_that_fails_as_it_is_is_not_varied() {
    let suite = path("tests/suites/lines.toml");
    let arguments = [&suite, "--", "sh", "-c", "exit 3"];
    let fuzzed = Fuzzed::run(&arguments.map(str::to_owned));
    assert_eq!(fuzzed.output.code, 3, "{}", fuzzed.output.stderr);
    assert!(!Path::new(".wirecheck/fuzz").exists());
}
