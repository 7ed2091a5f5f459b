//! The settings of a project, `wirecheck init`, and the reports of a run.

use std::fs;
use std::path::Path;

use wirecheck_tests::{CommandOutput, Run, root, run, run_in, tools};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is a temporary folder")
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("the folder is ours");
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).expect("it was written")
}

/// Runs the command in a folder with these settings.
fn with_settings(settings: &str, arguments: &[&str]) -> CommandOutput {
    let scratch = scratch();
    write(scratch.path(), "wirecheck.toml", settings);
    run_in(scratch.path(), COMMAND, arguments)
}

#[test]
fn init_writes_a_suite_for_each_framing_that_passes_a_check() {
    let error = run(COMMAND, &["init", "--framing", "none"]).stderr;
    let listed = error.split("[possible values: ").nth(1);
    let listed = listed.and_then(|it| it.split(']').next());
    let framings: Vec<_> = listed.unwrap_or_default().split(", ").collect();
    assert!(framings.len() >= 9, "{error}");
    for framing in framings {
        let scratch = scratch();
        let made = run_in(scratch.path(), COMMAND, &["init", "--framing", framing]);
        assert_eq!((made.code, made.stderr.as_str()), (0, ""), "{framing}");
        let checked = run_in(scratch.path(), COMMAND, &["check", "--play"]);
        assert_eq!(checked.code, 0, "{framing}: {}", checked.stderr);
    }
}

#[test]
fn init_replaces_nothing() {
    let scratch = scratch();
    write(scratch.path(), "wirecheck.toml", "profile = 'quick'\n");
    let again = run_in(scratch.path(), COMMAND, &["init"]);
    assert_eq!(again.code, 2, "{}", again.stderr);
    assert!(
        again.stderr.contains("exists; nothing was written"),
        "{}",
        again.stderr
    );
    assert_eq!(
        read(scratch.path(), "wirecheck.toml"),
        "profile = 'quick'\n"
    );
    assert!(!scratch.path().join("suites").exists());
}

#[test]
fn a_new_project_has_a_verdict_and_reports_without_any_option() {
    if !tools::has_python() {
        return;
    }
    let scratch = scratch();
    let server = root().join("tests/peers/python/threaded_server_naive.py");
    let server = server.to_string_lossy().into_owned();
    let command = ["python3", &server, "--host", "{host}", "--port", "{port}"];
    let made = run_in(
        scratch.path(),
        COMMAND,
        &[&["init", "--"], &command[..]].concat(),
    );
    assert!(made.stdout.contains("  wirecheck run\n"), "{}", made.stdout);
    let settings = read(scratch.path(), "wirecheck.toml");
    let settings = settings
        .replace("# junit = ", "junit = ")
        .replace("# html  = ", "html = ");
    write(
        scratch.path(),
        "wirecheck.toml",
        &settings.replace("'standard' ", "'quick'"),
    );
    let ran = run_in(scratch.path(), COMMAND, &["run"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("profile quick"), "{}", ran.stdout);
    assert!(read(scratch.path(), "wirecheck-junit.xml").contains("<testsuite "));
    assert!(read(scratch.path(), "wirecheck.html").starts_with("<!DOCTYPE html>"));
    let typed = run_in(
        scratch.path(),
        COMMAND,
        &["list", "--profile=thorough", "--count"],
    );
    assert!(
        typed.stdout.contains("churn"),
        "what is typed wins: {}",
        typed.stdout
    );
}

#[test]
fn wrong_settings_are_shown_at_their_place() {
    let wrong = with_settings("suites = ['a']\nprofile = 'fast'\n", &["run"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("error[config]"), "{}", wrong.stderr);
    assert!(
        wrong.stderr.contains("wirecheck.toml:2:11"),
        "{}",
        wrong.stderr
    );
    let missing = run(COMMAND, &["run", "--config", "none.toml"]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("none.toml: there is no such file"));
    let unread = with_settings("profile = 'fast'\n", &["list", "--no-config"]);
    assert!(
        unread.stderr.contains("no suite was named"),
        "{}",
        unread.stderr
    );
}

#[test]
fn the_schema_of_the_settings_accepts_what_init_writes_and_rejects_the_rest() {
    let schema = run(COMMAND, &["schema", "config"]).stdout;
    let schema = serde_json::from_str(&schema).expect("it is JSON");
    let valid = jsonschema::validator_for(&schema).expect("it is a schema");
    let accepts = |text: &str| {
        let settings: serde_json::Value = toml::from_str(text).expect("it is TOML");
        valid.is_valid(&settings)
    };
    let scratch = scratch();
    let made = run_in(scratch.path(), COMMAND, &["init", "--", "server", "{port}"]);
    assert_eq!(made.code, 0);
    assert!(accepts(&read(scratch.path(), "wirecheck.toml")));
    assert!(accepts("jobs = 4\ntime = '5m'\n[gate]\nfail-on = ['must']"));
    assert!(!accepts("profil = 'quick'"));
    assert!(!accepts("[gate]\nfail-on = ['most']"));
    assert!(!accepts("[peer]\nport = 'any'"));
}

/// The options that write a report, and how a file of it begins.
const REPORTS: [(&str, &str); 6] = [
    ("--html", "<!DOCTYPE html>"),
    ("--junit", "<?xml"),
    ("--markdown", "<!-- wirecheck -->"),
    ("--sarif", "{"),
    ("--code-quality", "["),
    ("--badge", "{"),
];

#[test]
fn a_run_and_a_report_of_its_record_write_the_same_bytes() {
    if !tools::has_python() {
        return;
    }
    let scratch = scratch();
    let path = |name: &str| scratch.path().join(name).to_string_lossy().into_owned();
    let files = |prefix: &str| {
        let options = REPORTS.iter().map(|(option, _)| *option);
        let words = options.flat_map(|it| [it.to_owned(), path(&format!("{prefix}{it}"))]);
        words.collect::<Vec<_>>()
    };
    let of_run = files("run");
    let words: Vec<_> = of_run.iter().map(String::as_str).collect();
    let outcome = Run::new(COMMAND)
        .args(&["scenarios/threaded", "--only=cut@1?"])
        .args(&words)
        .python_server("threaded_server_naive.py", &[])
        .complete();
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    let record = outcome.record_path();
    let of_report = files("report");
    let words: Vec<_> = of_report.iter().map(String::as_str).collect();
    let record = record.to_string_lossy().into_owned();
    let report = run(COMMAND, &[&["report", &record], &words[..]].concat());
    assert_eq!(
        (report.code, report.stdout.as_str()),
        (0, ""),
        "{}",
        report.stderr
    );
    for (option, begins) in REPORTS {
        let of_run = read(scratch.path(), &format!("run{option}"));
        assert!(of_run.starts_with(begins), "{option}: {of_run}");
        assert_eq!(
            of_run,
            read(scratch.path(), &format!("report{option}")),
            "{option}"
        );
    }
}

#[test]
fn a_report_goes_to_standard_output_if_its_file_is_a_dash() {
    let record = sample_record();
    let scratch = scratch();
    let path = scratch.path().join("record.json");
    wirecheck_report::write(&record, &path).expect("the folder is ours");
    let path = path.to_string_lossy();
    let badge = run(COMMAND, &["report", &path, "--badge", "-"]);
    assert!(badge.stdout.contains("schemaVersion"), "{}", badge.stdout);
    let text = run(COMMAND, &["report", &path]);
    assert!(text.stdout.contains("verdict"), "{}", text.stdout);
    let folder = run(COMMAND, &["report", &path, "--html", "."]);
    assert_eq!(folder.code, 70, "{}", folder.stderr);
    assert!(
        folder.stderr.contains("cannot write the report"),
        "{}",
        folder.stderr
    );
    let none = run(COMMAND, &["report", "none.json"]);
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("none.json"), "{}", none.stderr);
}

/// A run of no scenario.
fn sample_record() -> wirecheck_report::Record {
    let text = r#"{
        "version": 1, "wirecheck": "0.1.0", "started": "2024-05-06T07:08:09Z", "took_us": 1,
        "state": "finished", "seed": 1, "profile": "quick",
        "peer": { "role": "server", "command": ["x"], "address": "", "concurrency": "one" },
        "delivery": { "boundaries": 0, "proven": 0, "unverified": null },
        "suites": [], "restarts": 0, "notes": [], "verdict": "pass"
    }"#;
    serde_json::from_str(text).expect("it is a record of this version")
}

#[test]
fn a_comparison_lists_what_fails_and_passes_now() {
    if !tools::has_python() {
        return;
    }
    let play = |server: &str| {
        let run = Run::new(COMMAND).args(&["scenarios/threaded", "--only=cut@1?"]);
        run.python_server(server, &[]).complete()
    };
    let (broken, fixed) = (
        play("threaded_server_naive.py"),
        play("threaded_server_fixed.py"),
    );
    let [broken, fixed] = [&broken, &fixed].map(|it| it.record_path());
    let [broken, fixed] = [broken, fixed].map(|it| it.to_string_lossy().into_owned());
    let worse = run(COMMAND, &["compare", &fixed, &broken]);
    assert_eq!(worse.code, 1, "{}", worse.stdout);
    assert!(worse.stdout.starts_with("fail now ("), "{}", worse.stdout);
    let better = run(COMMAND, &["compare", &broken, &fixed]);
    assert_eq!(better.code, 0, "{}", better.stdout);
    assert!(better.stdout.starts_with("pass now ("), "{}", better.stdout);
    let same = run(COMMAND, &["compare", &fixed, &fixed]);
    assert!(same.stdout.contains("nothing changed"), "{}", same.stdout);
}

#[test]
fn github_gets_annotations_and_a_summary() {
    if !tools::has_python() {
        return;
    }
    let scratch = scratch();
    let summary = scratch.path().join("summary.md");
    let server = "tests/peers/python/threaded_server_naive.py";
    let record = scratch.path().join("record.json");
    let output = std::process::Command::new(COMMAND)
        .args(["run", "scenarios/threaded", "--only=cut@1?", "--record"])
        .arg(&record)
        .args([
            "--", "python3", server, "--host", "{host}", "--port", "{port}",
        ])
        .current_dir(root())
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .expect("the command was built with the tests");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let line = stdout.lines().find(|line| line.starts_with("::error "));
    let line = line.expect("a scenario fails");
    assert!(
        line.contains("file=scenarios/threaded/threaded.toml,line="),
        "{line}"
    );
    let summary = fs::read_to_string(summary).expect("it was written");
    assert!(summary.contains("wirecheck"), "{summary}");
}
