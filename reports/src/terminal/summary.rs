//! The last lines of a run: delivery, notes, what was not run, the verdict.

use anstyle::Style;

use super::page::{Page, listed};
use super::style::{DOUBTFUL, style};
use super::width::TerminalWidth;
use crate::Record;
use crate::notation::{counted, duration, grouped, printable};
use crate::record::{DeliveryTally, RunState, StartCost, Verdict};
use crate::verdict::word;
use crate::wording::{is_interrupted, outcome, started};

/// The most notes that are shown. The record has all.
const NOTES: usize = 8;

/// The last lines of a run, with the verdict and the path of the record.
#[must_use]
pub fn summary(record: &Record, exit_code: u8, record_path: &str, width: TerminalWidth) -> String {
    let mut page = Page::new(width);
    if record.scenarios().next().is_some() {
        delivery(&mut page, &record.delivery);
        restarts(&mut page, record.restarts);
        start_cost(&mut page, record);
    }
    notes(&mut page, &record.notes);
    not_judged(&mut page, record);
    error_replies(&mut page, record);
    not_run(&mut page, record);
    page.whole(&page.label("record").plain(record_path));
    state(&mut page, record);
    verdict(&mut page, record, exit_code);
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
        let text = format!("the peer was restarted {times}");
        page.paragraph("restarts", DOUBTFUL, &text);
    }
}

/// The cost of one process per case.
/// If the starts take more than this part of a run, in percent, another option is faster.
const MOST_FOR_STARTS: u64 = 50;

fn start_cost(page: &mut Page, record: &Record) {
    let costs = record.scenarios().filter_map(|(_, it)| it.start_cost);
    let Some(all) = costs.reduce(|sum, it| StartCost {
        one_us: sum.one_us.max(it.one_us),
        waited_us: sum.waited_us + it.waited_us,
        worked_us: sum.worked_us + it.worked_us,
    }) else {
        return;
    };
    let one = duration(all.one_us);
    let share = all.waited_us * 100 / all.worked_us.max(1);
    let hint = if share > MOST_FOR_STARTS {
        "; a client that can connect again and again is started once with `--reconnects`"
    } else {
        ""
    };
    let text = format!(
        "{one} from the start of a client to its connection, {share} % of the time of the run{hint}"
    );
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

/// What was left open, each once, with the number of its cases.
fn not_judged(page: &mut Page, record: &Record) {
    let mut open: Vec<(&str, u64)> = Vec::new();
    for it in record.scenarios().flat_map(|(_, it)| &it.not_judged) {
        match open.iter_mut().find(|(why, _)| *why == it.why) {
            Some((_, cases)) => *cases += it.cases,
            None => open.push((&it.why, it.cases)),
        }
    }
    let mut label = "unjudged";
    for (why, cases) in open {
        let text = format!("{}: {why}", counted(cases, "case"));
        page.paragraph(label, Style::new(), &text);
        label = "";
    }
}

fn error_replies(page: &mut Page, record: &Record) {
    let (mut truncated, mut malformed) = (0, 0);
    for family in record.scenarios().flat_map(|(_, it)| &it.families) {
        match family.name.as_str() {
            "header" => malformed += family.error_replies,
            _ => truncated += family.error_replies,
        }
    }
    let kinds = [
        (truncated, "truncated message", "whole", "truncation"),
        (malformed, "malformed message", "valid", "malformed"),
    ];
    for (count, message, right, key) in kinds.into_iter().filter(|(count, ..)| *count > 0) {
        let messages = counted(count, message);
        let text = format!(
            "{messages} got another reply than the {right} message gets; the suite allows that \
             (`adversary.{key}`)"
        );
        page.paragraph("replies", Style::new(), &text);
    }
}

fn not_run(page: &mut Page, record: &Record) {
    let mut after_baseline = 0;
    let mut families: Vec<(String, u64)> = Vec::new();
    for (_, scenario) in record.scenarios() {
        if scenario.failed_at_baseline() {
            after_baseline += scenario.tally().skipped;
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
    if after_baseline > 0 {
        let cases = counted(after_baseline, "case");
        let text = format!("{cases} of scenarios that fail even uncut");
        page.paragraph(label, Style::new(), &text);
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
    let started = started(record);
    match record.state {
        RunState::CutOff if started > 0 => {
            let text = match all.saturating_sub(started) {
                0 => CUT_OFF.to_owned(),
                rest => format!("{CUT_OFF}; {} not run", counted(rest, "scenario")),
            };
            page.paragraph("state", DOUBTFUL, &text);
        }
        RunState::Running => page.paragraph("state", DOUBTFUL, "in progress"),
        RunState::CutOff | RunState::Finished => {}
    }
}

const CUT_OFF: &str = "stopped early; the last scenario may be incomplete";

fn verdict(page: &mut Page, record: &Record, exit_code: u8) {
    // A run that did not finish did not pass, even without a failure.
    let (word, style) = match (record.verdict, record.state) {
        _ if is_interrupted(record) => ("INTERRUPTED", interrupted_style(record)),
        (Verdict::Pass | Verdict::Skipped, RunState::CutOff | RunState::Running) => {
            ("UNFINISHED", DOUBTFUL)
        }
        (verdict, _) => (word(verdict), style(verdict)),
    };
    let verdict = format!("{word}  {}   (exit {exit_code})", outcome(record));
    page.paragraph("verdict", style.bold(), &verdict);
}

fn interrupted_style(record: &Record) -> Style {
    match record.verdict {
        Verdict::Pass | Verdict::Skipped => DOUBTFUL,
        verdict => style(verdict),
    }
}
