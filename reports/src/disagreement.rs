//! Where implementations disagree: which of them answer the same bytes in another way.
//!
//! Runs come in whose records have what the peers answered; disagreements come out, the most
//! serious kind first. What may differ between correct servers is not compared: an answer that is
//! the same as to the uncut message counts as one kind of answer, with any status and any
//! content, and a FIN is the same as a reset. What varies in one implementation is shown and
//! not compared.

mod cell;
mod collapse;
mod pair;

use std::collections::BTreeMap;

pub(crate) use self::cell::{AnswerCell, CellKind};
use self::collapse::Row;
pub(crate) use self::collapse::{DeliveriesOf, Disagreement};
use self::pair::Peer;
use crate::notation::{counted, grouped};
use crate::record::{FailedCase, ObservedAnswers, ScenarioRecord, SuiteRecord, Verdict};
use crate::render::NamedRun;

/// What implementations disagree about, the most serious first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DisagreementKind {
    /// Some find another message in the same bytes.
    Number,
    /// Some answer as they answer the valid message, others do not.
    Accepted,
    /// Of implementations that answer the valid message with the same content, some read another
    /// content.
    Content,
    /// How the bytes are delivered matters to some.
    Delivery,
    /// Some end their process, or exit in another way than after valid messages.
    Process,
    /// Some give an answer before they close, others none.
    Silence,
    /// Some keep the connection open.
    End,
    /// Some refuse with another answer.
    Refusal,
}

impl DisagreementKind {
    /// What it means, as a heading.
    pub(crate) const fn heading(self) -> &'static str {
        match self {
            Self::Number => "a different number of answers",
            Self::Accepted => "accepted by some, not by others",
            Self::Content => "another content is read",
            Self::Delivery => "the delivery matters to some",
            Self::Process => "the process ends in another way",
            Self::Silence => "an answer from some, none from others",
            Self::End => "some keep the connection open",
            Self::Refusal => "refused with different answers",
        }
    }
}

/// All disagreements of some runs.
pub(crate) struct Disagreements<'a> {
    pub(crate) found: Vec<Disagreement<'a>>,
    /// How many deliveries were compared.
    pub(crate) compared: usize,
}

impl<'a> Disagreements<'a> {
    /// None if not at least two of the runs have answers.
    pub(crate) fn of(runs: &'a [NamedRun<'a>]) -> Option<Self> {
        let has_answers = |run: &&NamedRun<'_>| {
            let mut scenarios = run.record.scenarios();
            scenarios.any(|(_, it)| !it.observed.is_empty())
        };
        if runs.iter().filter(has_answers).count() < 2 {
            return None;
        }
        let mut compared = 0;
        let mut rows = Vec::new();
        for scenario in compared_scenarios(runs) {
            let (of_answers, deliveries) = scenario.rows_of_answers();
            compared += deliveries;
            rows.extend(of_answers);
            rows.extend(scenario.rows_of_families());
        }
        Some(Self {
            found: collapse::collapsed(rows),
            compared,
        })
    }

    /// How much is answered in different ways, in one sentence.
    pub(crate) fn summary(&self) -> String {
        let compared = counted(self.compared as u64, "delivery");
        let is_of_answers = |it: &&Disagreement<'_>| it.kind != DisagreementKind::Delivery;
        let of_answers = self.found.iter().filter(is_of_answers);
        match of_answers.map(Disagreement::deliveries).sum::<usize>() {
            0 => format!("all answer alike: {compared} compared"),
            differ => format!(
                "{} of {compared} are answered in different ways",
                grouped(differ as u64)
            ),
        }
    }
}

/// A scenario in all runs.
struct ComparedScenario<'a> {
    suite: &'a str,
    scenario: &'a str,
    /// One for each run; none where the run does not have it.
    results: Vec<Option<&'a ScenarioRecord>>,
}

/// The scenarios of all runs, in the order of the first run that has them.
fn compared_scenarios<'a>(runs: &'a [NamedRun<'a>]) -> Vec<ComparedScenario<'a>> {
    let mut all: Vec<ComparedScenario<'a>> = Vec::new();
    let mut places = BTreeMap::new();
    for (number, run) in runs.iter().enumerate() {
        for (SuiteRecord { id: suite, .. }, scenario) in run.record.scenarios() {
            let place = *places.entry((suite, &scenario.id)).or_insert_with(|| {
                all.push(ComparedScenario {
                    suite,
                    scenario: &scenario.id,
                    results: vec![None; runs.len()],
                });
                all.len() - 1
            });
            all[place].results[number].get_or_insert(scenario);
        }
    }
    all
}

impl<'a> ComparedScenario<'a> {
    /// The deliveries to which the answers differ, and how many were compared.
    fn rows_of_answers(&self) -> (Vec<Row<'a>>, usize) {
        let mut rows = Vec::new();
        let mut compared = 0;
        for tactic in self.observed_tactics() {
            let peers: Vec<Option<Peer<'a>>> = self
                .results
                .iter()
                .map(|it| Peer::of(*it, tactic))
                .collect();
            let comparable: Vec<_> = peers
                .iter()
                .flatten()
                .filter(|it| it.is_compared())
                .collect();
            compared += usize::from(comparable.len() > 1);
            let pairs = comparable.iter().enumerate();
            let pairs =
                pairs.flat_map(|(at, one)| comparable[at + 1..].iter().map(move |it| (one, it)));
            let Some(kind) = pairs.filter_map(|(one, other)| one.difference(other)).min() else {
                continue;
            };
            let cells = peers.iter().map(|peer| AnswerCell::of(peer.as_ref(), kind));
            rows.push(self.row(kind, tactic, cells.collect()));
        }
        (rows, compared)
    }

    /// In the order of the first run that has them.
    fn observed_tactics(&self) -> Vec<&'a str> {
        let mut tactics: Vec<&str> = Vec::new();
        let observed = self.results.iter().flatten().flat_map(|it| &it.observed);
        for tactic in observed.flat_map(|it: &ObservedAnswers| &it.tactics) {
            if !tactics.contains(&tactic.as_str()) {
                tactics.push(tactic);
            }
        }
        tactics
    }

    /// The families of tactics that change what some peers do, and not what others do.
    fn rows_of_families(&self) -> Vec<Row<'a>> {
        const BY_ANSWER: [&str; 3] = ["whole", "joined", "header"];
        let mut names: Vec<&str> = Vec::new();
        let families = self.results.iter().flatten().flat_map(|it| &it.families);
        for family in families {
            if !BY_ANSWER.contains(&family.name.as_str()) && !names.contains(&family.name.as_str())
            {
                names.push(&family.name);
            }
        }
        let rows = names.into_iter().filter_map(|name| {
            let cells: Vec<_> = self
                .results
                .iter()
                .map(|it| family_cell(*it, name))
                .collect();
            let has = |kind| cells.iter().any(|it| it.kind == kind);
            let differs = has(CellKind::Fails) && has(CellKind::AsUncut);
            differs.then(|| self.row(DisagreementKind::Delivery, name, cells))
        });
        rows.collect()
    }

    fn row(&self, kind: DisagreementKind, tactic: &'a str, cells: Vec<AnswerCell>) -> Row<'a> {
        Row {
            kind,
            suite: self.suite,
            scenario: self.scenario,
            tactic,
            cells,
        }
    }
}

/// What the deliveries of a family do to a peer.
fn family_cell(scenario: Option<&ScenarioRecord>, name: &str) -> AnswerCell {
    let family = scenario.and_then(|it| it.families.iter().find(|family| family.name == name));
    let (Some(scenario), Some(family)) = (scenario, family) else {
        return AnswerCell::missing();
    };
    let is_here = |failure: &&FailedCase| {
        let family = scenario.family_of(&failure.tactic);
        family.is_some_and(|it| it.name == name) && failure.verdict != Verdict::Skipped
    };
    let failures: Vec<_> = scenario.failures.iter().filter(is_here).collect();
    let is_confirmed = |it: &&&FailedCase| {
        matches!(
            it.verdict,
            Verdict::Fail | Verdict::Nonstrict | Verdict::Known
        )
    };
    let confirmed = failures.iter().filter(is_confirmed).count() as u64;
    let run = family.tally().run();
    if confirmed > 0 {
        AnswerCell::fails(confirmed, run)
    } else if run == 0 {
        AnswerCell::missing()
    } else if failures.is_empty() {
        AnswerCell::unchanged()
    } else {
        AnswerCell::varies()
    }
}

#[cfg(test)]
mod tests;
