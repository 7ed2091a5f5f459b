//! The last lines of a run: how sure it is, what was left out, the verdict.

use anstyle::Style;

use super::page::{Page, listed};
use super::style::{DOUBTFUL, style, word};
use super::width::TerminalWidth;
use crate::Record;
use crate::notation::{counted, duration, grouped, printable};
use crate::record::{DeliveryTally, RunState, StartCost, Verdict};

/// How many notes are shown; the record holds all.
const NOTES: usize = 8;

/// What is to be said when all is done, the verdict and the record's place
/// last.
#[must_use]
pub fn summary(record: &Record, exit_code: u8, record_path: &str, width: TerminalWidth) -> String {
    let mut page = Page::new(width);
    if record.scenarios().next().is_some() {
        delivery(&mut page, &record.delivery);
        restarts(&mut page, record.restarts);
        starts(&mut page, record);
    }
    notes(&mut page, &record.notes);
    not_run(&mut page, record);
    state(&mut page, record);
    verdict(&mut page, record, exit_code);
    page.whole(&page.label("record").plain(record_path));
    page.into_text()
}

fn delivery(page: &mut Page, tally: &DeliveryTally) {
    let DeliveryTally {
        boundaries,
        proven,
        unverified,
    } = tally;
    if *boundaries == 0 && unverified.is_none() {
        return;
    }
    let all = counted(*boundaries, "boundary");
    let proof = format!("{} of {all} proven", grouped(*proven));
    match unverified {
        None if boundaries == proven => {
            page.paragraph("delivery", Style::new(), &format!("exact: {proof}"));
        }
        reason => {
            page.paragraph("delivery", DOUBTFUL, &format!("unverified: {proof}"));
            page.paragraph("", Style::new(), reason.as_deref().unwrap_or_default());
        }
    }
}

fn restarts(page: &mut Page, restarts: u32) {
    if restarts > 0 {
        let times = match restarts {
            1 => "once".to_owned(),
            _ => counted(restarts.into(), "time"),
        };
        page.paragraph(
            "restarts",
            DOUBTFUL,
            &format!("a fresh peer was started {times}"),
        );
    }
}

/// What the peer's own start took of the time, where each case has a process of its
/// own.
fn starts(page: &mut Page, record: &Record) {
    let starts = record.scenarios().filter_map(|(_, it)| it.start_cost);
    let Some(all) = starts.reduce(|sum, it| StartCost {
        one_us: sum.one_us.max(it.one_us),
        waited_us: sum.waited_us + it.waited_us,
        worked_us: sum.worked_us + it.worked_us,
    }) else {
        return;
    };
    let one = duration(all.one_us);
    let share = all.waited_us * 100 / all.worked_us.max(1);
    let text = format!("a client takes {one} until it connects: {share} % of the time");
    page.paragraph("start", Style::new(), &text);
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

/// What was left out, and whether that is a scenario's fault.
fn not_run(page: &mut Page, record: &Record) {
    let mut behind_baseline = 0;
    let mut families: Vec<(String, u64)> = Vec::new();
    for (_, scenario) in record.scenarios() {
        if scenario.failed_at_baseline() {
            behind_baseline += scenario.tally().skipped;
            continue;
        }
        for family in scenario.families.iter().filter(|family| family.skipped > 0) {
            let name = printable(&family.name);
            match families.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => *count += family.skipped,
                None => families.push((name, family.skipped)),
            }
        }
    }
    let mut label = "not run";
    if !families.is_empty() {
        page.paragraph(label, Style::new(), &skipped_families(page, &families));
        label = "";
    }
    if behind_baseline > 0 {
        let cases = counted(behind_baseline, "case");
        let behind = format!("{cases} of scenarios that already fail at their baseline");
        page.paragraph(label, Style::new(), &behind);
    }
}

fn skipped_families(page: &Page, families: &[(String, u64)]) -> String {
    let cases = families.iter().map(|(_, count)| count).sum();
    let names = families.iter().map(|(name, _)| name.as_str());
    let (list, left_out) = listed(names, page.available().saturating_sub(32));
    let more = match left_out {
        0 => String::new(),
        more => format!(" … {more} more"),
    };
    format!("{list}{more} ({})", counted(cases, "case"))
}

fn state(page: &mut Page, record: &Record) {
    let all = record.scenarios().count() as u64;
    let played = played(record);
    match record.state {
        RunState::CutOff if played > 0 => {
            let text = match all.saturating_sub(played) {
                0 => CUT_OFF.to_owned(),
                rest => format!("{CUT_OFF}; {} not played", counted(rest, "scenario")),
            };
            page.paragraph("state", DOUBTFUL, &text);
        }
        RunState::Running => page.paragraph("state", DOUBTFUL, "still running"),
        RunState::CutOff | RunState::Finished => {}
    }
}

const CUT_OFF: &str = "stopped before its end; the last scenario played may be unfinished";

/// How many scenarios had a case that was run.
fn played(record: &Record) -> u64 {
    let played = record.scenarios().filter(|(_, it)| it.tally().run() > 0);
    played.count() as u64
}

fn verdict(page: &mut Page, record: &Record, exit_code: u8) {
    // What was not played to its end holds as far as it went, and no further.
    let (word, style) = match (record.verdict, record.state) {
        (Verdict::Pass | Verdict::Skipped, RunState::CutOff | RunState::Running) => {
            ("UNFINISHED", DOUBTFUL)
        }
        (verdict, _) => (word(verdict), style(verdict)),
    };
    let verdict = format!("{word}  {}   (exit {exit_code})", outcome(record));
    page.paragraph("verdict", style.bold(), &verdict);
}

/// `1 defect in 1 scenario`, `all 614 cases in 5 scenarios`, `nothing was judged`.
fn outcome(record: &Record) -> String {
    let (mut explained, mut unexplained, mut flaky) = (0, 0, 0);
    let (mut unconfirmed, mut unjudged) = (0, 0);
    for (_, scenario) in record.scenarios() {
        match scenario.verdict {
            Verdict::Pass | Verdict::Skipped => {}
            _ if !scenario.defects.is_empty() => explained += 1,
            Verdict::Error => unjudged += 1,
            Verdict::Flaky => flaky += 1,
            Verdict::Unconfirmed => unconfirmed += 1,
            _ => unexplained += 1,
        }
    }
    let defects = counted(record.defects().len() as u64, "defect");
    let parts = [
        (explained, format!("{defects} in "), ""),
        (unexplained, String::new(), " unexplained"),
        (flaky, String::new(), " flaky"),
        (unconfirmed, String::new(), UNCONFIRMED),
        (unjudged, String::new(), " not judged"),
    ];
    let said: Vec<_> = parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, before, after)| before + &counted(count, "scenario") + after)
        .collect();
    match said.is_empty() {
        true => passing(record),
        false => said.join(", "),
    }
}

const UNCONFIRMED: &str = " failed and could not be confirmed before the run ended";

/// What was seen where nothing fell.
fn passing(record: &Record) -> String {
    let tally = record.tally();
    let passed = counted(tally.passed, "case");
    if tally.run() == 0 {
        return "nothing was judged".to_owned();
    }
    if record.state != RunState::Finished {
        let scenarios = counted(played(record), "scenario");
        return format!("{passed} in {scenarios} held until then");
    }
    let scenarios = counted(record.scenarios().count() as u64, "scenario");
    match (tally.cases, tally.passed == tally.cases) {
        (1, true) => format!("1 case in {scenarios}"),
        (_, true) => format!("all {passed} in {scenarios}"),
        (_, false) => {
            let cases = counted(tally.cases, "case");
            format!("{} of {cases} in {scenarios}", grouped(tally.passed))
        }
    }
}
