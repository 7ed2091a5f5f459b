//! The end of the demo: the matrix, the bug of each naive peer, and the verdict.

use std::io::{self, Write};

use wirecheck_report::terminal::{MatrixColumns, MatrixRow, matrix};

use super::DemoResult;
use super::deviation::Deviation;
use super::entries::ENTRIES;
use super::trial::{RECORDS, REPORT};
use crate::cli::exit::Exit;
use crate::cli::reporter::width;

pub(super) fn print(
    results: &[DemoResult<'_>],
    deviations: &[Deviation],
    exit: Exit,
) -> io::Result<()> {
    let mut out = anstream::stdout();
    if !results.is_empty() {
        let rows: Vec<_> = results.iter().map(row).collect();
        writeln!(out, "\n{}", matrix(&rows, MatrixColumns::Families, width()))?;
        let entries = results.iter().map(|result| result.entry);
        for entry in entries.filter(|entry| !entry.expected.bug.is_empty()) {
            writeln!(out, "{}", bug_line(&entry.peer.name(), entry.expected.bug))?;
        }
        writeln!(out)?;
    }
    for deviation in deviations {
        writeln!(out, "unexpected  {deviation}")?;
    }
    let verdict = verdict(results.len(), exit);
    writeln!(out, "verdict   {verdict}   (exit {})", exit.code())?;
    writeln!(out, "records   {RECORDS}/")?;
    writeln!(out, "report    {REPORT}")
}

fn row<'a>(result: &'a DemoResult<'_>) -> MatrixRow<'a> {
    MatrixRow {
        name: result.entry.name,
        form: result.entry.form,
        record: &result.record,
    }
}

fn verdict(judged: usize, exit: Exit) -> String {
    match exit {
        Exit::Success => "every demo peer behaved as expected".to_owned(),
        Exit::Interrupted => format!("interrupted: {judged} of {} peers judged", ENTRIES.len()),
        _ => "not every demo peer behaved as expected".to_owned(),
    }
}

pub(super) fn bug_line(peer: &str, bug: &str) -> String {
    format!("{peer:<19}  {bug}")
}
