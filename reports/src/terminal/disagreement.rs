//! Where implementations disagree, for a terminal.

use super::line::StyledLine;
use super::page::Page;
use super::style::{BOLD, DIM};
use super::width::{TerminalWidth, columns, wrapped};
use crate::disagreement::{CellKind, DeliveriesOf, Disagreement, Disagreements};
use crate::notation::{counted, printable};
use crate::render::NamedRun;

/// The most disagreements that are shown. The HTML report has all.
const MOST: usize = 16;
/// The most tactics of one that are named.
const MOST_TACTICS: usize = 6;
/// The most scenarios of a tactic that are named.
const MOST_SCENARIOS: usize = 4;
/// The widest column of answers.
const ANSWERS: usize = 32;

/// What the implementations answer to the same bytes in different ways. Empty if fewer than two
/// records have answers.
#[must_use]
pub fn disagreements(runs: &[NamedRun<'_>], width: TerminalWidth) -> String {
    let Some(all) = Disagreements::of(runs) else {
        return String::new();
    };
    let mut page = Page::new(width);
    page.line(
        StyledLine::new()
            .styled(BOLD, "where they disagree")
            .plain("   ")
            .plain(all.summary()),
    );
    let mut heading = "";
    for disagreement in all.found.iter().take(MOST) {
        if heading != disagreement.kind.heading() {
            heading = disagreement.kind.heading();
            page.blank();
            page.line(StyledLine::new().plain(heading));
        }
        deliveries(&mut page, disagreement);
        answers(&mut page, disagreement, runs);
    }
    if let Some(more @ 1..) = all.found.len().checked_sub(MOST) {
        let more = format!(
            "… {}; --html has all",
            counted(more as u64, "more disagreement")
        );
        page.line(StyledLine::new().at(2).styled(DIM, more));
    }
    page.into_text()
}

fn deliveries(page: &mut Page, disagreement: &Disagreement<'_>) {
    let tactics = &disagreement.tactics;
    let shown = &tactics[..tactics.len().min(MOST_TACTICS)];
    let widest = shown.iter().map(|it| columns(&printable(it.tactic))).max();
    let column = 2 + widest.unwrap_or(0) + 2;
    for tactic in shown {
        let scenarios = wrapped(&scenarios(tactic), page.width().after(column));
        let mut line = StyledLine::new().at(2).styled(BOLD, tactic.tactic);
        for text in scenarios {
            let begun = std::mem::take(&mut line);
            page.line(begun.at(column).plain(text));
        }
    }
    if let Some(more @ 1..) = tactics.len().checked_sub(MOST_TACTICS) {
        let more = format!("… {}", counted(more as u64, "more tactic"));
        page.line(StyledLine::new().at(2).styled(DIM, more));
    }
}

/// The ids of the first scenarios.
fn scenarios(tactic: &DeliveriesOf<'_>) -> String {
    let ids = tactic
        .scenarios
        .iter()
        .map(|(_, scenario)| printable(scenario));
    let shown: Vec<_> = ids.take(MOST_SCENARIOS).collect();
    let more = match tactic.scenarios.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    shown.join(", ") + &more
}

/// A line for each answer, with the peers that give it.
fn answers(page: &mut Page, disagreement: &Disagreement<'_>, runs: &[NamedRun<'_>]) {
    let groups = disagreement.groups();
    let groups = groups
        .iter()
        .filter(|(cell, _)| cell.kind != CellKind::Missing);
    let groups: Vec<_> = groups
        .map(|(cell, runs)| (printable(&cell.text()), runs))
        .collect();
    let widest = groups.iter().map(|(text, _)| columns(text)).max();
    let column = 6 + widest.unwrap_or(0).min(ANSWERS) + 3;
    for (text, numbers) in groups {
        let names = numbers.iter().map(|run| printable(&runs[*run].name));
        let names = names.collect::<Vec<_>>().join(", ");
        let mut line = StyledLine::new().at(6).plain(text);
        if line.columns() >= column {
            page.line(std::mem::take(&mut line));
        }
        for names in wrapped(&names, page.width().after(column)) {
            let begun = std::mem::take(&mut line);
            page.line(begun.at(column).styled(DIM, names));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{ObservedAnswer, ObservedAnswers, ObservedEnd, ScenarioRecord};
    use crate::repeat::SavedIn;
    use crate::sample::{passing, record, suite};

    fn peer(name: &str, tactics: &[(&str, u16)]) -> NamedRun<'static> {
        let observed = tactics.iter().map(|(tactic, status)| ObservedAnswers {
            tactics: vec![(*tactic).to_owned()],
            answers: vec![ObservedAnswer {
                expected: *status == 200,
                status: Some(*status),
                content: None,
            }],
            end: ObservedEnd::Closed,
            exit: None,
            not_compared: None,
        });
        let scenario = ScenarioRecord {
            observed: observed.collect(),
            ..passing("get", 3)
        };
        NamedRun {
            name: name.to_owned(),
            record: record(vec![suite("http1", vec![scenario])]),
            saved_in: SavedIn::Default,
        }
    }

    fn shown(runs: &[NamedRun<'_>], columns: usize) -> String {
        let text = disagreements(runs, TerminalWidth::of(columns));
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn peers_with_the_same_answer_are_together() {
        let header = [("whole", 200), ("header:nul", 200), ("header:hex", 400)];
        let strict = [("whole", 200), ("header:nul", 400), ("header:hex", 501)];
        let runs = [
            peer("go", &header),
            peer("node", &strict),
            peer("rust", &header),
        ];
        let text = "\
where they disagree   2 of 3 deliveries are answered in different ways

accepted by some, not by others
  header:nul  get
      200   go, rust
      400   node

refused with different answers
  header:hex  get
      400   go, rust
      501   node
";
        assert_eq!(shown(&runs, 80), text);
    }

    #[test]
    fn names_and_bytes_from_outside_are_escaped_and_lines_fit() {
        let hostile = "\u{1b}[2J\u{202e}";
        let long = hostile.repeat(20);
        let tactics = [("whole", 200), (long.as_str(), 200)];
        let others = [("whole", 200), (long.as_str(), 400)];
        let text = shown(&[peer(&long, &tactics), peer(hostile, &others)], 60);
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
        assert!(text.lines().all(|line| columns(line) <= 60), "{text}");
    }

    #[test]
    fn runs_without_answers_show_nothing() {
        assert_eq!(shown(&[peer("a", &[]), peer("b", &[])], 80), "");
    }
}
