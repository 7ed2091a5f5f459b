//! What all reports say in the same words.

use crate::Record;
use crate::gate::GateFailure;
use crate::notation::{counted, duration, grouped, text};
use crate::record::{
    Concurrency, CutOffReason, FailedCase, Role, RunState, ScenarioRecord, ShorterExchange,
    ShrinkLimit, Transcript, Verdict, WireAction, WireEvent,
};
use crate::smallest::{death, failures as failed_cases_of};

/// The tactic that cuts nothing.
const BASELINE: &str = "whole";

pub(crate) const AFTER_OTHERS: &str = "fails after other connections, whatever is sent";

/// How much of the exchange is enough to see a failure.
pub(crate) fn enough(shorter: &ShorterExchange) -> String {
    let ShorterExchange {
        steps, sent, of, ..
    } = shorter;
    let numbers: Vec<_> = steps.iter().map(|kept| kept.step).collect();
    let ranges = numbers.chunk_by(|a, b| a + 1 == *b);
    let ranges = ranges.map(|range| match range {
        [first, .., last] => format!("{first}–{last}"),
        [only] => only.to_string(),
        [] => String::new(),
    });
    let ranges: Vec<_> = ranges.collect();
    let (steps, are) = match steps.len() {
        1 => ("step", "is"),
        _ => ("steps", "are"),
    };
    let bytes = counted(of.bytes, "byte");
    let (ranges, sent) = (ranges.join(", "), grouped(sent.bytes));
    format!("{steps} {ranges} of the exchange {are} enough: {sent} of {bytes}")
}

pub(crate) fn fails_uncut(case: &FailedCase) -> bool {
    case.tactic == BASELINE && matches!(case.verdict, Verdict::Fail | Verdict::Nonstrict)
}

/// What a failure of the baseline means.
pub(crate) fn uncut(peer: Role) -> String {
    let peer = match peer {
        Role::Client => "client",
        Role::Server => "server",
    };
    format!("fails even uncut: the {peer} or the suite is wrong")
}

pub(crate) fn cut_short(limit: ShrinkLimit) -> &'static str {
    match limit {
        ShrinkLimit::Tries => {
            "a smaller delivery may fail too: to try all of them would take too long"
        }
        ShrinkLimit::Time => "a smaller delivery may fail too: the peer is too slow to try them",
        ShrinkLimit::Unsteady => "smaller deliveries failed once, and passed when repeated",
    }
}

/// What kind of delivery is shown of a case.
pub(crate) const fn shown_delivery(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Flaky => "smallest flaky delivery",
        Verdict::Unconfirmed => "smallest unconfirmed delivery",
        Verdict::Error => "smallest delivery not judged",
        _ => "smallest failing delivery",
    }
}

/// How many boundaries of a delivery were proven; none if it has none.
pub(crate) fn proof(transcript: &Transcript) -> Option<String> {
    let Transcript {
        boundaries, proven, ..
    } = *transcript;
    let unverified = if proven < boundaries {
        ", unverified"
    } else {
        ""
    };
    let all = counted(boundaries, "boundary");
    (boundaries > 0).then(|| format!("{} of {all} proven{unverified}", grouped(proven)))
}

/// How the process ended in the case that is shown, and in how many others it did.
pub(crate) fn died(scenario: &ScenarioRecord, case: &FailedCase) -> Option<String> {
    let how = death(case)?;
    let all = failed_cases_of(scenario)
        .filter(|it| death(it).is_some())
        .count() as u64;
    let also = match all.saturating_sub(1) {
        0 => String::new(),
        others => format!(", and in {}", counted(others, "other case")),
    };
    let flaky = match case.verdict {
        Verdict::Flaky => "; not again when the case was repeated",
        Verdict::Unconfirmed => "; the run ended before the case was repeated",
        _ => "",
    };
    Some(format!("{how} on {}{also}{flaky}", case.tactic))
}

/// Why some failures of a scenario are not certain.
pub(crate) fn unconfirmed(scenario: &ScenarioRecord) -> Option<String> {
    let failures = scenario.failures.iter();
    let unconfirmed = failures.filter(|failure| failure.verdict == Verdict::Unconfirmed);
    let count = unconfirmed.count() as u64;
    let failures = counted(count, "failure");
    (count > 0).then(|| format!("the run ended before {failures} could be repeated"))
}

/// What stands in the place of the defects where there are none.
pub(crate) const fn without_defect(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Flaky => "passed when repeated",
        Verdict::Unconfirmed => "not repeated",
        _ => "no matching defect",
    }
}

/// An event as text, on one line.
pub(crate) fn action(event: &WireEvent) -> String {
    let after = duration(event.at_us);
    match &event.what {
        WireAction::Sent(bytes) | WireAction::Replied(bytes) => text(&bytes.kept()),
        WireAction::Fin => format!("closes after {after}"),
        WireAction::Reset => format!("resets after {after}"),
        WireAction::Printed(bytes) => format!("prints  {}", text(&bytes.kept())),
        WireAction::Exited(how) => format!("exits after {after}: {how}"),
        WireAction::Broke(how) => format!("connection fails after {after}: {how}"),
    }
}

/// During the baseline no other connection is open.
pub(crate) fn flaky(record: &Record, scenario: &ScenarioRecord) -> &'static str {
    let mut failures = scenario.failures.iter();
    let is_baseline = failures.any(|failure| failure.tactic == BASELINE);
    if record.peer.concurrency == Concurrency::Several && !is_baseline {
        "failed while other connections were open, passed alone on a fresh peer; look for a \
         race in the peer, or repeat the run on an idle machine"
    } else {
        "failed once, passed when repeated on a fresh peer; look for a race in the peer, or \
         repeat the run on an idle machine"
    }
}

pub(crate) fn how_often(scenario: &ScenarioRecord) -> String {
    let tally = scenario.tally();
    if scenario.failed_at_baseline() {
        return format!(
            "fails even uncut, {} not run",
            counted(tally.skipped, "other case")
        );
    }
    match tally.failed() {
        0 => counted(tally.cases, "case"),
        failed => {
            let fail = match scenario.verdict {
                Verdict::Flaky | Verdict::Unconfirmed => "failed",
                _ if failed == 1 => "fails",
                _ => "fail",
            };
            let all = counted(tally.run(), "case");
            format!("{} of {all} {fail}", grouped(failed))
        }
    }
}

/// `1 defect in 1 scenario`, `all 614 cases in 5 scenarios`, `nothing was judged`.
pub(crate) fn outcome(record: &Record) -> String {
    let mut parts = if is_interrupted(record) {
        failed_cases(record)
    } else {
        failures(record)
    };
    parts.extend(broken_rules(record));
    if parts.is_empty() {
        without_failures(record)
    } else {
        parts.join(", ")
    }
}

/// `2 outdated known failures`, `too few cases`: what fails a run and is no failure of a case.
fn broken_rules(record: &Record) -> Vec<String> {
    let failures = record.gate_failures();
    let is_outdated = |it: &&GateFailure| {
        matches!(
            it,
            GateFailure::Fixed { .. } | GateFailure::MatchesNothing { .. }
        )
    };
    let outdated = failures.iter().filter(is_outdated).count() as u64;
    let outdated = (outdated > 0).then(|| counted(outdated, "outdated known failure"));
    let is_short = |it: &GateFailure| matches!(it, GateFailure::TooFewCases { .. });
    let too_few = failures.iter().any(is_short);
    let too_few = too_few.then(|| "too few cases".to_owned());
    [outdated, too_few].into_iter().flatten().collect()
}

/// `3 failures`, `12 not confirmed`: the cases of a run that the user ended. Scenarios
/// that ended early say nothing.
fn failed_cases(record: &Record) -> Vec<String> {
    let listed = |verdict| {
        let cases = record.scenarios().flat_map(|(_, it)| &it.failures);
        cases.filter(|it| it.verdict == verdict).count() as u64
    };
    let (unconfirmed, flaky) = (listed(Verdict::Unconfirmed), listed(Verdict::Flaky));
    let confirmed = record.tally().failed().saturating_sub(unconfirmed + flaky);
    let not_confirmed = match confirmed {
        0 => format!("{} not confirmed", counted(unconfirmed, "failure")),
        _ => format!("{} not confirmed", grouped(unconfirmed)),
    };
    let parts = [
        (confirmed, counted(confirmed, "failure")),
        (unconfirmed, not_confirmed),
        (flaky, format!("{} flaky", counted(flaky, "case"))),
    ];
    let present = parts.into_iter().filter(|(count, _)| *count > 0);
    present.map(|(_, text)| text).collect()
}

fn failures(record: &Record) -> Vec<String> {
    let (mut explained, mut unexplained, mut flaky) = (0, 0, 0);
    let (mut unconfirmed, mut unjudged, mut known) = (0, 0, 0);
    for (_, scenario) in record.scenarios() {
        match scenario.verdict {
            Verdict::Pass | Verdict::Skipped => {}
            Verdict::Known => known += 1,
            _ if !scenario.defects.is_empty() => explained += 1,
            Verdict::Error => unjudged += 1,
            Verdict::Flaky => flaky += 1,
            Verdict::Unconfirmed => unconfirmed += 1,
            _ => unexplained += 1,
        }
    }
    let scenarios = |count| counted(count, "scenario");
    let defects = counted(record.defects().len() as u64, "defect");
    let unknown = counted(unexplained, "failure");
    let matches = if unexplained == 1 { "matches" } else { "match" };
    let parts = [
        (explained, format!("{defects} in {}", scenarios(explained))),
        (unexplained, format!("{unknown} {matches} no defect")),
        (flaky, format!("{} flaky", scenarios(flaky))),
        (
            unconfirmed,
            format!("{} {UNCONFIRMED}", scenarios(unconfirmed)),
        ),
        (unjudged, format!("{} not judged", scenarios(unjudged))),
        (known, format!("{} with known failures", scenarios(known))),
    ];
    let present = parts.into_iter().filter(|(count, _)| *count > 0);
    present.map(|(_, text)| text).collect()
}

const UNCONFIRMED: &str = "failed, not confirmed";

fn without_failures(record: &Record) -> String {
    let tally = record.tally();
    let passed = counted(tally.passed, "case");
    if tally.run() == 0 {
        return "nothing was judged".to_owned();
    }
    if record.state != RunState::Finished {
        let scenarios = counted(started(record), "scenario");
        return format!("{passed} in {scenarios} passed so far");
    }
    let scenarios = counted(record.scenarios().count() as u64, "scenario");
    match (tally.cases, tally.passed == tally.cases) {
        (1, true) => format!("1 case in {scenarios}"),
        (_, true) => format!("all {passed} in {scenarios}"),
        (_, false) => {
            let cases = counted(tally.cases, "case");
            format!("{} of {cases} in {scenarios}", grouped(tally.passed))
        }
    }
}

pub(crate) fn is_interrupted(record: &Record) -> bool {
    record.cut_off_by == Some(CutOffReason::User)
}

/// The number of scenarios with a case that was run.
pub(crate) fn started(record: &Record) -> u64 {
    let started = record.scenarios().filter(|(_, it)| it.tally().run() > 0);
    started.count() as u64
}
