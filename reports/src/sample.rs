//! Records for the tests.

use std::collections::BTreeMap;

use crate::record::{
    Bytes, Concurrency, Defect, DeliveryTally, FailedCase, FamilyRecord, FindingRecord, Gate,
    LabelledBytes, Level, OffsetRange, PeerRecord, ProcessLifetime, Record, RegionRecord, Role,
    RunState, ScenarioRecord, StreamRecord, SuiteRecord, Transcript, VERSION, ValueForm, Verdict,
    WireAction, WireEvent,
};

pub(crate) fn record(suites: Vec<SuiteRecord>) -> Record {
    let failed = suites.iter().flat_map(|suite| &suite.scenarios);
    let failed = failed
        .filter(|scenario| scenario.verdict != Verdict::Pass)
        .count();
    Record {
        version: VERSION,
        wirecheck: "0.1.0".to_owned(),
        started: "2024-05-06T07:08:09Z".to_owned(),
        took_us: 3_200_000,
        state: RunState::Finished,
        cut_off_by: None,
        peer_failure: None,
        seed: 53_888_879,
        profile: "standard".to_owned(),
        peer: client(),
        delivery: DeliveryTally {
            boundaries: 48_112,
            proven: 48_112,
            unverified: None,
        },
        suites,
        shard: None,
        gate: Gate::default(),
        fuzz: None,
        restarts: 0,
        notes: Vec::new(),
        verdict: if failed == 0 {
            Verdict::Pass
        } else {
            Verdict::Fail
        },
    }
}

pub(crate) fn client() -> PeerRecord {
    let command = [
        "python3",
        "tests/peers/python/header_client.py",
        "{host}",
        "{port}",
    ];
    PeerRecord {
        role: Role::Client,
        command: command.map(str::to_owned).to_vec(),
        address: "127.0.0.1:40112".to_owned(),
        concurrency: Concurrency::Several,
        process_lifetime: ProcessLifetime::OneCase,
    }
}

pub(crate) fn server(command: &[&str]) -> PeerRecord {
    PeerRecord {
        role: Role::Server,
        command: command.iter().map(|word| (*word).to_owned()).collect(),
        address: "127.0.0.1:7000".to_owned(),
        concurrency: Concurrency::One,
        process_lifetime: ProcessLifetime::ManyCases,
    }
}

pub(crate) fn suite(id: &str, scenarios: Vec<ScenarioRecord>) -> SuiteRecord {
    SuiteRecord {
        id: id.to_owned(),
        title: format!("The suite {id}"),
        path: format!("scenarios/{id}/{id}.toml"),
        set: BTreeMap::new(),
        scenarios,
    }
}

/// A scenario that passed.
pub(crate) fn passing(id: &str, cases: u64) -> ScenarioRecord {
    ScenarioRecord {
        id: id.to_owned(),
        title: "Each message is answered in capitals".to_owned(),
        why: None,
        spec: None,
        level: Level::Must,
        line: 9,
        verdict: Verdict::Pass,
        families: vec![family("whole", 1, 1), family("cut", cases - 1, cases - 1)],
        slowest_us: 1_234,
        start_cost: None,
        failures: Vec::new(),
        defects: Vec::new(),
        not_judged: Vec::new(),
        error_reply: None,
        cut_place: None,
        stream: StreamRecord {
            len: 32,
            regions: regions(&[("header", 10), ("payload", 22)]),
        },
        observed: Vec::new(),
    }
}

pub(crate) fn family(name: &str, cases: u64, passed: u64) -> FamilyRecord {
    FamilyRecord {
        name: name.to_owned(),
        cases,
        passed,
        not_judged: 0,
        error_replies: 0,
        skipped: 0,
        tried: Vec::new(),
    }
}

/// With the offsets that were run, as pairs of first and last.
pub(crate) fn tried(family: FamilyRecord, ranges: &[(u64, u64)]) -> FamilyRecord {
    let range = |&(first, last): &(u64, u64)| OffsetRange { first, last };
    FamilyRecord {
        tried: ranges.iter().map(range).collect(),
        ..family
    }
}

pub(crate) fn regions(lengths: &[(&str, u64)]) -> Vec<RegionRecord> {
    let mut start = 0;
    let region = |(kind, len): &(&str, u64)| {
        let region = RegionRecord {
            kind: (*kind).to_owned(),
            start,
            end: start + len,
        };
        start += len;
        region
    };
    lengths.iter().map(region).collect()
}

pub(crate) fn defect(code: &str, name: &str, because: &str) -> Defect {
    Defect {
        code: code.to_owned(),
        name: name.to_owned(),
        because: because.to_owned(),
    }
}

pub(crate) fn short_header_read() -> Defect {
    let because = "cuts inside the header fail, cuts inside the payload do not: \
                   the header is read with one recv";
    defect("F01", "short-header-read", because)
}

/// A failure without evidence.
pub(crate) fn failed(tactic: &str) -> FailedCase {
    FailedCase {
        tactic: tactic.to_owned(),
        verdict: Verdict::Fail,
        known: None,
        findings: Vec::new(),
        evidence: None,
        depends_on: None,
        smallest: None,
        earlier_connections: None,
        repetitions: None,
        saved: None,
    }
}

pub(crate) fn finding(
    what: &str,
    expected: Option<LabelledBytes>,
    actual: Option<LabelledBytes>,
) -> FindingRecord {
    FindingRecord {
        kind: "wrong".to_owned(),
        what: what.to_owned(),
        died: None,
        expected,
        actual,
        line: None,
    }
}

pub(crate) fn shown(who: &str, bytes: impl AsRef<[u8]>) -> Option<LabelledBytes> {
    Some(LabelledBytes {
        label: who.to_owned(),
        form: ValueForm::Exact,
        bytes: Bytes::of(bytes.as_ref()),
    })
}

pub(crate) fn evidence(delivery: &str, boundaries: u64, events: Vec<WireEvent>) -> Transcript {
    Transcript {
        delivery: delivery.to_owned(),
        boundaries,
        proven: boundaries,
        events,
        last_output: Vec::new(),
        took_us: 1_200,
    }
}

pub(crate) fn sends(by: Role, bytes: impl AsRef<[u8]>) -> WireEvent {
    happens(by, 300, WireAction::Sent(Bytes::of(bytes.as_ref())))
}

pub(crate) fn happens(by: Role, at_us: u64, what: WireAction) -> WireEvent {
    WireEvent {
        at_us,
        by,
        on: None,
        what,
    }
}

/// A client that reads the header with one recv.
pub(crate) fn greeting() -> ScenarioRecord {
    let mut first = failed("cut@1");
    let events = vec![
        sends(Role::Server, "2"),
        sends(Role::Server, "2         Welcome to the server!"),
        happens(Role::Client, 700, WireAction::Printed(Bytes::of(b"We"))),
        happens(Role::Client, 812, WireAction::Fin),
        happens(Role::Client, 2_400, WireAction::Exited("code 1".to_owned())),
    ];
    let words = "ValueError: invalid literal for int() with base 10: ''";
    first.evidence = Some(Transcript {
        last_output: vec![
            "Traceback (most recent call last):".to_owned(),
            words.to_owned(),
        ],
        ..evidence("1,31", 2, events)
    });
    first.findings.push(finding(
        "the client prints something else",
        shown("client prints", "Welcome to the server!"),
        shown("client prints", "We"),
    ));
    let mut failures = vec![failed("bytes"), first];
    failures.extend((2..10).map(|at| failed(&format!("cut@{at}"))));
    failures.extend([failed("random@3"), failed("random@5")]);
    ScenarioRecord {
        title: "A header may arrive in pieces".to_owned(),
        verdict: Verdict::Fail,
        families: vec![
            family("whole", 1, 1),
            family("bytes", 1, 0),
            tried(family("cut", 31, 22), &[(1, 31)]),
            family("random", 16, 14),
            family("fin", 33, 33),
        ],
        failures,
        defects: vec![short_header_read()],
        ..passing("greeting", 312)
    }
}
