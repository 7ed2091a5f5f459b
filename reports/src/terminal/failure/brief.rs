//! A failure in sixteen lines: what fails, what to look for, the smallest delivery, expected
//! and actual, the command that repeats it.

use anstyle::Style;

use super::chunk::chunk;
use super::difference::difference;
use super::{again, headline, ladder, seen, strip};
use crate::notation::{counted, printable};
use crate::record::{DependsOn, FailedCase, Role, ScenarioRecord, WireAction, WireEvent};
use crate::repeat::FailedScenario;
use crate::smallest::{death, shorter, smallest, tactic};
use crate::terminal::line::StyledLine;
use crate::terminal::page::{BlankLines, Page};
use crate::terminal::style::{BOLD, DIM};
use crate::terminal::width::{TerminalWidth, columns};
use crate::wording;

/// The most lines of a block, apart from the commands at its end.
const LINES: usize = 15;
/// The fewest lines for a transcript, if it has so many.
const LEAST_EVENTS: usize = 3;
/// The most defects that are explained.
const DEFECTS: usize = 3;

pub(super) fn block(failed: FailedScenario<'_>, width: TerminalWidth) -> String {
    let FailedScenario {
        record,
        suite,
        scenario,
        ..
    } = failed;
    let blank = BlankLines::LeftOut;
    let mut page = Page::new(width).indented(2).with_blank_lines(blank);
    headline::headline(&mut page, failed);
    headline::doubts(&mut page, failed);
    let Some(case) = smallest(scenario) else {
        return page.into_text();
    };
    cause(&mut page, scenario, &case, record.peer.role);
    let mut rest = page.another();
    if let Some(finding) = case.findings.iter().find(|it| it.died.is_none()) {
        rest.short_paragraph("seen", Style::new(), &seen(suite, finding), 2);
        difference(&mut rest, finding);
    }
    strip::shortest(&mut rest, scenario, &case);
    if let Some(shorter) = shorter(&case).filter(|it| it.sent.messages < it.of.messages) {
        rest.line(rest.label("shorter").plain(wording::enough(shorter)));
    }
    last_line(&mut rest, &case);
    let left = LINES.saturating_sub(page.lines() + rest.lines());
    transcript(&mut page, &case, left.max(LEAST_EVENTS));
    again::again(&mut rest, failed, &case);
    if let Some(defect) = scenario.defects.first() {
        let command = format!("wirecheck explain {}", defect.code);
        rest.line(rest.label("explain").plain(command));
    }
    page.append(rest);
    page.into_text()
}

/// What to look for in the code.
fn cause(page: &mut Page, scenario: &ScenarioRecord, case: &FailedCase, peer: Role) {
    let plain = Style::new();
    if case.depends_on == Some(DependsOn::EarlierConnections) {
        page.paragraph("cause", plain, wording::AFTER_OTHERS);
    } else if wording::fails_uncut(case) {
        page.paragraph("cause", plain, &wording::uncut(peer));
    }
    match &scenario.defects[..] {
        [] => {}
        [defect] => page.short_paragraph("cause", plain, &defect.because, 2),
        several => {
            for defect in several.iter().take(DEFECTS) {
                page.short_paragraph(&defect.code, plain, &defect.because, 1);
            }
        }
    }
    if let Some(place) = &scenario.cut_place {
        page.short_paragraph("where", plain, place, 2);
    }
}

fn transcript(page: &mut Page, case: &FailedCase, most: usize) {
    let name = match tactic(case) {
        Some(tactic) => tactic.to_owned(),
        None => format!("{}, shrunk", case.tactic),
    };
    let Some(transcript) = &case.evidence else {
        if death(case).is_none() {
            page.paragraph("delivery", BOLD, &name);
        }
        return;
    };
    let mut label = name.as_str();
    if columns(label) >= page.margin() - 2 {
        page.paragraph("delivery", BOLD, &name);
        label = "";
    }
    let events = &transcript.events;
    let hidden = match events.len().checked_sub(most) {
        Some(0) | None => 0..0,
        // The line that counts them needs a place too.
        Some(_) => most / 2..events.len() - (most - most / 2 - 1),
    };
    for (index, event) in events.iter().enumerate() {
        if index == hidden.start && !hidden.is_empty() {
            let text = format!("… {} (-v)", counted(hidden.len() as u64, "more line"));
            page.line(page.label(label).styled(DIM, text));
        } else if !hidden.contains(&index) {
            page.line(page.label(label).then(line(event, page.available())));
        }
        label = "";
    }
}

fn line(event: &WireEvent, available: usize) -> StyledLine {
    let side = ladder::side(event.by, event.on.as_deref());
    match &event.what {
        WireAction::Sent(bytes) | WireAction::Replied(bytes) => {
            let available = available.saturating_sub(side.columns());
            side.plain(chunk(bytes, available))
        }
        _ => side.plain(wording::action(event)),
    }
}

/// Usually the message of the error.
fn last_line(page: &mut Page, case: &FailedCase) {
    let lines = case.evidence.iter().flat_map(|it| &it.last_output);
    if let Some(last) = lines.last() {
        page.short_paragraph("output", Style::new(), &printable(last), 2);
    }
}
