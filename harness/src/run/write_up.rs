//! From the results of a scenario to its place in the record.

use wirecheck_report::record::{
    self, FailedCase, RegionRecord, Role, StartCost, StreamRecord, Transcript,
};

use super::case::Ground;
use super::evidence::defects;
use super::log::micros;
use super::result::{Fallen, Outcome, Results};
use crate::framing::RegionKind;
use crate::scenario::{Level, Side};
use crate::tactic::Script;

/// The most failures of a scenario that are listed; all are counted.
const MOST_LISTED: usize = 5_000;

pub(super) fn write_up(ground: &Ground<'_>, results: Results) -> record::ScenarioRecord {
    let scenario = ground.selected.scenario;
    let families = results.families();
    let defects = defects(ground, &results);
    let starts = starts(ground, &results);
    let slowest_us = micros(results.slowest);
    let us = role(ground.side);
    let mut fallen = results.fallen;
    fallen.sort_by(|a, b| a.result.tactic.cmp(&b.result.tactic));
    record::ScenarioRecord {
        id: scenario.id().to_string(),
        title: scenario.title().to_owned(),
        why: scenario.why().map(str::to_owned),
        spec: scenario.spec().map(str::to_owned),
        level: level(scenario.level()),
        line: u32::try_from(scenario.line()).unwrap_or(u32::MAX),
        verdict: record::Verdict::Pass,
        families,
        slowest_us,
        start_cost: starts,
        failures: fallen
            .into_iter()
            .take(MOST_LISTED)
            .map(|fallen| failure(fallen, us))
            .collect(),
        defects,
        stream: stream(&ground.script),
    }
}

fn starts(ground: &Ground<'_>, results: &Results) -> Option<StartCost> {
    Some(StartCost {
        one_us: micros(ground.program()?.start),
        waited_us: micros(results.waited),
        worked_us: micros(results.worked),
    })
}

fn failure(fallen: Fallen, us: Role) -> FailedCase {
    let result = fallen.result;
    let events = result.log.events(us);
    let is_seen = !events.is_empty() || !result.last_words.is_empty();
    let evidence = is_seen.then(|| Transcript {
        delivery: result.delivery.to_string(),
        boundaries: result.boundaries.kept,
        proven: result.boundaries.proven,
        events,
        last_output: result.last_words,
        took_us: micros(result.took),
    });
    let (verdict, findings) = match result.outcome {
        Outcome::Fell(told) => (
            fallen.verdict,
            told.into_iter().map(|told| told.finding).collect(),
        ),
        Outcome::Unjudged(why) => (record::Verdict::Error, vec![unjudged(why)]),
        Outcome::Held => (fallen.verdict, Vec::new()),
    };
    FailedCase {
        tactic: result.tactic.to_string(),
        verdict,
        findings,
        evidence,
    }
}

fn unjudged(why: String) -> record::FindingRecord {
    record::FindingRecord {
        kind: "unjudged".to_owned(),
        what: why,
        expected: None,
        actual: None,
        line: None,
    }
}

fn role(side: Side) -> Role {
    match side {
        Side::Client => Role::Client,
        Side::Server => Role::Server,
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
            let kind = match region.kind {
                RegionKind::Header => "header",
                RegionKind::Payload => "payload",
                RegionKind::Delimiter => "delimiter",
            };
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
