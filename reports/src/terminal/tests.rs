//! Snapshots of what users read. `SNAPSHOTS=overwrite` writes them again.

use snapbox::{Data, assert_data_eq, file};

use super::width::columns;
use super::{
    BlockLayout, Detail, MatrixColumns, MatrixRow, PeerForm, PlannedSuite, ScenarioProgress,
    TerminalWidth, failure, header, matrix, progress_line, summary, table,
};
use crate::Record;
use crate::record::{
    Bytes, CutOffReason, DeliveryTally, DependsOn, FamilyRecord, Level, NotJudged, Role, RunState,
    ScenarioRecord, ShrinkLimit, SmallestFailure, StartCost, StreamRecord, Transcript, Verdict,
    WireAction,
};
use crate::sample::{
    client, defect, evidence, failed, family, finding, greeting, happens, passing, record, regions,
    sends, server, short_header_read, shown, suite, tried,
};

/// Without styles.
fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn assert_snapshot(text: &str, width: TerminalWidth, snapshot: Data) {
    let text = plain(text);
    for line in text.lines() {
        assert!(columns(line) <= width.columns(), "too wide: {line}");
        assert_eq!(line.trim_end(), line, "spaces at the end");
    }
    assert_data_eq!(text, snapshot.raw());
}

fn block(scenario: ScenarioRecord, width: TerminalWidth) -> String {
    laid_out(scenario, full(width))
}

fn laid_out(scenario: ScenarioRecord, layout: impl Into<BlockLayout>) -> String {
    let record = record(vec![suite("header", vec![scenario])]);
    let suite = &record.suites[0];
    failure(&record, suite, &suite.scenarios[0], layout)
}

fn full(width: TerminalWidth) -> BlockLayout {
    let detail = Detail::Full;
    BlockLayout { width, detail }
}

fn everything(record: &Record, width: TerminalWidth) -> String {
    let planned = [PlannedSuite {
        path: "scenarios/a/a.toml",
        scenarios: 1,
        cases: 2,
    }];
    let mut text = header(record, &planned, width);
    for (suite, scenario) in record.scenarios() {
        let id = &suite.id;
        text += &progress_line(&ScenarioProgress {
            suite: id,
            scenario,
            done: 1,
            planned: 2,
        });
        text += &failure(record, suite, scenario, full(width));
        text += &failure(record, suite, scenario, width);
    }
    text += &table(record, width);
    text += &summary(record, 1, ".wirecheck/last.json", width);
    let row = MatrixRow {
        name: &record.wirecheck,
        form: PeerForm::Naive,
        record,
    };
    text + &matrix(&[row], MatrixColumns::Suites, width)
        + &matrix(&[row], MatrixColumns::Families, width)
}

#[test]
fn a_header_shows_the_peer_and_the_suites() {
    let planned = [
        PlannedSuite {
            path: "scenarios/header/header.toml",
            scenarios: 5,
            cases: 614,
        },
        PlannedSuite {
            path: "scenarios/line/line.toml",
            scenarios: 1,
            cases: 12_048,
        },
    ];
    let record = record(Vec::new());
    let text = header(&record, &planned, TerminalWidth::default());
    assert_snapshot(
        &text,
        TerminalWidth::default(),
        file!["snapshots/header.txt"],
    );
}

#[test]
fn a_header_with_long_names_fits() {
    let path = "scenarios/a-protocol-with-a-long-name/and-a-suite-with-a-longer-one-still.toml";
    let planned = [PlannedSuite {
        path,
        scenarios: 5,
        cases: 614,
    }; 12];
    let mut record = record(Vec::new());
    record.peer = server(&[
        "/usr/bin/env",
        "sh",
        "-c",
        "exec ./build/release/a-server-with-a-long-name --port {port} --verbose",
        "it's",
    ]);
    let text = header(&record, &planned, TerminalWidth::default());
    assert_snapshot(
        &text,
        TerminalWidth::default(),
        file!["snapshots/header-long.txt"],
    );
}

/// A server that a signal kills in a few cases, and that fails simpler ones.
fn dying() -> ScenarioRecord {
    let mut scenario = greeting();
    scenario.cut_place = Some("cut@1 is inside the header, between `2` and `2  \\r\\n`".to_owned());
    scenario.defects = vec![defect(
        "C10",
        "dies-on-input",
        "in 2 deliveries (the first is joined+cut@54) the process ends with signal 11 \
         (SIGSEGV) in the middle of the exchange",
    )];
    for at in [54, 55] {
        let mut died = failed(&format!("joined+cut@{at}"));
        let mut first = finding("the peer's process ended: signal 11 (SIGSEGV)", None, None);
        first.died = Some("SIGSEGV".to_owned());
        let early = finding("the peer closed before it answered", None, None);
        died.findings = vec![early, first];
        scenario.failures.push(died);
    }
    scenario
}

#[test]
fn a_death_heads_the_block_of_its_scenario() {
    let width = TerminalWidth::default();
    let text = block(dying(), width);
    assert_snapshot(&text, width, file!["snapshots/failure-died.txt"]);
}

#[test]
fn a_failing_cut_is_shown_with_its_bytes() {
    let text = block(greeting(), TerminalWidth::default());
    assert_snapshot(
        &text,
        TerminalWidth::default(),
        file!["snapshots/failure-header-cut.txt"],
    );
}

/// A client that failed under random deliveries only; a small one was found by shrinking.
fn shrunk(limit: Option<ShrinkLimit>) -> ScenarioRecord {
    let mut scenario = greeting();
    let cut = scenario.failures.remove(1);
    scenario.failures.clear();
    let mut random = failed("random@3");
    random.smallest = Some(SmallestFailure {
        tactic: limit.is_none().then(|| cut.tactic.clone()),
        chunks: 2,
        findings: cut.findings,
        evidence: cut.evidence.expect("a cut has evidence"),
        tries: 14,
        cut_short_by: limit,
        shorter: None,
    });
    scenario.failures = vec![failed("random@0"), random];
    scenario
}

#[test]
fn a_failure_is_shown_under_the_smallest_delivery_that_was_found() {
    let width = TerminalWidth::default();
    let text = block(shrunk(None), width) + &block(shrunk(Some(ShrinkLimit::Tries)), width);
    assert_snapshot(&text, width, file!["snapshots/failure-shrunk.txt"]);
}

#[test]
fn a_failure_on_a_wide_terminal_has_longer_lines() {
    let text = block(greeting(), TerminalWidth::of(120));
    assert_snapshot(
        &text,
        TerminalWidth::of(120),
        file!["snapshots/failure-header-cut-120.txt"],
    );
}

#[test]
fn a_delivery_that_was_not_proven_is_marked() {
    let mut scenario = greeting();
    let evidence = scenario.failures[1].evidence.as_mut();
    evidence.expect("it has evidence").proven = 1;
    let text = plain(&block(scenario, TerminalWidth::default()));
    assert!(
        text.contains("1 of 2 boundaries proven, unverified"),
        "{text}"
    );
}

#[test]
fn the_most_serious_and_simplest_failure_is_shown() {
    let mut scenario = greeting();
    for (tactic, boundaries, verdict) in [
        ("cut@3", 1, Verdict::Flaky),
        ("cut@11", 1, Verdict::Fail),
        ("whole", 9, Verdict::Skipped),
    ] {
        let mut other = failed(tactic);
        other.verdict = verdict;
        other.evidence = Some(evidence("7", boundaries, Vec::new()));
        scenario.failures.push(other);
    }
    let text = plain(&block(scenario, TerminalWidth::default()));
    assert!(
        text.contains("smallest failing delivery      cut@11"),
        "{text}"
    );
    assert!(text.contains("cut@3 (flaky)"), "{text}");
}

/// A server that never answers.
fn silent() -> ScenarioRecord {
    let events = vec![
        sends(Role::Client, "hello\n"),
        happens(Role::Client, 300_412, WireAction::Fin),
    ];
    let mut whole = failed("whole");
    whole.evidence = Some(evidence("6", 1, events));
    let mut nothing = finding(
        "no answer; the server has read everything and waits",
        shown("server", "ok\n"),
        None,
    );
    nothing.line = Some(14);
    whole.findings = vec![nothing];
    let mut scenario = ScenarioRecord {
        why: Some("A client waits for the answer before it goes on.".to_owned()),
        verdict: Verdict::Fail,
        failures: vec![whole],
        spec: Some("RFC 5321 §4.1.1.1".to_owned()),
        ..passing("acknowledges-one-command", 311)
    };
    scenario.families[0].passed = 0;
    scenario.families[1].passed = 0;
    scenario.families[1].skipped = 310;
    scenario
}

/// What a user reads first: sixteen lines, and three more until the last one is short.
#[test]
fn a_block_has_few_lines_unless_all_is_asked_for() {
    let width = TerminalWidth::default();
    let mut text = String::new();
    for scenario in [
        greeting(),
        shrunk(None),
        shrunk(Some(ShrinkLimit::Tries)),
        dying(),
        silent(),
        flaky(),
        many(),
        binary(),
    ] {
        let block = laid_out(scenario.clone(), width);
        for narrow in [60, 70, 100, 160].map(TerminalWidth::of) {
            let block = plain(&laid_out(scenario.clone(), narrow));
            let commands = ["again", "          ", "explain"];
            for line in block.lines().filter(|it| {
                !commands
                    .iter()
                    .any(|no| it.trim_start().starts_with(no.trim()))
            }) {
                assert!(columns(line) <= narrow.columns(), "{line}");
            }
        }
        text += &block;
        text += "\n";
    }
    assert_snapshot(&text, width, file!["snapshots/failure-brief.txt"]);
}

/// A server of a protocol with binary headers.
fn binary() -> ScenarioRecord {
    let mut scenario = greeting();
    let mut failure = failed("joined+cut@19");
    failure.findings = vec![finding(
        "wrong answer: the bytes differ",
        shown("server", b"\0\0\0\x05hello"),
        shown("server", b"\0\0\0\x02he"),
    )];
    failure.evidence = Some(evidence(
        "4,300",
        1,
        vec![
            sends(Role::Client, b"\0\0\0\x05"),
            sends(Role::Client, b"h\x01\x02\x03".repeat(75)),
            sends(Role::Server, b"\0\0\0\x02he"),
            happens(Role::Server, 812, WireAction::Fin),
        ],
    ));
    scenario.failures = vec![failure];
    scenario
}

#[test]
fn a_silent_peer_fails_even_uncut() {
    let mut record = record(vec![suite("line", vec![silent()])]);
    record.peer = server(&[]);
    record.profile = "quick".to_owned();
    let suite = &record.suites[0];
    let text = failure(
        &record,
        suite,
        &suite.scenarios[0],
        full(TerminalWidth::default()),
    );
    assert_snapshot(
        &text,
        TerminalWidth::default(),
        file!["snapshots/failure-silent.txt"],
    );
}

/// A server that fails everywhere, on a long stream.
fn many() -> ScenarioRecord {
    let long = "0123456789abcdef".repeat(256);
    let answer = |at: usize| {
        let mut answer = long.clone().into_bytes();
        answer.truncate(at);
        answer
    };
    let mut first = failed("random@3");
    let mut events = Vec::new();
    for at in 0..40 {
        events.push(sends(Role::Client, &long[at * 40..at * 40 + 1 + at]));
    }
    events.push(sends(Role::Server, answer(300)));
    events.push(happens(Role::Server, 4_812_000, WireAction::Reset));
    events.push(happens(
        Role::Client,
        4_813_000,
        WireAction::Broke("connection reset by peer".to_owned()),
    ));
    first.evidence = Some(Transcript {
        last_output: (0..20).map(|line| format!("  at frame {line} of a trace that goes on and on until it is wider than any terminal")).collect(),
        ..evidence("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20x7 fin", 40, events)
    });
    first.findings = vec![
        finding(
            "wrong answer",
            shown("server", answer(4_000)),
            shown("server", answer(300)),
        ),
        finding(
            "the server reset the connection after 4.8 s instead of closing it",
            None,
            None,
        ),
        finding("the server left 3 descriptors open", None, None),
        finding(
            "the server uses 12 % of a processor while it is idle",
            None,
            None,
        ),
    ];
    let mut failures = vec![failed("bytes")];
    failures.extend((100..160).map(|at| failed(&format!("cut@{at}"))));
    failures.extend(
        (3_000..3_100)
            .step_by(3)
            .map(|at| failed(&format!("cut@{at}"))),
    );
    failures.push(first);
    failures.extend((4..16).map(|n| failed(&format!("random@{n}"))));
    failures.extend(
        (0..40)
            .step_by(2)
            .map(|at| failed(&format!("joined+cut@{at}"))),
    );
    failures.extend((0..4096).map(|at| failed(&format!("half@{at}"))));
    failures.last_mut().expect("not empty").verdict = Verdict::Flaky;
    ScenarioRecord {
        verdict: Verdict::Fail,
        families: vec![
            family("whole", 1, 1),
            family("bytes", 1, 0),
            tried(family("cut", 4_095, 4_001), &[(1, 4_095)]),
            tried(
                family("joined+cut", 400, 380),
                &[(0, 100), (2_000, 2_200), (4_000, 4_097)],
            ),
            family("random", 16, 3),
            tried(family("half", 4_097, 1), &[(0, 4_096)]),
        ],
        failures,
        defects: vec![
            short_header_read(),
            defect("F02", "short-body-read", "cuts inside the payload fail"),
            defect(
                "C08",
                "reset-instead-of-fin",
                "the server resets the connection instead of closing it",
            ),
        ],
        stream: StreamRecord {
            len: 4_096,
            regions: regions(&[
                ("header", 10),
                ("payload", 1_000),
                ("header", 10),
                ("payload", 1_000),
                ("header", 10),
                ("payload", 2_066),
            ]),
        },
        observed: Vec::new(),
        ..passing("a-long-name-for-a-scenario-that-says-much", 12_210)
    }
}

#[test]
fn many_failures_in_a_long_stream_fit_on_a_page() {
    let text = block(many(), TerminalWidth::default());
    assert_snapshot(
        &text,
        TerminalWidth::default(),
        file!["snapshots/failure-many.txt"],
    );
    let lines = plain(&text).lines().count();
    assert!(lines < 80, "{lines} lines");
}

/// A client that failed under some deliveries, and passed when they were repeated.
fn flaky() -> ScenarioRecord {
    let mut scenario = greeting();
    scenario.defects.clear();
    scenario.verdict = Verdict::Flaky;
    for failure in &mut scenario.failures {
        failure.verdict = Verdict::Flaky;
    }
    let whole = &mut scenario.failures[1].findings[0];
    whole.what = "no answer within 5s".to_owned();
    whole.actual = shown("client prints", "");
    scenario
}

#[test]
fn a_flaky_failure_is_shown_as_passed_when_repeated() {
    let mut record = record(vec![suite("header", vec![flaky()])]);
    record.verdict = Verdict::Flaky;
    let suite = &record.suites[0];
    let width = TerminalWidth::default();
    let text = failure(&record, suite, &suite.scenarios[0], full(width))
        + &summary(&record, 1, ".wirecheck/last.json", width);
    assert_snapshot(&text, width, file!["snapshots/failure-flaky.txt"]);
}

/// A client whose failures were not repeated.
fn unconfirmed() -> ScenarioRecord {
    let mut scenario = greeting();
    scenario.defects.clear();
    scenario.verdict = Verdict::Unconfirmed;
    for failure in &mut scenario.failures {
        failure.verdict = Verdict::Unconfirmed;
    }
    scenario
}

#[test]
fn a_failure_that_was_not_repeated_is_shown_as_unconfirmed() {
    let mut record = record(vec![suite("header", vec![unconfirmed()])]);
    (record.verdict, record.state) = (Verdict::Unconfirmed, RunState::CutOff);
    record.cut_off_by = Some(CutOffReason::User);
    let suite = &record.suites[0];
    let scenario = &suite.scenarios[0];
    let width = TerminalWidth::default();
    let text = failure(&record, suite, scenario, full(width))
        + &table(&record, width)
        + &summary(&record, 1, ".wirecheck/last.json", width);
    assert_snapshot(&text, width, file!["snapshots/failure-unconfirmed.txt"]);
}

#[test]
fn the_verdict_of_an_interrupted_run_counts_failures_that_were_not_confirmed() {
    let mut mixed = greeting();
    for failure in mixed.failures.iter_mut().skip(4) {
        failure.verdict = Verdict::Unconfirmed;
    }
    let verdict = |scenario: ScenarioRecord| {
        let mut record = record(vec![suite("header", vec![scenario])]);
        (record.verdict, record.state) = (Verdict::Fail, RunState::CutOff);
        record.cut_off_by = Some(CutOffReason::User);
        let text = plain(&summary(&record, 1, "last.json", TerminalWidth::default()));
        let line = text.lines().find(|line| line.starts_with("verdict"));
        line.unwrap_or_default().to_owned()
    };
    assert_eq!(
        verdict(mixed),
        "verdict   INTERRUPTED  4 failures, 8 not confirmed   (exit 1)"
    );
    assert_eq!(
        verdict(unconfirmed()),
        "verdict   INTERRUPTED  12 failures not confirmed   (exit 1)"
    );
}

#[test]
fn unconfirmed_failures_are_marked_among_confirmed_ones() {
    let mut scenario = greeting();
    for failure in scenario.failures.iter_mut().skip(4) {
        failure.verdict = Verdict::Unconfirmed;
    }
    let text = plain(&block(scenario, TerminalWidth::default()));
    for part in [
        "the run ended before 8 failures could be repeated",
        "cut@4–9 (unconfirmed)",
        "* unconfirmed here",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// A client that was not tried at every offset.
fn partly_tried() -> ScenarioRecord {
    let mut scenario = greeting();
    scenario.families = vec![
        tried(family("cut", 12, 3), &[(1, 9), (29, 31)]),
        tried(family("half", 6, 5), &[(0, 1), (10, 11), (31, 32)]),
    ];
    scenario.failures.push(failed("half@11"));
    scenario
}

#[test]
fn an_offset_that_was_not_tried_has_no_mark() {
    let text = plain(&block(partly_tried(), TerminalWidth::LEAST));
    let strips = text.lines().skip_while(|line| !line.contains("stream"));
    let strips: Vec<_> = strips.take_while(|line| !line.is_empty()).collect();
    assert_data_eq!(
        strips.join("\n") + "\n",
        file!["snapshots/strips-untried.txt"].raw()
    );
}

/// A server that decodes each chunk as text.
fn split_character() -> ScenarioRecord {
    let events = vec![
        sends(Role::Client, "caffè 日本\n".as_bytes().split_at(9).0),
        sends(Role::Client, "caffè 日本\n".as_bytes().split_at(9).1),
        sends(Role::Server, "CAFFÈ 日\u{fffd}\u{fffd}\n"),
        happens(Role::Server, 812, WireAction::Fin),
    ];
    let mut cut = failed("cut@9");
    cut.evidence = Some(evidence("9,4", 2, events));
    cut.verdict = Verdict::Nonstrict;
    cut.findings = vec![finding(
        "the answer has characters that were not sent: 日\u{fffd}",
        shown("server", "CAFFÈ 日本\n"),
        shown("server", "CAFFÈ 日\u{fffd}\u{fffd}\n"),
    )];
    ScenarioRecord {
        title: "Wide characters, 日本, stay whole".to_owned(),
        level: Level::Should,
        verdict: Verdict::Nonstrict,
        families: vec![
            family("whole", 1, 1),
            tried(family("cut", 12, 11), &[(1, 12)]),
        ],
        failures: vec![cut],
        defects: vec![defect(
            "F05",
            "split-character",
            "cuts within a character fail, cuts between 日 and 本 do not",
        )],
        stream: StreamRecord {
            len: 13,
            regions: regions(&[("payload", 12), ("delimiter", 1)]),
        },
        observed: Vec::new(),
        ..passing("wide-characters", 13)
    }
}

#[test]
fn wide_characters_keep_columns_aligned() {
    let text = block(split_character(), TerminalWidth::default());
    assert_snapshot(
        &text,
        TerminalWidth::default(),
        file!["snapshots/failure-wide.txt"],
    );
}

fn several() -> Record {
    let scenarios = vec![
        passing("greeting-and-time", 614),
        greeting(),
        many(),
        silent(),
        split_character(),
    ];
    let mut record = record(vec![
        suite("header", scenarios),
        suite("日本", vec![passing("all-is-well", 1_048_576)]),
    ]);
    record.peer = client();
    record
}

#[test]
fn a_table_fits_eighty_columns() {
    let text = table(&several(), TerminalWidth::default());
    assert_snapshot(
        &text,
        TerminalWidth::default(),
        file!["snapshots/table.txt"],
    );
}

#[test]
fn a_table_on_a_wide_terminal_shows_whole_names() {
    let text = table(&several(), TerminalWidth::of(120));
    assert_snapshot(
        &text,
        TerminalWidth::of(120),
        file!["snapshots/table-120.txt"],
    );
}

#[test]
fn a_table_on_a_narrow_terminal_leaves_out_columns() {
    let text = table(&several(), TerminalWidth::LEAST);
    assert_snapshot(&text, TerminalWidth::LEAST, file!["snapshots/table-60.txt"]);
}

#[test]
fn a_run_without_failures_has_a_short_summary() {
    let record = record(vec![suite("header", vec![passing("greeting", 312)])]);
    let width = TerminalWidth::default();
    let text = table(&record, width) + &summary(&record, 0, ".wirecheck/last.json", width);
    assert_snapshot(&text, width, file!["snapshots/summary-pass.txt"]);
}

#[test]
fn what_is_not_judged_is_counted_apart_from_what_passed() {
    let half = FamilyRecord {
        not_judged: 20,
        error_replies: 3,
        ..family("half", 24, 4)
    };
    let header = FamilyRecord {
        error_replies: 1,
        ..family("header", 1, 1)
    };
    let raw = ScenarioRecord {
        families: vec![family("whole", 1, 1), half, header],
        not_judged: vec![NotJudged {
            cases: 20,
            why: "truncation: the stream ends inside `raw` bytes".to_owned(),
        }],
        ..passing("raw", 25)
    };
    let record = record(vec![suite("lines", vec![passing("framed", 25), raw])]);
    let width = TerminalWidth::default();
    let text = table(&record, width) + &summary(&record, 0, ".wirecheck/last.json", width);
    assert_snapshot(&text, width, file!["snapshots/not-judged.txt"]);
}

#[test]
fn a_summary_counts_defects() {
    let text = summary(
        &several(),
        1,
        ".wirecheck/last.json",
        TerminalWidth::default(),
    );
    assert_snapshot(
        &text,
        TerminalWidth::default(),
        file!["snapshots/summary-fail.txt"],
    );
}

#[test]
fn a_summary_shows_what_was_not_proven_and_not_run() {
    let mut record = several();
    record.delivery = DeliveryTally {
        boundaries: 48_112,
        proven: 1_000,
        unverified: Some("the peer runs in another network namespace; start it with `wirecheck run -- CMD` to have every boundary proven".to_owned()),
    };
    record.state = RunState::CutOff;
    record.restarts = 2;
    record.notes = vec!["the peer serves one client at a time".to_owned()];
    for name in ["rst", "hold", "slow-read"] {
        let mut rst = family(name, 1_033, 0);
        rst.skipped = 1_033;
        record.suites[1].scenarios[0].families.push(rst);
    }
    let text = summary(&record, 1, ".wirecheck/last.json", TerminalWidth::default());
    assert_snapshot(
        &text,
        TerminalWidth::default(),
        file!["snapshots/summary-unverified.txt"],
    );
}

/// A run that was stopped after this many cases passed.
fn stopped(verdict: Verdict, cases: u64) -> Record {
    let scenarios = (cases > 0).then(|| passing("greeting", cases));
    let mut record = match scenarios {
        Some(scenario) => record(vec![suite("header", vec![scenario])]),
        None => record(Vec::new()),
    };
    record.state = RunState::CutOff;
    record.cut_off_by = Some(match verdict {
        Verdict::Error => CutOffReason::Peer,
        _ => CutOffReason::User,
    });
    if record.cut_off_by == Some(CutOffReason::Peer) {
        let why = "the peer was lost: exit code 1\nits last output:\n  no memory";
        record.peer_failure = Some(why.to_owned());
    }
    record.verdict = verdict;
    record.restarts = 1;
    record.delivery.boundaries = cases - cases.min(1);
    record.delivery.proven = record.delivery.boundaries;
    record
}

#[test]
fn a_run_that_was_stopped_claims_no_more_than_was_seen() {
    let runs = [
        ("not reached", stopped(Verdict::Error, 0), 3),
        ("peer lost", stopped(Verdict::Error, 312), 3),
        ("interrupted early", stopped(Verdict::Pass, 0), 130),
        ("interrupted", stopped(Verdict::Pass, 1), 130),
    ];
    let texts = runs.map(|(what, record, code)| {
        let text = summary(
            &record,
            code,
            ".wirecheck/last.json",
            TerminalWidth::default(),
        );
        format!("-- {what}\n{text}")
    });
    let width = TerminalWidth::default();
    assert_snapshot(
        &texts.concat(),
        width,
        file!["snapshots/summary-stopped.txt"],
    );
}

#[test]
fn scenarios_that_were_not_run_do_not_count_as_passed() {
    let mut scenarios = vec![
        passing("greeting", 12),
        passing("time", 40),
        passing("end", 7),
    ];
    for scenario in &mut scenarios[1..] {
        scenario.verdict = Verdict::Skipped;
        scenario.slowest_us = 0;
        for family in &mut scenario.families {
            (family.passed, family.skipped) = (0, family.cases);
        }
    }
    let mut record = record(vec![suite("header", scenarios)]);
    (record.state, record.verdict) = (RunState::CutOff, Verdict::Skipped);
    record.cut_off_by = Some(CutOffReason::User);
    let width = TerminalWidth::default();
    let text = table(&record, width) + &summary(&record, 130, ".wirecheck/last.json", width);
    assert_snapshot(&text, width, file!["snapshots/summary-not-played.txt"]);
}

#[test]
fn one_case_is_not_called_all_cases() {
    let mut only = passing("greeting", 1);
    only.families.truncate(1);
    let record = record(vec![suite("header", vec![only])]);
    let text = plain(&summary(&record, 0, "last.json", TerminalWidth::default()));
    assert!(
        text.contains("PASS  1 case in 1 scenario   (exit 0)"),
        "{text}"
    );
}

/// A naive peer, its fixed form and another peer, as in the demo.
fn demo() -> [Record; 3] {
    let fixed = record(vec![
        suite(
            "header",
            vec![passing("greeting", 614), passing("wide-characters", 20)],
        ),
        suite("line", vec![passing("acknowledges", 312)]),
    ]);
    let naive = record(vec![
        suite("header", vec![greeting(), split_character(), many()]),
        suite("line", vec![silent()]),
    ]);
    let other = record(vec![suite("stay-alive", vec![passing("stays", 12)])]);
    [naive, fixed, other]
}

fn rows(records: &[Record; 3]) -> [MatrixRow<'_>; 3] {
    let [naive, fixed, other] = records;
    [
        MatrixRow {
            name: "python header",
            form: PeerForm::Naive,
            record: naive,
        },
        MatrixRow {
            name: "python header",
            form: PeerForm::Fixed,
            record: fixed,
        },
        MatrixRow {
            name: "日本 server",
            form: PeerForm::Only,
            record: other,
        },
    ]
}

#[test]
fn a_matrix_can_have_one_column_per_suite() {
    let text = matrix(
        &rows(&demo()),
        MatrixColumns::Suites,
        TerminalWidth::default(),
    );
    assert_snapshot(
        &text,
        TerminalWidth::default(),
        file!["snapshots/matrix-suites.txt"],
    );
}

/// A run in which some cases of each family failed.
fn all_families() -> Record {
    let names = [
        "whole",
        "bytes",
        "cut",
        "joined",
        "joined+cut",
        "random",
        "fin",
        "half",
    ];
    let mut scenario = greeting();
    scenario.families = names.map(|name| family(name, 200, 199)).to_vec();
    record(vec![suite("stay-alive", vec![scenario])])
}

#[test]
fn a_matrix_of_all_families_fits_eighty_columns() {
    let record = all_families();
    let row = MatrixRow {
        name: "stay-alive",
        form: PeerForm::Fixed,
        record: &record,
    };
    let text = matrix(&[row], MatrixColumns::Families, TerminalWidth::default());
    assert_snapshot(
        &text,
        TerminalWidth::default(),
        file!["snapshots/matrix-all-families.txt"],
    );
    assert_eq!(plain(&text).matches("peer").count(), 1, "{text}");
}

#[test]
fn names_are_wrapped_before_a_matrix_is_split() {
    let record = all_families();
    let row = |form| MatrixRow {
        name: "header client",
        form,
        record: &record,
    };
    let rows = [row(PeerForm::Naive), row(PeerForm::Fixed)];
    let text = matrix(&rows, MatrixColumns::Families, TerminalWidth::default());
    assert_snapshot(
        &text,
        TerminalWidth::default(),
        file!["snapshots/matrix-broken-names.txt"],
    );
    let wide = matrix(&rows, MatrixColumns::Families, TerminalWidth::of(100));
    assert!(plain(&wide).contains("header client"), "{wide}");
}

#[test]
fn a_matrix_that_is_too_wide_is_split() {
    let text = matrix(
        &rows(&demo()),
        MatrixColumns::Families,
        TerminalWidth::LEAST,
    );
    assert_snapshot(
        &text,
        TerminalWidth::LEAST,
        file!["snapshots/matrix-families.txt"],
    );
}

#[test]
fn progress_is_one_line_per_scenario() {
    let record = several();
    let ticks = record.scenarios().map(|(suite, scenario)| {
        progress_line(&ScenarioProgress {
            suite: &suite.id,
            scenario,
            done: 312,
            planned: 12_614,
        })
    });
    assert_snapshot(
        &ticks.collect::<String>(),
        TerminalWidth::of(120),
        file!["snapshots/progress.txt"],
    );
}

/// A record in which every text has control sequences.
fn hostile() -> Record {
    let evil = "\x1b[2J\x1b]0;owned\x07\r\u{9b}31m\u{202e}\n";
    let text = evil.to_owned();
    let mut first = failed(&format!("cut@1{evil}"));
    let events = vec![
        sends(Role::Server, evil),
        happens(
            Role::Client,
            1,
            WireAction::Printed(Bytes::of(evil.as_bytes())),
        ),
        happens(Role::Client, 1, WireAction::Exited(text.clone())),
        happens(Role::Client, 1, WireAction::Broke(text.clone())),
    ];
    first.evidence = Some(Transcript {
        last_output: vec![text.clone()],
        ..evidence(evil, 1, events)
    });
    first.findings = vec![finding(
        evil,
        shown(evil, format!("a{evil}")),
        shown(evil, format!("b{evil}")),
    )];
    let scenario = ScenarioRecord {
        title: text.clone(),
        spec: Some(text.clone()),
        failures: vec![failed(&format!("fin@{evil}")), first],
        defects: vec![defect(evil, evil, evil)],
        families: vec![family(evil, 3, 1), family("cut", 3, 1)],
        stream: StreamRecord {
            len: 30,
            regions: regions(&[(evil, 30)]),
        },
        observed: Vec::new(),
        ..greeting()
    };
    let mut record = record(vec![suite(evil, vec![scenario])]);
    record.wirecheck.clone_from(&text);
    record.profile.clone_from(&text);
    record.peer = server(&[evil, evil]);
    record.notes = vec![text.clone()];
    record.delivery.unverified = Some(text);
    record
}

#[test]
fn no_text_from_outside_reaches_the_terminal_as_a_control_sequence() {
    let text = everything(&hostile(), TerminalWidth::default());
    let ours = |sequence: &str| {
        sequence
            .split_once('m')
            .is_some_and(|(style, _)| style.chars().all(|c| c.is_ascii_digit() || c == ';'))
    };
    for sequence in text.split("\x1b").skip(1) {
        let style = sequence.strip_prefix('[').is_some_and(ours);
        assert!(style, "{:?}", &sequence[..sequence.len().min(20)]);
    }
    let plain = plain(&text);
    let hostile = |c: &char| (c.is_control() && *c != '\n') || *c == '\u{202e}';
    assert_eq!(plain.chars().find(hostile), None);
    assert!(plain.contains(r"\x1b[2J"));
    assert_data_eq!(plain, file!["snapshots/hostile.txt"].raw());
}

#[test]
fn an_empty_record_can_be_shown() {
    let empty = ScenarioRecord {
        failures: Vec::new(),
        families: Vec::new(),
        stream: StreamRecord::default(),
        observed: Vec::new(),
        ..greeting()
    };
    everything(&record(vec![suite("a", vec![empty])]), TerminalWidth::LEAST);
    everything(&record(Vec::new()), TerminalWidth::LEAST);
    assert_eq!(matrix(&[], MatrixColumns::Suites, TerminalWidth::LEAST), "");
}

#[test]
fn a_block_has_styles() {
    let text = block(greeting(), TerminalWidth::default());
    assert!(text.starts_with("\x1b[1m\x1b[31mFAIL\x1b[0m"), "{text:?}");
}

#[test]
fn what_fails_only_with_other_connections_is_repeated_with_them() {
    let again = |depends_on| {
        let mut scenario = greeting();
        for failure in &mut scenario.failures {
            failure.depends_on = depends_on;
        }
        let record = record(vec![suite("header", vec![scenario])]);
        let suite = &record.suites[0];
        let width = TerminalWidth::default();
        plain(&failure(&record, suite, &suite.scenarios[0], width))
    };
    assert!(again(None).contains("--only"));
    for depends_on in [DependsOn::EarlierConnections, DependsOn::OtherConnections] {
        let text = again(Some(depends_on));
        assert!(!text.contains("--only"), "{text}");
    }
}

#[test]
fn a_run_that_mostly_starts_clients_names_the_option_that_starts_one() {
    let says = |waited_us| {
        let start_cost = Some(StartCost {
            one_us: 40_000,
            waited_us,
            worked_us: 100_000,
        });
        let scenario = ScenarioRecord {
            start_cost,
            ..greeting()
        };
        let record = record(vec![suite("header", vec![scenario])]);
        plain(&summary(&record, 1, "last.json", TerminalWidth::default())).contains("--reconnects")
    };
    assert!(says(70_000) && !says(30_000));
}
