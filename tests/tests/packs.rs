//! Packs, and the parameters of suites.

use std::fs;

use wirecheck_tests::{CommandOutput, Run, files, root, run, run_in, tools};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

/// A suite for `header_echo_server_*.py`, which answer in capitals.
const SUITE: &str = "title = 'T'\nframing = { ascii_length = { width = 10 } }\n\
    [parameters]\nasked = 'hello'\nanswered = { default = 'HELLO', about = 'asked, in capitals' }\n\
    [[scenario]]\nid = 'a'\nexchange = [\n\
    { client = '${asked} ${unique}' },\n\
    { server = '${answered} ${unique}' },\n\
    { client.close = 'write' },\n\
    { server.close = 'fin' },\n\
    ]\n";

/// The names of all packs, as suites.
fn packs() -> Vec<String> {
    let files = files(&root().join("harness/packs"), "toml");
    let stem = |file: &std::path::PathBuf| {
        let stem = file.file_stem().expect("a file has a name");
        format!("pack:{}", stem.to_string_lossy())
    };
    files.iter().map(stem).collect()
}

fn in_scratch_with_suite(arguments: &[&str]) -> CommandOutput {
    let scratch = tempfile::tempdir().expect("there is a place for scratch files");
    fs::write(scratch.path().join("t.toml"), SUITE).expect("the folder is ours");
    let settings = "suites = ['t.toml']\n[set]\nasked = 'good bye'\n";
    fs::write(scratch.path().join("wirecheck.toml"), settings).expect("the folder is ours");
    run_in(scratch.path(), COMMAND, arguments)
}

#[test]
fn every_pack_is_listed_and_shown_as_it_is() {
    let list = run(COMMAND, &["packs"]);
    assert_eq!((list.code, list.stderr.as_str()), (0, ""));
    let packs = packs();
    assert!(packs.len() >= 7, "{packs:?}");
    for pack in packs {
        let name = pack.strip_prefix("pack:").expect("it is a pack");
        assert!(list.stdout.contains(&format!("{pack} ")), "{pack}");
        let shown = run(COMMAND, &["packs", "show", name]).stdout;
        let file = root().join(format!("harness/packs/{name}.toml"));
        let text = fs::read_to_string(file).expect("it is part of the project");
        assert_eq!(shown, text, "{pack}");
    }
    let key = "key=wirecheck   what the keys begin with";
    assert!(list.stdout.contains(key), "{}", list.stdout);
}

#[test]
fn every_pack_can_be_played_and_proves_something() {
    let packs = packs();
    let packs: Vec<_> = packs.iter().map(String::as_str).collect();
    let ran = run(COMMAND, &[&["check", "--play"], &packs[..]].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    assert!(!ran.stdout.contains("note["), "{ran:?}");
}

#[test]
fn a_pack_stands_wherever_a_suite_is_named() {
    let scratch = tempfile::tempdir().expect("there is a place for scratch files");
    let settings = "suites = ['pack:dns']\n";
    fs::write(scratch.path().join("wirecheck.toml"), settings).expect("the folder is ours");
    let listed = run_in(scratch.path(), COMMAND, &["list", "--only", "whole"]);
    assert!(
        listed.stdout.contains("dns/several-queries/whole"),
        "{listed:?}"
    );
    let listed = run_in(scratch.path(), COMMAND, &["list", "--json", "pack:mqtt"]);
    assert!(listed.stdout.contains(r#""file":"pack:mqtt""#));
}

#[test]
fn an_unknown_pack_is_an_error_that_names_a_similar_one() {
    let unknown = run(COMMAND, &["check", "pack:memcache"]);
    assert_eq!(unknown.code, 2);
    let expected = "there is no pack `memcache`; did you mean `pack:memcached`?";
    assert!(unknown.stderr.contains(expected), "{unknown:?}");
    let path = run(COMMAND, &["check", "redis.toml"]);
    let expected = "redis.toml: No such file or directory (os error 2); did you mean `pack:redis`?";
    assert!(path.stderr.contains(expected), "{path:?}");
}

#[test]
fn a_value_for_a_parameter_is_in_the_messages_of_the_suite() {
    let settings = in_scratch_with_suite(&["list", "--only", "whole"]);
    // A header of 10 bytes, the text and a space, and the fresh value.
    assert!(settings.stdout.contains("a/whole  27"), "{settings:?}");
    let typed = in_scratch_with_suite(&["list", "--only", "whole", "--set", r"asked=\x41"]);
    assert!(typed.stdout.contains("a/whole  20"), "{typed:?}");
    let empty = in_scratch_with_suite(&["check", "t.toml", "--set", "asked="]);
    assert_eq!(empty.code, 0, "{empty:?}");
}

#[test]
fn a_value_that_cannot_be_used_is_an_error() {
    let error = |set: &str| {
        let ran = in_scratch_with_suite(&["list", "t.toml", "--set", set]);
        assert_eq!(ran.code, 2, "{ran:?}");
        ran.stderr
    };
    let unknown = error("aksed=x");
    let expected = "no suite has a parameter `aksed`\nhelp: did you mean `asked`? The parameters are \
                    `answered`, `asked`";
    assert!(unknown.contains(expected), "{unknown}");
    let escape = error(r"asked=\q");
    assert!(escape.contains("`\\q` at offset 0 of the value: not an escape"));
    assert!(error("asked").contains("write NAME=VALUE"));
    assert!(error("asked=${unique}").contains("a variable in a parameter"));
}

#[test]
fn a_saved_failure_is_repeated_with_the_values_of_its_run() {
    if !tools::has_python() {
        return;
    }
    let scratch = tempfile::tempdir().expect("there is a place for scratch files");
    let suite = scratch.path().join("t.toml");
    fs::write(&suite, SUITE).expect("the folder is ours");
    let suite = suite.to_str().expect("it is UTF-8");
    let set = ["--set", "asked=it's", "--set", "answered=IT'S"];
    let arguments = [&[suite, "--profile=quick", "--only=cut@*"], &set[..]].concat();
    let failed = Run::new(COMMAND)
        .args(&arguments)
        .python_server("header_echo_server_naive.py", &[])
        .complete();
    assert_eq!(failed.code, 1, "{}", failed.stdout);
    let record = &failed.record().suites[0];
    assert_eq!(record.set["asked"], r"it\x27s");
    let saved = failed.saved_cases();
    let file = saved[0].to_str().expect("it is UTF-8");
    let again = run(COMMAND, &["replay", file]);
    assert!(
        again.stdout.contains("the case fails in the same way"),
        "{again:?}"
    );
    assert!(again.stdout.contains("IT'S"), "{again:?}");
}
