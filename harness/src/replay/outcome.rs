//! What the record of a replay says of the case.

use wirecheck_report::record::{FailedCase, FindingRecord, Record, RunState, Verdict};

use super::OpenCase;

/// What came of a replay.
#[derive(Debug, PartialEq)]
pub(crate) enum ReplayOutcome {
    /// The baseline and the case were played and passed. What was not judged, if anything.
    Fixed {
        not_judged: Option<String>,
    },
    Failed(Failure),
    /// It was not judged, for this reason.
    NotJudged(String),
}

/// How a case fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// With findings of the same kinds.
    Same,
    /// With others.
    Other,
    /// The baseline fails, so the case was not played.
    Baseline,
    /// It failed, and passed when it was repeated.
    NowAndThen,
    /// It passes, and something else fails that was played for it.
    Beside,
}

/// What the record of the run of [`OpenCase::selection`] says.
pub(crate) fn outcome(record: &Record, case: &OpenCase) -> ReplayOutcome {
    let failures = || {
        let all = record.scenarios().flat_map(|(_, it)| &it.failures);
        all.filter(|it| it.verdict != Verdict::Skipped)
    };
    if let Some(error) = failures().find(|it| it.verdict == Verdict::Error) {
        let first = error.findings.first();
        let why = first.map_or("wirecheck could not judge it", |it| it.what.as_str());
        return ReplayOutcome::NotJudged(why.to_owned());
    }
    let of_case = failures().find(|it| it.tactic == case.saved.tactic);
    if let Some(failed) = of_case {
        return ReplayOutcome::Failed(how(failed, case));
    }
    let failed_at_baseline = record
        .scenarios()
        .any(|(_, scenario)| scenario.failed_at_baseline());
    match failures().next() {
        Some(_) if failed_at_baseline => ReplayOutcome::Failed(Failure::Baseline),
        Some(_) => ReplayOutcome::Failed(Failure::Beside),
        None => without_failure(record),
    }
}

fn how(failed: &FailedCase, case: &OpenCase) -> Failure {
    match failed.verdict {
        Verdict::Flaky => Failure::NowAndThen,
        _ if is_same(&failed.findings, &case.saved.findings) => Failure::Same,
        _ => Failure::Other,
    }
}

/// Whether two failures are of one kind. Whether a close on unread bytes is seen as an early
/// end or as a reset is a matter of microseconds. The first finding explains the others.
fn is_same(now: &[FindingRecord], then: &[FindingRecord]) -> bool {
    let kind = |findings: &[FindingRecord]| {
        let first = findings.first()?;
        Some(match first.kind.as_str() {
            "wrong-close" => "ended-early".to_owned(),
            kind => kind.to_owned(),
        })
    };
    kind(now) == kind(then)
}

/// It is fixed only if all that was planned was played and passed.
fn without_failure(record: &Record) -> ReplayOutcome {
    let tally = record.tally();
    let is_whole = record.state == RunState::Finished && record.verdict == Verdict::Pass;
    let all_passed = tally.cases > 0 && tally.passed + tally.not_judged == tally.cases;
    if !is_whole || !all_passed {
        return ReplayOutcome::NotJudged("it was not played to its end".to_owned());
    }
    let mut open = record.scenarios().flat_map(|(_, it)| &it.not_judged);
    ReplayOutcome::Fixed {
        not_judged: open.next().map(|it| it.why.clone()),
    }
}
