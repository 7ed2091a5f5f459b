//! What changed from one run to another.

use anstyle::Style;

use super::line::StyledLine;
use super::page::Page;
use super::style::{BAD, BOLD, DIM, DOUBTFUL, GOOD};
use super::width::TerminalWidth;
use crate::notation::{counted, duration};
use crate::{CaseChange, Comparison};

/// The most changes of one kind that are shown.
const SHOWN: usize = 20;

/// The changes, each kind with a heading, and the verdict.
#[must_use]
pub fn comparison(changes: &Comparison, exit_code: u8, width: TerminalWidth) -> String {
    let mut page = Page::new(width);
    cases(&mut page, ("fail now", BAD), &changes.newly_failing);
    cases(&mut page, ("pass now", GOOD), &changes.newly_passing);
    cases(
        &mut page,
        ("failed before, not played now", DOUBTFUL),
        &changes.not_played,
    );
    let gone = changes.gone.iter().map(|it| StyledLine::new().plain(it));
    list(
        &mut page,
        ("played before, not now", DOUBTFUL),
        gone.collect(),
    );
    let slower = changes.slower.iter().map(|it| {
        let (old, new) = (duration(it.old_us), duration(it.new_us));
        let times = format!("   {old} → {new}");
        StyledLine::new().plain(&it.scenario).styled(DIM, times)
    });
    list(&mut page, ("much slower", DOUBTFUL), slower.collect());
    page.line(verdict(&page, changes, exit_code));
    page.into_text()
}

fn cases(page: &mut Page, heading: (&str, Style), changes: &[CaseChange]) {
    let lines = changes.iter().map(|change| {
        let id = format!("{}/{}", change.scenario, change.tactic);
        let what = change.what.as_deref().unwrap_or_default();
        StyledLine::new().plain(id).plain("   ").styled(DIM, what)
    });
    list(page, heading, lines.collect());
}

/// A heading with the number of lines, and the first lines.
fn list(page: &mut Page, (heading, style): (&str, Style), lines: Vec<StyledLine>) {
    if lines.is_empty() {
        return;
    }
    let count = lines.len();
    let heading = StyledLine::new().styled(style, format!("{heading} ({count})"));
    page.line(heading);
    for line in lines.into_iter().take(SHOWN) {
        page.line(StyledLine::new().at(2).then(line));
    }
    if let Some(more @ 1..) = count.checked_sub(SHOWN) {
        let more = format!("… {more} more");
        page.line(StyledLine::new().at(2).styled(DIM, more));
    }
    page.blank();
}

fn verdict(page: &Page, changes: &Comparison, exit_code: u8) -> StyledLine {
    let worse = changes.newly_failing.len() as u64;
    let text = match worse {
        0 if changes.is_unfinished => "the new run did not finish".to_owned(),
        0 if changes.is_empty() => "nothing changed".to_owned(),
        0 => "no case fails that did not fail before".to_owned(),
        1 => "1 case fails that did not fail before".to_owned(),
        _ => format!("{} fail that did not fail before", counted(worse, "case")),
    };
    page.label("verdict")
        .styled(BOLD, text)
        .plain(format!("   (exit {exit_code})"))
}
