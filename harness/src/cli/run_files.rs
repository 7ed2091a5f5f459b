//! The files that a run writes: its record, in two places, and its failed cases.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Instant, SystemTime};

use wirecheck_report::record::Record;
use wirecheck_report::terminal::SavedIn;
use wirecheck_report::{RunFolder, StoreError};

use super::args::DEFAULT_RECORD;
use super::error::CommandError;
use crate::engine::PlannedScenario;
use crate::replay::CaseSaver;

pub(super) struct RunFiles<'a> {
    /// The record of the last run, which the next run replaces.
    path: &'a Path,
    folder: RunFolder,
    /// The ids of the saved cases, by the place of the scenario in the record and that of
    /// the failure.
    saved: BTreeMap<(usize, usize), String>,
    /// Why something was not written when it was tried last.
    error: Option<StoreError>,
    /// When the record is written again, while the run goes on.
    next_write: Instant,
}

/// How many times as long as a write the next one is put off. The record grows, and a run may
/// have thousands of short scenarios: a tenth of its time at most goes into writing.
const PAUSE: u32 = 9;

impl<'a> RunFiles<'a> {
    pub(super) fn create(path: &'a Path) -> Result<Self, CommandError> {
        let started = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
        let folder = RunFolder::create(path, &started).map_err(CommandError::RecordPath)?;
        Ok(Self {
            path,
            folder,
            saved: BTreeMap::new(),
            error: None,
            next_write: Instant::now(),
        })
    }

    /// Where the record of the last run is, or why it is not there.
    pub(super) fn path(&self) -> Result<&'a Path, &StoreError> {
        match &self.error {
            None => Ok(self.path),
            Some(error) => Err(error),
        }
    }

    pub(super) fn into_error(self) -> Option<StoreError> {
        self.error
    }

    pub(super) fn write(&mut self, record: &Record) {
        let begun = Instant::now();
        let with_ids = self.with_ids(record);
        let written = self.folder.write(&with_ids, self.path);
        self.error = written.err();
        self.next_write = Instant::now() + begun.elapsed() * PAUSE;
    }

    /// Saves the failed cases of the last scenario, and writes the record if it is time.
    pub(super) fn end_scenario(
        &mut self,
        record: &Record,
        planned: PlannedScenario<'_>,
        saver: &CaseSaver,
    ) {
        let saved = self.save_cases(record, planned, saver);
        if Instant::now() >= self.next_write {
            self.write(record);
        }
        if let Err(error) = saved {
            self.error.get_or_insert(error);
        }
    }

    fn save_cases(
        &mut self,
        record: &Record,
        planned: PlannedScenario<'_>,
        saver: &CaseSaver,
    ) -> Result<(), StoreError> {
        let last = record.scenarios().enumerate().last();
        let Some((place, (_, scenario))) = last else {
            return Ok(());
        };
        for (failure, case) in saver.cases(record, planned, scenario) {
            if let Some(id) = self.folder.save(&case)? {
                self.saved.insert((place, failure), id);
            }
        }
        Ok(())
    }

    /// The record with the ids of the saved cases.
    pub(super) fn with_ids(&self, record: &Record) -> Record {
        let mut record = record.clone();
        let suites = record.suites.iter_mut();
        let scenarios = suites.flat_map(|suite| &mut suite.scenarios);
        for (place, scenario) in scenarios.enumerate() {
            for (&(_, failure), id) in self.saved.range((place, 0)..(place + 1, 0)) {
                if let Some(failed) = scenario.failures.get_mut(failure) {
                    failed.saved = Some(id.clone());
                }
            }
        }
        record
    }
}

/// Where `wirecheck replay` finds the cases that are saved beside a record.
pub(super) fn saved_in(record: &str) -> SavedIn<'_> {
    match record {
        DEFAULT_RECORD => SavedIn::Default,
        other => SavedIn::Beside(other),
    }
}
