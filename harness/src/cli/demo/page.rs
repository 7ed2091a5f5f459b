//! What the demo shows in the end: the matrix, what is wrong in words, where the
//! records lie, and whether all was as it is built to be.

use std::io::{self, Write};

use wirecheck_report::terminal::{MatrixColumns, MatrixRow, matrix};

use super::Shown;
use super::embedded::ALL;
use super::expectation::Miss;
use super::trial::RECORDS;
use crate::cli::exit::Exit;
use crate::cli::reporter::width;

pub(super) fn print(shown: &[Shown<'_>], misses: &[Miss], exit: Exit) -> io::Result<()> {
    let rows = shown.iter().map(|Shown { embedded, record }| MatrixRow {
        name: embedded.name,
        form: embedded.form,
        record,
    });
    let rows: Vec<_> = rows.collect();
    let mut out = anstream::stdout();
    if !rows.is_empty() {
        writeln!(out, "\n{}", matrix(&rows, MatrixColumns::Families, width()))?;
    }
    let naive = shown.iter().map(|it| it.embedded);
    for embedded in naive.filter(|it| !it.expects.wrong.is_empty()) {
        let line = wrong(&embedded.peer.name(), embedded.expects.wrong);
        writeln!(out, "{line}")?;
    }
    if !rows.is_empty() {
        writeln!(out)?;
    }
    for miss in misses {
        writeln!(out, "not as built: {miss}")?;
    }
    let verdict = match exit {
        Exit::Held => "each peer showed just what it is built to show".to_owned(),
        Exit::Interrupted => format!(
            "interrupted: {} of {} peers were judged",
            shown.len(),
            ALL.len()
        ),
        _ => "not every peer showed just what it is built to show".to_owned(),
    };
    writeln!(out, "verdict   {verdict}   (exit {})", exit.code())?;
    writeln!(out, "records   {RECORDS}/")
}

/// What is wrong with a peer, on one line.
pub(super) fn wrong(name: &str, words: &str) -> String {
    format!("{name:<19}  {words}")
}
