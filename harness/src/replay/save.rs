//! Which failures are saved, and what of them.

use wirecheck_report::SavedCase;
use wirecheck_report::record::{
    DependsOn, FailedCase, Record, ScenarioRecord, ShorterExchange, Verdict,
};
use wirecheck_report::saved_case::{
    Needs, OtherCase, SavedAttachment, SavedPart, SavedPeer, SavedSuite, VERSION,
};
use wirecheck_report::shown_failure;

use super::open::MOST_PLAYS;
use crate::engine::{Jobs, PlannedScenario};
use crate::judge::FindingKind;
use crate::scenario::Suite;
use crate::tactic::Case;

/// The most cases of a scenario that are saved.
const MOST_OF_SCENARIO: usize = 16;
/// How many other cases there are for each one that is played at the same time.
const OTHERS_PER_JOB: usize = 4;

/// Makes saved cases of the failures of a run.
pub(crate) struct CaseSaver {
    pub(crate) peer: SavedPeer,
    pub(crate) jobs: Jobs,
}

impl CaseSaver {
    /// The cases of a scenario of the record, each with its place among the failures. The
    /// failure that is shown comes first, then those with evidence.
    pub(crate) fn cases(
        &self,
        record: &Record,
        planned: PlannedScenario<'_>,
        scenario: &ScenarioRecord,
    ) -> Vec<(usize, SavedCase)> {
        let mut failures: Vec<_> = scenario.failures.iter().enumerate().collect();
        let shown = shown_failure(scenario);
        let is_shown = |it: &FailedCase| shown.is_some_and(|shown| std::ptr::eq(shown, it));
        failures.retain(|(_, it)| is_confirmed(it) && (it.evidence.is_some() || is_shown(it)));
        failures.sort_by_key(|(_, it)| !is_shown(it));
        let saved = failures
            .into_iter()
            .filter_map(|(place, it)| Some((place, self.case(record, planned, it)?)));
        let with_defects = |(place, case)| {
            let defects = scenario.defects.clone();
            (place, SavedCase { defects, ..case })
        };
        let saved = saved.map(with_defects);
        saved.take(MOST_OF_SCENARIO).collect()
    }

    /// `None` if it is not known what the case needs to fail.
    fn case(
        &self,
        record: &Record,
        planned: PlannedScenario<'_>,
        failed: &FailedCase,
    ) -> Option<SavedCase> {
        let smallest = failed.smallest.as_ref();
        let evidence = failed.smallest_evidence();
        let delivery = match evidence {
            Some(seen) => seen.delivery.clone(),
            None => {
                let case = planned.plan.case(&failed.tactic.parse().ok()?)?;
                case.delivery.to_string()
            }
        };
        let tactic = smallest.and_then(|it| it.tactic.as_ref());
        let found_by = smallest.map(|_| failed.tactic.clone());
        Some(SavedCase {
            version: VERSION,
            wirecheck: record.wirecheck.clone(),
            started: record.started.clone(),
            suite: saved_suite(planned.suite),
            scenario: planned.scenario.id().to_string(),
            tactic: tactic.unwrap_or(&failed.tactic).clone(),
            delivery,
            found_by: found_by.filter(|it| Some(it) != tactic),
            needs: self.needs(planned, failed)?,
            peer: self.peer.clone(),
            findings: failed.smallest_findings().to_vec(),
            defects: Vec::new(),
            events: evidence.map(|it| it.events.clone()).unwrap_or_default(),
            shorter: smallest.and_then(|it| it.shorter.as_ref()).map(saved_part),
        })
    }

    /// The outer `None`: not known.
    fn needs(&self, planned: PlannedScenario<'_>, failed: &FailedCase) -> Option<Option<Needs>> {
        let leaks = FindingKind::Leaks.as_str();
        match failed.depends_on {
            None if failed.findings.iter().any(|it| it.kind == leaks) => {
                let times = u32::try_from(failed.repetitions?).ok()?;
                (times <= MOST_PLAYS).then_some(Some(Needs::Repetition { times }))
            }
            None => Some(None),
            Some(DependsOn::EarlierConnections) => {
                let count = u32::try_from(failed.earlier_connections?).ok()?;
                Some(Some(Needs::EarlierConnections { count }))
            }
            Some(DependsOn::OtherConnections) => Some(Some(Needs::OtherConnections {
                jobs: u32::try_from(self.jobs.0.get()).ok()?,
                cases: self.others(planned, failed),
            })),
        }
    }

    /// The cases around one in the plan.
    fn others(&self, planned: PlannedScenario<'_>, failed: &FailedCase) -> Vec<OtherCase> {
        let is_it = |case: &Case| case.tactic.to_string() == failed.tactic;
        let most = self.jobs.0.get() * OTHERS_PER_JOB;
        let place = planned.plan.cases().position(|case| is_it(&case));
        let first = place.unwrap_or_default().saturating_sub(most / 2).max(1);
        let around = planned.plan.cases().skip(first);
        let around = around.filter(|case| !is_it(case));
        let saved = around.map(|case| OtherCase {
            tactic: case.tactic.to_string(),
            delivery: case.delivery.to_string(),
        });
        saved.take(most).collect()
    }
}

fn saved_part(shorter: &ShorterExchange) -> SavedPart {
    SavedPart {
        steps: shorter.steps.clone(),
        delivery: shorter.evidence.delivery.clone(),
        findings: shorter.findings.clone(),
        events: shorter.evidence.events.clone(),
    }
}

/// What was not seen twice may pass by itself: that would not show that it is fixed.
fn is_confirmed(failed: &FailedCase) -> bool {
    matches!(failed.verdict, Verdict::Fail | Verdict::Nonstrict)
}

fn saved_suite(suite: &Suite) -> SavedSuite {
    let attachments = suite.attachments();
    SavedSuite {
        id: suite.id().to_string(),
        path: suite.path().to_owned(),
        text: suite.text().to_owned(),
        attachments: attachments
            .map(|(path, content)| SavedAttachment {
                path: path.to_owned(),
                hex: hex::encode(content),
            })
            .collect(),
    }
}
