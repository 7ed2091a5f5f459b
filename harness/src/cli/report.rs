//! `wirecheck report`: reports of the records of runs.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use wirecheck_report::notation::printable;
use wirecheck_report::render::NamedRun;
use wirecheck_report::{Record, merge, terminal};

use super::args::ReportArgs;
use super::compare::read;
use super::error::{CommandError, unless_unread};
use super::exit::Exit;
use super::gate::{exit_of, worst_exit};
use super::report_files::{ReportWriter, write_to};
use super::reporter::{block_layout, width};
use super::run_files::saved_in;
use super::values::is_stdout;

/// A record and how it was named on the command line.
struct NamedRecord {
    name: Option<String>,
    path: String,
    record: Record,
}

pub(super) fn run(args: &ReportArgs) -> Result<Exit, CommandError> {
    let records = args.records.iter().map(|text| named(text));
    let lone_part = if args.gate || args.json.is_some() {
        LonePart::Refused
    } else {
        LonePart::Shown
    };
    let records = merged(records.collect::<Result<_, _>>()?, lone_part)?;
    let runs = runs(&records);
    let writer = ReportWriter::new(&args.reports);
    let records_read: Vec<_> = records.iter().map(|it| Path::new(&it.path)).collect();
    writer.check(&records_read)?;
    unless_unread(writer.write(&runs))?;
    if let Some(path) = &args.json {
        unless_unread(write_json(&records, path))?;
    }
    if writer.is_empty() && args.json.is_none() {
        unless_unread(print(&records, &runs, args.verbose))?;
    }
    if !args.gate {
        return Ok(Exit::Success);
    }
    Ok(worst_exit(records.iter().map(|it| exit_of(&it.record))))
}

/// `record.json`, or `Go=record.json`.
fn named(text: &str) -> Result<NamedRecord, CommandError> {
    let is_name = |name: &str| !name.contains(std::path::MAIN_SEPARATOR) && !name.is_empty();
    let (name, path) = match text.split_once('=') {
        Some((name, path)) if is_name(name) && !Path::new(text).exists() => {
            (Some(name.to_owned()), path)
        }
        _ => (None, text),
    };
    Ok(NamedRecord {
        name,
        path: path.to_owned(),
        record: read(Path::new(path))?,
    })
}

/// What becomes of a part of a run without the others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LonePart {
    /// A report of it is made.
    Shown,
    /// It says nothing about the whole run.
    Refused,
}

/// The parts of one run become one record. Those of several runs have a name each.
fn merged(
    records: Vec<NamedRecord>,
    lone_part: LonePart,
) -> Result<Vec<NamedRecord>, CommandError> {
    let mut whole = Vec::new();
    let mut parts: Vec<(Option<String>, Vec<NamedRecord>)> = Vec::new();
    for record in records {
        if record.record.shard.is_none() {
            whole.push(record);
            continue;
        }
        match parts.iter_mut().find(|(name, _)| *name == record.name) {
            Some((_, parts)) => parts.push(record),
            None => parts.push((record.name.clone(), vec![record])),
        }
    }
    for (name, mut parts) in parts {
        if parts.len() == 1 && lone_part == LonePart::Shown {
            whole.append(&mut parts);
            continue;
        }
        let path = parts[0].path.clone();
        let records = parts.into_iter().map(|it| it.record).collect();
        let record = merge(records).map_err(|error| CommandError::Records(error.to_string()))?;
        whole.push(NamedRecord { name, path, record });
    }
    Ok(whole)
}

/// Each with a name of its own: the one that was typed, or its command.
fn runs(records: &[NamedRecord]) -> Vec<NamedRun<'_>> {
    let mut taken = BTreeSet::new();
    let runs = records.iter().map(|it| {
        let name = it.name.clone().unwrap_or_else(|| it.record.peer.name());
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        let mut names = [name.clone()].into_iter().chain(numbered);
        let name = names.find(|name| taken.insert(name.clone()));
        NamedRun {
            name: name.expect("there are more numbers than records"),
            record: it.record.clone(),
            saved_in: saved_in(&it.path),
        }
    });
    runs.collect()
}

fn print(
    records: &[NamedRecord],
    runs: &[NamedRun<'_>],
    verbose: bool,
) -> Result<(), CommandError> {
    let mut text = String::new();
    for (NamedRecord { path, .. }, run) in records.iter().zip(runs) {
        let exit = exit_of(&run.record).code();
        if runs.len() > 1 {
            text += &format!("{}\n", printable(&run.name));
        }
        text += &terminal::results(&run.record, run.saved_in, block_layout(verbose));
        text += &terminal::summary(&run.record, exit, path, width());
        text.push('\n');
    }
    if runs.len() > 1 {
        text += &side_by_side(runs);
    }
    anstream::stdout().write_all(text.as_bytes())?;
    Ok(())
}

/// The matrix of several runs, and where they disagree.
pub(super) fn side_by_side(runs: &[NamedRun<'_>]) -> String {
    let rows: Vec<_> = runs.iter().map(row).collect();
    let matrix = terminal::matrix(&rows, terminal::MatrixColumns::Suites, width());
    let disagreements = terminal::disagreements(runs, width());
    let gap = if disagreements.is_empty() { "" } else { "\n" };
    matrix + gap + &disagreements
}

fn row<'a>(run: &'a NamedRun<'_>) -> terminal::MatrixRow<'a> {
    terminal::MatrixRow {
        name: &run.name,
        form: terminal::PeerForm::Only,
        record: &run.record,
    }
}

/// Only one record fits a file.
fn write_json(records: &[NamedRecord], path: &Path) -> Result<(), CommandError> {
    let [only] = records else {
        let what = "--json writes one record: give the record of one run, or of all its parts";
        return Err(CommandError::usage(what));
    };
    if is_stdout(path) {
        return write_to(path, &wirecheck_report::record_text(&only.record));
    }
    wirecheck_report::write(&only.record, path)
        .map_err(|error| CommandError::Records(error.to_string()))
}
