//! The last lines of a run: delivery, notes, what was not run, the verdict.

use anstyle::Style;

use super::page::{Page, listed};
use super::style::{BAD, DOUBTFUL, style};
use super::width::TerminalWidth;
use crate::GateFailure;
use crate::Record;
use crate::facts::{self, DeliveryProof, NotRun};
use crate::notation::{counted, printable};
use crate::record::{DeliveryTally, Verdict};
use crate::wording::outcome;

/// The most notes that are shown. The record has all.
const NOTES: usize = 8;

/// The last lines of a run, with the verdict and the path of the record.
#[must_use]
pub fn summary(record: &Record, exit_code: u8, record_path: &str, width: TerminalWidth) -> String {
    let mut page = Page::new(width);
    if record.scenarios().next().is_some() {
        delivery(&mut page, &record.delivery);
        labelled(
            &mut page,
            "restarts",
            DOUBTFUL,
            facts::restarts(record.restarts),
        );
        labelled(&mut page, "start", Style::new(), facts::start_cost(record));
        labelled(&mut page, "fuzz", Style::new(), facts::variations(record));
    }
    notes(&mut page, &record.notes);
    labelled(
        &mut page,
        "unjudged",
        Style::new(),
        facts::not_judged(record),
    );
    for replies in facts::error_replies(record) {
        page.paragraph("replies", Style::new(), &replies);
    }
    not_run(&mut page, record);
    page.whole(&page.label("record").plain(record_path));
    labelled(&mut page, "part", Style::new(), facts::part(record));
    labelled(&mut page, "state", DOUBTFUL, facts::state(record));
    page.into_text() + &verdict(record, exit_code, width)
}

/// The last line: why the run fails, and the verdict.
#[must_use]
pub fn verdict(record: &Record, exit_code: u8, width: TerminalWidth) -> String {
    let mut page = Page::new(width);
    known(&mut page, record);
    gate(&mut page, record);
    verdict_line(&mut page, record, exit_code);
    page.into_text()
}

/// The verdict on one of several peers, in one line if it fits.
#[must_use]
pub fn peer_verdict(name: &str, record: &Record, width: TerminalWidth) -> String {
    let mut page = Page::new(width);
    let style = style(facts::shown_verdict(record)).bold();
    let word = facts::verdict_word(record);
    let text = format!("{word}  {}", outcome(record));
    page.paragraph(name, style, &text);
    page.into_text()
}

/// What came of several peers.
#[derive(Clone, Copy, Debug)]
pub struct MatrixOutcome {
    /// How many were to be judged.
    pub planned: usize,
    /// How many were.
    pub judged: usize,
    /// How many of them failed.
    pub failed: usize,
}

/// The verdict on several peers.
#[must_use]
pub fn matrix_verdict(outcome: MatrixOutcome, exit_code: u8, width: TerminalWidth) -> String {
    let MatrixOutcome {
        planned,
        judged,
        failed,
    } = outcome;
    let all = counted(judged as u64, "implementation");
    let not_judged = planned - judged;
    let (style, text) = match (failed, not_judged) {
        (0, 0) => (style(Verdict::Pass), format!("PASS  {all}, none fails")),
        (0, some) => (
            style(Verdict::Error),
            format!("ERROR  {some} of {planned} not judged; of {all} none fails"),
        ),
        (_, not_judged) => {
            let fail = if failed == 1 { "fails" } else { "fail" };
            let more = match not_judged {
                0 => String::new(),
                some => format!("; {some} not judged"),
            };
            (
                style(Verdict::Fail),
                format!("FAIL  {failed} of {all} {fail}{more}"),
            )
        }
    };
    let mut page = Page::new(width);
    page.paragraph(
        "verdict",
        style.bold(),
        &format!("{text}   (exit {exit_code})"),
    );
    page.into_text()
}

/// How many failures were known.
fn known(page: &mut Page, record: &Record) {
    let cases = record.scenarios().flat_map(|(_, it)| &it.failures);
    let known = cases.filter(|it| it.verdict == Verdict::Known).count();
    if known > 0 {
        let failures = counted(known as u64, "failure");
        let uncut = NotRun::of(record).after_baseline;
        let hidden = match uncut {
            0 => String::new(),
            _ => format!("; {} not run", counted(uncut, "case")),
        };
        let text = format!("{failures} known{hidden}; `--list-known` lists the reasons");
        page.paragraph("known", Style::new(), &text);
    }
}

/// Why the run fails although all that was judged may have passed.
fn gate(page: &mut Page, record: &Record) {
    let failures = record.gate_failures().into_iter();
    let others = failures.filter(|it| !matches!(it, GateFailure::Verdict(_)));
    let mut label = "gate";
    for failure in others {
        page.paragraph(label, BAD, &failure.to_string());
        label = "";
    }
}

fn delivery(page: &mut Page, tally: &DeliveryTally) {
    match facts::delivery(tally) {
        None => {}
        Some(DeliveryProof::Exact(proof)) => page.paragraph("delivery", Style::new(), &proof),
        Some(DeliveryProof::Unverified { proof, reason }) => {
            page.paragraph("delivery", DOUBTFUL, &proof);
            page.paragraph("", Style::new(), reason);
        }
    }
}

fn notes(page: &mut Page, notes: &[String]) {
    let mut label = "notes";
    for note in notes.iter().take(NOTES) {
        page.paragraph(label, Style::new(), note);
        label = "";
    }
    if let Some(more @ 1..) = notes.len().checked_sub(NOTES) {
        page.paragraph(
            "",
            Style::new(),
            &format!("… {}", counted(more as u64, "more note")),
        );
    }
}

/// The first one next to the label, the others below it.
fn labelled(page: &mut Page, label: &str, style: Style, texts: impl IntoIterator<Item = String>) {
    let mut label = label;
    for text in texts {
        page.paragraph(label, style, &text);
        label = "";
    }
}

fn not_run(page: &mut Page, record: &Record) {
    let not_run = NotRun::of(record);
    let families = (!not_run.families.is_empty()).then(|| skipped_families(page, &not_run));
    labelled(
        page,
        "not run",
        Style::new(),
        families.into_iter().chain(not_run.uncut()),
    );
}

fn skipped_families(page: &Page, not_run: &NotRun<'_>) -> String {
    let names = not_run.families.iter().map(|(name, _)| printable(name));
    let names: Vec<_> = names.collect();
    let names = names.iter().map(String::as_str);
    let (list, left_out) = listed(names, page.available().saturating_sub(32));
    let more = match left_out {
        0 => String::new(),
        more => format!(" … {more} more"),
    };
    format!("{list}{more} ({})", counted(not_run.cases(), "case"))
}

fn verdict_line(page: &mut Page, record: &Record, exit_code: u8) {
    let style = if facts::is_unfinished(record) {
        DOUBTFUL
    } else {
        style(facts::shown_verdict(record))
    };
    let word = facts::verdict_word(record);
    let reported_only = match facts::shown_verdict(record) {
        Verdict::Fail | Verdict::Flaky if exit_code == 0 => "; reported only (--fail-on)",
        _ => "",
    };
    let outcome = outcome(record);
    let verdict = format!("{word}  {outcome}{reported_only}   (exit {exit_code})");
    page.paragraph("verdict", style.bold(), &verdict);
}
