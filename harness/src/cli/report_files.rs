//! The reports that `run` and `report` write to files.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use wirecheck_report::notation::printable;
use wirecheck_report::render::{CatalogueEntry, NamedRun, ReportInput};
use wirecheck_report::{badge, code_quality, github, html, junit, markdown, sarif};

use super::config::ReportFiles;
use super::error::{CommandError, print_line};
use super::values::is_stdout;
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

    /// Checks that all reports can be written: before the run, not after an hour. They replace
    /// neither each other, nor these files, nor suites and settings.
    pub(super) fn check(&self, others: &[&Path]) -> Result<(), CommandError> {
        let is_taken = |index: usize, path: &Path| {
            let mut before = self.files[..index].iter().map(|(path, _)| path.as_path());
            others.contains(&path) || before.any(|it| it == path && !is_stdout(it))
        };
        for (index, (path, _)) in self.files.iter().enumerate() {
            let is_toml = path.extension().is_some_and(|it| it == "toml");
            if is_toml || is_taken(index, path) {
                let path = printable(&path.to_string_lossy());
                let what = format!("{path}: a report would replace another file; name a new one");
                return Err(CommandError::usage(what));
            }
        }
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
    let path = std::env::var_os("GITHUB_STEP_SUMMARY").map(PathBuf::from);
    let Some(path) = path.filter(|it| !it.as_os_str().is_empty()) else {
        return Ok(());
    };
    // The verdict does not depend on it.
    if let Err(error) = append(&path, &github::step_summary(input)) {
        print_line(&format!(
            "warning: cannot write the summary of the step: {}: {error}",
            printable(&path.to_string_lossy())
        ));
    }
    Ok(())
}

/// Only to a regular file: a pipe would be waited for.
fn append(path: &Path, text: &str) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|it| !it.is_file()) {
        return Err(io::Error::other("not a regular file"));
    }
    let file = fs::OpenOptions::new().create(true).append(true).open(path);
    file?.write_all(text.as_bytes())
}

/// Writes to a file, or to standard output for `-`.
pub(super) fn write_to(path: &Path, text: &[u8]) -> Result<(), CommandError> {
    if is_stdout(path) {
        return Ok(io::stdout().write_all(text)?);
    }
    wirecheck_report::write_report(path, text).map_err(|source| failed(path, source))
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
