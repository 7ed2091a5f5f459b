//! Widely used servers pass under the whole standard profile, and the packs with the deliveries that
//! take little time, except where a case is known to fail: `tests/peers/real/known.toml` and
//! `known-http1.toml` say which ones, and why.

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
    fails_as_known("memcached", &["scenarios/memcached"], &command);
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn beanstalkd_reads_a_stream() {
    let command = ["beanstalkd", "-l", "{host}", "-p", "{port}"];
    fails_as_known("beanstalkd", &["scenarios/beanstalkd"], &command);
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn redis_reads_a_stream() {
    let save_nothing = ["--save", "", "--appendonly", "no", "--loglevel", "warning"];
    let command = ["redis-server", "--bind", "{host}", "--port", "{port}"];
    let command = [&command[..], &save_nothing].concat();
    fails_as_known("redis-server", &["scenarios/resp"], &command);
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn nginx_reads_a_stream() {
    let command = ["tests/peers/real/nginx.sh", "{host}", "{port}", "{scratch}"];
    fails_as_known("nginx", &["scenarios/http"], &command);
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
    fails_as_known("haproxy", &["scenarios/http"], &command);
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn redis_passes_its_pack() {
    let command = ["redis-server", "--bind", "{host}", "--port", "{port}"];
    let command = [&command[..], &["--save", "", "--loglevel", "warning"]].concat();
    passes_pack("redis-server", "redis", &command);
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn memcached_passes_its_pack_but_for_known_failures() {
    let command = ["memcached", "-u", "nobody", "-U", "0"];
    let command = [&command[..], &["-l", "{host}", "-p", "{port}"]].concat();
    passes_pack("memcached", "memcached", &command);
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn aiosmtpd_passes_the_pack_of_smtp() {
    let command = ["aiosmtpd", "-n", "-l", "{host}:{port}"];
    let drops_all = ["-c", "aiosmtpd.handlers.Sink"];
    passes_pack("aiosmtpd", "smtp", &[&command[..], &drops_all].concat());
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn dnsmasq_passes_the_pack_of_dns() {
    let command = [
        "dnsmasq",
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--no-resolv",
        "--no-hosts",
        "--bind-interfaces",
        "--listen-address={host}",
        "--port={port}",
        "--pid-file=",
    ];
    passes_pack("dnsmasq", "dns", &command);
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn mosquitto_passes_the_pack_of_mqtt() {
    passes_pack("mosquitto", "mqtt", &["mosquitto", "-p", "{port}"]);
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn websockets_passes_the_pack_of_websocket() {
    if let Some(python) = tools::python_with("websockets") {
        passes_pack(python, "websocket", &websocket_server(python));
    }
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn websockets_refuses_malformed_frames() {
    if let Some(python) = tools::python_with("websockets") {
        let arguments = ["pack:websocket", "--only", "header:*"];
        fails_as_known(python, &arguments, &websocket_server(python));
    }
}

fn websocket_server(python: &str) -> [&str; 4] {
    let server = "tests/peers/real/websocket_server.py";
    [python, server, "{host}", "{port}"]
}

/// Without the scenarios `large-…`: what they move takes most of the time.
fn passes_pack(program: &str, pack: &str, command: &[&str]) {
    let (pack, scenarios) = (format!("pack:{pack}"), format!("{pack}/[!l]*"));
    let arguments = [&pack, "--profile", "quick", "--scenario", &scenarios];
    fails_as_known(program, &arguments, command);
}

#[test]
#[ignore = "with the others it takes half a minute; .ci/run runs it"]
fn nginx_reads_http_in_any_pieces() {
    let command = ["tests/peers/real/nginx.sh", "{host}", "{port}", "{scratch}"];
    passes_http("nginx", &command);
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
    passes_http("node", &command);
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
    passes_http("python3", &command);
}

/// Plays the pack, with its quick deliveries.
fn passes_http(program: &str, command: &[&str]) {
    let only = QUICK_DELIVERIES.iter().flat_map(|it| ["--only", it]);
    let arguments: Vec<_> = std::iter::once("pack:http1").chain(only).collect();
    fails_as_known(program, &arguments, command);
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
fn fails_as_known(program: &str, arguments: &[&str], command: &[&str]) {
    if !tools::has(program) {
        return;
    }
    let run = Run::new(env!("CARGO_BIN_EXE_wirecheck-under-test"));
    let scratch = run.scratch_path("data");
    fs::create_dir(&scratch).expect("the folder is the test's own");
    let scratch = scratch.to_string_lossy();
    let words = command.iter().map(|it| it.replace("{scratch}", &scratch));
    let outcome = run.args(arguments).peer(words.collect()).complete();
    let record = outcome.record();
    assert_eq!(outcome.stderr, "");
    assert_eq!(record.state, RunState::Finished);

    let known = known_failures(program, arguments[0]);
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

/// The globs of case ids in the table of this program, or of this pack against it. A pack that
/// several servers share has a file with a table for each.
fn known_failures(program: &str, suite: &str) -> Vec<GlobMatcher> {
    let of_pack = suite.strip_prefix("pack:").map(|pack| {
        let file = format!("tests/peers/real/known-{pack}.toml");
        root().join(file)
    });
    let (file, table) = match of_pack {
        Some(file) if file.exists() => (file, program),
        Some(_) => (root().join("tests/peers/real/known.toml"), suite),
        None => (root().join("tests/peers/real/known.toml"), program),
    };
    let text = fs::read_to_string(file);
    let text = text.expect("the table is part of the project");
    let tables: BTreeMap<String, BTreeMap<String, String>> =
        toml::from_str(&text).expect("it is valid");
    let known = tables.get(table).into_iter().flat_map(BTreeMap::keys);
    let matcher = |glob: &String| Glob::new(glob).expect("a valid glob").compile_matcher();
    known.map(matcher).collect()
}
