//! The last phase: the results of a scenario become a part of the record.

use wirecheck_report::record::{
    self, Bytes, LabelledBytes, RegionRecord, Role, StartCost, StreamRecord, Transcript, ValueForm,
    Verdict,
};

use super::ScenarioRun;
use super::defects::explanation;
use super::results::{JudgedFailure, ScenarioResults, ShorterExchange, Smallest};
use crate::engine::case::{Boundaries, CaseResult, Outcome, ScenarioContext};
use crate::engine::known::KnownCounts;
use crate::engine::state::micros;
use crate::engine::verdict::worst;
use crate::scenario::{KeptStep, Level, Suite};
use crate::tactic::{Script, TacticFamily};
use crate::wire::link::UnverifiedReason;

/// The most failures of a scenario that are listed; all are counted.
const MOST_LISTED: usize = 5_000;

/// A scenario for the record, and what it adds to the run's tally.
pub(in crate::engine) struct ScenarioReport<'s> {
    pub(in crate::engine) suite: &'s Suite,
    pub(in crate::engine) scenario: record::ScenarioRecord,
    pub(in crate::engine) boundaries: Boundaries,
    pub(in crate::engine) unverified: Option<UnverifiedReason>,
    /// For each entry of the known failures, in their order.
    pub(in crate::engine) known: Vec<KnownCounts>,
}

impl<'s> ScenarioRun<'_, '_, 's> {
    /// Reports the scenario as far as it was played.
    pub(in crate::engine) fn into_report(
        mut self,
        if_nothing_failed: Verdict,
    ) -> ScenarioReport<'s> {
        self.skip_rest();
        let not_played = self.results.not_played();
        let is_time_over = self.is_time_over();
        let known = &self.engine.settings.gate.known;
        let known = self.results.mark_known(known, self.context.planned);
        let Self {
            context, results, ..
        } = self;
        let boundaries = results.boundaries;
        let unverified = results.unverified.clone();
        let mut scenario = scenario(&context, results);
        scenario.verdict = match worst(scenario.failures.iter().map(|failure| failure.verdict)) {
            // A case that could be played and was not has not passed.
            Verdict::Pass
                if not_played > 0 && if_nothing_failed == Verdict::Pass && !is_time_over =>
            {
                Verdict::Error
            }
            Verdict::Pass => if_nothing_failed,
            verdict => verdict,
        };
        ScenarioReport {
            suite: context.planned.suite,
            scenario,
            boundaries,
            unverified,
            known,
        }
    }

    /// Counts the planned cases that were not played.
    fn skip_rest(&mut self) {
        let mut counted = self.results.counted();
        let planned: Vec<TacticFamily> = self
            .context
            .planned
            .plan
            .tactics()
            .map(|it| it.family())
            .collect();
        for family in planned {
            match counted.get_mut(&family) {
                Some(cases @ 1..) => *cases -= 1,
                _ => self.skip(family),
            }
        }
    }
}

fn scenario(context: &ScenarioContext<'_>, results: ScenarioResults) -> record::ScenarioRecord {
    let scenario = context.planned.scenario;
    let families = results.families();
    let explanation = explanation(context, &results);
    let start_cost = start_cost(context, &results);
    let us = Role::from(context.side);
    let not_judged = not_judged(&results);
    let error_reply = results
        .error_reply
        .as_ref()
        .map(|(_, reply)| LabelledBytes {
            label: context.side.other().to_string(),
            form: ValueForm::Exact,
            bytes: Bytes::of(reply),
        });
    let observed = results.observed;
    let failures = failures(results.failures, us);
    record::ScenarioRecord {
        id: scenario.id().to_string(),
        title: scenario.title().to_owned(),
        why: scenario.why().map(str::to_owned),
        spec: scenario.spec().map(str::to_owned),
        level: level(scenario.level()),
        line: u32::try_from(scenario.line()).unwrap_or(u32::MAX),
        verdict: Verdict::Pass,
        families,
        slowest_us: micros(results.slowest),
        start_cost,
        failures,
        defects: explanation.defects,
        cut_place: explanation.cut_place,
        not_judged,
        error_reply,
        stream: stream(&context.script),
        observed,
    }
}

fn not_judged(results: &ScenarioResults) -> Vec<record::NotJudged> {
    let open = results.unjudged.iter().filter(|(_, cases)| **cases > 0);
    let open = open.map(|(what, cases)| record::NotJudged {
        cases: *cases,
        why: what.to_string(),
    });
    open.collect()
}

fn start_cost(context: &ScenarioContext<'_>, results: &ScenarioResults) -> Option<StartCost> {
    let process = context.learnt.process.as_ref()?;
    Some(StartCost {
        one_us: micros(process.start),
        waited_us: micros(results.waited),
        worked_us: micros(results.worked),
    })
}

/// In the order of their tactics, the first ones.
fn failures(mut judged: Vec<JudgedFailure>, us: Role) -> Vec<record::FailedCase> {
    judged.sort_by(|a, b| a.result.tactic.cmp(&b.result.tactic));
    let of = |it: &JudgedFailure| smallest_failure(it.smallest.as_ref()?, &judged, us);
    let smallest: Vec<_> = judged.iter().map(of).collect();
    let failures = judged.into_iter().zip(smallest);
    let failures = failures.map(|(it, smallest)| record::FailedCase {
        smallest,
        ..failure(it, us)
    });
    failures.take(MOST_LISTED).collect()
}

fn failure(judged: JudgedFailure, us: Role) -> record::FailedCase {
    let result = judged.result;
    let events = result.log.events(us);
    let is_seen = !events.is_empty() || !result.last_output.is_empty();
    let evidence = is_seen.then(|| transcript(&result, us));
    let (verdict, findings) = match result.outcome {
        Outcome::Failed(findings) => (
            judged.verdict,
            findings.into_iter().map(|it| it.finding).collect(),
        ),
        Outcome::NotJudged(why) => (Verdict::Error, vec![unjudged(why)]),
        Outcome::Passed => (judged.verdict, Vec::new()),
    };
    record::FailedCase {
        tactic: result.tactic.to_string(),
        verdict,
        known: judged.known,
        findings,
        evidence,
        depends_on: result.depends_on,
        smallest: None,
        earlier_connections: result.earlier_connections,
        repetitions: result.repetitions,
        saved: None,
    }
}

fn transcript(result: &CaseResult, us: Role) -> Transcript {
    Transcript {
        delivery: result.delivery.to_string(),
        boundaries: result.boundaries.sent,
        proven: result.boundaries.proven,
        events: result.log.events(us),
        last_output: result.last_output.clone(),
        took_us: micros(result.took),
    }
}

fn smallest_failure(
    smallest: &Smallest,
    failures: &[JudgedFailure],
    us: Role,
) -> Option<record::SmallestFailure> {
    let result = smallest.delivery.result(failures)?;
    let tactic = smallest.delivery.tactic();
    let findings = result.outcome.findings().iter();
    Some(record::SmallestFailure {
        tactic: tactic.map(ToString::to_string),
        chunks: result.delivery.chunk_count() as u64,
        findings: findings.map(|it| it.finding.clone()).collect(),
        evidence: transcript(result, us),
        tries: smallest.tries,
        cut_short_by: smallest.cut_short_by,
        shorter: smallest.shorter.as_ref().map(|it| shorter(it, us)),
    })
}

fn shorter(shorter: &ShorterExchange, us: Role) -> record::ShorterExchange {
    let step = |kept: &KeptStep| record::KeptStep {
        step: u32::try_from(kept.step + 1).unwrap_or(u32::MAX),
        payload: kept.payload.map(|len| len as u64),
    };
    let findings = shorter.result.outcome.findings().iter();
    record::ShorterExchange {
        steps: shorter.part.steps.iter().map(step).collect(),
        sent: shorter.sent,
        of: shorter.of,
        tactic: shorter.tactic.as_ref().map(ToString::to_string),
        findings: findings.map(|it| it.finding.clone()).collect(),
        evidence: transcript(&shorter.result, us),
    }
}

fn unjudged(why: String) -> record::FindingRecord {
    record::FindingRecord {
        kind: "unjudged".to_owned(),
        what: why,
        died: None,
        expected: None,
        actual: None,
        line: None,
    }
}

fn level(level: Level) -> record::Level {
    match level {
        Level::Must => record::Level::Must,
        Level::Should => record::Level::Should,
        Level::May => record::Level::May,
    }
}

fn stream(script: &Script) -> StreamRecord {
    let mut regions: Vec<RegionRecord> = Vec::new();
    for (index, span) in script.spans() {
        for region in &script.messages[index].regions {
            let kind = region.kind.name();
            let start = (span.start.get() + region.range.start) as u64;
            let end = (span.start.get() + region.range.end) as u64;
            match regions.last_mut() {
                Some(last) if last.kind == kind && last.end == start => last.end = end,
                _ => regions.push(RegionRecord {
                    kind: kind.to_owned(),
                    start,
                    end,
                }),
            }
        }
    }
    StreamRecord {
        len: script.len() as u64,
        regions,
    }
}
