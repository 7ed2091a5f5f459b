//! Which failure is shown: a death, else the most serious, and of those the simplest.

use crate::record::{FailedCase, ScenarioRecord, ShorterExchange, Verdict};
use crate::verdict::rank;

/// Without the cases that were not run.
pub(crate) fn failures(scenario: &ScenarioRecord) -> impl Iterator<Item = &FailedCase> {
    let failed =
        |failure: &&FailedCase| !matches!(failure.verdict, Verdict::Pass | Verdict::Skipped);
    scenario.failures.iter().filter(failed)
}

/// The families, the simplest first. One cut shows more than the same cut among others,
/// and a delivery that ends as the exchange says shows only the cut.
const SIMPLEST: [&str; 8] = [
    "whole",
    "cut",
    "joined",
    "joined+cut",
    "cuts",
    "bytes",
    "all-cuts",
    "random",
];

/// How the peer's process ended in a case, if it should not have.
pub(crate) fn death(failure: &FailedCase) -> Option<&str> {
    let mut findings = failure.findings.iter();
    findings.find_map(|finding| finding.died.as_deref())
}

/// The failure that is shown, under the smallest delivery that was found.
pub(crate) fn smallest(scenario: &ScenarioRecord) -> Option<FailedCase> {
    shown_failure(scenario).map(shrunk)
}

/// The failure that is shown of a scenario.
///
/// Prefers a death, then a failure with evidence, the most serious, the simplest family,
/// the fewest chunks, and a case that has this delivery itself. The first in the record wins
/// a tie: it has the shortest prefix.
#[must_use]
pub fn shown_failure(scenario: &ScenarioRecord) -> Option<&FailedCase> {
    failures(scenario).min_by_key(|failure| {
        let transcript = failure.smallest_evidence();
        (
            death(failure).is_none(),
            transcript.is_none(),
            rank(failure.verdict),
            simplicity(tactic(failure).unwrap_or(&failure.tactic)),
            transcript.map(|it| chunks(&it.delivery)),
            tactic(failure) != Some(&failure.tactic),
        )
    })
}

/// The same failure under the smallest delivery that was found.
fn shrunk(failure: &FailedCase) -> FailedCase {
    FailedCase {
        findings: failure.smallest_findings().to_vec(),
        evidence: failure.smallest_evidence().cloned(),
        ..failure.clone()
    }
}

/// The tactic that makes the smallest delivery, if there is one.
pub(crate) fn tactic(failure: &FailedCase) -> Option<&str> {
    match &failure.smallest {
        Some(smallest) => smallest.tactic.as_deref(),
        None => Some(&failure.tactic),
    }
}

/// A part of the exchange that is enough to see it.
pub(crate) fn shorter(failure: &FailedCase) -> Option<&ShorterExchange> {
    failure.smallest.as_ref()?.shorter.as_ref()
}

/// What other messages show comes last: it says least of the exchange.
fn simplicity(tactic: &str) -> usize {
    if tactic.starts_with("content:") {
        return SIMPLEST.len() + 1;
    }
    let family = tactic.split('@').next().unwrap_or_default();
    let known = SIMPLEST.iter().position(|known| *known == family);
    known.unwrap_or(SIMPLEST.len())
}

/// The chunks of a delivery: `1,31` has two, `1,10x3` has four. The boundaries in the
/// transcript would not do: their number depends on when the peer closed.
fn chunks(delivery: &str) -> u64 {
    let lengths = delivery.split(' ').find(|word| !word.starts_with('@'));
    let times = |run: &str| run.split_once('x')?.1.parse().ok();
    lengths
        .unwrap_or_default()
        .split(',')
        .map(|run| times(run).unwrap_or(1))
        .fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::SmallestFailure;
    use crate::sample::{evidence, failed, finding, greeting};

    /// The tactic that is shown if these fail, each with a number of chunks.
    fn shown(failures: &[(&str, u64)]) -> String {
        let failure = |(tactic, chunks): &(&str, u64)| FailedCase {
            evidence: Some(evidence(&format!("7x{chunks}"), *chunks, Vec::new())),
            ..failed(tactic)
        };
        of(failures.iter().map(failure).collect())
    }

    fn of(failures: Vec<FailedCase>) -> String {
        let scenario = ScenarioRecord {
            failures,
            ..greeting()
        };
        smallest(&scenario).expect("one fails").tactic
    }

    #[test]
    fn a_single_cut_is_preferred_to_combined_deliveries() {
        let others = [("bytes", 1), ("joined+cut@2", 1), ("cuts@1,2", 1)];
        for other in others.into_iter().chain([("random@0", 1), ("half@1", 0)]) {
            assert_eq!(shown(&[other, ("cut@7", 5)]), "cut@7", "{other:?}");
        }
        assert_eq!(shown(&[("random@0", 1), ("cuts@1,2", 2)]), "cuts@1,2");
        assert_eq!(shown(&[("fin@1", 0), ("random@0", 9)]), "random@0");
    }

    #[test]
    fn a_death_is_shown_before_a_simpler_failure() {
        let mut died = failed("joined+cut@54");
        let mut finding = finding("the peer's process ended", None, None);
        finding.died = Some("SIGSEGV".to_owned());
        died.findings.push(finding);
        died.verdict = Verdict::Flaky;
        let mut cut = failed("cut@1");
        cut.evidence = Some(evidence("1,31", 2, Vec::new()));
        assert_eq!(of(vec![cut, died]), "joined+cut@54");
    }

    #[test]
    fn the_baseline_is_simpler_than_any_cut() {
        assert_eq!(shown(&[("cut@1", 1), ("whole", 9)]), "whole");
    }

    #[test]
    fn fewer_chunks_win_then_the_shorter_prefix() {
        assert_eq!(shown(&[("cut@2", 2), ("cut@9", 1)]), "cut@9");
        assert_eq!(shown(&[("cut@9", 1), ("cut@12", 1)]), "cut@9");
    }

    #[test]
    fn a_peer_that_closes_sooner_does_not_make_a_delivery_smaller() {
        let failure = |tactic, delivery, kept| FailedCase {
            evidence: Some(evidence(delivery, kept, Vec::new())),
            ..failed(tactic)
        };
        let failures = [("cut@1", "1,31", 2), ("cut@2", "2,30", 1)];
        let failures = failures.map(|(tactic, delivery, kept)| failure(tactic, delivery, kept));
        assert_eq!(of(failures.to_vec()), "cut@1");
    }

    fn shrunk_to(failed: FailedCase, tactic: Option<&str>, delivery: &str) -> FailedCase {
        FailedCase {
            smallest: Some(SmallestFailure {
                tactic: tactic.map(str::to_owned),
                chunks: chunks(delivery),
                findings: vec![finding("shrunk", None, None)],
                evidence: evidence(delivery, 1, Vec::new()),
                tries: 9,
                cut_short_by: None,
                shorter: None,
            }),
            ..failed
        }
    }

    #[test]
    fn a_case_is_shown_under_the_smallest_delivery_that_was_found() {
        let shrunk = shrunk_to(failed("random@3"), None, "1,1,30");
        let scenario = ScenarioRecord {
            failures: vec![failed("random@0"), shrunk],
            ..greeting()
        };
        let shown = smallest(&scenario).expect("one fails");
        assert_eq!(shown.tactic, "random@3");
        assert_eq!(shown.findings[0].what, "shrunk");
        assert_eq!(shown.evidence.expect("it has some").delivery, "1,1,30");
    }

    #[test]
    fn a_delivery_that_others_shrink_to_is_shown_as_a_case_of_its_own() {
        let cut = shrunk_to(failed("cut@1"), Some("cut@1"), "1,31");
        let bytes = shrunk_to(failed("bytes"), Some("cut@1"), "1,31");
        assert_eq!(of(vec![bytes.clone(), cut]), "cut@1");
        assert_eq!(of(vec![bytes, failed("cut@1")]), "bytes");
    }

    #[test]
    fn the_chunks_of_a_delivery_are_counted() {
        for (delivery, count) in [("1,31", 2), ("1,10x3 fin", 4), ("@1..2=0a78 5,6", 2)] {
            assert_eq!(chunks(delivery), count, "{delivery}");
        }
    }
}
