//! Clients that the world uses hold, whichever way their answers are cut.

use wirecheck_report::record::{RunState, Verdict};
use wirecheck_tests::{Judged, Trial, findings, processes};

/// Stands in the path that is asked for; as long as the suite's own example.
const ID: &str = "12345678";

#[test]
fn http_client_of_python_reads_a_stream() {
    if !processes::has_python() {
        return;
    }
    let judged = trial(&["scenarios/http"])
        .calling("http_client.py", &[ID])
        .judge();
    is_spotless(&judged);
}

#[test]
fn curl_reads_a_stream() {
    let url = format!("http://{{host}}:{{port}}/{ID}");
    let words = ["-q", "--noproxy", "*", "--silent", "--show-error", &url];
    real("curl", &words, &["scenarios/http"]);
}

#[test]
fn redis_cli_reads_the_replies_to_its_pings() {
    let words = ["-h", "{host}", "-p", "{port}", "-r", "2", "PING"];
    let cases = ["scenarios/resp", "--scenario", "resp-client/ping-pong"];
    real("redis-cli", &words, &cases);
}

#[test]
fn redis_cli_reads_replies_of_every_type() {
    let words = ["-h", "{host}", "-p", "{port}", "-r", "5", "GET", "city"];
    let cases = [
        "scenarios/resp",
        "--scenario",
        "resp-client/replies-of-every-type",
    ];
    real("redis-cli", &words, &cases);
}

/// Runs the cases on a program of this machine, if it has it.
fn real(program: &str, words: &[&str], cases: &[&str]) {
    if !processes::has(program) {
        return;
    }
    let words = [program].into_iter().chain(words.iter().copied());
    let words = words.map(str::to_owned);
    let judged = trial(cases)
        .with(&["--client"])
        .started_by(words.collect())
        .judge();
    is_spotless(&judged);
}

fn trial(cases: &[&str]) -> Trial {
    Trial::of(env!("CARGO_BIN_EXE_wirecheck-under-test"))
        .with(cases)
        .with(&["--only", "bytes", "--only", "cut@*", "--only", "joined*"])
}

fn is_spotless(judged: &Judged) {
    let record = judged.record();
    let found: Vec<_> = findings(record).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!((judged.code, judged.stderr.as_str()), (0, ""));
    assert_eq!(
        (record.state, record.verdict),
        (RunState::Finished, Verdict::Pass)
    );
    let delivery = &record.delivery;
    assert!(delivery.boundaries > 0, "{delivery:?}");
    assert_eq!(delivery.proven, delivery.boundaries, "{delivery:?}");
}
