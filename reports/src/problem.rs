//! What is wrong, in the form that code scanners and annotations need: one problem per
//! scenario and defect, or per scenario without a defect.
//!
//! A problem has a place in the suite file, a message of one line, and a fingerprint that is
//! the same in each run that finds it.

use std::collections::HashMap;

use crate::hash::fnv1a;
use crate::notation::one_line;
use crate::record::{Defect, Level, ScenarioRecord, Verdict};
use crate::render::ReportInput;
use crate::repeat::FailedScenario;
use crate::smallest::{death, smallest};
use crate::wording::{flaky, how_often};

/// The most characters of an id or a name.
pub(crate) const NAME: usize = 200;
/// The most characters of a sentence.
const SENTENCE: usize = 1_000;

/// The rule of a failure that matches no defect of the catalogue.
pub(crate) const UNEXPLAINED: &str = "unexplained";
/// The rule of a scenario that wirecheck could not judge.
pub(crate) const NOT_JUDGED: &str = "not-judged";

pub(crate) struct Problem<'a> {
    pub(crate) failed: FailedScenario<'a>,
    pub(crate) defect: Option<&'a Defect>,
    /// Hex digits; unique in a report.
    pub(crate) fingerprint: String,
    /// The name of the run, in a report of several.
    run: Option<&'a str>,
}

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    /// A `must` failed, or could not be judged.
    Error,
    /// It may pass the next time, or a `should` failed.
    Warning,
    /// A `may` failed.
    Note,
}

/// The problems of each run, in the order of the runs.
pub(crate) fn problems(input: ReportInput<'_>) -> Vec<Vec<Problem<'_>>> {
    let mut fingerprints = Fingerprints::default();
    let runs = input.runs.iter().map(|run| {
        let name = input.name_of(run);
        let failed = run.failed_scenarios();
        let problems = failed.flat_map(|failed| {
            let defects = failed.scenario.defects.iter().map(Some);
            let none = failed.scenario.defects.is_empty().then_some(None);
            defects.chain(none).map(move |defect| Problem {
                failed,
                defect,
                fingerprint: String::new(),
                run: name,
            })
        });
        let signed = problems.map(|it| fingerprints.sign(it));
        signed.collect()
    });
    runs.collect()
}

impl Problem<'_> {
    pub(crate) const fn scenario(&self) -> &ScenarioRecord {
        self.failed.scenario
    }

    /// `F01`, or a rule of no defect.
    pub(crate) fn rule(&self) -> &str {
        match (self.defect, self.scenario().verdict) {
            (Some(defect), _) => &defect.code,
            (None, Verdict::Error) => NOT_JUDGED,
            (None, _) => UNEXPLAINED,
        }
    }

    /// `F01 short-header-read`
    pub(crate) fn title(&self) -> String {
        match self.defect {
            Some(defect) => one_line(&format!("{} {}", defect.code, defect.name), NAME),
            None => self.rule().to_owned(),
        }
    }

    /// The suite file, without a leading `./`.
    pub(crate) fn path(&self) -> &str {
        let path = &self.failed.suite.path;
        path.strip_prefix("./").unwrap_or(path)
    }

    /// The line of the suite file where the scenario begins, from 1.
    pub(crate) fn line(&self) -> u32 {
        self.scenario().line.max(1)
    }

    pub(crate) fn severity(&self) -> Severity {
        match (self.scenario().verdict, self.scenario().level) {
            (Verdict::Flaky, _) => Severity::Warning,
            (Verdict::Nonstrict | Verdict::Known, Level::Should) => Severity::Warning,
            (Verdict::Nonstrict | Verdict::Known, Level::May) => Severity::Note,
            (Verdict::Nonstrict, Level::Must) => Severity::Warning,
            _ => Severity::Error,
        }
    }

    pub(crate) fn is_known(&self) -> bool {
        self.scenario().verdict == Verdict::Known
    }

    /// `header/greeting: 12 of 82 cases fail: …`
    pub(crate) fn message(&self) -> String {
        let FailedScenario {
            suite, scenario, ..
        } = self.failed;
        let run = self.run.map(|name| one_line(name, NAME) + ": ");
        let run = run.unwrap_or_default();
        let id = one_line(&format!("{}/{}", suite.id, scenario.id), NAME);
        format!("{run}{id}: {}", what_failed(self.failed, self.defect))
    }
}

/// `12 of 82 cases fail: …`
pub(crate) fn what_failed(failed: FailedScenario<'_>, defect: Option<&Defect>) -> String {
    let FailedScenario {
        record, scenario, ..
    } = failed;
    let cause = match (defect, scenario.verdict) {
        (Some(defect), _) => &defect.because,
        (None, Verdict::Flaky) => flaky(record, scenario),
        (None, _) => &seen(scenario),
    };
    format!("{}: {}", how_often(scenario), one_line(cause, SENTENCE))
}

/// What was seen under the smallest delivery.
fn seen(scenario: &ScenarioRecord) -> String {
    let Some(case) = smallest(scenario) else {
        return "no matching defect".to_owned();
    };
    let finding = case.findings.iter().find(|it| it.died.is_none());
    match (death(&case), finding) {
        (Some(how), _) => format!("the peer's process ended on {}: {how}", case.tactic),
        (None, Some(finding)) => format!("{} on {}", finding.what, case.tactic),
        (None, None) => format!("no matching defect, fails on {}", case.tactic),
    }
}

/// The reasons of the known failures of a scenario, each once.
pub(crate) fn known_reasons(scenario: &ScenarioRecord) -> String {
    let mut reasons: Vec<&str> = Vec::new();
    for reason in scenario
        .failures
        .iter()
        .filter_map(|it| it.known.as_deref())
    {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    one_line(&reasons.join("; "), SENTENCE)
}

/// How often each problem was seen: a record with two suites of one id must not give two
/// problems one fingerprint.
#[derive(Default)]
struct Fingerprints {
    seen: HashMap<String, u32>,
}

impl Fingerprints {
    fn sign<'a>(&mut self, problem: Problem<'a>) -> Problem<'a> {
        let FailedScenario {
            suite, scenario, ..
        } = problem.failed;
        let run = problem.run.unwrap_or_default();
        let parts = [run, &suite.id, &scenario.id, problem.rule()];
        let identity = parts.join("\0");
        let times = self.seen.entry(identity.clone()).or_default();
        let fingerprint = match *times {
            0 => hash(&identity),
            again => hash(&format!("{identity}\0{again}")),
        };
        *times += 1;
        Problem {
            fingerprint,
            ..problem
        }
    }
}

fn hash(text: &str) -> String {
    format!("{:016x}", fnv1a(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;
    use crate::sample::{failed, finding, greeting, record, suite};
    use crate::sample_report::{one_run, report};

    fn with(scenario: ScenarioRecord) -> Record {
        record(vec![suite("header", vec![scenario])])
    }

    fn messages(record: Record) -> Vec<String> {
        let runs = [one_run("it", record)];
        let all = problems(report(&runs));
        all.iter().flatten().map(Problem::message).collect()
    }

    #[test]
    fn a_hash_is_fnv_1a() {
        assert_eq!(hash(""), "cbf29ce484222325");
        assert_eq!(hash("foobar"), "85944171f73967e8");
    }

    #[test]
    fn each_defect_of_a_scenario_is_a_problem() {
        let mut scenario = greeting();
        let mut second = scenario.defects[0].clone();
        second.code = "F02".to_owned();
        scenario.defects.push(second);
        let messages = messages(with(scenario));
        assert_eq!(messages.len(), 2);
        assert!(messages[0].starts_with("header/greeting: 12 of 82 cases fail: cuts inside"));
    }

    #[test]
    fn a_failure_without_a_defect_says_what_was_seen() {
        let mut scenario = greeting();
        scenario.defects.clear();
        let seen =
            "header/greeting: 12 of 82 cases fail: the client prints something else on cut@1";
        assert_eq!(messages(with(scenario.clone())), [seen]);
        let mut died = failed("cut@3");
        died.findings = vec![finding("it ended", None, None)];
        died.findings[0].died = Some("SIGSEGV".to_owned());
        scenario.failures.push(died);
        let seen =
            "header/greeting: 12 of 82 cases fail: the peer's process ended on cut@3: SIGSEGV";
        assert_eq!(messages(with(scenario)), [seen]);
    }

    #[test]
    fn two_problems_never_have_one_fingerprint() {
        let suites = vec![suite("header", vec![greeting(), greeting()]); 2];
        let runs = ["a", "b"].map(|name| one_run(name, record(suites.clone())));
        let all = problems(report(&runs));
        let mut fingerprints: Vec<_> = all.iter().flatten().map(|it| &it.fingerprint).collect();
        fingerprints.sort_unstable();
        fingerprints.dedup();
        assert_eq!(fingerprints.len(), 8);
    }

    #[test]
    fn a_fingerprint_does_not_depend_on_what_else_fails() {
        let of = |suites| {
            let runs = [one_run("it", record(suites))];
            let all = problems(report(&runs));
            all[0].last().expect("one fails").fingerprint.clone()
        };
        let header = suite("header", vec![greeting()]);
        let alone = of(vec![header.clone()]);
        assert_eq!(of(vec![suite("line", vec![greeting()]), header]), alone);
    }
}
