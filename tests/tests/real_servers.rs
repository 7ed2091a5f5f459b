//! Widely used servers pass, except where a case is known to fail: `tests/peers/real/known.toml`
//! says which ones, and why, and `known-PACK.toml` for a pack. Under a suite all cases of the
//! standard profile run, under a pack those that take little time.

use std::collections::BTreeMap;
use std::fs;

use globset::{Glob, GlobMatcher};
use wirecheck_report::Record;
use wirecheck_report::record::RunState;
use wirecheck_tests::{Run, root, tools};

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn memcached_reads_a_stream() {
    let command = [
        "memcached",
        "-u",
        "nobody",
        "-U",
        "0",
        "-l",
        "{host}",
        "-p",
        "{port}",
    ];
    fails_as_known("memcached", "scenarios/memcached", &command);
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn beanstalkd_reads_a_stream() {
    let command = ["beanstalkd", "-l", "{host}", "-p", "{port}"];
    fails_as_known("beanstalkd", "scenarios/beanstalkd", &command);
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn redis_reads_a_stream() {
    let save_nothing = ["--save", "", "--appendonly", "no", "--loglevel", "warning"];
    let command = ["redis-server", "--bind", "{host}", "--port", "{port}"];
    let command = [&command[..], &save_nothing].concat();
    fails_as_known("redis-server", "scenarios/resp", &command);
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn nginx_reads_a_stream() {
    let command = ["tests/peers/real/nginx.sh", "{host}", "{port}", "{scratch}"];
    fails_as_known("nginx", "scenarios/http", &command);
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn haproxy_reads_a_stream() {
    let command = [
        "tests/peers/real/haproxy.sh",
        "{host}",
        "{port}",
        "{scratch}",
    ];
    fails_as_known("haproxy", "scenarios/http", &command);
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn nginx_reads_http_in_any_pieces() {
    let command = ["tests/peers/real/nginx.sh", "{host}", "{port}", "{scratch}"];
    fails_as_known("nginx", "pack:http1", &command);
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn node_reads_http_in_any_pieces() {
    let command = [
        "node",
        "tests/peers/real/http_server.js",
        "{host}",
        "{port}",
    ];
    fails_as_known("node", "pack:http1", &command);
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn the_http_server_of_python_reads_http_in_any_pieces() {
    let command = [
        "python3",
        "-m",
        "http.server",
        "--bind",
        "{host}",
        "--directory",
        "{scratch}",
        "{port}",
    ];
    fails_as_known("python3", "pack:http1", &command);
}

/// The deliveries of a pack: without those that restart the peer, and without samples.
const QUICK_DELIVERIES: [&str; 7] = [
    "bytes",
    "cut",
    "joined",
    "joined+cut",
    "hold",
    "half",
    "header:*",
];

/// Every failure is known, and every known failure of this server was seen. `{scratch}` in the
/// command is an empty folder.
fn fails_as_known(program: &str, suite: &str, command: &[&str]) {
    if !tools::has(program) {
        return;
    }
    let run = Run::new(env!("CARGO_BIN_EXE_wirecheck-under-test"));
    let scratch = run.scratch_path("data");
    fs::create_dir(&scratch).expect("the folder is the test's own");
    let scratch = scratch.to_string_lossy();
    let words = command.iter().map(|it| it.replace("{scratch}", &scratch));
    let pack = suite.strip_prefix("pack:");
    let only = pack.map_or(&[][..], |_| &QUICK_DELIVERIES);
    let only = only.iter().flat_map(|it| ["--only", it]);
    let args: Vec<_> = std::iter::once(suite).chain(only).collect();
    let outcome = run.args(&args).peer(words.collect()).complete();
    let record = outcome.record();
    assert_eq!(outcome.stderr, "");
    assert_eq!(record.state, RunState::Finished);

    let known = known_failures(program, pack);
    let failed = failures(record);
    let is_known = |id: &str| known.iter().any(|it| it.is_match(id));
    let is_seen = |glob: &&GlobMatcher| failed.keys().any(|id| glob.is_match(id));
    let unknown: Vec<_> = failed.iter().filter(|(id, _)| !is_known(id)).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    let unseen: Vec<_> = known.iter().filter(|it| !is_seen(it)).collect();
    assert!(unseen.is_empty(), "known, and not seen: {unseen:#?}");
}

/// The ids of the cases that failed, and what was found.
fn failures(record: &Record) -> BTreeMap<String, String> {
    let mut failed = BTreeMap::new();
    for suite in &record.suites {
        for scenario in &suite.scenarios {
            for failure in &scenario.failures {
                let id = format!("{}/{}/{}", suite.id, scenario.id, failure.tactic);
                let found = failure.findings.iter().map(|it| it.what.as_str());
                failed.insert(id, found.collect::<Vec<_>>().join("; "));
            }
        }
    }
    failed
}

/// The globs of case ids in the table of this program, under a pack if one is named.
fn known_failures(program: &str, pack: Option<&str>) -> Vec<GlobMatcher> {
    let file = match pack {
        Some(pack) => format!("tests/peers/real/known-{pack}.toml"),
        None => "tests/peers/real/known.toml".to_owned(),
    };
    let text = fs::read_to_string(root().join(file));
    let text = text.expect("the table is part of the project");
    let tables: BTreeMap<String, BTreeMap<String, String>> =
        toml::from_str(&text).expect("it is valid");
    let known = tables.get(program).into_iter().flat_map(BTreeMap::keys);
    let matcher = |glob: &String| Glob::new(glob).expect("a valid glob").compile_matcher();
    known.map(matcher).collect()
}
