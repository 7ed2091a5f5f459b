//! What a report is made from, whatever its format.

use crate::Record;
use crate::repeat::SavedIn;

/// What a report is made from: one run, or several against different implementations, which
/// stand side by side.
#[derive(Clone, Copy, Debug)]
pub struct ReportInput<'a> {
    /// At least one.
    pub runs: &'a [NamedRun<'a>],
    /// All defects that a run may name, sorted by code.
    pub catalogue: &'a [CatalogueEntry],
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
