//! What a check found, as values and as text.

use std::fmt;

use wirecheck_report::record::{
    Defect, FailedCase, FindingRecord, Record, ScenarioRecord, SuiteRecord, Verdict,
};

use crate::engine::PeerFailure;

/// What a check found.
///
/// Printed, it is the text that the command shows (feature `terminal`), or a line for each
/// failure.
#[derive(Debug)]
pub struct Report {
    record: Record,
    lost: Option<PeerFailure>,
}

/// A case that did not pass.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'r> {
    suite: &'r SuiteRecord,
    scenario: &'r ScenarioRecord,
    case: &'r FailedCase,
}

impl Report {
    pub(crate) fn new(record: Record, lost: Option<PeerFailure>) -> Self {
        Self { record, lost }
    }

    /// Explains why a server in this process may have accepted no connection.
    pub(crate) fn explain_blocked_runtime(&mut self) {
        let was_not_accepted = self
            .failures()
            .flat_map(|failure| failure.findings())
            .any(|finding| finding.kind == "not-accepted");
        if was_not_accepted {
            self.record.notes.push(BLOCKED_RUNTIME.to_owned());
        }
    }

    /// The verdict on the peer.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.record.verdict
    }

    /// Whether every case passed and was judged. Failures of scenarios that are only
    /// recommended (`level = 'should'`) do not count.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.lost.is_none() && matches!(self.verdict(), Verdict::Pass | Verdict::Nonstrict)
    }

    /// The cases that did not pass.
    pub fn failures(&self) -> impl Iterator<Item = Failure<'_>> {
        self.record.scenarios().flat_map(|(suite, scenario)| {
            scenario.failures.iter().map(move |case| Failure {
                suite,
                scenario,
                case,
            })
        })
    }

    /// The defects that explain the failures, each once.
    #[must_use]
    pub fn defects(&self) -> Vec<&Defect> {
        self.record.defects()
    }

    /// Why the run ended early, if the peer was lost.
    #[must_use]
    pub fn lost(&self) -> Option<&PeerFailure> {
        self.lost.as_ref()
    }

    /// The whole record, as the command writes it.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Fails the test that calls it if the check did not pass.
    ///
    /// # Panics
    ///
    /// If it did not pass, with the report as the message.
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.passed(), "the peer did not pass\n\n{self}");
    }
}

const BLOCKED_RUNTIME: &str = "the server runs in this process and accepted no connection; \
    in an async test call `run_async`, because `run` blocks the runtime of the server";

impl<'r> Failure<'r> {
    /// `suite/scenario/tactic`.
    #[must_use]
    pub fn case_id(&self) -> String {
        format!(
            "{}/{}/{}",
            self.suite.id, self.scenario.id, self.case.tactic
        )
    }

    /// The tactic, such as `cut@7`.
    #[must_use]
    pub fn tactic(&self) -> &'r str {
        &self.case.tactic
    }

    /// The scenario that failed.
    #[must_use]
    pub fn scenario(&self) -> &'r ScenarioRecord {
        self.scenario
    }

    /// The verdict on the case.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.case.verdict
    }

    /// What went wrong; the first finding explains the others.
    #[must_use]
    pub fn findings(&self) -> &'r [FindingRecord] {
        &self.case.findings
    }
}

impl fmt::Display for Failure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.case_id())?;
        match self.findings().first() {
            Some(finding) => write!(f, ": {}", finding.what),
            None => Ok(()),
        }
    }
}

#[cfg(feature = "terminal")]
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use wirecheck_report::terminal::{self, SavedIn, TerminalWidth};
        let width = TerminalWidth::default();
        let text = terminal::results(&self.record, SavedIn::Default, width);
        write!(f, "{}", anstream::adapter::strip_str(&text))?;
        show_notes(f, self)
    }
}

#[cfg(not(feature = "terminal"))]
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in self.failures() {
            writeln!(f, "{failure}")?;
        }
        show_notes(f, self)
    }
}

fn show_notes(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    for note in &report.record.notes {
        writeln!(f, "note: {note}")?;
    }
    match &report.lost {
        Some(lost) => writeln!(f, "error: {lost}"),
        None => Ok(()),
    }
}
