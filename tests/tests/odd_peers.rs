//! Peers of `tests/peers/odd/verdicts.toml`: correct programs with unusual behaviour, and broken
//! ones. `tests/peers/odd/judge.py` plays them more often.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;
use std::{fs, thread};

use serde::Deserialize;
use wirecheck_report::record::{Record, Verdict};
use wirecheck_tests::{Run, RunOutcome, cases_not_played, map_at_once, root, tools};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");
const FOLDER: &str = "tests/peers/odd";
/// Some of each group, which take little time.
const SAMPLE: [&str; 22] = [
    "answers-byte-by-byte",
    "dies-if-it-is-reset",
    "runs-only-once",
    "stops-accepting-for-a-while",
    "drops-a-long-line-and-releases-memory-late",
    "closes-its-listener-after-5-connections",
    "shared-buffer",
    "half-a-query-blocks-all",
    "client-takes-a-truncated-order",
    "leaks-descriptors",
    "spins-after-the-end",
    "dies-of-a-reset",
    "drops-answers-at-the-end",
    "silent-on-joined-lines",
    "lists-any-number-of-rows",
    "client-that-counts-rows",
    "chat-room",
    "chat-room-that-forgets-the-last",
    "pings-inside-a-message",
    "client-that-waits-for-a-pong",
    "websocket-pings",
    "pings-and-reads-per-recv",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    peer: Vec<OddPeer>,
}

/// The head of the table describes the keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OddPeer {
    name: String,
    tag: Tag,
    service: Option<String>,
    command: String,
    suite: String,
    #[serde(default)]
    args: Vec<String>,
    exit: Option<i32>,
    verdict: Option<Vec<Verdict>>,
    #[serde(default)]
    codes: Vec<String>,
    #[serde(default)]
    not_codes: Vec<String>,
    #[serde(default)]
    output: Vec<String>,
    #[serde(default)]
    not_output: Vec<String>,
    pending: Option<String>,
    #[serde(default)]
    unsteady: bool,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Tag {
    Correct,
    Broken,
}

#[test]
fn a_sample_of_the_odd_peers_gets_the_right_verdicts() {
    expect_right(|peer| SAMPLE.contains(&peer.name.as_str()));
}

#[test]
#[ignore = "it takes a minute; .ci/run runs it"]
fn every_odd_peer_gets_the_right_verdict() {
    expect_right(|_| true);
}

fn expect_right(is_played: impl Fn(&OddPeer) -> bool) {
    if !tools::has_python() || !tools::has("cc") {
        return;
    }
    let table = fs::read_to_string(root().join(FOLDER).join("verdicts.toml"));
    let table = table.expect("the table is part of the project");
    let mut peers = toml::from_str::<Table>(&table).expect("it is valid").peer;
    peers.retain(is_played);
    compile_c_peers(&peers);
    let results = map_at_once(&peers, |peer| (peer, peer.differences(&peer.play())));
    let (pending, judged): (Vec<_>, Vec<_>) = results
        .into_iter()
        .partition(|(peer, _)| peer.pending.is_some());

    println!("{} pending:", pending.len());
    for (peer, wrong) in &pending {
        let reason = peer.pending.as_deref().unwrap_or_default();
        println!("  {}: {reason} ({})", peer.name, wrong.join("; "));
    }
    let wrong = judged.iter().filter(|(_, wrong)| !wrong.is_empty());
    let mut errors: Vec<_> = wrong
        .map(|(peer, wrong)| format!("{}: {}", peer.name, wrong.join("; ")))
        .collect();
    let right = pending.iter().filter(|(_, wrong)| wrong.is_empty());
    let right = right.filter(|(peer, _)| !peer.unsteady);
    errors.extend(right.map(|(peer, _)| format!("{}: right, remove `pending`", peer.name)));
    assert!(errors.is_empty(), "{errors:#?}");
}

/// Each source once.
fn compile_c_peers(peers: &[OddPeer]) {
    let files = peers.iter().map(|peer| peer.command.split(' '));
    let files: BTreeSet<_> = files.filter_map(|mut words| words.next()).collect();
    for file in files.into_iter().filter(|file| file.ends_with(".c")) {
        let status = Command::new("cc")
            .args(["-O1", "-pthread", "-o"])
            .args([program_of(file), root().join(FOLDER).join(file)])
            .status();
        assert!(status.is_ok_and(|status| status.success()), "{file}");
    }
}

fn program_of(source: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(Path::new(source).with_extension(""))
}

impl OddPeer {
    fn play(&self) -> RunOutcome {
        let run = Run::new(COMMAND);
        let scratch = run.scratch_path("data");
        fs::create_dir(&scratch).expect("the folder is the test's own");
        let service = self.service.as_ref().map(|it| Service::start(it, &scratch));
        let arguments: Vec<_> = self.args.iter().map(String::as_str).collect();
        let command = command(&self.command, &scratch, run.marker());
        let outcome = run
            .args(&[&format!("{FOLDER}/suites/{}", self.suite)])
            .args(&arguments)
            .peer(command)
            .complete();
        drop(service);
        outcome
    }

    /// What wirecheck said and should not have said, and the reverse.
    fn differences(&self, outcome: &RunOutcome) -> Vec<String> {
        let record = outcome.record();
        let mut wrong = self.wrong_ends(outcome.code, record.verdict);
        wrong.extend(self.wrong_codes(record));
        wrong.extend(self.wrong_texts(&outcome.stdout));
        if self.tag == Tag::Correct && cases_not_played(record) > 0 {
            wrong.push(format!("{} cases are not played", cases_not_played(record)));
        }
        if !outcome.remaining_processes.is_empty() {
            wrong.push(format!("remain: {:?}", outcome.remaining_processes));
        }
        wrong
    }

    fn wrong_ends(&self, code: i32, verdict: Verdict) -> Vec<String> {
        let (usual_code, usual_verdict) = match self.tag {
            Tag::Correct => (0, Verdict::Pass),
            Tag::Broken => (1, Verdict::Fail),
        };
        let expected_code = self.exit.unwrap_or(usual_code);
        let verdicts = self.verdict.clone().unwrap_or_else(|| vec![usual_verdict]);
        let mut wrong = Vec::new();
        if code != expected_code {
            wrong.push(format!("exit {code}, not {expected_code}"));
        }
        if !verdicts.contains(&verdict) {
            wrong.push(format!("verdict {verdict:?}, not one of {verdicts:?}"));
        }
        wrong
    }

    fn wrong_codes(&self, record: &Record) -> Vec<String> {
        let defects = record
            .scenarios()
            .flat_map(|(_, scenario)| &scenario.defects);
        let named: BTreeSet<_> = defects.map(|defect| &defect.code).collect();
        let missing = self.codes.iter().filter(|code| !named.contains(code));
        let missing = missing.map(|code| format!("no {code}, but {named:?}"));
        let is_forbidden = |code: &&&String| match self.tag {
            Tag::Correct => true,
            Tag::Broken => self.not_codes.contains(code),
        };
        let forbidden = named.iter().filter(is_forbidden);
        missing
            .chain(forbidden.map(|code| format!("{code} is named")))
            .collect()
    }

    fn wrong_texts(&self, stdout: &str) -> Vec<String> {
        let missing = self.output.iter().filter(|text| !stdout.contains(*text));
        let missing = missing.map(|text| format!("`{text}` is not said"));
        let forbidden = self.not_output.iter().filter(|text| stdout.contains(*text));
        missing
            .chain(forbidden.map(|text| format!("`{text}` is said")))
            .collect()
    }
}

/// A service that the peer needs. It runs until it is dropped.
struct Service(Child);

impl Service {
    fn start(text: &str, scratch: &Path) -> Self {
        let words = command(text, scratch, "service");
        let child = Command::new(&words[0])
            .args(&words[1..])
            .current_dir(root())
            .spawn();
        let mut service = Self(child.expect("Python is installed"));
        while !scratch.join("ready").exists() {
            let ended = service.0.try_wait().expect("it was started");
            assert_eq!(ended, None, "{text}");
            thread::sleep(Duration::from_millis(5));
        }
        service
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// The words of a command of the table.
fn command(text: &str, scratch: &Path, marker: &str) -> Vec<String> {
    let scratch = scratch.to_string_lossy();
    let mut given = text
        .split_whitespace()
        .map(|word| word.replace("{scratch}", &scratch));
    let file = given.next().expect("the command is not empty");
    if file.ends_with(".c") {
        let program = program_of(&file).to_string_lossy().into_owned();
        let words = [program].into_iter().chain(given);
        return words.chain([marker.to_owned()]).collect();
    }
    let [python, ..] = tools::python();
    // Python ignores an unknown word after -X. It finds `odd.py` because it is not isolated.
    let path = format!("{FOLDER}/{file}");
    let words = [python, "-E", "-S", "-B", "-X", marker, &path];
    words.map(str::to_owned).into_iter().chain(given).collect()
}
