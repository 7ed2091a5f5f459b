//! The failures of tactics that have an offset in the stream.

use crate::record::{FamilyRecord, ScenarioRecord, Verdict};
use crate::smallest::failures;

/// The families whose number is an offset in the stream.
const FAMILIES: [&str; 8] = [
    "cut",
    "joined+cut",
    "fin",
    "fin+",
    "half",
    "rst",
    "hold",
    "pause",
];

/// The failures of a family with their offsets.
pub(crate) fn failures_of<'a>(
    scenario: &'a ScenarioRecord,
    family: &'a FamilyRecord,
) -> impl Iterator<Item = (u64, Verdict)> + 'a {
    let known = FAMILIES.contains(&family.name.as_str());
    let offset = |tactic: &str| {
        let number = tactic.strip_prefix(&family.name)?.strip_prefix('@')?;
        number.parse().ok()
    };
    failures(scenario)
        .filter(move |_| known)
        .filter_map(move |failure| Some((offset(&failure.tactic)?, failure.verdict)))
}
