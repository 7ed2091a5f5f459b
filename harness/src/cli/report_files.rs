//! The reports that `run` and `report` write to files.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use wirecheck_report::render::{CatalogueEntry, NamedRun, ReportInput};
use wirecheck_report::{badge, code_quality, github, html, junit, markdown, sarif};

use super::args::ReportFiles;
use super::error::CommandError;
use crate::diagnose::{DefectCode, Language};

/// Makes a report of runs.
type Render = fn(ReportInput<'_>) -> String;

/// The reports that the user wants.
pub(super) struct ReportWriter {
    files: Vec<(PathBuf, Render)>,
}

impl ReportWriter {
    pub(super) fn new(files: &ReportFiles) -> Self {
        let all: [(&Option<PathBuf>, Render); 6] = [
            (&files.html, html::render),
            (&files.junit, junit::render),
            (&files.markdown, markdown::render),
            (&files.sarif, sarif::render),
            (&files.code_quality, code_quality::render),
            (&files.badge, badge::render),
        ];
        let wanted = all.into_iter().filter_map(|(path, render)| {
            let path = path.clone()?;
            Some((path, render))
        });
        Self {
            files: wanted.collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Checks that all reports can be written: before the run, not after an hour.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        if self
            .files
            .iter()
            .filter(|(path, _)| is_stdout(path))
            .count()
            > 1
        {
            let what = "only one report can be written to standard output (`-`)";
            return Err(CommandError::usage(what));
        }
        let files = self.files.iter().filter(|(path, _)| !is_stdout(path));
        for (path, _) in files {
            wirecheck_report::check_report(path).map_err(|source| failed(path, source))?;
        }
        Ok(())
    }

    pub(super) fn write(&self, runs: &[NamedRun<'_>]) -> Result<(), CommandError> {
        if self.is_empty() {
            return Ok(());
        }
        let catalogue = catalogue();
        let input = ReportInput {
            runs,
            catalogue: &catalogue,
        };
        for (path, render) in &self.files {
            write_to(path, render(input).as_bytes())?;
        }
        Ok(())
    }
}

/// What GitHub shows: annotations in the log, and the summary of the job. Nothing elsewhere.
pub(super) fn tell_github(runs: &[NamedRun<'_>]) -> Result<(), CommandError> {
    if std::env::var_os("GITHUB_ACTIONS").is_none_or(|it| it != "true") {
        return Ok(());
    }
    let catalogue = catalogue();
    let input = ReportInput {
        runs,
        catalogue: &catalogue,
    };
    io::stdout().write_all(github::annotations(input).as_bytes())?;
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").map(PathBuf::from) else {
        return Ok(());
    };
    let file = fs::OpenOptions::new().create(true).append(true).open(&path);
    let written = file.and_then(|mut file| file.write_all(github::step_summary(input).as_bytes()));
    written.map_err(|source| failed(&path, source))
}

/// Writes to a file, or to standard output for `-`.
pub(super) fn write_to(path: &Path, text: &[u8]) -> Result<(), CommandError> {
    if is_stdout(path) {
        return Ok(io::stdout().write_all(text)?);
    }
    wirecheck_report::write_report(path, text).map_err(|source| failed(path, source))
}

fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn failed(path: &Path, source: io::Error) -> CommandError {
    CommandError::Report {
        path: path.to_owned(),
        source,
    }
}

/// All defects, with code in Python.
fn catalogue() -> Vec<CatalogueEntry> {
    let entry = |code: DefectCode| CatalogueEntry {
        code: code.code().to_owned(),
        name: code.name().to_owned(),
        summary: code.summary().to_owned(),
        explanation: code.explanation(&[Language::Python]),
    };
    DefectCode::ALL.map(entry).to_vec()
}
