//! Reports for the tests: a run that fails, one that passes, one with known failures, a
//! hostile one.

use std::sync::LazyLock;

use crate::Record;
use crate::record::{KnownFailure, Level, Role, ScenarioRecord, Shard, Verdict};
use crate::render::{CatalogueEntry, NamedRun, ReportInput};
use crate::repeat::SavedIn;
use crate::sample::{defect, evidence, finding, greeting, passing, record, sends, shown, suite};

/// A scenario that fails in cases that the user listed.
pub(crate) fn known() -> ScenarioRecord {
    let mut scenario = judged(Verdict::Known);
    for failure in &mut scenario.failures {
        failure.known = Some("fixed in version 2".to_owned());
    }
    scenario
}

/// A scenario whose cases have this verdict if they did not pass.
fn judged(verdict: Verdict) -> ScenarioRecord {
    let mut scenario = greeting();
    scenario.verdict = verdict;
    for failure in &mut scenario.failures {
        failure.verdict = verdict;
    }
    scenario
}

fn unexplained(verdict: Verdict) -> ScenarioRecord {
    ScenarioRecord {
        defects: Vec::new(),
        ..judged(verdict)
    }
}

pub(crate) fn second_of_four() -> Shard {
    Shard {
        number: 2,
        of: 4,
        scenarios: Vec::new(),
        plan: String::new(),
    }
}

pub(crate) fn one_run(name: &str, record: Record) -> NamedRun<'static> {
    NamedRun {
        name: name.to_owned(),
        record,
        saved_in: SavedIn::Default,
    }
}

/// A report of some runs.
pub(crate) fn report<'a>(runs: &'a [NamedRun<'a>]) -> ReportInput<'a> {
    ReportInput {
        runs,
        catalogue: &*CATALOGUE,
    }
}

static CATALOGUE: LazyLock<[CatalogueEntry; 2]> = LazyLock::new(|| {
    let explanation = "A stream has no messages.\nOne recv may return less.\n\n\
                       ## Wrong\n\n    head = sock.recv(10)\n";
    let entry = |code: &str, name: &str, summary: &str| CatalogueEntry {
        code: code.to_owned(),
        name: name.to_owned(),
        summary: summary.to_owned(),
        explanation: explanation.to_owned(),
    };
    [
        entry("C10", "dies-on-input", "some input ends the peer's process"),
        entry(
            "F01",
            "short-header-read",
            "one recv is expected to return the whole header",
        ),
    ]
});

/// Two suites: one scenario fails, one passes, one fails and need not pass, one is flaky.
pub(crate) fn failing_run() -> Record {
    let should = ScenarioRecord {
        id: "polite".to_owned(),
        level: Level::Should,
        line: 30,
        ..unexplained(Verdict::Nonstrict)
    };
    let flaky = ScenarioRecord {
        id: "hello".to_owned(),
        ..unexplained(Verdict::Flaky)
    };
    let header = vec![greeting(), passing("farewell", 48), should];
    let mut record = record(vec![suite("header", header), suite("line", vec![flaky])]);
    record.notes = vec!["the peer serves one client at a time".to_owned()];
    record
}

pub(crate) fn passing_run() -> Record {
    record(vec![suite("header", vec![passing("farewell", 614)])])
}

pub(crate) fn known_run() -> Record {
    let mut record = record(vec![suite(
        "header",
        vec![known(), passing("farewell", 48)],
    )]);
    record.verdict = Verdict::Known;
    record.gate.known = ["header/greeting/*", "header/farewell/*", "*/gone/*"]
        .map(|cases| KnownFailure {
            cases: cases.to_owned(),
            reason: "fixed in version 2".to_owned(),
            selected: if cases == "*/gone/*" { 0 } else { 48 },
            failed: if cases == "header/greeting/*" { 12 } else { 0 },
            not_played: 0,
        })
        .to_vec();
    record
}

/// Characters that XML, Markdown, HTML or a log of GitHub would interpret, if they came
/// through unchanged.
pub(crate) const HOSTILE: &str = "\0\x1b[2J\u{202e}</testcase>]]><script>alert(1)</script> \
     |`` ``` ~~~~ </details></summary> @octocat #12 GH-3 [a](http://a.example) \
     ![b](//b.example) www.c.example d@e.example *f* _g_ &lt; deadbeef1 ::error::h\r\n\
     ::error file=i::j\n```\n</code></pre>\n# k\n##[error]l\u{ffff}\u{fffe}%0A\\| \\`";

/// A run in which all that is not wirecheck's is hostile.
pub(crate) fn hostile_run() -> Record {
    let text = HOSTILE.to_owned();
    let mut scenario = greeting();
    scenario.id.clone_from(&text);
    scenario.title.clone_from(&text);
    scenario.cut_place = Some(text.clone());
    scenario.defects = vec![defect(HOSTILE, HOSTILE, HOSTILE)];
    let case = &mut scenario.failures[1];
    case.findings = vec![finding(
        HOSTILE,
        shown(HOSTILE, HOSTILE),
        shown(HOSTILE, "x"),
    )];
    let mut transcript = evidence(HOSTILE, 1, vec![sends(Role::Client, HOSTILE)]);
    transcript.last_output = vec![text.clone(), HOSTILE.repeat(300)];
    case.evidence = Some(transcript);
    let unexplained = ScenarioRecord {
        defects: Vec::new(),
        ..scenario.clone()
    };
    let known = ScenarioRecord {
        title: text.clone(),
        ..known()
    };
    let mut suite = suite(HOSTILE, vec![scenario, unexplained, known]);
    suite.path.clone_from(&text);
    suite.scenarios[2].failures[0].known = Some(text.clone());
    let mut record = record(vec![suite]);
    record.notes = vec![text.clone()];
    record.peer.command = vec![text.clone()];
    record.gate.known = vec![KnownFailure {
        cases: text.clone(),
        reason: text,
        selected: 0,
        failed: 0,
        not_played: 0,
    }];
    record
}
