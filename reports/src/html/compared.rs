//! The runs side by side: one scenario with its result in each run.

use std::collections::BTreeMap;

use crate::record::{Defect, ScenarioRecord, SuiteRecord, Verdict};
use crate::render::{CatalogueEntry, NamedRun, ReportInput};
use crate::repeat::FailedScenario;
use crate::smallest::failures;
use crate::verdict::rank;

/// All that a page shows.
pub(super) struct Comparison<'a> {
    pub(super) runs: &'a [NamedRun<'a>],
    /// In the order of the runs.
    pub(super) suites: Vec<ComparedSuite<'a>>,
    /// The defects found, each once, sorted by code.
    pub(super) defects: Vec<FoundDefect<'a>>,
}

/// A suite, as the first run that has it says.
pub(super) struct ComparedSuite<'a> {
    pub(super) suite: &'a SuiteRecord,
    pub(super) scenarios: Vec<ComparedScenario<'a>>,
}

/// A scenario with its results.
pub(super) struct ComparedScenario<'a> {
    /// Its place on the page, from 0.
    pub(super) number: usize,
    pub(super) suite: &'a SuiteRecord,
    /// As the first run that has it says.
    pub(super) scenario: &'a ScenarioRecord,
    /// One for each run; none where the run does not have the scenario.
    pub(super) results: Vec<Option<RunResult<'a>>>,
}

/// The result of a scenario in one run.
#[derive(Clone, Copy)]
pub(super) struct RunResult<'a> {
    pub(super) run: &'a NamedRun<'a>,
    pub(super) suite: &'a SuiteRecord,
    pub(super) scenario: &'a ScenarioRecord,
}

/// A defect that at least one run found.
pub(super) struct FoundDefect<'a> {
    /// As the first run says that found it.
    pub(super) defect: &'a Defect,
    /// None for a defect that the catalogue does not have.
    pub(super) entry: Option<&'a CatalogueEntry>,
}

impl<'a> Comparison<'a> {
    pub(super) fn of(input: ReportInput<'a>) -> Self {
        let ReportInput { runs, catalogue } = input;
        Self {
            runs,
            suites: suites(runs),
            defects: found(runs, catalogue),
        }
    }

    pub(super) fn scenarios(&self) -> impl Iterator<Item = &ComparedScenario<'a>> {
        self.suites.iter().flat_map(|suite| &suite.scenarios)
    }

    /// The only run, if there is one.
    pub(super) fn single(&self) -> Option<&'a NamedRun<'a>> {
        match self.runs {
            [run] => Some(run),
            _ => None,
        }
    }

    /// The id of the explanation of a defect.
    pub(super) fn explanation(&self, code: &str) -> Option<String> {
        let found = self.defects.iter().position(|it| it.defect.code == code)?;
        Some(defect_id(found))
    }
}

/// Ids are made from numbers only: names are from outside.
pub(super) fn defect_id(number: usize) -> String {
    format!("d{number}")
}

impl<'a> ComparedScenario<'a> {
    pub(super) fn id(&self) -> String {
        format!("s{}", self.number)
    }

    /// The id of the block of a run.
    pub(super) fn block_id(&self, run: usize) -> String {
        format!("s{}r{run}", self.number)
    }

    /// The results with the numbers of their runs.
    pub(super) fn present(&self) -> impl Iterator<Item = (usize, RunResult<'a>)> {
        let numbered = self.results.iter().enumerate();
        numbered.filter_map(|(run, result)| Some((run, (*result)?)))
    }

    pub(super) fn worst(&self) -> Verdict {
        let verdicts = self.present().map(|(_, it)| it.scenario.verdict);
        let worst = verdicts.min_by_key(|verdict| rank(*verdict));
        worst.unwrap_or(Verdict::Skipped)
    }
}

impl<'a> RunResult<'a> {
    /// Whether there is a failure to show.
    pub(super) fn did_not_pass(self) -> bool {
        !matches!(self.scenario.verdict, Verdict::Pass | Verdict::Skipped)
    }

    pub(super) fn failed(self) -> FailedScenario<'a> {
        FailedScenario {
            record: &self.run.record,
            saved_in: self.run.saved_in,
            suite: self.suite,
            scenario: self.scenario,
        }
    }
}

/// The most serious verdict of each family with failures, by the name of the family.
pub(super) fn failing_families(scenario: &ScenarioRecord) -> BTreeMap<&str, Verdict> {
    let mut worst: BTreeMap<&str, Verdict> = BTreeMap::new();
    for failure in failures(scenario) {
        let Some(family) = scenario.family_of(&failure.tactic) else {
            continue;
        };
        let verdict = worst.entry(&family.name).or_insert(failure.verdict);
        if rank(failure.verdict) < rank(*verdict) {
            *verdict = failure.verdict;
        }
    }
    worst
}

fn suites<'a>(runs: &'a [NamedRun<'a>]) -> Vec<ComparedSuite<'a>> {
    let mut suites = Suites {
        all: Vec::new(),
        places: BTreeMap::new(),
        runs: runs.len(),
    };
    for (number, run) in runs.iter().enumerate() {
        for (suite, scenario) in run.record.scenarios() {
            suites.add(
                number,
                RunResult {
                    run,
                    suite,
                    scenario,
                },
            );
        }
    }
    suites.numbered()
}

/// The suites seen so far.
struct Suites<'a> {
    all: Vec<ComparedSuite<'a>>,
    /// Where the scenarios are in `all`: their suites and their places there. A record may
    /// have several of one name.
    places: BTreeMap<(&'a str, &'a str), Vec<(usize, usize)>>,
    runs: usize,
}

impl<'a> Suites<'a> {
    fn add(&mut self, run: usize, result: RunResult<'a>) {
        let key = (result.suite.id.as_str(), result.scenario.id.as_str());
        let places = self.places.entry(key).or_default();
        let all = &self.all;
        let free = |(suite, at): &(usize, usize)| all[*suite].scenarios[*at].results[run].is_none();
        let (suite, at) = match places.iter().copied().find(free) {
            Some(place) => place,
            None => self.new_scenario(result),
        };
        self.all[suite].scenarios[at].results[run] = Some(result);
    }

    fn new_scenario(&mut self, result: RunResult<'a>) -> (usize, usize) {
        let RunResult {
            suite, scenario, ..
        } = result;
        let known = self.all.iter().position(|it| it.suite.id == suite.id);
        let number = known.unwrap_or_else(|| {
            let scenarios = Vec::new();
            self.all.push(ComparedSuite { suite, scenarios });
            self.all.len() - 1
        });
        let scenarios = &mut self.all[number].scenarios;
        scenarios.push(ComparedScenario {
            number: 0,
            suite,
            scenario,
            results: vec![None; self.runs],
        });
        let place = (number, scenarios.len() - 1);
        let key = (suite.id.as_str(), scenario.id.as_str());
        self.places.entry(key).or_default().push(place);
        place
    }

    fn numbered(mut self) -> Vec<ComparedSuite<'a>> {
        let scenarios = self.all.iter_mut().flat_map(|it| &mut it.scenarios);
        for (number, scenario) in scenarios.enumerate() {
            scenario.number = number;
        }
        self.all
    }
}

fn found<'a>(runs: &'a [NamedRun<'a>], catalogue: &'a [CatalogueEntry]) -> Vec<FoundDefect<'a>> {
    let mut found: BTreeMap<&str, &Defect> = BTreeMap::new();
    for defect in runs.iter().flat_map(|run| run.record.defects()) {
        found.entry(&defect.code).or_insert(defect);
    }
    let entry = |code: &str| catalogue.iter().find(|entry| entry.code == code);
    let found = found.into_values().map(|defect| FoundDefect {
        defect,
        entry: entry(&defect.code),
    });
    found.collect()
}
