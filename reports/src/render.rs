//! What a report is made from, whatever its format.

use crate::Record;
use crate::repeat::SavedIn;
#[cfg(feature = "formats")]
use crate::{record::Verdict, repeat::FailedScenario};

/// What a report is made from: one run, or several against different implementations, which
/// stand side by side.
#[derive(Clone, Copy, Debug)]
pub struct ReportInput<'a> {
    /// At least one.
    pub runs: &'a [NamedRun<'a>],
    /// All defects that a run may name, sorted by code.
    pub catalogue: &'a [CatalogueEntry],
}

#[cfg(feature = "formats")]
impl<'a> ReportInput<'a> {
    /// The name of a run; None if there is no other.
    pub(crate) fn name_of(self, run: &'a NamedRun<'a>) -> Option<&'a str> {
        (self.runs.len() > 1).then_some(&run.name)
    }

    /// The scenarios of all runs that did not pass.
    pub(crate) fn failed_scenarios(
        self,
    ) -> impl Iterator<Item = (&'a NamedRun<'a>, FailedScenario<'a>)> {
        let of_run = |run: &'a NamedRun<'a>| run.failed_scenarios().map(move |it| (run, it));
        self.runs.iter().flat_map(of_run)
    }
}

/// A run and the name of the implementation.
#[derive(Clone, Debug)]
pub struct NamedRun<'a> {
    /// Unique among the runs of a report.
    pub name: String,
    /// The run.
    pub record: Record,
    /// Where `wirecheck replay` finds its saved cases.
    pub saved_in: SavedIn<'a>,
}

#[cfg(feature = "formats")]
impl NamedRun<'_> {
    /// The scenarios that did not pass.
    pub(crate) fn failed_scenarios(&self) -> impl Iterator<Item = FailedScenario<'_>> {
        let failed = self.record.scenarios();
        let passed = |verdict| matches!(verdict, Verdict::Pass | Verdict::Skipped);
        let failed = failed.filter(move |(_, scenario)| !passed(scenario.verdict));
        failed.map(|(suite, scenario)| FailedScenario {
            record: &self.record,
            saved_in: self.saved_in,
            suite,
            scenario,
        })
    }
}

/// A defect as reports explain it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// `F01`.
    pub code: String,
    /// `short-header-read`.
    pub name: String,
    /// One sentence.
    pub summary: String,
    /// The whole explanation, in lines. Headings begin with `## `, code is indented, names
    /// are between backquotes.
    pub explanation: String,
}
