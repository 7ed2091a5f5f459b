//! Where in a stream the deliveries of a family of tactics fail: one mark for each offset, or
//! for several if the stream is long. Reports draw the marks.

use crate::notation::grouped;
use crate::offsets::failures_of;
use crate::record::{FamilyRecord, RegionRecord, ScenarioRecord, Verdict};
use crate::verdict::rank;

/// Maps the offsets of a stream to marks. An offset is before a byte, or after the last.
#[derive(Clone, Copy)]
pub(crate) struct Scale {
    /// Offsets per mark.
    pub(crate) each: u64,
    /// The number of marks.
    pub(crate) cells: usize,
}

impl Scale {
    /// At most `available` marks for a stream of `len` bytes.
    pub(crate) fn of(len: u64, available: usize) -> Self {
        let available = available.max(1) as u64;
        let each = len / available + 1;
        let cells = usize::try_from(len / each + 1).expect("at most the available columns");
        Self { each, cells }
    }

    fn cell(self, offset: u64) -> usize {
        usize::try_from(offset / self.each).unwrap_or(usize::MAX)
    }

    /// The region at the first offset of each mark.
    pub(crate) fn regions(self, regions: &[RegionRecord]) -> Vec<Option<&RegionRecord>> {
        let offsets = (0..self.cells as u64).map(|cell| cell * self.each);
        let at = |offset| {
            let next = regions.partition_point(|region| region.end <= offset);
            regions.get(next).filter(|region| region.start <= offset)
        };
        offsets.map(at).collect()
    }
}

/// What happened at the offsets of one mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StripMark {
    Untried,
    Passed,
    /// With the most serious verdict.
    Failed(Verdict),
}

impl StripMark {
    /// All that a strip can have, in the order of a legend.
    pub(crate) const ALL: [Self; 8] = [
        Self::Failed(Verdict::Fail),
        Self::Failed(Verdict::Nonstrict),
        Self::Failed(Verdict::Flaky),
        Self::Failed(Verdict::Unconfirmed),
        Self::Failed(Verdict::Known),
        Self::Failed(Verdict::Error),
        Self::Passed,
        Self::Untried,
    ];

    /// For a legend, without the mark.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Untried => "not tried",
            Self::Passed => "passes here",
            Self::Failed(Verdict::Nonstrict) => "nonstrict here",
            Self::Failed(Verdict::Flaky) => "flaky here",
            Self::Failed(Verdict::Unconfirmed) => "unconfirmed here",
            Self::Failed(Verdict::Known) => "known failure here",
            Self::Failed(Verdict::Error) => "not judged here",
            Self::Failed(_) => "fails here",
        }
    }

    fn with_failure(self, verdict: Verdict) -> Self {
        match self {
            Self::Failed(other) if rank(other) <= rank(verdict) => self,
            _ => Self::Failed(verdict),
        }
    }
}

/// The marks of one family of tactics.
pub(crate) fn marks(
    scenario: &ScenarioRecord,
    family: &FamilyRecord,
    scale: Scale,
) -> Vec<StripMark> {
    let mut marks = vec![StripMark::Untried; scale.cells];
    for range in &family.tried {
        let (first, last) = (scale.cell(range.first), scale.cell(range.last));
        let tried = marks.iter_mut().take(last.saturating_add(1)).skip(first);
        tried.for_each(|mark| *mark = StripMark::Passed);
    }
    for (offset, verdict) in failures_of(scenario, family) {
        if let Some(mark) = marks.get_mut(scale.cell(offset)) {
            *mark = mark.with_failure(verdict);
        }
    }
    marks
}

/// The families that fail at an offset of the stream.
pub(crate) fn failing_families(scenario: &ScenarioRecord) -> impl Iterator<Item = &FamilyRecord> {
    let fails = |family: &&FamilyRecord| failures_of(scenario, family).next().is_some();
    scenario.families.iter().filter(fails)
}

/// How many cases of a family failed: `9 of 31`.
pub(crate) fn failed_of_run(family: &FamilyRecord) -> String {
    let tally = family.tally();
    format!("{} of {}", grouped(tally.failed()), grouped(tally.run()))
}

/// `header 0–9`
pub(crate) fn named(region: &RegionRecord) -> String {
    match region.end.saturating_sub(1) {
        last if last <= region.start => format!("{} {}", region.kind, region.start),
        last => format!("{} {}–{last}", region.kind, region.start),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{failed, family, passing, regions, tried};

    /// A scenario that fails at these offsets of a stream.
    fn failing(offsets: &[u64]) -> ScenarioRecord {
        let cut = |at: &u64| failed(&format!("cut@{at}"));
        ScenarioRecord {
            failures: offsets.iter().map(cut).collect(),
            ..passing("any", 1)
        }
    }

    #[test]
    fn a_long_stream_has_as_many_marks_as_fit() {
        for len in [0, 1, 31, 99, 100, 101, 100_000, u64::MAX] {
            let scale = Scale::of(len, 100);
            assert!((1..=100).contains(&scale.cells), "{len}");
            assert!(scale.cell(len) < scale.cells, "{len}");
        }
        assert_eq!(Scale::of(99, 100).each, 1);
        assert_eq!(Scale::of(100, 100).each, 2);
    }

    #[test]
    fn one_failure_among_a_thousand_bytes_has_a_mark() {
        let family = tried(family("cut", 100_000, 99_999), &[(1, 100_000)]);
        let marks = marks(&failing(&[54_321]), &family, Scale::of(100_000, 100));
        let failed = |mark: &StripMark| matches!(mark, StripMark::Failed(_));
        assert_eq!(marks.iter().position(failed), Some(54));
        assert_eq!(marks.iter().filter(|it| failed(it)).count(), 1);
    }

    #[test]
    fn a_mark_has_the_most_serious_verdict_of_its_offsets() {
        let mut scenario = failing(&[3, 4, 5]);
        scenario.failures[0].verdict = Verdict::Flaky;
        scenario.failures[2].verdict = Verdict::Known;
        let marks = marks(&scenario, &family("cut", 10, 7), Scale::of(9, 1));
        assert_eq!(marks, [StripMark::Failed(Verdict::Fail)]);
    }

    #[test]
    fn a_mark_has_the_region_of_its_first_offset() {
        let regions = regions(&[("header", 10), ("payload", 21)]);
        let kinds = |scale: Scale| -> Vec<_> {
            let regions = scale.regions(&regions).into_iter();
            regions.map(|it| it.map(|it| it.kind.as_str())).collect()
        };
        let marks = kinds(Scale::of(31, 4));
        assert_eq!(marks[..2], [Some("header"), Some("header")]);
        assert_eq!(marks[2..], [Some("payload"), Some("payload")]);
        assert_eq!(kinds(Scale::of(31, 100)).last(), Some(&None), "the end");
    }
}
