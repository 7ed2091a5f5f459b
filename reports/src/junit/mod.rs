//! JUnit XML, for the test views of CI servers.
//!
//! One `testsuite` per suite and one `testcase` per scenario: a scenario is what an author
//! names, and what passes or fails as a whole. Its deliveries are thousands, and their number
//! depends on the profile, so they are in the text of the failure and not cases of their own.
//! `classname` repeats the name of the suite, because viewers group by it.
//!
//! The time of a case is that of its slowest delivery; a record has no other.

use std::time::Duration;

use quick_junit::{
    NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestRerun, TestSuite,
};

use crate::GateFailure;
use crate::facts::{is_incomplete, state};
use crate::notation::one_line;
use crate::plain::block;
use crate::problem::{NAME, UNEXPLAINED, known_reasons, what_failed};
use crate::record::{Record, ScenarioRecord, Shard, SuiteRecord, Verdict};
use crate::render::{NamedRun, ReportInput};
use crate::repeat::FailedScenario;
use crate::smallest::smallest;
use crate::terminal::Detail;

/// The most characters of the text of a failure.
const TEXT: usize = 20_000;

/// The report as JUnit XML.
#[must_use]
pub fn render(input: ReportInput<'_>) -> String {
    let mut report = Report::new("wirecheck");
    let took = input.runs.iter().map(|run| run.record.took_us);
    report.set_time(Duration::from_micros(took.fold(0, u64::saturating_add)));
    for run in input.runs {
        let names = SuiteNames {
            run: input.name_of(run),
            shard: run.record.shard.as_ref(),
        };
        report.add_test_suites(test_suites(run, names));
    }
    let xml = report.to_string();
    without_skipped(&xml.expect("a string takes all that is written to it"))
}

/// Without the number of skipped cases in the first element. The schema of Jenkins' xUnit
/// plugin (`junit-10.xsd`) has it in `testsuite` only, and the plugin refuses other files.
fn without_skipped(xml: &str) -> String {
    let attribute = xml.split(' ').find(|it| it.starts_with("skipped=\""));
    let attribute = attribute.expect("quick-junit writes it");
    xml.replacen(&format!(" {attribute}"), "", 1)
}

/// What makes the names of test suites unique in the files of several runs or shards.
#[derive(Clone, Copy)]
struct SuiteNames<'a> {
    run: Option<&'a str>,
    shard: Option<&'a Shard>,
}

impl SuiteNames<'_> {
    /// `naive: header [shard 2/4]`
    fn of(self, suite: &str) -> String {
        let run = self.run.map(|run| one_line(run, NAME) + ": ");
        let shard = self
            .shard
            .map(|it| format!(" [shard {}/{}]", it.number, it.of));
        let (run, shard) = (run.unwrap_or_default(), shard.unwrap_or_default());
        format!("{run}{}{shard}", one_line(suite, NAME))
    }
}

fn test_suites(run: &NamedRun<'_>, names: SuiteNames<'_>) -> Vec<TestSuite> {
    let suites = run.record.suites.iter();
    let of_scenarios = suites.map(|suite| test_suite(run, suite, &names.of(&suite.id)));
    let of_run = [
        suite_of_rules(&run.record, &names.of("wirecheck gate")),
        suite_of_end(&run.record, &names.of("wirecheck run")),
    ];
    of_scenarios.chain(of_run.into_iter().flatten()).collect()
}

fn test_suite(run: &NamedRun<'_>, suite: &SuiteRecord, name: &str) -> TestSuite {
    let mut test_suite = TestSuite::new(name);
    // An attribute `file` is allowed by some schemas only.
    test_suite.add_property(Property::new("file", one_line(&suite.path, NAME)));
    for scenario in &suite.scenarios {
        let mut case = test_case(FailedScenario {
            record: &run.record,
            saved_in: run.saved_in,
            suite,
            scenario,
        });
        case.set_classname(name);
        case.set_time(Duration::from_micros(scenario.slowest_us));
        test_suite.add_test_case(case);
    }
    test_suite
}

fn test_case(it: FailedScenario<'_>) -> TestCase {
    let scenario = it.scenario;
    let fails = it.record.gate.fails_scenario(scenario);
    let status = match scenario.verdict {
        Verdict::Skipped => skipped("not run"),
        Verdict::Known => skipped(&format!("known failure: {}", known_reasons(scenario))),
        Verdict::Error => failure(it, NonSuccessKind::Error),
        _ if fails => failure(it, NonSuccessKind::Failure),
        Verdict::Flaky => flaky(it),
        _ => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(one_line(&scenario.id, NAME), status);
    if !fails && matches!(scenario.verdict, Verdict::Nonstrict | Verdict::Fail) {
        let text = format!("This does not fail the run.\n\n{}", text(it));
        case.set_system_out(text);
    }
    case
}

fn skipped(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(why);
    status
}

fn failure(it: FailedScenario<'_>, kind: NonSuccessKind) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status
        .set_type(failure_type(it.scenario))
        .set_message(what_failed(it, it.scenario.defects.first()))
        .set_description(text(it));
    status
}

/// A case that failed once and passed when it was repeated.
fn flaky(it: FailedScenario<'_>) -> TestCaseStatus {
    let mut rerun = TestRerun::new(NonSuccessKind::Failure);
    rerun
        .set_type(failure_type(it.scenario))
        .set_message(what_failed(it, it.scenario.defects.first()))
        .set_description(text(it));
    let mut status = TestCaseStatus::success();
    status.add_rerun(rerun);
    status
}

fn text(it: FailedScenario<'_>) -> String {
    block(it, Detail::Full, TEXT)
}

/// The codes of the defects, or the kind of what was seen.
fn failure_type(scenario: &ScenarioRecord) -> String {
    let codes: Vec<_> = scenario.defects.iter().map(|it| it.code.as_str()).collect();
    if !codes.is_empty() {
        return one_line(&codes.join(" "), NAME);
    }
    let kind = smallest(scenario).and_then(|case| Some(case.findings.first()?.kind.clone()));
    kind.map_or_else(|| UNEXPLAINED.to_owned(), |kind| one_line(&kind, NAME))
}

/// The rules of the run that are broken, apart from scenarios that fail.
fn suite_of_rules(record: &Record, name: &str) -> Option<TestSuite> {
    let failures = record.gate_failures().into_iter();
    let failures = failures.filter(|failure| !failure.is_of_scenario());
    let cases = failures.map(|failure| {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let (rule, kind) = rule(&failure);
        status
            .set_type(kind)
            .set_message(one_line(&failure.to_string(), TEXT));
        TestCase::new(rule, status)
    });
    suite_of(name, cases.collect())
}

/// The name of a rule, and in which way it is broken.
fn rule(failure: &GateFailure) -> (String, &'static str) {
    let known = |cases| format!("known failure {}", one_line(cases, NAME));
    match failure {
        GateFailure::Verdict(_) => ("verdict".to_owned(), "verdict"),
        GateFailure::Fixed { cases, .. } => (known(cases), "passes"),
        GateFailure::MatchesNothing { cases } => (known(cases), "matches-nothing"),
        GateFailure::NoCasePlayed => ("time".to_owned(), "no-case-played"),
        GateFailure::TooFewCases { .. } => ("min-cases".to_owned(), "too-few-cases"),
    }
}

/// A run that did not finish must not look as if it passed.
fn suite_of_end(record: &Record, name: &str) -> Option<TestSuite> {
    let why = state(record)?;
    let status = if is_incomplete(record) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type("unfinished").set_message(why);
        status
    } else {
        skipped(&why)
    };
    suite_of(name, vec![TestCase::new("the run finishes", status)])
}

fn suite_of(name: &str, cases: Vec<TestCase>) -> Option<TestSuite> {
    let mut suite = TestSuite::new(name);
    for mut case in cases {
        case.set_classname(name);
        suite.add_test_case(case);
    }
    (!suite.test_cases.is_empty()).then_some(suite)
}

#[cfg(test)]
mod tests;
