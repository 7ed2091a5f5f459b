//! Widely used clients pass, however their answers are cut.

use wirecheck_report::record::{RunState, Verdict};
use wirecheck_tests::{Run, RunOutcome, findings, tools};

/// Part of the requested path; as long as the suite's own example.
const ID: &str = "12345678";

#[test]
fn http_client_of_python_reads_a_stream() {
    if !tools::has_python() {
        return;
    }
    // Every fifth offset: this client takes long to start, and `bytes` cuts everywhere at once.
    let outcome = run_cases(&["scenarios/http", "--only", "cut@*0", "--only", "cut@*5"])
        .python_client("http_client.py", &[ID])
        .complete();
    assert_no_findings(&outcome);
}

#[test]
fn curl_reads_a_stream() {
    let url = format!("http://{{host}}:{{port}}/{ID}");
    let words = ["-q", "--noproxy", "*", "--silent", "--show-error", &url];
    passes("curl", &words, &["scenarios/http"]);
}

#[test]
fn redis_cli_reads_the_replies_to_its_pings() {
    let words = ["-h", "{host}", "-p", "{port}", "-r", "2", "PING"];
    let cases = ["scenarios/resp", "--scenario", "resp-client/ping-pong"];
    passes("redis-cli", &words, &cases);
}

#[test]
fn redis_cli_reads_replies_of_every_type() {
    let words = ["-h", "{host}", "-p", "{port}", "-r", "5", "GET", "city"];
    let cases = [
        "scenarios/resp",
        "--scenario",
        "resp-client/replies-of-every-type",
    ];
    passes("redis-cli", &words, &cases);
}

/// Runs the cases on an installed program.
fn passes(program: &str, words: &[&str], cases: &[&str]) {
    if !tools::has(program) {
        return;
    }
    let words = [program].into_iter().chain(words.iter().copied());
    let words = words.map(str::to_owned);
    let outcome = run_cases(cases)
        .args(&["--only", "cut@*", "--client"])
        .peer(words.collect())
        .complete();
    assert_no_findings(&outcome);
}

fn run_cases(cases: &[&str]) -> Run {
    Run::new(env!("CARGO_BIN_EXE_wirecheck-under-test"))
        .args(cases)
        .args(&["--only", "bytes", "--only", "joined*"])
}

fn assert_no_findings(outcome: &RunOutcome) {
    let record = outcome.record();
    let found: Vec<_> = findings(record).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert_eq!(
        (record.state, record.verdict),
        (RunState::Finished, Verdict::Pass)
    );
    let delivery = &record.delivery;
    assert!(delivery.boundaries > 0, "{delivery:?}");
    assert_eq!(delivery.proven, delivery.boundaries, "{delivery:?}");
}
