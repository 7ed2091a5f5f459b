//! Saved cases: which are valid, what is played of them, and what their replay came to.

use std::collections::BTreeMap;

use wirecheck_report::record::{
    Bytes, Concurrency, DeliveryTally, FailedCase, FamilyRecord, FindingRecord, Level, PeerRecord,
    ProcessLifetime, Record, Role, RunState, ScenarioRecord, StreamRecord, SuiteRecord, Verdict,
    WireAction, WireEvent,
};
use wirecheck_report::saved_case::{
    Needs, OtherCase, SavedAttachment, SavedCase, SavedPeer, SavedSuite, VERSION,
};

use super::capture::capture;
use super::script::{Language, ScriptError, script};
use super::steps::PlayStep;
use super::{Failure, OpenCase, ReplayOutcome, outcome};

const SUITE: &str = "title = 'T'\nframing = 'line'\n[[scenario]]\nid = 'two'\n\
    exchange = [{ client = 'hello ${unique}' }, { server = 'ok' }, \
                { client.file = 'long.bin' }, { server = 'ok' }]\n";

fn saved(tactic: &str, delivery: &str) -> SavedCase {
    SavedCase {
        version: VERSION,
        wirecheck: "0.1.0".to_owned(),
        started: "2024-05-06T07:08:09Z".to_owned(),
        suite: SavedSuite {
            id: "t".to_owned(),
            path: "t.toml".to_owned(),
            text: SUITE.to_owned(),
            attachments: vec![SavedAttachment {
                path: "long.bin".to_owned(),
                hex: hex::encode("x".repeat(40)),
            }],
        },
        scenario: "two".to_owned(),
        tactic: tactic.to_owned(),
        delivery: delivery.to_owned(),
        found_by: None,
        needs: None,
        peer: SavedPeer {
            role: Role::Server,
            command: Vec::new(),
            connect: None,
            host: "127.0.0.1".to_owned(),
            port: None,
            start_timeout_ms: 10_000,
            reconnects: false,
        },
        findings: vec![finding("no-answer")],
        defects: Vec::new(),
        events: Vec::new(),
        shorter: None,
    }
}

fn finding(kind: &str) -> FindingRecord {
    FindingRecord {
        kind: kind.to_owned(),
        what: "what was seen".to_owned(),
        died: None,
        expected: None,
        actual: None,
        line: None,
    }
}

fn open(saved: SavedCase) -> OpenCase {
    OpenCase::new(saved).expect("a valid case")
}

/// The tactics that are played, each with its delivery.
fn played(needs: Option<Needs>) -> Vec<String> {
    let case = open(SavedCase {
        needs,
        ..saved("cut@3", "3,12,41")
    });
    let selection = case.selection();
    let planned = selection.scenarios().next().expect("one scenario");
    let cases = planned.plan.cases();
    cases
        .map(|it| format!("{} {}", it.tactic, it.delivery))
        .collect()
}

#[test]
fn a_case_is_played_after_its_baseline_with_what_it_needs() {
    let (whole, case) = ("whole 15,41", "cut@3 3,12,41");
    assert_eq!(played(None), [whole, case]);
    let earlier = Needs::EarlierConnections { count: 2 };
    assert_eq!(played(Some(earlier)), [whole, whole, whole, case]);
    let repeated = Needs::Repetition { times: 3 };
    assert_eq!(played(Some(repeated)), [whole, case, case, case]);
    let other = OtherCase {
        tactic: "bytes".to_owned(),
        delivery: "1x56".to_owned(),
    };
    let beside = Needs::OtherConnections {
        jobs: 4,
        cases: vec![other],
    };
    let round = ["bytes 1x56", case];
    let expected = [&[whole][..], &round, &round, &round].concat();
    assert_eq!(played(Some(beside)), expected);
}

#[test]
fn a_baseline_is_played_once() {
    let case = open(saved("whole", "15,41"));
    let selection = case.selection();
    let planned = selection.scenarios().next().expect("one scenario");
    assert_eq!(planned.plan.count(), 1);
}

#[test]
fn what_makes_no_sense_is_refused() {
    type Change = fn(&mut SavedCase);
    let changes: [(Change, &str); 9] = [
        (
            |it| it.delivery = "3,53,1".to_owned(),
            "a delivery of another stream",
        ),
        (|it| it.delivery = "3,".to_owned(), "invalid delivery"),
        (|it| it.tactic = "cat@1".to_owned(), "unknown tactic"),
        (
            |it| it.scenario = "three".to_owned(),
            "its suite has no scenario `three`",
        ),
        (|it| it.suite.id = "A b".to_owned(), "invalid suite id"),
        (
            |it| it.suite.text.push_str("x = 1\n"),
            "the suite in it is invalid",
        ),
        (
            |it| it.suite.attachments.clear(),
            "the suite in it is invalid",
        ),
        (
            |it| it.suite.attachments[0].hex = "zz".to_owned(),
            "the suite in it is invalid",
        ),
        (
            |it| it.needs = Some(Needs::Repetition { times: u32::MAX }),
            "`needs`: more than 1024",
        ),
    ];
    for (change, expected) in changes {
        let mut case = saved("cut@3", "3,12,41");
        change(&mut case);
        let error = OpenCase::new(case).expect_err(expected).to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

/// The record of a replay in which these families of cases were played.
fn record(families: &[(&str, u64, u64)], failures: Vec<FailedCase>) -> Record {
    let family = |&(name, cases, passed): &(&str, u64, u64)| FamilyRecord {
        name: name.to_owned(),
        cases,
        passed,
        not_judged: 0,
        error_replies: 0,
        skipped: (cases - passed).saturating_sub(failures.len() as u64),
        tried: Vec::new(),
    };
    let families = families.iter().map(family).collect();
    let verdict = failures.first().map_or(Verdict::Pass, |it| it.verdict);
    let scenario = ScenarioRecord {
        id: "two".to_owned(),
        title: String::new(),
        why: None,
        spec: None,
        level: Level::Must,
        line: 3,
        verdict,
        families,
        slowest_us: 0,
        start_cost: None,
        failures,
        defects: Vec::new(),
        not_judged: Vec::new(),
        error_reply: None,
        cut_place: None,
        stream: StreamRecord::default(),
        observed: Vec::new(),
    };
    Record {
        version: 1,
        wirecheck: String::new(),
        started: String::new(),
        took_us: 0,
        state: RunState::Finished,
        cut_off_by: None,
        peer_failure: None,
        seed: 0,
        profile: String::new(),
        peer: PeerRecord {
            role: Role::Server,
            command: Vec::new(),
            address: String::new(),
            concurrency: Concurrency::One,
            process_lifetime: ProcessLifetime::ManyCases,
        },
        delivery: DeliveryTally::default(),
        suites: vec![SuiteRecord {
            id: "t".to_owned(),
            title: String::new(),
            path: String::new(),
            set: BTreeMap::new(),
            scenarios: vec![scenario],
        }],
        shard: None,
        gate: wirecheck_report::record::Gate::default(),
        fuzz: None,
        restarts: 0,
        notes: Vec::new(),
        verdict,
    }
}

fn failed(tactic: &str, verdict: Verdict, kind: &str) -> FailedCase {
    FailedCase {
        tactic: tactic.to_owned(),
        verdict,
        known: None,
        findings: vec![finding(kind)],
        evidence: None,
        depends_on: None,
        smallest: None,
        earlier_connections: None,
        repetitions: None,
        saved: None,
    }
}

#[test]
fn fixed_is_only_what_was_played_to_its_end_and_passed() {
    let case = open(saved("cut@3", "3,12,41"));
    let passed = record(&[("whole", 1, 1), ("cut", 1, 1)], Vec::new());
    let fixed = ReplayOutcome::Fixed { not_judged: None };
    assert_eq!(outcome(&passed, &case), fixed);
    let not_played = |record: Record| {
        let outcome = outcome(&record, &case);
        assert!(
            matches!(outcome, ReplayOutcome::NotJudged(_)),
            "{outcome:?}"
        );
    };
    not_played(record(&[("whole", 1, 1), ("cut", 1, 0)], Vec::new()));
    not_played(record(&[], Vec::new()));
    not_played(Record {
        state: RunState::CutOff,
        ..passed.clone()
    });
    not_played(Record {
        suites: Vec::new(),
        ..passed
    });
}

#[test]
fn a_failure_is_compared_with_the_saved_one() {
    let case = open(saved("cut@3", "3,12,41"));
    let of = |failure: FailedCase| {
        let record = record(&[("whole", 1, 1), ("cut", 1, 0)], vec![failure]);
        outcome(&record, &case)
    };
    let fail = |verdict, kind| of(failed("cut@3", verdict, kind));
    use Verdict::{Error, Fail, Flaky, Nonstrict};
    let how = ReplayOutcome::Failed;
    assert_eq!(fail(Fail, "no-answer"), how(Failure::Same));
    assert_eq!(fail(Nonstrict, "no-answer"), how(Failure::Same));
    assert_eq!(fail(Fail, "wrong-answer"), how(Failure::Other));
    assert_eq!(fail(Flaky, "no-answer"), how(Failure::NowAndThen));
    assert!(matches!(
        fail(Error, "unjudged"),
        ReplayOutcome::NotJudged(_)
    ));
    assert_eq!(of(failed("bytes", Fail, "x")), how(Failure::Beside));
    assert_eq!(of(failed("whole", Fail, "x")), how(Failure::Beside));
}

#[test]
fn a_baseline_that_fails_is_reported_as_such() {
    let case = open(saved("cut@3", "3,12,41"));
    let mut record = record(&[("cut", 1, 0)], Vec::new());
    record.suites[0].scenarios[0].failures = vec![failed("whole", Verdict::Fail, "x")];
    let expected = ReplayOutcome::Failed(Failure::Baseline);
    assert_eq!(outcome(&record, &case), expected);
}

/// `Send` as its length, `Read` as `r`.
fn steps(case: &OpenCase) -> String {
    let steps = case.steps(&case.case.delivery).into_iter();
    let words = steps.map(|step| match step {
        PlayStep::Send(range) => range.len().to_string(),
        PlayStep::Read => "r".to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn answers_are_read_before_the_next_message_is_sent() {
    let steps = |tactic, delivery| steps(&open(saved(tactic, delivery)));
    assert_eq!(steps("whole", "15,41"), "15 r 41 r");
    assert_eq!(steps("cut@3", "3,12,41"), "3 12 r 41 r");
    assert_eq!(steps("joined", "56"), "56 r");
    assert_eq!(steps("joined+cut@20", "20,36"), "20 36 r");
    assert_eq!(steps("fin@20", "15,5 fin"), "15 r 5");
    assert_eq!(steps("half@15", "15 half"), "15 r");
    assert_eq!(steps("half@3", "3 half"), "3");
}

#[test]
fn a_program_has_the_bytes_and_the_places_of_unique_values() {
    let case = open(saved("cut@3", "3,12,41"));
    let python = script(&case, Language::Python).expect("a plain case");
    let sent =
        "WHOLE = b'hello ' + UNIQUE + b'\\n' + b'x' * 40 + b'\\n', [15, 'read', 41, 'read']\n";
    assert!(python.contains(sent), "{python}");
    assert!(
        python.contains("CASE = WHOLE[0], [3, 12, 'read', 41, 'read']\n"),
        "{python}"
    );
    let sh = script(&case, Language::Sh).expect("a plain case");
    assert!(
        sh.contains("    send 'hel'\n    send 'lo '\"${unique:0:1}\""),
        "{sh}"
    );
    assert!(python.is_ascii() && sh.is_ascii());
}

#[test]
fn a_message_that_was_changed_is_not_expected_to_be_answered() {
    let case = open(saved("fin@20", "@0..1=48 15 half"));
    assert_eq!(case.answered_turns(&case.case.delivery), 0);
    assert_eq!(case.answered_turns(&case.baseline()), 2);
}

#[test]
fn what_a_plain_program_cannot_show_is_an_error() {
    let error = |case: SavedCase, language| {
        let error = script(&open(case), language).expect_err("it is not shown");
        error.to_string()
    };
    let unseen = SavedCase {
        findings: vec![finding("leaks")],
        ..saved("cut@3", "3,12,41")
    };
    assert!(error(unseen, Language::Python).starts_with("`leaks` cannot be seen"));
    let needs = SavedCase {
        needs: Some(Needs::Repetition { times: 3 }),
        ..saved("cut@3", "3,12,41")
    };
    assert!(error(needs, Language::Python).contains("other connections"));
    let baseline = saved("whole", "15,41");
    assert!(error(baseline, Language::Python).starts_with("even the uncut"));
    let stays_open = |tactic, delivery| SavedCase {
        findings: vec![finding("stays-open")],
        ..saved(tactic, delivery)
    };
    let unread = stays_open("fin@3", "3 fin");
    assert!(error(unread, Language::Python).contains("cannot be seen"));
    let read = open(stays_open("half@3", "3 half"));
    script(&read, Language::Python).expect("it reads after the FIN");
    let half = saved("half@3", "3 half");
    assert!(error(half, Language::Sh).ends_with("`--script python`"));
}

const WITH_REPLIES: &str = "title = 'T'\nframing = 'line'\n\
    replies = [{ server.matches = 'PING (?<n>.*)', reply = 'PONG ${n}' }]\n\
    [[scenario]]\nid = 'two'\n\
    exchange = [{ client = 'hello' }, { server = 'ok' }, { client = 'ab' }, { server = 'AB' }]\n";

fn with_replies(tactic: &str, delivery: &str) -> SavedCase {
    let saved = saved(tactic, delivery);
    SavedCase {
        suite: SavedSuite {
            text: WITH_REPLIES.to_owned(),
            ..saved.suite
        },
        ..saved
    }
}

#[test]
fn a_capture_has_automatic_replies_between_the_chunks() {
    let event = |at_us, by, what: fn(Bytes) -> WireAction, bytes: &str| WireEvent {
        at_us,
        by,
        on: None,
        what: what(Bytes::of(bytes.as_bytes())),
    };
    let events = vec![
        event(1, Role::Client, WireAction::Sent, "hel"),
        event(2, Role::Server, WireAction::Sent, "PING 7\n"),
        event(3, Role::Client, WireAction::Sent, "lo\n"),
        event(4, Role::Client, WireAction::Replied, "PONG 7\n"),
        event(5, Role::Server, WireAction::Sent, "ok\n"),
        event(6, Role::Client, WireAction::Sent, "ab\n"),
    ];
    let case = open(SavedCase {
        events,
        ..with_replies("cut@3", "3,3,3")
    });
    let bytes = capture(&case);
    let place = |text: &str| {
        let mut windows = bytes.windows(text.len());
        windows.position(|it| it == text.as_bytes())
    };
    let places = ["hel", "PING 7\n", "lo\n", "PONG 7\n", "ok\n", "ab\n"].map(place);
    assert!(places.iter().all(Option::is_some), "{places:?}");
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn a_script_cannot_show_a_case_with_automatic_replies() {
    let case = open(with_replies("cut@3", "3,3,3"));
    let error = script(&case, Language::Python).expect_err("it sends no replies");
    assert!(matches!(error, ScriptError::OtherAnswers), "{error}");
}
