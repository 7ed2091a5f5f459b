//! Which failure is shown: the gravest, and of those the simplest.

use crate::record::{Failure, Scenario, Verdict};
use crate::terminal::style::rank;

/// The failures: what was not run is none.
pub(super) fn failures(scenario: &Scenario) -> impl Iterator<Item = &Failure> {
    let failed = |failure: &&Failure| !matches!(failure.verdict, Verdict::Pass | Verdict::Skipped);
    scenario.failures.iter().filter(failed)
}

/// One with evidence if there is any, the gravest first, then the baseline,
/// then those that end as scripted, the fewest boundaries, the shortest to write down.
pub(super) fn smallest(scenario: &Scenario) -> Option<&Failure> {
    failures(scenario).min_by_key(|failure| {
        let evidence = failure.evidence.as_ref();
        (
            evidence.is_none(),
            rank(failure.verdict),
            failure.tactic != "whole",
            // One that ends as scripted shows the cut, and nothing else.
            evidence.map(|evidence| {
                let ends_early = evidence.delivery.contains(' ');
                (ends_early, evidence.boundaries, evidence.delivery.len())
            }),
        )
    })
}
